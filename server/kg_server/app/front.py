"""The outermost layer: headers that every reply carries, compression, CORS preflights, the short way to `/sparql`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kg_server.app.compression import CompressingSend
from kg_server.app.headers import OPERATOR, everywhere, of_options, operators

Handler = Callable[[Scope, Receive, Send], Awaitable[None]]


class FrontDoor:
    """Middleware around the whole application.

    Args:
        app: everything else.
        sparql: what answers at `/sparql`.
        public_url: the setting.
    """

    def __init__(self, app: ASGIApp, sparql: Handler, public_url: str) -> None:
        self._app = app
        self._sparql = sparql
        self._everywhere = everywhere(public_url)
        self._operators = operators(public_url)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_sparql = scope["path"] in {"/sparql", "/sparql/"}
        is_operator = scope["path"].startswith(OPERATOR)
        always = self._operators if is_operator else self._everywhere

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in always.items():
                    headers.setdefault(name, value)
            await send(message)

        if scope["method"] == "OPTIONS" and not is_operator:
            await _options(send_with_headers, sparql=is_sparql)
        elif is_sparql:
            await self._sparql(scope, receive, CompressingSend(scope, send_with_headers))
        else:
            await self._app(scope, receive, CompressingSend(scope, send_with_headers))


async def _options(send: Send, *, sparql: bool) -> None:
    headers = of_options(sparql=sparql)
    raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": 204, "headers": raw})
    await send({"type": "http.response.body", "body": b""})
