"""The shapes of a release (https://www.w3.org/TR/shacl/), as what is said of each class: what, of what kind, how often.

What a page tells of them is their everyday part. Where a shape says more, `more` says that it does.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pyoxigraph as ox

from kg_builder.namespaces import RDF, RJ, SH
from kg_server.describe.release import SHAPES_FILE

_MOST_BYTES = 4 << 20
_DEEP = 20
_Graph = Mapping[ox.NamedNode | ox.BlankNode, Mapping[str, list[ox.NamedNode | ox.BlankNode | ox.Literal]]]
_Node = ox.NamedNode | ox.BlankNode
# What is told, or is of no use to a reader.
_KNOWN = frozenset(
    {RDF + "type", RJ + "key", RJ + "value", RJ + "name"}
    | {SH + name for name in ("path", "class", "datatype", "nodeKind", "node", "or", "minCount", "maxCount")}
    | {SH + name for name in ("name", "description", "order", "group", "message", "severity")}
)


@dataclass(frozen=True, slots=True)
class Constraint:
    """What a class's things have by one property.

    Attributes:
        path: the property.
        inverse: whether it leads here from other things.
        kinds: classes and datatypes, one of which a value is of; empty for any.
        things: whether values are things, not texts or numbers.
        least: how often at least.
        most: how often at most, None for any number.
        more: whether the shapes say something else of it too.
    """

    path: str
    inverse: bool = False
    kinds: tuple[str, ...] = ()
    things: bool = False
    least: int = 0
    most: int | None = None
    more: bool = False

    def joined(self, other: Constraint) -> Constraint:
        """Return what this and another constraint on the same property say together."""
        most = [each for each in (self.most, other.most) if each is not None]
        return replace(
            self,
            kinds=tuple(dict.fromkeys((*self.kinds, *other.kinds))),
            things=self.things or other.things,
            least=max(self.least, other.least),
            most=min(most, default=None),
            more=self.more or other.more,
        )


@dataclass(frozen=True, slots=True)
class Shape:
    """What is said of the things of a class; of each of `choices`, properties, one and only one is there."""

    constraints: tuple[Constraint, ...] = ()
    choices: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Shapes:
    """The shapes of a release, by class; `owners` are the classes on whose things a property may stand."""

    classes: Mapping[str, Shape] = field(default_factory=dict)

    def owners(self, path: str) -> dict[str, Constraint]:
        """Return the classes of which a property says something, each with how."""
        return {
            name: constraint
            for name, shape in self.classes.items()
            for constraint in shape.constraints
            if constraint.path == path and not constraint.inverse
        }


def read_shapes(folder: Path) -> Shapes:
    """Read the shapes of a release; none where it has none, or where they cannot be read."""
    path = folder / SHAPES_FILE
    try:
        if not path.exists() or path.stat().st_size > _MOST_BYTES:
            return Shapes()
        return parse_shapes(path.read_bytes())
    except (OSError, SyntaxError, ValueError) as error:
        logging.getLogger("kg_server").warning("%s is passed over: %s", path, error)
        return Shapes()


def parse_shapes(turtle: bytes) -> Shapes:
    """Read shapes from Turtle.

    Raises:
        SyntaxError: it is not Turtle.

    >>> shapes = parse_shapes(b'''
    ... @prefix sh: <http://www.w3.org/ns/shacl#> . @prefix ex: <https://example.org/> .
    ... ex:LoanShape sh:targetClass ex:Loan ; sh:property [ sh:path ex:lender ; sh:class ex:Museum ; sh:minCount 1 ] .
    ... ''')
    >>> shapes.classes["https://example.org/Loan"].constraints[0].least, list(shapes.owners("https://example.org/lender"))
    (1, ['https://example.org/Loan'])
    """
    graph: dict[_Node, dict[str, list[ox.NamedNode | ox.BlankNode | ox.Literal]]] = {}
    for quad in ox.parse(turtle, format=ox.RdfFormat.TURTLE):
        if isinstance(quad.subject, (ox.NamedNode, ox.BlankNode)) and not isinstance(quad.object, ox.Triple):
            graph.setdefault(quad.subject, {}).setdefault(quad.predicate.value, []).append(quad.object)
    found: dict[str, Shape] = {}
    for node, properties in graph.items():
        for target in properties.get(SH + "targetClass", ()):
            if isinstance(target, ox.NamedNode):
                reader = _Reader(graph)
                reader.take(node)
                found[target.value] = reader.shape()
    return Shapes(found)


class _Reader:
    """Gathers one node shape, and those that it rests on."""

    def __init__(self, graph: _Graph) -> None:
        self._graph = graph
        self._constraints: dict[tuple[str, bool], Constraint] = {}
        self._choices: dict[tuple[str, ...], None] = {}
        self._seen: set[_Node] = set()

    def shape(self) -> Shape:
        return Shape(tuple(self._constraints.values()), tuple(self._choices))

    def take(self, node: _Node) -> None:
        if node in self._seen or len(self._seen) > _DEEP:
            return
        self._seen.add(node)
        said = self._graph.get(node, {})
        for each in _nodes(said, "property"):
            found = self._constraint(each)
            if found is not None:
                key = found.path, found.inverse
                known = self._constraints.get(key)
                self._constraints[key] = known.joined(found) if known else found
        for each in _nodes(said, "node"):
            self.take(each)
        for each in _nodes(said, "xone"):
            self._choose(each)

    def _constraint(self, node: _Node) -> Constraint | None:
        said = self._graph.get(node, {})
        path = next(iter(said.get(SH + "path", ())), None)
        inverse = False
        if isinstance(path, ox.BlankNode):
            path = next(iter(self._graph.get(path, {}).get(SH + "inversePath", ())), None)
            inverse = True
        if not isinstance(path, ox.NamedNode):
            return None
        return Constraint(
            path.value,
            inverse,
            tuple(dict.fromkeys(self._kinds(node))),
            ox.NamedNode(SH + "IRI") in said.get(SH + "nodeKind", ()),
            _number(said, "minCount") or 0,
            _number(said, "maxCount"),
            not _KNOWN.issuperset(said),
        )

    def _kinds(self, node: _Node, depth: int = 0) -> Iterator[str]:
        said = self._graph.get(node, {})
        for name in ("class", "datatype"):
            yield from (each.value for each in said.get(SH + name, ()) if isinstance(each, ox.NamedNode))
        for inner in _nodes(said, "node"):
            targets = self._graph.get(inner, {}).get(SH + "targetClass", ())
            yield from (each.value for each in targets if isinstance(each, ox.NamedNode))
        for some in _nodes(said, "or"):
            for each in self._list(some) if depth < _DEEP else ():
                yield from self._kinds(each, depth + 1)

    def _choose(self, some: _Node) -> None:
        paths: list[str] = []
        for each in self._list(some):
            required = [self._constraint(one) for one in _nodes(self._graph.get(each, {}), "property")]
            paths += [one.path for one in required if one is not None and one.least and not one.inverse]
        if len(paths) > 1:
            self._choices[tuple(paths)] = None

    def _list(self, node: _Node) -> list[_Node]:
        found: list[_Node] = []
        seen: set[_Node] = set()
        while node not in seen and node in self._graph:
            seen.add(node)
            found += _nodes(self._graph[node], "first", RDF)
            node = next(iter(_nodes(self._graph[node], "rest", RDF)), ox.NamedNode(RDF + "nil"))
        return found


def _nodes(
    said: Mapping[str, list[ox.NamedNode | ox.BlankNode | ox.Literal]], name: str, space: str = SH
) -> list[_Node]:
    return [each for each in said.get(space + name, ()) if not isinstance(each, ox.Literal)]


def _number(said: Mapping[str, list[ox.NamedNode | ox.BlankNode | ox.Literal]], name: str) -> int | None:
    value = next(iter(said.get(SH + name, ())), None)
    return int(value.value) if isinstance(value, ox.Literal) and value.value.isdecimal() else None
