"""What the graph says of its own saved queries."""

from __future__ import annotations

import pytest

from kg_builder.graph.about import query_lines
from kg_builder.ids import Iris
from kg_builder.sources.queries import parse_query


@pytest.mark.parametrize(
    ("query", "form"),
    [
        ("SELECT ?ask { ?ask ?p ?o }", "select"),
        ("# select\nPREFIX ask: <x:select>\nASK { ?s ?p ?o }", "ask"),
        ("construct { ?s ?p ?o } WHERE { ?s ?p ?o }", "construct"),
    ],
)
def test_a_query_is_published_as_what_it_is(query: str, form: str) -> None:
    lines = query_lines([parse_query("a", f"# title@en: A\n\n{query}", "a.rq", [])], Iris("https://example.org/"))
    assert [line for line in lines if f"shacl#{form}>" in line]
