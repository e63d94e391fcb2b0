"""Where the words of a former text stand in a new one: what was kept, in its order."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rapidfuzz.distance import LCSseq

_TOKEN = re.compile(r"\w+|\s+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Alignment:
    """Stretches that two texts have in common: their starts in the former and the new text, and their length.

    All count code points. The stretches are as long as can be, and do not overlap.
    """

    kept: tuple[tuple[int, int, int], ...]

    def place(self, start: int, end: int) -> tuple[int, int] | None:
        """Return where a stretch of the former text stands in the new one; None where it was not kept whole.

        >>> align("one two three", "zero two three").place(4, 13)
        (5, 14)
        >>> align("one two three", "zero two three").place(0, 7) is None
        True
        """
        for former, new, length in self.kept:
            if former <= start and end <= former + length:
                return new + start - former, new + end - former
        return None


def align(former: str, text: str) -> Alignment:
    """Return what two texts have in common, word by word, as much as can be kept in one order."""
    old, new = _TOKEN.findall(former), _TOKEN.findall(text)
    old_places, new_places = _places(old), _places(new)
    return Alignment(
        tuple(
            (
                old_places[block.src_start],
                new_places[block.dest_start],
                old_places[block.src_end] - old_places[block.src_start],
            )
            for block in LCSseq.opcodes(old, new)
            if block.tag == "equal"
        )
    )


def _places(tokens: list[str]) -> list[int]:
    places = [0]
    for token in tokens:
        places.append(places[-1] + len(token))
    return places
