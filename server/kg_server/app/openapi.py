"""The OpenAPI document: the routes, and an entry of its own for each saved query of the release."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from urllib.parse import urlencode

from kg_server.describe.current import Release
from kg_server.describe.examples import form
from kg_server.describe.queries import MOST_ROWS, Parameter, SavedQuery
from kg_server.http.formats import BINDINGS, GRAPHS, HTML
from kg_server.http.problems import MEDIA_TYPE
from kg_server.http.protocol import FORM, QUERY, VERSIONS

_SCHEMAS: Mapping[str, Mapping[str, object]] = {
    "iri": {"type": "string"},
    "date": {"type": "string", "format": "date"},
    "integer": {"type": "integer"},
    "decimal": {"type": "number"},
    "string": {"type": "string"},
}
_EXAMPLE_ROWS = 5
_IN_PATH = re.compile(r"\{(\w+)\}")
_PROBLEMS = ("400", "403", "404", "405", "406", "413", "414", "415", "422", "429", "503", "504")
_PROBLEM = {
    "description": "A problem (RFC 9457)",
    "content": {
        MEDIA_TYPE: {
            "schema": {
                "type": "object",
                "required": ["type", "title", "status", "detail"],
                "properties": {
                    "type": {"type": "string"},
                    "title": {"type": "string"},
                    "status": {"type": "integer"},
                    "detail": {"type": "string"},
                },
            }
        },
        HTML: {},
    },
}

_TEXT = {"type": "string"}
_ANSWER = {
    "200": {"description": "The answer; without a query, the service description"},
    **dict.fromkeys(_PROBLEMS, _PROBLEM),
}
# The SPARQL Protocol; the endpoint is no route of the framework's.
_SPARQL = {
    "get": {
        "operationId": "sparql-get",
        "summary": "The answer to a query (SPARQL 1.1 Protocol)",
        "parameters": [
            {"name": "query", "in": "query", "required": False, "schema": _TEXT, "example": "ASK { ?s ?p ?o }"},
            *(
                {"name": name, "in": "query", "required": False, "schema": {"type": "array", "items": _TEXT}}
                for name in ("default-graph-uri", "named-graph-uri")
            ),
            {"name": "format", "in": "query", "required": False, "schema": _TEXT},
            {"name": "version", "in": "query", "required": False, "schema": {"enum": list(VERSIONS)}},
        ],
        "responses": _ANSWER,
    },
    "post": {
        "operationId": "sparql-post",
        "summary": "The answer to a query (SPARQL 1.1 Protocol)",
        "requestBody": {
            "required": True,
            "content": {
                QUERY: {"schema": _TEXT, "example": "ASK { ?s ?p ?o }"},
                FORM: {"schema": {"type": "object", "required": ["query"], "properties": {"query": _TEXT}}},
            },
        },
        "responses": _ANSWER,
    },
}


def openapi_document(routes: Mapping[str, object], release: Release, address: str) -> bytes:
    """Return the OpenAPI 3.1 document as JSON.

    Args:
        routes: what the framework says of its routes.
        release: whose queries are listed.
        address: of the server.
    """
    paths: dict[str, object] = {
        path: _documented(path, item)
        for path, item in routes["paths"].items()  # type: ignore[attr-defined]
    }
    paths["/sparql"] = _SPARQL
    for name, query in release.queries.items():
        paths[f"/queries/{name}"] = {"get": _operation(query)}
    document = {**routes, "servers": [{"url": address}], "paths": paths}
    # What the framework would say of a body that no route has.
    document.pop("components", None)
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def example_request(query: SavedQuery) -> str:
    """Return path and parameters of an example: the defaults, and the first rows where there are rows.

    >>> example_request(SavedQuery("loans", {}, {}, (Parameter("day", "date", "2024-01-31", {}),), "SELECT ?day {}"))
    '/queries/loans?day=2024-01-31&limit=5'
    """
    pairs = [(each.name, each.default) for each in query.parameters]
    if form(query.query) == "SELECT":
        pairs.append(("limit", str(_EXAMPLE_ROWS)))
    return f"/queries/{query.name}" + (f"?{urlencode(pairs)}" if pairs else "")


def _documented(path: str, item: Mapping[str, Mapping[str, object]]) -> dict[str, dict[str, object]]:
    """Return a route as the framework knows it, with its parameters and with the problems that it may answer."""
    names = [*_IN_PATH.findall(path), *(["graph", "default"] if path == "/graphs" else [])]
    parameters = [
        {"name": each, "in": "path", "required": True, "schema": {"type": "string"}}
        if f"{{{each}}}" in path
        else {"name": each, "in": "query", "required": False, "schema": {"type": "string"}}
        for each in names
    ]
    return {
        method: {
            **operation,
            **({"parameters": parameters} if parameters else {}),
            "responses": {
                "200": {"description": "What is asked for, in the format that the client prefers"},
                **dict.fromkeys(_PROBLEMS, _PROBLEM),
            },
        }
        for method, operation in item.items()
    }


def _operation(query: SavedQuery) -> dict[str, object]:
    kind = form(query.query)
    formats = BINDINGS if kind in {"SELECT", "ASK"} else GRAPHS
    parameters = [_parameter(each) for each in query.parameters]
    parameters.append(
        _option("format", {"type": "string", "enum": ["", *(each.key for each in formats), "html"]}, None)
    )
    if kind == "SELECT":
        parameters += [
            _option("limit", {"type": "integer", "minimum": 1, "maximum": MOST_ROWS}, _EXAMPLE_ROWS),
            _option("offset", {"type": "integer", "minimum": 0, "default": 0}, 0),
        ]
    return {
        "operationId": f"query-{query.name}",
        "tags": ["saved queries"],
        "summary": query.title.get("en") or query.name,
        "description": "\n\n".join(text for texts in (query.description, query.title) for text in texts.values()),
        "parameters": parameters,
        "x-example-request": example_request(query),
        "responses": {
            "200": {
                "description": "The answer; with limit, links to the other pages in the header Link (RFC 8288)",
                "content": {each.media_types[0]: {} for each in formats} | {HTML: {}},
            },
            **dict.fromkeys(_PROBLEMS, _PROBLEM),
        },
    }


def _parameter(each: Parameter) -> dict[str, object]:
    default: object = each.default
    if each.type in {"integer", "decimal"}:
        default = json.loads(each.default) if each.default.lstrip("-").replace(".", "", 1).isdigit() else each.default
    labels = "; ".join(text for text in each.label.values() if text)
    return {
        "name": each.name,
        "in": "query",
        "required": False,
        "description": labels + (" (an IRI or a prefixed name)" if each.type == "iri" else ""),
        "schema": {**_SCHEMAS[each.type], "default": default},
        "example": default,
    }


def _option(name: str, schema: Mapping[str, object], example: int | None) -> dict[str, object]:
    meaning = {
        "format": "the format; empty to let Accept decide",
        "limit": "rows of a page",
        "offset": "rows to leave out",
    }
    return {
        "name": name, "in": "query", "required": False, "description": meaning[name], "schema": dict(schema),
        **({} if example is None else {"example": example}),
    }  # fmt: skip
