"""The day in an article's dateline: «CITY, 3 May 2025 – ...», at the beginning of one of its first paragraphs."""

from __future__ import annotations

import re
from itertools import islice

from kg_builder.assist.dates import Dates

_PARAGRAPHS = 3
_REACH = 100
_HEADING = (3, 160)
"""The fewest words and the most code points of a heading."""
# A place and an agency: words that begin with a capital, or hold one (as the names of sites do).
_PLACE = re.compile(r"(?:\W*\b(?:[^\W\d_]*[A-Z][\w.]*))+[\s,(/|-]*", re.ASCII)
_DASH = re.compile(r"\s*\)?\s*(?:[–—]|-{1,2}(?=\s)|:\s)")


def heading(text: str) -> str:
    r"""Return the first line of a text where it is its heading: short, mostly capitalised words, without a full stop.

    >>> heading("Museum Laut Terima Dua Belas Topeng\n\nKOTA KARANG – Museum itu menerima topeng.\n")
    'Museum Laut Terima Dua Belas Topeng'
    >>> heading("KOTA KARANG – Museum Laut Terima Topeng.\nKepalanya senang.\n"), heading("Museum Laut Terima Topeng")
    ('', '')
    """
    first, _, rest = text.lstrip("\ufeff \r\n").partition("\n")
    words = [word for word in first.split() if word[0].isalpha()]
    capitals = sum(word[0].isupper() for word in words)
    short = _HEADING[0] <= len(words) and len(first) <= _HEADING[1]
    closed = first.rstrip().endswith((".", "!", ",", ";", ":"))
    dateline = any(mark in first for mark in (" - ", " – ", "—"))
    named = short and 2 * capitals > len(words) and not closed and not dateline and rest.strip()
    return " ".join(first.split()) if named else ""


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
