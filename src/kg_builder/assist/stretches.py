"""Long texts in stretches, so that the time that reading takes grows with the length and no faster."""

from __future__ import annotations

import re
from collections.abc import Iterator

MOST = 20_000
"""Code points of a stretch: some four times an ordinary article."""

_ENDS = (re.compile(r"\n"), re.compile(r"(?<=[.!?])\s"), re.compile(r"\s"))


def stretches(text: str, most: int = MOST) -> Iterator[tuple[int, int]]:
    r"""Yield the places of a text's stretches: as many whole paragraphs as fit, else sentences, else words.

    >>> list(stretches("One. Two.\nThree.", most=12)), list(stretches("One. Two. Three.", most=12))
    ([(0, 10), (10, 16)], [(0, 10), (10, 16)])
    >>> list(stretches("aaaaa", most=2)), list(stretches(""))
    ([(0, 2), (2, 4), (4, 5)], [])
    """
    start = 0
    while start < len(text):
        end = min(start + most, len(text))
        if end < len(text):
            end = next((last for each in _ENDS if (last := _last(each, text, start, end))), end)
        yield start, end
        start = end


def _last(end: re.Pattern[str], text: str, start: int, after: int) -> int:
    """Return where the last match within a range ends; 0 where there is none."""
    return max((match.end() for match in end.finditer(text, start, after)), default=0)
