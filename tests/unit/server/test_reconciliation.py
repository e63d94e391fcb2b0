"""What reads a reconciliation client's words: whatever comes, it is read, or told that it is not right."""

from __future__ import annotations

import json
from contextlib import suppress

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_builder.spelling import Spelt, likeness
from kg_server.describe.reconciliation.identifiers import MOST_STEPS, Identifiers
from kg_server.describe.reconciliation.likeness import Fit
from kg_server.http.problems import BadParameter
from kg_server.http.reconciliation import parse_extension, parse_queries

KNOWN = Identifiers("https://example.org/", {"ex": "https://example.org/vocab#", "id": "https://example.org/id/"})
KEYS = st.sampled_from(["q", "query", "pid", "v", "ids", "properties", "id", "type", "limit"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


@given(JSON)
def test_any_json_is_read_or_refused(document: object) -> None:
    for parse in (parse_queries, parse_extension):
        with suppress(BadParameter):
            parse(json.dumps(document))


@given(st.dictionaries(st.text(max_size=5), st.fixed_dictionaries({"query": st.text(max_size=50), "limit": st.integers() | st.floats(allow_nan=False, allow_infinity=False)}), max_size=5))  # fmt: skip  # noqa: E501
def test_a_batch_keeps_its_queries_and_their_limits_in_bounds(batch: dict[str, dict[str, object]]) -> None:
    found = parse_queries(json.dumps(batch))
    assert {key: query.query for key, query in found.items()} == {key: each["query"] for key, each in batch.items()}
    assert all(1 <= each.wanted <= 50 for each in found.values())


@given(st.text(max_size=60) | st.from_regex(r"(\^?(ex:[a-z]{1,4}|<urn:[a-z]{1,4}>)/?){1,6}", fullmatch=True))
def test_a_path_is_sparql_or_refused(name: str) -> None:
    with suppress(BadParameter):
        path = KNOWN.path(name)
        assert len(KNOWN.steps(name)) <= MOST_STEPS
        ox.Store().query(f"SELECT * WHERE {{ ?s {path} ?o }}")


@pytest.mark.parametrize("name", ["", "/", "^", "ex:a/", "/ex:a", "ex:a//ex:b", "ex:a ex:b", "<urn:a", "a", "^^ex:a", "!ex:a", "ex:a|ex:b", "/".join(["ex:a"] * 5), "<urn:a> } #"])  # fmt: skip  # noqa: E501
def test_what_is_no_path_is_refused(name: str) -> None:
    with pytest.raises(BadParameter):
        KNOWN.path(name)


@given(st.text(max_size=40))
def test_an_identifier_is_an_iri_below_the_space_or_none(text: str) -> None:
    iri = KNOWN.entity(text)
    if iri is not None:
        assert iri.startswith(KNOWN.space)
        assert KNOWN.entity(KNOWN.local(iri) or "") == iri
        ox.NamedNode(iri)


@given(st.text(max_size=30), st.text(max_size=30))
def test_likeness_is_even_handed(one: str, other: str) -> None:
    first, second = Spelt.read(one), Spelt.read(other)
    assert 0 <= likeness(first, second) <= 1
    assert likeness(first, second) == pytest.approx(likeness(second, first))


@given(
    st.floats(0, 1),
    st.booleans(),
    st.none() | st.booleans(),
    st.lists(st.none() | st.sampled_from([0.0, 0.5, 1.0]), max_size=4),
)
def test_scores_keep_their_bounds_and_certainty_needs_more_than_a_name(
    name: float, preferred: bool, of_type: bool | None, agreements: list[float | None]
) -> None:
    fit = Fit(name, preferred, of_type, tuple(agreements))
    assert 0 <= fit.score <= 100
    if fit.certain:
        assert name >= 0.95
        assert of_type or 1.0 in agreements
        assert of_type is not False
        assert 0.0 not in agreements
