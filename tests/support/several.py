"""A server of several processes as its clients see it: each connection is one process's, which its request ids tell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlencode

import httpx2 as httpx
from tests.support.operations import TOKEN
from tests.support.served import Served, command, served

_PREFIX = 12
_TRIES = 100


class Line:
    """A connection to one of the processes."""

    def __init__(self, url: str) -> None:
        self.client = httpx.Client(base_url=url, timeout=60)
        self.process = self.client.get("/health").headers["x-request-id"][:_PREFIX]

    def request(self, method: str, path: str, headers: Mapping[str, str]) -> httpx.Response:
        response = self.client.request(method, path, headers=dict(headers))
        assert response.headers["x-request-id"].startswith(self.process), "the connection was not kept"
        return response

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> httpx.Response:
        return self.request("GET", path, headers or {})

    def ask(self, query: str, *, of: str = "") -> httpx.Response:
        """Put a query for a client with this address, as a trusted proxy does."""
        return self.get("/sparql?" + urlencode({"query": query}), {"X-Forwarded-For": of} if of else {})


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
    """A server of two processes behind a proxy on this machine, whose connections stay open."""
    given = {
        "processes": 2, "cache_mb": 0, "spare": 0, "idle_seconds": 60, "head_seconds": 60, "log": "off",
        "trusted_proxies": "127.0.0.1", **settings,
    }  # fmt: skip
    with served(command(release, **given), errors, {"RUJUKAN_OPERATOR_TOKEN": TOKEN}) as server:
        yield server
