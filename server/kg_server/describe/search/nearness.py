"""How near one sounding word is to another."""

from __future__ import annotations

from collections.abc import Iterable

from rapidfuzz.distance import OSA

from kg_server.describe.search.folding import skeleton

# One letter of four may be wrong, or two of seven.
LEAST = 0.7
_SLACK = 1


def resemblance(word: str, other: str, *, begun: bool = False) -> float:
    """Return how alike two sounding words are, from 0 to 1; a wrong vowel counts for less than a wrong consonant.

    Args:
        word: looked for.
        other: there.
        begun: whether `word` may be the beginning of `other`.

    >>> resemblance("hihin", "hihin"), resemblance("hih", "hihin", begun=True)
    (1.0, 1.0)
    >>> resemblance("mohamed", "mohamad") > resemblance("mohamed", "mohaned") > LEAST > resemblance("duda", "maria")
    True
    """
    if begun and len(other) > len(word):
        lengths = range(max(1, len(word) - _SLACK), min(len(other), len(word) + _SLACK) + 1)
        return max(_alike(word, other[:length]) for length in lengths)
    return _alike(word, other)


def _alike(word: str, other: str) -> float:
    letters = OSA.normalized_similarity(word, other)
    return (2 * letters + OSA.normalized_similarity(skeleton(word), skeleton(other))) / 3


def nearest(word: str, others: Iterable[str], most: int, *, begun: bool = False) -> list[tuple[str, float]]:
    """Return those that are near enough, the nearest first, with their resemblance."""
    near = [(other, alike) for other in others if (alike := resemblance(word, other, begun=begun)) >= LEAST]
    return sorted(near, key=lambda each: (-each[1], each[0]))[:most]


def closeness(words: tuple[str, ...], others: list[str]) -> float:
    """Return how well a name's sounding words answer those that somebody looks for, from 0 to 1; the last may be begun."""
    if not others:
        return 0.0
    best = [
        max(resemblance(word, other, begun=place == len(words)) for other in others)
        for place, word in enumerate(words, 1)
    ]
    return sum(best) / len(best)
