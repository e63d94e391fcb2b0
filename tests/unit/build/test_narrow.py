"""Narrowed bindings admit what the wider ones admit, once each, and are few where few triples match."""

from __future__ import annotations

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_builder.build import narrow as module
from kg_builder.build.facts import Facts, quad
from kg_builder.build.narrow import narrow
from kg_builder.graph.rules import Bindings, Pattern, Rule, unify
from kg_builder.ids import Iris
from kg_builder.model import Term, Triple

IRIS = Iris("https://example.org/")
NODES = [Term(f"<https://example.org/id/{each}>") for each in "abcd"]
P, Q = (Term(f"<https://example.org/vocab#{each}>") for each in "pq")
YEAR = Term('"1999"')
VARIABLES = ["?x", "?y", "?z"]

triples = st.sets(
    st.tuples(st.sampled_from(NODES), st.sampled_from([P, Q]), st.sampled_from([*NODES, YEAR])), max_size=40
)
patterns = st.tuples(
    st.sampled_from([*VARIABLES, *NODES]), st.sampled_from([P, Q, "?p"]), st.sampled_from([*VARIABLES, *NODES, YEAR])
)
rules = st.lists(patterns, min_size=1, max_size=4).map(lambda found: Rule("r", "Why.", "", (), tuple(found)))
given_values = st.dictionaries(st.sampled_from(VARIABLES), st.sampled_from([*NODES, YEAR]), max_size=2)


def facts(said: set[Triple]) -> Facts:
    store = ox.Store()
    store.extend([quad(triple) for triple in said])
    return Facts(store, IRIS)


def solutions(premises: tuple[Pattern, ...], said: set[Triple], bound: Bindings) -> list[Bindings]:
    if not premises:
        return [bound]
    return [
        solution
        for triple in said
        if (more := unify(premises[0], triple, bound)) is not None
        for solution in solutions(premises[1:], said, more)
    ]


@pytest.mark.parametrize("few", [1, 2, 16])
def test_every_solution_is_admitted_once(few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_FEW", few)

    @given(rules, triples, given_values)
    def check(rule: Rule, said: set[Triple], bindings: Bindings) -> None:
        narrowed = [
            solution
            for bound in narrow(facts(said), rule, bindings)
            for solution in solutions(rule.premises, said, bound)
        ]
        wanted = solutions(rule.premises, said, bindings)
        assert sorted(map(sorted, map(dict.items, narrowed))) == sorted(map(sorted, map(dict.items, wanted)))

    check()


def test_a_hub_is_not_gone_through_where_something_else_is_rare() -> None:
    events = [Term(f"<https://example.org/id/event-{number}>") for number in range(100)]
    said = {(event, P, NODES[0]) for event in events} | {(events[7], Q, NODES[1])}
    rule = Rule("r", "Why.", "", (), (("?event", P, "?kind"), ("?event", Q, "?who")))
    assert list(narrow(facts(said), rule, {"?kind": NODES[0], "?who": NODES[1]})) == [
        {"?kind": NODES[0], "?who": NODES[1], "?event": events[7]}
    ]
    assert list(narrow(facts(said), rule, {"?kind": NODES[0], "?who": NODES[2]})) == []
