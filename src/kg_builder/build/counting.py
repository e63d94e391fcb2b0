"""Counting what many articles say, each thing once, in little memory."""

from __future__ import annotations

from kg_builder.build.mapping import DIGEST

_DRAWERS = 256


class Distinct:
    """Counts digests of facts, each once; keeps eight bytes for each that it is given.

    >>> distinct = Distinct()
    >>> distinct.add(bytes(8) + bytes([1] * 8))
    >>> distinct.add(bytes(8))
    >>> distinct.count()
    2
    """

    def __init__(self) -> None:
        """Start with nothing."""
        self._drawers = [bytearray() for _ in range(_DRAWERS)]

    def add(self, digests: bytes) -> None:
        """Take digests, one after the other."""
        for start in range(0, len(digests), DIGEST):
            self._drawers[digests[start]] += digests[start : start + DIGEST]

    def count(self) -> int:
        """Return how many there are, each counted once."""
        return sum(
            len({bytes(drawer[start : start + DIGEST]) for start in range(0, len(drawer), DIGEST)})
            for drawer in self._drawers
        )
