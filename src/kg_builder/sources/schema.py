"""The record's schema, read from the SHACL shapes: which key writes which property, and what its value may be.

No other mapping exists. A property shape carries ``rj:key`` beside ``sh:path``; ``is`` picks the node shape by its own
``rj:key``, so one key may mean different properties on different kinds of node.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

import pyoxigraph as ox

from kg_builder.errors import Mark, Problem
from kg_builder.model import Term
from kg_builder.namespaces import EDTF, RDF, RDFS, RJ, SH
from kg_builder.sources.files import sources_in
from kg_builder.sources.reading import relative

# Messages end with what the place of a problem, or its words, have said.
_PLACE = re.compile(r"Parser error at line \d+ (?:between columns \d+ and \d+|column \d+): ")
_NUMBER = re.compile(r" \(os error \d+\)")


class Kind(Enum):
    """What a key's value is."""

    WORDS = "words"
    DATE = "date"
    LITERAL = "literal"
    REFERENCE = "reference"
    NODE = "node"


@dataclass(frozen=True, slots=True)
class PropertyShape:
    """One key of a record. ``targets`` are the classes that a reference may have; none means any."""

    key: str
    path: Term
    kind: Kind
    datatypes: tuple[str, ...] = ()
    targets: tuple[Term, ...] = ()
    node: Term | None = None
    value: Term | None = None
    name: bool = False


@dataclass(frozen=True, slots=True)
class NodeShape:
    """One kind of node: the word after ``is``, the classes it writes, and its keys."""

    iri: Term
    key: str
    classes: tuple[Term, ...]
    properties: dict[str, PropertyShape]
    by_path: dict[Term, PropertyShape]


@dataclass(frozen=True, slots=True)
class Schema:
    """Every kind of node, and the vocabulary's own individuals by class and key."""

    shapes: dict[str, NodeShape]
    by_iri: dict[Term, NodeShape]
    individuals: dict[Term, dict[str, Term]]
    superclasses: dict[Term, frozenset[Term]] = field(default_factory=dict)

    def name_keys(self) -> frozenset[str]:
        """Return the keys whose words are proper names."""
        return frozenset(key for s in self.by_iri.values() for key, shape in s.properties.items() if shape.name)

    def key_of(self, path: Term) -> str:
        """Return the key that writes a property on some kind of node, for messages."""
        for shape in self.by_iri.values():
            if path in shape.by_path:
                return shape.by_path[path].key
        return ""


@dataclass(slots=True)
class _Graph:
    triples: dict[Term, dict[Term, list[Term]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))

    def add(self, path: Path) -> None:
        for quad in ox.parse(path=path, format=ox.RdfFormat.TURTLE):
            self.triples[Term(str(quad.subject))][Term(str(quad.predicate))].append(Term(str(quad.object)))

    def all(self, subject: Term, predicate: str) -> list[Term]:
        return self.triples[subject][Term(f"<{predicate}>")] if subject in self.triples else []

    def one(self, subject: Term, predicate: str) -> Term | None:
        found = self.all(subject, predicate)
        return found[0] if found else None

    def text(self, subject: Term, predicate: str) -> str:
        found = self.one(subject, predicate)
        return found[1:].partition('"')[0] if found else ""

    def list(self, head: Term) -> list[Term]:
        items: list[Term] = []
        node: Term | None = head
        while node and node != f"<{RDF}nil>":
            items.extend(self.all(node, f"{RDF}first"))
            node = self.one(node, f"{RDF}rest")
        return items


def ontology_files(root: Path) -> list[Path]:
    """Return the project's vocabulary files (all Turtle files of ``ontology/`` but the shapes), sorted by name."""
    return [path for path in sources_in(root / "ontology", ".ttl") if path != shapes_file(root)]


def shapes_file(root: Path) -> Path:
    """Return the file of the shapes, which are the schema of the records.

    >>> shapes_file(Path("project")).as_posix()
    'project/ontology/shapes.ttl'
    """
    return root / "ontology" / "shapes.ttl"


def engine_vocabulary() -> Path:
    """Return the engine's own vocabulary, which ships with the package."""
    return Path(__file__).parent.parent / "vocabulary" / "rj.ttl"


def load_schema(root: Path, problems: list[Problem]) -> Schema:
    """Read ``ontology/shapes.ttl`` and the vocabularies below a project's folder.

    A file that is not Turtle is a problem with its line and column, as is a shape whose key stands for two properties.
    """
    shapes, words = _Graph(), _Graph()
    for graph, path in [
        (shapes, shapes_file(root)),
        *((words, path) for path in [engine_vocabulary(), *ontology_files(root)]),
    ]:
        try:
            graph.add(path)
        except SyntaxError as error:
            mark = Mark(relative(path, root), error.lineno or 1, error.offset or 1)
            problems.append(Problem(mark, f"not Turtle: {_PLACE.sub('', error.msg)}", "turtle"))
        except OSError as error:
            problems.append(
                Problem(Mark(relative(path, root)), f"cannot be read: {_NUMBER.sub('', str(error))}", "file")
            )
    mark = Mark(relative(shapes_file(root), root))
    by_iri = {
        subject: _node_shape(shapes, subject, mark, problems)
        for subject in list(shapes.triples)
        if f"<{SH}NodeShape>" in shapes.all(subject, f"{RDF}type") and subject.startswith("<")
    }
    if not by_iri and not problems:
        problems.append(Problem(mark, "holds no sh:NodeShape: without one no record can be read", "shape"))
    named: dict[str, NodeShape] = {}
    for shape in by_iri.values():
        if shape.key and named.setdefault(shape.key, shape) is not shape:
            message = f"the key «{shape.key}» stands for two shapes: {named[shape.key].iri} and {shape.iri}"
            problems.append(Problem(mark, message, "shape"))
    return Schema(named, by_iri, _individuals(words), _superclasses(words))


def _node_shape(graph: _Graph, subject: Term, mark: Mark, problems: list[Problem]) -> NodeShape:
    properties: dict[str, PropertyShape] = {}
    by_path: dict[Term, PropertyShape] = {}
    for owner in _with_parents(graph, subject):
        for node in graph.all(owner, f"{SH}property"):
            key, path = graph.text(node, f"{RJ}key"), graph.one(node, f"{SH}path")
            if not key or not path:
                continue
            shape = _property_shape(graph, node, key, path)
            if shape is None:
                needs = "sh:datatype, sh:class, sh:nodeKind sh:IRI, or sh:node with rj:value"
                message = f"{subject} {key}: a property shape needs {needs}"
                problems.append(Problem(mark, message, "shape"))
            elif key in properties and properties[key].path != path:
                problems.append(Problem(mark, f"{subject}: the key «{key}» stands for two properties", "shape"))
            else:
                properties[key] = by_path[path] = shape
    classes = tuple(sorted(graph.all(subject, f"{SH}targetClass")))
    return NodeShape(subject, graph.text(subject, f"{RJ}key"), classes, properties, by_path)


def _with_parents(graph: _Graph, subject: Term) -> list[Term]:
    found, queue = [], [subject]
    while queue:
        node = queue.pop(0)
        if node not in found:
            found.append(node)
            queue.extend(graph.all(node, f"{SH}node"))
    return found


def _property_shape(graph: _Graph, node: Term, key: str, path: Term) -> PropertyShape | None:
    name = graph.text(node, f"{RJ}name") == "true"
    branches = [node, *(item for head in graph.all(node, f"{SH}or") for item in graph.list(head))]
    datatypes = tuple(term[1:-1] for branch in branches for term in graph.all(branch, f"{SH}datatype"))
    targets = tuple(term for branch in branches for term in graph.all(branch, f"{SH}class"))
    inner, value = graph.one(node, f"{SH}node"), graph.one(node, f"{RJ}value")
    if inner and value:
        return PropertyShape(key, path, Kind.NODE, node=inner, value=value)
    if datatypes == (f"{RDF}langString",):
        return PropertyShape(key, path, Kind.WORDS, datatypes, name=name)
    if datatypes == (EDTF,):
        return PropertyShape(key, path, Kind.DATE, datatypes)
    if datatypes:
        return PropertyShape(key, path, Kind.LITERAL, datatypes)
    if targets or graph.all(node, f"{SH}nodeKind") == [f"<{SH}IRI>"]:
        return PropertyShape(key, path, Kind.REFERENCE, targets=targets)
    return None


def _individuals(words: _Graph) -> dict[Term, dict[str, Term]]:
    found: dict[Term, dict[str, Term]] = defaultdict(dict)
    for subject in list(words.triples):
        key = words.text(subject, f"{RJ}key")
        if key:
            for kind in words.all(subject, f"{RDF}type"):
                found[kind][key] = subject
    return dict(found)


def _superclasses(words: _Graph) -> dict[Term, frozenset[Term]]:
    parents = {subject: words.all(subject, f"{RDFS}subClassOf") for subject in list(words.triples)}
    closed: dict[Term, frozenset[Term]] = {}
    for subject in parents:
        seen: set[Term] = set()
        queue = [subject]
        while queue:
            node = queue.pop()
            if node not in seen:
                seen.add(node)
                queue.extend(parents.get(node, []))
        closed[subject] = frozenset(seen)
    return closed
