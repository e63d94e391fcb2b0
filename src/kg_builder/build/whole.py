"""A release made afresh: shards are loaded while others are still mapped; then rules, shapes and counts."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import groupby
from pathlib import Path
from typing import Self

import pyoxigraph as ox

from kg_builder.build.counting import Distinct
from kg_builder.build.facts import Facts
from kg_builder.build.pieces import Piece, cut
from kg_builder.build.reason import Known, Reasoner
from kg_builder.build.work import Made, Work
from kg_builder.errors import ReleaseError, SourceError
from kg_builder.graph.layers import AUTHORITY, DERIVED, LINKS
from kg_builder.model import Term
from kg_builder.release.shards import merge_files
from kg_builder.release.sorting import sorted_lines
from kg_builder.release.store import STORE_FOLDER, compare_store

_LOADED = 32 << 20
"""Bytes of lines that are loaded in one go."""
_BESIDE = 2
"""Parts that are loaded at the same time."""
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
    with Loader(work.stage.folder / STORE_FOLDER) as loader:
        return _load_all(work, loader)


def _load_all(work: Work, loader: Loader) -> Made:
    sources, iris = work.sources, work.sources.project.iris
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
    reasoner.saturate()
    work.progress("shapes")
    checks = work.checks(facts)
    with ThreadPoolExecutor(1) as beside:
        # What is said of conclusions concerns no shape but one that sees everything.
        judged = None if checks.judge.reach.whole else beside.submit(checks.judge.results_of_all)
        pieces[DERIVED] = list(_load(work, loader, DERIVED, _units(work, reasoner)))
        graphs[iris.graph(DERIVED)] = reasoner.derived
        loader.finish()
        results = judged.result() if judged else checks.judge.results_of_all()
    if problems := list(checks.problems(results)):
        raise SourceError(problems)
    return work.made(pieces, graphs, len(loader.store), distinct.count())


def _prove(work: Work) -> None:
    """See that the store holds the shards line for line; raises ReleaseError."""
    merged = work.scratch / "proof.nq"
    merge_files([work.stage.path(name) for name in work.stage.shards], merged, work.scratch)
    compare_store(work.stage.folder / STORE_FOLDER, merged, work.scratch)


def _units(work: Work, reasoner: Reasoner) -> Iterator[tuple[Term, list[str]]]:
    """Yield the lines of the derived layer by the subject of the conclusion, in order."""
    marked = (f"{subject}\t{line}".encode() for subject, line in reasoner.derivations())
    lines = (line.decode().partition("\t") for line in sorted_lines(marked, work.scratch, DERIVED))
    for subject, together in groupby(lines, key=lambda parts: parts[0]):
        yield Term(subject), [line for _, _, line in together]


def _load(work: Work, loader: Loader, layer: str, units: Iterable[tuple[Term, list[str]]]) -> Iterator[Piece]:
    for piece, lines in cut(layer, units):
        loader.add(work.stage.write(piece.name, lines))
        yield piece


class Loader:
    """Loads lines into a new store, many at a time and beside what else is done; use it as a context manager."""

    def __init__(self, folder: Path) -> None:
        """Make the store."""
        self.store = ox.Store(str(folder))
        self._waiting: list[bytes] = []
        self._size = 0
        # One part is read while another is sorted and written, neither of which needs the interpreter.
        self._threads = ThreadPoolExecutor(_BESIDE)
        self._loading: deque[Future[None]] = deque()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._threads.shutdown(cancel_futures=True)

    def add(self, lines: bytes) -> None:
        """Take some lines; they are in the store after `flush` at the latest."""
        self._waiting.append(lines)
        self._size += len(lines)
        if self._size > _LOADED:
            self._begin()

    def flush(self) -> None:
        """Have everything in the store; raises ReleaseError where the store refuses a line."""
        self._begin()
        while self._loading:
            self._loading.popleft().result()

    def finish(self) -> None:
        """Have everything in the store and on the disk; raises ReleaseError."""
        self.flush()
        try:
            self.store.optimize()
            self.store.flush()
        except (OSError, RuntimeError) as error:
            message = f"the store cannot be written: {error}"
            raise ReleaseError(message) from error

    def _begin(self) -> None:
        lines = b"".join(self._waiting)
        self._waiting.clear()
        self._size = 0
        if len(self._loading) == _BESIDE:
            self._loading.popleft().result()
        self._loading.append(self._threads.submit(self._load, lines))

    def _load(self, lines: bytes) -> None:
        try:
            self.store.bulk_load(lines, ox.RdfFormat.N_QUADS)
        except (SyntaxError, OSError, RuntimeError) as error:
            message = f"the store does not take what was built: {error}"
            raise ReleaseError(message) from error
