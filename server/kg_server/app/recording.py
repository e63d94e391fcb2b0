"""The outermost middleware: every request gets an id, is counted and is logged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg_server.operations.recorder import Recorder

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_INTERNAL = 500


class Recording:
    """Records what passes.

    Args:
        app: everything else.
        recorder: where to record.
    """

    def __init__(self, app: ASGIApp, recorder: Recorder) -> None:
        self._app, self._recorder = app, recorder

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = self._recorder.begin(scope)
        status, size, header = 0, 0, (b"x-request-id", exchange.id.encode())

        async def counted(message: Message) -> None:
            nonlocal status, size
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), header]
            else:
                size += len(message.get("body", b""))
            await send(message)

        try:
            await self._app(scope, receive, counted)
        except Exception:
            # The framework's outermost layer answers it.
            status = status or _INTERNAL
            raise
        finally:
            self._recorder.end(exchange, scope, status, size)
