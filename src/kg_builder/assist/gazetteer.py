"""The names that earlier articles and the authority file give, so that each accepted article makes the next easier."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from kg_builder.assist.lexicon import Lexicon, load_lexicon
from kg_builder.assist.suggest import Suggester
from kg_builder.errors import Problem
from kg_builder.namespaces import RDFS, SKOS
from kg_builder.sources.corpus import load_corpus
from kg_builder.sources.project import Project
from kg_builder.sources.reading import read_yaml, scalar
from kg_builder.sources.records import HEAD
from kg_builder.sources.tree import Mapping
from kg_builder.terms import iri, literal_parts

_NAMING = (iri(f"{RDFS}label"), iri(f"{SKOS}altLabel"))


def suggester(project: Project) -> Suggester:
    """Return the suggester of a project: its lexicon, and every name of its records and authority file.

    Raises:
        SourceError: the lexicon or a source is wrong.
    """
    lexicon = load_lexicon(project.root)
    return Suggester(lexicon, names(project, lexicon))


def names(project: Project, lexicon: Lexicon) -> Iterator[tuple[str, str, str]]:
    """Yield every name of a person, body or place as class, key and name.

    The lexicon says which kinds of the authority file are which. A body that the lexicon knows keeps its key there.
    """
    corpus = load_corpus(project)
    kinds = lexicon.terms("kind")
    known = {
        entity.iri: (kinds[entity.shape.key], slug)
        for slug, entity in corpus.authority.entities.items()
        if entity.shape.key in kinds
    }
    triples = [t.triple for e in corpus.authority.entities.values() for t in e.triples]
    triples += [a.triple for loaded in corpus.records for a in loaded.record.attestations if a.asserted]
    found = [
        (*known[subject], literal_parts(target)[0])
        for subject, predicate, target in dict.fromkeys(triples)
        if predicate in _NAMING and subject in known
    ]
    bodies = lexicon.terms("organisation")
    same = {slug: bodies[name.lower()] for _, slug, name in found if name.lower() in bodies}
    for kind, slug, name in found:
        yield kind, same.get(slug, slug), name


def published_day(project: Project, article: str) -> date | None:
    """Return the day that an article's record gives as published, if it is one day."""
    path = project.articles / f"{article}.yaml"
    if not path.is_file():
        return None
    problems: list[Problem] = []
    head = read_yaml(path, project.name(path), problems).get(HEAD)
    node = head.get("published") if isinstance(head, Mapping) else None
    try:
        return date.fromisoformat(scalar(node, "published", [])) if node else None
    except ValueError:
        return None
