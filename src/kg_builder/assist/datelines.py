"""The day in an article's dateline: «CITY, 3 May 2025 – ...», at the beginning of one of its first paragraphs."""

from __future__ import annotations

import re
from itertools import islice

from kg_builder.assist.dates import Dates

_PARAGRAPHS = 3
_REACH = 100
# A place and an agency: words that begin with a capital, or hold one (as the names of sites do).
_PLACE = re.compile(r"(?:\W*\b(?:[^\W\d_]*[A-Z][\w.]*))+[\s,(/|-]*", re.ASCII)
_DASH = re.compile(r"\s*\)?\s*(?:[–—]|-{1,2}(?=\s)|:\s)")


def dateline_day(text: str, dates: Dates) -> str:
    """Return the day of a text's dateline, YYYY-MM-DD; nothing where it has none, or one without a year.

    A day anywhere else is one of what is told, and not of the telling.
    """
    paragraphs = (paragraph for paragraph in text.splitlines() if paragraph.strip())
    for paragraph in islice(paragraphs, _PARAGRAPHS):
        head = paragraph.strip()[:_REACH]
        for found in dates.find(head)[:1]:
            alone = found.first == found.last and found.first.year
            if alone and _PLACE.fullmatch(head[: found.start]) and _DASH.match(head, found.end):
                return found.first.iso()
    return ""
