"""Which format a client gets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_server.http.encoding import choose_coding
from kg_server.http.formats import BINDINGS, GRAPHS, choose_format
from kg_server.http.negotiation import choose, etag_matches, parse_preferences

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, "application/sparql-results+json"),
        ("", "application/sparql-results+json"),
        ("*/*", "application/sparql-results+json"),
        ("application/json", "application/json"),
        ("application/*", "application/sparql-results+json"),
        ("text/*", "text/csv"),
        ("text/csv;q=0.5, application/sparql-results+xml", "application/sparql-results+xml"),
        ("*/*;q=0.1, text/tab-separated-values;q=0.2", "text/tab-separated-values"),
        ("*/*, application/sparql-results+json;q=0", "application/sparql-results+xml"),
        ("TEXT/CSV", "text/csv"),
        ("text/csv; charset=utf-8", "text/csv"),
        ("text/csv; charset=iso-8859-1", None),
        ("text/csv; charset=latin-1", None),
        ("application/sparql-results+xml; version=1.2", "application/sparql-results+xml"),
        ("text/csv; header=absent", None),
        (BROWSER, "text/html"),
        ("image/png", None),
        ("text/csv;q=0", None),
        ("text/turtle", None),
    ],
)
def test_bindings(accept: str | None, expected: str | None) -> None:
    choice = choose_format(accept, None, BINDINGS)
    assert (choice.media_type if choice else None) == expected


@pytest.mark.parametrize(
    ("name", "key"), [("ttl", "turtle"), ("json", "jsonld"), ("text/turtle", "turtle"), ("NT", "ntriples")]
)
def test_format_wins_over_accept(name: str, key: str) -> None:
    choice = choose_format("image/png", name, GRAPHS)
    assert choice is not None
    assert choice.format.key == key


def test_format_that_does_not_fit() -> None:
    assert choose_format(None, "csv", GRAPHS) is None


@given(header=st.text(max_size=60))
def test_any_header_is_read(header: str) -> None:
    assert all(0 <= each.weight <= 1 for each in parse_preferences(header))
    assert choose(header, ["text/csv"]) in {"text/csv", None}
    etag_matches(header, '"x"')


@given(
    weights=st.dictionaries(
        st.sampled_from(["gzip", "zstd", "br", "identity", "*"]), st.sampled_from(["0", "0.001", "0.5", "1"])
    )
)
def test_a_coding_is_the_best_that_the_client_takes(weights: dict[str, str]) -> None:
    header = ", ".join(f"{name};q={weight}" for name, weight in weights.items())
    chosen = choose_coding(header)
    liked = {name: float(weights.get(name, weights.get("*", "0"))) for name in ("zstd", "gzip")}
    if chosen is None:
        assert all(weight == 0 or weight < float(weights.get("identity", "0")) for weight in liked.values())
    else:
        assert liked[chosen] == max(liked.values()) > 0


@given(header=st.text(max_size=40))
def test_any_header_gives_a_coding_or_none(header: str) -> None:
    assert choose_coding(header) in {None, "gzip", "zstd"}


@given(order=st.permutations(["text/csv;q=0.2", "text/*;q=0.9", "*/*;q=0.5", "application/json;q=1"]))
def test_order_does_not_matter(order: list[str]) -> None:
    header = ", ".join(order)
    assert choose(header, ["text/csv", "image/png", "text/html"]) == "text/html"
