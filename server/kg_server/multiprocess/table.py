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

    Attributes:
        place: returns the key of a name, and the first row of its set.
        keys: of the rows; 0 for one without a name.
        locks: one for each set, numbered by its first row. Who changes a row or whose it is holds it.
    """

    def __init__(self, rows: int) -> None:
        sets = 1 << max(0, (rows - 1) // WAYS).bit_length()
        self.rows = sets * WAYS
        self.keys = integers(self.rows)
        self.locks = Locks()
        secret = secrets.token_bytes(16)

        # A client asks more than once.
        @lru_cache(_REMEMBERED)
        def place(name: str) -> tuple[int, int]:
            digest = hashlib.blake2b(name.encode("utf-8", "surrogatepass"), key=secret, digest_size=_WORD).digest()
            key = int.from_bytes(digest, "little", signed=True) or 1
            return key, key % sets * WAYS

        self.place = place

    def find(self, key: int, first: int) -> int | None:
        """Return the row of a key in its set, None when it has none."""
        keys = self.keys[first : first + WAYS].tolist()
        return first + keys.index(key) if key in keys else None
