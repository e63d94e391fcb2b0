"""A slice of a serialised answer is the serialised slice, whatever the values hold."""

from __future__ import annotations

import json

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_server.http.links import Link, link_header
from kg_server.http.slices import slice_rows

FORMATS = {
    "json": ox.QueryResultsFormat.JSON,
    "xml": ox.QueryResultsFormat.XML,
    "csv": ox.QueryResultsFormat.CSV,
    "tsv": ox.QueryResultsFormat.TSV,
}
# What no XML document can hold, no answer in XML can hold either.
TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")) | st.sampled_from('\n\r\t"<>,&'), max_size=12)


def answer(values: list[str | None], key: str) -> bytes:
    data = " ".join("UNDEF" if each is None else str(ox.Literal(each)) for each in values)
    results = ox.Store().query(f"SELECT ?x (1 AS ?n) {{ VALUES ?x {{ {data} }} }}")
    assert isinstance(results, ox.QuerySolutions)
    return results.serialize(format=FORMATS[key]) or b""


@pytest.mark.parametrize("key", FORMATS)
@given(values=st.lists(TEXT | st.none(), max_size=6), offset=st.integers(0, 8), limit=st.none() | st.integers(1, 8))
def test_a_slice_of_the_answer_is_the_answer_of_the_slice(
    key: str, values: list[str | None], offset: int, limit: int | None
) -> None:
    found, total = slice_rows(answer(values, key), key, offset, limit)
    expected = answer(values[offset : None if limit is None else offset + limit], key)
    assert total == len(values)
    if key == "json":
        assert json.loads(found) == json.loads(expected)
    else:
        assert found == expected


@given(target=st.text(max_size=20))
def test_no_target_breaks_out_of_a_link_header(target: str) -> None:
    value = link_header([Link(target.encode("utf-8", "ignore").decode(), 'rel="next"')])
    assert value.isascii()
    assert value.isprintable()
    assert (value.count("<"), value.count(">"), value.count('"')) == (1, 1, 2)
