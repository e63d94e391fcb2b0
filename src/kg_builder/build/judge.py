"""Shapes over a store, some nodes at a time: what a node is judged by (`reach`) is read, and no more."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

import pyoxigraph as ox

from kg_builder.build.described import Group
from kg_builder.build.facts import Facts, resource
from kg_builder.build.facts import node as as_stored
from kg_builder.build.reach import reach_of
from kg_builder.graph.quads import TYPE
from kg_builder.graph.validate import results_of, shapes_of
from kg_builder.model import Term
from kg_builder.terms import is_iri

if TYPE_CHECKING:
    import shacl

_Some = TypeVar("_Some")
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
        """Yield what the shapes say of nodes, which the store describes."""
        if self.reach.whole:
            yield from self._results_of_all()
            return
        waiting = iter(nodes)
        groups = iter(lambda: frozenset(islice(waiting, _TOGETHER)), frozenset())
        yield from _beside(self._judge, groups)

    def results_of(self, groups: Iterable[Group]) -> Iterator[shacl.Result]:
        """Yield what the shapes say of the whole store.

        Args:
            groups: what its default graph says of all nodes but those of evidence.
        """
        if self.reach.whole:
            yield from self._results_of_all()
        else:
            yield from _beside(self._judge_group, groups)

    def _results_of_all(self) -> list[shacl.Result]:
        everything = self._facts.store.quads_for_pattern(None, None, None, ox.DefaultGraph())
        return results_of(self._shapes, [*map(_line, everything), self._hierarchy])

    def _judge(self, focus: frozenset[Term]) -> list[shacl.Result]:
        about, described = self._described(focus, frozenset())
        return results_of(self._shapes, [*about, self._hierarchy], described)

    def _judge_group(self, group: Group) -> list[shacl.Result]:
        focus, values, inner = set[Term](), set[Term](), set[Term]()
        for line in group.about:
            subject, predicate, rest = line.split(" ", 2)
            target = Term(rest[:-3])
            if predicate == TYPE and target in self.reach.targets:
                focus.add(Term(subject))
            if predicate in self.reach.kinds and is_iri(target):
                values.add(target)
            if predicate in self.reach.values:
                inner.add(target)  # a literal, too, may be followed back
        nodes = frozenset(focus)
        types = self._built(f"?n {TYPE} ?k", f"?n {TYPE} ?k", frozenset(values))
        beyond, described = self._described(frozenset(inner) - nodes, nodes)
        return results_of(self._shapes, [*group.about, *group.back, types, *beyond, self._hierarchy], nodes | described)

    def _described(self, nodes: frozenset[Term], known: frozenset[Term]) -> tuple[list[str], frozenset[Term]]:
        """Return what nodes are judged by, and the same of those of their values whose triples matter, but `known`.

        With it comes of which nodes that is: a shape of values says of them what is wrong, whatever their kinds.
        """
        about, described = list[str](), frozenset[Term]()
        while nodes:
            about.append(self._built("?n ?p ?o", "?n ?p ?o", nodes))
            for predicate in sorted(self.reach.inverse):
                about.append(self._built(f"?s {predicate} ?n", f"?s {predicate} ?n", nodes))
            about.append(self._built(f"?v {TYPE} ?k", f"?n ?p ?v . ?v {TYPE} ?k", nodes))
            described |= nodes
            nodes = self._values(nodes) - described - known
        return about, described

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


def _beside(judge: Callable[[_Some], list[shacl.Result]], groups: Iterable[_Some]) -> Iterator[shacl.Result]:
    """Judge groups on all cores: neither the store nor the shapes need the interpreter while they work."""
    number, waiting = os.cpu_count() or 1, iter(groups)
    with ThreadPoolExecutor(number) as pool:
        while together := list(islice(waiting, 2 * number)):
            for results in pool.map(judge, together):
                yield from results


def _given(nodes: frozenset[Term]) -> str:
    return f"VALUES ?n {{ {' '.join(sorted(nodes))} }}"


def _line(quad: ox.Quad) -> str:
    return f"{quad.subject} {quad.predicate} {quad.object} .\n"
