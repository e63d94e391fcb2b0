"""How far shapes see from a node: which properties they follow, and what they need to know of the values.

SHACL judges a node by what its shapes reach from it. For shapes of one step each (paths of one property, forward or
inverse), which is what records are read by, that is its own triples, the kinds of its values, and of values with a
shape of their own their triples too. Shapes that reach further are judged over the whole graph at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pyoxigraph as ox

from kg_builder.graph.quads import DERIVED_FROM, OBJECT, PREDICATE, SUBJECT, TYPE
from kg_builder.model import Term
from kg_builder.namespaces import OWL, PROV, RDF, RDFS, RJ, SH
from kg_builder.terms import is_iri

_DEEP = {"node", "property", "or", "and", "xone", "not"}
_CONSTRAINTS = {
    "datatype", "nodeKind", "minCount", "maxCount", "in", "hasValue", "pattern", "minLength", "maxLength",
    "minInclusive", "maxInclusive", "minExclusive", "maxExclusive", "uniqueLang", "languageIn", "class", "closed",
    "equals", "disjoint", "lessThan", "lessThanOrEquals", *_DEEP,
}  # fmt: skip
"""Terms of SHACL by which a node is judged, one step from it."""
_PLAIN = _CONSTRAINTS | {
    "path", "inversePath", "targetClass", "deactivated", "ignoredProperties", "flags", "severity", "message", "name",
    "description", "order", "group", "defaultValue",
}  # fmt: skip
"""Terms that reach one step from a node; any other may reach further."""
_SUBCLASS = Term(f"<{RDFS}subClassOf>")
_CLASSES = {Term(f"<{RDFS}Class>"), Term(f"<{OWL}Class>")}
_DERIVATION = Term(f"<{RJ}Derivation>")
_OF_EVIDENCE = {
    SUBJECT, PREDICATE, OBJECT, DERIVED_FROM, Term(f"<{PROV}used>"),
    *(Term(f"<{RJ}{name}>") for name in ("accordingTo", "article", "certainty", "conveyedIn", "rank", "rule")),
}  # fmt: skip
"""Properties of evidence, whose changes are not followed node by node."""

_Parts = dict[Term, list[tuple[str, Term]]]


@dataclass(frozen=True, slots=True)
class Reach:
    """How far shapes see from a node.

    Attributes:
        targets: the classes whose instances they judge, subclasses included.
        kinds: properties of whose values the kinds matter.
        values: properties of whose values the triples matter too.
        inverse: properties that are followed backwards.
        whole: whether only the whole graph will do.
    """

    targets: frozenset[Term]
    kinds: frozenset[Term]
    values: frozenset[Term]
    inverse: frozenset[Term]
    whole: bool = False


def reach_of(shapes: str, hierarchy: str) -> Reach:
    """Return how far shapes see.

    Args:
        shapes: N-Triples of the shapes, from `flat_shapes`.
        hierarchy: N-Triples of the vocabularies, for subclasses.
    """
    graph, whole = _read(shapes)
    kinds, values, inverse = set[Term](), set[Term](), set[Term]()
    for parts in list(graph.values()):
        for path in (target for name, target in parts if name == "path"):
            below = _within((target for name, target in parts if name != "path"), graph)
            named = {name for name, _ in parts} | below
            if not named & _CONSTRAINTS:
                continue
            if is_iri(path):
                if named & {"class", *_DEEP}:
                    kinds.add(path)
                if named & {"node", "property"} or below & {"path", "closed"}:
                    values.add(path)
            elif (back := _followed_back(graph[path])) and not named & {"class", *_DEEP}:
                inverse.add(back)
            else:
                whole = True
    targets = {target for parts in graph.values() for name, target in parts if name == "targetClass"}
    judged = _with_subclasses(targets, hierarchy)
    # Of evidence and of derivations no change is followed node by node.
    whole = whole or _DERIVATION in judged or not inverse.isdisjoint(_OF_EVIDENCE)
    return Reach(judged, frozenset(kinds), frozenset(values), frozenset(inverse), whole)


def _read(shapes: str) -> tuple[_Parts, bool]:
    """Return the terms of SHACL by which each node is described, and whether one of them may reach anywhere."""
    graph: _Parts = defaultdict(list)
    far = False
    for subject, predicate, target in _triples(shapes):
        if predicate.startswith(f"<{SH}"):
            name = predicate[len(SH) + 1 : -1]
            far = far or name not in _PLAIN
            graph[subject].append((name, target))
        elif predicate in {f"<{RDF}first>", f"<{RDF}rest>"}:
            graph[subject].append(("list", target))
        elif predicate == TYPE and target in _CLASSES:
            far = True  # a shape that is a class judges its instances without naming it
    return graph, far


def _followed_back(path: list[tuple[str, Term]]) -> Term | None:
    """Return the property that a path follows from object to subject; None where it is another path."""
    steps = dict(path)
    return steps["inversePath"] if set(steps) == {"inversePath"} and is_iri(steps["inversePath"]) else None


def _within(nodes: Iterable[Term], graph: _Parts) -> set[str]:
    """Return the terms of SHACL by which nodes and shapes below them are described, whether those have names or not."""
    found: set[str] = set()
    queue, seen = list(nodes), set[Term]()
    while queue:
        node = queue.pop()
        if node not in seen:
            seen.add(node)
            found.update(name for name, _ in graph.get(node, ()))
            queue.extend(target for _, target in graph.get(node, ()))
    return found


def _with_subclasses(classes: Iterable[Term], hierarchy: str) -> frozenset[Term]:
    below: dict[Term, list[Term]] = defaultdict(list)
    for subject, predicate, target in _triples(hierarchy):
        if predicate == _SUBCLASS:
            below[target].append(subject)
    found: set[Term] = set()
    queue = list(classes)
    while queue:
        if (each := queue.pop()) not in found:
            found.add(each)
            queue.extend(below[each])
    return frozenset(found)


def _triples(lines: str) -> Iterator[tuple[Term, Term, Term]]:
    for each in ox.parse(lines, format=ox.RdfFormat.N_TRIPLES):
        yield Term(str(each.subject)), Term(str(each.predicate)), Term(str(each.object))
