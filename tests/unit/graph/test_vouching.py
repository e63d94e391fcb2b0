"""What vouches for a premise: articles that say more of the same derivation, then curators, then the first article."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_builder.graph.rules import Derivation
from kg_builder.graph.vouching import Vouching
from kg_builder.model import Term, Triple

P, Q, R = ((Term("<x:a>"), Term(f"<x:{name}>"), Term("<x:b>")) for name in "pqr")
CONCLUSION = (Term("<x:b>"), Term("<x:s>"), Term("<x:a>"))
GRAPH = Term("<x:graph>")


def article(number: int | str) -> Term:
    return Term(f"<x:article/{number}>")


@dataclass
class Said:
    """What articles and curators say; articles are told in any order, here backwards."""

    by: dict[Triple, list[Term]]
    own: frozenset[Triple] = frozenset()
    asked: list[Triple] = field(default_factory=list)

    def articles(self, triple: Triple, most: int | None = None) -> list[Term]:
        self.asked.append(triple)
        return self.by.get(triple, [])[::-1][:most]

    def states(self, article: Term, triple: Triple) -> bool:
        return article in self.by.get(triple, [])

    def attestations(self, triple: Triple, article: Term) -> tuple[Term, ...]:
        return (Term(f"<{triple[1][1:-1]} {article[1:-1]}>"),)

    def curated(self, triple: Triple) -> tuple[Term, ...]:
        return (GRAPH,) if triple in self.own else ()


def sources(said: Said, *premises: Triple) -> dict[Triple, list[str]]:
    found = Vouching(said).sources(Derivation("rule", CONCLUSION, premises), lambda triple: (Term(f"<d {triple[1]}>"),))
    return {
        premise: [node.rpartition(" ")[2].strip("<>").rpartition("/")[2] for node in nodes]
        for premise, nodes in found.items()
    }


def articles(*names: int | str) -> list[Term]:
    return [article(name) for name in names]


def test_an_article_that_states_another_premise_vouches() -> None:
    said = Said({P: articles(1, 2, 3), Q: articles(2, 3, 4), R: articles(9)}, frozenset({R, P}))
    assert sources(said, P, Q, R) == {P: ["2", "3"], Q: ["2", "3"], R: ["x:graph"]}


@pytest.mark.parametrize("own", [False, True])
def test_else_the_curators_vouch_or_the_first_article(*, own: bool) -> None:
    said = Said({P: articles("a", "a-b", "b"), Q: articles(4)}, frozenset({P}) if own else frozenset())
    assert sources(said, P, Q) == {P: ["x:graph"] if own else ["a"], Q: ["4"]}


def test_one_premise_alone_is_vouched_for_by_all_who_state_it() -> None:
    said = Said({P: articles(1, 2)}, frozenset({P}))
    assert sources(said, P) == sources(said, P, P) == {P: ["1", "2"]}


def test_what_nobody_states_is_vouched_for_by_what_concludes_it() -> None:
    assert sources(Said({Q: articles(1)}), P, Q) == {P: ["x:p"], Q: ["1"]}


numbers = st.lists(st.integers(0, 199), unique=True, max_size=150)


@given(numbers, numbers, st.booleans())
def test_very_many_articles_are_looked_up_another_way_to_the_same_end(
    one: list[int], other: list[int], own: bool
) -> None:
    said = Said({P: articles(*one), Q: articles(*other)}, frozenset({P}) if own else frozenset())
    both = sorted(str(each) for each in set(one) & set(other))
    alone = ["x:graph"] if own else [min(map(str, one))] if one else ["x:p"]
    assert sorted(sources(said, P, Q)[P]) == (both or alone)


def test_what_was_looked_up_once_is_not_looked_up_again() -> None:
    said = Said({P: articles(*range(70)), Q: articles(*range(5))})
    vouching = Vouching(said)
    for _ in range(3):
        vouching.sources(Derivation("rule", CONCLUSION, (P, Q)), lambda _: ())
    assert sorted(said.asked) == [P, Q]
