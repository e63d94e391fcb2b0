"""The outermost layer: headers that every reply carries, compression, CORS preflights, the short way to `/sparql`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kg_server.app.compression import CompressingSend
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

Handler = Callable[[Scope, Receive, Send], Awaitable[None]]


class FrontDoor:
    """Middleware around the whole application.

    Args:
        app: everything else.
        sparql: what answers at `/sparql`.
    """

    def __init__(self, app: ASGIApp, sparql: Handler) -> None:
        self._app = app
        self._sparql = sparql

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_sparql = scope["path"] in {"/sparql", "/sparql/"}

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _EVERYWHERE.items():
                    headers.setdefault(name, value)
            await send(message)

        if scope["method"] == "OPTIONS":
            await _options(send_with_headers, sparql=is_sparql)
        elif is_sparql:
            await self._sparql(scope, receive, CompressingSend(scope, send_with_headers))
        else:
            await self._app(scope, receive, CompressingSend(scope, send_with_headers))


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
