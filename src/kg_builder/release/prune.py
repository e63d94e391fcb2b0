"""Old releases go; the current one, cited ones, kept ones and those that a reader holds stay."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

from kg_builder.errors import ReleaseError
from kg_builder.release.lock import unless_held
from kg_builder.release.manifest import Manifest
from kg_builder.release.swap import RELEASES, current_path

CITED_FILE: Final = "cited.txt"
KEEP_FILE: Final = "keep"


def prune(build_dir: Path, keep: int, scratch: Path) -> list[str]:
    """Remove all releases but the newest `keep`, and return the names of those that went.

    Never removed: the current release, the ids in `build/cited.txt` (one a line, `#` starts a comment), a release with
    a file `keep` in it, and one that a reader holds. A damaged release counts as the oldest.
    `scratch` is a directory of the workspace. Raises ReleaseError when `keep` is below 1, and OSError.
    """
    if keep < 1:
        raise ReleaseError("at least one release must be kept")
    current = current_path(build_dir)
    cited = _cited(build_dir / CITED_FILE)
    by_age = sorted((_built(path), path) for path in (build_dir / RELEASES).iterdir() if path.is_dir())
    removed = []
    # The current release is one of the `keep`, whatever its age.
    spare = [path for _, path in by_age if not (current and path.samefile(current))]
    surplus = max(0, len(spare) - keep + bool(current))
    for path in spare[:surplus]:
        if path.name.partition(".")[0] in cited or (path / KEEP_FILE).exists():
            continue
        with unless_held(path) as free:
            if free:
                path.rename(scratch / f"pruned-{path.name}")
                shutil.rmtree(scratch / f"pruned-{path.name}")
                removed.append(path.name)
    return removed


def _cited(path: Path) -> frozenset[str]:
    if not path.exists():
        return frozenset()
    lines = path.read_text(encoding="utf-8").splitlines()
    return frozenset(line.partition("#")[0].strip() for line in lines)


def _built(path: Path) -> str:
    try:
        return Manifest.read(path).built
    except ReleaseError:
        return ""
