"""Who may write: one build at a time, and nobody removes a release that a reader holds."""

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

    The lock falls when its process ends, however it ends. Raises ReleaseError at once when another build holds it.
    """
    build_dir.mkdir(parents=True, exist_ok=True)
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
def hold_release(release: Path) -> Iterator[Path]:
    """Keep a release from being pruned while it is read, by a shared flock on its directory; yields its real path.

    A reader in another package does the same with `fcntl.flock(os.open(path, os.O_RDONLY), fcntl.LOCK_SH)`, and reads
    through the path it resolved, not through `current`. Raises ReleaseError when there is no release.
    """
    try:
        real = release.resolve(strict=True)
        handle = os.open(real, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise ReleaseError(f"no release at {release}: {error.strerror}") from error
    try:
        fcntl.flock(handle, fcntl.LOCK_SH)
        if not real.exists():
            raise ReleaseError(f"{real.name} was removed at this moment; ask for the current release again")
        yield real
    finally:
        os.close(handle)


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
