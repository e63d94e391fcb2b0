"""The header `# view:`: a figure has the columns that it is drawn from, or the line that asks for it is named."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support import museum as m

QUERY = "queries/loans.rq"
HEADER = "# title@en: A\n# title@id: B\n# description@en: A\n# description@id: B\n"


def problems(root: Path, view: str, columns: str) -> list[str]:
    (root / QUERY).write_text(f"{HEADER}{view}\n\nSELECT {columns} WHERE {{ ?s ?p ?o }}\n", "utf-8")
    return m.problems_of(root)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    m.write(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("view", "columns"),
    [
        ("graph", "?from ?to ?article"),
        ("timeline", "?label ?start ?end"),
        ("timeline", "?earliest ?latest ?label"),
        ("map", "?country ?item ?label"),
        ("map", "?lat ?lon ?value"),
        ("chart", "?label ?value ?bound ?unit ?group"),
    ],
)
def test_a_query_with_the_columns_of_its_view_is_taken(root: Path, view: str, columns: str) -> None:
    assert problems(root, f"# view: {view}", columns) == []
    query = next(each for each in m.load(root).queries if each.name == "loans")
    assert query.as_json()["view"] == view


def test_a_query_needs_no_view(root: Path) -> None:
    assert problems(root, "# what else is said here is for people", "?s") == []
    assert "view" not in next(each for each in m.load(root).queries if each.name == "loans").as_json()


@pytest.mark.parametrize(
    ("view", "columns", "message"),
    [
        ("# view: grpah", "?from ?to", "no view «grpah»; one of graph, timeline, map, chart; did you mean «graph»?"),
        ("# view:", "?from ?to", "no view «»; one of graph, timeline, map, chart"),
        ("# view: graph", "?from ?p", "a graph needs the columns ?from and ?to; ?to is missing"),
        ("# view: chart", "?lable ?value", "a chart needs the columns ?label and ?value; ?label is missing; did you "),
        ("# view: timeline", "?label ?p", "a timeline needs the columns ?label and ?start or ?label and ?earliest; "),
        ("# view: map", "?lat ?label", "a map needs the columns ?country or ?lat and ?lon; ?lon is missing"),
        ("# view: chart", "?label ?value ?bounds", "?bounds is no role in a chart; did you mean «bound»?"),
        ("# view: graph\n# view: map", "?from ?to", f"a query has one view; it stands at {QUERY}:5:1 already"),
    ],
)
def test_what_is_wrong_with_a_view_is_said_with_its_line(root: Path, view: str, columns: str, message: str) -> None:
    line = 5 + view.count("\n")
    found = problems(root, view, columns)
    assert [problem.startswith(f"{QUERY}:{line}:1: {message}") for problem in found] == [True], found


def test_only_rows_are_drawn(root: Path) -> None:
    (root / QUERY).write_text(f"{HEADER}# view: graph\n\nASK {{ ?s ?p ?o }}\n", "utf-8")
    assert m.problems_of(root) == [f"{QUERY}:5:1: a graph is drawn from rows: write a SELECT"]
