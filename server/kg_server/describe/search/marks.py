"""Which words of a text are those that somebody looked for."""

from __future__ import annotations

import re

from kg_builder.spelling import fold, resemblance, sound
from kg_server.describe.search.draft import SHORT_STEM
from kg_server.describe.search.lookup import Sought
from kg_server.describe.search.nearness import LEAST

# Apostrophes and soft signs stand inside words.
_WORD = re.compile(r"[^\W_]+(?:['’\u02bc\u02b9`][^\W_]+)*['’\u02bc\u02b9`]?")


def marks(text: str, sought: Sought) -> tuple[tuple[int, int], ...]:
    """Return where the words that were looked for stand, as pairs of positions in code points, the end not included.

    >>> marks("Vadzim Hihin", Sought.read("Gig"))
    ((7, 12),)
    """
    return tuple(found.span() for found in _WORD.finditer(text) if _is_meant(found.group(), sought))


def parts(text: str, places: tuple[tuple[int, int], ...]) -> list[tuple[str, bool]]:
    """Cut a text at its marks: each part, and whether it is marked.

    >>> parts("Vadzim Hihin", ((7, 12),))
    [('Vadzim ', False), ('Hihin', True)]
    """
    found, at = [], 0
    for start, end in places:
        found += [(text[at:start], False), (text[start:end], True)]
        at = end
    return [each for each in (*found, (text[at:], False)) if each[0]]


def _is_meant(word: str, sought: Sought) -> bool:
    for folded in fold(word).split():
        sounding = sound(folded)
        if folded.startswith(sought.words) or sounding.startswith(sought.sounds):
            return True
        near = (resemblance(each, sounding) for each in sought.sounds if len(each) >= SHORT_STEM)
        if any(each >= LEAST for each in near):
            return True
    return False
