"""The names that earlier articles and the authority file give, so that each accepted article makes the next easier."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from kg_builder.assist.lexicon import load_lexicon
from kg_builder.assist.suggest import Suggester
from kg_builder.errors import SourceError
from kg_builder.ids import Iris
from kg_builder.namespaces import RDFS, SCHEMA, SKOS
from kg_builder.sources.corpus import load_corpus
from kg_builder.sources.project import Project
from kg_builder.sources.reading import read_yaml, scalar
from kg_builder.sources.records import HEAD
from kg_builder.sources.tree import Mapping
from kg_builder.terms import iri, literal_parts

_NAMING = (iri(f"{RDFS}label"), iri(f"{SKOS}altLabel"))
_CLASSES = (
    ("known-person", ("Person",)),
    ("known-organisation", ("Organization",)),
    ("known-place", ("Country", "City", "Place", "AdministrativeArea")),
)


def suggester(project: Project) -> Suggester:
    """Return the suggester of a project: its lexicon, and every name of its records and authority file.

    Raises:
        SourceError: the lexicon or a source is wrong.
    """
    return Suggester(load_lexicon(project.root), names(project))


def names(project: Project) -> Iterator[tuple[str, str, str]]:
    """Yield every name of a person, body or place as class, slug and name."""
    corpus = load_corpus(project)
    kinds: dict[str, tuple[str, str]] = {}
    iris = Iris(project.base)
    for slug, entity in corpus.authority.entities.items():
        for name, classes in _CLASSES:
            if any(term.rstrip(">").endswith(f"{SCHEMA}{kind}") for term in entity.shape.classes for kind in classes):
                kinds[iris.entity(slug)] = (name, slug)
                break
    triples = [t.triple for e in corpus.authority.entities.values() for t in e.triples]
    triples += [a.triple for loaded in corpus.records for a in loaded.record.attestations if a.asserted]
    for subject, predicate, target in dict.fromkeys(triples):
        if predicate in _NAMING and subject in kinds:
            kind, slug = kinds[subject]
            yield kind, slug, literal_parts(target)[0]


def published_day(project: Project, article: str) -> date | None:
    """Return the day that an article's record gives as published, if it is one day."""
    path = project.articles / f"{article}.yaml"
    if not path.is_file():
        return None
    problems: list[object] = []
    head = read_yaml(path, project.name(path), problems).get(HEAD)  # type: ignore[arg-type]
    node = head.get("published") if isinstance(head, Mapping) else None
    try:
        return date.fromisoformat(scalar(node, "published", [])) if node else None
    except ValueError:
        return None
