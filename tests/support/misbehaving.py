"""An HTTP server on loopback that answers a query as a test tells it to, byte by byte."""

from __future__ import annotations

import socket
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

Behaviour = Callable[[socket.socket], bool | None]
"""Writes an answer to one request; returns true to keep the connection."""

ROWS = b'{"head":{"vars":["n"]},"results":{"bindings":[{"n":{"type":"literal","value":"1"}}]}}'
JSON = "application/sparql-results+json"


def reply(
    body: bytes, media_type: str = JSON, status: str = "200 OK", *, keep: bool = False, **headers: str
) -> Behaviour:
    """A framed answer; headers are named with `_` for `-`."""
    lines = {"Content-Type": media_type, "Content-Length": str(len(body))}
    lines |= {name.replace("_", "-"): value for name, value in headers.items()}
    return raw(status, lines, body, keep=keep)


def raw(status: str, headers: dict[str, str], body: bytes, *, keep: bool = False) -> Behaviour:
    """Exactly these bytes."""
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())

    def behave(line: socket.socket) -> bool:
        line.sendall(f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body)
        return keep

    return behave


def chunked(*chunks: bytes, end: bool, media_type: str = JSON) -> Behaviour:
    body = b"".join(b"%x\r\n%s\r\n" % (len(each), each) for each in chunks) + (b"0\r\n\r\n" if end else b"")
    return raw("200 OK", {"Content-Type": media_type, "Transfer-Encoding": "chunked"}, body)


@dataclass(slots=True)
class Engine:
    """Behaves as `behaviour` says, and notes what it is sent and when a connection ends."""

    url: str = ""
    behaviour: Behaviour = field(default_factory=lambda: reply(ROWS))
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0
    gone: threading.Event = field(default_factory=threading.Event)

    def hang(self, line: socket.socket) -> None:
        """Say nothing until the other side closes."""
        line.settimeout(60)
        with suppress(OSError):
            if not line.recv(1):
                self.gone.set()

    def pour(self, begin: bytes, more: bytes) -> Behaviour:
        """Begin an answer and send more of it without end, until the other side closes."""

        def behave(line: socket.socket) -> None:
            line.settimeout(60)
            head = f"HTTP/1.1 200 OK\r\nContent-Type: {JSON}\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
            try:
                line.sendall(head + b"%x\r\n%s\r\n" % (len(begin), begin))
                while True:
                    line.sendall(b"%x\r\n%s\r\n" % (len(more), more))
            except ConnectionError:
                self.gone.set()

        return behave


@contextmanager
def misbehaving(port: int = 0) -> Iterator[Engine]:
    engine = Engine()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            engine.connections += 1
            line: socket.socket = self.request
            with suppress(ConnectionError):
                while request := read_request(line):
                    engine.requests.append(request)
                    if not engine.behaviour(line):
                        return

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        block_on_close = False
        allow_reuse_address = True

    with Server(("127.0.0.1", port), Handler) as server:
        engine.url = f"http://127.0.0.1:{server.server_address[1]}/sparql"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield engine
        finally:
            server.shutdown()
            thread.join()


def read_request(line: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        piece = line.recv(1 << 16)
        if not piece:
            return b""
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    size = next(int(each.split(b":")[1]) for each in head.lower().split(b"\r\n") if each.startswith(b"content-length"))
    while len(body) < size:
        body += line.recv(1 << 16)
    return head + b"\r\n\r\n" + body
