"""The application under granian, through its own interface (RSGI 1.6): faster than ASGI where the answer is at hand.

What is not at hand goes through the same ASGI application as under uvicorn.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import uvloop
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.net import SocketHolder  # type: ignore[attr-defined] # it says `from … import` and nothing more
from granian.rsgi import ProtocolClosed, ProtocolError  # type: ignore[attr-defined] # likewise
from granian.server.embed import Server

from kg_server.app import Application
from kg_server.app.answers import KEPT_UNDER
from kg_server.app.at_hand import SPARQL
from kg_server.app.replies import Site
from kg_server.operations.recorder import exchange_of
from kg_server.settings import Settings

if TYPE_CHECKING:
    from granian.rsgi import HTTPProtocol  # type: ignore[attr-defined] # likewise
    from granian.rsgi import Scope as RsgiScope
    from starlette.types import Message, Scope

_READING = frozenset({"GET", "HEAD"})
_HEAD_BYTES = 16 * 1024
_BACKLOG = 2048


def serve_granian(app: Application, settings: Settings, listener: socket.socket) -> None:
    """Serve until SIGINT or SIGTERM.

    Args:
        app: the application.
        settings: of the server.
        listener: a listening socket.
    """
    uvloop.run(_serve(app, settings, listener))


class _Listening(Server):
    """Serves on a socket that listens already, so that a taken port is told as under uvicorn."""

    def __init__(self, listener: socket.socket, **options: Any) -> None:  # noqa: ANN401 - granian's business
        super().__init__(**options)
        self._listener = listener

    def _init_shared_socket(self) -> None:
        make: Any = SocketHolder  # the stub lacks its arguments
        # It closes what it is given.
        self._shd: Any = make(os.dup(self._listener.fileno()), False, _BACKLOG)  # noqa: FBT003 - no names there
        self._ssp = None

    def stop(self) -> None:
        """Answer what has been asked, and end."""
        self._listener.close()
        self.signal_handler_interrupt()  # type: ignore[no-untyped-call] # granian's


async def _serve(app: Application, settings: Settings, listener: socket.socket) -> None:
    server = _Listening(
        listener,
        target=Rsgi(app, settings),
        interface=Interfaces.RSGI,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(
            header_read_timeout=settings.head_seconds * 1000, max_buffer_size=settings.max_query_bytes + _HEAD_BYTES
        ),
        websockets=False,
        backlog=_BACKLOG,
        backpressure=settings.max_connections,
        log_enabled=False,
    )
    loop, drained = asyncio.get_running_loop(), asyncio.Event()

    def stop() -> None:
        if settings.drain_seconds and not app.stopping.is_set():
            loop.call_later(settings.drain_seconds, drained.set)
        else:
            drained.set()
        app.stop()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    async with app.api.router.lifespan_context(app.api):
        serving = asyncio.ensure_future(server.serve())
        await drained.wait()
        server.stop()
        await serving


@dataclass(frozen=True, slots=True)
class _Ready:
    """A reply that is given again as it is, for this interface; the fields are those of `Prepared`."""

    headers: list[tuple[str, str]]
    body: bytes
    query_hash: str
    rows: int | None


class Rsgi:
    """What granian calls for each request.

    Args:
        app: the application.
        settings: of the server.
    """

    def __init__(self, app: Application, settings: Settings) -> None:
        self._front, self._site = app.front, app.front.site
        self._recorder = self._site.operations.recorder
        self._body_seconds = settings.body_seconds
        self._proxied = bool(settings.trusted_proxies)

    async def __rsgi__(self, scope: RsgiScope, protocol: HTTPProtocol) -> None:
        """Answer a request."""
        if scope.proto != "http":
            return
        # What only proxies send is read where there are any; to copy all headers takes as long as the rest.
        outline = _scope(scope, full=self._proxied)
        key = _key(scope)
        if key is not None and self._at_hand(outline, key, protocol):
            return
        full = outline if self._proxied else _scope(scope, full=True)
        if key is not None and scope.path in SPARQL and self._small(full, scope, protocol):
            return
        answering = _Answering(protocol, full, key, self._site, self._body_seconds)
        await self._front(full, answering.receive, answering.send)

    def _at_hand(self, scope: Scope, key: tuple[str, ...], protocol: HTTPProtocol) -> bool:
        """Answer with what was kept, if it was, and return whether."""
        release = self._site.current.peek()
        ready = None if release is None else self._site.cache.shortcut((release.manifest.release, key))
        if not isinstance(ready, _Ready):
            return False
        exchange = self._recorder.begin(scope)
        exchange.outcome, exchange.query_hash, exchange.rows = "cached", ready.query_hash, ready.rows
        protocol.response_bytes(200, [*ready.headers, ("x-request-id", exchange.id)], ready.body)
        self._recorder.end(exchange, scope, 200, len(ready.body))
        return True

    def _small(self, full: Scope, scope: RsgiScope, protocol: HTTPProtocol) -> bool:
        """Answer a question that is proved to be small, and return whether it is."""
        release = self._site.current.peek()
        if release is None or scope.method != "GET":
            return False
        headers: Any = scope.headers
        accept, codings = headers.get("accept"), headers.get("accept-encoding")
        exchange = self._recorder.begin(full)
        found = self._front.at_hand.small(
            release,
            full["query_string"],
            None if accept is None else accept.encode("latin-1"),
            None if codings is None else codings.encode("latin-1"),
            full,
        )
        if found is None:
            return False
        terms, answer, body = found
        own = ("etag", answer.etag), ("content-length", str(len(body))), ("x-request-id", exchange.id)
        protocol.response_bytes(200, [*terms.pairs[answer.coding], *own], body)
        self._recorder.end(exchange, full, 200, len(body))
        return True


def _key(scope: RsgiScope) -> tuple[str, ...] | None:
    """Return what a reply to a reading request depends on, None where that is not all."""
    headers: Any = scope.headers  # the stub lacks get_all
    if scope.method not in _READING or "if-none-match" in headers:
        return None
    accept = headers.get_all("accept")
    if len(accept) > 1:
        return None
    codings, hosts = headers.get_all("accept-encoding"), headers.get_all("host")
    if len(codings) > 1 or len(hosts) > 1:
        return None
    return "rsgi", scope.path, scope.query_string, *accept, "|", *codings, "|", scope.authority or "", *hosts


def _scope(scope: RsgiScope, *, full: bool) -> Scope:
    client, _, port = scope.client.rpartition(":")
    headers = [(name.encode(), value.encode("latin-1")) for name, value in scope.headers.items()] if full else []
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": scope.http_version,
        "method": scope.method,
        "scheme": scope.scheme,
        "path": scope.path,
        "raw_path": scope.path.encode(),
        "query_string": scope.query_string.encode("latin-1"),
        "root_path": "",
        "headers": headers,
        "client": (client.strip("[]"), int(port)) if client else None,
        "server": None,
    }


class _Answering:
    """Carries the messages of one request between granian and an ASGI application."""

    def __init__(
        self, protocol: HTTPProtocol, scope: Scope, key: tuple[str, ...] | None, site: Site, body_seconds: float
    ) -> None:
        self._protocol, self._scope, self._key, self._site = protocol, scope, key, site
        self._body_seconds = body_seconds
        self._body: AsyncIterator[bytes] | None = None
        self._over = False
        self._start: Message | None = None
        self._stream: Any = None

    async def receive(self) -> Message:
        """Return the next part of the body, or that the client has gone."""
        if not self._over:
            if self._body is None:
                self._body = aiter(self._protocol)
            try:
                part = await asyncio.wait_for(anext(self._body), self._body_seconds)
            except StopAsyncIteration:
                self._over = True
                return {"type": "http.request", "body": b"", "more_body": False}
            except TimeoutError:
                return {"type": "http.disconnect"}
            return {"type": "http.request", "body": part, "more_body": True}
        await self._protocol.client_disconnect()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        """Pass a message on; what comes in one piece is sent in one piece."""
        if message["type"] == "http.response.start":
            self._start = message
            return
        body, more = message.get("body", b""), message.get("more_body", False)
        start, self._start = self._start, None
        if start is not None:
            headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in start["headers"]]
            if more:
                self._stream = self._protocol.response_stream(start["status"], headers)
            else:
                self._protocol.response_bytes(start["status"], headers, body)
                self._keep(start["status"], headers, body)
        if self._stream is not None and body:
            # When the client has gone, the application learns it by `receive`.
            with contextlib.suppress(ProtocolClosed, ProtocolError):
                await self._stream.send_bytes(body)

    def _keep(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        if self._key is not None and KEPT_UNDER in self._scope and status == 200:  # noqa: PLR2004
            under, exchange = self._scope[KEPT_UNDER], exchange_of(self._scope)
            kept = [pair for pair in headers if pair[0] != "x-request-id"]
            ready = _Ready(kept, body, exchange.query_hash, exchange.rows)
            # The first part of the key is the release.
            self._site.cache.remember((under[0], self._key), under, ready, sum(map(len, self._key)))
