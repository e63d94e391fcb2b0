"""Answers that are too long to be held: files that a query process writes and the server reads once.

A file has a name only from its first byte to the moment at which the server opens it, so a server that ends in any way
leaves nothing but what was being written; the next one sweeps that away.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import tempfile
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from kg_server.http.problems import EvaluationFailed, SpoolFull

_PREFIX, _MAKING = "rujukan-spool-", ".rujukan-spool-"
_PIECE = 1 << 20
_NAME = re.compile(r"[0-9]+-[0-9]+")


class Spooled:
    """A file without a name that holds one answer; it is gone with this object.

    Args:
        path: the file, which loses its name here.
        room: told when the bytes are given back.

    Raises:
        SpoolFull: when there is no room, or no descriptor.
    """

    def __init__(self, path: Path, room: Room) -> None:
        try:
            handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
        except OSError as error:
            raise SpoolFull(f"The answer cannot be read back: {error.strerror}. Try again later.") from error
        finally:
            path.unlink(missing_ok=True)
        self._handle = handle
        self.size = os.fstat(handle).st_size
        try:
            room.take(self.size)
        except SpoolFull:
            os.close(handle)
            raise
        weakref.finalize(self, _give_back, handle, self.size, room)

    def read(self, most: int | None = None) -> bytes:
        """Return the bytes, or the first of them."""
        return os.pread(self._handle, self.size if most is None else min(most, self.size), 0)

    def stream(self) -> BinaryIO:
        """Return the bytes as a file to read from its beginning; whoever asks for it closes it."""
        os.lseek(self._handle, 0, os.SEEK_SET)
        return os.fdopen(os.dup(self._handle), "rb")

    def pieces(self) -> Iterator[bytes]:
        """Yield the bytes in pieces of a mebibyte."""
        for start in range(0, self.size, _PIECE):
            yield os.pread(self._handle, _PIECE, start)


def _give_back(handle: int, size: int, room: Room) -> None:
    os.close(handle)
    room.give(size)


class Room:
    """The disk that answers on their way out may take together.

    Args:
        size: in bytes.
        retry_seconds: what `Retry-After` says when it is full.
    """

    def __init__(self, size: int, retry_seconds: int = 2) -> None:
        self.size, self.taken, self._retry = size, 0, retry_seconds

    def take(self, size: int) -> None:
        """Take some of it.

        Raises:
            SpoolFull: when there is not so much left.
        """
        if self.taken + size > self.size:
            message = f"Answers that are being sent fill the {self.size} bytes set aside for them; try again later."
            raise SpoolFull(
                message, headers={"Retry-After": str(self._retry)}, limit=self.size, retry_after=self._retry
            )
        self.taken += size

    def give(self, size: int) -> None:
        """Give it back."""
        self.taken -= size


class SpoolFolder:
    """A folder of one server for its spool files, removed when it stops.

    Args:
        parent: where to make it; the system's folder for temporary files by default.

    Raises:
        OSError: when it cannot be made.
    """

    def __init__(self, parent: Path | None = None) -> None:
        place = Path(tempfile.gettempdir()) if parent is None else parent
        sweep(place)
        made = Path(tempfile.mkdtemp(prefix=_MAKING, dir=place))
        # Held for as long as the server lives, however it ends; whoever sees the folder's lasting name finds it held.
        self._handle = os.open(made, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        fcntl.flock(self._handle, fcntl.LOCK_EX)
        self.path = made.rename(place / (_PREFIX + made.name.removeprefix(_MAKING)))
        self._removed = weakref.finalize(self, _remove, self.path, self._handle)

    def file(self, name: str) -> Path:
        """Return the path of a file that a process named.

        Raises:
            EvaluationFailed: when it is not named as such files are.
        """
        if not _NAME.fullmatch(name):
            raise EvaluationFailed("The query process named a file that is none of its own.")
        return self.path / name

    def remove(self, name: str) -> None:
        """Remove a file that nobody will read."""
        self.file(name).unlink(missing_ok=True)

    def discard(self, process: int) -> None:
        """Remove what a process that has ended was writing."""
        for path in self.path.glob(f"{process}-*"):
            path.unlink(missing_ok=True)

    def close(self) -> None:
        """Remove the folder."""
        self._removed()


def _remove(path: Path, handle: int) -> None:
    os.close(handle)
    shutil.rmtree(path, ignore_errors=True)


def sweep(parent: Path) -> None:
    """Remove the spool folders of servers that have ended without removing them; those of others stay."""
    for folder in parent.glob(_PREFIX + "*"):
        try:
            handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError:
            # Somebody else's, or just removed.
            continue
        try:
            if os.fstat(handle).st_uid == os.getuid():
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
        except BlockingIOError:
            # Its server lives.
            continue
        finally:
            os.close(handle)
