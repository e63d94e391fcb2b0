"""A client that sends bytes as they are, for what no library would send."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Raw:
    """What came back on one connection: statuses in their order, all bytes, and how the connection ended."""

    statuses: tuple[int, ...]
    data: bytes
    end: str  # closed, reset, open


def connect(port: int, *, source: str = "127.0.0.1", timeout: float = 30) -> socket.socket:
    """A connection from an address of this machine; 127.0.0.0/8 is all of it."""
    return socket.create_connection(("127.0.0.1", port), timeout, source_address=(source, 0))


def read_all(connection: socket.socket, seconds: float) -> tuple[bytes, str]:
    """Read until the server closes, but not for longer than this."""
    deadline, parts = time.monotonic() + seconds, list[bytes]()
    while (left := deadline - time.monotonic()) > 0:
        connection.settimeout(left)
        try:
            part = connection.recv(1 << 16)
        except TimeoutError:
            break
        except ConnectionError:
            return b"".join(parts), "reset"
        if not part:
            return b"".join(parts), "closed"
        parts.append(part)
    return b"".join(parts), "open"


def statuses(data: bytes) -> tuple[int, ...]:
    """The statuses of the replies in a stream; bodies are skipped by their length."""
    found, rest = list[int](), data
    while rest.startswith(b"HTTP/1."):
        head, _, rest = rest.partition(b"\r\n\r\n")
        lines = head.split(b"\r\n")
        status = int(lines[0].split()[1])
        found.append(status)
        length = next((int(each.split(b":")[1]) for each in lines if each.lower().startswith(b"content-length:")), 0)
        rest = rest if status < 200 else rest[length:]
    return tuple(found)


def send_raw(
    port: int, pieces: Iterable[bytes], *, source: str = "127.0.0.1", wait: float = 20, pause: float = 0
) -> Raw:
    """Send pieces, with a pause between them, and read what comes until the server closes or the time is up."""
    with connect(port, source=source) as connection:
        try:
            for place, piece in enumerate(pieces):
                if place and pause:
                    time.sleep(pause)
                connection.sendall(piece)
        except ConnectionError:
            # It may have answered before it closed.
            pass
        data, end = read_all(connection, wait)
    return Raw(statuses(data), data, end)
