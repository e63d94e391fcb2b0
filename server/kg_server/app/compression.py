"""Compresses whole bodies on their way out, for clients that accept it."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

from starlette.datastructures import Headers, MutableHeaders

from kg_server.http.encoding import choose_coding, encode

if TYPE_CHECKING:
    from starlette.types import Message, Scope, Send

# Below this a header costs what compression saves; above the other, the event loop would notice.
_WORTH_IT = 860
_OFF_LOOP = 64 * 1024
_TEXTUAL = re.compile(r"text/|application/(?:[\w.-]+\+)?(?:json|xml)\b|application/(?:n-triples|n-quads|trig)\b")
_WITHOUT_BODY = frozenset({204, 206, 304})
# A part of a file, or bytes that an entity tag or a digest vouches for, stay what they are.
_AS_IT_IS = frozenset({b"content-encoding", b"content-range", b"etag", b"repr-digest"})


class CompressingSend:
    """Wraps `send` for one request; a body that arrives in pieces passes as it is.

    Args:
        scope: of the request, for its `Accept-Encoding`.
        send: what takes the messages on.
    """

    def __init__(self, scope: Scope, send: Send) -> None:
        self._scope, self._send = scope, send
        self._start: Message | None = None

    async def __call__(self, message: Message) -> None:
        """Pass a message on, the first one when its body is known."""
        if message["type"] == "http.response.start" and _may_change(message):
            self._start = message
            return
        start, self._start = self._start, None
        if start is not None:
            message = await self._encoded(start, message)
            await self._send(start)
        await self._send(message)

    async def _encoded(self, start: Message, message: Message) -> Message:
        headers = MutableHeaders(scope=start)
        headers.add_vary_header("Accept-Encoding")
        body: bytes = message.get("body", b"")
        coding = choose_coding(", ".join(Headers(scope=self._scope).getlist("accept-encoding")))
        if coding is None or message.get("more_body", False) or len(body) < _WORTH_IT:
            return message
        body = encode(body, coding) if len(body) < _OFF_LOOP else await asyncio.to_thread(encode, body, coding)
        headers["Content-Encoding"] = coding
        headers["Content-Length"] = str(len(body))
        return {**message, "body": body}


def _may_change(start: Message) -> bool:
    kind = b""
    for name, value in start["headers"]:
        if name in _AS_IT_IS:
            return False
        if name == b"content-type":
            kind = value
    return start["status"] not in _WITHOUT_BODY and _TEXTUAL.match(kind.decode("latin-1")) is not None
