"""Roles in a text: "acting head of X", with what they belong to, before any name is looked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kg_builder.assist.body import Body
from kg_builder.assist.lexicon import Lexicon
from kg_builder.assist.places import Places
from kg_builder.assist.reading import Reading


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
            if reading.at("role-prefix", token) == (after, "deputy") and reading.at("role", after):
                continue  # the role that follows takes it
            role = self._role(reading, (token, after, key), at, units)
            found.append(role)
            covered = role.after
        return found

    def _role(  # noqa: C901, PLR0912, PLR0915 - one grammar, in reading order
        self, reading: Reading, hit: tuple[int, int, str], at: Mapping[int, Body], units: Mapping[int, Body]
    ) -> Role:
        token, after, key = hit
        first, capacity, former = token, "", False
        deputy = reading.before("role-prefix", token)
        if deputy:
            first = token = deputy[0]
            key = f"{deputy[1]} {key}"
        while True:
            held = reading.before("capacity", first)
            past = reading.before("former", first)
            if held:
                first, capacity = held[0], held[1]
            elif past:
                first, former = past[0], True
            else:
                break
        while modifier := reading.at("role-modifier", after):
            after = modifier[0]
        later = reading.at("capacity", after)
        if later and not capacity and reading.capital(after) == reading.capital(token):
            capacity, after = later[1], later[0]
        if reading.is_(after, "(") and reading.is_(after + 2, ")") and reading.words[after + 1][0].isupper():
            after += 3
        title_end = after
        body: Body | None = None
        country = ""
        described = False
        while after < len(reading.words):
            linked = reading.at("of-body", after)
            if after in units and body is None:
                after = title_end = units[after].end
                continue
            if after in at:
                body = at[after]
                after = self._past_brackets(reading, body.end)
                tail = reading.at("role-modifier", after + 1) if reading.at("relative", after) else None
                after = tail[0] if tail else after
                break
            if linked and linked[0] in at and after > token:
                body = at[linked[0]]
                after = self._past_brackets(reading, body.end)
                break
            head = reading.at("org-head", after)
            if head and not reading.capital(after) and reading.at("described", head[0]):
                after = reading.at("described", head[0])[0]  # type: ignore[index]
                described = True
                break
            if linked and country and (spot := self._places.place(reading, linked[0])):
                after = title_end = spot[0]
                break
            place = self._places.place(reading, after)
            beyond = reading.at("org-join", after)
            if place and place[2] in {"country", "region", "known-place", "city"}:
                country = country or (place[1] if place[2] == "country" else "")
                after = title_end = place[0]
                continue
            if beyond and (aimed := self._places.place(reading, beyond[0])) and country:
                after = title_end = aimed[0]
                break
            step = self._field(reading, after, token)
            if step is None:
                break
            after = title_end = step
        if (
            body is None
            and not country
            and not described
            and reading.is_(first - 1, ",")
            and not reading.capital(token)
        ):
            after = title_end = self._apposed(reading, after)
        title = reading.slice(token, title_end)
        grown = reading.at("role-grown", token)
        for clitic in self._lexicon.terms("clitic") if grown and grown[0] == title_end else ():
            title = title.removesuffix(clitic)
            described = True
        return Role(first, after, key, title, capacity, former, body, country, described)

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
