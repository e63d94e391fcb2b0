"""The work of one build: its sources, its workspace, what was mapped, and what comes of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kg_builder.build.checks import Checks
from kg_builder.build.engines import Engine, Task
from kg_builder.build.facts import Facts
from kg_builder.build.mapping import Context, Given, Mapped, Mapper, given_of
from kg_builder.build.pieces import Piece
from kg_builder.build.sources import Sources
from kg_builder.build.stage import Stage
from kg_builder.build.state import Row, State
from kg_builder.errors import Mark, Problem, ReleaseError
from kg_builder.graph.layers import DERIVED
from kg_builder.model import Term
from kg_builder.release.manifest import Counts, Shard
from kg_builder.release.writer import Draft
from kg_builder.sources.corpus import twin_problem, twins
from kg_builder.terms import iri_text


@dataclass(frozen=True, slots=True)
class Made:
    """What came of a build.

    Attributes:
        draft: of a release.
        pieces: of its layers, which the next build is to know.
    """

    draft: Draft
    pieces: Mapping[str, list[Piece]]


@dataclass(frozen=True, slots=True)
class ArticleFiles:
    """The hashes of an article's files: SHA-256, in hex; `text` is empty where the text is not at hand."""

    record: str
    text: str


@dataclass(slots=True)
class Work:
    """The work of one build.

    Attributes:
        sources: all but the articles.
        articles: the hashes of every article's files, by its id.
        stage: where the release grows.
        engine: runs the map.
        scratch: a folder for what does not stay.
        progress: is told the stage, for people.
        state: takes what the next build is to know of what is mapped.
        meta: what was remembered of the release before.
        pieces: of that one's layers.
        rows: what is known of every article that is in the release; what is mapped comes to it.
    """

    sources: Sources
    articles: Mapping[str, ArticleFiles]
    stage: Stage
    engine: Engine
    scratch: Path
    progress: Callable[[str], None]
    state: State
    meta: Mapping[str, Any]
    pieces: Mapping[str, list[Piece]]
    rows: dict[str, Row] = field(default_factory=dict)
    _context: Context | None = None

    def context(self) -> Context:
        """Return what articles are mapped by."""
        self._context = self._context or self.sources.context()
        return self._context

    def map(self, articles: Iterable[str]) -> Iterator[Mapped]:
        """Map articles into the stage, and yield what came of each.

        Raises:
            ReleaseError: an article is no longer what it was when the build began.
            OSError: a file cannot be read or written.
        """
        tasks = [self._task(article) for article in articles]
        for mapped in self.engine.run(self.context(), tasks):
            files = self.articles[mapped.article]
            if mapped.given != (files.record, files.text):
                # What is remembered by its hash must be made of what has that hash.
                message = f"the record or the text of «{mapped.article}» changed while it was built: build again"
                raise ReleaseError(message)
            if not mapped.problems:
                self.stage.wrote(mapped.article, Shard(mapped.sha256, mapped.quads))
                row = self._row(mapped)
                self.state.take(row, mapped.named)
                self.rows[mapped.article] = row._replace(attests=b"")
            yield mapped

    def _task(self, article: str) -> Task:
        project = self.sources.project
        text = str(project.texts / f"{article}.txt") if self.articles[article].text else None
        return Task(article, str(project.articles / f"{article}.yaml"), text, str(self.stage.path(article)))

    def _row(self, mapped: Mapped) -> Row:
        files = self.articles[mapped.article]
        return Row(
            id=mapped.article,
            record=files.record,
            text=files.text,
            shard=mapped.sha256,
            quads=mapped.quads,
            facts=mapped.facts,
            attestations=mapped.attestations,
            conveyed=mapped.conveyed,
            spans=mapped.spans,
            verified=mapped.verified,
            claimed=mapped.text_sha256,
            attests=mapped.attests,
        )

    def given(self, article: str) -> Given:
        """Return what an article is mapped from."""
        project = self.sources.project
        return given_of(project, project.articles / f"{article}.yaml")

    def twins(self) -> Iterator[Problem]:
        """Yield a problem for each record of a text that another record has."""
        texts = [(article, self.rows[article].claimed) for article in sorted(self.rows)]
        for article, other in twins(texts):
            loaded, _ = Mapper(self.context()).load(self.given(article))
            yield twin_problem(loaded.record.article.mark if loaded else Mark(f"data/articles/{article}.yaml"), other)

    def checks(self, facts: Facts) -> Checks:
        """Return the checks on a store."""
        return Checks(self.sources, self.context(), facts, self.given)

    def made(self, pieces: Mapping[str, list[Piece]], graphs: Mapping[Term, int], quads: int, asserted: int) -> Made:
        """Return what came of the work.

        Args:
            pieces: of the layers that are cut into pieces, by layer.
            graphs: how many quads each named graph has.
            quads: how many there are in all.
            asserted: how many triples articles assert, each counted once.
        """
        named = Counter({iri_text(graph): number for graph, number in graphs.items() if number})
        rows = self.rows.values()
        counts = Counts(
            quads=quads,
            triples_default=quads - named.total(),
            graphs=dict(sorted(named.items())),
            articles=len(self.rows),
            entities=len(self.sources.authority.entities),
            asserted=asserted,
            attestations=sum(row.attestations for row in rows),
            conveyed=sum(row.conveyed for row in rows),
            spans=sum(row.spans for row in rows),
            derived=graphs.get(self.sources.project.iris.graph(DERIVED), 0),
            verified=sum(row.spans for row in rows if row.verified),
            trusted=sum(row.spans for row in rows if not row.verified),
        )
        differing = [*self.stage.differences()] if self.stage.former else None
        return Made(Draft(self.stage.folder, self.stage.shards, counts, differing=differing), pieces)
