"""What happens at the limits, and what the command says when it cannot start."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import httpx2 as httpx
import pytest
from tests.support.release_fixture import running, wait_until

from kg_server.settings import Settings


def product(places: int, values: int) -> str:
    """A query whose answer has `values ** places` rows, from no data at all."""
    some = " ".join(str(number) for number in range(values))
    return " ".join(f"VALUES ?v{place} {{ {some} }}" for place in range(places))


# Some seconds of work that no write interrupts.
SLOW = "ASK { " + product(4, 60) + " FILTER(?v0 + ?v1 + ?v2 + ?v3 < 0) }"
# Rows for minutes, but not so many that they fill the memory in a second.
ENDLESS = "SELECT * { " + product(6, 40) + " FILTER(CONTAINS(STR(?v5 * ?v4 + ?v3), '77')) }"


def test_too_many_queries_are_turned_away_at_once(release: Path) -> None:
    settings = Settings(release=release, workers=1, queue=1, query_seconds=60, retry_seconds=3)
    with running(settings) as client:
        url = f"{client.base_url}/sparql"
        statuses: list[int] = []

        def slow() -> None:
            statuses.append(httpx.get(url, params={"query": SLOW}, timeout=120).status_code)

        threads = [threading.Thread(target=slow) for _ in range(2)]
        for thread in threads:
            thread.start()
        wait_until(lambda: client.get("/health").json()["queries_under_way"] == 2)
        began = time.monotonic()
        refused = client.get("/sparql?query=ASK{}")
        assert time.monotonic() - began < 2
        assert refused.status_code == 503
        assert refused.headers["retry-after"] == "3"
        assert refused.json()["type"].endswith("#overloaded")
        assert client.get("/").status_code == 200
        for thread in threads:
            thread.join()
        assert statuses == [200, 200]
        assert client.get("/sparql?query=ASK{}").status_code == 200


def test_a_slow_query_is_told_so_and_is_ended(release: Path) -> None:
    with running(Settings(release=release, workers=1, queue=4, query_seconds=1)) as client:
        response = client.get("/sparql", params={"query": SLOW})
        assert response.status_code == 504
        assert response.json()["limit"] == 1
        wait_until(lambda: client.get("/health").json()["queries_under_way"] == 0, 60)
        assert client.get("/sparql?query=ASK{}").status_code == 200


def test_a_long_answer_is_stopped_when_its_time_is_up(release: Path) -> None:
    settings = Settings(release=release, workers=1, query_seconds=1, max_answer_bytes=10**12)
    with running(settings) as client:
        assert client.get("/sparql", params={"query": ENDLESS}).status_code == 504
        wait_until(lambda: client.get("/health").json()["queries_under_way"] == 0, 20)


def test_a_client_that_goes_away_frees_its_place(release: Path) -> None:
    settings = Settings(release=release, workers=1, queue=0, query_seconds=60, max_answer_bytes=10**12)
    with running(settings) as client:
        with pytest.raises(httpx.ReadTimeout):
            httpx.get(f"{client.base_url}/sparql", params={"query": ENDLESS}, timeout=0.5)
        wait_until(lambda: client.get("/health").json()["queries_under_way"] == 0, 20)
        assert client.get("/sparql?query=ASK{}").status_code == 200


def test_an_answer_that_is_too_large_is_refused_whole(release: Path) -> None:
    with running(Settings(release=release, max_answer_bytes=4096)) as client:
        rows = product(3, 40)
        for query in (
            f"SELECT * {{ {rows} }}",
            f"CONSTRUCT {{ id:anna ex:n ?n }} {{ {rows} BIND(?v0 * ?v1 * ?v2 AS ?n) }}",
        ):
            response = client.get("/sparql", params={"query": query})
            assert response.status_code == 422
            assert response.json()["limit"] == 4096
        assert client.get("/sparql?query=ASK{}").status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * {FILTER(" + "STR(" * 120 + "1" + ")" * 120 + ")}",
        "SELECT * {FILTER(" + "!" * 60000 + "1)}",
        "SELECT * {FILTER(1" + "+1" * 12000 + "=2)}",
        "SELECT * {" + "{}UNION" * 9000 + "{}}",
        "SELECT * {" + "'}' {" * 8000 + "}" * 8000 + "}",
        "SELECT * {FILTER(" + "STR(')'," * 7000,
        "SELECT * {?s " + "^" * 60000 + "<a:a> ?o}",
    ],
    ids=["calls", "not", "plus", "union", "hidden-braces", "hidden-brackets", "inverse"],
)
def test_recursion_does_not_end_the_process(client: httpx.Client, query: str) -> None:
    headers = {"Content-Type": "application/sparql-query"}
    response = client.post("/sparql", content=query[:65536], headers=headers, timeout=60)
    assert response.status_code in {200, 400, 504}
    assert client.get("/sparql?query=ASK{}").status_code == 200


def start(arguments: Sequence[str], **environment: str) -> subprocess.Popen[str]:
    paths = os.pathsep.join(path for path in sys.path if path)
    return subprocess.Popen(
        [sys.executable, "-m", "kg_server.run", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": paths, **environment},
    )


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_it_says_where_it_is_and_stops_when_told(release: Path, stop: signal.Signals) -> None:
    process = start([str(release), "--port", "0"])
    try:
        assert process.stdout is not None
        first = process.stdout.readline()
        url = first.split(" at ")[1].split()[0]
        said = "".join(process.stdout.readline() for _ in range(5))
        assert "curl" in said
        assert httpx.get(url + "health").json()["status"] == "ok"
        process.send_signal(stop)
        assert process.wait(20) in {0, -stop}
    finally:
        process.kill()
        _, errors = process.communicate()
    assert [json.loads(line).get("event") for line in errors.splitlines()] == ["started", None, "stopped"]


def test_it_goes_on_for_a_while_when_load_balancers_are_to_learn_of_the_stop(release: Path) -> None:
    process = start([str(release), "--port", "0", "--drain-seconds", "600"])
    try:
        assert process.stdout is not None
        url = process.stdout.readline().split(" at ")[1].split()[0]
        wait_until(lambda: httpx.get(url + "ready").status_code == 200)
        process.send_signal(signal.SIGTERM)
        wait_until(lambda: httpx.get(url + "ready").status_code == 503)
        assert httpx.get(url + "sparql?query=ASK{}").status_code == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) in {0, -signal.SIGTERM}
    finally:
        process.kill()
        process.communicate()


def test_a_taken_port(release: Path, taken_port: int) -> None:
    process = start([str(release), "--port", str(taken_port)])
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 5
    assert str(taken_port) in errors
    assert "Traceback" not in errors


def test_no_release(tmp_path: Path) -> None:
    process = start([str(tmp_path / "current")])
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 3
    assert "make build" in errors
    assert "Traceback" not in errors


def test_a_store_that_is_none(tmp_path: Path, release: Path) -> None:
    folder = tmp_path / "release"
    (folder / "store").mkdir(parents=True)
    (folder / "manifest.json").write_bytes((release / "manifest.json").read_bytes())
    process = start([str(folder)])
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 3
    assert "cannot be opened" in errors


def test_a_wrong_setting(release: Path) -> None:
    process = start([str(release)], RUJUKAN_WORKERS="many")
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 2
    assert "RUJUKAN_WORKERS" in errors


def test_help_names_every_setting() -> None:
    process = start(["--help"])
    output, _ = process.communicate(timeout=30)
    assert process.returncode == 0
    assert "RUJUKAN_MAX_ANSWER_BYTES" in output
