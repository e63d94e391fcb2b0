"""The words of a release: its ontology as terms, with examples from the data."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pyoxigraph as ox

from kg_builder.namespaces import OWL, RDF, RDFS, SKOS
from kg_server.backends.base import Question
from kg_server.describe.ask import Node, Row, is_iri, part, rows
from kg_server.describe.current import Release
from kg_server.describe.entity import Node as Known
from kg_server.describe.entity import find_nodes
from kg_server.describe.ontology import Ontology, read_ontology
from kg_server.http.problems import Problem
from kg_server.http.window import Window

_MOST_TRIPLES = 50_000
_MOST_EXAMPLES = 2000
_BATCH = 25
_TRIED = 6
EXAMPLES = 2
"""Examples of each term."""

CLASS, PROPERTY, VALUE = "class", "property", "value"
_CLASSES = frozenset({OWL + "Class", RDFS + "Class", RDFS + "Datatype"})
_PROPERTIES = frozenset(
    {RDF + "Property"}
    | {OWL + name for name in ("ObjectProperty", "DatatypeProperty", "AnnotationProperty", "SymmetricProperty")}
)
_NEAR = tuple(SKOS + name for name in ("exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch"))
_SAME = (OWL + "equivalentClass", OWL + "equivalentProperty", OWL + "sameAs")
_DEFINITIONS = (SKOS + "definition", RDFS + "comment")
_LABELS = (RDFS + "label", SKOS + "prefLabel")

_ONTOLOGY = "SELECT ?s ?p ?o WHERE { GRAPH <%s> { ?s ?p ?o } } ORDER BY ?s ?p ?o"
# Each part by itself: a limit for each is what keeps a property of a million triples quick.
_OF_PROPERTY = "{ SELECT ?term ?s ?o WHERE { VALUES ?term { <%s> } ?s ?term ?o } LIMIT %d }"
_OF_CLASS = "{ SELECT ?term ?s WHERE { VALUES ?term { <%s> } ?s a ?term } LIMIT %d }"

Example = tuple[Node, Node | None]
"""A thing of a class, or the subject and the object of a property."""


@dataclass(slots=True)
class Term:
    """A class, a property, or a value that a property may have.

    Attributes:
        iri: its own.
        kind: `class`, `property` or `value`.
        types: its classes; of a value, what it is a value of.
        labels, definitions: by language.
        broader: classes or properties of which it is a special case.
        narrower: those that are special cases of it.
        domain, range: as the ontology has them.
        near: by predicate, the terms of others that mean nearly the same.
        inverse: properties that say the same from the other side.
        disjoint: classes that have no thing in common with it.
    """

    iri: str
    kind: str
    types: list[str] = field(default_factory=list)
    labels: dict[str, str] = field(default_factory=dict)
    definitions: dict[str, str] = field(default_factory=dict)
    broader: list[str] = field(default_factory=list)
    narrower: list[str] = field(default_factory=list)
    domain: list[str] = field(default_factory=list)
    range: list[str] = field(default_factory=list)
    near: dict[str, list[str]] = field(default_factory=dict)
    inverse: list[str] = field(default_factory=list)
    disjoint: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The ontology of a release.

    Attributes:
        iri: of the release's own vocabulary.
        terms: classes, properties and values, by IRI.
        about: what is said of the vocabulary itself, by predicate.
        cut: whether it has more triples than are read.
    """

    iri: str
    terms: Mapping[str, Term] = field(default_factory=dict)
    about: Mapping[str, tuple[Node, ...]] = field(default_factory=dict)
    cut: bool = False


def read_vocabulary(iri: str, triples: Iterable[tuple[str, str, Node]], *, cut: bool = False) -> Vocabulary:
    """Gather the terms of an ontology from its triples."""
    said: dict[str, dict[str, list[Node]]] = {}
    for subject, predicate, value in triples:
        said.setdefault(subject, {}).setdefault(predicate, []).append(value)
    kinds = {each: _kind(properties) for each, properties in said.items()}
    classes = {each for each, kind in kinds.items() if kind == CLASS}
    for each, properties in said.items():
        # An individual is a term where its class is one of the terms.
        if not kinds[each] and classes.intersection(_iris(properties, RDF + "type")):
            kinds[each] = VALUE
    terms = {each: _term(each, kind, said[each]) for each, kind in kinds.items() if kind}
    for term in list(terms.values()):
        for each in term.broader:
            if each in terms and term.iri not in terms[each].narrower:
                terms[each].narrower.append(term.iri)
    return Vocabulary(iri, terms, {name: tuple(found) for name, found in said.get(iri, {}).items()}, cut)


def _kind(said: Mapping[str, list[Node]]) -> str:
    types = set(_iris(said, RDF + "type"))
    if types & _PROPERTIES or RDFS + "subPropertyOf" in said or RDFS + "domain" in said or RDFS + "range" in said:
        return PROPERTY
    if types & _CLASSES or RDFS + "subClassOf" in said:
        return CLASS
    return ""


def _term(iri: str, kind: str, said: Mapping[str, list[Node]]) -> Term:
    return Term(
        iri,
        kind,
        types=_iris(said, RDF + "type"),
        labels=_texts(said, _LABELS),
        definitions=_texts(said, _DEFINITIONS),
        broader=_iris(said, RDFS + "subClassOf", RDFS + "subPropertyOf"),
        domain=_iris(said, RDFS + "domain"),
        range=_iris(said, RDFS + "range"),
        near={each: found for each in (*_SAME, *_NEAR) if (found := _iris(said, each))},
        inverse=_iris(said, OWL + "inverseOf"),
        disjoint=_iris(said, OWL + "disjointWith"),
    )


def _iris(said: Mapping[str, list[Node]], *predicates: str) -> list[str]:
    return [each.value for name in predicates for each in said.get(name, ()) if isinstance(each, ox.NamedNode)]


def _texts(said: Mapping[str, list[Node]], predicates: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in predicates:
        for each in said.get(name, ()):
            if isinstance(each, ox.Literal):
                found.setdefault(each.language or "", each.value)
    return found


class VocabularyWork:
    """Reads the ontology of a release, then finds examples of its terms in the data.

    Attributes:
        vocabulary: None until it has been read.
        problem: why it could not be read.
        ontology: the names of its terms.
        examples: by IRI of the term.
        nodes: what is known of the things in the examples.
    """

    def __init__(self, release: Release) -> None:
        manifest = release.manifest
        self._release, self._graph = release, f"{manifest.base}graph/ontology"
        self._iri = f"{manifest.base}{manifest.vocabulary or ''}"
        self.vocabulary: Vocabulary | None = None
        self.problem: Problem | None = None
        self.examples: dict[str, tuple[Example, ...]] = {}
        self.ontology = Ontology()
        self.nodes: dict[str, Known] = {}
        self._whole = False

    @property
    def complete(self) -> bool:
        """Whether the ontology has been read and every example looked for."""
        return self._whole

    async def run(self) -> None:
        """Read, then look for examples."""
        try:
            read = await part(self._release.backend, Question(_ONTOLOGY % self._graph), Window(limit=_MOST_TRIPLES))
            self.vocabulary = read_vocabulary(self._iri, _triples(read.rows), cut=read.total > _MOST_TRIPLES)
            self.ontology = read_ontology(read.rows)
            await self._look()
        except Problem as problem:
            logging.getLogger("kg_server").warning("The vocabulary is not told in full: %s", problem.detail)
            self.problem = problem
        else:
            self._whole = True

    async def _look(self) -> None:
        terms = [each for each in (self.vocabulary or Vocabulary("")).terms.values() if is_iri(each.iri)]
        for kind, pattern in ((PROPERTY, _OF_PROPERTY), (CLASS, _OF_CLASS)):
            wanted = [each.iri for each in terms if each.kind == kind][:_MOST_EXAMPLES]
            for start in range(0, len(wanted), _BATCH):
                parts = "\nUNION ".join(pattern % (each, _TRIED) for each in wanted[start : start + _BATCH])
                query = f"SELECT ?term ?s ?o WHERE {{\n{parts}\n}}"
                await self._gather(await rows(self._release.backend, query))

    async def _gather(self, found: Iterable[Row]) -> None:
        tried: dict[str, list[Example]] = {}
        for row in found:
            term = row["term"]
            if isinstance(term, ox.NamedNode):
                tried.setdefault(term.value, []).append((row["s"], row.get("o")))
        nodes = {
            node.value for some in tried.values() for pair in some for node in pair if isinstance(node, ox.NamedNode)
        }
        self.nodes |= await find_nodes(self._release, self.ontology, sorted(nodes - self.nodes.keys()))
        for iri, some in tried.items():
            # What has a name tells more than what has none.
            best = sorted(some, key=lambda pair: (sum(map(self._nameless, pair)), str(pair[0]), str(pair[1])))
            self.examples[iri] = tuple(best[:EXAMPLES])

    def _nameless(self, node: Node | None) -> bool:
        if not isinstance(node, ox.NamedNode) or node.value in self.ontology.labels:
            return False
        return not any(name in self.nodes.get(node.value, {}) for name in _LABELS)


def _triples(found: Iterable[Row]) -> Iterable[tuple[str, str, Node]]:
    for row in found:
        subject, predicate = row["s"], row["p"]
        if isinstance(subject, ox.NamedNode) and isinstance(predicate, ox.NamedNode):
            yield subject.value, predicate.value, row["o"]
