"""Which connections the server holds, and for how long one may be slow (uvicorn with httptools).

uvicorn waits for a head, a body and a reader for ever, and takes any number of connections and headers. Here each
connection notes when what it waits for began; one look at all of them, twice a second, ends those that are late. So
no request pays for a timer.
"""

from __future__ import annotations

import asyncio
import resource
import socket
import struct
from collections import Counter
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from kg_server.cork import Corked
from kg_server.http.problems import (
    MEDIA_TYPE,
    BadRequest,
    HeadTooLarge,
    Overloaded,
    Problem,
    RequestTimeout,
    TooManyConnections,
    UriTooLong,
)
from kg_server.multiprocess.common import Member
from kg_server.settings import Settings

_TICK_SECONDS = 0.5
_NO_LINGER = struct.pack("ii", 1, 0)
# A head holds the longest address that is read, and this much besides.
_HEAD_BYTES = 16 * 1024
_MOST_HEADERS = 100
# What httptools can take apart.
_MOST_ADDRESS = 65_535
_MOST_PIPELINED = 32
# What a client must take of an answer within `send_seconds`.
_SEND_BYTES = 64 * 1024
# Connections beyond the limit that are told so; more than these are closed without a word.
_TURNED_AWAY = 64
# Descriptors that are not clients': the store's, the log's, and those for two generations of query processes.
_OWN_DESCRIPTORS, _PROCESS_DESCRIPTORS = 96, 8


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """What connections may take.

    Attributes:
        total: connections that are open at the same time.
        per_client: of these, from one address; 0 for no limit of its own.
        head_bytes: the longest request line and headers together.
        head_seconds: from the first byte of a request, or from connecting, to the end of its headers.
        body_seconds: from there to the end of its body.
        send_seconds: within which a client must take 64 KiB of an answer, or all that is left.
        retry_seconds: what `Retry-After` says.
    """

    total: int
    per_client: int
    head_bytes: int
    head_seconds: float
    body_seconds: float
    send_seconds: float
    retry_seconds: int


def connection_limits(settings: Settings, descriptors: int) -> ConnectionLimits:
    """Return the limits that the settings ask for, as far as the process has descriptors for them.

    Args:
        settings: of the server.
        descriptors: how many files and sockets the process may open.

    >>> connection_limits(Settings(max_connections=1000), 256).total
    80
    """
    kept = _OWN_DESCRIPTORS + _PROCESS_DESCRIPTORS * 2 * (settings.workers + settings.spare)
    room = max(1, descriptors - kept)
    return ConnectionLimits(
        total=min(settings.max_connections, room),
        per_client=settings.client_connections,
        head_bytes=settings.max_query_bytes + _HEAD_BYTES,
        head_seconds=settings.head_seconds,
        body_seconds=settings.body_seconds,
        send_seconds=settings.send_seconds,
        retry_seconds=settings.retry_seconds,
    )


def raise_descriptor_limit() -> int:
    """Allow this process as many descriptors as the system lets it have, and return how many these are."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard not in {soft, resource.RLIM_INFINITY}:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        return hard
    return soft


class Doorkeeper:
    """Knows all connections of a server: counts them, and looks for those that are late.

    Args:
        limits: of connections.
    """

    def __init__(self, limits: ConnectionLimits) -> None:
        self.limits = limits
        self._open: dict[GuardedConnection, str] = {}
        self._by_client: Counter[str] = Counter()
        self._looking = False

    def enter(self, connection: GuardedConnection, client: str) -> Problem | None:
        """Count a connection, and return why it is one too many if it is."""
        self._open[connection] = client
        self._by_client[client] += 1
        if not self._looking:
            self._looking = True
            connection.loop.call_later(_TICK_SECONDS, self._look, connection.loop)
        if len(self._open) > self.limits.total:
            return self._too_many()
        if client and 0 < self.limits.per_client < self._by_client[client]:
            return self._too_many_of_one()
        return None

    def _too_many(self) -> Problem:
        most, wait = self.limits.total, self.limits.retry_seconds
        message = f"{most} connections are open already; try again in {wait} s."
        return Overloaded(message, headers={"Retry-After": str(wait)}, limit=most, retry_after=wait)

    def _too_many_of_one(self) -> Problem:
        most, wait = self.limits.per_client, self.limits.retry_seconds
        message = f"{most} connections from this address are open already; use these."
        return TooManyConnections(message, headers={"Retry-After": str(wait)}, limit=most, retry_after=wait)

    @property
    def overrun(self) -> bool:
        """Whether there are so many that they cannot even be told."""
        return len(self._open) > self.limits.total + _TURNED_AWAY

    def leave(self, connection: GuardedConnection) -> str | None:
        """Forget a connection, and return whose it was; None if it was forgotten before."""
        client = self._open.pop(connection, None)
        if client is not None:
            self._by_client[client] -= 1
            if not self._by_client[client]:
                del self._by_client[client]
        return client

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        now = loop.time()
        for connection in list(self._open):
            connection.check(now)
        self._looking = bool(self._open)
        if self._looking:
            loop.call_later(_TICK_SECONDS, self._look, loop)


class SharingDoorkeeper(Doorkeeper):
    """Counts the connections of other processes too.

    Args:
        limits: of connections; the total is that of all processes, as far as this one has descriptors.
        member: this process.
    """

    def __init__(self, limits: ConnectionLimits, member: Member) -> None:
        super().__init__(limits)
        self._all = member.connections(limits.total)
        self._of_one = member.addresses(limits.per_client)

    def enter(self, connection: GuardedConnection, client: str) -> Problem | None:
        """Count a connection, and return why it is one too many if it is."""
        problem = super().enter(connection, client)
        if not self._all.take(by_force=True):
            problem = problem or self._too_many()
        if client and self.limits.per_client and not self._of_one.take(client, by_force=True):
            problem = problem or self._too_many_of_one()
        return problem

    def leave(self, connection: GuardedConnection) -> str | None:
        """Forget a connection."""
        client = super().leave(connection)
        if client is not None:
            self._all.give()
            if client and self.limits.per_client:
                self._of_one.give(client)
        return client


class GuardedConnection(HttpToolsProtocol):
    """A client's connection that must get on with it.

    Args:
        doorkeeper: of all connections.
        **uvicorn: what uvicorn gives to each.
    """

    def __init__(self, *, doorkeeper: Doorkeeper, **uvicorn: Any) -> None:  # noqa: ANN401 - uvicorn's business
        super().__init__(**uvicorn)
        self._doorkeeper = doorkeeper
        self._limits = doorkeeper.limits
        self._refusal: Problem | None = None
        self._fault: Problem | None = None
        # Since when a head or a body is awaited; None when it is not the client's turn.
        self._head_since: float | None = None
        self._body_since: float | None = None
        self._in_head, self._begun, self._head_size = False, False, 0
        self._unsent, self._unsent_since = 0, 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn has it
        """Count the connection; from now on a head is awaited."""
        super().connection_made(Corked(transport, self.loop))
        self._head_since = self.loop.time()
        self._refusal = self._doorkeeper.enter(self, self.client[0] if self.client else "")
        if self._doorkeeper.overrun:
            transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._doorkeeper.leave(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse, unless the connection is one too many or its head is too long."""
        if self._refusal is not None:
            # Said only now: an answer to a request that was not read would be lost with the connection's end.
            self._end(self._refusal)
            return
        if self.timeout_keep_alive_task is not None:
            self._head_since = self.loop.time()
            self._unset_keepalive_if_required()
        self._begun = False
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            # No other protocol is spoken here; the request has been taken as one of HTTP/1.1 (RFC 9110, section 7.8).
            return
        except httptools.HttpParserError:
            self._end(self._fault or BadRequest("This is not a request of HTTP/1.1 (RFC 9112)."))
            return
        if self._in_head and not self._begun:
            self._head_size += len(data)
            if self._head_size > self._limits.head_bytes:
                self._end(self._too_large())

    def on_message_begin(self) -> None:
        """Note that a head has begun."""
        self._in_head, self._begun, self._head_size = True, True, 0
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header, up to a number."""
        super().on_header(name, value)
        if len(self.headers) > _MOST_HEADERS:
            self._refuse(self._too_large())

    def on_headers_complete(self) -> None:
        """Let a request in whose head is whole and clear."""
        self._in_head, self._head_since, self._body_since = False, None, self.loop.time()
        self._check_head(self.parser.get_http_version())
        if len(self.pipeline) >= _MOST_PIPELINED:
            self._refuse(BadRequest(f"More than {_MOST_PIPELINED} requests are sent ahead; wait for answers."))
        self.begin()

    def begin(self) -> None:
        """Have the request answered."""
        super().on_headers_complete()

    def _check_head(self, version: str) -> None:
        if version not in {"1.0", "1.1"}:
            self._refuse(BadRequest(f"HTTP/{version} is not spoken here."))
        if len(self.url) > _MOST_ADDRESS:
            message = f"The address has more than {_MOST_ADDRESS} bytes; send the query by POST."
            self._refuse(UriTooLong(message, limit=_MOST_ADDRESS))
        hosts, size = 0, len(self.url)
        for name, value in self.headers:
            hosts += name == b"host"
            size += len(name) + len(value)
        if size > self._limits.head_bytes:
            self._refuse(self._too_large())
        # HTTP/1.0 knows no such header; two of them would be two answers to what links begin with.
        if hosts > 1 or (version == "1.1" and not hosts):
            self._refuse(BadRequest("A request of HTTP/1.1 has one header 'Host' (RFC 9112, section 3.2)."))

    def on_message_complete(self) -> None:
        """Note that the body is whole."""
        self._body_since = None
        cycle: RequestResponseCycle | None = self.cycle
        if cycle is not None and cycle.response_complete:
            self._head_since = self.loop.time()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Await the next head."""
        if self._body_since is None and not self.pipeline:
            self._head_since = self.loop.time()
        super().on_response_complete()

    def check(self, now: float) -> None:
        """End the connection if the client is late at this time of the event loop's clock."""
        limits = self._limits
        if self._head_since is not None and now - self._head_since > limits.head_seconds:
            if self._in_head:
                self._end(RequestTimeout("The headers took too long.", limit=limits.head_seconds))
            elif not self.transport.is_closing():
                self.transport.close()
        elif self._body_since is not None and now - self._body_since > limits.body_seconds:
            self._end(RequestTimeout("The body took too long.", limit=limits.body_seconds))
        unsent = self.transport.get_write_buffer_size()
        # More than before: all but a little had been taken, or uvicorn would not have written on.
        if unsent == 0 or unsent > self._unsent or unsent <= self._unsent - _SEND_BYTES:
            self._unsent, self._unsent_since = unsent, now
        elif now - self._unsent_since > limits.send_seconds:
            self._reset()

    def _reset(self) -> None:
        # Otherwise the kernel would keep what it has of the answer for as long as the client is there.
        connection = self.transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        self.transport.abort()

    def _too_large(self) -> Problem:
        most = self._limits.head_bytes
        message = (
            f"The address and headers have more than {most} bytes, or there are more than {_MOST_HEADERS} headers."
        )
        return HeadTooLarge(message, limit=most)

    def _refuse(self, problem: Problem) -> None:
        self._fault = problem
        raise ValueError(problem.detail)  # ends the parsing; `data_received` goes on

    def _end(self, problem: Problem) -> None:
        """Say why and close; without a word where an answer is on its way."""
        self._head_since = self._body_since = None
        cycle: RequestResponseCycle | None = self.cycle
        if cycle is not None and not cycle.response_complete:
            cycle.disconnected = True
            cycle.message_event.set()
            if cycle.response_started:
                self._reset()
                return
        if not self.transport.is_closing():
            self.transport.write(_reply(problem))
            self.transport.close()


def _reply(problem: Problem) -> bytes:
    body = problem.body()
    headers = {
        "Content-Type": MEDIA_TYPE,
        "Content-Length": str(len(body)),
        "Cache-Control": "no-store",
        "Connection": "close",
        **problem.headers,
    }
    lines = [f"HTTP/1.1 {problem.status} {HTTPStatus(problem.status).phrase}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("ascii") + body
