"""The outermost layer: headers that every reply carries, compression, CORS preflights, the short way to `/sparql`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kg_server.app.answers import KEPT_UNDER
from kg_server.app.compression import CompressingSend
from kg_server.app.replies import Prepared, Site
from kg_server.http.negotiation import etag_matches
from kg_server.http.protocol import BODY_TYPES, METHODS
from kg_server.pages.render import CONTENT_SECURITY_POLICY

_EVERYWHERE = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Accept-Ranges, Allow, Content-Disposition, Content-Language, Content-Location, "
    "Content-Range, ETag, Link, Repr-Digest, Retry-After, Rujukan-Cut",
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_READ = "GET, HEAD, OPTIONS"
_READING = frozenset({"GET", "HEAD"})
_OK, _NOT_MODIFIED = 200, 304

Handler = Callable[[Scope, Receive, Send], Awaitable[None]]


class FrontDoor:
    """Middleware around the whole application.

    Args:
        app: everything else.
        sparql: what answers at `/sparql`.
        site: the application's parts.
    """

    def __init__(self, app: ASGIApp, sparql: Handler, site: Site) -> None:
        self._app = app
        self._sparql = sparql
        self._site = site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it at once if the answer is at hand."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        raw, known = _raw(scope)
        release = self._site.current.peek()
        if raw is not None and release is not None:
            prepared = self._site.cache.shortcut((release.manifest.release, raw))
            if prepared is not None:
                await _again(prepared, known, send)
                return
        await self._pass(scope, receive, _Leaving(self._site, scope, send, raw))

    async def _pass(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_sparql = scope["path"] in {"/sparql", "/sparql/"}
        if scope["method"] == "OPTIONS":
            await _options(send, sparql=is_sparql)
        elif is_sparql:
            await self._sparql(scope, receive, CompressingSend(scope, send))
        else:
            await self._app(scope, receive, CompressingSend(scope, send))


class _Leaving:
    """Wraps `send`: adds what every reply carries, and keeps a reply that will be given again.

    Args:
        site: the application's parts.
        scope: of the request; says where the cache has the answer, if it has.
        send: what takes the messages on.
        raw: the request, as `_raw` returns it.
    """

    def __init__(self, site: Site, scope: Scope, send: Send, raw: Hashable | None) -> None:
        self._site, self._scope, self._send, self._raw = site, scope, send, raw
        self._headers: list[tuple[bytes, bytes]] | None = None

    async def __call__(self, message: Message) -> None:
        """Pass a message on."""
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _EVERYWHERE.items():
                headers.setdefault(name, value)
            if KEPT_UNDER in self._scope and message["status"] == _OK and self._raw is not None:
                self._headers = list(message["headers"])
        elif self._headers is not None:
            self._keep(self._headers, message)
        await self._send(message)

    def _keep(self, headers: list[tuple[bytes, bytes]], message: Message) -> None:
        key = self._scope[KEPT_UNDER]
        etag = Headers(raw=headers)["etag"]
        # The first part of the key is the release.
        request = key[0], self._raw
        self._site.cache.remember(request, key, Prepared(headers, message, etag), len(self._scope["query_string"]))
        self._headers = None


def _raw(scope: Scope) -> tuple[Hashable | None, bytes | None]:
    """Return what a reply to a reading request depends on, as it came, and the `If-None-Match` header."""
    accept = coding = known = host = None
    for name, value in scope["headers"]:
        if name == b"accept":
            if accept is not None:
                return None, None
            accept = value
        elif name == b"accept-encoding":
            if coding is not None:
                return None, None
            coding = value
        elif name == b"host":
            # Links in the reply may repeat it.
            host = value
        elif name == b"if-none-match":
            if known is not None:
                return None, None
            known = value
    if scope["method"] not in _READING:
        return None, known
    return (scope["path"], scope["query_string"], accept, coding, host), known


async def _again(prepared: Prepared, known: bytes | None, send: Send) -> None:
    if known is not None and etag_matches(known.decode("latin-1"), prepared.etag):
        headers = [pair for pair in prepared.headers if pair[0] != b"content-length"]
        await send({"type": "http.response.start", "status": _NOT_MODIFIED, "headers": headers})
        await send({"type": "http.response.body", "body": b""})
        return
    await send({"type": "http.response.start", "status": _OK, "headers": prepared.headers})
    await send(prepared.body)


async def _options(send: Send, *, sparql: bool) -> None:
    allowed = ", ".join(METHODS) if sparql else _READ
    headers = {
        **(BODY_TYPES if sparql else {}),
        "Allow": allowed,
        "Access-Control-Allow-Methods": allowed,
        "Access-Control-Allow-Headers": "Accept, Accept-Language, Content-Type, If-None-Match, If-Range, Range",
        "Access-Control-Max-Age": "86400",
    }
    raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": 204, "headers": raw})
    await send({"type": "http.response.body", "body": b""})
