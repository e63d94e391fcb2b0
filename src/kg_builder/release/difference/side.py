"""One of two graphs that are compared: a sorted N-Quads file that is looked into."""

from __future__ import annotations

import mmap
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kg_builder.model import Term
from kg_builder.release.side_by_side import LABEL, lines_from
from kg_builder.release.terms.lines import Properties, split_line
from kg_builder.terms import is_iri, literal_parts


@dataclass(frozen=True, slots=True)
class Side:
    """A graph to compare.

    Attributes:
        name: what people call it.
        path: its sorted N-Quads.
        prefixes: prefix to namespace.
        data: the content of the file.
    """

    name: str
    path: Path
    prefixes: Mapping[str, str]
    data: mmap.mmap | bytes

    def facts(self, subject: Term) -> Properties:
        """Return what the default graph says of a subject."""
        found: Properties = {}
        for line in lines_from(self.data, f"{subject} ".encode()):
            _, predicate, value, graph = split_line(line.decode())
            if not graph:
                found.setdefault(predicate, []).append(value)
        return found

    def labels(self, subject: Term) -> dict[str, str]:
        """Return a subject's labels by language, whatever graph holds them."""
        found: dict[str, str] = {}
        for line in lines_from(self.data, f"{subject} {LABEL} ".encode()):
            label = split_line(line.decode())[2]
            if not is_iri(label):
                value, language, _ = literal_parts(label)
                found.setdefault(language, value)
        return found

    def referrers(self, targets: AbstractSet[Term]) -> Iterator[tuple[Term, Term]]:
        """Yield pairs of a target and a subject of the default graph that refers to it. Reads the file once."""
        if not targets:
            return
        with self.path.open("rb") as file:
            for line in file:
                if line.endswith(b"> .\n"):
                    subject, _, value, graph = split_line(line.decode())
                    if not graph and value in targets:
                        yield value, subject


@contextmanager
def open_side(name: str, path: Path, prefixes: Mapping[str, str]) -> Iterator[Side]:
    """Open a graph: what it is called, its sorted N-Quads, and its prefixes.

    Raises:
        OSError: the file cannot be read.
    """
    if not path.stat().st_size:
        yield Side(name, path, prefixes, b"")
        return
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        yield Side(name, path, prefixes, data)
