"""Replies that several parts of the application give: problems, in JSON or on a page, and whole bodies."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from starlette.responses import Response

from kg_server.app.operations import Operations
from kg_server.app.whole import Whole
from kg_server.backends.base import Answer
from kg_server.backends.pool import QueryPool
from kg_server.backends.spool import Spooled
from kg_server.cache import AnswerCache
from kg_server.describe.current import Current, Release
from kg_server.describe.search.searches import Searches
from kg_server.describe.texts import TextFolder
from kg_server.http.formats import HTML
from kg_server.http.negotiation import choose
from kg_server.http.problems import MEDIA_TYPE, NotAcceptable, Problem
from kg_server.http.protocol import decode_form, single
from kg_server.operations.recorder import exchange_of, outcome_of
from kg_server.pages.advice import advise
from kg_server.pages.render import LANGUAGE_CODES, Pages, page_language
from kg_server.settings import Settings

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import Message, Receive, Scope, Send

JSON = "application/json"

_PAGE_OR_JSON = {"html": HTML, HTML: HTML, "json": JSON, JSON: JSON}
_NOT_MODIFIED = 304
_NO_TEXTS = TextFolder()
# In the scope of a request: its answer is not at hand.
MISSED = "rujukan.missed"
_HOST = re.compile(r"[A-Za-z0-9.-]+(?::\d{1,5})?|\[[0-9A-Fa-f:.]+\](?::\d{1,5})?")


@dataclass(frozen=True, slots=True)
class Prepared:
    """A reply that is given again as it is.

    Attributes:
        headers: of its first message (ASGI).
        lines: the same, as HTTP/1.1 writes them.
        body: its second message.
        etag: its entity tag.
        query_hash: of the query, for the log.
        rows: of the answer, for the log.
    """

    headers: list[tuple[bytes, bytes]]
    lines: bytes
    body: Message
    etag: str
    query_hash: str
    rows: int | None


# What is kept for a request is of its server's making: `Prepared` here, another form under granian.
Answers: TypeAlias = AnswerCache[Answer, Any]


@dataclass(frozen=True, slots=True)
class Site:
    """What the parts of the application share."""

    settings: Settings
    current: Current
    pool: QueryPool
    pages: Pages
    cache: Answers
    operations: Operations
    whole: Whole
    searches: Searches
    texts: TextFolder = _NO_TEXTS

    def asked_by(self, request: Request, release: Release) -> Release:
        """Return a release whose backend answers this request: counted, paid for, and listed for the operator."""
        return replace(release, backend=self.operations.asking(release.backend, exchange_of(request.scope)))

    def address(self, request: Request) -> str:
        """Return the address of the server as this client sees it, without a slash at its end."""
        if self.settings.public_url:
            return self.settings.public_url.rstrip("/")
        host = request.headers.get("host", "")
        # The address goes into IRIs and pages; what is no host name is not repeated.
        if not _HOST.fullmatch(host):
            host = f"{self.settings.host}:{self.settings.port}"
        return f"{request.url.scheme}://{host}"


def header_lines(headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    r"""Return headers as HTTP/1.1 writes them (RFC 9112, section 2.1); nothing in them is of a client's making.

    >>> header_lines([(b"vary", b"Accept"), (b"allow", b"GET")])
    b'vary: Accept\r\nallow: GET\r\n'
    """
    return b"".join([b"%b: %b\r\n" % pair for pair in headers])


def accept_of(request: Request) -> str | None:
    """Return the `Accept` headers as one, None when there is none."""
    return ", ".join(request.headers.getlist("accept")) or None


def language_of(request: Request) -> str:
    """Return the language for a page."""
    return page_language(request.query_params.get("lang"), request.headers.get("accept-language"))


def page_values(release: Release, request: Request, language: str) -> dict[str, Any]:
    """Return what every page shows: title, release, licence, vocabulary, and the same page in the other languages."""
    manifest = release.manifest
    return {
        "site_title": manifest.text(manifest.title, language),
        "release": manifest.release,
        "built": manifest.built,
        "licence": manifest.licence,
        "vocabulary": manifest.vocabulary,
        "switch": {code: "?" + request.url.include_query_params(lang=code).query for code in LANGUAGE_CODES}
        if request.method in {"GET", "HEAD"}
        else None,
    }


def page_reply(body: bytes, language: str, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return a page."""
    return Response(
        body,
        status,
        {"Content-Language": language, "Vary": "Accept, Accept-Language", **(headers or {})},
        media_type=HTML,
    )


def page_or_json(request: Request, offers: Sequence[str]) -> str:
    """Return the type that a request wants, by `format=` or its headers; the first of the offers is the favourite.

    Raises:
        NotAcceptable: none of them.
    """
    override = single(decode_form(request.scope["query_string"]), "format")
    chosen = choose(accept_of(request), offers) if override is None else _PAGE_OR_JSON.get(override)
    if chosen is None:
        wanted = f"'Accept: {accept_of(request)}'" if override is None else f"'format={override}'"
        raise NotAcceptable(wanted, [HTML, JSON])
    return chosen


def json_reply(document: object, vary: str | None = None, extra: Mapping[str, str] | None = None) -> Response:
    """Return a document that people may read too."""
    body = (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()
    return Response(body, headers={**({"Vary": vary} if vary else {}), **(extra or {})}, media_type=JSON)


async def problem_reply(site: Site, request: Request, problem: Problem, query: str | None = None) -> Response:
    """Return a problem, on a page when the client would rather have one (RFC 9457, section 3)."""
    exchange_of(request.scope).outcome = outcome_of(problem.slug, problem.status)
    wants_page = request.query_params.get("format") == "html" or (
        choose(accept_of(request), [MEDIA_TYPE, "application/json", HTML]) == HTML
        and "format" not in request.query_params
    )
    if not wants_page:
        headers = {"Cache-Control": "no-store", "Vary": "Accept", **problem.headers}
        return Response(problem.body(), problem.status, headers, media_type=MEDIA_TYPE)
    language = language_of(request)
    release = await site.current.get()
    document = {"line": None, "column": None, "excerpt": None, "available": None, **problem.document()}
    values = page_values(release, request, language)
    body = site.pages.render(
        "problem",
        language,
        problem=document,
        advice=advise(problem.slug, problem.title, language),
        retry=problem.headers.get("Retry-After"),
        query=query,
        again=_again(site, request, release),
        **values,
    )
    return page_reply(body, language, problem.status, {"Cache-Control": "no-store", **problem.headers})


class Ready(Response):
    """A reply whose headers are bytes already: to make them from text takes as long as a small question.

    Args:
        body: all of it.
        headers: with names in lower case; the length is added.
        status: 304 has no body and no length.
    """

    def __init__(self, body: bytes, headers: list[tuple[bytes, bytes]], status: int = 200) -> None:
        self.status_code, self.body, self.background = status, body, None
        self.raw_headers = headers if status == _NOT_MODIFIED else [*headers, (b"content-length", b"%d" % len(body))]


class SpooledResponse(Response):
    """An answer from a file, in pieces, as fast as the client takes them."""

    def __init__(self, body: Spooled, headers: list[tuple[bytes, bytes]]) -> None:
        super().__init__()
        self.raw_headers = [*headers, (b"content-length", b"%d" % body.size)]
        self._spooled = body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI's signature
        """Send it."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        pieces = self._spooled.pieces()
        while piece := await asyncio.to_thread(next, pieces, b""):
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


def _again(site: Site, request: Request, release: Release) -> str | None:
    """Return the page of the saved query that was asked, if it was one: there its parameters can be corrected."""
    root, _, name = request.url.path.strip("/").partition("/")
    return f"{site.pages.root}/queries/{name}" if root == "queries" and name in release.queries else None
