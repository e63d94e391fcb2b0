"""The comparison itself, on every expected answer: blind to names and order, not to anything else."""

from __future__ import annotations

import random
from collections.abc import Hashable

import pyoxigraph as ox
import pytest
from tests.conformance.compare import Blank, Table, expected_table, extension, read_csv, same_graphs, same_tables
from tests.conformance.manifests import ABSENT, Case, cases, for_each

EVALUATIONS = [case for case in cases("QueryEvaluationTest", "CSVResultFormatTest") if case.result is not None]
A, B = ox.BlankNode("a"), ox.BlankNode("b")
P = ox.NamedNode("urn:p")


def renamed(value: Hashable) -> Hashable:
    if isinstance(value, Blank):
        return Blank("other-" + value.name)
    return tuple(renamed(part) for part in value) if isinstance(value, tuple) else value


@for_each(EVALUATIONS)
def test_every_expected_table(case: Case) -> None:
    assert case.result is not None
    expected = read_csv(case.result.read_bytes()) if case.kind.startswith("CSV") else expected_table(case)
    if not isinstance(expected, Table):
        # A boolean or a graph.
        return
    rows = [tuple((name, renamed(value)) for name, value in row) for row in expected.rows]
    random.Random(case.id).shuffle(rows)  # noqa: S311 - a shuffle that a failure can repeat
    other = Table(tuple(reversed(expected.variables)), tuple(rows))
    assert same_tables(other, expected, ordered=False)
    assert not same_tables(Table((*expected.variables, "further"), expected.rows), expected, ordered=False)
    assert not same_tables(Table(expected.variables, (*expected.rows, ())), expected, ordered=False)
    for index, row in enumerate(expected.rows):
        for place, (name, _) in enumerate(row):
            changed = (*row[:place], (name, "changed"), *row[place + 1 :])
            table = Table(expected.variables, (*expected.rows[:index], changed, *expected.rows[index + 1 :]))
            assert not same_tables(table, expected, ordered=False)
            assert not same_tables(table, expected, ordered=True)


def test_order_counts_where_it_is_asked_for() -> None:
    one, other = (("x", "1"),), (("x", "2"),)
    assert same_tables(Table(("x",), (one, other)), Table(("x",), (one, other)), ordered=True)
    assert not same_tables(Table(("x",), (one, other)), Table(("x",), (other, one)), ordered=True)


def test_blank_nodes_are_matched_throughout() -> None:
    def table(*names: tuple[str, str]) -> Table:
        return Table(("x", "y"), tuple((("x", Blank(a)), ("y", Blank(b))) for a, b in names))

    assert same_tables(table(("a", "b"), ("b", "c")), table(("y", "z"), ("x", "y")), ordered=False)
    assert not same_tables(table(("a", "b"), ("b", "c")), table(("x", "y"), ("z", "z")), ordered=False)
    assert not same_tables(table(("a", "b"), ("b", "c")), table(("y", "z"), ("x", "y")), ordered=True)


def test_graphs_are_compared_up_to_isomorphism() -> None:
    assert same_graphs([ox.Triple(A, P, B)], [ox.Triple(B, P, A)])
    assert not same_graphs([ox.Triple(A, P, B)], [ox.Triple(A, P, A)])


def test_the_suites_hold_graphs_too() -> None:
    if not EVALUATIONS:
        pytest.skip(ABSENT)
    graphs = [case for case in EVALUATIONS if not case.kind.startswith("CSV") and expected_table(case) is None]
    assert len(graphs) >= 7
    assert all(extension(case) for case in graphs)
