"""Whatever an engine does, a client gets a whole answer or a problem, and a sick engine is left alone."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2 as httpx
import pytest
from tests.support.misbehaving import JSON, ROWS, Behaviour, Engine, chunked, misbehaving, raw, reply
from tests.support.release_fixture import running, wait_until

from kg_server.settings import Settings

SELECT, ASK, GRAPH = "SELECT ?n { ?s ?p ?n }", "ASK { ?s ?p ?n }", "CONSTRUCT { ?s ?p ?n } { ?s ?p ?n }"
TRIPLE = b'<urn:example:s> <urn:example:p> "1" .\n'
TRIPLES = "application/n-triples"
# So many that no breaker opens between two cases.
PATIENT = 1000


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with misbehaving() as found:
        yield found


@pytest.fixture(scope="module")
def client(engine: Engine, release: Path) -> Iterator[httpx.Client]:
    settings = Settings(release=release, cache_mb=0, backend=engine.url, workers=2, backend_failures=PATIENT)
    with running(settings) as found:
        yield found


def ask(client: httpx.Client, query: str, **headers: str) -> httpx.Response:
    return client.get("/sparql", params={"query": query}, headers=headers)


@pytest.mark.parametrize(
    ("query", "behaviour"),
    [
        (SELECT, reply(ROWS)),
        (SELECT, reply(ROWS, "application/json; charset=utf-8")),
        (SELECT, chunked(ROWS[:20], ROWS[20:], end=True)),
        (ASK, reply(b'{"head":{},"boolean":true}')),
        (GRAPH, reply(TRIPLE, TRIPLES)),
        (GRAPH, reply(TRIPLE, "text/turtle;charset=UTF-8")),
    ],
)
def test_a_whole_answer(engine: Engine, client: httpx.Client, query: str, behaviour: Behaviour) -> None:
    engine.behaviour = behaviour
    response = ask(client, query)
    assert response.status_code == 200
    assert "1" in response.text or "true" in response.text


BROKEN: dict[str, tuple[str, Behaviour, int, str]] = {
    "garbage": (SELECT, reply(b"garbage"), 502, "backend-failed"),
    "nothing": (SELECT, reply(b""), 502, "backend-failed"),
    "a-page": (SELECT, reply(b"<html></html>", "text/html"), 502, "backend-failed"),
    "xml": (SELECT, reply(b"<sparql/>", "application/sparql-results+xml"), 502, "backend-failed"),
    "cut-by-length": (
        SELECT,
        raw("200 OK", {"Content-Type": JSON, "Content-Length": "1000"}, ROWS),
        502,
        "backend-unreachable",
    ),
    "cut-in-chunk": (
        SELECT,
        raw("200 OK", {"Content-Type": JSON, "Transfer-Encoding": "chunked"}, b"ffff\r\n" + ROWS),
        502,
        "backend-unreachable",
    ),
    "cut-between-chunks": (SELECT, chunked(ROWS, end=False), 502, "backend-unreachable"),
    "triples-cut-between-chunks": (GRAPH, chunked(TRIPLE, end=False, media_type=TRIPLES), 502, "backend-unreachable"),
    "no-framing": (GRAPH, raw("200 OK", {"Content-Type": TRIPLES}, TRIPLE), 502, "backend-failed"),
    "a-time-out-among-rows": (SELECT, chunked(ROWS[:-3], b"Timeout reached", end=True), 502, "backend-failed"),
    "a-time-out-after-rows": (SELECT, reply(ROWS + b"\nTimeout reached"), 502, "backend-failed"),
    "a-time-out-among-triples": (
        GRAPH,
        chunked(TRIPLE, b"Timeout reached\n", end=True, media_type=TRIPLES),
        502,
        "backend-failed",
    ),
    "half-of-an-ask": (ASK, reply(b'{"head":{},"boolean":true'), 502, "backend-failed"),
    "more-than-an-ask": (ASK, reply(b'{"head":{},"boolean":true} no: time-out'), 502, "backend-failed"),
    "rows-left-out": (SELECT, reply(ROWS, X_SPARQL_MaxRows="1"), 422, "answer-too-large"),
    "time-left-out": (SELECT, reply(ROWS, X_SQL_State="S1TAT"), 504, "query-timeout"),
    "partial": (SELECT, reply(ROWS, status="206 Partial Content"), 502, "backend-failed"),
    "refused": (SELECT, reply(b"line 1: no", "text/plain", "400 Bad Request"), 502, "backend-refused"),
    "denied": (SELECT, reply(b"", "text/html", "401 Unauthorized"), 502, "backend-failed"),
    "internal": (SELECT, reply(b"<html>", "text/html", "500 Oops"), 502, "backend-failed"),
    "busy": (SELECT, reply(b"", status="503 Busy", Retry_After="7"), 503, "backend-unavailable"),
    "many": (SELECT, reply(b"", status="429 Many", Retry_After="x"), 503, "backend-unavailable"),
    "its-own-limit": (SELECT, reply(b"", status="504 Late"), 504, "query-timeout"),
    "no-http": (SELECT, lambda line: line.sendall(b"hello\r\n\r\n"), 502, "backend-unreachable"),
    "hangs-up": (SELECT, lambda _: False, 502, "backend-unreachable"),
}


@pytest.mark.parametrize("case", list(BROKEN))
def test_any_other_answer_is_a_problem(engine: Engine, client: httpx.Client, case: str) -> None:
    query, engine.behaviour, status, slug = BROKEN[case]
    response = ask(client, query)
    assert (response.status_code, response.json()["type"].rpartition("#")[2]) == (status, slug), response.text
    if status == 503:
        assert int(response.headers["retry-after"]) in {1, 7}
    engine.behaviour = reply(ROWS)
    assert ask(client, SELECT).status_code == 200


def test_a_redirect_is_not_followed(engine: Engine, client: httpx.Client) -> None:
    with misbehaving() as elsewhere:
        engine.behaviour = reply(b"", status="302 Found", Location=elsewhere.url)
        assert ask(client, SELECT).status_code == 502
        assert not elsewhere.requests


def test_a_connection_that_was_kept_and_has_gone_is_no_error(engine: Engine, client: httpx.Client) -> None:
    engine.behaviour = reply(ROWS, keep=True)
    before = engine.connections
    for _ in range(6):
        assert ask(client, SELECT).status_code == 200
    # Two processes, each with one connection.
    assert engine.connections - before <= 2
    # From now on each connection closes after its next request is read, without an answer: a new one is made.
    fresh = engine.connections

    def close_old(_: socket.socket) -> bool:
        engine.behaviour = reply(ROWS)
        return False

    engine.behaviour = close_old
    assert ask(client, SELECT).status_code == 200
    assert engine.connections > fresh


def test_credentials_are_sent_and_never_shown(release: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with misbehaving() as engine:
        url = engine.url
        with running(
            Settings(release=release, cache_mb=0, backend=url, backend_authorization="reader:s3cret", workers=1)
        ) as client:
            assert ask(client, SELECT).status_code == 200
            assert b"Authorization: Basic cmVhZGVyOnMzY3JldA==" in engine.requests[-1]
            engine.behaviour = reply(b"<html>", "text/html", "401 Unauthorized")
            shown = ask(client, SELECT).text + client.get("/health").text
    engine_gone = Settings(release=release, cache_mb=0, backend=url, backend_authorization="reader:s3cret", workers=1)
    with running(engine_gone) as client:
        shown += ask(client, SELECT).text
    shown += "".join(capfd.readouterr())
    assert "backend-unreachable" in shown
    assert not {"s3cret", "cmVhZGVy"} & set(shown.split())
    assert "s3cret" not in shown
    assert "cmVhZGVy" not in shown


def test_at_the_deadline_the_connection_is_closed(release: Path) -> None:
    with misbehaving() as engine:
        engine.behaviour = engine.hang
        with running(Settings(release=release, cache_mb=0, backend=engine.url, workers=1, query_seconds=1)) as client:
            response = ask(client, SELECT)
            assert (response.status_code, response.json()["limit"]) == (504, 1)
            # The process is killed, and its connection with it: the engine learns that nobody waits.
            assert engine.gone.wait(20)
            engine.behaviour = reply(ROWS)
            assert ask(client, SELECT).status_code == 200


def test_an_answer_that_comes_forever_ends_at_the_deadline_or_at_its_limit(release: Path) -> None:
    begin, row = ROWS[:-3], b',{"n":{"type":"literal","value":"1"}}' * 100
    with misbehaving() as engine:
        for limits, status in (({"max_answer_bytes": 1 << 20}, 422), ({"max_answer_rows": 1000}, 422)):
            engine.gone.clear()
            engine.behaviour = engine.pour(begin, row)
            with running(Settings(release=release, cache_mb=0, backend=engine.url, workers=1, **limits)) as client:  # type: ignore[arg-type]
                assert ask(client, SELECT).status_code == status
                assert engine.gone.wait(20)


def test_a_client_that_goes_away_closes_the_connection(release: Path) -> None:
    with misbehaving() as engine:
        engine.behaviour = engine.hang
        with running(Settings(release=release, cache_mb=0, backend=engine.url, workers=1)) as client:
            with pytest.raises(httpx.ReadTimeout):
                client.get("/sparql", params={"query": SELECT}, timeout=0.5)
            assert engine.gone.wait(20)
            wait_until(lambda: client.get("/health").json()["queries_under_way"] == 0)


def test_an_engine_that_is_gone_is_left_alone_until_it_is_back(release: Path) -> None:
    with misbehaving() as engine:
        url = engine.url
    settings = Settings(
        release=release, cache_mb=0, backend=url, workers=1, backend_failures=3, backend_pause_seconds=1
    )
    with running(settings) as client:
        slugs = [ask(client, SELECT).json()["type"].rpartition("#")[2] for _ in range(4)]
        assert slugs == ["backend-unreachable"] * 3 + ["backend-unavailable"]
        began = time.monotonic()
        refused = ask(client, SELECT)
        assert refused.status_code == 503
        assert refused.headers["retry-after"] in {"1", "2"}
        assert time.monotonic() - began < 1
        health = client.get("/health").json()
        assert health["status"] == "degraded"
        assert health["backend"] == {"state": "open", "failures": 3, "opened": 1}
        port = int(url.rpartition(":")[2].partition("/")[0])
        with socket.create_server(("127.0.0.1", port)) as listener:
            # It is back, but sick: one probe reaches it, the others are refused at once.
            listener.settimeout(30)
            wait_until(lambda: probe_arrives(client, listener))
            wait_until(lambda: client.get("/health").json()["backend"]["state"] == "open")
        with misbehaving(port):
            wait_until(lambda: ask(client, SELECT).status_code == 200)
            assert client.get("/health").json()["backend"]["state"] == "closed"


def probe_arrives(client: httpx.Client, listener: socket.socket) -> bool:
    sent = threading.Thread(target=lambda: ask(client, SELECT))
    sent.start()
    listener.settimeout(0.5)
    try:
        line, _ = listener.accept()
    except TimeoutError:
        sent.join()
        return False
    with line:
        request = b""
        # The body may come after the head.
        while b"ASK" not in request and (part := line.recv(1 << 16)):
            request += part
        assert b"ASK" in request
        assert ask(client, SELECT).status_code == 503
    sent.join()
    return True


def test_queries_that_fail_shut_nobody_out(release: Path) -> None:
    with misbehaving() as engine:
        settings = Settings(
            release=release, backend=engine.url, workers=1, backend_failures=2, backend_pause_seconds=60
        )
        with running(settings) as client:
            engine.behaviour = reply(b"", "text/plain", "500 Internal")
            for _ in range(2):
                assert ask(client, SELECT).status_code == 502
            assert client.get("/health").json()["backend"]["state"] == "open"
            # The next one probes at once instead of waiting: the engine is fine, only those queries were not.
            engine.behaviour = reply(ROWS)
            assert ask(client, SELECT).status_code == 200
            assert client.get("/health").json()["backend"] == {"state": "closed", "failures": 0, "opened": 1}
            assert b"ASK" in engine.requests[-2]
