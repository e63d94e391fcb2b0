"""Slow, greedy and malformed connections are ended, and the others do not notice."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Iterator
from urllib.parse import urlencode

import httpx2 as httpx
import pytest
from tests.support.rawclient import connect, read_all, send_raw
from tests.support.release_fixture import make_release, running, wait_until

from kg_server.connections import connection_limits
from kg_server.settings import Settings

GET = b"GET /health HTTP/1.1\r\nHost: h\r\n\r\n"
HEAD = b"POST /sparql HTTP/1.1\r\nHost: h\r\nContent-Type: application/sparql-query\r\n"
MOST = 16


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    release = make_release(tmp_path_factory.mktemp("build") / "one")
    return Settings(
        release=release, workers=2, spare=0, head_seconds=1, body_seconds=1, send_seconds=1, idle_seconds=1,
        max_connections=MOST, client_connections=6,
    )  # fmt: skip


@pytest.fixture(scope="module")
def quick(settings: Settings) -> Iterator[httpx.Client]:
    with running(settings) as client:
        yield client


@pytest.fixture
def port(quick: httpx.Client) -> int:
    found = quick.base_url.port
    assert found is not None
    return found


def test_a_head_that_never_ends_is_ended(port: int) -> None:
    began = time.monotonic()
    raw = send_raw(port, [b"GET /health HTTP/1.1\r\nHost: h\r\n"])
    assert (raw.statuses, raw.end) == ((408,), "closed")
    assert b"request-timeout" in raw.data
    assert time.monotonic() - began < 10


def drip(connection: socket.socket, piece: bytes) -> int:
    """How many pieces the server takes, one each tenth of a second, before it closes."""
    for sent in range(200):
        try:
            connection.sendall(piece)
        except ConnectionError:
            return sent
        time.sleep(0.1)
    return 200


def test_drops_do_not_prolong_a_head(port: int) -> None:
    with connect(port) as connection:
        connection.sendall(b"GET /health HTTP/1.1\r\nHost: h\r\nX: ")
        assert drip(connection, b"a") < 100


def test_empty_lines_do_not_prolong_anything(port: int) -> None:
    with connect(port) as connection:
        assert drip(connection, b"\r\n") < 100


def test_silence_is_ended(port: int) -> None:
    raw = send_raw(port, [])
    assert (raw.data, raw.end) == (b"", "closed")
    raw = send_raw(port, [GET])
    assert (raw.statuses, raw.end) == ((200,), "closed")


@pytest.mark.parametrize(
    "head",
    [
        HEAD + b"Content-Length: 99\r\n\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n",
    ],
    ids=["length", "chunked"],
)
def test_a_body_that_never_ends_is_ended(port: int, head: bytes) -> None:
    raw = send_raw(port, [head])
    assert (raw.statuses, raw.end) == ((408,), "closed")


def test_a_body_that_nobody_reads_is_ended(port: int) -> None:
    raw = send_raw(port, [b"GET /health HTTP/1.1\r\nHost: h\r\nContent-Length: 999999\r\n\r\n"])
    # It was answered before its body came; then the body was late.
    assert raw.statuses[0] == 200
    assert raw.end == "closed"


def test_a_reader_who_stops_is_cut_off(quick: httpx.Client, port: int) -> None:
    rows = " ".join(map(str, range(450)))
    query = f"SELECT * {{ VALUES ?a {{ {rows} }} VALUES ?b {{ {rows} }} VALUES ?c {{ '{'long' * 25}' }} }}"
    body = urlencode({"query": query, "format": "csv"}).encode()
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(60)
        connection.connect(("127.0.0.1", port))
        connection.sendall(
            b"POST /sparql HTTP/1.1\r\nHost: h\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            b"Content-Length: %d\r\n\r\n" % len(body) + body
        )
        first = connection.recv(1024)
        assert first.startswith(b"HTTP/1.1 200")
        time.sleep(4)
        data, end = read_all(connection, 30)
    length = int(first.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
    assert length > 20_000_000
    assert len(data) < length / 2
    assert end != "open"
    assert quick.get("/health").status_code == 200


def test_a_reader_who_is_merely_slow_gets_it_all(port: int, quick: httpx.Client) -> None:
    rows = " ".join(map(str, range(100)))
    query = f"SELECT * {{ VALUES ?a {{ {rows} }} VALUES ?b {{ {rows} }} VALUES ?c {{ {rows} }} }}"
    with connect(port) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        path = str(httpx.URL("/sparql", params={"query": query, "format": "csv"}))
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n".encode())
        parts, began = [], time.monotonic()
        while part := connection.recv(1 << 18):
            parts.append(part)
            if time.monotonic() - began < 3:
                time.sleep(0.05)
    data = b"".join(parts)
    length = int(data.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
    assert len(data.partition(b"\r\n\r\n")[2]) == length
    assert quick.get("/health").status_code == 200


def test_connections_of_one_client_and_of_all_are_limited(port: int) -> None:
    held = [connect(port, source="127.0.0.7") for _ in range(6)]
    try:
        refused = send_raw(port, [GET], source="127.0.0.7")
        assert refused.statuses == (429,)
        assert b"Retry-After" in refused.data
        assert send_raw(port, [GET], source="127.0.0.8", wait=1).statuses == (200,)
        held += [connect(port, source=f"127.0.1.{place + 1}") for place in range(MOST - 6)]
        assert send_raw(port, [GET], source="127.0.0.9").statuses == (503,)
    finally:
        for each in held:
            each.close()
    wait_until(lambda: send_raw(port, [GET], source="127.0.0.7", wait=1).statuses == (200,))


def test_a_flood_of_connections_passes(port: int) -> None:
    held = [connect(port, source=f"127.0.2.{place % 200 + 1}") for place in range(300)]
    for each in held:
        # Ended with RST, as a client that crashed.
        each.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        each.close()
    wait_until(lambda: send_raw(port, [GET], wait=1).statuses == (200,))


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"GET /health HTTP/1.1\r\nHost: h\r\n" + b"X: a\r\n" * 200 + b"\r\n", 431),
        (b"GET /health HTTP/1.1\r\nHost: h\r\nX: " + b"a" * 400_000, 431),
        (b"GET /" + b"a" * 400_000, 431),
        (b"GET /health HTTP/1.1\r\n\r\n", 400),
        (b"GET /health HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
        (b"nonsense\r\n\r\n", 400),
        (GET * 500, 400),
    ],
    ids=["number", "length", "address", "no host", "hosts", "nonsense", "pipeline"],
)
def test_heads_that_are_not_read(port: int, head: bytes, status: int) -> None:
    raw = send_raw(port, [head[place : place + 50_000] for place in range(0, len(head), 50_000)])
    assert raw.end in {"closed", "reset"}
    assert not raw.statuses or raw.statuses[-1] == status


def test_requests_sent_ahead_are_answered_in_their_order(port: int) -> None:
    other = b"GET /nothing HTTP/1.1\r\nHost: h\r\n\r\n"
    raw = send_raw(port, [GET + other + GET + other], wait=5)
    assert raw.statuses == (200, 404, 200, 404)


def test_another_protocol_is_not_spoken(port: int) -> None:
    for upgrade in (b"h2c", b"websocket"):
        head = b"GET /health HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: " + upgrade
        key = b"\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        assert send_raw(port, [head + key], wait=3).statuses == (200,)
    assert send_raw(port, [b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"], wait=3).statuses == (400,)


def test_descriptors_bound_the_connections() -> None:
    few = connection_limits(Settings(max_connections=1000, workers=2, spare=0), 200)
    many = connection_limits(Settings(max_connections=1000), 100_000)
    assert few.total < 200 - 96
    assert many.total == 1000
