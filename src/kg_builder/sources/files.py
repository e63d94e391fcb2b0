"""Source files: which a folder holds, and writing one so that nobody ever sees half of it."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def sources_in(folder: Path, ending: str) -> list[Path]:
    """Return the files of a folder whose names end so, in order; hidden ones, such as editors keep, are none."""
    return sorted(path for path in folder.glob(f"*{ending}") if not path.name.startswith("."))


def write_whole(path: Path, content: bytes) -> None:
    """Replace a file at once, so that a crash leaves the old one or the new one."""
    path = path.resolve()  # a symbolic link stays one, and what it leads to is replaced
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        if path.exists():
            temporary.chmod(path.stat().st_mode)
        else:
            temporary.chmod(0o644)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
