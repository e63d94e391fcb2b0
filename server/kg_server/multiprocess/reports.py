"""What each process said of itself last, which outlives it: its successor goes on from there."""

from __future__ import annotations

import mmap

# Memory that is not written to is not there.
_ROOM = 1 << 20
_HEAD = 8
_LENGTH_BITS = 32


class Reports:
    """A report of each process; it is the former one or the new one, whole, whenever a process is killed.

    Args:
        processes: how many there are.

    >>> reports = Reports(2)
    >>> reports.write(1, b"so far so good"), reports.read(1), reports.read(0)
    (True, b'so far so good', b'')
    """

    def __init__(self, processes: int) -> None:
        self._memory = mmap.mmap(-1, processes * (_HEAD + 2 * _ROOM))
        # Which half holds the report, and how long it is: one word, so it is written at once.
        self._heads = memoryview(self._memory).cast("Q")

    def write(self, process: int, report: bytes) -> bool:
        """Write a report in the place of the former one, and return whether there was room."""
        if len(report) > _ROOM:
            return False
        head = process * (_HEAD + 2 * _ROOM) // _HEAD
        half = 1 - (self._heads[head] >> _LENGTH_BITS)
        start = head * _HEAD + _HEAD + half * _ROOM
        self._memory[start : start + len(report)] = report
        self._heads[head] = half << _LENGTH_BITS | len(report)
        return True

    def read(self, process: int) -> bytes:
        """Return the report of a process; nothing where there was none yet."""
        head = process * (_HEAD + 2 * _ROOM) // _HEAD
        half, length = divmod(self._heads[head], 1 << _LENGTH_BITS)
        start = head * _HEAD + _HEAD + half * _ROOM
        return self._memory[start : start + length]
