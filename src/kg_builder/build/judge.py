"""Shapes over a store, some nodes at a time: what a node is judged by (`reach`) is read, and no more."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TYPE_CHECKING

import pyoxigraph as ox

from kg_builder.build.facts import Facts, resource
from kg_builder.build.facts import node as as_stored
from kg_builder.build.reach import reach_of
from kg_builder.graph.quads import POSITION, QUOTE, STATEMENT, TYPE
from kg_builder.graph.validate import results_of, shapes_of
from kg_builder.model import Term

if TYPE_CHECKING:
    import shacl

_TOGETHER = 1_000
"""Nodes that are judged in one go."""


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

    def results_of_all(self) -> list[shacl.Result]:
        """Return what the shapes say of the whole store."""
        return list(self.results(self.nodes()))

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
