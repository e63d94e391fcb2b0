"""Hashes of files that are computed once: a file whose stamp (times, size, inode) is the same has the same bytes.

As in git's index, a stamp is trusted only where the file was left alone for a while before it was read: two changes
within the clock's step leave one stamp.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from contextlib import suppress
from pathlib import Path

_QUIET_NS = 2_000_000_000
_HASH = "sha256"


class Stamps:
    """The hashes of files, kept in a small file beside what is derived from them.

    Args:
        path: of that file. It need not be there, and where it is damaged everything is hashed again.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     source = Path(folder, "a.yaml")
    ...     _ = source.write_text("x: y")
    ...     stamps = Stamps(Path(folder, "stamps.json"))
    ...     stamps.digest(source) == stamps.digest(source)
    True
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known = _read(path)
        self._saved = dict(self._known)
        self._asked: set[str] = set()

    def digest(self, path: Path) -> str:
        """Return a hash of a file's bytes; nothing where there is no such file.

        Raises:
            OSError: it is there and cannot be read.
        """
        try:
            found = path.stat()
        except FileNotFoundError:
            return ""
        return self._kept(str(path), found) or digest(self.read(path))

    def digests(self, folder: Path, ending: str) -> dict[str, str]:
        """Return the hashes of the files of a folder whose names end so, by their names; of very many, soon.

        Raises:
            OSError: one of them cannot be read.
        """
        found: dict[str, str] = {}
        if not folder.is_dir():
            return found
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.endswith(ending) and entry.is_file():
                    kept = self._kept(entry.path, entry.stat())
                    found[entry.name] = kept or digest(self.read(Path(entry.path)))
        return found

    def _kept(self, name: str, found: os.stat_result) -> str:
        known = self._known.get(name)
        if known is None:
            return ""
        stamp, _, value = known.rpartition(" ")
        if stamp != _stamp(found):
            return ""
        self._asked.add(name)
        return value

    def read(self, path: Path) -> bytes:
        """Return a file's bytes, and keep their hash instead of any that was kept.

        Raises:
            OSError: it cannot be read.
        """
        started = time.time_ns()
        with path.open("rb") as file:
            before = os.fstat(file.fileno())
            content = file.read()
            after = os.fstat(file.fileno())
        quiet = max(after.st_mtime_ns, after.st_ctime_ns) < started - _QUIET_NS
        if quiet and _stamp(before) == _stamp(after):
            self._known[str(path)] = f"{_stamp(after)} {digest(content)}"
        else:
            self._known.pop(str(path), None)
        self._asked.add(str(path))
        return content

    def forget(self) -> None:
        """Hash every file again."""
        self._known.clear()

    def save(self) -> None:
        """Keep what was learned about the files that were asked for; a folder that takes nothing is no error."""
        used = {name: found for name, found in self._known.items() if name in self._asked}
        if used == self._saved:
            return
        temporary = self._path.with_name(f"{self._path.name}.new")
        with suppress(OSError):
            temporary.write_text(json.dumps({_HASH: used}), "utf-8")
            temporary.replace(self._path)
            self._saved = used


def digest(content: bytes) -> str:
    """Return the hash by which contents are compared: SHA-256, in hex."""
    return hashlib.sha256(content).hexdigest()


def _stamp(found: os.stat_result) -> str:
    return f"{found.st_mtime_ns} {found.st_ctime_ns} {found.st_size} {found.st_ino} {found.st_dev}"


def _read(path: Path) -> dict[str, str]:
    """Return each file's stamp and hash, parted by a space; one text each, for there may be very many."""
    try:
        kept = json.loads(path.read_bytes())[_HASH]
        return {str(name): known for name, known in kept.items() if isinstance(known, str)}
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return {}
