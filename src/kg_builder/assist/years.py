"""Months, years, decades and centuries; a bare number is a year only where its neighbours say so."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from kg_builder.assist.calendar import CENTURY
from kg_builder.assist.lexicon import Lexicon
from kg_builder.assist.reading import Reading

_YEAR = re.compile(r"(?:1[0-9]|20)\d\d")
_DAY = re.compile(r"\d{1,2}")
_DASHES = "-–—"
_DECADE = 10
_MODERN = 1500
_DIGITS = 4
_ROMAN = re.compile(r"[IVX]+")
_VALUES = {"I": 1, "V": 5, "X": 10}


@dataclass(frozen=True, slots=True)
class Span:
    """A date in a text: its ISO form, and what is uncertain about it."""

    start: int
    end: int
    iso: str
    score: float
    rule: str
    inferred: bool = False
    open_year: bool = False
    contradicted: bool = False
    part: str = ""
    since: bool = False
    ahead: bool = False
    no_day: bool = False


def roman(text: str) -> int | None:
    """Return the value of a Roman numeral of I, V and X, or None.

    >>> roman("XIX"), roman("IV"), roman("A")
    (19, 4, None)
    """
    if not _ROMAN.fullmatch(text):
        return None
    values = [_VALUES[letter] for letter in text]
    return sum(
        -value if value < following else value for value, following in zip(values, [*values[1:], 0], strict=True)
    )


@dataclass(frozen=True, slots=True)
class _Free:
    """Tells which tokens no day has taken; the places are in order, and do not overlap."""

    reading: Reading
    taken: list[tuple[int, int]]

    def __call__(self, token: int) -> bool:
        place = self.reading.starts[token]
        at = bisect_right(self.taken, (place, len(self.reading.text)))
        return not at or self.taken[at - 1][1] <= place


class Years:
    """Reads months, years, decades and centuries."""

    def __init__(self, lexicon: Lexicon) -> None:
        """Take the words."""
        self._lexicon = lexicon

    def find(self, reading: Reading, taken: list[tuple[int, int]]) -> list[Span]:
        """Return what is found outside the places that days have taken."""
        free = _Free(reading, sorted(taken))
        found = [*self._months(reading, free), *self._centuries(reading)]
        used = {place for span in found for place in range(span.start, span.end)}
        last: tuple[int, Span] | None = None
        token = 0
        while token < len(reading.words):
            text = reading.words[token]
            if len(text) == _DIGITS and free(token) and reading.starts[token] not in used and _YEAR.fullmatch(text):
                read = self._year(reading, token, last)
                if read:
                    after, span = read
                    found.append(span)
                    last = (after, span)
                    token = after
                    continue
            token += 1
        return self._joined(reading, sorted(found, key=lambda span: span.start))

    def _joined(self, reading: Reading, found: list[Span]) -> list[Span]:
        """Join two months with their years, or two centuries, that a word for "until" joins."""
        joined: list[Span] = []
        for each in found:
            before = joined[-1] if joined else None
            if before and before.rule == each.rule and each.rule == "month":
                gap = reading.text[before.end : each.start].strip().lower()
                if (gap in _DASHES and gap) or self._lexicon.has("until", gap):
                    iso = f"{before.iso}/{each.iso}"
                    joined[-1] = Span(before.start, each.end, iso, 0.85, "months")
                    continue
            joined.append(each)
        return joined

    def _year(self, reading: Reading, token: int, last: tuple[int, Span] | None) -> tuple[int, Span] | None:
        year = int(reading.words[token])
        decade = self._decade(reading, token + 1) if year % _DECADE == 0 else None
        after = decade or token + 1
        second = self._second(reading, after)
        first, _ = self._cue(reading, token)
        start = reading.starts[token if first is None else first]
        if second:
            until, after = second
            high = until[0] + _DECADE - 1 if until[1] else until[0]
            both = Span(start, reading.ends[after - 1], f"{year}/{high}", 0.9, "years")
            return (after, both) if high >= year else None
        if decade:
            return after, Span(start, reading.ends[after - 1], f"{year}/{year + _DECADE - 1}", 0.85, "decade")
        span = None if self._counts(reading, after) else self._alone(reading, token, last)
        return (after, span) if span else None

    def _alone(self, reading: Reading, token: int, last: tuple[int, Span] | None) -> Span | None:
        """Return a single year: after a word that tells it, in a list of years, or in brackets."""
        year, end = reading.words[token], reading.ends[token]
        first, sort = self._cue(reading, token)
        if sort and first is not None:
            part = reading.before("part-of-year", first) or reading.before("part-of-year", token)
            return Span(
                reading.starts[part[0] if part else first], end, year, 0.9, f"year-{sort}",
                part=part[1] if part else "", since=sort == "since", ahead=sort == "next",
            )  # fmt: skip
        if last and self._listed(reading, token, last[0]):
            return Span(reading.starts[token], end, year, 0.85, "year-listed", ahead=last[1].ahead)
        if reading.is_(token - 1, "(") and reading.is_(token + 1, ")"):
            return Span(reading.starts[token], end, year, 0.55, "year-in-brackets")
        if self._after_noun(reading, token):
            return Span(reading.starts[token], end, year, 0.5, "year-after-noun")
        return None

    def _after_noun(self, reading: Reading, token: int) -> bool:
        """Tell whether a number can only be a year: after a small word that counts, bounds and labels nothing."""
        others = (
            "label-before",
            "quantity-verb",
            "bound-before",
            "currency",
            "law-number",
            "range-word",
            "until",
            "unit",
        )
        if not reading.word(token - 1) or reading.capital(token - 1) or int(reading.words[token]) < _MODERN:
            return False
        named = any(reading.before(name, token) for name in others)
        return not named and not self._lexicon.has("function-word", reading.low[token - 1])

    def _cue(self, reading: Reading, token: int) -> tuple[int | None, str]:
        part = reading.before("part-of-year", token)
        if part:
            return part[0], "part"
        cue = reading.before("year-cue", token)
        if cue is None:
            return None, ""
        number = reading.before("law-number", cue[0] - 1)
        if number or reading.before("law-number", cue[0]):
            return None, ""
        return cue

    def _decade(self, reading: Reading, token: int) -> int | None:
        if reading.is_(token, *_DASHES) and reading.at("decade-suffix", token + 1):
            return token + 2
        return token + 1 if reading.at("decade-suffix", token) and reading.glued(token) else None

    def _second(self, reading: Reading, token: int) -> tuple[tuple[int, bool], int] | None:
        """Return the year that ends a range, whether it is a decade, and the token after it."""
        if reading.is_(token, *_DASHES, "/"):
            following = token + 1
        else:
            until = reading.at("until", token)
            if until is None:
                return None
            following = until[0]
            cue = reading.at("year-cue", following)
            following = cue[0] if cue else following
        if not (following < len(reading.words) and _YEAR.fullmatch(reading.words[following])):
            return None
        decade = self._decade(reading, following + 1)
        return (int(reading.words[following]), decade is not None), decade or following + 1

    def _counts(self, reading: Reading, token: int) -> bool:
        """Tell whether what follows is counted, so that the number is none of a year."""
        return bool(
            (reading.at("unit", token) and not reading.at("time-after", token) and not reading.capital(token))
            or reading.at("percent", token)
            or (token < len(reading.low) and self._lexicon.has("magnitude", reading.low[token]))
        )

    def _listed(self, reading: Reading, token: int, after: int) -> bool:
        between = reading.low[after:token]
        return 0 < len(between) <= 2 and all(word == "," or self._lexicon.has("and", word) for word in between)  # noqa: PLR2004

    def _months(self, reading: Reading, free: _Free) -> Iterator[Span]:
        for token, after, key in reading.all("month"):
            if not free(token) or not reading.capital(token):
                continue
            first, month = token, int(key)
            end = after + 1 if reading.is_(after, ".", ",") and not reading.is_(after + 1, "(") else after
            link = reading.at("until", after)
            following = after + 1 if reading.is_(after, *_DASHES) else link[0] if link else None
            second = reading.at("month", following) if following is not None else None
            if second and second[0] < len(reading.words) and _YEAR.fullmatch(reading.words[second[0]]):
                year = reading.words[second[0]]
                iso = f"{year}-{month:02}/{year}-{int(second[1]):02}"
                yield Span(reading.starts[first], reading.ends[second[0]], iso, 0.9, "months")
            elif end < len(reading.words) and _YEAR.fullmatch(reading.words[end]):
                part = reading.before("part-of-year", first)
                start = part[0] if part else first
                earlier = reading.before("month", first - 1)
                if earlier and reading.is_(first - 1, *_DASHES):
                    continue
                iso = f"{reading.words[end]}-{month:02}"
                day = not part and first > 0 and free(first - 1) and bool(_DAY.fullmatch(reading.words[first - 1]))
                start = first - 1 if day else start
                score, kind = (0.5, "day-none") if day else (0.9, "month")
                yield Span(
                    reading.starts[start],
                    reading.ends[end],
                    iso,
                    score,
                    kind,
                    part=part[1] if part else "",
                    no_day=day,
                )

    def _centuries(self, reading: Reading) -> Iterator[Span]:
        for token, after, _ in reading.all("century"):
            following = after + 1 if reading.is_(after, "-") else after
            if following >= len(reading.words):
                continue
            word = reading.words[following]
            number = int(word) if word.isdigit() else roman(word)
            if number and 1 <= number <= 21:  # noqa: PLR2004 - the centuries so far
                iso = f"{(number - 1) * CENTURY + 1:04}/{number * CENTURY:04}"
                yield Span(reading.starts[token], reading.ends[following], iso, 0.85, "century")
