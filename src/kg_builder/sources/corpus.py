"""Everything that people wrote, loaded and checked at once: the input of the graph."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from kg_builder.errors import Mark, Problem, SourceError
from kg_builder.sources.entities import Authority, load_authority
from kg_builder.sources.files import sources_in
from kg_builder.sources.links import FILES, PROPOSED, Links, load_links
from kg_builder.sources.project import Project
from kg_builder.sources.queries import SavedQuery, load_queries
from kg_builder.sources.records import LoadedRecord, load_record
from kg_builder.sources.schema import Schema, engine_vocabulary, load_schema, ontology_files


@dataclass(frozen=True, slots=True)
class Corpus:
    """A project's sources, read without a problem."""

    project: Project
    schema: Schema
    vocabularies: tuple[Path, ...]
    authority: Authority
    links: Links
    records: tuple[LoadedRecord, ...]
    queries: tuple[SavedQuery, ...]


_LINKS = frozenset({*FILES, PROPOSED})


def _silent(_: str) -> None:
    """Report nothing."""


def strays(project: Project) -> Iterator[Problem]:
    """Yield a problem for each file that looks like a source and would silently not be read."""
    wanted = {
        "data/articles": ".yaml",
        "data/entities": ".yaml",
        "data/links": ".sssom.tsv",
        "queries": ".rq",
        "ontology/rules": ".rq",
    }
    for folder, ending in wanted.items():
        if (project.root / folder).is_file():
            yield Problem(Mark(folder), f"a folder of *{ending} files belongs here: move this file away", "file")
        for path in _unusual(project.root / folder, ending, known=_LINKS if folder == "data/links" else None):
            if path.is_dir():
                yield Problem(Mark(project.name(path)), "folders are not searched here: move its files up", "file")
            elif not path.name.endswith(ending):
                message = f"only *{ending} files are read here: rename it, or move it elsewhere"
                yield Problem(Mark(project.name(path)), message, "file")
            elif not path.exists():
                # A link that leads nowhere: in the words of whoever would read it.
                yield Problem(Mark(project.name(path)), f"cannot be read: {os.strerror(errno.ENOENT)}", "file")
            elif folder == "data/links" and path.name not in _LINKS:
                yield Problem(Mark(project.name(path)), f"only {' and '.join(FILES)} are read here", "file")


def _unusual(folder: Path, ending: str, known: Container[str] | None) -> list[Path]:
    """Return what is not a file with a name as it should be; there may be very many that are."""
    if not folder.is_dir():
        return []
    with os.scandir(folder) as entries:
        names = [
            each.name
            for each in entries
            if not (each.is_file() and each.name.endswith(ending) and (known is None or each.name in known))
            and not each.name.startswith(".")
            and not each.name.endswith(".md")
        ]
    return [folder / name for name in sorted(names)]


def twins(articles: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield the articles whose text an earlier one has, each with that one, by their ids and their texts' SHA-256.

    >>> list(twins([("a", "01"), ("b", "02"), ("c", "01"), ("d", ""), ("e", "")]))
    [('c', 'a')]
    """
    first: dict[str, str] = {}
    for article, sha256 in articles:
        other = first.setdefault(sha256, article)
        if sha256 and other != article:
            yield article, other


def twin_problem(mark: Mark, other: str) -> Problem:
    """Return what is wrong with a record of a text that another record has: an article does not corroborate itself."""
    return Problem(mark, f"«{other}» is a record of the same text: keep one of the two", "head")


def load_corpus(project: Project, progress: Callable[[str], None] = _silent) -> Corpus:
    """Read all sources of a project.

    Args:
        project: where they lie.
        progress: is told what is being read, for people.

    Raises:
        SourceError: anything is wrong; every problem of every file at once.
    """
    problems: list[Problem] = []
    schema = load_schema(project.root, problems)
    if problems:
        # With broken shapes every record would look wrong; the one true cause is shown alone.
        raise SourceError(problems)
    authority = load_authority(project, schema, problems)
    links = load_links(project, authority, problems)
    records = []
    for path in sources_in(project.articles, ".yaml"):
        progress(f"reading {project.name(path)}")
        record = load_record(path, project, schema, authority, problems)
        if record:
            records.append(record)
    marks = {loaded.record.article.id: loaded.record.article.mark for loaded in records}
    texts = [(loaded.record.article.id, loaded.record.article.sha256) for loaded in records]
    problems.extend(twin_problem(marks[article], other) for article, other in twins(texts))
    queries = load_queries(project, problems)
    problems.extend(strays(project))
    if problems:
        raise SourceError(problems)
    vocabularies = (engine_vocabulary(), *ontology_files(project.root))
    return Corpus(project, schema, vocabularies, authority, links, tuple(records), queries)
