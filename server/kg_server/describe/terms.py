"""The words that a query on a release can use: its classes and properties, what they are called and what they mean."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pyoxigraph as ox

from kg_builder.namespaces import OWL, RDF, RDFS, SKOS
from kg_server.describe.ask import Row, integer, rows, values
from kg_server.describe.current import Release
from kg_server.describe.statistics import Counted, namespace_of
from kg_server.http.problems import Problem

_CLASS_KINDS = (OWL + "Class", RDFS + "Class")
_PROPERTY_KINDS = tuple(OWL + each for each in ("ObjectProperty", "DatatypeProperty", "AnnotationProperty"))
_LABELS = (RDFS + "label", SKOS + "prefLabel")
_MEANINGS = (SKOS + "definition", RDFS + "comment")

_BATCH = 400
_MOST_TERMS = 2000
_DECLARED = f"""SELECT DISTINCT ?term ?kind WHERE {{
  VALUES ?kind {{ {values((*_CLASS_KINDS, *_PROPERTY_KINDS, RDF + "Property"))} }}
  {{ ?term a ?kind }} UNION {{ GRAPH ?g {{ ?term a ?kind }} }}
}} ORDER BY ?term ?kind LIMIT {_MOST_TERMS}"""
_TEXTS = f"""SELECT DISTINCT ?term ?p ?text WHERE {{
  VALUES ?term {{ %s }} VALUES ?p {{ {values((*_LABELS, *_MEANINGS))} }}
  {{ ?term ?p ?text }} UNION {{ GRAPH ?g {{ ?term ?p ?text }} }}
  FILTER (isLiteral(?text))
}} ORDER BY ?term ?p ?text"""
# The classes come from the statistics, so that one that a user made up by the thousand costs no more than the rest.
_USES = """SELECT ?class ?p (COUNT(*) AS ?n) WHERE { VALUES ?class { %s } ?s a ?class ; ?p ?o }
GROUP BY ?class ?p ORDER BY ?class DESC(?n) ?p"""


@dataclass(frozen=True, slots=True)
class Term:
    """A class or a property.

    Attributes:
        iri: its IRI.
        labels: what it is called, by language.
        meanings: what it means, by language.
        uses: instances of a class, triples of a property; None where nobody counted.
    """

    iri: str
    labels: Mapping[str, str] = field(default_factory=dict)
    meanings: Mapping[str, str] = field(default_factory=dict)
    uses: int | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """What a query can name.

    Attributes:
        classes, properties: those that are used and those that the vocabulary declares, the most used first.
        properties_of: for a class, the properties of its instances, the most used first.
        namespaces: those that the vocabulary declares terms of; a term of one that is not listed does not exist.
        complete: whether nothing is missing for want of time.
    """

    classes: tuple[Term, ...] = ()
    properties: tuple[Term, ...] = ()
    properties_of: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    namespaces: frozenset[str] = frozenset()
    complete: bool = False


class TermsWork:
    """Gathers the terms of a release; what a big graph does not permit is left out, and tried again later.

    Args:
        release: to ask.
        counted: keeps the statistics, which say what is used.

    Attributes:
        terms: those that are known so far.
    """

    def __init__(self, release: Release, counted: Counted) -> None:
        self._release, self._counted = release, counted
        self._answered = True
        self.terms = Terms()

    @property
    def complete(self) -> bool:
        """Whether nothing is missing."""
        return self.terms.complete

    async def run(self) -> None:
        """Gather them."""
        statistics = await self._counted.get(self._release)
        used = {each.iri: each.subjects for each in statistics.classes or ()}
        said = {each.iri: each.triples for each in statistics.properties or ()}
        kinds: dict[str, set[str]] = {}
        for row in await self._rows(_DECLARED):
            if isinstance(row["term"], ox.NamedNode) and isinstance(row["kind"], ox.NamedNode):
                kinds.setdefault(row["term"].value, set()).add(row["kind"].value)
        classes = _first(used, (iri for iri, of in kinds.items() if of.intersection(_CLASS_KINDS)))
        properties = _first(said, (iri for iri, of in kinds.items() if not of.intersection(_CLASS_KINDS)))
        texts: list[Row] = []
        for batch in _batches([*classes, *properties]):
            texts += await self._rows(_TEXTS % values(batch))
        uses: list[Row] = []
        for batch in _batches(list(used)[:_MOST_TERMS]):
            uses += await self._rows(_USES % values(batch))
        labels, meanings = _by_language(texts, _LABELS), _by_language(texts, _MEANINGS)

        def terms(iris: Iterable[str], counts: Mapping[str, int | None] | None) -> tuple[Term, ...]:
            found = [
                Term(iri, labels.get(iri, {}), meanings.get(iri, {}), None if counts is None else counts.get(iri, 0))
                for iri in iris
            ]
            return tuple(sorted(found, key=lambda each: (-(each.uses or 0), each.iri)))

        self.terms = Terms(
            terms(classes, None if statistics.classes is None else used),
            terms(properties, None if statistics.properties is None else said),
            _properties_of(uses),
            frozenset(map(namespace_of, kinds)),
            self._answered and statistics.complete,
        )

    async def _rows(self, query: str) -> list[Row]:
        try:
            return await rows(self._release.backend, query)
        except Problem as problem:
            self._answered = False
            logging.getLogger("kg_server").warning("Completion goes without some terms: %s", problem.detail)
            return []


def _first(used: Iterable[str], declared: Iterable[str]) -> list[str]:
    return list(dict.fromkeys((*used, *declared)))[:_MOST_TERMS]


def _batches(iris: Sequence[str]) -> Iterator[Sequence[str]]:
    return (iris[start : start + _BATCH] for start in range(0, len(iris), _BATCH))


def _by_language(texts: Iterable[Row], predicates: Sequence[str]) -> dict[str, dict[str, str]]:
    """Return one text for each term and language: that of the predicate named first."""
    found: dict[str, dict[str, str]] = {}
    for predicate in predicates:
        for row in texts:
            term, said, text = row["term"], row["p"], row["text"]
            if isinstance(term, ox.NamedNode) and isinstance(text, ox.Literal) and said == ox.NamedNode(predicate):
                found.setdefault(term.value, {}).setdefault(text.language or "", text.value)
    return found


def _properties_of(uses: Iterable[Row]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[tuple[int, str]]] = {}
    for row in uses:
        if isinstance(row["class"], ox.NamedNode) and isinstance(row["p"], ox.NamedNode):
            found.setdefault(row["class"].value, []).append((-integer(row, "n"), row["p"].value))
    return {iri: tuple(name for _, name in sorted(each)) for iri, each in found.items()}
