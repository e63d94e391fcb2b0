"""A server of several processes as its clients see it: each connection is one process's, which its request ids tell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import httpx2 as httpx
from tests.support.operations import BEARER, TOKEN
from tests.support.processes import kill, marked
from tests.support.release_fixture import wait_until
from tests.support.served import Served, command, served

_PREFIX = 12
_TRIES = 100


_VALUES = " ".join(map(str, range(60)))
# Minutes of work without a row.
BUSY = "ASK { " + " ".join(f"VALUES ?v{n} {{ {_VALUES} }}" for n in range(6)) + " FILTER(?v0 + ?v1 + ?v4 + ?v5 < 0) }"


class Line:
    """A connection to one of the processes.

    Args:
        url: of the server.
        pinned: whether it may not be followed by one to another process, when it was found ended.
    """

    def __init__(self, url: str, *, pinned: bool = True) -> None:
        self.pinned = pinned
        self.client = httpx.Client(base_url=url, timeout=60)
        self.process = self.client.get("/health").headers["x-request-id"][:_PREFIX]

    def request(self, method: str, path: str, headers: Mapping[str, str]) -> httpx.Response:
        response = self.client.request(method, path, headers=dict(headers))
        process = response.headers["x-request-id"][:_PREFIX]
        assert process == self.process or not self.pinned, "the connection was not kept"
        self.process = process
        return response

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> httpx.Response:
        return self.request("GET", path, headers or {})

    def ask(self, query: str, *, of: str = "") -> httpx.Response:
        """Put a query for a client with this address, as a trusted proxy does."""
        return self.get("/sparql?" + urlencode({"query": query}), {"X-Forwarded-For": of} if of else {})


def listed(line: Line) -> list[dict[str, Any]]:
    """The queries under way, as the operator sees them."""
    found: list[dict[str, Any]] = line.get("/operator/queries", BEARER).json()
    return found


@contextmanager
def lines(url: str, number: int = 2) -> Iterator[list[Line]]:
    """A connection to each of so many processes."""
    with ExitStack() as open_lines:
        found: dict[str, Line] = {}
        for _ in range(_TRIES):
            line = Line(url)
            open_lines.callback(line.client.close)
            found.setdefault(line.process, line)
            if len(found) == number:
                yield list(found.values())
                return
        message = f"only {len(found)} processes were met"
        raise AssertionError(message)


@contextmanager
def several(release: Path, errors: Path, **settings: object) -> Iterator[Served]:
    """A server of two processes behind a proxy on this machine, whose connections stay open; all of it ends."""
    given = {
        "processes": 2, "cache_mb": 0, "spare": 0, "idle_seconds": 60, "head_seconds": 60, "log": "off",
        "trusted_proxies": "127.0.0.1", **settings,
    }  # fmt: skip
    mark = uuid4().hex
    try:
        with served(command(release, **given), errors, {"RUJUKAN_OPERATOR_TOKEN": TOKEN, "STARTED_BY": mark}) as server:
            yield server
    finally:
        # A keeper that is killed leaves processes that go on serving (decision 0021).
        for process in marked(mark):
            kill(process)
        wait_until(lambda: not marked(mark))
