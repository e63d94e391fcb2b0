"""Holds a worker of a cluster in the middle of an article, or ends it there; loaded by `dask worker --preload`."""

from __future__ import annotations

import os
import signal
from pathlib import Path

HOLD, END = "hold", "end"


def preload(folder: Path) -> Path:
    """Make a folder ready for orders and return the script for workers."""
    os.mkfifo(folder / "told")
    os.mkfifo(folder / "never")
    script = folder / "preload.py"
    script.write_text(f"from tests.support.held import obey\n\nobey({str(folder)!r})\n")
    return script


def order(folder: Path, article: str, what: str) -> Path:
    """Let whoever maps the article be held, or end; the file that says so, to be removed for others."""
    path = folder / f"{article}.order"
    path.write_text(what)
    return path


def held(folder: Path, number: int = 1) -> list[int]:
    """Wait until so many workers are held and return their processes."""
    found: list[int] = []
    while len(found) < number:
        with (folder / "told").open() as file:
            found.extend(int(line) for line in file)
    return found


def obey(folder: str) -> None:
    """Follow orders when the lines of an article are written and do not yet have their name."""
    from fsspec.implementations.local import LocalFileSystem

    move = LocalFileSystem.mv

    def moved(self: LocalFileSystem, source: str, target: str, **options: object) -> None:
        path = Path(folder) / f"{Path(target).stem}.order"
        if path.exists():
            if path.read_text() == END:
                os.kill(os.getpid(), signal.SIGKILL)
            with (Path(folder) / "told").open("w") as file:
                file.write(f"{os.getpid()}\n")
            (Path(folder) / "never").read_bytes()
        move(self, source, target, **options)

    LocalFileSystem.mv = moved
