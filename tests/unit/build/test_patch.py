"""Lines that come and go bring a store from one state to the other, and are counted on the way."""

from __future__ import annotations

import pyoxigraph as ox
from hypothesis import given
from hypothesis import strategies as st

from kg_builder.build.facts import Facts
from kg_builder.build.patch import Patch, apply
from kg_builder.graph.layers import AUTHORITY, DERIVED, LINKS
from kg_builder.graph.quads import line, twice
from kg_builder.ids import Iris
from kg_builder.model import Term, Triple

IRIS = Iris("https://example.org/")
P = Term("<https://example.org/terms#p>")
ONE, TWO, OWN = IRIS.article("one"), IRIS.article("two"), IRIS.graph(AUTHORITY)

Shards = dict[Term, frozenset[Triple]]

facts = st.builds(lambda a, b: (IRIS.entity(a), P, IRIS.entity(b)), st.sampled_from("abc"), st.sampled_from("abc"))
shards = st.fixed_dictionaries(
    {graph: st.frozensets(facts, max_size=4) for graph in (ONE, TWO, OWN, IRIS.graph(LINKS))}
)


def lines(said: Shards) -> dict[Term, set[bytes]]:
    return {graph: {each.encode() for each in twice(triples, graph)} for graph, triples in said.items()}


def store(said: Shards, derived: frozenset[Triple] = frozenset()) -> Facts:
    held = ox.Store()
    for each in [*lines(said).values(), {each.encode() for each in twice(derived, IRIS.graph(DERIVED))}]:
        held.load(b"".join(each), format=ox.RdfFormat.N_QUADS)
    return Facts(held, IRIS)


def patched(before: Shards, after: Shards, derived: frozenset[Triple] = frozenset()) -> tuple[Patch, Facts]:
    old, new = lines(before), lines(after)
    removed, added = set[bytes](), set[bytes]()
    for graph in old:
        removed |= old[graph] - new[graph]
        added |= new[graph] - old[graph]
    held = store(before, derived)
    return apply(store(before, derived), held, removed, added), held


@given(shards, shards)
def test_a_store_is_brought_from_one_state_to_the_other(before: Shards, after: Shards) -> None:
    patch, held = patched(before, after)
    wanted = store(after)
    assert set(held.store) == set(wanted.store)
    assert patch.quads == len(wanted.store) - len(store(before).store)
    assert patch.facts == len(after[ONE] | after[TWO]) - len(before[ONE] | before[TWO])
    for graph in before:
        assert patch.graphs[graph[1:-1]] == len(after[graph]) - len(before[graph])
    said = [frozenset[Triple]().union(*each.values()) for each in (before, after)]
    assert patch.changed == said[0] ^ said[1]
    assert set(patch.attested) == (before[ONE] ^ after[ONE]) | (before[TWO] ^ after[TWO])


@given(shards, shards)
def test_what_is_derived_stays_when_nobody_states_it_any_more(before: Shards, after: Shards) -> None:
    derived = frozenset({(IRIS.entity("a"), P, IRIS.entity("b"))})
    _, held = patched(before, after, derived)
    assert set(held.store) == set(store(after, derived).store)


def test_a_fact_that_moves_to_another_article_is_no_change_of_the_graph() -> None:
    fact: Triple = (IRIS.entity("a"), P, IRIS.entity("b"))
    nothing = dict.fromkeys((ONE, TWO, OWN), frozenset[Triple]())
    patch, _ = patched({**nothing, ONE: frozenset({fact})}, {**nothing, TWO: frozenset({fact})})
    assert (patch.changed, patch.facts, patch.quads) == (set(), 0, 0)
    assert patch.attested == {fact: {ONE, TWO}}


def test_evidence_is_counted_and_not_followed() -> None:
    held = ox.Store()
    statement = line((Term("<https://example.org/statement/1>"), P, IRIS.entity("a"))).encode()
    phrase = line((Term("<https://example.org/article/one#char=1,2>"), P, IRIS.entity("a"))).encode()
    patch = apply(Facts(ox.Store(), IRIS), Facts(held, IRIS), [], [statement, phrase])
    assert (patch.quads, patch.changed, len(held)) == (2, set(), 2)
