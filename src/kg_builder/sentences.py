"""Where sentences begin and end: builder and server must count the same ones (decision 0020)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_END = re.compile(r"[.!?]+[\"”’')\]]*(?:\s+|(?=[A-Z\"“])|\Z)|\n+")
_ABBREVIATIONS = re.compile(
    r"(?:\b[A-Z]|\b(?:Plt|Pj|Dr|Drs|Prof|Ir|Hj|No|St|Tn|Ny|dll|dsb|dkk|vs|Mr|Mrs|Ms|Jr|Inc))\.\Z"
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence's place in its text: code points, end exclusive."""

    start: int
    end: int


def sentences(text: str) -> Iterator[Sentence]:
    """Yield the sentences of a text; initials and common abbreviations end none.

    >>> [(s.start, s.end) for s in sentences("E. Someone came. She left.")]
    [(0, 16), (17, 26)]
    """
    start = 0
    for match in _END.finditer(text):
        end = match.end()
        if (
            _ABBREVIATIONS.search(text[start : match.start() + 1])
            or text[match.start() - 1 : match.end() + 1].isdigit()
        ):
            continue
        body = text[start:end]
        if body.strip():
            left = start + len(body) - len(body.lstrip())
            yield Sentence(left, start + len(body.rstrip()))
        start = end
    if rest := text[start:].strip():
        yield Sentence(text.index(rest, start), len(text.rstrip()))
