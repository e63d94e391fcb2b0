"""The rest of a body's name after the word that begins it: where "Ministry of ..." ends."""

from __future__ import annotations

from dataclasses import dataclass, field

from kg_builder.assist.lexicon import Lexicon
from kg_builder.assist.places import Places
from kg_builder.assist.reading import Reading

_SHORT = 3
_PROPER = 3


@dataclass(slots=True)
class _Name:
    """A name while it is read: it goes on at ``token`` and so far ends before ``end``.

    ``role`` tells that it follows a role, ``part`` that it begins as parts of other bodies do, ``complete`` that a word
    which only names have is among it, ``placed`` that a place is; ``free`` counts words that could be any name's.
    """

    token: int
    end: int
    kind: str
    role: bool
    part: bool = False
    complete: bool = False
    placed: bool = False
    free: int = 0
    begin: int = field(init=False)

    def __post_init__(self) -> None:
        self.begin = self.token

    @property
    def full(self) -> bool:
        """Tell whether no further free word belongs to it."""
        return self.placed or (self.role and self.complete) or self.free >= _PROPER

    def take(self, after: int, *, placed: bool = False) -> None:
        """Let the name end before a token."""
        self.token = self.end = after
        self.placed = self.placed or placed
        self.complete = self.complete or placed


class Rest:
    """Reads on from the head of a name with the words of a lexicon."""

    def __init__(self, lexicon: Lexicon, places: Places) -> None:
        """Take the words and the finder of places."""
        self._lexicon = lexicon
        self._places = places

    def end(self, reading: Reading, after: int, kind: str, *, role: bool) -> tuple[int, bool]:
        """Return where a name ends that began with a head, and whether a word that only names have was among it."""
        part = role and self._lexicon.has("unit-of", reading.low[after - 1])
        name = _Name(after, after, kind, role, part)
        sentence = reading.sentence[after - 1]
        while name.token < len(reading.words) and reading.sentence[name.token] == sentence:
            if not self._grows(reading, name):
                break
        return name.end, name.complete

    def _grows(self, reading: Reading, name: _Name) -> bool:
        """Take the next token into a name; False where the name ends."""
        token = name.token
        place = self._places.place(reading, token)
        known = reading.at("organisation", token) or reading.at("known-organisation", token)
        inside = known if token > name.begin else None
        if name.part and self._owns(reading, token, inside):
            return False
        if inside and inside[0] == token + 1 and name.complete and not place:
            if reading.words[token].isupper() and not name.placed:
                name.take(token + 1)  # "the institute of X" in two words
            return False
        if inside and inside[0] > token + 1 and reading.capital(token):
            name.take(inside[0])
            name.complete = True
            return True
        apart = name.placed and not self._lexicon.has("org-word", reading.low[token])
        if place and (not apart or not reading.capital(place[0])):
            name.take(place[0], placed=True)
            return True
        if reading.capital(token):
            return self._capital(reading, name)
        joined = self._linked(reading, token, name)
        name.token = joined or token
        return joined is not None

    def _linked(self, reading: Reading, token: int, name: _Name) -> int | None:
        """Return the token at which a name goes on after a hyphen, a particle or a joining word, if it does."""
        hyphen = reading.is_(token, "-") and reading.glued(token) and reading.glued(token + 1)
        if hyphen and reading.capital(token + 1):
            return token + 1
        pointed = reading.is_(token, ".") and self._lexicon.has("abbreviation", f"{reading.low[token - 1]}.")
        if pointed and reading.capital(token + 1) and token > name.begin:
            return token + 1
        dashed = token + 2 if reading.is_(token + 1, "-") else token + 1
        if reading.at("name-particle", token) and reading.capital(dashed) and not name.placed:
            return dashed
        return self._join(reading, token, name)

    def _owns(self, reading: Reading, token: int, known: tuple[int, str] | None) -> bool:
        """Tell whether the body begins here that a part belongs to, so that the part's name ends."""
        short = reading.words[token].isupper() and len(reading.words[token]) >= _SHORT
        head = reading.at("org-head", token)
        named = head is not None and self._lexicon.has("org-head-bare", head[1]) and reading.capital(head[0])
        return reading.capital(token) and (known is not None or short or named)

    def _capital(self, reading: Reading, name: _Name) -> bool:
        """Take a word with a capital into a name; False where it is no part of it."""
        token = name.token
        if self._named_after(reading, name):
            return reading.capital(name.token)
        if self._stops(reading, token):
            return False
        acronym = reading.words[token].isupper() and len(reading.words[token]) >= _SHORT and reading.capital(token + 1)
        if self.inner(reading, token) or (acronym and name.complete and not name.placed):
            named = reading.at("org-head", token)
            name.take(token + 1)
            name.complete = not (named and self._lexicon.has("org-head-bare", named[1]))
            return True
        if name.role and name.complete and not name.placed and self._before_comma(reading, token):
            name.take(token + 1)
            return True
        person = self._lexicon.has("given", reading.low[token]) and name.complete and not name.role
        if name.full or person or (name.role and self._leaves_person(reading, token)):
            return False
        name.take(token + 1)
        name.free += 1
        name.complete = name.complete or name.role
        return True

    def _named_after(self, reading: Reading, name: _Name) -> bool:
        """Take an honorific or a word such as "tower" right after a head: somebody or a place gave the name."""
        token = name.token
        if name.free:
            return False
        if self._lexicon.has("org-head-honoured", name.kind) and reading.at("honorific", token):
            name.token = token + (2 if reading.is_(token + 1, ".") else 1)
            return True
        if reading.at("place-head", token) and reading.capital(token + 1) and not self._stops(reading, token):
            name.take(token + 1)
            return True
        return False

    def _before_comma(self, reading: Reading, token: int) -> bool:
        """Tell whether one word ends a body's name because its head follows after a comma."""
        return reading.is_(token + 1, ",") and reading.capital(token + 2)

    def _stops(self, reading: Reading, token: int) -> bool:
        if reading.at("month", token) or reading.at("weekday", token) or reading.at("agreement", token):
            return True
        inner = self._lexicon.has("org-word", reading.low[token])
        if reading.at("honorific", token) and not inner and len(reading.words[token]) > 1:
            return True
        if (reading.at("role", token) or reading.at("capacity", token)) and not inner:
            return True
        return len(reading.words[token]) == 1 and reading.is_(token + 1, ".")

    def inner(self, reading: Reading, token: int) -> bool:
        """Tell whether a word with a capital stands inside names of bodies."""
        low = reading.low[token]
        return (
            self._lexicon.has("org-word", low)
            or self._lexicon.has("org-tail", low)
            or reading.at("org-head", token) is not None
        )

    def _leaves_person(self, reading: Reading, token: int) -> bool:
        """Tell whether a person's name begins here, after a role and a bare head."""
        if self._lexicon.has("given", reading.low[token]):
            return True
        run = 0
        while reading.capital(token + run) and run < 6:  # noqa: PLR2004 - no name is longer
            run += 1
        return False if run != 2 else self._lexicon.has("given", reading.low[token + 1])  # noqa: PLR2004

    def _join(self, reading: Reading, token: int, name: _Name) -> int | None:
        """Return the token at which a name goes on after "and", "for", "of" or a comma, if it does."""
        hit = reading.at("org-join", token)
        comma = hit is None and reading.is_(token, ",")
        following = hit[0] if hit else token + 1
        if comma and following < len(reading.words) and self._lexicon.has("and", reading.low[following]):
            following += 1
        honoured = reading.at("honorific", following) and not self.inner(reading, following)
        if not (hit or comma) or not reading.capital(following) or honoured:
            return None
        if hit and hit[1] == "english":
            goes_on = name.kind == "english" or self._lexicon.has("org-tail", reading.low[token - 1])
        else:
            listed = hit is not None or self._wide(name.kind, "list")
            bare = name.end == name.begin and self._lexicon.has("org-word", reading.low[following])
            goes_on = listed and not name.placed and (bare or self._same_name(reading, token, following, name.kind))
        return following if goes_on else None

    def _same_name(self, reading: Reading, token: int, following: int, kind: str) -> bool:
        """Tell whether what "and" joins is part of one name, and no other body or place."""
        if not self._lexicon.has("org-word", reading.low[following]) or self._places.place(reading, following):
            return False
        head = reading.at("org-head", following)
        wide = self._wide(kind, "and") and not reading.before("organisation", token)
        return not head or wide or not (reading.capital(head[0]) or self._places.place(reading, head[0]))

    def _wide(self, kind: str, how: str) -> bool:
        """Tell whether the lexicon lets names of a kind go on in some way: in a list, over another head."""
        return kind in self._lexicon.spelled.get("org-head-wide", {}).get(how, ())
