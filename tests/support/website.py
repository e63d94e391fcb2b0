"""A real web site on loopback: what it answers is a table, and what it was asked is kept."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, headers and a body; where `hold` is given, the body waits for it after its first byte."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    hold: threading.Event | None = None


@dataclass(slots=True)
class Website:
    url: str
    answers: dict[str, Answer]
    asked: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)

    @property
    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]


@contextmanager
def website(answers: Mapping[str, Answer]) -> Iterator[Website]:
    """Serve what the table says; everything else is not found."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.asked.append((self.path, dict(self.headers)))
            answer = site.answers.get(self.path, Answer(b"not here", 404))
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            try:
                self.wfile.write(answer.body[:1])
                if answer.hold:
                    answer.hold.wait(60)
                self.wfile.write(answer.body[1:])
            except ConnectionError:
                self.close_connection = True  # who asked has had enough

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    site = Website(f"http://127.0.0.1:{server.server_port}", dict(answers))
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield site
    finally:
        for answer in site.answers.values():
            if answer.hold:
                answer.hold.set()
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def dripping(beginning: bytes) -> Iterator[str]:
    """Answer robots.txt with nothing, and anything else with a beginning and then a byte now and then, without end."""
    over = threading.Event()

    def answer(connection: socket.socket) -> None:
        with connection, suppress(ConnectionError):
            if b"robots.txt" in connection.recv(4096):
                connection.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                return
            connection.sendall(beginning)
            while not over.wait(0.2):
                connection.sendall(b"a")

    def accept() -> None:
        with suppress(OSError):  # closed
            while True:
                each = threading.Thread(target=answer, args=(listener.accept()[0],))
                each.start()
                running.append(each)

    running: list[threading.Thread] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=accept)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            over.set()
            listener.shutdown(socket.SHUT_RDWR)
            for each in (thread, *running):
                each.join()


PARAGRAPHS = (
    (
        "KOTA KARANG – Museum Laut menerima dua belas topeng kayu dari Museum Bahari pada Senin (3/2/2025), kata "
        "kepala museum itu kepada para tamu di ruang pamer yang baru dibuka untuk umum."
    ),
    (
        "“Kami akan merawatnya dengan baik,” ujar Ratna Wijaya. Topeng itu dipinjamkan selama dua tahun, dan akan "
        "dipamerkan bersama benda lain yang sudah ada di gedung lama."
    ),
    (
        "Pinjaman ini adalah yang ketiga dalam lima tahun. Dua pinjaman yang lalu juga datang dari Museum Bahari, yang "
        "menyimpan lebih dari empat ribu topeng dari berbagai pulau."
    ),
)
"""Made up, like everything of the museums."""

TITLE = "Topeng kayu tiba di Museum Laut: 'pulang'"


def page(*paragraphs: str, head: str = "", charset: str = "utf-8") -> str:
    """A page as news sites write them, with what belongs to no article around it."""
    body = "\n".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return f"""<!DOCTYPE html>
<html lang="en-US"><head><meta charset="{charset}"><title>{TITLE} - Kabar Pesisir</title>
<meta property="og:title" content="{TITLE}">
<meta property="og:site_name" content="Museum Bahari">
<meta name="author" content="Sari Lestari">
{head}</head><body>
<nav><a href="/">Beranda</a> <a href="/budaya">Budaya</a></nav>
<article><h1>{TITLE}</h1>
{body}
</article>
<aside><h2>Baca juga</h2><a href="/pantai">Sepuluh pantai terbaik</a></aside>
<footer>© 2026 Kabar Pesisir. Hak cipta dilindungi.</footer></body></html>
"""


DATED = '<meta property="article:published_time" content="2025-02-04T09:30:00+07:00">\n'
CANONICAL = '<link rel="canonical" href="https://kabar.example.org/2025/02/topeng-kayu">\n'
HTML = {"Content-Type": "text/html; charset=utf-8"}
