"""Who may write: one build at a time, and nobody removes a release that a reader holds.

A reader holds a release by a shared `flock` on its folder, opened by its real path and not through `current`.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from kg_builder.errors import ReleaseError

LOCK_FILE: Final = ".lock"


@contextmanager
def build_lock(build_dir: Path) -> Iterator[None]:
    """Hold `build/.lock` for this build alone, making the directory if need be.

    The lock falls when its process ends, however it ends. Raises ReleaseError at once when another build holds it, and
    where a file stands in the directory's place.
    """
    try:
        build_dir.mkdir(parents=True, exist_ok=True)
    except FileExistsError as error:
        raise ReleaseError(f"{build_dir} is not a folder: move it away, releases are kept there") from error
    with (build_dir / LOCK_FILE).open("a+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            holder = file.read().strip() or "unknown"
            raise ReleaseError(f"another build is running in {build_dir} (process {holder}); wait for it") from error
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield


@contextmanager
def unless_held(release: Path) -> Iterator[bool]:
    """Yield whether nobody holds the release; if so, nobody can until the end of the block."""
    handle = os.open(release, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(handle)
