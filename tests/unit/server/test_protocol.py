"""Decoding: once, strictly, and the same whichever way a query travels."""

from __future__ import annotations

from contextlib import suppress
from urllib.parse import quote, quote_plus, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_server.http.problems import BadRequest, MethodNotAllowed, Problem, UnsupportedMediaType, UpdateRefused
from kg_server.http.protocol import (
    FORM,
    QUERY,
    UPDATE,
    VERSIONS,
    decode_form,
    parse_graph_operation,
    parse_operation,
)

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


@given(query=TEXT, graphs=st.lists(TEXT, max_size=3))
def test_every_way_gives_the_same_operation(query: str, graphs: list[str]) -> None:
    dataset = [("default-graph-uri", graph) for graph in graphs]
    encoded = urlencode([("query", query), *dataset]).encode()
    got = parse_operation("GET", encoded, None, b"")
    assert (got.query, list(got.default_graphs)) == (query, graphs)
    assert parse_operation("POST", b"", FORM, encoded) == got
    assert parse_operation("QUERY", b"", FORM, encoded) == got
    assert parse_operation("QUERY", urlencode(dataset).encode(), QUERY, query.encode()) == got
    assert parse_operation("POST", urlencode(dataset).encode(), QUERY + "; charset=UTF-8", query.encode()) == got
    assert parse_operation("POST", urlencode(dataset).encode(), FORM, b"query=" + quote(query, safe="").encode()) == got


@given(value=TEXT, times=st.integers(1, 3))
def test_decoding_happens_once(value: str, times: int) -> None:
    encoded = value
    for _ in range(times):
        encoded = quote_plus(encoded)
    assert decode_form(b"query=" + quote_plus(encoded).encode()) == (("query", encoded),)


def test_a_percent_sign_survives() -> None:
    assert parse_operation("GET", b"query=%2525", None, b"").query == "%25"
    assert parse_operation("POST", b"", QUERY, b"%2525+").query == "%2525+"


@given(version=st.sampled_from([*VERSIONS, "1.0", "", "1.2 "]) | TEXT)
def test_a_version_is_known_or_refused(version: str) -> None:
    raw = urlencode({"query": "ASK {}", "version": version}).encode()
    if version in VERSIONS:
        assert parse_operation("GET", raw, None, b"").version == version
        assert parse_operation("POST", b"", f'{QUERY}; version="{version}"', b"ASK {}").version == version
    else:
        with pytest.raises(BadRequest):
            parse_operation("GET", raw, None, b"")


@given(iri=TEXT)
def test_a_graph_is_named_by_an_absolute_iri(iri: str) -> None:
    graph = "https://example.org/" + quote(iri)
    assert parse_graph_operation(urlencode({"graph": graph}).encode()).default_graphs == (graph,)
    with pytest.raises(BadRequest):
        parse_graph_operation(urlencode({"graph": "/" + iri}).encode())


@given(raw=st.binary(max_size=40))
def test_any_bytes_name_a_graph_or_give_a_problem(raw: bytes) -> None:
    with suppress(BadRequest):
        parse_graph_operation(raw)


@given(
    raw=st.binary(max_size=40),
    method=st.sampled_from(["GET", "POST", "QUERY"]),
    kind=st.sampled_from([FORM, QUERY, None]),
)
def test_any_bytes_give_an_operation_or_a_problem(raw: bytes, method: str, kind: str | None) -> None:
    with suppress(BadRequest, UnsupportedMediaType, UpdateRefused):
        parse_operation(method, raw, kind, raw)


@pytest.mark.parametrize(
    ("method", "query_string", "content_type", "body", "error"),
    [
        ("GET", b"query=ASK{}&query=ASK{}", None, b"", BadRequest),
        ("POST", b"query=ASK{}", FORM, b"query=ASK{}", BadRequest),
        ("POST", b"query=ASK{}", QUERY, b"ASK {}", BadRequest),
        ("GET", b"query=ASK{}&format=json&format=xml", None, b"", BadRequest),
        ("GET", b"query=%zz", None, b"", BadRequest),
        ("GET", b"query=%FF", None, b"", BadRequest),
        ("POST", b"", QUERY, b"\xff", BadRequest),
        ("POST", b"", FORM, b"nothing=1", BadRequest),
        ("GET", b"&".join([b"a=1"] * 1001), None, b"", BadRequest),
        ("POST", b"", QUERY + "; charset=UTF-16", b"ASK {}", UnsupportedMediaType),
        ("POST", b"", "text/plain", b"ASK {}", UnsupportedMediaType),
        ("POST", b"", None, b"query=ASK{}", UnsupportedMediaType),
        ("GET", b"update=CLEAR+ALL", None, b"", UpdateRefused),
        ("POST", b"", FORM, b"update=CLEAR+ALL", UpdateRefused),
        ("POST", b"", UPDATE, b"CLEAR ALL", UpdateRefused),
        ("GET", b"query=ASK{}&update=CLEAR+ALL", None, b"", BadRequest),
        ("GET", b"query=ASK{}&using-graph-uri=http://g", None, b"", BadRequest),
        ("QUERY", b"query=ASK{}", QUERY, b"ASK {}", BadRequest),
        ("QUERY", b"query=ASK{}", None, b"", UnsupportedMediaType),
        ("PUT", b"query=ASK{}", None, b"", MethodNotAllowed),
    ],
)
def test_refusals(
    method: str, query_string: bytes, content_type: str | None, body: bytes, error: type[Problem]
) -> None:
    with pytest.raises(error):
        parse_operation(method, query_string, content_type, body)


def test_without_a_query_a_get_asks_for_the_description() -> None:
    assert parse_operation("GET", b"", None, b"").query is None
    assert parse_operation("GET", b"query=", None, b"").query == ""
