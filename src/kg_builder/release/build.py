"""The build: sources to graph to release, and nothing at all where nothing changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

from kg_builder.graph.assemble import Graph, assemble
from kg_builder.namespaces import OA, RDF, RJ, SCHEMA
from kg_builder.release.manifest import Counts
from kg_builder.release.terms.order import TypeOrder
from kg_builder.release.writer import Description, Release, unchanged_release, write_release
from kg_builder.sources.corpus import Corpus, load_corpus
from kg_builder.sources.project import Project
from kg_builder.sources.schema import shapes_file
from kg_builder.terms import iri

PACKAGES = ("rujukan", "pyoxigraph", "rdflib", "shacl")
"""Packages whose version may change what a build gives."""

EVIDENCE = (iri(f"{RDF}Statement"), iri(f"{OA}TextPositionSelector"), iri(f"{RJ}Derivation"))
"""The kinds of what speaks about facts."""

SOURCES = (
    "data/*.yaml",
    "data/*.txt",
    "data/articles/*.yaml",
    "data/entities/*.yaml",
    "data/links/accepted.sssom.tsv",
    "data/links/refused.sssom.tsv",
    "data/texts/*.txt",
    "ontology/**/*.rq",
    "ontology/*.ttl",
    "queries/*.rq",
)
"""What a build reads, below the project's folder."""


@dataclass(frozen=True, slots=True)
class Built:
    """What a build gave; ``unchanged`` says that the current release was right already and nothing was done."""

    release: Release
    unchanged: bool


def build(project: Project, progress: Callable[[str], None], *, force: bool = False) -> Built:
    """Build the project's graph into a release and make it the current one.

    Args:
        project: where the sources lie.
        progress: is told the stage, for people.
        force: build even where nothing changed.

    Raises:
        SourceError: the sources are wrong; the current release stays.
        ReleaseError: the release cannot be written; the current release stays.
    """
    inputs, versions = input_hashes(project), package_versions()
    if not force:
        current = unchanged_release(project.build, inputs, versions)
        if current:
            return Built(current, unchanged=True)
    corpus = load_corpus(project, progress)
    graph = assemble(corpus, progress)
    description = Description(
        title=project.title,
        base=project.base,
        prefixes=project.prefixes,
        license=project.license,
        built=datetime.now(UTC),
        order=type_order(corpus),
        queries_json=queries_json(corpus),
        shapes_ttl=shapes_file(project.root).read_bytes(),
        counts=_counts(graph),
        inputs=inputs,
        versions=versions,
        description=project.description,
    )
    release = write_release(project.build, graph.shards, description, project.keep, progress)
    return Built(release, unchanged=False)


def input_hashes(project: Project) -> dict[str, str]:
    """Return the SHA-256 of every file that a build reads: the project's and the builder's own, by name."""
    found = {
        project.name(path): _hash(path) for pattern in SOURCES for path in project.root.glob(pattern) if path.is_file()
    }
    package = Path(__file__).parent.parent
    own = (path for suffix in ("py", "ttl") for path in package.rglob(f"*.{suffix}"))
    return dict(
        sorted((found | {f"kg_builder/{path.relative_to(package).as_posix()}": _hash(path) for path in own}).items())
    )


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def package_versions() -> dict[str, str]:
    """Return the versions of the packages that a release depends on."""
    return dict(_versions())


def _versions() -> Iterator[tuple[str, str]]:
    for package in PACKAGES:
        try:
            yield package, metadata.version(package)
        except metadata.PackageNotFoundError:
            yield package, "not installed"


def type_order(corpus: Corpus) -> TypeOrder:
    """Return the order of kinds in the dumps: articles, then as the shapes file has them; evidence last."""
    kinds = [iri(f"{SCHEMA}NewsArticle")]
    kinds.extend(kind for shape in corpus.schema.shapes.values() for kind in shape.classes)
    return TypeOrder(tuple(dict.fromkeys(kinds)), EVIDENCE)


def queries_json(corpus: Corpus) -> bytes:
    """Return the saved queries as a release carries them."""
    data = [query.as_json() for query in corpus.queries]
    return (json.dumps(data, ensure_ascii=False, indent=2) + "\n").encode()


def _counts(graph: Graph) -> Counts:
    counts = graph.counts
    return Counts(
        articles=counts["articles"],
        entities=counts["entities"],
        asserted=counts["asserted"],
        attestations=counts["attestations"],
        conveyed=counts["conveyed"],
        spans=counts["spans"],
        derived=counts["derived"],
        verified=counts["verified"],
        trusted=counts["trusted"],
    )
