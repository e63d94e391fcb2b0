"""Places: countries, cities and regions of the gazetteer, and spots that a word such as "building" begins."""

from __future__ import annotations

from collections.abc import Iterator

from kg_builder.assist.body import Body
from kg_builder.assist.lexicon import Lexicon
from kg_builder.assist.reading import Reading

PLACES = ("country", "region", "city", "known-place")
_PLACED = (*PLACES, "country-prefix")
_SHORT = 3


class Places:
    """Finds places with the words of a lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        """Take the words."""
        self._lexicon = lexicon

    def place(self, reading: Reading, token: int) -> tuple[int, str, str] | None:
        """Return the longest place that begins at a token: the token after it, its key, its class."""
        if not reading.capital(token) or not any(token in reading.hits.get(name, ()) for name in _PLACED):
            return None
        best: tuple[int, str, str] | None = None
        prefix = reading.at("country-prefix", token)
        if prefix and reading.at("country", token) is None:
            inner = self.place(reading, prefix[0])
            if inner and inner[2] == "country":
                return inner
        for name in PLACES:
            hit = reading.at(name, token)
            if hit and (best is None or hit[0] > best[0]) and self._proper(reading, token, hit[0]):
                best = (*hit, name)
        return best

    def _proper(self, reading: Reading, token: int, after: int) -> bool:
        words = reading.words[token:after]
        return all(not word[0].islower() or len(word) <= _SHORT for word in words) and (
            len(words) > 1 or len(words[0]) > _SHORT or words[0].isupper() or len(words[0]) == _SHORT + 1
        )

    def places(self, reading: Reading, taken: list[bool]) -> Iterator[Body]:
        """Yield the places of a text outside the names that are taken."""
        past = 0
        starts = {start for name in (*PLACES, "country-prefix", "place-head") for start in reading.hits.get(name, ())}
        for token in sorted(starts):
            if token < past or taken[token]:
                continue
            hit = self.place(reading, token)
            spot = None if hit else self._spot(reading, token)
            if hit:
                after, key, kind = hit
                beside = (token > 0 and self._free_name(reading, token - 1, taken)) or self._free_name(
                    reading, after, taken
                )
                if not beside or reading.before("place-before", token):
                    yield Body(
                        token,
                        after,
                        reading.slice(token, after),
                        f"gazetteer-{kind}",
                        0.9,
                        key=key,
                        head=kind,
                        end=after,
                    )
                past = after
            elif spot:
                yield spot
                past = spot.after

    def _free_name(self, reading: Reading, token: int, taken: list[bool]) -> bool:
        if not (reading.capital(token) and token < len(reading.words)) or taken[token] or self.place(reading, token):
            return False
        if token == reading.first_of(reading.sentence[token]) and self._lexicon.has(
            "function-word", reading.low[token]
        ):
            return False
        return (
            not reading.at("role", token)
            and not reading.before("role", token + 1)
            and not reading.at("org-head", token)
        )

    def _spot(self, reading: Reading, token: int) -> Body | None:
        hit = reading.at("place-head", token)
        if hit is None or not reading.capital(token) or not reading.capital(hit[0]):
            return None
        after = hit[0]
        while (
            after < len(reading.words) and reading.capital(after) and reading.sentence[after] == reading.sentence[token]
        ):
            if reading.at("weekday", after) or reading.at("month", after) or reading.at("role", after):
                break
            after += 1
        return Body(token, after, reading.slice(token, after), f"spot-{hit[1]}", 0.7, head=hit[1], end=after)
