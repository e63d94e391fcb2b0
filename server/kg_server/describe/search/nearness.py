"""How near one sounding word is to another."""

from __future__ import annotations

from collections.abc import Iterable

from rapidfuzz import process
from rapidfuzz.distance import OSA

from kg_builder.spelling import resemblance

# One letter of four may be wrong, or two of six.
LEAST = 0.65
_SLACK = 1
# The letters alone may be less alike than these and the vowels' places together; one of so many likely words is near.
_LENIENT, _LIKELY = 0.15, 8
_TELLING = 0.5


def nearest(word: str, others: Iterable[str], most: int, *, begun: bool = False) -> list[str]:
    """Return those that are near enough, the nearest first."""
    # Most of many are far: these are told apart without a word of Python for each.
    known = list(others)
    cut = [other[: len(word) + _SLACK] for other in known] if begun else known
    likely = process.extract(
        word, cut, scorer=OSA.normalized_similarity, score_cutoff=LEAST - _LENIENT, limit=_LIKELY * most
    )
    near = [(resemblance(word, known[at], begun=begun), known[at]) for _, _, at in likely]
    near = sorted((each for each in near if each[0] >= LEAST), key=lambda each: (-each[0], each[1]))
    return [other for _, other in near[:most]]


def closeness(words: tuple[str, ...], others: list[str]) -> float:
    """Return how well a name's sounding words answer those looked for, from 0 to 1; the last of these may be begun.

    >>> closeness(("ana", "berh"), ["ana", "berh"]), closeness(("ana", "petrov"), ["ana", "berh"])
    (1.0, 0.5)
    """
    best = [
        max((resemblance(word, other, begun=place == len(words)) for other in others), default=0.0)
        for place, word in enumerate(words, 1)
    ]
    # Any two words have some letters in common; that says nothing.
    return sum(each for each in best if each >= _TELLING) / len(best)
