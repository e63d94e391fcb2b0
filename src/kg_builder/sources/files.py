"""Source files: which a folder holds, and writing one so that nobody ever sees half of it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


def sources_in(folder: Path, ending: str) -> list[Path]:
    """Return the files of a folder whose names end so, in order; hidden ones, such as editors keep, are none."""
    return sorted(path for path in folder.glob(f"*{ending}") if not path.name.startswith("."))


def write_whole(path: Path, content: bytes) -> None:
    """Replace a file at once, so that a crash leaves the old one or the new one; folders above it are made.

    Raises:
        OSError: naming the file.
    """
    path.resolve().parent.mkdir(parents=True, exist_ok=True)
    with replaced(path) as out:
        out.write(content)


@contextmanager
def replaced(path: Path) -> Iterator[IO[bytes]]:
    """Yield a stream whose bytes replace a file when the block ends well; else the file stays what it was.

    A symbolic link stays one, and what it leads to is replaced. A device or a pipe is written as it is.

    Raises:
        OSError: naming the file.
    """
    path = path.resolve()
    try:
        if path.exists() and not path.is_file():
            with path.open("wb") as out:
                yield out
            return
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        temporary.chmod(path.stat().st_mode if path.exists() else 0o644)
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        # What a full disk says of a stream names no file.
        raise OSError(error.errno, error.strerror, error.filename or str(path)) from error
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
