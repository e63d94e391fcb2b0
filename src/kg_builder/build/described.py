"""What the default graph says of nodes, kept in groups of nodes while their lines go by.

To ask a store for all it says of every node costs more than to load it: each term is looked up again. Lines that are
about to be loaded hold the same, and need only be put together by their subject.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Self

from kg_builder.model import Term

_ARTICLES = 80
"""Articles to a group; each has some fifty nodes."""
_MOST = 64
"""Groups, each of which keeps two files open."""


@dataclass(frozen=True, slots=True)
class Group:
    """Nodes that are judged together.

    Attributes:
        about: what is said of them, as lines of N-Triples, each once.
        back: what says something by them with one of the properties that are followed back, whatever its subject.
    """

    about: list[str]
    back: list[str]


class Descriptions:
    r"""Takes lines while a store is loaded, and gives them back by groups of their subjects; use as a context manager.

    >>> import tempfile
    >>> graph = Term("<https://example.org/article/a>")
    >>> lines = "<x:a> <x:p> <x:b> .\n<x:a> <x:p> <x:b> <https://example.org/article/a> .\n"
    >>> with tempfile.TemporaryDirectory() as folder, Descriptions(Path(folder), 1, [Term("<x:p>")]) as seen:
    ...     seen.add(lines.encode(), [graph])
    ...     list(seen.groups())
    [Group(about=['<x:a> <x:p> <x:b> .\n'], back=['<x:a> <x:p> <x:b> .\n'])]
    """

    def __init__(
        self, folder: Path, articles: int, inverse: Iterable[Term], properties: Iterable[Term] | None = None
    ) -> None:
        """Begin without lines.

        Args:
            folder: takes files, which it keeps.
            articles: about how many there are.
            inverse: properties that are followed back.
            properties: those that matter; None for all.
        """
        number = min(_MOST, 1 + articles // _ARTICLES)
        self._inverse = {each.encode() for each in inverse}
        self._properties = None if properties is None else {each.encode() for each in properties}
        self._open = ExitStack()
        self._paths = [(folder / f"about-{each}", folder / f"back-{each}") for each in range(number)]
        self._files: list[tuple[BinaryIO, BinaryIO]] = []

    def __enter__(self) -> Self:
        for about, back in self._paths:
            self._files.append((self._open.enter_context(about.open("wb")), self._open.enter_context(back.open("wb"))))
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def add(self, lines: bytes, graphs: Iterable[Term], evidence: Iterable[bytes] = ()) -> None:
        """Take the lines of a shard; raises OSError.

        Args:
            lines: N-Quads, sorted; those of the default graph count.
            graphs: the named graphs that stand in them.
            evidence: beginnings of lines that are left out.
        """
        for beginning in evidence:
            lines = _without(lines, beginning)
        named = tuple(f" {graph} .".encode() for graph in graphs)
        number = len(self._files)
        for each in _lines(lines):
            # A triple whose object is such a graph ends like a quad, but has a term less.
            if each.endswith(named, 0, -1) and each.count(b" ") > 3:  # noqa: PLR2004 - spaces of a triple's line
                continue
            subject, predicate, rest = each.split(b" ", 2)
            if self._properties is not None and predicate not in self._properties:
                continue
            self._files[zlib.crc32(subject) % number][0].write(each)
            if predicate in self._inverse:
                self._files[zlib.crc32(rest[:-3]) % number][1].write(each)

    def groups(self) -> Iterator[Group]:
        """Yield the groups; raises OSError."""
        for files in self._files:
            for each in files:
                each.flush()
        for about, back in self._paths:
            yield Group(_read(about), _read(back))


def _read(path: Path) -> list[str]:
    return sorted(each.decode() for each in set(_lines(path.read_bytes())))


def _lines(text: bytes) -> Iterator[bytes]:
    return (each + b"\n" for each in text.split(b"\n") if each)


def _without(lines: bytes, beginning: bytes) -> bytes:
    """Return sorted lines without those that begin in one way, which stand together."""
    first = 0 if lines.startswith(beginning) else lines.find(b"\n" + beginning) + 1
    if not first and not lines.startswith(beginning):
        return lines
    last = max(first, lines.rfind(b"\n" + beginning) + 1)
    return lines[:first] + lines[lines.index(b"\n", last) + 1 :]
