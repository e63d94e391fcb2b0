"""Connections that send what is at hand as soon as its request has been read (uvicorn with httptools).

A task, its events and a timer for each request cost as much as evaluating a small question, and are for replies that
take time. Whatever is not at hand, or is no plain GET, goes uvicorn's way.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from kg_server.connections import ConnectionLimits, Doorkeeper, GuardedConnection, SharingDoorkeeper
from kg_server.cork import Corked
from kg_server.multiprocess.common import Member

if TYPE_CHECKING:
    from starlette.types import Scope
    from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

AtHand: TypeAlias = Callable[["Scope"], tuple[bytes, bytes] | None]
"""Returns the header lines of a reply of status 200 and its body, None where it takes time to find the reply."""

_WITH_BODY = frozenset({b"content-length", b"transfer-encoding"})


def http_protocol(limits: ConnectionLimits, at_hand: AtHand, member: Member | None = None) -> type[asyncio.Protocol]:
    """Return what uvicorn makes a connection with; all connections made with it are counted together.

    Args:
        limits: of connections.
        at_hand: finds replies.
        member: this process among several, whose connections are counted with these.
    """
    doorkeeper = Doorkeeper(limits) if member is None else SharingDoorkeeper(limits, member)
    # uvicorn asks for a class, and calls it.
    made = partial(PromptConnection, doorkeeper=doorkeeper, at_hand=at_hand, beginning=Beginning())
    return cast("type[asyncio.Protocol]", made)


class Beginning:
    """The beginning of each reply, made anew when the date in it is another one."""

    def __init__(self) -> None:
        self._headers: list[tuple[bytes, bytes]] | None = None
        self._lines = b""

    def of(self, headers: list[tuple[bytes, bytes]]) -> bytes:
        r"""Return the status line and the headers that uvicorn adds to each reply.

        >>> Beginning().of([(b"date", b"Thu, 01 Jan 1970 00:00:00 GMT")])
        b'HTTP/1.1 200 OK\r\ndate: Thu, 01 Jan 1970 00:00:00 GMT\r\n'
        """
        if headers is not self._headers:
            self._headers = headers
            self._lines = b"HTTP/1.1 200 OK\r\n" + b"".join([b"%b: %b\r\n" % pair for pair in headers])
        return self._lines


class PromptConnection(GuardedConnection):
    """A guarded connection that sends what is at hand at once.

    Args:
        at_hand: finds replies.
        beginning: of each reply.
        **given: as `GuardedConnection` takes it.
    """

    def __init__(self, *, at_hand: AtHand, beginning: Beginning, **given: Any) -> None:  # noqa: ANN401 - uvicorn's
        super().__init__(**given)
        self._at_hand, self._beginning = at_hand, beginning
        self._answered = False
        # Since when no request has been read or answered, where the last one was answered at once.
        self._idle_since: float | None = None
        self._idle: asyncio.TimerHandle | None = None

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        if self._idle is not None:
            self._idle.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse; what comes is no longer awaited."""
        if self._idle_since is not None:
            self._idle_since, self._head_since = None, self.loop.time()
        super().data_received(data)

    def on_message_begin(self) -> None:
        """Note that a request comes, be it in one piece with the last one."""
        self._idle_since = None
        super().on_message_begin()

    def begin(self) -> None:
        """Answer the request whose head is whole, or let uvicorn."""
        reply = self._find() if self._is_plain() else None
        if reply is None:
            super().begin()
            return
        head, body = reply
        transport = cast("Corked", self.transport)
        transport.send(b"".join((self._beginning.of(self.server_state.default_headers), head, body)))
        self._answered = True

    def on_message_complete(self) -> None:
        """Note that the request is whole, and with an answer that all is done."""
        if not self._answered:
            super().on_message_complete()
            return
        self._answered, self._body_since = False, None
        self._idle_since = self._head_since = self.loop.time()
        self.server_state.total_requests += 1
        if self._idle is None:
            self._idle = self.loop.call_later(self.timeout_keep_alive, self._look_idle)

    def _is_plain(self) -> bool:
        """Tell whether nothing is under way here and the request is a GET like most."""
        parser = self.parser
        cycle: RequestResponseCycle | None = self.cycle
        if (cycle is not None and not cycle.response_complete) or self.flow.write_paused or self.transport.is_closing():
            return False
        if parser.get_method() != b"GET" or parser.get_http_version() != "1.1" or not parser.should_keep_alive():
            return False
        if parser.should_upgrade() or self.expect_100_continue:
            return False
        return not any(name in _WITH_BODY for name, _ in self.headers)

    def _find(self) -> tuple[bytes, bytes] | None:
        path, _, query = self.url.partition(b"?")
        # Other forms of an address are uvicorn's to take apart.
        if not path.startswith(b"/") or path.startswith(b"//") or b"%" in path or b"#" in self.url:
            return None
        if not self.url.isascii():
            return None
        scope: Any = self.scope
        scope["method"], scope["path"], scope["query_string"] = "GET", path.decode(), query
        try:
            return self._at_hand(scope)
        except Exception:
            # The usual way has a reply for this too.
            logging.getLogger("kg_server").exception("%s", scope["path"])
            return None

    def _look_idle(self) -> None:
        """Close the connection if no request has come for so long; one timer does for many requests."""
        self._idle = None
        if self._idle_since is None or self.transport.is_closing():
            return
        left = self._idle_since + self.timeout_keep_alive - self.loop.time()
        if left <= 0:
            self.transport.close()
        else:
            self._idle = self.loop.call_later(left, self._look_idle)
