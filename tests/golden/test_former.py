"""A saved query that was written anew for big graphs answers as its former text does (``tests/golden/former``).

The two articles leave much unsaid: nothing in them is deprecated, and few things are stated twice. So random quads are
added to their graph: facts are repeated, contradicted, deprecated, only conveyed, made uncertain, and rest on more
phrases. When a query is given another meaning, its former text goes.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest

from kg_builder.namespaces import PROV, RDF, RJ, SCHEMA
from kg_builder.release.query import Reader, saved_query

FORMER = Path(__file__).parent / "former"
NAMES = sorted(path.stem for path in FORMER.glob("*.rq"))
MARKS = (
    (f"{RJ}rank", f"{RJ}Deprecated"),
    (f"{RJ}certainty", f"{RJ}Inferred"),
    (f"{RJ}certainty", f"{RJ}Ambiguous"),
)
ATTESTATIONS, CONTRADICTIONS = 1500, 600


@pytest.fixture(scope="module", params=[1, 2])
def said_more(request: pytest.FixtureRequest, copy_of_graph: Callable[[], ox.Store]) -> ox.Store:
    store, chance = copy_of_graph(), random.Random(request.param)  # noqa: S311 - no secret
    _attest(store, chance)
    _contradict(store, chance)
    return store


def _attest(store: ox.Store, chance: random.Random) -> None:
    """Attest facts once more, each on any phrases, and marked in any way."""
    subject, predicate, value, rests_on = (
        ox.NamedNode(iri) for iri in (f"{RDF}subject", f"{RDF}predicate", f"{RDF}object", f"{PROV}wasDerivedFrom")
    )
    spans = _sorted({each.object for each in store.quads_for_pattern(None, rests_on, None)})
    quotations = _sorted(
        {each.subject for each in store.quads_for_pattern(None, None, ox.NamedNode(f"{SCHEMA}Quotation"))}
    )
    attested = _sorted({each.subject for each in store.quads_for_pattern(None, rests_on, None)})
    for number in range(ATTESTATIONS):
        former = chance.choice(attested)
        node = ox.NamedNode(f"{former.value}-{number}")
        for each in (subject, predicate, value):
            store.extend(ox.Quad(node, each, quad.object) for quad in store.quads_for_pattern(former, each, None))
        own = [quad.object for quad in store.quads_for_pattern(former, rests_on, None)]
        resting = own if chance.random() < 0.4 else chance.choices(spans, k=chance.randint(1, 2))
        store.extend(ox.Quad(node, rests_on, span) for span in resting)
        for name, mark in MARKS:
            if chance.random() < 0.1:
                store.add(ox.Quad(node, ox.NamedNode(name), ox.NamedNode(mark)))
        if chance.random() < 0.1:
            store.add(ox.Quad(node, ox.NamedNode(f"{RJ}conveyedIn"), chance.choice(quotations)))


def _contradict(store: ox.Store, chance: random.Random) -> None:
    """State of things what is stated of others, in the graph of any article."""
    articles = _sorted(
        {each.subject for each in store.quads_for_pattern(None, None, ox.NamedNode(f"{SCHEMA}NewsArticle"))}
    )
    stated = sorted((quad for each in articles for quad in store.quads_for_pattern(None, None, None, each)), key=str)
    by_property: dict[str, list[ox.Quad]] = {}
    for quad in stated:
        by_property.setdefault(quad.predicate.value, []).append(quad)
    for _ in range(CONTRADICTIONS):
        one = chance.choice(stated)
        other = chance.choice(by_property[one.predicate.value])
        for graph in (chance.choice(articles), ox.DefaultGraph()):
            store.add(ox.Quad(one.subject, one.predicate, other.object, graph))


def _sorted(nodes: set[object]) -> list[ox.NamedNode]:
    return sorted((each for each in nodes if isinstance(each, ox.NamedNode)), key=str)


@pytest.mark.parametrize("name", NAMES)
def test_a_query_written_anew_answers_as_before(said_more: ox.Store, reader: Reader, name: str) -> None:
    now, bound = saved_query(reader, name, {})
    before = (FORMER / f"{name}.rq").read_text("utf-8")
    answers = [_rows(reader, said_more, text, bound) for text in (before, now)]
    assert answers[0], "nothing to compare"
    assert answers[0] == answers[1]


def _rows(reader: Reader, store: ox.Store, query: str, bound: dict[str, ox.NamedNode | ox.Literal]) -> Counter[str]:
    found = store.query(
        query,
        prefixes=dict(reader.manifest.prefixes),
        substitutions={ox.Variable(variable): term for variable, term in bound.items()},
    )
    assert isinstance(found, ox.QuerySolutions)
    return Counter(str([str(term) for term in row]) for row in found)
