"""The OpenAPI document: the routes, and an entry of its own for each saved query of the release."""

from __future__ import annotations

import json
from collections.abc import Mapping
from urllib.parse import urlencode

from kg_server.app.documented import components, fixed_operations, names_of, option, problems
from kg_server.app.documented_reconcile import reconcile_operations
from kg_server.describe.current import Release
from kg_server.describe.examples import form
from kg_server.describe.queries import MOST_OFFSET, MOST_ROWS, Parameter, SavedQuery
from kg_server.http.formats import BINDINGS, GRAPHS, HTML

_SCHEMAS: Mapping[str, Mapping[str, object]] = {
    "iri": {"type": "string"},
    "date": {"type": "string", "format": "date"},
    "integer": {"type": "integer"},
    "decimal": {"type": "number"},
    "string": {"type": "string"},
}
_EXAMPLE_ROWS = 5


def openapi_document(routes: Mapping[str, object], release: Release, address: str) -> bytes:
    """Return the OpenAPI 3.1 document as JSON.

    Args:
        routes: what the framework says of its routes.
        release: whose queries are listed.
        address: of the server.
    """
    served: Mapping[str, dict[str, object]] = routes["paths"]  # type: ignore[assignment]
    # `/sparql` and this document have no route of the framework's.
    known = fixed_operations(release) | reconcile_operations()
    paths = {path: item for path, item in known.items() if path in served or path in {"/sparql", "/openapi.json"}}
    paths |= {path: item for path, item in served.items() if path not in known}
    paths |= {f"/queries/{name}": {"get": _operation(query)} for name, query in release.queries.items()}
    document = {**routes, "servers": [{"url": address}], "paths": paths, "components": components()}
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


def _operation(query: SavedQuery) -> dict[str, object]:
    kind = form(query.query)
    formats = BINDINGS if kind in {"SELECT", "ASK"} else GRAPHS
    parameters = [_parameter(each) for each in query.parameters]
    parameters.append(option("format", {"type": "string", "enum": names_of(formats)}, "the format, instead of Accept"))
    parameters.append(option("lang", {"type": "string"}, "language of a page: en or id", "id"))
    if kind == "SELECT":
        rows: dict[str, object] = {"type": "integer", "minimum": 1, "maximum": MOST_ROWS}
        left_out: dict[str, object] = {"type": "integer", "minimum": 0, "maximum": MOST_OFFSET, "default": 0}
        parameters += [
            option("limit", rows, "rows of a page", _EXAMPLE_ROWS),
            option("offset", left_out, "rows to leave out", 0),
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
                "content": {kind: {} for each in formats for kind in each.media_types} | {HTML: {}},
            },
            **problems((400, 406, 422, 429, 500, 503, 504)),
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
