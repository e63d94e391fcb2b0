"""One request, from its first byte to its last: its id, its client, what became of it."""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kg_server.operations.clients import Client, Clients
from kg_server.operations.counters import METHODS, OTHER, Counters
from kg_server.operations.journal import Fields, Journal, as_json, timestamp

if TYPE_CHECKING:
    from starlette.types import Scope

_KEY = "rujukan.exchange"
_SPARQL = frozenset({"/sparql", "/sparql/"})
_REFUSED_FROM, _ERROR_FROM = 400, 500
_UNSENT = 499
"""Counted for a request whose client had gone before it was answered."""

OUTCOMES = {
    "query-timeout": "timeout",
    "memory-exceeded": "memory",
    "overloaded": "overloaded",
    "budget-spent": "budget",
    "query-stopped": "stopped",
}
"""What became of a request that ended in a problem, by the problem's slug; the others by their status."""


class Exchange:
    """A request and its answer; those who answer it note here what they know.

    Attributes:
        id: of the request.
        client: who asks.
        query_hash: of the query that was asked, if any.
        rows: of the answer, where they were counted.
        seconds: that its queries ran.
        outcome: answered, cached, refused, timeout, memory, overloaded, budget, stopped, gone or error; empty until
            it is known.
    """

    __slots__ = (
        "at", "began", "client", "id", "method", "milliseconds", "outcome", "query_hash", "release", "route", "rows",
        "seconds", "size", "status",
    )  # fmt: skip

    def __init__(self, identity: str, client: Client, method: str) -> None:
        self.id = identity
        self.client = client
        self.method = method
        self.at = time.time()
        self.began = time.perf_counter()
        self.query_hash = ""
        self.rows: int | None = None
        self.seconds = 0.0
        self.outcome = ""
        self.route = OTHER
        self.status = self.size = 0
        self.milliseconds = 0.0
        self.release = ""

    def json(self) -> str:
        """Return its line in the log, as `as_json` would make it of `fields`, in a quarter of the time."""
        if self.method not in METHODS:
            # Everything else is of our own making.
            return as_json(self.fields())
        query = rows = ""
        if self.query_hash:
            query = f',"query":"{self.query_hash}","query_ms":{round(self.seconds * 1000, 3)}'
        if self.rows is not None:
            rows = f',"rows":{self.rows}'
        return (
            f'{{"time":"{timestamp(self.at)}","request":"{self.id}","method":"{self.method}","route":"{self.route}"'
            f',"status":{self.status},"ms":{round(self.milliseconds, 3)},"bytes":{self.size},"outcome":"{self.outcome}"'
            f',"client":"{self.client.name}","release":"{self.release}"{query}{rows}}}'
        )

    def fields(self) -> Fields:
        """Return the fields of its line in the log."""
        found: dict[str, object] = {
            "time": timestamp(self.at),
            "request": self.id,
            "method": self.method,
            "route": self.route,
            "status": self.status,
            "ms": round(self.milliseconds, 3),
            "bytes": self.size,
            "outcome": self.outcome,
            "client": self.client.name,
            "release": self.release,
        }
        if self.query_hash:
            found |= {"query": self.query_hash, "query_ms": round(self.seconds * 1000, 3)}
        if self.rows is not None:
            found["rows"] = self.rows
        return found


def exchange_of(scope: Scope) -> Exchange:
    """Return what is noted of a request.

    Raises:
        KeyError: when nothing records requests.
    """
    found: Exchange = scope[_KEY]
    return found


def outcome_of(slug: str, status: int) -> str:
    """Return what became of a request that ended in a problem.

    >>> outcome_of("query-timeout", 504), outcome_of("malformed-query", 400), outcome_of("internal", 500)
    ('timeout', 'refused', 'error')
    """
    return OUTCOMES.get(slug) or _by_status(status)


class Recorder:
    """Counts requests and has them logged.

    Args:
        clients: tells who asks.
        counters: where requests are counted.
        journal: where they are logged; None for nowhere.
        release: says which release is served.
    """

    def __init__(
        self, clients: Clients, counters: Counters, journal: Journal | None, release: Callable[[], str]
    ) -> None:
        self._clients, self._counters, self._journal, self._release = clients, counters, journal, release
        self._prefix, self._numbers = os.urandom(6).hex(), itertools.count(1)

    def _next_id(self) -> str:
        """Return an id that no other request of any server has, most likely."""
        return f"{self._prefix}{next(self._numbers):08x}"

    def begin(self, scope: Scope) -> Exchange:
        """Begin to record a request, unless that has begun."""
        begun: Exchange | None = scope.get(_KEY)
        if begun is not None:
            return begun
        identity = self._clients.request_id(scope) or self._next_id()
        exchange = Exchange(identity, self._clients.of(scope), scope["method"])
        scope[_KEY] = exchange
        return exchange

    def end(self, exchange: Exchange, scope: Scope, status: int, size: int) -> None:
        """Record it.

        Args:
            exchange: from `begin`.
            scope: of the request, which knows its route by now.
            status: of the response; 0 when none was sent, for the client had gone.
            size: bytes of the body.
        """
        seconds = time.perf_counter() - exchange.began
        exchange.milliseconds = seconds * 1000
        exchange.status, exchange.size = status or _UNSENT, size
        exchange.release = self._release()
        exchange.route = route = _route(scope)
        if not exchange.outcome:
            exchange.outcome = _by_status(status)
        self._counters.request(route, exchange.method, exchange.status, size, seconds)
        if self._journal is not None:
            self._journal.put(exchange)


def _route(scope: Scope) -> str:
    """Return the pattern that the path matched: there are few of them, whatever clients ask for."""
    if scope["path"] in _SPARQL:
        return "/sparql"
    route: Any = scope.get("route")
    path: str = getattr(route, "path", OTHER)
    return path


def _by_status(status: int) -> str:
    if status == 0:
        return "gone"
    if status < _REFUSED_FROM:
        return "answered"
    return "refused" if status < _ERROR_FROM else "error"
