"""One of the representations of a description: which the client asks for, and its body with an entity tag."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from starlette.responses import Response

from kg_server.app.answers import LABELS
from kg_server.app.replies import accept_of
from kg_server.http.formats import DESCRIPTIONS, GRAPHS, HTML, Choice, Format, available, choose_format
from kg_server.http.negotiation import etag_matches
from kg_server.http.problems import NotAcceptable

if TYPE_CHECKING:
    from starlette.requests import Request


def offered(place: str) -> list[tuple[str, str, str]]:
    """Return label, address and media type of the formats in which a page offers what it shows.

    >>> offered("/vocab")[0]
    ('Turtle', '/vocab?format=turtle', 'text/turtle')
    """
    return [(LABELS[each.key], f"{place}?format={each.key}", each.media_types[0]) for each in DESCRIPTIONS]


def graph_choice(request: Request, override: str | None, formats: Sequence[Format] = GRAPHS) -> Choice:
    """Return the format that a request asks for, or a page.

    Args:
        request: whose `Accept` counts.
        override: the parameter `format`, which goes before it.
        formats: to choose from.

    Raises:
        NotAcceptable: it is none of these.
    """
    accept = accept_of(request)
    choice = choose_format(accept, override, formats)
    if choice is None:
        wanted = f"'Accept: {accept}'" if override is None else f"'format={override}'"
        raise NotAcceptable(wanted, [*available(formats), HTML])
    return choice


def tagged(request: Request, body: bytes, choice: Choice, headers: dict[str, str]) -> Response:
    """Return a body with its entity tag, or 304 where the client has it."""
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {**headers, "ETag": etag, "Cache-Control": "no-cache"}
    if etag_matches(request.headers.get("if-none-match"), etag):
        return Response(status_code=304, headers=headers)
    return Response(body, headers={**headers, "Content-Type": choice.content_type})
