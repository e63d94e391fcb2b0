"""Dates as far as they are known, in words: from EDTF (ISO 8601-2) to what people of a language write."""

from __future__ import annotations

import re
from collections.abc import Mapping

_DATE = re.compile(r"(\d{4}|\d{3}X|\d{2}XX)(?:-(\d{2})(?:-(\d{2}))?)?([?~%]?)", re.ASCII)
_MONTHS: Mapping[str, tuple[str, ...]] = {
    "en": (
        "January", "February", "March", "April", "May", "June",
        "July", "August", "September", "October", "November", "December",
    ),
    "id": (
        "Januari", "Februari", "Maret", "April", "Mei", "Juni",
        "Juli", "Agustus", "September", "Oktober", "November", "Desember",
    ),
}  # fmt: skip
_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "about": "about {}", "uncertain": "{} (uncertain)", "since": "since {}", "until": "until {}",
        "between": "between {} and {}", "decade": "the {}s",
    },
    "id": {
        "about": "sekitar {}", "uncertain": "{} (belum pasti)", "since": "sejak {}", "until": "sampai {}",
        "between": "antara {} dan {}", "decade": "{}-an",
    },
}  # fmt: skip
_Parts = tuple[str, str | None, str | None, str]


def date_text(edtf: str, language: str) -> str:
    """Write a date or an interval as people do; what is not EDTF of the usual kind is returned as it is.

    >>> date_text("2024-06-28", "en"), date_text("2024-06", "id"), date_text("1623~", "en")
    ('28 June 2024', 'Juni 2024', 'about 1623')
    >>> date_text("2023-10-19/2023-10-20", "id"), date_text("[2023-10-19..2023-10-20]", "en")
    ('19–20 Oktober 2023', 'between 19 and 20 October 2023')
    >>> date_text("196X/198X", "en"), date_text("1922/..", "id"), date_text("soon", "en")
    ('the 1960s – the 1980s', 'sejak 1922', 'soon')
    """
    words = _WORDS.get(language, _WORDS["en"])
    chosen = edtf.startswith("[") and edtf.endswith("]")
    first, mark, last = edtf.strip("[]").partition(".." if chosen else "/")
    if mark and not chosen and ".." in {first, last}:
        known = _parse(last if first == ".." else first)
        return words["until" if first == ".." else "since"].format(_write(known, language)) if known else edtf
    start, end = _parse(first), _parse(last) if mark else None
    if start is None or (mark and end is None):
        return edtf
    if end is None:
        return _write(start, language)
    begins, ends = _short(start, end, language), _write(end, language)
    if chosen:
        return words["between"].format(begins, ends)
    return f"{begins}–{ends}" if begins.isdecimal() else f"{begins} – {ends}"


def _parse(text: str) -> _Parts | None:
    match = _DATE.fullmatch(text)
    if match is None or (match[2] is not None and not 1 <= int(match[2]) <= len(_MONTHS["en"])):
        return None
    return match[1], match[2], match[3], match[4]


def _write(date: _Parts, language: str) -> str:
    year, month, day, mark = date
    words = _WORDS.get(language, _WORDS["en"])
    if year.endswith("XX"):
        text = words["between"].format(f"{year[:2]}00", f"{year[:2]}99")
    elif year.endswith("X"):
        text = words["decade"].format(f"{year[:3]}0")
    else:
        parts = (str(int(day)) if day else "", _month(month, language) if month else "", year)
        text = " ".join(part for part in parts if part)
    if mark in {"~", "%"}:
        text = words["about"].format(text)
    return words["uncertain"].format(text) if mark in {"?", "%"} else text


def _short(start: _Parts, end: _Parts, language: str) -> str:
    """Return the first of two dates without what the second says again."""
    if start[3] or end[3] or start[0] != end[0] or not start[1] or not end[1] or bool(start[2]) != bool(end[2]):
        return _write(start, language)
    if start[1] == end[1]:
        return str(int(start[2])) if start[2] else _write(start, language)
    return " ".join(part for part in (str(int(start[2])) if start[2] else "", _month(start[1], language)) if part)


def _month(number: str, language: str) -> str:
    return _MONTHS.get(language, _MONTHS["en"])[int(number) - 1]
