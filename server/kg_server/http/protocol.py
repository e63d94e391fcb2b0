"""What a request asks, from raw bytes to one operation; pure.

The query side of the SPARQL Protocol (1.1, section 2.1; 1.2, section 2.2), and the read side of the Graph Store HTTP
Protocol (1.1, section 4.2).
"""

from __future__ import annotations

import re
from binascii import a2b_qp
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kg_server.http.negotiation import parse_media_type
from kg_server.http.problems import BadRequest, MethodNotAllowed, UnsupportedMediaType, UpdateRefused

METHODS = ("GET", "HEAD", "POST", "QUERY", "OPTIONS")
# QUERY is a safe POST: the body holds what is asked (HTTP QUERY method, draft-ietf-httpbis-safe-method-w-body).
WITH_BODY = frozenset({"POST", "QUERY"})
FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
UPDATE = "application/sparql-update"
# What a client may announce (SPARQL 1.2 Protocol, section 2.1; RDF 1.2 Concepts, section 2.1). All are one grammar
# here, so the announcement is checked and changes nothing.
VERSIONS = ("1.1", "1.2", "1.2-basic")
GRAPH_QUERY = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"

_ABSOLUTE_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|^`\\]*")
# For OPTIONS and 415; Accept-Query is a structured field, whose members of this form are strings (RFC 8941).
BODY_TYPES = {"Accept-Post": f"{FORM}, {QUERY}", "Accept-Query": f'"{FORM}", "{QUERY}"'}

_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_MAX_FIELDS = 1000
_ONLY = b"query="
_UTF8 = frozenset({"utf-8", "utf8", "us-ascii", "ascii"})


@dataclass(frozen=True, slots=True)
class Operation:
    """What a client asks of `/sparql`.

    Attributes:
        query: the SPARQL text; None when the request had none (then it asks for the service description).
        default_graphs: IRIs that make up the default graph, in the order given.
        named_graphs: IRIs of the graphs that GRAPH reaches.
        format: the `format=` parameter.
        language: the `lang=` parameter, for pages.
        version: the SPARQL version that the client announced.
    """

    query: str | None
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    format: str | None = None
    language: str | None = None
    version: str | None = None


def decode_form(raw: bytes, *, what: str = "query string") -> tuple[tuple[str, str], ...]:
    """Decode `application/x-www-form-urlencoded` exactly once, strictly.

    Raises:
        BadRequest: on bytes that are not UTF-8, a stray `%`, or more than 1000 fields.

    >>> decode_form(b"query=%2525+1&x=")
    (('query', '%25 1'), ('x', ''))
    """
    try:
        text = raw.decode("utf-8")
        if stray := _BAD_ESCAPE.search(text):
            message = f"The {what} has a '%' that starts no percent-encoding, at character {stray.start() + 1}."
            raise BadRequest(message)
        fields = raw.split(b"&", _MAX_FIELDS)
        if len(fields) > _MAX_FIELDS:
            message = f"The {what} has more than {_MAX_FIELDS} fields."
            raise BadRequest(message)
        pairs = [_decode_field(field) for field in fields if field]
    except UnicodeDecodeError as error:
        message = f"The {what} is not UTF-8."
        raise BadRequest(message) from error
    return tuple(pairs)


def only_query(query_string: bytes) -> str | None:
    """Return the query of a request that has no other parameter, None for any other.

    Raises:
        BadRequest: as `decode_form`.

    >>> only_query(b"query=ASK%20%7B%7D"), only_query(b"query=ASK&format=json")
    ('ASK {}', None)
    """
    if not query_string.startswith(_ONLY) or b"&" in query_string:
        return None
    ((_, query),) = decode_form(query_string)
    return query


def _decode_field(field: bytes) -> tuple[str, str]:
    name, _, value = field.replace(b"+", b" ").partition(b"=")
    return _unquote(name).decode(), _unquote(value).decode()


def _unquote(text: bytes) -> bytes:
    # Quoted-printable is the same with `=` for `%`, and is decoded in C: to evaluate a small question takes hardly
    # longer than `unquote_to_bytes` does. Every `%` is known to be followed by two digits.
    return a2b_qp(text.replace(b"=", b"=3D").replace(b"%", b"=")) if b"%" in text else text


def single(pairs: Iterable[tuple[str, str]], name: str) -> str | None:
    """Return the one value of a parameter, None when it is absent.

    Raises:
        BadRequest: when it is given more than once, be it in the address, the body or both.

    >>> single((("query", "ASK {}"),), "query")
    'ASK {}'
    """
    values = [value for key, value in pairs if key == name]
    if len(values) > 1:
        message = f"'{name}' is given {len(values)} times; give it once."
        raise BadRequest(message)
    return values[0] if values else None


def _check_charset(parameters: Mapping[str, str]) -> None:
    charset = parameters.get("charset", "utf-8")
    if charset.lower() not in _UTF8:
        message = f"charset={charset} is not supported; send UTF-8."
        raise UnsupportedMediaType(message)


def _version(pairs: Iterable[tuple[str, str]], parameters: Mapping[str, str]) -> str | None:
    announced = [each for each in (single(pairs, "version"), parameters.get("version")) if each is not None]
    for version in announced:
        if version not in VERSIONS:
            message = f"SPARQL version '{version}' is not known here; known are {', '.join(VERSIONS)}."
            raise BadRequest(message)
    if len(set(announced)) > 1:
        message = f"The version is {announced[0]} in the address and {announced[1]} in the content type."
        raise BadRequest(message)
    return announced[0] if announced else None


def _check_mixture(pairs: Iterable[tuple[str, str]]) -> None:
    names = {key for key, _ in pairs}
    if "update" in names:
        if "query" in names:
            message = "'query' and 'update' are given together; send one of them."
            raise BadRequest(message)
        raise _refuse_update()
    for name in ("using-graph-uri", "using-named-graph-uri"):
        if name in names:
            message = f"'{name}' belongs to updates; a query takes 'default-graph-uri' and 'named-graph-uri'."
            raise BadRequest(message)


def _refuse_update() -> UpdateRefused:
    return UpdateRefused("This endpoint is read-only: a release never changes. Send a query, not an update.")


def parse_operation(method: str, query_string: bytes, content_type: str | None, body: bytes) -> Operation:
    """Turn a request into an operation (SPARQL 1.1 Protocol, sections 2.1.1 to 2.1.4).

    Raises:
        BadRequest: a repeated parameter, parameters that exclude each other, a bad encoding, an unknown version, a POST
            or QUERY without a query.
        MethodNotAllowed: another method than GET, HEAD, POST and QUERY.
        UnsupportedMediaType: a body of another type than a form or a SPARQL query, or not in UTF-8.
        UpdateRefused: an update in any of its forms.

    >>> parse_operation("GET", b"query=ASK%20%7B%7D", None, b"").query
    'ASK {}'
    >>> parse_operation("POST", b"default-graph-uri=http://g", "application/sparql-query", b"ASK {}").default_graphs
    ('http://g',)
    """
    if method in {"GET", "HEAD"} and (query := only_query(query_string)) is not None:
        # Most requests are of this kind, and nothing can be wrong with them any more.
        return Operation(query)
    pairs = decode_form(query_string)
    direct: str | None = None
    parameters: Mapping[str, str] = {}
    if method in WITH_BODY:
        media_type, parameters = parse_media_type(content_type or "")
        if media_type == UPDATE:
            raise _refuse_update()
        if media_type not in {FORM, QUERY}:
            message = f"A {method} carries {FORM} or {QUERY}, not {media_type or 'an unnamed type'}."
            raise UnsupportedMediaType(message, headers=BODY_TYPES)
        _check_charset(parameters)
        if media_type == FORM:
            pairs += decode_form(body, what="form")
        else:
            direct = _decode_body(body)
    elif method not in {"GET", "HEAD"}:
        raise MethodNotAllowed(method, METHODS)
    _check_mixture(pairs)
    query = single(pairs, "query")
    if direct is not None:
        if query is not None:
            message = "The query is given twice, in the address and in the body."
            raise BadRequest(message)
        query = direct
    if method in WITH_BODY and query is None:
        message = "The form has no 'query'."
        raise BadRequest(message)
    return Operation(
        query=query,
        default_graphs=tuple(value for key, value in pairs if key == "default-graph-uri"),
        named_graphs=tuple(value for key, value in pairs if key == "named-graph-uri"),
        format=single(pairs, "format"),
        language=single(pairs, "lang"),
        version=_version(pairs, parameters),
    )


def parse_graph_operation(query_string: bytes) -> Operation:
    """Turn a request for a whole graph into the query for it (SPARQL 1.1 Graph Store HTTP Protocol, section 4.2).

    Args:
        query_string: with `default`, or with `graph` and an absolute IRI; `format` and `lang` as elsewhere.

    Raises:
        BadRequest: neither or both, or an IRI that is not absolute.

    >>> parse_graph_operation(b"graph=https://example.org/g").default_graphs
    ('https://example.org/g',)
    >>> parse_graph_operation(b"default&format=nt").format
    'nt'
    """
    pairs = decode_form(query_string)
    default, graph = single(pairs, "default"), single(pairs, "graph")
    if (default is None) == (graph is None):
        message = "Name one graph: '?default', or '?graph=' and its IRI."
        raise BadRequest(message)
    if graph is not None and not _ABSOLUTE_IRI.fullmatch(graph):
        message = f"'{graph}' is not an absolute IRI."
        raise BadRequest(message)
    graphs = () if graph is None else (graph,)
    return Operation(GRAPH_QUERY, graphs, format=single(pairs, "format"), language=single(pairs, "lang"))


def _decode_body(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        message = f"The query is not UTF-8 (byte {error.start + 1})."
        raise BadRequest(message) from error
