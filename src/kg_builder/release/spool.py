"""Text sorted into drawers, on disk when it grows: what lets a dump be grouped without being held in memory."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Self

Drawer = tuple[str, int]
"""Where a piece belongs: the graph's name and the rank of the subject's kind."""

_READ = 1 << 20


class Spool:
    """Keeps pieces of text by drawer, in order of arrival; beyond `limit` bytes they wait in a file in `folder`.

    >>> with Spool(Path("."), limit=4) as spool:
    ...     for drawer, text in [(("", 1), "b1"), (("", 0), "a1"), (("", 1), "b2"), (("", 0), "a2")]:
    ...         spool.add(drawer, text)
    ...     {drawer: b"".join(spool.pieces(drawer)).decode() for drawer in spool.drawers()}
    {('', 0): 'a1a2', ('', 1): 'b1b2'}
    """

    def __init__(self, folder: Path, limit: int = 1 << 26) -> None:
        """Start empty; the file in `folder` is made when it is needed and never has a name there."""
        self._folder = folder
        self._limit = limit
        self._held = 0
        self._fresh: defaultdict[Drawer, list[bytes]] = defaultdict(list)
        self._stored: defaultdict[Drawer, list[tuple[int, int]]] = defaultdict(list)
        self._file: IO[bytes] | None = None

    def __enter__(self) -> Self:
        """Return the spool itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        """Give the file back."""
        if self._file is not None:
            self._file.close()

    def add(self, drawer: Drawer, text: str) -> None:
        """Put one piece of text behind the others of its drawer."""
        piece = text.encode()
        self._fresh[drawer].append(piece)
        self._held += len(piece)
        if self._held > self._limit:
            self._store()

    def drawers(self) -> list[Drawer]:
        """Return every drawer in use, sorted."""
        return sorted(self._fresh.keys() | self._stored.keys())

    def pieces(self, drawer: Drawer) -> Iterator[bytes]:
        """Yield a drawer's text as UTF-8, in order of arrival; pieces may be joined or cut anywhere."""
        if self._file is not None:
            for start, length in self._stored.get(drawer, ()):
                yield from self._read(self._file, start, length)
        yield from self._fresh.get(drawer, ())

    def _store(self) -> None:
        if self._file is None:
            self._file = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115 - closed by __exit__
        place = self._file.seek(0, 2)
        for drawer, pieces in self._fresh.items():
            length = sum(map(len, pieces))
            self._file.writelines(pieces)
            self._stored[drawer].append((place, length))
            place += length
        self._fresh.clear()
        self._held = 0

    @staticmethod
    def _read(file: IO[bytes], start: int, length: int) -> Iterator[bytes]:
        while length:
            file.seek(start)
            piece = file.read(min(length, _READ))
            yield piece
            start, length = start + len(piece), length - len(piece)
