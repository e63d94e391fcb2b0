"""Rows are counted and chosen as a parser of the whole result would, wherever the pieces are cut."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_server.backends.rows import RowGate
from kg_server.http.window import Window

FORMATS = {
    "json": ox.QueryResultsFormat.JSON,
    "xml": ox.QueryResultsFormat.XML,
    "csv": ox.QueryResultsFormat.CSV,
    "tsv": ox.QueryResultsFormat.TSV,
}
# What a careless counter would take for a row's end.
AWKWARD = [
    "},{",
    '}},{"a":{',
    "},{}",
    '\\"},{},{}\\',
    '"',
    '"},{"',
    "a\r\nb\n",
    "</result><result>",
    "]}}",
    "\\",
    '\\"',
    ",",
    "",
    "é\U0001f600",
]
VALUES = st.one_of(st.sampled_from(AWKWARD), st.text(max_size=8))


def result(rows: list[tuple[str | None, str | None]]) -> ox.QuerySolutions:
    data = " ".join(f"({_term(first)} {_term(second)})" for first, second in rows)
    found = ox.Store().query(f"SELECT ?a ?b {{ VALUES (?a ?b) {{ {data} }} }}")
    assert isinstance(found, ox.QuerySolutions)
    return found


def _term(value: str | None) -> str:
    return "UNDEF" if value is None else str(ox.Literal(value))


def read(body: bytes, key: str) -> Sequence[tuple[object, ...]]:
    if key == "csv":
        return [tuple(row) for row in csv.reader(io.StringIO(body.decode(), newline=""))][1:]
    solutions = ox.parse_query_results(body, format=FORMATS[key])
    assert isinstance(solutions, ox.QuerySolutions)
    return [tuple(solution) for solution in solutions]


@given(
    rows=st.lists(st.tuples(VALUES, st.one_of(st.none(), VALUES)), max_size=6),
    key=st.sampled_from(sorted(FORMATS)),
    offset=st.integers(0, 5),
    limit=st.one_of(st.none(), st.integers(1, 4)),
    sizes=st.lists(st.integers(1, 40), min_size=1, max_size=8),
)
def test_a_window_is_a_slice(
    rows: list[tuple[str | None, str | None]], key: str, offset: int, limit: int | None, sizes: list[int]
) -> None:
    whole = result(rows).serialize(format=FORMATS[key])
    assert whole is not None
    gate, out, place, turn = RowGate(key, 100, Window(offset, limit)), b"", 0, 0
    while place < len(whole):
        size = sizes[turn % len(sizes)]
        out += gate.feed(whole[place : place + size])
        place, turn = place + size, turn + 1
    out += gate.rest()
    assert read(out, key) == read(whole, key)[offset : None if limit is None else offset + limit]
    assert gate.rows == len(rows)
    assert gate.passed == len(rows[offset : None if limit is None else offset + limit])


@pytest.mark.parametrize("key", sorted(FORMATS))
@pytest.mark.parametrize("size", [1, 7, 4096])
def test_nothing_passes_after_the_limit(key: str, size: int) -> None:
    whole = result([(value, "x") for value in AWKWARD]).serialize(format=FORMATS[key])
    assert whole is not None
    gate, out = RowGate(key, 3, Window()), b""
    for place in range(0, len(whole), size):
        out += gate.feed(whole[place : place + size])
        if gate.full:
            break
    assert gate.full
    assert gate.rows == 4
    assert gate.passed == 3
    ends = {"json": b"]}}", "xml": b"</results></sparql>"}
    assert read(out + ends.get(key, b""), key) == read(whole, key)[:3]


def test_a_row_without_values_is_a_row() -> None:
    whole = result([(None, None), ("a", None), (None, None)]).serialize(format=FORMATS["json"])
    assert whole is not None
    gate = RowGate("json", 10, Window(1, 1))
    assert read(gate.feed(whole) + gate.rest(), "json") == [(ox.Literal("a"), None)]
    assert gate.rows == 3


@pytest.mark.parametrize("key", ["json", "xml"])
def test_an_answer_of_yes_or_no_has_no_rows(key: str) -> None:
    yes = ox.Store().query("ASK {}")
    assert isinstance(yes, ox.QueryBoolean)
    whole = yes.serialize(format=FORMATS[key])
    assert whole is not None
    gate = RowGate(key, 10, Window(3, 1))
    assert gate.feed(whole) + gate.rest() == whole
    assert gate.rows == 0
