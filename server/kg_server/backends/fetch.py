"""Ask an engine elsewhere, over the SPARQL 1.1 Protocol; runs in a query process, so it may block.

An answer counts only when it is whole: its HTTP framing says where it ends and it ends there, its syntax is that of a
result from the first byte to the last, and no header says that it was cut. Whatever else comes is a problem.
"""

from __future__ import annotations

import io
import json
import time
from collections.abc import Mapping
from typing import cast
from urllib.parse import urlencode

import pyoxigraph as ox
import urllib3
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError, ProtocolError, ReadTimeoutError

from kg_server.backends.base import Question
from kg_server.backends.portable import names, portable
from kg_server.backends.remote import Remote
from kg_server.backends.source import Results, graph_name
from kg_server.http.origins import Origin
from kg_server.http.problems import (
    AnswerTooLarge,
    BackendFailed,
    BackendRefused,
    BackendUnavailable,
    BackendUnreachable,
    Problem,
    QueryTimeout,
)
from kg_server.lexer import first_keyword

_CONNECT_SECONDS = 5
_AT_ONCE_SECONDS = 0.5
_PIECE = 1 << 16
_REMEMBERED = 1 << 12
_MOST_WORDS = 300
_RETRY_SECONDS = 30
# By the query's form: an engine may give a graph in a format for rows when both are accepted.
_ACCEPT_ROWS, _ACCEPT_GRAPH = "application/sparql-results+json", "application/n-triples, text/turtle;q=0.5"
_RESULTS = frozenset({"application/sparql-results+json", "application/json"})
_GRAPHS = {"application/n-triples": ox.RdfFormat.N_TRIPLES, "text/turtle": ox.RdfFormat.TURTLE}
# Virtuoso says with these that there would be more rows, or that time ran out and the rows are what was found so far.
_CUT_ROWS, _CUT_TIME = "X-SPARQL-MaxRows", "X-SQL-State"
_OK, _BAD_REQUEST, _REQUEST_TIMEOUT, _TOO_MANY, _UNAVAILABLE, _GATEWAY_TIMEOUT = 200, 400, 408, 429, 503, 504


class RemoteSource:
    """An engine behind a SPARQL 1.1 endpoint; one connection, kept alive.

    Args:
        remote: where it is and how it is asked.
        prefixes: what queries need not declare.
        base: against which relative IRIs of a query are resolved.
        seconds: that an answer may keep us waiting; the process is killed at the deadline in any case.
        services: the origins that SERVICE may ask.
    """

    def __init__(
        self,
        remote: Remote,
        prefixes: Mapping[str, str],
        base: str | None,
        seconds: float,
        services: frozenset[Origin] = frozenset(),
    ) -> None:
        self._remote, self._prefixes, self._base, self._services = remote, prefixes, base, services
        self._pool = urllib3.connection_from_url(
            remote.url,
            maxsize=1,
            retries=False,
            timeout=urllib3.Timeout(connect=_CONNECT_SECONDS, read=seconds),
        )
        self._headers = _headers(remote)
        self._seconds = seconds
        self._body: _Body | None = None

    def query(self, question: Question) -> Results:
        """Send the question; the results are read as they come.

        Raises:
            BackendUnreachable, BackendRefused, BackendFailed, BackendUnavailable, QueryTimeout, AnswerTooLarge, and
            what `portable` raises.
        """
        self.done()
        text = portable(question, self._prefixes, self._base, self._services)
        response = self._post(urlencode([("query", text), *self._dataset(question, text)]), _accept(text))
        body = self._body = _Body(response)
        _check_status(response)
        _check_whole(response)
        media_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if media_type in _RESULTS:
            results = ox.parse_query_results(cast("io.BytesIO", body), format=ox.QueryResultsFormat.JSON)
            if isinstance(results, ox.QueryBoolean):
                body.check_json()
            return results
        if media_type in _GRAPHS:
            quads = ox.parse(cast("io.BytesIO", body), format=_GRAPHS[media_type])
            return (each.triple for each in quads)
        raise BackendFailed(f"The engine answered with '{media_type[:_MOST_WORDS]}', which is no result of a query.")

    def explain(self, question: Question, error: Exception) -> Problem:
        """Say that the answer is no whole result."""
        del question
        return BackendFailed(f"The answer of the engine is cut or no result: {str(error)[:_MOST_WORDS]}")

    def done(self) -> None:
        """Close the connection unless the answer was read to its end: what is left of it is nobody's."""
        body, self._body = self._body, None
        if body is not None:
            body.release()

    def _dataset(self, question: Question, text: str) -> list[tuple[str, str]]:
        default, named = question.default_graphs, question.named_graphs
        if not default and not named and self._remote.default_graph and not names(text, "FROM"):
            default = (self._remote.default_graph,)
            # Given a default graph alone, a dataset has no named ones (SPARQL 1.1 Protocol, section 2.1.4).
            named = self._remote.graphs if names(text, "GRAPH") else ()
        return [
            *(("default-graph-uri", graph_name(each).value) for each in default),
            *(("named-graph-uri", graph_name(each).value) for each in named),
        ]

    def _post(self, body: str, accept: str) -> urllib3.BaseHTTPResponse:
        made, began = self._pool.num_connections, time.monotonic()
        try:
            return self._send(body, accept)
        except ProtocolError as error:
            # A connection that was kept may have been closed meanwhile. A new one that breaks says something, and so
            # does one that breaks after some work: the query may be the reason, and is not sent again.
            if self._pool.num_connections != made or made == 0 or time.monotonic() - began > _AT_ONCE_SECONDS:
                raise _unreachable(error) from error
        except HTTPError as error:
            raise self._failed(error) from error
        try:
            return self._send(body, accept)
        except HTTPError as error:
            raise self._failed(error) from error

    def _send(self, body: str, accept: str) -> urllib3.BaseHTTPResponse:
        headers = {**self._headers, "Accept": accept}
        return self._pool.urlopen(
            "POST", self._remote.target, body=body, headers=headers, redirect=False, preload_content=False
        )

    def _failed(self, error: HTTPError) -> Problem:
        if isinstance(error, ReadTimeoutError) and not isinstance(error, ConnectTimeoutError):
            message = f"The engine gave no answer within {self._seconds:g} s."
            return QueryTimeout(message, limit=self._seconds)
        return _unreachable(error)


class _Body:
    """The bytes of an answer as they come; what goes wrong on the way is a problem.

    Args:
        response: with its status and headers read.
    """

    def __init__(self, response: urllib3.BaseHTTPResponse) -> None:
        self._response = response
        self._rest = memoryview(b"")
        self._begin = b""
        self._ended = False

    def read(self, size: int = -1) -> bytes:
        """Return some bytes, none at the end of a whole answer.

        Raises:
            BackendUnreachable, QueryTimeout.
        """
        if not self._rest:
            try:
                data = self._response.read1(_PIECE)
            except ReadTimeoutError as error:
                raise QueryTimeout("The engine stopped in the middle of its answer.") from error
            except HTTPError as error:
                raise _unreachable(error) from error
            self._ended = not data
            if self._ended and self._response.length_remaining:
                raise BackendUnreachable("The connection to the engine broke in the middle of its answer.")
            if len(self._begin) < _REMEMBERED:
                self._begin += data
            self._rest = memoryview(data)
        size = len(self._rest) if size < 0 else size
        piece, self._rest = bytes(self._rest[:size]), self._rest[size:]
        return piece

    def release(self) -> None:
        """Keep the connection after a whole answer, close it after any other."""
        if not self._ended:
            self._response.close()
        self._response.release_conn()

    def check_json(self) -> None:
        """Read to the end and hold that all of it is JSON: the parser stops at the value of an ASK.

        Raises:
            ValueError.
        """
        while self.read():
            pass
        json.loads(self._begin)


def _accept(text: str) -> str:
    keyword = first_keyword(text)
    graph = keyword is not None and keyword.text.upper() in {"CONSTRUCT", "DESCRIBE"}
    return _ACCEPT_GRAPH if graph else _ACCEPT_ROWS


def _headers(remote: Remote) -> dict[str, str]:
    headers = {"Content-Type": "application/x-www-form-urlencoded", "User-Agent": "rujukan"}
    return headers | ({"Authorization": remote.authorization} if remote.authorization else {})


def _check_status(response: urllib3.BaseHTTPResponse) -> None:
    status = response.status
    if status == _OK:
        return
    if status in {_REQUEST_TIMEOUT, _GATEWAY_TIMEOUT}:
        raise QueryTimeout("The engine's own time limit ended the query.")
    if status in {_TOO_MANY, _UNAVAILABLE}:
        told = response.headers.get("Retry-After", "")
        wait = min(int(told), _RETRY_SECONDS) if told.isascii() and told.isdigit() else 1
        message = f"The engine is busy; try again in {wait} s."
        raise BackendUnavailable(message, headers={"Retry-After": str(wait)}, retry_after=wait)
    said = _words_of(response)
    if status == _BAD_REQUEST:
        raise BackendRefused(f"The engine does not take the query{said}")
    raise BackendFailed(f"The engine answered with status {status}{said}", backend_status=status)


def _words_of(response: urllib3.BaseHTTPResponse) -> str:
    """Return the first line of a plain message; pages and documents are for others."""
    if response.headers.get("Content-Type", "").partition(";")[0].strip().lower() != "text/plain":
        return "."
    try:
        said = response.read(_PIECE).decode("utf-8", "replace").strip()
    except HTTPError:
        return "."
    line = "".join(each for each in said.partition("\n")[0] if each.isprintable())
    return f": {line[:_MOST_WORDS]}" if line else "."


def _check_whole(response: urllib3.BaseHTTPResponse) -> None:
    if most := response.headers.get(_CUT_ROWS):
        message = f"The engine gives at most {most[:20]} rows and would cut this answer. Add a LIMIT, or use a dump."
        raise AnswerTooLarge(message, limit=int(most) if most.isascii() and most.isdigit() else None)
    if response.headers.get(_CUT_TIME):
        raise QueryTimeout("The engine's own time limit cut the answer.")
    chunked = "chunked" in response.headers.get("Transfer-Encoding", "").lower()
    if not chunked and "Content-Length" not in response.headers:
        raise BackendFailed("The engine does not say where its answer ends, so a cut one could not be told.")


def _unreachable(error: Exception) -> BackendUnreachable:
    if isinstance(error, ConnectTimeoutError):
        why = f"it took no connection within {_CONNECT_SECONDS} s"
    elif isinstance(error, NewConnectionError):
        why = "no connection could be made"
    else:
        why = "the connection broke"
    return BackendUnreachable(f"The engine cannot be reached: {why}.")
