"""The remote backend: query processes that ask an engine elsewhere, behind a circuit breaker."""

from __future__ import annotations

import asyncio
import base64
import re
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from kg_server.backends.base import Answer, Backend, Question, Wanted
from kg_server.backends.breaker import Breaker
from kg_server.backends.watch import Watch
from kg_server.http.formats import BINDINGS, Choice
from kg_server.http.origins import Origin, origin_of
from kg_server.http.problems import (
    BackendFailed,
    BackendRefused,
    BackendUnavailable,
    BackendUnreachable,
    Problem,
    QueryTimeout,
)

_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|^`\\]+")
_PROBE = Question("ASK {}")
_PROBE_WANTED = Wanted(Choice(BINDINGS[0], BINDINGS[0].media_types[0]), None)
_PROBE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Remote:
    """An engine elsewhere and how it is asked.

    Attributes:
        url: of its SPARQL endpoint.
        authorization: the value of the header `Authorization`; empty for none. It is never shown.
        default_graph: the graph that holds our default graph, where the engine has none of its own; empty otherwise.
        graphs: the named graphs, asked beside `default_graph`.
    """

    url: str
    authorization: str = field(default="", repr=False)
    default_graph: str = ""
    graphs: tuple[str, ...] = ()

    @property
    def origin(self) -> Origin:
        """The host and port to connect to."""
        found = origin_of(self.url)
        assert found is not None  # noqa: S101 - parse_remote saw to it
        return found

    @property
    def target(self) -> str:
        """The path and the query of the address."""
        parts = urlsplit(self.url)
        return urlunsplit(("", "", parts.path or "/", parts.query, ""))

    def to_json(self) -> dict[str, Any]:
        """Return what `from_json` takes."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Remote:
        """Return what `to_json` was made of.

        >>> remote = Remote("http://127.0.0.1:7878/query", graphs=("urn:example:g",))
        >>> Remote.from_json(remote.to_json()) == remote
        True
        """
        return cls(**{**data, "graphs": tuple(data["graphs"])})


def parse_remote(url: str, authorization: str = "", default_graph: str = "") -> Remote:
    """Read the address of an endpoint.

    Args:
        url: without user and password: an address is shown in many places.
        authorization: a header's value, such as `Bearer` and a token, or `user:password` for basic authentication.
        default_graph: as in `Remote`.

    Raises:
        ValueError: saying what is wrong, without repeating a secret.

    >>> parse_remote("http://127.0.0.1:8890/sparql", "reader:secret").authorization
    'Basic cmVhZGVyOnNlY3JldA=='
    >>> parse_remote("ftp://127.0.0.1/sparql")
    Traceback (most recent call last):
    ValueError: it is no address such as http://127.0.0.1:7878/query
    """
    parts = urlsplit(url)
    if "@" in parts.netloc:
        message = "it holds a user or a password, which belong into backend_authorization"
        raise ValueError(message)
    if origin_of(url) is None or not url.isascii() or not url.isprintable() or " " in url or parts.fragment:
        message = "it is no address such as http://127.0.0.1:7878/query"
        raise ValueError(message)
    if not authorization.isascii() or not authorization.isprintable():
        message = "backend_authorization has characters that a header cannot have"
        raise ValueError(message)
    if default_graph and not _IRI.fullmatch(default_graph):
        message = f"backend_default_graph is {default_graph!r}, which is no absolute IRI"
        raise ValueError(message)
    if ":" in authorization and " " not in authorization.partition(":")[0]:
        authorization = "Basic " + base64.b64encode(authorization.encode()).decode()
    return Remote(url, authorization, default_graph)


class RemoteBackend:
    """Passes questions on to query processes that ask an engine elsewhere, while it is worth asking.

    Args:
        processes: the backend whose processes ask it.
        breaker: shared by all releases, for the engine is one.
        probe_seconds: within which the engine must answer `ASK {}` to be asked again.
    """

    def __init__(self, processes: Backend, breaker: Breaker, probe_seconds: float = _PROBE_SECONDS) -> None:
        self._processes, self._breaker, self._probe_seconds = processes, breaker, probe_seconds

    async def answer(self, question: Question, wanted: Wanted, watch: Watch | None = None) -> Answer:
        """Ask the engine (see `Backend`).

        Raises:
            BackendUnavailable: when it has failed too often; at once.
        """
        if not await self._open_to_all():
            wait = self._breaker.retry_seconds
            message = f"The engine behind this endpoint failed {self._breaker.failures} times; try again in {wait} s."
            raise BackendUnavailable(message, headers={"Retry-After": str(wait)}, retry_after=wait)
        try:
            answer = await self._processes.answer(question, wanted, watch)
        except BackendUnreachable:
            self._breaker.failed(unreachable=True)
            raise
        except (BackendFailed, BackendUnavailable, QueryTimeout):
            self._breaker.failed(unreachable=False)
            raise
        except BackendRefused:
            self._breaker.succeeded()
            raise
        self._breaker.succeeded()
        return answer

    def at_once(self, question: Question, wanted: Wanted) -> None:
        """Answer nothing: what an engine elsewhere has to do for it is not known."""

    async def _open_to_all(self) -> bool:
        if not self._breaker.admit():
            return False
        if self._breaker.state == "closed":
            return True
        try:
            await asyncio.wait_for(self._processes.answer(_PROBE, _PROBE_WANTED), self._probe_seconds)
        except (Problem, TimeoutError):
            return False
        else:
            self._breaker.succeeded()
            return True
        finally:
            self._breaker.probe_failed()
