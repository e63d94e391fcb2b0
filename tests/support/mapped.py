"""A corpus of twenty articles, and what this process makes of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.corpus import make_corpus

from kg_builder.build.engines import Engine, LocalEngine, Task
from kg_builder.build.mapping import Context, Mapped, context_of
from kg_builder.sources.entities import load_authority
from kg_builder.sources.project import Project, load_project
from kg_builder.sources.schema import load_schema


@dataclass(frozen=True)
class Corpus:
    """Attributes: the project; what its articles are mapped by; what came of them; their shards by file name."""

    project: Project
    context: Context
    mapped: list[Mapped]
    shards: dict[str, bytes]

    def tasks(self, folder: Path) -> list[Task]:
        return tasks(self.project, folder)

    def assert_same(self, engine: Engine, folder: Path) -> None:
        """An engine gives what this process gave, and nothing beside it."""
        assert in_order(engine.run(self.context, self.tasks(folder))) == self.mapped
        assert files(folder) == self.shards


def made(root: Path, out: Path, articles: int = 20) -> Corpus:
    """Make the project and map it here."""
    make_corpus(root, articles)
    project = load_project(root)
    schema = load_schema(root, [])
    context = context_of(project, schema, load_authority(project, schema, []).declared)
    mapped = in_order(LocalEngine(1).run(context, tasks(project, out)))
    return Corpus(project, context, mapped, files(out))


def tasks(project: Project, folder: Path) -> list[Task]:
    folder.mkdir(exist_ok=True)
    return [
        Task(path.stem, str(path), str(project.texts / f"{path.stem}.txt"), str(folder / f"{path.stem}.nq"))
        for path in sorted(project.articles.glob("*.yaml"))
    ]


def in_order(mapped: Iterable[Mapped]) -> list[Mapped]:
    return sorted(mapped, key=lambda each: each.article)


def files(folder: Path) -> dict[str, bytes]:
    """All that lies in a folder, so that what is half-written is seen too."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}
