"""A release made afresh: shards are loaded while others are still mapped; then rules, shapes and counts."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Self

import pyoxigraph as ox

from kg_builder.build.checks import Checks
from kg_builder.build.counting import Distinct
from kg_builder.build.described import Descriptions
from kg_builder.build.facts import Facts
from kg_builder.build.pieces import Piece, cut
from kg_builder.build.reason import Known, Reasoner
from kg_builder.build.work import Made, Work
from kg_builder.errors import ReleaseError, SourceError
from kg_builder.graph.layers import AUTHORITY, DERIVED, LINKS
from kg_builder.graph.quads import line
from kg_builder.model import Term
from kg_builder.release.shards import merge_files
from kg_builder.release.sorting import sorted_lines
from kg_builder.release.store import STORE_FOLDER, compare_store

if TYPE_CHECKING:
    import shacl

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
    # What reads the rules leaves cycles that hold the frames of its callers, and must find no store in them.
    work.context()
    made = _build(work)
    # The store is closed by now; one that is open moves its files while another reads them.
    if made.draft.counts.quads <= _PROVED:
        work.progress("comparing the store with its shards")
        _prove(work)
    return made


def _build(work: Work) -> Made:
    with Loader(work.stage.folder / STORE_FOLDER) as loader:
        checks = work.checks(Facts(loader.store, work.sources.project.iris))
        reach = checks.judge.reach
        with Descriptions(work.scratch, len(work.articles), reach.inverse, reach.properties) as described:
            return _Whole(work, loader, checks, described).made()


@dataclass(slots=True)
class _Whole:
    """A release that is made afresh.

    Attributes:
        work: the work of the build.
        loader: loads its store.
        checks: on that store.
        described: takes what shapes judge by.
        graphs: how many quads each named graph has.
        pieces: of the layers that are cut into pieces.
    """

    work: Work
    loader: Loader
    checks: Checks
    described: Descriptions
    graphs: dict[Term, int] = field(default_factory=dict)
    pieces: dict[str, list[Piece]] = field(default_factory=dict)

    def made(self) -> Made:
        """Make everything."""
        work, iris = self.work, self.work.sources.project.iris
        work.progress("facts")
        asserted, heads = self._articles()
        self._layers(heads)
        self.loader.flush()
        work.progress("rules")
        facts = Facts(self.loader.store, iris)
        reasoner = Reasoner(work.sources.rules(), facts, Known(facts, work.state), work.sources.project.prefixes)
        with ThreadPoolExecutor(2) as beside:
            # What is concluded is little beside what it is concluded from, and comes into the store as edits will.
            optimized = beside.submit(self.loader.optimize)
            for conclusion in reasoner.saturate():
                self.described.add(line(conclusion).encode(), ())
            work.progress("shapes")
            # The lines of derivations concern no shapes but those that see everything.
            early = None if self.checks.judge.reach.whole else beside.submit(self._judged)
            self.pieces[DERIVED] = list(self._cut(DERIVED, _units(work, reasoner), self.loader.add))
            self.graphs[iris.graph(DERIVED)] = reasoner.derived
            self.loader.flush()
            quads = len(self.loader.store)
            optimized.result()
            results = early.result() if early else self._judged()
        self.loader.finish()
        if problems := list(self.checks.problems(results)):
            raise SourceError(problems)
        return work.made(self.pieces, self.graphs, quads, asserted.count())

    def _articles(self) -> tuple[Distinct, int]:
        """Take the articles; returns the facts that they assert, and how many triples are said of the articles."""
        work, iris = self.work, self.work.sources.project.iris
        asserted, heads = Distinct(), 0
        problems = list(work.sources.problems)
        for mapped in work.map(sorted(work.articles)):
            problems.extend(mapped.problems)
            if not problems:
                article = iris.article(mapped.article)
                # How the lines of its attestations and of its phrases begin.
                evidence = f"<{iris.base}statement/".encode(), f"{article[:-1]}#char=".encode()
                lines = work.stage.path(mapped.article).read_bytes()
                self._take(lines, (article, iris.graph(AUTHORITY)), evidence)
                self.graphs[article] = mapped.facts
                asserted.add(mapped.digests)
                heads += mapped.head
        problems.extend(work.twins())
        if problems:
            raise SourceError(problems)
        return asserted, heads

    def _layers(self, heads: int) -> None:
        """Take what no article says."""
        work, iris = self.work, self.work.sources.project.iris
        for name, written in work.sources.small_layers(ontology=True):
            self._take(work.stage.write(name, written), (iris.graph(name),))
            self.graphs[iris.graph(name)] = len(written) // 2 if name == LINKS else len(written)
        graph = iris.graph(AUTHORITY)
        units = work.sources.authority_units()
        self.pieces[AUTHORITY] = list(self._cut(AUTHORITY, units, lambda lines: self._take(lines, (graph,))))
        quads = sum(work.stage.shards[piece.name].quads for piece in self.pieces[AUTHORITY])
        self.graphs[graph] = heads + quads // 2

    def _cut(
        self, layer: str, units: Iterable[tuple[Term, Iterable[str]]], take: Callable[[bytes], None]
    ) -> Iterator[Piece]:
        for piece, lines in cut(layer, units):
            take(self.work.stage.write(piece.name, lines))
            yield piece

    def _take(self, lines: bytes, graphs: tuple[Term, ...], evidence: tuple[bytes, ...] = ()) -> None:
        self.loader.add(lines)
        self.described.add(lines, graphs, evidence)

    def _judged(self) -> list[shacl.Result]:
        return list(self.checks.judge.results_of(self.described.groups()))


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

    def optimize(self) -> None:
        """Have the store put in order what it holds, so that it is read faster; raises ReleaseError."""
        self._ask(self.store.optimize)

    def finish(self) -> None:
        """Have everything on the disk; raises ReleaseError."""
        self._ask(self.store.flush)

    def _ask(self, work: Callable[[], None]) -> None:
        try:
            work()
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
