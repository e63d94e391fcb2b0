"""Bindings under which a rule is worth asking for, found by looking where few triples match.

A store plans a query without knowing how many triples a pattern has. Asked what one person
took part in, it may begin with all events there are; to look first at the premise with the fewest matches costs as
much as these are.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import pyoxigraph as ox

from kg_builder.build.facts import Facts, node, resource, triple_of
from kg_builder.graph.rules import Bindings, Pattern, Rule, unify
from kg_builder.model import Term, Triple
from kg_builder.terms import is_iri

_FEW = 16
"""Matches of a premise that are tried one by one; of more, the store is asked at once."""


def narrow(facts: Facts, rule: Rule, bindings: Bindings) -> Iterator[Bindings]:
    """Yield bindings that between them admit every solution of a rule that some bindings admit.

    Args:
        facts: the store.
        rule: whose premises the default graph is to hold.
        bindings: what is bound already.
    """
    fewest: tuple[Pattern, list[Triple]] | None = None
    for pattern in rule.premises:
        if all(part in bindings or not part.startswith("?") for part in pattern):
            continue
        most = len(fewest[1]) if fewest else _FEW + 1
        found = list(islice(_matches(facts, pattern, bindings), most))
        if len(found) < most:
            fewest = pattern, found
    if fewest is None:
        yield bindings
        return
    pattern, found = fewest
    for triple in found:
        bound = unify(pattern, triple, bindings)
        if bound is not None:
            yield from narrow(facts, rule, bound)


def _matches(facts: Facts, pattern: Pattern, bindings: Bindings) -> Iterator[Triple]:
    """Yield the triples of the default graph that a pattern may stand for."""
    subject, predicate, target = (bindings.get(part) if part.startswith("?") else Term(part) for part in pattern)
    if not all(is_iri(each) for each in (subject, predicate) if each):
        return
    found = facts.store.quads_for_pattern(
        resource(subject) if subject else None,
        resource(predicate) if predicate else None,
        node(target) if target else None,
        ox.DefaultGraph(),
    )
    yield from map(triple_of, found)
