"""Conclusions that follow what changed are those of a build from nothing, with the same things vouching for them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kg_builder.build.facts import Facts
from kg_builder.build.mapping import fact_digest, statement_digits
from kg_builder.build.patch import apply
from kg_builder.build.reason import Known, Reasoner, rederive
from kg_builder.build.state import Row, State, open_state
from kg_builder.graph.layers import AUTHORITY, DERIVED
from kg_builder.graph.quads import DERIVED_FROM, OBJECT, PREDICATE, SUBJECT, line, twice
from kg_builder.graph.rules import parse_rule
from kg_builder.ids import Iris
from kg_builder.model import Term, Triple

IRIS = Iris("https://example.org/")
NAMES = {"": "https://example.org/terms#", "id": "https://example.org/id/"}
RULES = tuple(
    parse_rule(name, f"# Why.\nCONSTRUCT {{ {head} }} WHERE {{ {body} }}", NAMES)
    for name, head, body in (
        ("back", "?y :q ?x", "?x :p ?y"),
        ("fixed", "?x a :Thing . ?x :r id:a", "?x :r ?y . ?y :r ?x"),
        ("join", "?x :r ?z", "?x :p ?y . ?y :q ?z"),
        ("over", "?x :p ?z", "?x :p ?y . ?y :p ?z FILTER(?x != ?z)"),
        ("same", "?x :same ?y", "?x :r ?y . ?x :r ?z"),
        ("alone", "?x :q ?x", "?x :q ?y"),
    )
)

ARTICLES = ("one", "two", "three")


@dataclass(frozen=True)
class World:
    """What some articles and the authority file state."""

    articles: tuple[frozenset[Triple], ...]
    curated: frozenset[Triple] = frozenset()


def triple(subject: str, predicate: str, target: str) -> Triple:
    return IRIS.entity(subject), Term(f"<{NAMES['']}{predicate}>"), IRIS.entity(target)


facts = st.frozensets(
    st.builds(triple, st.sampled_from("abc"), st.sampled_from("pqr"), st.sampled_from("abc")), max_size=4
)
worlds = st.builds(World, st.tuples(facts, facts, facts), facts)


def statements(article: str, said: frozenset[Triple]) -> Iterator[tuple[Triple, Term]]:
    for each in said:
        yield each, IRIS.statement(each, article, "key")


def lines_of(world: World) -> list[set[bytes]]:
    """Return what would be the shards."""
    found = [set(twice(world.curated, IRIS.graph(AUTHORITY)))]
    for article, said in zip(ARTICLES, world.articles, strict=True):
        shard = set(twice(said, IRIS.article(article)))
        for each, node in statements(article, said):
            shard.update(
                line((node, part, term)) for part, term in zip((SUBJECT, PREDICATE, OBJECT), each, strict=True)
            )
            shard.add(line((node, DERIVED_FROM, Term(f"<https://example.org/article/{article}#char=1,2>"))))
        found.append(shard)
    return [{each.encode() for each in shard} for shard in found]


def remember(state: State, world: World) -> None:
    state.begin(afresh=False)
    for article, said in zip(ARTICLES, world.articles, strict=True):
        attests = b"".join(
            sorted(
                fact_digest(each) + bytes.fromhex(statement_digits(node)) for each, node in statements(article, said)
            )
        )
        state.take(Row(article, "", "", "", 0, 0, 0, 0, 0, False, "", attests), [])  # noqa: FBT003 - a row


Derived = dict[Term, set[str]]


@contextmanager
def concluded(world: World) -> Iterator[tuple[Facts, State, Derived]]:
    """Give a store with all conclusions, the state, and the lines of the derived layer, as a clean build has them."""
    with tempfile.TemporaryDirectory() as folder, open_state(Path(folder)) as state:
        remember(state, world)
        state.finish({}, {})
        held = ox.Store()
        held.load(b"".join(set().union(*lines_of(world))), format=ox.RdfFormat.N_QUADS)
        store = Facts(held, IRIS)
        derived: Derived = {}
        reasoner = Reasoner(RULES, store, Known(store, state), NAMES)
        reasoner.saturate()
        for subject, each in reasoner.derivations():
            derived.setdefault(subject, set()).add(each)
        yield store, state, derived


def check_follows(before: World, after: World) -> None:
    with concluded(after) as (wanted_store, _, wanted), concluded(before) as (old, state, derived):
        held = Facts(ox.Store(), IRIS)
        held.store.extend(old.store)
        shards = [*zip(lines_of(before), lines_of(after), strict=True)]
        removed = set[bytes]().union(*(was - now for was, now in shards))
        added = set[bytes]().union(*(now - was for was, now in shards))
        patch = apply(old, held, removed, added)
        remember(state, after)
        anew = Reasoner(RULES, held, Known(held, state), NAMES)
        with state.before() as former:
            lost, gained = rederive(Reasoner(RULES, old, Known(old, former), NAMES), anew, patch)
        for subject in lost.keys() | gained.keys():
            derived[subject] = (derived.get(subject, set()) - lost.get(subject, set())) | gained.get(subject, set())
        assert {subject: each for subject, each in derived.items() if each} == wanted
        assert set(held.store) == set(wanted_store.store)
        graph = IRIS.graph(DERIVED)[1:-1]
        count = [sum(each.graph_name == ox.NamedNode(graph) for each in store.store) for store in (old, held)]
        assert anew.derived == count[1] - count[0]
        assert patch.quads + anew.quads == len(held.store) - len(old.store)


def said(*triples: str) -> frozenset[Triple]:
    return frozenset(triple(*each.split()) for each in triples)


NOTHING = frozenset[Triple]()


@settings(max_examples=30)
@given(worlds, worlds)
@example(World((said("a p b"), NOTHING, NOTHING)), World((said("a p b", "b q a"), said("b q a"), NOTHING)))
def test_conclusions_follow_what_changed(before: World, after: World) -> None:
    check_follows(before, after)


@pytest.mark.long
@settings(max_examples=3_000)
@given(worlds, st.lists(st.tuples(st.integers(0, 3), facts), max_size=2))
def test_conclusions_follow_small_changes(before: World, edits: list[tuple[int, frozenset[Triple]]]) -> None:
    articles, curated = [*before.articles], before.curated
    for place, some in edits:
        if place == len(articles):
            curated ^= some
        else:
            articles[place] ^= some
    check_follows(before, World((articles[0], articles[1], articles[2]), curated))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param((said("a p b"), NOTHING), (said("a p b"), said("b q a")), id="a conclusion is stated"),
        pytest.param(
            (said("a p b", "b q c"), NOTHING), (said("a p b", "b q c"), said("a p c", "c q c")), id="another way"
        ),
        pytest.param((said("a p b"), said("b p c")), (said("a p b"), NOTHING), id="a premise of a chain goes"),
        pytest.param((said("a p b"), said("b p a")), (NOTHING, NOTHING), id="a circle that held itself goes"),
        pytest.param(
            (said("a r b", "a r c"), NOTHING), (NOTHING, said("a r b", "a r c")), id="another article says it"
        ),
        pytest.param((said("a r b"), said("a r c")), (said("a r b", "a r c"), said("a r c")), id="one says both"),
    ],
)
def test_one_change(before: tuple[frozenset[Triple], ...], after: tuple[frozenset[Triple], ...]) -> None:
    check_follows(World((*before, NOTHING)), World((*after, NOTHING)))
    check_follows(World((*after, NOTHING)), World((*before, NOTHING)))
