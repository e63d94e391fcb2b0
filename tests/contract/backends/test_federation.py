"""SERVICE with real endpoints on loopback: the listed one is asked, nothing else is, by query or by connection."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.support.engines import oxigraph_binary, oxigraph_server
from tests.support.misbehaving import Engine, misbehaving, reply
from tests.support.release_fixture import BASE, running

from kg_server.app import create_app
from kg_server.settings import Settings, SettingsError

if TYPE_CHECKING:
    import httpx2 as httpx

EMPTY = b'{"head":{"vars":["s","p","o"]},"results":{"bindings":[]}}'


@pytest.fixture(scope="module")
def elsewhere(release: Path) -> Iterator[str]:
    """Another endpoint, with the same loans."""
    if oxigraph_binary() is None:
        pytest.skip("the command oxigraph is not installed")
    with oxigraph_server(release / "store") as (url, _):
        yield url


@pytest.fixture(scope="module")
def trap() -> Iterator[Engine]:
    with misbehaving() as engine:
        engine.behaviour = reply(EMPTY)
        yield engine


@pytest.fixture(scope="module")
def client(elsewhere: str, release: Path) -> Iterator[httpx.Client]:
    listed = elsewhere.removesuffix("/query")
    with running(
        Settings(release=release, cache_mb=0, workers=2, service_allow=f"{listed}, http://localhost:1")
    ) as found:
        yield found


def ask(client: httpx.Client, query: str) -> httpx.Response:
    return client.get("/sparql", params={"query": query})


def test_a_listed_endpoint_is_asked(client: httpx.Client, elsewhere: str) -> None:
    query = f"SELECT ?loan ?name {{ ?loan ex:lender ?who SERVICE <{elsewhere}> {{ ?who rdfs:label ?name }} }}"
    response = ask(client, query)
    assert response.status_code == 200, response.text
    found = {each["name"]["value"] for each in response.json()["results"]["bindings"]}
    assert found == {"Anna Berg", "Budi Santoso"}
    nested = f"ASK {{ SERVICE SILENT <{elsewhere}> {{ {{ SERVICE # again\n <{elsewhere}> {{ ?s ?p 12 }} }} }} }}"
    assert ask(client, nested).json()["boolean"] is True


def test_nothing_else_is_asked(client: httpx.Client, elsewhere: str, trap: Engine) -> None:
    host = elsewhere.partition("//")[2].partition("/")[0]
    for query in (
        f"ASK {{ SERVICE <{trap.url}> {{ ?s ?p ?o }} }}",
        f"ASK {{ SERVICE <{trap.url.replace('//', f'//{host}@')}> {{ ?s ?p ?o }} }}",
        f"ASK {{ SERVICE <{elsewhere}> {{ ?s ?p ?o }} SERVICE <{trap.url}> {{ ?s ?p ?o }} }}",
        f"ASK {{ BIND(<{trap.url}> AS ?e) SERVICE ?e {{ ?s ?p ?o }} }}",
        f"PREFIX e: <{elsewhere}> ASK {{ SERVICE e: {{ ?s ?p ?o }} }}",
    ):
        response = ask(client, query)
        assert (response.status_code, response.json()["type"].rpartition("#")[2]) == (403, "service-refused")
    assert not trap.requests


def test_a_listed_name_of_an_inner_address_is_refused(client: httpx.Client) -> None:
    response = ask(client, "ASK { SERVICE <http://localhost:1/> { ?s ?p ?o } }")
    assert response.status_code == 403
    assert "inner network" in response.json()["detail"]


def test_a_redirect_is_not_followed(release: Path, trap: Engine) -> None:
    with misbehaving() as friend:
        friend.behaviour = reply(b"", status="307 Elsewhere", Location=trap.url)
        with running(
            Settings(release=release, cache_mb=0, workers=1, service_allow=friend.url.removesuffix("/sparql"))
        ) as client:
            assert ask(client, f"SELECT * {{ SERVICE <{friend.url}> {{ ?s ?p ?o }} }}").status_code == 500
    assert friend.requests
    assert not trap.requests


def test_the_processes_reach_the_listed_ports_only(client: httpx.Client, elsewhere: str, trap: Engine) -> None:
    held = client.get("/health").json()["query_processes"]["egress"]
    port = elsewhere.rpartition(":")[2].partition("/")[0]
    if held.startswith("open"):
        pytest.skip(f"egress is {held}")
    assert held == f"only TCP to port 1, {port}"
    code = """
import socket, subprocess, sys, threading
from kg_server.backends.confine import narrow_egress
narrow_egress([int(sys.argv[1])])
def outcome(call):
    try:
        call()
    except OSError as error:
        return type(error).__name__
    return "done"
def look():
    print(outcome(lambda: socket.create_connection(("127.0.0.1", int(sys.argv[1])), 5).close()))
    print(outcome(lambda: socket.create_connection(("127.0.0.1", int(sys.argv[2])), 5).close()))
    print(outcome(lambda: socket.create_server(("127.0.0.1", 0)).close()))
    print(outcome(lambda: subprocess.run(["true"])))
thread = threading.Thread(target=look)
thread.start()
thread.join()
"""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    other = trap.url.rpartition(":")[2].partition("/")[0]
    done = subprocess.run(
        [sys.executable, "-c", code, port, other], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["done", "PermissionError", "PermissionError", "PermissionError"]


def test_an_engine_elsewhere_may_be_let_out_too(release: Path, elsewhere: str) -> None:
    listed = Settings(
        release=release, cache_mb=0, workers=1, backend=elsewhere, service_allow=elsewhere.removesuffix("/query")
    )
    query = f"SELECT ?name {{ id:spring ex:lender ?who SERVICE <{elsewhere}> {{ ?who rdfs:label ?name }} }}"
    with running(listed) as client:
        assert ask(client, query).json()["results"]["bindings"][0]["name"]["value"] == "Anna Berg"
    with running(Settings(release=release, cache_mb=0, workers=1, backend=elsewhere)) as client:
        assert ask(client, query).status_code == 403


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("service_allow", "query.wikidata.org"),
        ("service_allow", "https://query.wikidata.org/sparql"),
        ("backend", "localhost:7878"),
        ("backend", "http://reader:s3cret@127.0.0.1/query"),
        ("backend", "http://127.0.0.1/que ry"),
        ("backend", "http://127.0.0.1:99999/"),
    ],
)
def test_a_wrong_address_stops_the_server(release: Path, name: str, value: str) -> None:
    with pytest.raises(SettingsError) as caught:
        create_app(Settings(release=release, **{name: value}))  # type: ignore[arg-type]
    assert f"RUJUKAN_{name.upper()}" in str(caught.value)
    assert "s3cret" not in str(caught.value)
    assert BASE not in str(caught.value)
