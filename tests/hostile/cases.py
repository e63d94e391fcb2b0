"""What a hostile request is: the bytes that are sent, how they are sent, and what may come of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlencode

Outcome = Literal["answered", "refused", "limited", "closed", "failed"]
OUTCOMES: tuple[Outcome, ...] = ("answered", "refused", "limited", "closed", "failed")

# The address of a listener that nobody may reach; its port, of five digits too, is put in before a request is sent.
CANARY = "127.0.0.1:CCCCC"
CANARY_PORT = b"CCCCC"
CLOSED = 0
_LIMITED = frozenset({408, 422, 429, 503, 504})

FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Case:
    """A hostile request.

    Attributes:
        family: what it tries.
        name: unique in its family.
        pieces: what is sent, with a pause after each.
        expected: the statuses that may come back, `CLOSED` for a connection that is closed without a reply.
        pause: seconds between two pieces.
        replies: the most replies that may come; a second one would be to a smuggled request.
        never: what must not be in the reply.
        reads: whether the client reads what comes; one that does not waits for the server to give up.
    """

    family: str
    name: str
    pieces: tuple[bytes, ...]
    expected: frozenset[int]
    pause: float = 0
    replies: int = 1
    never: tuple[bytes, ...] = ()
    reads: bool = True

    @property
    def title(self) -> str:
        return f"{self.family}: {self.name}"


def outcome(status: int) -> Outcome:
    """The kind of a status; a 5xx that is no limit is a failure of the server."""
    if status == CLOSED:
        return "closed"
    if status in _LIMITED:
        return "limited"
    if status >= 500:
        return "failed"
    return "refused" if status >= 400 else "answered"


def request(
    method: str, target: str, headers: Iterable[tuple[str, str]] = (), body: bytes = b"", *, host: str = "localhost"
) -> bytes:
    """A request that is well formed as far as HTTP goes."""
    length = [("Content-Length", str(len(body)))] if body else []
    lines = [f"{method} {target} HTTP/1.1", f"Host: {host}", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in (*headers, *length)]
    return "\r\n".join([*lines, "", ""]).encode("utf-8", "surrogateescape") + body


def asking(query: str, *headers: tuple[str, str], **parameters: str) -> bytes:
    """A request with a query."""
    target = "/sparql" + ("?" + urlencode(parameters) if parameters else "")
    return request("POST", target, [("Content-Type", "application/sparql-query"), *headers], query.encode())


def query_case(family: str, name: str, query: str, *expected: int, **parameters: str) -> Case:
    """A case that is a query."""
    return Case(family, name, (asking(query, **parameters),), frozenset(expected))


def get_case(family: str, name: str, target: str, *expected: int, never: tuple[bytes, ...] = (), **more: str) -> Case:
    """A case that is a GET; further arguments are headers."""
    headers = [(header.replace("_", "-"), value) for header, value in more.items()]
    return Case(family, name, (request("GET", target, headers),), frozenset(expected), never=never)
