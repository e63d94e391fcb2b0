"""What a store says of facts: who states them, and whether a rule may rest on them."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from kg_builder.build.facts import Facts, node, quad, triple_of
from kg_builder.graph.layers import ABOUT, AUTHORITY, DERIVED, LINKS
from kg_builder.graph.quads import DERIVED_FROM, OBJECT, PREDICATE, SUBJECT
from kg_builder.ids import Iris
from kg_builder.model import Term, Triple
from kg_builder.terms import text, typed

IRIS = Iris("https://example.org/")
P = Term("<https://example.org/terms#p>")
A, B = IRIS.entity("a"), IRIS.entity("b")
ONE, TWO = IRIS.article("one"), IRIS.article("two")
AWAY = Term("<https://elsewhere.example/x>")
FACT: Triple = (A, P, B)


def facts(*said: tuple[Triple, Term]) -> Facts:
    """Return a store in which each triple stands in the default graph and in that of who states it."""
    store = ox.Store()
    for triple, graph in said:
        store.extend([quad(triple), quad(triple, graph)])
    return Facts(store, IRIS)


@pytest.mark.parametrize(
    "term", [A, text("two words", "id"), text("a\\b\n"), typed("12", "http://www.w3.org/2001/XMLSchema#integer")]
)
def test_a_term_is_taken_and_given_back(term: Term) -> None:
    assert str(node(term)) == term
    assert triple_of(quad((A, P, term), ONE)) == (A, P, term)


def test_who_states_a_fact_is_its_articles_and_the_curators() -> None:
    held = facts((FACT, ONE), (FACT, TWO), (FACT, IRIS.graph(AUTHORITY)), (FACT, IRIS.graph(ABOUT)))
    assert set(held.graphs(FACT)) == {ONE, TWO, IRIS.graph(AUTHORITY)}
    assert (held.stated(FACT), held.states(ONE, FACT)) == (True, True)
    assert held.curated(FACT) == (IRIS.graph(AUTHORITY),)
    assert [*held.stated_by(TWO)] == [FACT]


@pytest.mark.parametrize(
    ("graph", "stated", "fact", "derived"),
    [
        (ONE, True, True, False),
        (IRIS.graph(LINKS), False, True, False),
        (IRIS.graph(DERIVED), False, False, True),
        (IRIS.graph(ABOUT), False, False, False),
    ],
)
def test_what_is_a_fact_hangs_on_who_says_it(graph: Term, *, stated: bool, fact: bool, derived: bool) -> None:
    held = facts((FACT, graph))
    assert (held.stated(FACT), held.is_fact(FACT), held.is_derived(FACT)) == (stated, fact, derived)


def test_rules_rest_on_what_is_concluded_of_things_elsewhere_but_not_on_evidence() -> None:
    away, head, statement = (AWAY, P, A), (ONE, P, A), (Term("<https://example.org/statement/1>"), SUBJECT, A)
    held = facts((away, IRIS.graph(DERIVED)), (head, IRIS.graph(AUTHORITY)))
    held.store.add(quad(statement))
    assert (held.is_known(away), held.is_known(head), held.is_known(statement)) == (True, False, False)
    held.store.add(quad(head, ONE))
    assert held.is_known(head)
    assert not held.is_known(FACT)


def test_an_attestation_tells_what_it_is_about_and_where_it_stands() -> None:
    statement = Term("<https://example.org/statement/1>")
    held = facts()
    assert (held.attested(statement), held.article_of(statement)) == (None, None)
    held.store.extend(
        quad((statement, part, term)) for part, term in zip((SUBJECT, PREDICATE, OBJECT), FACT, strict=True)
    )
    held.store.add(quad((statement, DERIVED_FROM, Term("<https://example.org/article/one#char=1,2>"))))
    assert (held.attested(statement), held.article_of(statement)) == (FACT, ONE)
