"""Entities of a release as they are compared: names, kinds and evidence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from kg_builder.link.settings import LinkSettings
from kg_builder.model import Term
from kg_builder.namespaces import RDF, RDFS, SKOS
from kg_builder.release.query import Reader
from kg_builder.terms import literal_parts

_NAMED = f"""SELECT DISTINCT ?s WHERE {{ ?s <{RDFS}label> ?name ; a ?kind
FILTER (STRSTARTS(STR(?s), "%s")) }} ORDER BY ?s"""
_NAMES = f"SELECT ?p ?name WHERE {{ VALUES ?p {{ <{RDFS}label> <{SKOS}altLabel> }} %s ?p ?name }} ORDER BY ?p ?name"
_KINDS = f"SELECT ?kind WHERE {{ %s <{RDF}type> ?kind }} ORDER BY ?kind"
_VALUES = "SELECT DISTINCT ?o WHERE { %s %s ?o } ORDER BY ?o LIMIT 50"


@dataclass(frozen=True, slots=True)
class Name:
    """A name with its language, empty for none; ``preferred`` where it is not merely another one."""

    text: str
    language: str
    preferred: bool


@dataclass(frozen=True, slots=True)
class Subject:
    """An entity of this graph.

    Attributes:
        slug, iri: of it; the IRI as a term.
        names: preferred ones first.
        kinds: classes, abbreviated.
        evidence: for each key, the names of each value.
    """

    slug: str
    iri: Term
    names: tuple[Name, ...]
    kinds: tuple[str, ...]
    evidence: Mapping[str, tuple[tuple[str, ...], ...]] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """The name that a table shows: the English one, or the first."""
        return next((each.text for each in self.names if each.language == "en"), self.names[0].text)


def all_slugs(reader: Reader) -> list[str]:
    """Return the ids of the entities of a release that have a name of their own."""
    space = reader.manifest.prefixes["id"]
    slugs = (row[0][1:-1].removeprefix(space) for row in reader.rows(_NAMED % space))
    return [each for each in slugs if "/" not in each]


def read_subjects(reader: Reader, slugs: Iterable[str], settings: LinkSettings) -> list[Subject]:
    """Return entities by their ids, as a release has them.

    Raises:
        QueryError: an id that names nothing, or a path of the mapping file that is none.
    """
    return [_read(reader, slug, settings) for slug in slugs]


def _read(reader: Reader, slug: str, settings: LinkSettings) -> Subject:
    iri = Term(f"<{reader.iri(slug)}>")
    names = _names(reader, iri)
    return Subject(
        slug,
        iri,
        tuple(names),
        tuple(reader.short(row[0]) for row in reader.rows(_KINDS % iri)),
        {each.key: _values(reader, iri, each.path) for each in settings.evidence if each.path},
    )


def _names(reader: Reader, iri: str) -> list[Name]:
    found = [(row[0] == f"<{RDFS}label>", literal_parts(Term(row[1]))) for row in reader.rows(_NAMES % iri)]
    names = [Name(parts[0], parts[1], preferred) for preferred, parts in found]
    return sorted(names, key=lambda each: (not each.preferred, each.language != "en"))


def _values(reader: Reader, iri: str, path: str) -> tuple[tuple[str, ...], ...]:
    found: list[tuple[str, ...]] = []
    for (term,) in reader.rows(_VALUES % (iri, path)):
        texts = [each.text for each in _names(reader, term)] if term.startswith("<") else [literal_parts(Term(term))[0]]
        found.append(tuple(dict.fromkeys(texts)) or (term[1:-1],))
    return tuple(found)
