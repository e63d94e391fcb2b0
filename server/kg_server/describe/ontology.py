"""What the vocabulary of a release says that its pages need: names of terms, what is a kind of what, what is single."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import pyoxigraph as ox

from kg_builder.namespaces import OWL, RDF, RDFS, RJ, SKOS
from kg_server.describe.ask import Row, rows
from kg_server.describe.current import Release
from kg_server.http.problems import Problem

PLANNED = RJ + "PlannedEvent"

_LABELS = (RDFS + "label", SKOS + "prefLabel")
_ABOVE = (RDFS + "subClassOf", RDFS + "subPropertyOf")
_COMMENT, _TYPE, _NEAR = RDFS + "comment", RDF + "type", SKOS + "closeMatch"
_SINGLE = OWL + "FunctionalProperty"
_INVERSE = RJ + "inverseLabel"
_WANTED = ", ".join(f"<{each}>" for each in (*_LABELS, *_ABOVE, _COMMENT, _TYPE, _NEAR, _INVERSE))
_MOST = 20_000
_KEPT = 2
# The vocabulary is in a graph of its own; a release made otherwise may have it anywhere, and then goes without.
_TERMS = f"""SELECT ?s ?p ?o WHERE {{
  GRAPH <%s> {{ ?s ?p ?o FILTER (?p IN ({_WANTED})) }}
}} ORDER BY ?s ?p ?o LIMIT {_MOST}"""

Texts = Mapping[str, str]
"""A text by language."""


@dataclass(frozen=True, slots=True)
class Ontology:
    """The terms of a release.

    Attributes:
        labels: names, by IRI and language.
        inverse: names of properties read from their object, by IRI and language.
        why: explanations (of rules), by IRI and language.
        above: the classes or properties directly above one.
        single: properties that can have one value only.
        planned: individuals that say of what has them that it is planned: they are close to `rj:PlannedEvent`.
    """

    labels: Mapping[str, Texts] = field(default_factory=dict)
    inverse: Mapping[str, Texts] = field(default_factory=dict)
    why: Mapping[str, Texts] = field(default_factory=dict)
    above: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    single: frozenset[str] = frozenset()
    planned: frozenset[str] = frozenset()

    def kinds(self, term: str) -> tuple[str, ...]:
        """Return a class or property and all that is above it, the nearest first.

        >>> Ontology(above={"loan": ("deal",), "deal": ("event",)}).kinds("loan")
        ('loan', 'deal', 'event')
        """
        found = {term: None}
        wanted = [term]
        while wanted:
            wanted = [each for one in wanted for each in self.above.get(one, ()) if each not in found]
            found.update(dict.fromkeys(wanted))
        return tuple(found)

    def has_planned(self, kinds: Iterable[str]) -> bool:
        """Tell whether one of these classes is of what is planned."""
        return any(PLANNED in self.kinds(each) for each in kinds)


def read_ontology(found: Iterable[Row]) -> Ontology:
    """Make an ontology of triples, given as rows of `s`, `p` and `o`."""
    texts: dict[str, dict[str, dict[str, str]]] = {"labels": {}, "inverse": {}, "why": {}}
    places = {**dict.fromkeys(_LABELS, "labels"), _INVERSE: "inverse", _COMMENT: "why"}
    above: dict[str, list[str]] = {}
    single: set[str] = set()
    planned: set[str] = set()
    for subject, predicate, target in _named(found):
        if isinstance(target, ox.Literal):
            if predicate in places:
                named = texts[places[predicate]].setdefault(subject, {})
                named.setdefault(target.language or "", target.value)
        elif predicate in _ABOVE:
            above.setdefault(subject, []).append(target.value)
        elif (predicate, target.value) == (_TYPE, _SINGLE):
            single.add(subject)
        elif (predicate, target.value) == (_NEAR, PLANNED):
            planned.add(subject)
    parents = {term: tuple(found) for term, found in above.items()}
    return Ontology(**texts, above=parents, single=frozenset(single), planned=frozenset(planned))


def _named(found: Iterable[Row]) -> Iterator[tuple[str, str, ox.NamedNode | ox.Literal]]:
    for row in found:
        subject, predicate, target = (row.get(name) for name in ("s", "p", "o"))
        if (
            isinstance(subject, ox.NamedNode)
            and isinstance(predicate, ox.NamedNode)
            and isinstance(target, (ox.NamedNode, ox.Literal))
        ):
            yield subject.value, predicate.value, target


class Ontologies:
    """Keeps the ontologies of the releases served last: a release never changes."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], Ontology] = {}

    async def get(self, release: Release) -> Ontology:
        """Return the ontology of a release; an empty one while the backend does not tell it."""
        manifest = release.manifest
        key = (manifest.release, manifest.built)
        if key not in self._known:
            try:
                found = read_ontology(await rows(release.backend, _TERMS % f"{manifest.base}graph/ontology"))
            except Problem as problem:
                logging.getLogger("kg_server").warning("A page goes without the vocabulary: %s", problem.detail)
                return Ontology()
            self._known = {**dict(list(self._known.items())[-(_KEPT - 1) :]), key: found}
        return self._known[key]
