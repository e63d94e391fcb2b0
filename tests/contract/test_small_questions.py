"""Small questions are answered where they arrive, with the same bytes as by a query process."""

from __future__ import annotations

import itertools
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest
from tests.support.release_fixture import make_release, running, wait_until

from kg_server.backends.small import WORTH_COUNTING
from kg_server.settings import Settings

if TYPE_CHECKING:
    import httpx2 as httpx

TOKEN = "a-token-of-thirty-two-characters-"  # noqa: S105
SMALL = "SELECT ?loan ?name { ?loan a ex:Loan ; rdfs:label ?name }"
BUSY = "SELECT (COUNT(*) AS ?n) { " + " ".join(f"?a{i} ?b{i} ?c{i} ." for i in range(9)) + "}"
FORMATS = ["application/sparql-results+json", "application/sparql-results+xml", "text/csv", "text/tab-separated-values"]
ALIKE = [
    SMALL,
    SMALL + " LIMIT 1",
    "SELECT DISTINCT ?who WHERE { ?loan ex:lender ?who } LIMIT 10 OFFSET 1",
    "SELECT * { ?loan rdfs:label ?name . ?loan ex:lender ?who }",
    'ASK { ?loan rdfs:label "Spring loan"@en }',
    "ASK { id:spring ex:lender id:budi }",
    "SELECT ?nobody { ?loan a ex:Loan }",
]


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_release(tmp_path_factory.mktemp("small") / "one")


@pytest.fixture(scope="module")
def here(release: Path) -> Iterator[httpx.Client]:
    """A server whose only query process is at work, and has the next question waiting, while the tests run."""
    settings = Settings(
        release=release, operator_token=TOKEN, workers=1, spare=0, queue=1, budget_seconds=0, query_seconds=600
    )
    with running(settings) as client:
        settled(client)
        waiting = []
        for number in range(2):
            waiting.append(socket.create_connection((client.base_url.host, client.base_url.port or 0)))
            query = urlencode({"query": f"{BUSY} # {number}"})
            waiting[-1].sendall(f"GET /sparql?{query} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        wait_until(lambda: client.get("/health").json()["queries_under_way"] == 2)
        yield client
        # Nobody waits for them any more, so the server stops at once.
        for each in waiting:
            each.close()


@pytest.fixture(scope="module")
def elsewhere(release: Path) -> Iterator[httpx.Client]:
    with running(Settings(release=release, operator_token=TOKEN, small_work=0)) as client:
        yield client


def ask(client: httpx.Client, query: str, accept: str = FORMATS[0], **headers: str) -> httpx.Response:
    return client.get("/sparql", params={"query": query}, headers={"Accept": accept, **headers})


def settled(client: httpx.Client) -> None:
    """Ask until how far properties reach has been counted, and a question is answered without a process."""
    numbers = itertools.count()

    def answered_here() -> bool:
        for _ in range(WORTH_COUNTING):
            # Busy with counting, it may have no process left for them.
            assert ask(client, f"{SMALL} # {next(numbers)}").status_code in {200, 503}
        metrics = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).text
        return 'rujukan_queries_total{outcome="at_once"}' in metrics

    wait_until(answered_here)


@pytest.mark.parametrize("accept", FORMATS)
@pytest.mark.parametrize("query", ALIKE)
def test_the_same_bytes_as_from_a_query_process(
    here: httpx.Client, elsewhere: httpx.Client, query: str, accept: str
) -> None:
    one, other = ask(here, query, accept), ask(elsewhere, query, accept)
    assert (one.status_code, one.content) == (200, other.content)
    for name in ("etag", "content-type", "vary", "cache-control", "content-length"):
        assert one.headers[name] == other.headers[name]


def test_the_same_headers_as_from_a_query_process(here: httpx.Client, elsewhere: httpx.Client) -> None:
    def headers(client: httpx.Client, query: str) -> dict[str, str]:
        found = dict(ask(client, query).headers)
        assert found.pop("date").endswith("GMT")
        assert found.pop("x-request-id")
        return found

    query = SMALL + " #headers"
    expected = headers(elsewhere, query)
    # Never asked, found by the question, found by the request.
    for _ in range(3):
        assert headers(here, query) == expected


def test_the_answer_is_kept(here: httpx.Client) -> None:
    first = ask(here, SMALL + " #kept")
    again = ask(here, SMALL + " #kept", **{"If-None-Match": first.headers["etag"]})
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")


def test_what_is_not_small_waits_for_a_process(here: httpx.Client) -> None:
    for query in ("SELECT ?s { ?s ?p ?o }", SMALL + " ORDER BY ?name", "SELECT ?x { ?x ex:unknown ?y }"):
        assert ask(here, query).status_code == 503


def test_what_is_wrong_is_told_as_ever(release: Path) -> None:
    with running(Settings(release=release, operator_token=TOKEN)) as client:
        settled(client)
        wrong = ask(client, "SELECT ?name { ?loan A ex:Loan ; rdfs:label ?name }")
        assert (wrong.status_code, wrong.json()["line"], wrong.json()["column"]) == (400, 1, 22)


def test_they_are_paid_for(release: Path) -> None:
    with running(Settings(release=release, operator_token=TOKEN, budget_seconds=1, budget_burst=1)) as client:
        settled(client)
        statuses = [ask(client, f"{SMALL} #paid {number}").status_code for number in range(50)]
        assert set(statuses) == {200}
        answer = client.get("/health").json()
        assert answer["status"] == "ok"
