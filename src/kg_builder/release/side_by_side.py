"""Two sorted N-Quads files side by side, and one of them looked into without reading it whole."""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from kg_builder.namespaces import RDFS

LABEL = f"<{RDFS}label>"

Lines = list[bytes]
"""The lines of one subject, in order."""


def unlike(old: Path, new: Path) -> Iterator[tuple[Lines, Lines]]:
    """Yield the lines of each subject of which two sorted files say different things."""
    olds, news = _subjects(old), _subjects(new)
    one, other = next(olds, None), next(news, None)
    while one or other:
        if one and other and one[0] == other[0]:
            if one[1] != other[1]:
                yield one[1], other[1]
            one, other = next(olds, None), next(news, None)
        elif one and (other is None or one[0] < other[0]):
            yield one[1], []
            one = next(olds, None)
        elif other:
            yield [], other[1]
            other = next(news, None)


def _subjects(path: Path) -> Iterator[tuple[bytes, Lines]]:
    with path.open("rb") as file:
        for subject, lines in groupby(file, key=lambda line: line.partition(b" ")[0]):
            yield subject, list(lines)


def lines_from(data: mmap.mmap | bytes, beginning: bytes) -> Iterator[bytes]:
    """Yield the lines that begin so, out of sorted ones, found by halving them."""
    low, high = 0, len(data)
    while low < high:
        middle = data.rfind(b"\n", 0, (low + high) // 2) + 1
        if data[middle : middle + len(beginning)] < beginning:
            low = data.find(b"\n", middle) + 1
        else:
            high = middle
    while data[low : low + len(beginning)] == beginning:
        end = data.find(b"\n", low) + 1
        yield data[low:end]
        low = end
