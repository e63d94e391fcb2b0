"""Dates as news prints them: days, ranges, months, years, decades and centuries."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from kg_builder.assist.calendar import Anchors, Day, full_year, infer_year
from kg_builder.assist.lexicon import Lexicon
from kg_builder.assist.reading import either
from kg_builder.assist.years import Span

_DASH = r"[-–—]"


_DATELINE = 40


@dataclass(frozen=True, slots=True)
class Found:
    """A day or a range of days in a text, before its year is inferred."""

    start: int
    end: int
    first: Day
    last: Day
    weekdays: tuple[int, ...]
    rule: str


class Dates:
    """Reads days with the words of a lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        """Compile the patterns."""
        self._months = {term: int(key) for term, key in lexicon.terms("month").items()}
        self._weekdays = {term: int(key) for term, key in lexicon.terms("weekday").items()}
        self.latest = max((int(key) for key in lexicon.spelled.get("latest", {})), default=0)
        month, until = either(self._months), either(lexicon.terms("until"))
        both, part, weekday = either(lexicon.terms("and")), either(lexicon.terms("day-part")), either(self._weekdays)
        link = rf"(?:\s*{_DASH}\s*|\s+{until}\s+)"

        def numeric(of: str) -> str:
            return rf"(?:/(?P<{of}m>\d{{1,2}})(?:/(?P<{of}y>\d{{4}}|\d{{2}}))?)"

        def named(of: str) -> str:
            return rf"(?:\s*(?P<{of}n>{month})\b\.?(?:\s*,?\s*(?P<{of}w>\d{{4}}))?)"

        a, b = r"(?P<a>\d{1,2})", r"(?P<b>\d{1,2})"
        ranged = (
            rf"{a}(?:{numeric('a')}|{named('a')})?(?:\s+{weekday}\b)?{link}(?:{weekday}\s*,?\s*)?"
            rf"{b}(?:{numeric('b')}(?![\d/])|{named('b')}(?!\w))"
        )
        alternatives = (
            r"(?P<iy>\d{4})-(?P<im>\d{2})-(?P<id>\d{2})(?!\d)",
            ranged,
            rf"(?P<l>\d{{1,2}}(?:\s*,\s*\d{{1,2}})*),?\s*{both}\s*(?P<m>\d{{1,2}})\s*(?P<ln>{month})\b(?:\s+(?P<lw>\d{{4}}))?",
            rf"(?P<s>\d{{1,2}}){numeric('s')}(?![\d/])",
            r"(?P<p>\d{1,2})(?P<sep>[-.])(?P<pm>\d{1,2})(?P=sep)(?P<py>\d{4})(?!\d)",
            rf"(?P<t>\d{{1,2}}){named('t')}(?!\w)",
        )
        self._days = re.compile(rf"(?<![\w/])(?<!\d[.,])(?:{'|'.join(alternatives)})", re.IGNORECASE)
        self._english = re.compile(
            rf"\b(?P<n>{month})\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,\s*(?P<y>\d{{4}})\b", re.IGNORECASE
        )
        self._before = re.compile(
            rf"(?<!\w)(?P<w>{weekday}(?:(?:{link}|\s*,\s*|\s*/\s*|\s+{both}\s+){weekday})*)[\s,]*(?:{part}[\s,]*)*\(?\s*(?:{part}\s*)?\Z",
            re.IGNORECASE,
        )
        self._one_weekday = re.compile(weekday, re.IGNORECASE)
        self._after = re.compile(rf"\s*(?:{part})?\s*\)", re.IGNORECASE)
        self._datelined = re.compile(rf"\s*(?:{_DASH}|\()")
        self._link = re.compile(rf"\)?\s*(?:{_DASH}|{until}|{both})\s*", re.IGNORECASE)
        self._joined = re.compile(rf"\)?\s*(?:{_DASH}|{until})\s*", re.IGNORECASE)

    def find(self, text: str) -> list[Found]:
        """Return the days and ranges of days of a text, in order."""
        found = [each for match in self._days.finditer(text) for each in self._read(text, match)]
        for match in self._english.finditer(text):
            day = Day(int(match["d"]), self._months[match["n"].lower()], int(match["y"]))
            if day.exists():
                found.append(Found(*match.span(), day, day, (), "month-day-year"))
        return self._merge(text, sorted(found, key=lambda each: (each.start, -each.end)))

    def _read(self, text: str, match: re.Match[str]) -> Iterator[Found]:
        days, rule = self._days_of(match)
        if not days or not all(day.exists() for day in days):
            return
        start, end = match.span()
        lead = self._before.search(text[max(0, start - 60) : start])
        weekdays: tuple[int, ...] = ()
        if lead:
            weekdays = tuple(self._weekdays[each.group().lower()] for each in self._one_weekday.finditer(lead["w"]))
            start -= len(lead.group())
        bracket = text[start : match.start()].rfind("(") >= 0 or text[match.start() - 1 : match.start()] == "("
        tail = self._after.match(text, end)
        if bracket and lead and tail:
            end = tail.end()
        dateline = (
            start < _DATELINE and self._datelined.match(text, match.end()) and text[:start].rstrip().endswith(",")
        )
        if rule == "day/month" and not days[0].year and not lead and not (bracket and tail) and not dateline:
            return  # it may be a fraction, a score, an hour
        if rule == "listed":
            steps = [(b.day - a.day) for a, b in pairwise(days)]
            if any(step != 1 for step in steps):
                places = [m.span() for m in re.finditer(r"\d+", text[match.start() : end])][: len(days)]
                offset = match.start()
                yield from (
                    Found(offset + a, end if day is days[-1] else offset + b, day, day, (), rule)
                    for day, (a, b) in zip(days, places, strict=True)
                )
                return
        first, last = days[0], days[-1]
        if _order(first) <= _order(last) or (not first.year and not last.year and first.month > last.month):
            yield Found(start, end, first, last, weekdays, rule)

    def _days_of(self, match: re.Match[str]) -> tuple[list[Day], str]:
        got = match.groupdict()
        if got["iy"]:
            return [Day(int(got["id"]), int(got["im"]), int(got["iy"]))], "iso"
        if got["p"]:
            return [Day(int(got["p"]), int(got["pm"]), int(got["py"]))], "day/month"
        if got["s"]:
            return [Day(int(got["s"]), int(got["sm"]), self._year(got, "sy"))], "day/month"
        if got["t"]:
            return [Day(int(got["t"]), self._month(got, "tn"), self._year(got, "tw"))], "day month"
        if got["l"]:
            numbers = [int(each) for each in re.findall(r"\d+", got["l"])] + [int(got["m"])]
            return [Day(each, self._month(got, "ln"), self._year(got, "lw")) for each in numbers], "listed"
        return self._range_of(got)

    def _year(self, got: Mapping[str, str], *names: str) -> int:
        return next((full_year(got[name], self.latest) for name in names if got[name]), 0)

    def _month(self, got: Mapping[str, str], *names: str) -> int:
        return next((self._months[got[name].lower()] for name in names if got[name]), 0)

    def _range_of(self, got: Mapping[str, str]) -> tuple[list[Day], str]:
        """Return the two ends of a range; what the first leaves out is that of the last."""
        if not (got["bm"] or got["bn"]):
            return [], ""
        number = int(got["bm"]) if got["bm"] else self._month(got, "bn")
        begins = int(got["am"]) if got["am"] else self._month(got, "an", "bn") if got["bn"] else number
        last = Day(int(got["b"]), number, self._year(got, "by", "bw"))
        given = self._year(got, "ay", "aw")
        back = 1 if last.year and not given and begins > last.month else 0
        return [Day(int(got["a"]), begins, given or (last.year - back if last.year else 0)), last], "range"

    def _merge(self, text: str, found: list[Found]) -> list[Found]:
        """Join two days that a word for "until" joins, and drop what lies within another."""
        merged: list[Found] = []
        for each in found:
            if merged and each.start < merged[-1].end:
                continue
            if merged and self._joins(text, merged[-1], each):
                before = merged.pop()
                first = before.first if before.first.year else replace(before.first, year=each.last.year)
                merged.append(
                    Found(before.start, each.end, first, each.last, (*before.weekdays, *each.weekdays), "range-of-two")
                )
                continue
            merged.append(each)
        return merged

    def _joins(self, text: str, one: Found, other: Found) -> bool:
        gap = text[one.end : other.start]
        skip = 0 if one.first.year and other.last.year else 1
        single = one.first == one.last and other.first == other.last
        return bool(single and self._joined.fullmatch(gap) and _order(one.first)[skip:] < _order(other.last)[skip:])

    def resolve(self, found: list[Found], anchors: Anchors, ends: Iterable[int] = ()) -> Iterator[Span]:
        """Give the days without a year one, where something tells it, and check the weekdays.

        ``ends`` are the places of days on which something ends or runs out: they do not tell when a text was written.
        """
        over = set(ends)
        given = [each for each in found if each.first.year]
        days = tuple(
            date(each.first.year, each.first.month, each.first.day) for each in given if each.start not in over
        )
        ahead = tuple(each.last.year for each in given if each.start in over)
        anchors = replace(anchors, days=days, ahead=(*anchors.ahead, *ahead), latest=self.latest)
        for each in found:
            yield _resolve(each, anchors)


def _order(day: Day) -> tuple[int, int, int]:
    return day.year, day.month, day.day


def _resolve(found: Found, anchors: Anchors) -> Span:
    first, last, score, rule = found.first, found.last, 0.95 if found.weekdays else 0.9, found.rule
    inferred = None
    if not last.year:
        inferred = infer_year(first, found.weekdays[0] if found.weekdays else None, anchors)
        if inferred:
            over = 1 if last.month < first.month else 0
            first, last = replace(first, year=inferred.year), replace(last, year=inferred.year + over)
            score, rule = inferred.score, f"{rule}, {inferred.rule}"
        else:
            score, rule = 0.4, f"{rule}, year-open"
    iso = first.iso() if first == last else f"{first.iso()}/{last.iso()}"
    contradicted = bool(last.year and found.weekdays and _contradicts(first, last, found.weekdays))
    if contradicted:
        score = min(score, 0.6)
    return Span(
        found.start, found.end, iso, score, rule,
        inferred=inferred is not None, open_year=not last.year, contradicted=contradicted,
    )  # fmt: skip


def _contradicts(first: Day, last: Day, weekdays: tuple[int, ...]) -> bool:
    if not (first.exists() and last.exists()):
        return False
    return first.weekday() != weekdays[0] or (len(weekdays) > 1 and last.weekday() != weekdays[-1])
