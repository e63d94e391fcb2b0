"""Locks between processes whose holder may be killed: the kernel takes them back."""

from __future__ import annotations

import fcntl
import os
import sys
import tempfile
import time

# They are held for microseconds. Whoever holds one for so long was stopped, and is not waited for.
_PATIENCE_SECONDS = 0.02


class Locks:
    """Numbered locks of processes that are forked after this was made.

    They are record locks (POSIX) on a file without a name and without content. A lock that is not had in time is gone
    without: what it guards must bear that, at the worst by losing one change.

    >>> locks = Locks()
    >>> locks.take(7), locks.leave(7)
    (True, None)
    """

    def __init__(self) -> None:
        if sys.platform == "linux":
            self._file = os.memfd_create("rujukan-locks")
        else:
            with tempfile.TemporaryFile() as file:
                self._file = os.dup(file.fileno())

    def take(self, number: int) -> bool:
        """Take a lock, and return whether it was had in time; never from two threads of one process."""
        until = 0.0
        while True:
            try:
                fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, number)
            except (BlockingIOError, PermissionError):
                now = time.monotonic()
                until = until or now + _PATIENCE_SECONDS
                if now > until:
                    return False
                os.sched_yield()
            else:
                return True

    def leave(self, number: int) -> None:
        """Leave a lock; nothing happens where it is not held."""
        fcntl.lockf(self._file, fcntl.LOCK_UN, 1, number)
