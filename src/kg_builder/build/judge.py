"""Shapes over a store, some nodes at a time: what a node is judged by is read, and no more.

SHACL judges a node by what its shapes reach from it. For shapes of one step each (paths of one property, forward or
inverse), which is what records are read by, that is its own triples, the kinds of its values, and of values with a
shape of their own their triples too. Shapes that reach further are judged over the whole graph at once.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice

import pyoxigraph as ox
import shacl

from kg_builder.build.facts import Facts, resource
from kg_builder.build.facts import node as as_stored
from kg_builder.graph.quads import DERIVED_FROM, OBJECT, POSITION, PREDICATE, QUOTE, STATEMENT, SUBJECT, TYPE
from kg_builder.graph.validate import results_of, shapes_of
from kg_builder.model import Term
from kg_builder.namespaces import OWL, PROV, RDF, RDFS, RJ, SH
from kg_builder.terms import is_iri

_TOGETHER = 1_000
"""Nodes that are judged in one go."""

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
_OF_EVIDENCE = {
    SUBJECT, PREDICATE, OBJECT, DERIVED_FROM, Term(f"<{PROV}used>"),
    *(Term(f"<{RJ}{name}>") for name in ("accordingTo", "article", "certainty", "conveyedIn", "rank", "rule")),
}  # fmt: skip
"""Properties of evidence, whose changes are not followed node by node."""


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
    graph: dict[Term, list[tuple[str, Term]]] = defaultdict(list)
    whole = False
    for subject, predicate, target in _triples(shapes):
        if predicate.startswith(f"<{SH}"):
            name = predicate[len(SH) + 1 : -1]
            whole = whole or name not in _PLAIN
            graph[subject].append((name, target))
        elif predicate in {f"<{RDF}first>", f"<{RDF}rest>"}:
            graph[subject].append(("list", target))
        elif predicate == TYPE and target in _CLASSES:
            whole = True  # a shape that is a class judges its instances without naming it
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
                continue
            steps = dict(graph[path])
            if set(steps) == {"inversePath"} and is_iri(steps["inversePath"]) and not named & {"class", *_DEEP}:
                inverse.add(steps["inversePath"])
            else:
                whole = True
    whole = whole or not inverse.isdisjoint(_OF_EVIDENCE)
    targets = {target for parts in graph.values() for name, target in parts if name == "targetClass"}
    return Reach(_with_subclasses(targets, hierarchy), frozenset(kinds), frozenset(values), frozenset(inverse), whole)


def _within(nodes: Iterable[Term], graph: dict[Term, list[tuple[str, Term]]]) -> set[str]:
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


class Judge:
    """Shapes, and a store whose nodes they judge."""

    def __init__(self, facts: Facts, shapes: str, hierarchy: str) -> None:
        """Compile the shapes.

        Args:
            facts: the store.
            shapes: N-Triples of the shapes, from `flat_shapes`.
            hierarchy: N-Triples of the vocabularies.
        """
        self._facts, self._hierarchy = facts, hierarchy
        self._shapes: shacl.Shapes = shapes_of(shapes)
        self.reach = reach_of(shapes, hierarchy)

    def nodes(self) -> Iterator[Term]:
        """Yield every node that the shapes target, once each, but for attestations and phrases."""
        kinds = " ".join(sorted(self.reach.targets - {STATEMENT, POSITION, QUOTE}))
        for solution in self._ask(f"SELECT DISTINCT ?n WHERE {{ VALUES ?k {{ {kinds} }} ?n {TYPE} ?k }}"):
            yield Term(str(solution["n"]))

    def also(self, nodes: Iterable[Term], retyped: Iterable[Term]) -> set[Term]:
        """Return the nodes that are judged anew because of others.

        Args:
            nodes: those of which something changed.
            retyped: those whose kinds changed.
        """
        found: set[Term] = set()
        for node in retyped:
            for predicate in self.reach.kinds:
                found.update(self._into(node, predicate))
        queue, seen = [*nodes, *found], set[Term]()
        while queue:
            if (node := queue.pop()) not in seen:
                seen.add(node)
                for predicate in self.reach.values:
                    into = set(self._into(node, predicate))
                    found |= into
                    queue.extend(into)
        return found

    def results(self, nodes: Iterable[Term]) -> Iterator[shacl.Result]:
        """Yield what the shapes say of nodes."""
        if self.reach.whole:
            everything = self._facts.store.quads_for_pattern(None, None, None, ox.DefaultGraph())
            yield from results_of(self._shapes, [*map(_line, everything), self._hierarchy])
            return
        waiting = iter(nodes)
        groups = iter(lambda: frozenset(islice(waiting, _TOGETHER)), frozenset())
        # Neither the store nor the shapes need the interpreter while they work.
        number = os.cpu_count() or 1
        with ThreadPoolExecutor(number) as pool:
            while together := list(islice(groups, 2 * number)):
                for results in pool.map(self._judge, together):
                    yield from results

    def _judge(self, focus: frozenset[Term]) -> list[shacl.Result]:
        return results_of(self._shapes, [*self._judged_by(focus), self._hierarchy], focus)

    def _judged_by(self, focus: frozenset[Term]) -> Iterator[str]:
        yield self._built("?n ?p ?o", "?n ?p ?o", focus)
        inner = focus
        while inner:
            for predicate in sorted(self.reach.inverse):
                yield self._built(f"?s {predicate} ?n", f"?s {predicate} ?n", inner)
            yield self._built(f"?v {TYPE} ?k", f"?n ?p ?v . ?v {TYPE} ?k", inner)
            inner = self._values(inner) - focus
            focus = focus | inner
            yield self._built("?n ?p ?o", "?n ?p ?o", inner)

    def _values(self, nodes: frozenset[Term]) -> frozenset[Term]:
        """Return the values of nodes whose triples matter."""
        found: set[Term] = set()
        for predicate in self.reach.values:
            asked = f"SELECT ?v WHERE {{ {_given(nodes)} ?n {predicate} ?v }}"
            found.update(Term(str(solution["v"])) for solution in self._ask(asked))
        return frozenset(found)

    def _built(self, triples: str, where: str, nodes: frozenset[Term]) -> str:
        if not nodes:
            return ""
        asked = f"CONSTRUCT {{ {triples} }} WHERE {{ {_given(nodes)} {where} }}"
        found = self._facts.store.query(asked)
        if not isinstance(found, ox.QueryTriples):  # pragma: no cover - the query is always a CONSTRUCT
            return ""
        return (found.serialize(format=ox.RdfFormat.N_TRIPLES) or b"").decode()

    def _ask(self, query: str) -> Iterator[ox.QuerySolution]:
        found = self._facts.store.query(query)
        if isinstance(found, ox.QuerySolutions):
            yield from found

    def _into(self, node: Term, predicate: Term) -> Iterator[Term]:
        # A literal, too, may be what a path is followed back from.
        found = self._facts.store.quads_for_pattern(None, resource(predicate), as_stored(node), ox.DefaultGraph())
        return (Term(str(each.subject)) for each in found)


def _given(nodes: frozenset[Term]) -> str:
    return f"VALUES ?n {{ {' '.join(sorted(nodes))} }}"


def _line(quad: ox.Quad) -> str:
    return f"{quad.subject} {quad.predicate} {quad.object} .\n"
