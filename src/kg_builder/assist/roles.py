"""Roles in a text: "acting head of X", with what they belong to, before any name is looked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kg_builder.assist.body import Body
from kg_builder.assist.lexicon import Lexicon
from kg_builder.assist.places import Places
from kg_builder.assist.reading import Reading

_FIELD, _NOUNS = 14, 3


@dataclass(frozen=True, slots=True)
class Role:
    """A role as printed: tokens, the role's key, the title without its organisation, and what it belongs to."""

    first: int
    after: int
    key: str
    title: str
    capacity: str = ""
    former: bool = False
    body: Body | None = None
    country: str = ""
    described: bool = False


@dataclass(slots=True)
class _Draft:
    """A role while it is read: from ``first``, its title from ``token`` to before ``title_end``."""

    first: int
    token: int
    after: int
    title_end: int
    key: str
    capacity: str = ""
    former: bool = False
    body: Body | None = None
    country: str = ""
    described: bool = False
    begun: int = 0

    def reach(self, after: int) -> None:
        """Let the title, and so the role, end before a token."""
        self.after = self.title_end = after


class Roles:
    """Finds roles with the words of a lexicon."""

    def __init__(self, lexicon: Lexicon, places: Places) -> None:
        """Take the words and the finder of places."""
        self._lexicon = lexicon
        self._places = places

    def find(
        self, reading: Reading, at: Mapping[int, Body], inside: list[bool], units: Mapping[int, Body]
    ) -> list[Role]:
        """Return the roles of a text in order, none within another.

        Args:
            reading: the text.
            at: the organisations by their first token.
            inside: which tokens belong to an organisation.
            units: the parts of organisations that follow a role, by their first token; they belong to the title.
        """
        found: list[Role] = []
        covered = 0
        for token, after, key in reading.all("role"):
            if token < covered or inside[token]:
                continue
            if token == covered and found and self._lexicon.has("given", reading.low[token]):
                continue  # a name is due here
            if reading.at("role-prefix", token) == (after, "deputy") and reading.at("role", after):
                continue  # the role that follows takes it
            role = self._role(reading, (token, after, key), at, units)
            found.append(role)
            covered = role.after
        return found

    def _role(
        self, reading: Reading, hit: tuple[int, int, str], at: Mapping[int, Body], units: Mapping[int, Body]
    ) -> Role:
        draft = self._begun(reading, hit)
        while draft.after < len(reading.words) and self._extend(reading, draft, at, units):
            pass
        alone = draft.body is None and not draft.country and not draft.described
        if alone and reading.is_(draft.first - 1, ",") and not reading.capital(draft.token):
            draft.reach(self._apposed(reading, draft.after))
        if alone:
            draft.reach(self._lower(reading, draft.after))
        title = reading.slice(draft.token, draft.title_end)
        grown = reading.at("role-grown", draft.token)
        if grown and grown[0] == draft.title_end:
            draft.described = True
            for clitic in self._lexicon.terms("clitic"):
                title = title.removesuffix(clitic)
        return Role(
            draft.first, draft.after, draft.key, title, draft.capacity, draft.former,
            draft.body, draft.country, draft.described,
        )  # fmt: skip

    def _begun(self, reading: Reading, hit: tuple[int, int, str]) -> _Draft:
        """Return a role's own words: with "deputy" and "acting" before, and what qualifies it after."""
        token, after, key = hit
        deputy = reading.before("role-prefix", token)
        if deputy:
            token, key = deputy[0], f"{deputy[1]} {key}"
        draft = _Draft(token, token, after, after, key)
        while held := self._held(reading, draft.first) or reading.before("former", draft.first):
            if self._held(reading, draft.first):
                draft.capacity = held[1]
            else:
                draft.former = True
            draft.first = held[0]
        while modifier := reading.at("role-modifier", draft.after):
            draft.reach(modifier[0])
        later = reading.at("capacity", draft.after)
        if later and not draft.capacity and reading.capital(draft.after) == reading.capital(token):
            draft.capacity = later[1]
            draft.reach(later[0])
        if (
            reading.is_(draft.after, "(")
            and reading.is_(draft.after + 2, ")")
            and reading.words[draft.after + 1][0].isupper()
        ):
            draft.reach(draft.after + 3)
        draft.begun = draft.title_end
        return draft

    def _held(self, reading: Reading, token: int) -> tuple[int, str] | None:
        """Return "acting" before a role; a word that also begins sentences ("meanwhile") is none where it does."""
        held = reading.before("capacity", token)
        if held is None:
            return None
        opens = held[0] == reading.first_of(reading.sentence[held[0]]) and held[0] == token - 1
        return None if opens and self._lexicon.has("function-word", reading.low[held[0]]) else held

    def _extend(self, reading: Reading, draft: _Draft, at: Mapping[int, Body], units: Mapping[int, Body]) -> bool:
        """Take what follows into a role; False where the role ends."""
        if draft.after in units and draft.body is None:
            draft.reach(units[draft.after].end)
            return True
        if self._belongs(reading, draft, at):
            return False
        return self._goes_on(reading, draft, at)

    def _belongs(self, reading: Reading, draft: _Draft, at: Mapping[int, Body]) -> bool:
        """Tell whether a body ends the role, named or described ("this house"), and take it."""
        after = draft.after
        linked = reading.at("of-body", after)
        if after in at:
            draft.body = at[after]
            draft.after = self._past_brackets(reading, at[after].end)
            spot = self._places.place(reading, draft.after) if reading.is_(draft.after - 1, ")") else None
            draft.after = spot[0] if spot else draft.after
            if reading.at("relative", draft.after) and (tail := reading.at("role-modifier", draft.after + 1)):
                draft.after = tail[0]
            self._task(reading, draft)
            return True
        if linked and linked[0] in at:
            draft.body = at[linked[0]]
            draft.after = self._past_brackets(reading, draft.body.end)
            return True
        head = reading.at("org-head", after)
        described = reading.at("described", head[0]) if head and not reading.capital(after) else None
        if described:
            draft.after, draft.described = described[0], True
        return described is not None

    def _task(self, reading: Reading, draft: _Draft) -> None:
        """Take what a role is for into its title, behind its body: "deputy head of X for Services, N. N."."""
        lead = reading.at("role-task", draft.after)
        end = lead[0] if lead else draft.after
        while lead and (reading.capital(end) or (reading.at("and", end) and reading.capital(end + 1))):
            end += 1
        if lead and end > lead[0] and reading.is_(end, ",", ")"):
            draft.reach(end)

    def _goes_on(self, reading: Reading, draft: _Draft, at: Mapping[int, Body]) -> bool:
        """Take a place or a field of work into a title; False where there is none, or no more after it."""
        after = draft.after
        kept = reading.at("unit", after)
        if kept and not reading.capital(after) and (kept[0] in at or self._places.place(reading, kept[0])):
            draft.reach(kept[0])  # "head of sales, Company X": what follows the role
            return True
        linked, beyond = reading.at("of-body", after), reading.at("org-join", after)
        if linked and draft.country and (spot := self._places.place(reading, linked[0])):
            draft.reach(spot[0])
            return False
        place = self._places.place(reading, after)
        if place:
            if place[2] == "country":
                draft.country = draft.country or place[1]
            draft.reach(place[0])
            return True
        if beyond and draft.country and (aimed := self._places.place(reading, beyond[0])):
            draft.reach(aimed[0])
            return False
        step = self._territory(reading, draft) or self._up_to_body(reading, draft, at)
        step = step or self._field(reading, after, draft.token) or self._noun_of_body(reading, draft, at)
        if step is not None:
            draft.reach(step)
        return step is not None

    def _territory(self, reading: Reading, draft: _Draft) -> int | None:
        """Take the name of a territory that no gazetteer has, where a name is left after it."""
        after = draft.after
        if not self._lexicon.has("role-territory", draft.key):
            return None
        known = self._lexicon.has("given", reading.low[after]) or reading.at("honorific", after)
        named = reading.capital(after) and reading.capital(after + 1) and not known
        return after + 1 if named and draft.title_end == draft.begun else None

    def _up_to_body(self, reading: Reading, draft: _Draft, at: Mapping[int, Body]) -> int | None:
        """Take a field of work in capitals that ends where a body begins: "director of Trade Talks, Ministry of X"."""
        token = draft.after
        lead = self._lexicon.has("unit-of", reading.low[token])
        doubt = False
        while token < len(reading.words) and token - draft.after < _FIELD and token not in at:
            joins = reading.at("and", token) or reading.at("org-join", token) or reading.is_(token, ",")
            named = self._lexicon.has("given", reading.low[token]) or reading.at("honorific", token)
            if not reading.capital(token) and not (joins and self._more(reading, token)):
                break
            doubt = doubt or bool(named and not lead)
            token += 1
        ends = token in at and not (reading.is_(token - 1, ",") or reading.at("and", token - 1))
        if doubt and not (ends and reading.is_(at[token].end, ",") and reading.capital(at[token].end + 1)):
            return None
        apart = lead and reading.is_(token, ",")
        return token if token > draft.after and reading.capital(draft.after) and (ends or apart) else None

    def _noun_of_body(self, reading: Reading, draft: _Draft, at: Mapping[int, Body]) -> int | None:
        """Take small words between a role and its body: "observer of world affairs from X, N. N."."""
        token = draft.after
        stops = ("speech-verb", "relative", "planned", "represents", "agreement-verb", "visit-verb", "leads")
        while token < draft.after + _NOUNS and reading.word(token) and not reading.capital(token):
            of = reading.at("of-body", token)
            if (of and of[0] in at) or self._lexicon.has("no-unit", reading.low[token]):
                break
            if any(reading.at(name, token) for name in stops):
                return None
            token += 1
        of = reading.at("of-body", token)
        place = of[0] if of else token
        if token == draft.after or place not in at:
            return None
        end = self._past_brackets(reading, at[place].end)
        return token if reading.is_(end, ",") and reading.capital(end + 1) else None

    def _more(self, reading: Reading, token: int) -> bool:
        """Tell whether a field of work goes on after "and" or a comma."""
        return reading.capital(token + 1) or (reading.is_(token, ",") and reading.at("and", token + 1) is not None)

    def _lower(self, reading: Reading, after: int) -> int:
        """Take up to three small nouns between a role and the comma before its holder: "chair of the committee, N."."""
        token = after
        kinds = ("unit", "org-head", "role-modifier")
        while token < after + _NOUNS and (hit := self._small(reading, token, kinds)):
            token = hit
        return token if reading.is_(token, ",") and reading.capital(token + 1) else after

    def _small(self, reading: Reading, token: int, kinds: tuple[str, ...]) -> int | None:
        if reading.capital(token):
            return None
        hits = (reading.at(name, token) for name in kinds)
        return next((hit[0] for hit in hits if hit), None)

    def _apposed(self, reading: Reading, after: int) -> int:
        """Take capitals up to the comma that ends an apposition: "N. N., curator of Prints, said"."""
        end = after
        while reading.capital(end) and end < after + 3:
            end += 1
        return end if reading.is_(end, ",") else after

    def _past_brackets(self, reading: Reading, token: int) -> int:
        if not reading.is_(token, "("):
            return token
        longest = 20
        ends = range(token + 1, min(token + longest, len(reading.words)))
        return next((place + 1 for place in ends if reading.words[place] == ")"), token)

    def _field(self, reading: Reading, token: int, role: int) -> int | None:
        low = reading.low[token]
        capital = reading.capital(token)
        if reading.at("field-words", token) and (capital or not reading.capital(role)) and not reading.at("and", token):
            return reading.at("field-words", token)[0]  # type: ignore[index]
        if (
            capital
            and reading.capital(role)
            and (self._lexicon.has("org-word", low) or self._lexicon.has("unit-of", low))
        ):
            return token + 1
        following = token + 1
        if (
            reading.is_(token, ",")
            and following < len(reading.words)
            and self._lexicon.has("and", reading.low[following])
        ):
            following += 1
        joined = reading.is_(token, ",", "&") or self._lexicon.has("and", low)
        if (
            joined
            and reading.capital(following)
            and reading.capital(token - 1)
            and self._lexicon.has("org-word", reading.low[following])
            and not reading.at("org-head", following)
        ):
            return following + 1
        return None
