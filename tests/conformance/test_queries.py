"""The W3C's SPARQL 1.1 and 1.2 tests of queries, through HTTP: syntax, evaluation, result formats, refused updates."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest
from tests.conformance.compare import (
    Table,
    expected_table,
    extension,
    read_csv,
    read_results,
    same_graphs,
    same_tables,
)
from tests.conformance.manifests import Case, all_cases, for_each
from tests.conformance.verdicts import UPDATES, verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx2 as httpx
    from tests.conformance.served import Served

FORMATS = {
    "application/sparql-results+json": ox.QueryResultsFormat.JSON,
    "application/sparql-results+xml": ox.QueryResultsFormat.XML,
    "text/tab-separated-values": ox.QueryResultsFormat.TSV,
}
GRAPHS = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
}
# Of the whole query: that of a subquery ends with a bracket.
ORDERED = re.compile(r"\bORDER\s+BY\b[^}]*\Z", re.IGNORECASE)


def ask(client: httpx.Client, case: Case, accept: str = "*/*") -> httpx.Response:
    assert case.action is not None
    headers = {"Content-Type": "application/sparql-query", "Accept": accept}
    return client.post("/sparql", content=case.action.read_bytes(), headers=headers)


def positive_syntax(served: Served, case: Case) -> None:
    response = ask(served.with_data(case.data), case)
    # A query that parses may still call a function that nobody has, and is told just that.
    parsed = response.status_code == 200 or response.json()["type"].endswith("#unknown-function")
    assert parsed, response.text


def negative_syntax(served: Served, case: Case) -> None:
    response = ask(served.with_data(case.data), case)
    assert response.status_code == 400, response.text
    assert response.json()["type"].endswith("#malformed-query")


def evaluation(served: Served, case: Case) -> None:
    client = served.with_data(case.data, case.base)
    assert case.action is not None
    assert case.result is not None
    ordered = bool(ORDERED.search(case.action.read_text("utf-8")))
    expected = expected_table(case)
    if expected is None:
        triples = list(ox.parse(case.result.read_bytes(), format=extension(case), base_iri=case.base))
        for accept, graph_format in GRAPHS.items():
            body = answer(client, case, accept)
            assert same_graphs(ox.parse(body, format=graph_format), triples), body.decode()
        return
    for accept, result_format in FORMATS.items():
        if isinstance(expected, bool) and accept == "text/tab-separated-values":
            continue
        body = answer(client, case, accept)
        got = read_results(body, result_format)
        same = got == expected
        if isinstance(got, Table) and isinstance(expected, Table):
            same = same_tables(got, expected, ordered=ordered)
        assert same, body.decode()


def csv_result(served: Served, case: Case) -> None:
    assert case.result is not None
    body = answer(served.with_data(case.data, case.base), case, "text/csv")
    assert same_tables(read_csv(body), read_csv(case.result.read_bytes()), ordered=False), body.decode()


def answer(client: httpx.Client, case: Case, accept: str) -> bytes:
    response = ask(client, case, accept)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"].partition(";")[0] == accept
    return response.content


def update_refused(served: Served, case: Case) -> None:
    """Whichever way it comes: as an update it is refused for what it is, as a query for that or its syntax."""
    assert case.action is not None
    text = case.action.read_bytes()
    client = served.with_data(case.data)
    for response in (
        client.post("/sparql", content=text, headers={"Content-Type": "application/sparql-update"}),
        client.post("/sparql", data={"update": text.decode()}),
    ):
        assert response.status_code == 403
        assert response.json()["type"].endswith("#update-refused")
    assert ask(client, case).status_code in {400, 403}


def service_refused(served: Served, case: Case) -> None:
    response = ask(served.with_data(case.data), case)
    assert response.status_code == 403, response.text
    assert response.json()["type"].endswith("#service-refused")


CHECKS: dict[str, Callable[[Served, Case], None]] = {
    "PositiveSyntaxTest": positive_syntax,
    "NegativeSyntaxTest": negative_syntax,
    "QueryEvaluationTest": evaluation,
    "CSVResultFormatTest": csv_result,
    **dict.fromkeys(UPDATES, update_refused),
}
# Tests of the same data stand together, so that the server moves to another release as seldom as can be.
CASES = sorted((case for case in all_cases() if case.kind in CHECKS), key=lambda case: (case.suite, str(case.data)))


@for_each(CASES)
def test_w3c(served: Served, case: Case) -> None:
    expected = verdict(case)
    check = service_refused if expected == "refused" and case.kind not in UPDATES else CHECKS[case.kind]
    if expected == "ignored":
        # pytest's Failed is no Exception; what a check raises is.
        try:
            check(served, case)
        except AssertionError:
            # Anything else that is raised is no wrong answer but a broken test, and no reason covers it.
            return
        pytest.fail(f"{case.id} is on the list of the ignored, and passes: take it out of ignored.toml")
    check(served, case)
