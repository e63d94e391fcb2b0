"""`/sparql` as a bare ASGI application: the framework's routing would cost more than the query."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from kg_server.app.answers import Asked, unless_gone
from kg_server.app.compression import CompressingSend
from kg_server.app.editor import query_page
from kg_server.app.replies import MISSED, Site, accept_of, problem_reply
from kg_server.backends.base import Question
from kg_server.describe.current import Release
from kg_server.describe.service import service_description
from kg_server.http.formats import BINDINGS, GRAPHS, HTML, available, choose_format
from kg_server.http.links import Link, link_header
from kg_server.http.problems import (
    BadRequest,
    MethodNotAllowed,
    NotAcceptable,
    Problem,
    TooLarge,
    UnsupportedMediaType,
    UriTooLong,
)
from kg_server.http.protocol import METHODS, WITH_BODY, Operation, parse_operation

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send


class SparqlEndpoint:
    """The SPARQL Protocol, 1.1 and 1.2, over the current release."""

    def __init__(self, site: Site) -> None:
        self._site = site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        operation: Operation | None = None
        response: Response | None
        try:
            operation = await self._read(request)
            release = self._site.current.peek() or await self._site.current.get()
            if operation.query is None:
                response = await self._describe(request, operation, release)
            else:
                asked = self._asked(request, operation, operation.query, release)
                asked.missed = MISSED in scope
                response = None if asked.missed else asked.at_once()
                if response is not None:
                    # Compressed where it is worth it, as all answers are that have an entity tag.
                    await response(scope, receive, send)
                    return
                response = await unless_gone(receive, asked.reply())
        except ClientDisconnect:
            # It went away, or was sent away, before its question was whole.
            return
        except Problem as problem:
            response = await problem_reply(self._site, request, problem, operation.query if operation else None)
        if response is not None:
            await response(scope, receive, CompressingSend(scope, send))

    async def _read(self, request: Request) -> Operation:
        limit = self._site.settings.max_query_bytes
        query_string: bytes = request.scope["query_string"]
        if request.method not in METHODS:
            raise MethodNotAllowed(request.method, METHODS)
        if len(query_string) > limit:
            raise UriTooLong(f"The address has more than {limit} bytes; send the query by POST.", limit=limit)
        body = await read_body(request, limit) if request.method in WITH_BODY else b""
        return parse_operation(request.method, query_string, request.headers.get("content-type"), body)

    def _asked(self, request: Request, operation: Operation, query: str, release: Release) -> Asked:
        question = Question(query, operation.default_graphs, operation.named_graphs)
        pairs: tuple[tuple[str, str], ...] = (("query", query),)
        for name, iris in (
            ("default-graph-uri", operation.default_graphs),
            ("named-graph-uri", operation.named_graphs),
        ):
            pairs += tuple((name, iri) for iri in iris)
        return Asked(self._site, request, release, question, operation.format, pairs=pairs)

    async def _describe(self, request: Request, operation: Operation, release: Release) -> Response:
        accept = accept_of(request)
        choice = choose_format(accept, operation.format, GRAPHS)
        if choice is None:
            if choose_format(accept, operation.format, BINDINGS):
                raise BadRequest("There is no 'query'. Without one, only a description of the service can be had.")
            raise NotAcceptable(f"'Accept: {accept}'", [*available(GRAPHS), HTML])
        if choice.html:
            return query_page(self._site, request, release)
        endpoint = self._site.address(request) + "/sparql"
        # It names all graphs, of which there may be ten thousand.
        body = await asyncio.to_thread(service_description, release.manifest, endpoint, choice.format)
        links = link_header(
            [Link(f"{self._site.address(request)}/.well-known/void", 'rel="describedby"', "text/turtle")]
        )
        headers = {"Content-Type": choice.content_type, "Vary": "Accept", "Link": links}
        return Response(body, headers=headers)


async def read_body(request: Request, limit: int) -> bytes:
    """Return the body of a request.

    Raises:
        TooLarge: it has more bytes than the limit.
        UnsupportedMediaType: it has a content coding.
    """
    coding = request.headers.get("content-encoding", "identity")
    if coding.lower() != "identity":
        # RFC 9110, section 15.5.16: Accept-Encoding says that the coding is what is wrong.
        message = f"A body in Content-Encoding '{coding}' is not read; send it as it is."
        raise UnsupportedMediaType(message, headers={"Accept-Encoding": "identity"})
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            raise TooLarge(f"The body has more than {limit} bytes.", limit=limit)
        parts.append(part)
    return b"".join(parts)
