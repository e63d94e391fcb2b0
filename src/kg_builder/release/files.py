"""Files written so that they are whole or absent, and hashed on the way."""

from __future__ import annotations

import hashlib
import os
import stat
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

_READ = 1 << 20
_MANY = 200


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: the SHA-256 of the bytes, in hex, their number, and the number of pieces."""

    sha256: str
    bytes: int
    pieces: int


def write_pieces(path: Path, pieces: Iterable[bytes]) -> Written:
    """Write pieces of bytes, one after the other, to a new file; raises OSError."""
    digest = hashlib.sha256()
    size = count = 0
    with path.open("xb", buffering=_READ) as file:
        for piece in pieces:
            digest.update(piece)
            file.write(piece)
            size += len(piece)
            count += 1
    return Written(digest.hexdigest(), size, count)


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file, in hex; raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def stats(folder: Path) -> Iterator[tuple[str, os.stat_result]]:
    """Yield every file and folder below a folder, by its path from there, outer ones first, but for symbolic links.

    Raises:
        OSError: a folder cannot be read.
    """
    waiting = [""]
    while waiting:
        inside = waiting.pop()
        with os.scandir(folder / inside) as entries:
            for entry in entries:
                if entry.is_symlink():
                    continue
                name = f"{inside}/{entry.name}" if inside else entry.name
                yield name, entry.stat()
                if entry.is_dir():
                    waiting.append(name)


def sync(path: Path) -> None:
    """Bring a file, or a directory's list of names, to the disk; raises OSError."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_tree(folder: Path) -> None:
    """Bring every file below a folder to the disk, then the folders, inner ones first; raises OSError.

    A file that has another name too is taken to be there: it is another release's, which was brought to the disk.
    """
    fresh, folders = list[Path](), [folder]
    for name, found in stats(folder):
        if stat.S_ISDIR(found.st_mode):
            folders.insert(0, folder / name)
        elif found.st_nlink == 1:
            fresh.append(folder / name)
    if len(fresh) > _MANY and sys.platform == "linux":
        os.sync()  # which waits there, and is done sooner than file after file
        return
    for path in [*fresh, *folders]:
        sync(path)
