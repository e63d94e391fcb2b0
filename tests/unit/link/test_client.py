"""Politeness, shown to a real server on loopback."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from kg_builder.errors import SourceError
from kg_builder.link.cache import Cache
from kg_builder.link.client import Client, Politeness, ServiceError
from kg_builder.link.refresh import Finding, refresh

Answer = tuple[int, dict[str, str], bytes]
QUICK = Politeness(interval=0, back_off=0.01, retries=3, patience=20)


@contextmanager
def serving(answer: Callable[[int, str], Answer]) -> Iterator[tuple[str, list[tuple[float, str, dict[str, str]]]]]:
    """A server that answers the nth request as told; yields its address and what it was asked, and when."""
    asked: list[tuple[float, str, dict[str, str]]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            asked.append((time.monotonic(), self.path, dict(self.headers)))
            status, headers, body = answer(len(asked), self.path)
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815 - named by the library

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/api", asked
        finally:
            server.shutdown()
            thread.join()


def busy(times: int, status: int = 503, **headers: str) -> Callable[[int, str], Answer]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda number, _: (status, named, b"busy") if number <= times else (200, {}, b'{"n": %d}' % number)


@pytest.mark.parametrize("status", [429, 502, 503, 504])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_busy_service_is_asked_again(status: int, method: str) -> None:
    with serving(busy(2, status)) as (address, asked):
        assert getattr(Client(QUICK), method)(address, {"a": "b"}) == {"n": 3}
    assert len(asked) == 3
    assert all(headers["User-Agent"].startswith("rujukan ") for _, _, headers in asked)


def test_it_waits_as_long_as_it_is_told() -> None:
    with serving(busy(1, Retry_After="1")) as (address, asked):
        Client(QUICK).post(address, {"a": "b"})
    assert asked[1][0] - asked[0][0] >= 1


def test_but_not_for_hours() -> None:
    with serving(busy(1, Retry_After="86400")) as (address, asked):
        Client(Politeness(interval=0, back_off=0.01, most=1)).get(address)
    assert len(asked) == 2


def test_requests_keep_their_distance() -> None:
    with serving(busy(0)) as (address, asked):
        client = Client(Politeness(interval=0.3))
        for _ in range(3):
            client.get(address)
    assert asked[2][0] - asked[0][0] >= 0.6


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (busy(9), "does not answer"),
        (lambda *_: (404, {}, b"nothing here"), "status 404: nothing here"),
        (lambda *_: (200, {}, b"<html>"), "not JSON"),
    ],
)
def test_failures_are_told(answer: Callable[[int, str], Answer], said: str) -> None:
    with serving(answer) as (address, asked), pytest.raises(ServiceError, match=said):
        Client(QUICK).get(address)
    assert len(asked) <= QUICK.retries + 1


def test_nothing_but_http_is_asked() -> None:
    with pytest.raises(ServiceError, match="no address"):
        Client(QUICK).get("file:///etc/hostname")


ENTITIES = {
    "Q1": {"id": "Q1", "labels": {"en": {"language": "en", "value": "Sea Museum"}}},
    "Q2": {"id": "Q22", "labels": {}, "redirects": {"from": "Q2", "to": "Q22"}},
    "Q3": {"id": "Q3", "missing": ""},
    "Q4": {"id": "Q4", "labels": {"en": {"language": "en", "value": "Museum of Masks"}}},
    # Some answers stand under the new id.
    "Q55": {"id": "Q55", "labels": {}, "redirects": {"from": "Q5", "to": "Q55"}},
}
LABELS = {"Q1": "Sea Museum (museum)", "Q2": "Mask", "Q3": "Fair", "Q4": "Botanical Garden", "Q5": "Boat"}


def test_refresh_notices_redirects_deletions_and_new_names(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache.jsonl", now=lambda: "2026-01-02T03:04:05Z")
    with serving(lambda *_: (200, {}, json.dumps({"entities": ENTITIES}).encode())) as (address, asked):
        found = refresh(address, LABELS, Client(QUICK), cache)
    assert found == [
        Finding("Q1", "there", "Sea Museum"),
        Finding("Q2", "redirected", "Q22"),
        Finding("Q3", "deleted"),
        Finding("Q4", "renamed", "Museum of Masks"),
        Finding("Q5", "redirected", "Q55"),
    ]
    query = parse_qs(urlsplit(asked[0][1]).query)
    assert (query["action"], query["ids"]) == (["wbgetentities"], ["Q1|Q2|Q3|Q4|Q5"])
    assert Cache(tmp_path / "cache.jsonl").get(address, {"entity": "Q3"}) == {"missing": True}
    assert Cache(tmp_path / "cache.jsonl").date(address, {"entity": "Q3"}) == "2026-01-02"


@pytest.mark.parametrize("body", [b"{}", b"[]", b'{"entities": {"Q1": {"id": "Q1"}}}'])
def test_refresh_is_not_satisfied_with_silence(tmp_path: Path, body: bytes) -> None:
    with (
        serving(lambda *_: (200, {}, body)) as (address, _),
        pytest.raises(ServiceError, match=r"what became of Q[12]"),
    ):
        refresh(address, {"Q1": "x", "Q2": "y"}, Client(QUICK), Cache(tmp_path / "cache.jsonl"))


def test_a_cache_keeps_its_order_and_refuses_what_is_none(tmp_path: Path) -> None:
    path = tmp_path / "cache.jsonl"
    one, other = Cache(path, now=lambda: "2026-01-02"), tmp_path / "other.jsonl"
    one.put("http://b", {"q": 2}, ["x"])
    one.put("http://a", {"z": 1, "a": 2}, {"é": 1})
    again = Cache(other, now=lambda: "2026-01-02")
    again.put("http://a", {"a": 2, "z": 1}, {"é": 1})
    again.put("http://b", {"q": 2}, ["x"])
    assert path.read_bytes() == other.read_bytes()
    assert len(Cache(path)) == 2
    path.write_text("no json\n", "utf-8")
    with pytest.raises(SourceError, match="1"):
        Cache(path)
