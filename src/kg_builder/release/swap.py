"""A finished release moves into place: whole or not at all, whenever the process or the machine dies.

    build/.lock                 held by the one build
    build/tmp/<random>/         where a release grows; rubbish unless the lock is held
    build/releases/<id>/        complete and immutable
    build/current               symbolic link to releases/<id>, moved by an atomic rename

Every change to what readers see is one `rename` on one file system, made after everything it uncovers is on disk.
Callers hold `build_lock`.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from kg_builder.errors import ReleaseError
from kg_builder.release.files import sync, sync_tree
from kg_builder.release.lock import unless_held

CURRENT: Final = "current"
RELEASES: Final = "releases"
_TMP = "tmp"
_STAND_IN = ".stand-in"


@contextmanager
def workspace(build_dir: Path) -> Iterator[Path]:
    """Yield a new directory below `build/tmp`, after removing what killed builds left there; remove it in the end."""
    tmp = build_dir / _TMP
    if tmp.exists():
        shutil.rmtree(tmp, ignore_errors=True)
    tmp.mkdir(parents=True, exist_ok=True)
    (build_dir / RELEASES).mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=tmp))
    try:
        yield folder
    finally:
        # A store that a failed build leaves open may remove files of its own meanwhile; the next build takes the rest.
        shutil.rmtree(folder, ignore_errors=True)


def release_path(build_dir: Path, release: str) -> Path:
    """Return where a release of that id lies.

    >>> release_path(Path("build"), "0123456789abcdef").as_posix()
    'build/releases/0123456789abcdef'
    """
    return build_dir / RELEASES / release


def current_path(build_dir: Path) -> Path | None:
    """Return the directory that `build/current` names, or None; raises ReleaseError when it leads nowhere."""
    link = _link(build_dir)
    if not link.is_symlink():
        return None
    target = build_dir / link.readlink()
    if not target.is_dir():
        raise ReleaseError(f"{link} leads to {target}, which does not exist")
    return target


def install(build_dir: Path, fresh: Path, release: str, scratch: Path) -> Path:
    """Move the finished directory `fresh` to `releases/<id>` and `current` to it; return its new path.

    A directory of that id that is there already counts as damaged and makes way, without a moment in which `current`
    leads nowhere. `scratch` is a directory of the workspace. Raises OSError.
    """
    target = release_path(build_dir, release)
    copy = target.with_name(release + _STAND_IN)
    sync_tree(fresh)
    if target.exists():
        if _leads_to(build_dir, target):
            _stand_in(build_dir, fresh, copy, scratch)
        target.rename(scratch / "damaged")
    fresh.rename(target)
    sync(target.parent)
    point_current(build_dir, target, scratch)
    if copy.exists():
        with unless_held(copy) as free:
            if free:
                copy.rename(scratch / "stand-in")
    return target


def point_current(build_dir: Path, target: Path, scratch: Path) -> None:
    """Move `build/current` to a directory below `build/releases`, atomically, and bring that to the disk.

    Raises ReleaseError when something else stands in the link's place, and OSError.
    """
    if _leads_to(build_dir, target):
        return
    place = _link(build_dir)
    link = scratch / CURRENT
    link.symlink_to(target.relative_to(build_dir), target_is_directory=True)
    link.replace(place)
    sync(build_dir)


def replace_file(path: Path, data: bytes, scratch: Path) -> None:
    """Put new bytes in the place of one file of a release, atomically; raises OSError."""
    fresh = scratch / path.name
    fresh.write_bytes(data)
    sync(fresh)
    fresh.replace(path)
    sync(path.parent)


def _link(build_dir: Path) -> Path:
    link = build_dir / CURRENT
    if link.exists() and not link.is_symlink():
        raise ReleaseError(f"{link} is not a symbolic link; move it away, it is not the builder's")
    return link


def _leads_to(build_dir: Path, target: Path) -> bool:
    link = build_dir / CURRENT
    return link.is_symlink() and link.resolve() == target.resolve()


def _stand_in(build_dir: Path, fresh: Path, copy: Path, scratch: Path) -> None:
    # Two directories cannot change places in one portable step, so readers go to a copy by hard links meanwhile.
    # A build that dies here leaves `current` on it, whole; it is then pruned like any release.
    if copy.exists():
        copy.rename(scratch / "former-stand-in")
    shutil.copytree(fresh, scratch / "copy", copy_function=os.link)
    sync_tree(scratch / "copy")
    (scratch / "copy").rename(copy)
    sync(copy.parent)
    point_current(build_dir, copy, scratch)
