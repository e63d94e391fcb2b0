"""The outermost layer: records each request, answers at once what it has at hand, adds what every reply carries."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kg_server.app.answers import KEPT_UNDER
from kg_server.app.at_hand import SPARQL, Always, AtHand, Raw, raw_request
from kg_server.app.compression import CompressingSend
from kg_server.app.headers import OPERATOR, PREVIEW, everywhere, framed, of_options, operators
from kg_server.app.replies import Prepared, Site, header_lines, problem_reply
from kg_server.http.negotiation import etag_matches
from kg_server.http.problems import Problem
from kg_server.operations.recorder import Exchange, exchange_of

Handler = Callable[[Scope, Receive, Send], Awaitable[None]]

_OK, _NOT_MODIFIED = 200, 304


class FrontDoor:
    """What a server calls for each request.

    Args:
        app: the framework's application.
        sparql: what answers at `/sparql`; the framework's routing would cost more than the query.
        site: the application's parts.

    Attributes:
        at_hand: finds replies that need no waiting, for a server that can send them before it makes a task.
    """

    def __init__(self, app: ASGIApp, sparql: Handler, site: Site) -> None:
        self._app, self._sparql, self.site = app, sparql, site
        self._recorder = site.operations.recorder
        self._everywhere = _encoded(everywhere(site.settings.public_url))
        self._framed = _encoded(framed(site.settings.public_url))
        self.at_hand = AtHand(site, self._everywhere)
        self._operators = _encoded(operators(site.settings.public_url))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it at once if the answer is at hand."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = self._recorder.begin(scope)
        raw, known = raw_request(scope)
        release = self.site.current.peek()
        if raw is not None and release is not None:
            prepared = self.site.cache.shortcut((release.manifest.release, raw))
            if prepared is not None:
                status = await self._again(prepared, known, exchange, send)
                self._recorder.end(exchange, scope, status, len(prepared.body["body"]) if status == _OK else 0)
                return
        always = self._framed if scope["path"].startswith(PREVIEW) else self._everywhere
        if scope["path"].startswith(OPERATOR):
            always = self._operators
        leaving = _Leaving(self.site, scope, send, raw, always)
        try:
            await self._pass(scope, receive, leaving)
        except Exception as error:
            if leaving.status:
                # It has been answered, or an answer has begun.
                raise
            await self._confess(scope, receive, leaving, error)
        finally:
            self._recorder.end(exchange, scope, leaving.status, leaving.size)

    async def _confess(self, scope: Scope, receive: Receive, send: Send, error: Exception) -> None:
        logging.getLogger("kg_server").error("%s %s", scope["method"], scope["path"], exc_info=error)
        problem = Problem("Something went wrong here; it has been logged.")
        response = await problem_reply(self.site, Request(scope, receive), problem)
        await response(scope, receive, send)

    async def _again(self, prepared: Prepared, known: bytes | None, exchange: Exchange, send: Send) -> int:
        exchange.outcome, exchange.query_hash, exchange.rows = "cached", prepared.query_hash, prepared.rows
        mine = (b"x-request-id", exchange.id.encode())
        if known is not None and etag_matches(known.decode("latin-1"), prepared.etag):
            headers = [mine, *(pair for pair in prepared.headers if pair[0] != b"content-length")]
            await send({"type": "http.response.start", "status": _NOT_MODIFIED, "headers": headers})
            await send({"type": "http.response.body", "body": b""})
            return _NOT_MODIFIED
        await send({"type": "http.response.start", "status": _OK, "headers": [mine, *prepared.headers]})
        await send(prepared.body)
        return _OK

    async def _pass(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_sparql = scope["path"] in SPARQL
        if scope["method"] == "OPTIONS" and not scope["path"].startswith(OPERATOR):
            await _options(send, scope["path"], sparql=is_sparql)
        elif is_sparql:
            await self._sparql(scope, receive, send)
        else:
            await self._app(scope, receive, CompressingSend(scope, send))


class _Leaving:
    """Wraps `send`: adds what every reply carries, and keeps a reply that will be given again.

    Args:
        site: the application's parts.
        scope: of the request; says where the cache has the answer, if it has.
        send: what takes the messages on.
        raw: the request, as `raw_request` returns it.
        always: headers.

    Attributes:
        status: of the response; 0 before it has begun.
        size: bytes of the body.
    """

    def __init__(self, site: Site, scope: Scope, send: Send, raw: Raw | None, always: Always) -> None:
        self.site, self._scope, self._send, self._raw = site, scope, send, raw
        self._always, self._exchange = always, exchange_of(scope)
        self._headers: list[tuple[bytes, bytes]] | None = None
        self.status = self.size = 0

    async def __call__(self, message: Message) -> None:
        """Pass a message on."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            given = message["headers"]
            names = {name for name, _ in given}
            headers = [*given, *(pair for pair in self._always if pair[0] not in names)]
            if KEPT_UNDER in self._scope and self.status == _OK and self._raw is not None:
                self._headers = headers
            message["headers"] = [*headers, (b"x-request-id", self._exchange.id.encode())]
        else:
            self.size += len(message.get("body", b""))
            if self._headers is not None:
                self._keep(self._headers, message)
                self._headers = None
        await self._send(message)

    def _keep(self, headers: list[tuple[bytes, bytes]], message: Message) -> None:
        key, exchange = self._scope[KEPT_UNDER], self._exchange
        ready = Prepared(
            headers, header_lines(headers), message, Headers(raw=headers)["etag"], exchange.query_hash, exchange.rows
        )
        # The first part of the key is the release.
        # What a request is found by is as long as its client likes.
        weight = sum(len(each) for each in self._raw or () if each is not None)
        self.site.cache.remember((key[0], self._raw), key, ready, weight)


def _encoded(headers: Mapping[str, str]) -> Always:
    return tuple((name.lower().encode(), value.encode()) for name, value in headers.items())


async def _options(send: Send, path: str, *, sparql: bool) -> None:
    headers = of_options(path, sparql=sparql)
    raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": 204, "headers": raw})
    await send({"type": "http.response.body", "body": b""})
