"""A release made afresh: shards are loaded while others are still mapped; then rules, shapes and counts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

import pyoxigraph as ox

from kg_builder.build.counting import Distinct
from kg_builder.build.facts import Facts
from kg_builder.build.mapping import Mapped
from kg_builder.build.pieces import Piece, cut
from kg_builder.build.reason import Known, Reasoner
from kg_builder.build.work import Made, Work
from kg_builder.errors import ReleaseError, SourceError
from kg_builder.graph.layers import AUTHORITY, DERIVED, LINKS, ONTOLOGY
from kg_builder.model import Term
from kg_builder.release.manifest import Shard
from kg_builder.release.shards import merge_files
from kg_builder.release.sorting import sorted_lines
from kg_builder.release.store import STORE_FOLDER, compare_store

_LOADED = 32 << 20
"""Bytes of lines that are loaded in one go."""
_PROVED = 100_000
"""Quads up to which a build compares the store with its shards line for line; beyond, `rujukan verify` does."""


def build_whole(work: Work) -> Made:
    """Make all shards and the store of a release.

    Raises:
        SourceError: the sources are wrong; every problem at once.
        ReleaseError: the store does not take a line, or changes it.
        OSError: a file cannot be read or written.
    """
    made = _build(work)
    # The store is closed by now; one that is open moves its files while another reads them.
    if made.draft.counts.quads <= _PROVED:
        work.progress("comparing the store with its shards")
        _prove(work)
    return made


def _build(work: Work) -> Made:
    sources, iris = work.sources, work.sources.project.iris
    loader = Loader(work.stage.folder / STORE_FOLDER)
    distinct = Distinct()
    graphs: dict[Term, int] = {}
    heads = 0
    work.progress("facts")
    problems = list(sources.problems)
    for mapped in work.map(sorted(work.articles)):
        problems.extend(mapped.problems)
        if not problems:
            loader.add(work.stage.path(mapped.article).read_bytes())
            distinct.add(mapped.digests)
            heads += mapped.head
            graphs[iris.article(mapped.article)] = mapped.facts
    problems.extend(work.twins())
    if problems:
        raise SourceError(problems)
    for name, lines in sources.small_layers(ontology=True):
        loader.add(work.stage.write(name, lines))
        graphs[iris.graph(name)] = len(lines) // 2 if name == LINKS else len(lines)
    pieces = {AUTHORITY: list(_load(work, loader, AUTHORITY, sources.authority_units()))}
    graphs[iris.graph(AUTHORITY)] = heads + sum(work.stage.shards[each.name].quads for each in pieces[AUTHORITY]) // 2
    loader.flush()
    work.progress("rules")
    facts = Facts(loader.store, iris)
    reasoner = Reasoner(sources.rules(), facts, Known(facts, work.state), sources.project.prefixes)
    pieces[DERIVED] = list(_load(work, loader, DERIVED, _units(work, reasoner)))
    graphs[iris.graph(DERIVED)] = reasoner.derived
    loader.finish()
    work.progress("shapes")
    checks = work.checks(facts)
    if problems := list(checks.problems(checks.judge.nodes())):
        raise SourceError(problems)
    return work.made(pieces, graphs, len(loader.store), distinct.count())


def _prove(work: Work) -> None:
    """See that the store holds the shards line for line; raises ReleaseError."""
    merged = work.scratch / "proof.nq"
    merge_files([work.stage.path(name) for name in work.stage.shards], merged, work.scratch)
    compare_store(work.stage.folder / STORE_FOLDER, merged, work.scratch)


def _units(work: Work, reasoner: Reasoner) -> Iterator[tuple[Term, list[str]]]:
    """Yield the lines of the derived layer by the subject of the conclusion, in order."""
    marked = (f"{subject}\t{line}".encode() for subject, line in reasoner.conclude_all())
    lines = (line.decode().partition("\t") for line in sorted_lines(marked, work.scratch, DERIVED))
    for subject, together in groupby(lines, key=lambda parts: parts[0]):
        yield Term(subject), [line for _, _, line in together]


def _load(work: Work, loader: Loader, layer: str, units: Iterable[tuple[Term, list[str]]]) -> Iterator[Piece]:
    for piece, lines in cut(layer, units):
        loader.add(work.stage.write(piece.name, lines))
        yield piece


class Loader:
    """Loads lines into a new store, many at a time."""

    def __init__(self, folder: Path) -> None:
        """Make the store."""
        self.store = ox.Store(str(folder))
        self._waiting: list[bytes] = []
        self._size = 0

    def add(self, lines: bytes) -> None:
        """Take some lines; they are in the store after `flush` at the latest."""
        self._waiting.append(lines)
        self._size += len(lines)
        if self._size > _LOADED:
            self.flush()

    def flush(self) -> None:
        """Load what waits; raises ReleaseError where the store refuses a line."""
        try:
            self.store.bulk_load(b"".join(self._waiting), ox.RdfFormat.N_QUADS)
        except (SyntaxError, OSError, RuntimeError) as error:
            message = f"the store does not take what was built: {error}"
            raise ReleaseError(message) from error
        self._waiting.clear()
        self._size = 0

    def finish(self) -> None:
        """Load what waits and bring everything to the disk; raises ReleaseError."""
        self.flush()
        try:
            self.store.optimize()
            self.store.flush()
        except (OSError, RuntimeError) as error:
            message = f"the store cannot be written: {error}"
            raise ReleaseError(message) from error


