"""Bodies that no list knows and no word of their name tells: the words before them do."""

from __future__ import annotations

from collections.abc import Iterator

from kg_builder.assist.body import Body
from kg_builder.assist.lexicon import Lexicon
from kg_builder.assist.places import Places
from kg_builder.assist.reading import Reading

_SHORTEST, _LONGEST = 3, 16
_WORDS = 6


class Unlisted:
    """Finds such bodies with the words of a lexicon."""

    def __init__(self, lexicon: Lexicon, places: Places) -> None:
        """Take the words and the finder of places."""
        self._lexicon = lexicon
        self._places = places

    def find(self, reading: Reading, bodies: list[Body], taken: list[bool]) -> Iterator[Body]:
        """Yield abbreviations after roles ("head of XYZ"), names after "teams up with", and those beside a body.

        A name stands beside a body where "and" joins the two in a sentence that speaks of an agreement.
        """
        for token in reading.back.get("role", {}):
            if token < len(reading.words) and not taken[token] and self._abbreviation(reading, token):
                yield Body(token, token + 1, reading.words[token], "acronym", 0.65, end=token + 1)
        joined = [place for body in bodies if (place := self._beside(reading, body))]
        for token in sorted({*reading.back.get("partner-verb", {}), *joined}):
            after = self._run(reading, token, taken)
            if after > token + (token in joined) and not self._known(reading, token):
                yield Body(token, after, reading.slice(token, after), "partner", 0.6, end=after)

    def _beside(self, reading: Reading, body: Body) -> int | None:
        joined = reading.at("and", body.end)
        if joined is None or joined[0] >= len(reading.words) or not reading.capital(joined[0]):
            return None
        bounds = reading.bounds[reading.sentence[body.first]]
        told = reading.inside("agreement", *bounds) or reading.inside("cooperation", *bounds)
        return joined[0] if told and not reading.at("org-head", joined[0]) else None

    def _abbreviation(self, reading: Reading, token: int) -> bool:
        word = reading.words[token]
        if not (_SHORTEST <= len(word) <= _LONGEST and word.isalpha() and word.isupper()):
            return False
        beside = reading.words[token - 1 : token + 2 : 2]
        return not any(len(other) > 1 and other.isupper() for other in beside) and not self._known(reading, token)

    def _known(self, reading: Reading, token: int) -> bool:
        kinds = ("organisation", "known-organisation", "honorific", "role", "degree", "agreement", "capacity", "event")
        given = self._lexicon.has("given", reading.low[token])
        return given or self._places.place(reading, token) is not None or any(reading.at(kind, token) for kind in kinds)

    def _run(self, reading: Reading, token: int, taken: list[bool]) -> int:
        """Return the token after a run of capitals, with the small words inside foreign names."""
        end = token
        while end < min(token + _WORDS, len(reading.words)) and not taken[end]:
            join = reading.at("org-join", end) or reading.at("name-particle", end)
            if reading.capital(end):
                end += 1
            elif join and end > token and reading.capital(join[0]) and not reading.at("and", end):
                end = join[0]
            else:
                break
        return end
