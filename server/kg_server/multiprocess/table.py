"""Rows of shared memory that are found by a name: bounded, and whole whenever a process is killed.

Every change is one word (eight bytes, aligned), which the processor writes at once; locks only keep two processes from
changing the same row from what they read before.
"""

from __future__ import annotations

import hashlib
import mmap
import secrets
from functools import lru_cache

from kg_server.multiprocess.locks import Locks

# A name has its row among so many; the memory for a name is looked for nowhere else.
WAYS = 8
_WORD = 8
_REMEMBERED = 8192


def integers(number: int) -> memoryview[int]:
    """Return zeros that all processes share that are forked from now on."""
    return memoryview(mmap.mmap(-1, number * _WORD)).cast("q")


def floats(number: int) -> memoryview[float]:
    """Return zeros that all processes share that are forked from now on."""
    return memoryview(mmap.mmap(-1, number * _WORD)).cast("d")


class Table:
    """The names of rows, in sets of eight; which set a name belongs to nobody can choose or guess.

    Args:
        rows: how many there are at least.
    """

    def __init__(self, rows: int) -> None:
        self._sets = 1 << max(0, (rows - 1) // WAYS).bit_length()
        self.rows = self._sets * WAYS
        self.keys = integers(self.rows)
        self._locks = Locks()
        secret = secrets.token_bytes(16)

        # A client asks more than once.
        @lru_cache(_REMEMBERED)
        def place(name: str) -> tuple[int, int]:
            digest = hashlib.blake2b(name.encode("utf-8", "surrogatepass"), key=secret, digest_size=_WORD).digest()
            # Zero is a row without a name.
            key = int.from_bytes(digest, "little", signed=True) or 1
            return key, key % self._sets * WAYS

        self._place = place

    def find(self, name: str) -> int | None:
        """Return the row of a name, None when it has none."""
        key, first = self._place(name)
        try:
            return first + self.keys[first : first + WAYS].tolist().index(key)
        except ValueError:
            return None

    def among(self, name: str) -> range:
        """Return the rows of which one can be this name's."""
        first = self._place(name)[1]
        return range(first, first + WAYS)

    def give(self, row: int, name: str) -> None:
        """Let a row be this name's."""
        self.keys[row] = self._place(name)[0]

    def lock(self, name: str) -> None:
        """Let no other process give away or change the rows of which one can be this name's, until `unlock`."""
        self._locks.take(self._place(name)[1])

    def unlock(self, name: str) -> None:
        """Let them."""
        self._locks.leave(self._place(name)[1])
