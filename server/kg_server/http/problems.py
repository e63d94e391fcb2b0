"""Everything that can go wrong, as one tree, and its form on the wire (RFC 9457, `application/problem+json`)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import ClassVar

MEDIA_TYPE = "application/problem+json"
TYPE_BASE = "https://w3id.org/rujukan/problems#"

Extension = str | int | float | bool | list[str]


class KgServerError(Exception):
    """The root of every error that this package raises on purpose."""


class StartError(KgServerError):
    """The server cannot start; `exit_code` is what the process should end with."""

    exit_code: ClassVar[int] = 2


class ReleaseError(StartError):
    """There is no release, or what is there is not one."""

    exit_code: ClassVar[int] = 3


class AddressError(StartError):
    """The address or port cannot be listened on."""

    exit_code: ClassVar[int] = 5


class SpoolError(StartError):
    """Long answers have no place."""


class Problem(KgServerError):  # noqa: N818 - the RFC's word
    """An error that a client is told about (RFC 9457, section 3).

    Args:
        detail: one or two sentences for a person, about this occurrence.
        headers: response headers that belong to the status, such as `Allow`.
        extensions: further members of the problem object (RFC 9457, section 3.2).

    >>> problem = NotFound("There is no saved query named 'x'.")
    >>> problem.status, problem.document()["title"]
    (404, 'Not found')
    """

    status: ClassVar[int] = 500
    slug: ClassVar[str] = "internal"
    title: ClassVar[str] = "Internal error"

    def __init__(
        self, detail: str, *, headers: Mapping[str, str] | None = None, **extensions: Extension | None
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.headers = dict(headers or {})
        self.extensions = {name: value for name, value in extensions.items() if value is not None}

    def document(self) -> dict[str, Extension]:
        """Return the members of the problem object, in the order in which people read them."""
        return {
            "type": TYPE_BASE + self.slug,
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            **self.extensions,
        }

    def body(self) -> bytes:
        """Return the problem as UTF-8 JSON."""
        return (json.dumps(self.document(), ensure_ascii=False, indent=1) + "\n").encode()


class BadRequest(Problem):
    """The request is not what the SPARQL 1.1 Protocol or this API allows."""

    status, slug, title = 400, "bad-request", "Bad request"


class MalformedQuery(BadRequest):
    """The query does not parse; `line` and `column` count from 1, in characters."""

    slug, title = "malformed-query", "The query is not valid SPARQL"


class UnknownFunction(BadRequest):
    """The query calls a function that the engine does not have, or with too few or too many arguments."""

    slug, title = "unknown-function", "Unknown function"


class BadParameter(BadRequest):
    """A parameter of a saved query is unknown, given twice or not of its type."""

    slug, title = "bad-parameter", "Bad parameter"


class Unauthorised(Problem):
    """The request is not the operator's: no token, or another one (RFC 6750, section 3)."""

    status, slug, title = 401, "unauthorised", "A token is needed"


class UpdateRefused(Problem):
    """The request asks for a change; a release never changes."""

    status, slug, title = 403, "update-refused", "Updates are refused"


class ServiceRefused(Problem):
    """The query asks another endpoint."""

    status, slug, title = 403, "service-refused", "SERVICE is refused"


class NotFound(Problem):
    """Nothing is served under this address."""

    status, slug, title = 404, "not-found", "Not found"


class DumpPending(NotFound):
    """The dump belongs to the release, which is served before its dumps have been written."""

    slug, title = "dump-pending", "The file is still being made"


class MethodNotAllowed(Problem):
    """The address exists, the method does not apply to it."""

    status, slug, title = 405, "method-not-allowed", "Method not allowed"

    def __init__(self, method: str, allowed: Sequence[str]) -> None:
        allow = ", ".join(allowed)
        super().__init__(f"{method} is not possible here; use one of {allow}.", headers={"Allow": allow})


class NotAcceptable(Problem):
    """No format that the client accepts fits the result; `available` lists those that would."""

    status, slug, title = 406, "not-acceptable", "No acceptable format"

    def __init__(self, wanted: str, available: Sequence[str]) -> None:
        super().__init__(
            f"Nothing that {wanted} allows can carry this result; 'available' lists what can.",
            available=list(available),
        )


class QueryRefused(Problem):
    """The query names what an engine could run code by; `line` and `column` say where."""

    status, slug, title = 403, "query-refused", "The query is not passed on"


class PreconditionFailed(Problem):
    """What the request is about, by `If-Match` or `If-Unmodified-Since`, is not what is served now."""

    status, slug, title = 412, "precondition-failed", "Precondition failed"


class RangeNotSatisfiable(Problem):
    """No byte of the range exists; `limit` is the size in bytes."""

    status, slug, title = 416, "range-not-satisfiable", "Range not satisfiable"

    def __init__(self, detail: str, size: int) -> None:
        super().__init__(detail, headers={"Content-Range": f"bytes */{size}"}, limit=size)


class RequestTimeout(Problem):
    """The client took too long to send its request; `limit` is in seconds."""

    status, slug, title = 408, "request-timeout", "The request took too long"


class TooLarge(Problem):
    """The request is larger than the server reads; `limit` is in bytes."""

    status, slug, title = 413, "request-too-large", "Request too large"


class UriTooLong(TooLarge):
    """The address is longer than the server reads; POST has room for more."""

    status, slug, title = 414, "uri-too-long", "Address too long"


class UnsupportedMediaType(Problem):
    """The body of a POST is of a type or charset that the protocol does not know."""

    status, slug, title = 415, "unsupported-media-type", "Unsupported media type"


class TooManyConnections(Problem):
    """This client has as many connections open as one may have; `Retry-After` says when to come back."""

    status, slug, title = 429, "too-many-connections", "Too many connections"


class HeadTooLarge(TooLarge):
    """The address and the headers are longer than the server reads, or too many."""

    status, slug, title = 431, "head-too-large", "Headers too large"


class AnswerTooLarge(Problem):
    """The answer passed the size limit (bytes, in `limit`); nothing of it is sent."""

    status, slug, title = 422, "answer-too-large", "The answer is too large"


class MemoryExceeded(Problem):
    """The query needed more memory than one may have (MiB, in `limit`); nothing of its answer is sent."""

    status, slug, title = 422, "memory-exceeded", "The query needs too much memory"


class BudgetSpent(Problem):
    """The client's queries ran longer than its share (seconds of each minute, in `limit`); `Retry-After` says when."""

    status, slug, title = 429, "budget-spent", "Too much query time"


class EvaluationFailed(Problem):
    """The query parsed, but evaluating it failed."""

    status, slug, title = 500, "evaluation-failed", "The query could not be evaluated"


class BackendRefused(Problem):
    """The engine behind the endpoint refused a query that passed here; it knows less of SPARQL, or more."""

    status, slug, title = 502, "backend-refused", "The engine refused the query"


class BackendFailed(Problem):
    """The engine behind the endpoint gave an error, or an answer that is cut or no SPARQL result."""

    status, slug, title = 502, "backend-failed", "The engine failed"


class BackendUnreachable(Problem):
    """No connection to the engine behind the endpoint, or it broke."""

    status, slug, title = 502, "backend-unreachable", "The engine cannot be reached"


class BackendUnavailable(Problem):
    """The engine failed again and again, or says that it is busy; `Retry-After` says when to come back."""

    status, slug, title = 503, "backend-unavailable", "The engine is not available"


class Overloaded(Problem):
    """Every worker is busy and the queue is full; `Retry-After` says when to come back."""

    status, slug, title = 503, "overloaded", "Too many queries"


class WorkerLost(Problem):
    """The process that evaluated the query ended for no reason of the query's; `Retry-After` says when to try again."""

    status, slug, title = 503, "worker-lost", "The query was interrupted"


class SpoolFull(Problem):
    """The disk for answers on their way out is full; `Retry-After` says when to try again."""

    status, slug, title = 503, "spool-full", "No room for the answer"


class QueryStopped(Problem):
    """Whoever runs the server stopped the query."""

    status, slug, title = 503, "query-stopped", "The query was stopped"


class Unavailable(Problem):
    """No release can be served at the moment."""

    status, slug, title = 503, "unavailable", "No release is being served"


class SearchUnavailable(Problem):
    """The search index is not ready, or could not be made; `Retry-After` says when to try again."""

    status, slug, title = 503, "search-unavailable", "Search is not ready"


class QueryTimeout(Problem):
    """The query took longer than allowed; `limit` is in seconds."""

    status, slug, title = 504, "query-timeout", "The query took too long"
