"""A transport that sends what is written during one turn of the event loop at once.

uvicorn writes the head of a response and its body separately, which are two system calls and two packets.
"""

from __future__ import annotations

import asyncio
from typing import Any

# More than this is not held back.
_AT_ONCE = 64 * 1024


class Corked(asyncio.Transport):
    """Gathers what is written.

    Args:
        transport: that sends it.
        loop: whose turns count.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self._transport, self._loop = transport, loop
        self._out: list[bytes] = []
        self._held = 0

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Send some bytes, at the end of this turn at the latest."""
        if not self._out:
            self._loop.call_soon(self._flush)
        self._out.append(bytes(data))
        self._held += len(data)
        if self._held > _AT_ONCE:
            self._flush()

    def send(self, data: bytes) -> None:
        """Send some bytes that are all there is to say."""
        self._flush()
        self._transport.write(data)

    def _flush(self) -> None:
        if self._out:
            out, self._out, self._held = self._out, [], 0
            self._transport.write(out[0] if len(out) == 1 else b"".join(out))

    def close(self) -> None:
        """Send what has been written, and close."""
        self._flush()
        self._transport.close()

    def abort(self) -> None:
        """Close at once."""
        self._out, self._held = [], 0
        self._transport.abort()

    def get_write_buffer_size(self) -> int:
        """Return how many bytes wait here and in the transport."""
        return self._held + self._transport.get_write_buffer_size()

    def is_closing(self) -> bool:
        """Tell whether the transport closes."""
        return self._transport.is_closing()

    def get_extra_info(self, name: str, default: object = None) -> Any:  # noqa: ANN401 - as asyncio has it
        """Return what the transport knows."""
        return self._transport.get_extra_info(name, default)

    def pause_reading(self) -> None:
        """Let the client wait."""
        self._transport.pause_reading()

    def resume_reading(self) -> None:
        """Read on."""
        self._transport.resume_reading()
