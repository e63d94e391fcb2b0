"""When what a build reads was saved: the file system tells, and nothing is read to find out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from watchfiles import Change, watch

FOLDERS = ("data", "ontology", "queries")
"""What is watched below a project's folder, with all that is in it."""

_ENDINGS = (".yaml", ".txt", ".tsv", ".ttl", ".rq")
_QUIET_MS = 60
"""How long nothing more must be saved before a build begins: editors and git write several files at a time."""
_MOST_MS = 10_000
_LOOK_MS = 500


def saved(root: Path) -> Iterator[bool]:
    """Yield True when sources of a project were saved, and False now and then when none were.

    The first is True, and so is the first after a folder was replaced, for what was saved before it was watched.
    What is saved while a value is being dealt with is told with the next one.

    Args:
        root: the project's folder.

    Raises:
        KeyboardInterrupt: the process was interrupted while it waited.
    """
    while True:
        folders = _folders(root)
        try:
            yield from _saved(root, folders)
        except FileNotFoundError:
            continue  # a folder went away before it could be watched


def _saved(root: Path, folders: dict[Path, int]) -> Iterator[bool]:
    """Yield as `saved` does, until folders come, go or are replaced."""
    told = watch(
        *folders,
        watch_filter=_wanted,
        debounce=_MOST_MS,
        step=_QUIET_MS,
        rust_timeout=_LOOK_MS,
        yield_on_timeout=True,
    )
    first = True
    for found in told:
        yield bool(found) or first
        first = False
        if _folders(root) != folders or any(Path(name) in folders for _, name in found):
            return


def _wanted(change: Change, name: str) -> bool:
    return is_source(Path(name), gone=change is Change.deleted)


def is_source(path: Path, *, gone: bool = False) -> bool:
    """Tell whether a build may read a file, or files in a folder; what editors put beside one it does not.

    >>> [is_source(Path(name)) for name in ("a.yaml", ".#a.yaml", "a.yaml~", "a.yaml.swp", "data/review/a.yaml")]
    [True, False, False, False, False]
    """
    if path.name.startswith(".") or path.parent.name == "review":
        return False
    # Of a folder that is moved here, only the folder is told.
    return path.suffix in _ENDINGS or (not path.suffix and (gone or path.is_dir()))


def _folders(root: Path) -> dict[Path, int]:
    """Return the folders that are there, and which ones they are."""
    found = {}
    for name in FOLDERS:
        path = root / name
        try:
            found[path] = path.stat().st_ino
        except OSError:
            continue
    return found
