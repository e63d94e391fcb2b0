"""Dates as far as they are known: the part of EDTF (ISO 8601-2, 2019) that news needs.

Days, months, years, decades (``196X``), centuries (``19XX``), intervals (``a/b``), open ones (``1922/..``), one of a
range (``[a..b]``) and the qualifiers ``?``, ``~`` and ``%`` behind a date.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date

MONTHS = 12

_DATE = re.compile(r"(\d{4}|\d{3}X|\d{2}XX)(?:-(\d{2})(?:-(\d{2}))?)?[?~%]?\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Edtf:
    """A date in EDTF and the days between which it lies; ``None`` is an open end."""

    text: str
    earliest: date | None
    latest: date | None

    @property
    def day(self) -> date | None:
        """The day, where exactly one is known."""
        return self.earliest if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", self.text) else None


def parse_edtf(text: str) -> Edtf:
    """Parse a date.

    Raises:
        ValueError: the text is outside this part of EDTF, names no day of the calendar, or runs backwards; the
            message is for people.

    >>> parse_edtf("196X/198X").latest
    datetime.date(1989, 12, 31)
    >>> parse_edtf("1922/..").latest is None
    True
    >>> parse_edtf("2024-02-30")
    Traceback (most recent call last):
    ...
    ValueError: «2024-02-30» is no day of the calendar: 2024-02 has 29 days
    """
    if text.startswith("[") and text.endswith("]") and ".." in text:
        first, _, last = text[1:-1].partition("..")
        if not first or not last:
            message = f"«{text}» needs a date on both sides of «..»"
            raise ValueError(message)
        return _between(text, _bounds(first, text)[0], _bounds(last, text)[1])
    first, slash, last = text.partition("/")
    if not slash:
        return Edtf(text, *_bounds(text, text))
    if first == last == "..":
        message = f"«{text}» names no date: give at least one end"
        raise ValueError(message)
    earliest = None if first == ".." else _bounds(first, text)[0]
    latest = None if last == ".." else _bounds(last, text)[1]
    return _between(text, earliest, latest)


def _between(text: str, earliest: date | None, latest: date | None) -> Edtf:
    if earliest and latest and earliest > latest:
        message = f"«{text}» ends before it begins"
        raise ValueError(message)
    return Edtf(text, earliest, latest)


def _bounds(part: str, text: str) -> tuple[date, date]:
    match = _DATE.match(part)
    if not match:
        message = (
            f"«{text}» is not a date: write 2024-06-28, 2024-06, 2024, 196X, 2023-10-19/2023-10-20, 1922/.. "
            "or [2023-10-19..2023-10-20]"
        )
        raise ValueError(message)
    year, month, day = match.groups()
    first_year, last_year = int(year.replace("X", "0")), int(year.replace("X", "9"))
    if first_year == 0:
        message = f"«{text}»: the year 0000 is not supported"
        raise ValueError(message)
    if month is None:
        return date(first_year, 1, 1), date(last_year, 12, 31)
    if "X" in year or not 1 <= int(month) <= MONTHS:
        message = f"«{text}» is no month of the calendar"
        raise ValueError(message)
    days = calendar.monthrange(first_year, int(month))[1]
    if day is None:
        return date(first_year, int(month), 1), date(first_year, int(month), days)
    if not 1 <= int(day) <= days:
        message = f"«{text}» is no day of the calendar: {year}-{month} has {days} days"
        raise ValueError(message)
    exact = date(first_year, int(month), int(day))
    return exact, exact
