"""Whatever is sent: decoded once, or told what is wrong; and negotiation agrees with a second, slower reading."""

from __future__ import annotations

import fnmatch
from collections.abc import Sequence
from urllib.parse import quote_plus, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import FileResponse

from kg_server.http.encoding import CODINGS, choose_coding
from kg_server.http.negotiation import choose, choose_language, etag_matches, parse_preferences, split_header
from kg_server.http.problems import BadRequest, Problem
from kg_server.http.protocol import (
    FORM,
    QUERY,
    UPDATE,
    Operation,
    decode_form,
    parse_graph_operation,
    parse_operation,
    single,
)

TEXT = st.text(st.characters(codec="utf-8"), max_size=30)
PAIRS = st.lists(st.tuples(TEXT, TEXT), max_size=8)
METHODS = st.sampled_from(["GET", "HEAD", "POST", "QUERY", "OPTIONS", "PUT", "BREW"])
NAMES = st.sampled_from(
    ["query", "update", "default-graph-uri", "named-graph-uri", "using-graph-uri", "format", "lang", "version", "x"]
)
TYPES = st.one_of(
    st.none(),
    st.text(max_size=40),
    st.sampled_from([FORM, QUERY, UPDATE, QUERY + "; charset=utf-8", QUERY + ";version=1.2", FORM + ";charset=utf-16"]),
)


@given(PAIRS)
def test_a_form_is_decoded_exactly_once(pairs: list[tuple[str, str]]) -> None:
    assert list(decode_form(urlencode(pairs).encode())) == pairs


@given(TEXT, st.integers(1, 4))
def test_what_is_encoded_again_stays_encoded(text: str, times: int) -> None:
    encoded = text
    for _ in range(times):
        encoded = quote_plus(encoded)
    (pair,) = decode_form(b"q=" + quote_plus(encoded).encode())
    assert pair == ("q", encoded)


@given(st.binary(max_size=60))
def test_bytes_decode_to_what_encodes_to_them_or_are_refused(raw: bytes) -> None:
    try:
        pairs = decode_form(raw)
    except BadRequest:
        return
    # Nothing that is no UTF-8 came through, and nothing is read in two ways.
    assert decode_form(urlencode(pairs).encode()) == pairs


@given(METHODS, st.binary(max_size=80), TYPES, st.binary(max_size=80))
def test_any_bytes_give_an_operation_or_a_problem(
    method: str, query_string: bytes, content_type: str | None, body: bytes
) -> None:
    told: Operation | Problem
    try:
        told = parse_operation(method, query_string, content_type, body)
    except Problem as problem:
        told = problem
    if isinstance(told, Problem):
        assert 400 <= told.status < 500
        assert told.body().decode("utf-8", "strict")
    else:
        assert told.query is not None or method in {"GET", "HEAD"}


@given(METHODS, st.lists(st.tuples(NAMES, TEXT), max_size=6), TYPES, st.lists(st.tuples(NAMES, TEXT), max_size=4))
def test_an_operation_is_what_the_parameters_say(
    method: str, pairs: list[tuple[str, str]], content_type: str | None, fields: list[tuple[str, str]]
) -> None:
    try:
        operation = parse_operation(method, urlencode(pairs).encode(), content_type, urlencode(fields).encode())
    except Problem:
        return
    given_pairs = pairs
    if method in {"POST", "QUERY"}:
        if str(content_type).lower().startswith(FORM):
            given_pairs = pairs + fields
        else:
            given_pairs = [*pairs, ("query", urlencode(fields))]
    for name, found in (
        ("default-graph-uri", operation.default_graphs),
        ("named-graph-uri", operation.named_graphs),
    ):
        assert list(found) == [value for key, value in given_pairs if key == name]
    assert [value for key, value in given_pairs if key == "query"] == (
        [] if operation.query is None else [operation.query]
    )
    assert not {"update", "using-graph-uri"} & {key for key, _ in given_pairs}
    assert [value for key, value in given_pairs if key == "format"] in ([], [operation.format])


@given(st.binary(max_size=80))
def test_any_bytes_name_a_graph_or_are_refused(raw: bytes) -> None:
    try:
        operation = parse_graph_operation(raw)
    except BadRequest:
        return
    assert all(":" in iri for iri in operation.default_graphs)


@given(PAIRS, TEXT)
def test_a_repeated_parameter_is_refused(pairs: list[tuple[str, str]], name: str) -> None:
    values = [value for key, value in pairs if key == name]
    if len(values) > 1:
        with pytest.raises(BadRequest):
            single(pairs, name)
    else:
        assert single(pairs, name) == (values[0] if values else None)


OFFERS = ("application/sparql-results+json", "application/json", "text/csv", "text/html")
RANGES = st.sampled_from([*OFFERS, "text/*", "application/*", "*/*", "image/png"])
WEIGHTS = st.integers(0, 1000)


def plainly(wanted: Sequence[tuple[str, int]], offers: Sequence[str]) -> set[str]:
    """RFC 9110, section 12.5.1, as it is written: the most precise range gives an offer its weight; the best offers."""

    def weight(offer: str) -> int:
        fitting = [(each.count("*"), -q) for each, q in wanted if fnmatch.fnmatchcase(offer, each)]
        return -min(fitting)[1] if fitting else 0

    best = max(map(weight, offers))
    return {offer for offer in offers if weight(offer) == best > 0}


@given(st.lists(st.tuples(RANGES, WEIGHTS), min_size=1, max_size=6))
def test_choosing_agrees_with_the_standard(wanted: list[tuple[str, int]]) -> None:
    header = ", ".join(f"{name};q={weight / 1000:.3f}" for name, weight in wanted)
    chosen = choose(header, OFFERS)
    best = plainly(wanted, OFFERS)
    assert chosen in best if best else chosen is None
    # Between equals the server decides.
    assert chosen is None or chosen == next(each for each in OFFERS if each in best)


@given(st.text(max_size=80))
def test_any_header_is_read_without_an_error(header: str) -> None:
    assert choose(header, OFFERS) in {*OFFERS, None}
    assert choose_language(header, ["en", "id"]) in {"en", "id"}
    assert choose_coding(header) in {*CODINGS, None}
    assert all(0 <= each.weight <= 1 for each in parse_preferences(header))
    assert etag_matches(header, '"a"') in {True, False}


QUOTED = st.text(st.characters(codec="ascii", exclude_characters='"\\', exclude_categories=["Cc"]), max_size=8)


@given(st.lists(QUOTED, max_size=6))
def test_quoted_parts_are_never_split(parts: list[str]) -> None:
    assert split_header(", ".join(f'"{each}"' for each in parts), ",") == [f'"{each}"' for each in parts]


@given(st.lists(QUOTED.filter(bool), max_size=6), QUOTED.filter(bool), st.booleans())
def test_an_entity_tag_is_found_where_it_is(others: list[str], tag: str, weak: bool) -> None:
    header = ", ".join(f'{"W/" if weak else ""}"{each}"' for each in others)
    assert etag_matches(header, f'"{tag}"') == (tag in others)


@given(
    st.lists(
        st.tuples(st.sampled_from(["gzip", "zstd", "br", "identity"]), WEIGHTS), max_size=4, unique_by=lambda x: x[0]
    )
)
def test_a_coding_is_one_that_is_liked_best(wanted: list[tuple[str, int]]) -> None:
    weights = dict(wanted)
    chosen = choose_coding(", ".join(f"{name};q={weight / 1000:.3f}" for name, weight in wanted))
    usable = {name: weights.get(name, 0) for name in CODINGS}
    best = max(usable.values())
    if chosen is None:
        assert best == 0 or best < weights.get("identity", 0)
    else:
        assert usable[chosen] == best > 0
        assert best >= weights.get("identity", 0)


@given(st.text(st.sampled_from("bytes=0123456789-, x"), max_size=30), st.integers(1, 500))
def test_ranges_are_within_the_file_or_are_refused(header: str, size: int) -> None:
    """The server's own part is the framework's; what it makes of a header must stay within the file."""
    parse = FileResponse._parse_range_header
    try:
        ranges = parse(header, size)
    except Exception as error:  # noqa: BLE001 - its two private kinds
        assert type(error).__name__ in {"MalformedRangeHeader", "RangeNotSatisfiable"}  # noqa: PT017
        return
    assert all(0 <= start < end <= size for start, end in ranges)
    # Overlapping ranges are one, so an answer is never much longer than the file.
    assert sum(end - start for start, end in ranges) <= size
