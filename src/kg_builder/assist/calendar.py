"""Days of the calendar, the ISO forms of dates known in part, and the year that a text leaves out."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

CENTURY = 100
_AHEAD = 1
_REACH = 6
_ABOUT_A_YEAR = 370
_CYCLE = 11
_MONTHS = 12
_TWO_DIGITS = 2


@dataclass(frozen=True, slots=True)
class Day:
    """A day as printed: the year may be missing (0)."""

    day: int
    month: int
    year: int = 0

    def iso(self) -> str:
        """Return the ISO form, with ``XXXX`` for a year that is not known.

        >>> Day(1, 2, 2018).iso(), Day(1, 2).iso()
        ('2018-02-01', 'XXXX-02-01')
        """
        return f"{self.year:04}-{self.month:02}-{self.day:02}" if self.year else f"XXXX-{self.month:02}-{self.day:02}"

    def exists(self) -> bool:
        """Tell whether the calendar has the day (in some year, where none is given).

        >>> Day(31, 2, 2024).exists(), Day(29, 2).exists(), Day(29, 2, 2023).exists()
        (False, True, False)
        """
        leap = 2000
        return 1 <= self.month <= _MONTHS and 1 <= self.day <= monthrange(self.year or leap, self.month)[1]

    def weekday(self) -> int:
        """Return the day of the week of a day with a year, Monday being 1."""
        return date(self.year, self.month, self.day).isoweekday()


def full_year(text: str, latest: int) -> int:
    """Return a year printed with two or four digits; two digits lie no later than a year after ``latest``.

    >>> full_year("2024", 2026), full_year("24", 2026), full_year("98", 2026)
    (2024, 2024, 1998)
    """
    year = int(text)
    if len(text) > _TWO_DIGITS:
        return year
    this_century = latest // CENTURY * CENTURY
    return this_century + year if this_century + year <= latest + _AHEAD else this_century - CENTURY + year


@dataclass(frozen=True, slots=True)
class Anchors:
    """What tells the year of a day printed without one.

    Args:
        published: the article's own day, where it is known.
        days: the days of the text that have a year.
        past: years that the text speaks of as past or present; ``since`` those from which something lasts.
        ahead: years that the text speaks of as to come.
        latest: the last year that a text may be of.
    """

    published: date | None = None
    days: tuple[date, ...] = ()
    past: tuple[int, ...] = ()
    since: tuple[int, ...] = ()
    ahead: tuple[int, ...] = ()
    latest: int = 0


@dataclass(frozen=True, slots=True)
class Inferred:
    """A year that was inferred, by which rule, and how sure that is."""

    year: int
    rule: str
    score: float


def infer_year(day: Day, weekday: int | None, anchors: Anchors) -> Inferred | None:
    """Return the year in which a day fits its weekday, by the best evidence there is; None where nothing tells.

    The article's own day tells most, then the nearest day with a year in the text, then the years spoken of as past:
    the first that fits from the last of them on. Without any, the last year that fits.

    >>> infer_year(Day(24, 5), 3, Anchors(days=(date(2023, 6, 1),), latest=2026)).year
    2023
    >>> infer_year(Day(7, 5), 5, Anchors(since=(2010,), latest=2026)).year
    2021
    """
    return (
        _of_article(day, weekday, anchors)
        or _of_nearest(day, weekday, anchors)
        or _after_past(day, weekday, anchors)
        or _last_fitting(day, weekday, anchors)
    )


def _fits(day: Day, weekday: int | None, years: Iterable[int]) -> list[int]:
    found = (Day(day.day, day.month, year) for year in years)
    return [each.year for each in found if each.exists() and (weekday is None or each.weekday() == weekday)]


def _of_article(day: Day, weekday: int | None, anchors: Anchors) -> Inferred | None:
    published = anchors.published
    if published is None:
        return None
    around = _fits(day, weekday, range(published.year - 1, published.year + 2))
    near = min(around, key=lambda year: abs((date(year, day.month, day.day) - published).days), default=None)
    return Inferred(near, "year-of-article", 0.97) if near else None


def _of_nearest(day: Day, weekday: int | None, anchors: Anchors) -> Inferred | None:
    years = {each.year + step for each in anchors.days for step in range(-_REACH, _REACH + 1)}

    def far(year: int) -> int:
        return min(abs((date(year, day.month, day.day) - each).days) for each in anchors.days)

    close = min(_fits(day, weekday, sorted(years)), key=far, default=None)
    if close is None or (weekday is None and far(close) > _ABOUT_A_YEAR):
        return None
    return Inferred(close, "year-of-nearest-date", 0.9 if close in {each.year for each in anchors.days} else 0.75)


def _after_past(day: Day, weekday: int | None, anchors: Anchors) -> Inferred | None:
    told = _told(anchors)
    bound = min((*anchors.ahead, anchors.latest))
    if weekday is None:
        named = told in anchors.past and told <= bound and not anchors.ahead
        return Inferred(told, "year-last-named", 0.6) if named and _fits(day, None, [told]) else None
    if not told and not anchors.ahead:
        return None
    between = _fits(day, weekday, range(told or bound - _CYCLE, bound + 1))
    if between:
        return Inferred(between[-1 if anchors.ahead else 0], "year-after-past", 0.7)
    before = _fits(day, weekday, range(bound - _CYCLE, min(told, bound) + 1))
    return Inferred(before[-1], "year-before-named", 0.55) if before else None


def _last_fitting(day: Day, weekday: int | None, anchors: Anchors) -> Inferred | None:
    if weekday is None or not anchors.latest or _told(anchors) or anchors.ahead:
        return None
    last = _fits(day, weekday, range(anchors.latest - _CYCLE, anchors.latest + 1))
    return Inferred(last[-1], "year-last-fitting", 0.5) if last else None


def _told(anchors: Anchors) -> int:
    """Return the first year that a day of the text may be of, by the years spoken of as past."""
    return max((*anchors.past, *(year + 1 for year in anchors.since)), default=0)
