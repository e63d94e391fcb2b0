"""What OpenAPI says of the reconciliation service, with schemas written from the specification's text."""

from __future__ import annotations

import json

from kg_server.app.documented import Document, option, problems
from kg_server.app.headers import PREVIEW, RECONCILE
from kg_server.http.formats import HTML
from kg_server.http.protocol import FORM
from kg_server.http.reconciliation import BATCH, MOST_CANDIDATES

_TEXT: Document = {"type": "string"}
_NAMED: Document = {"type": "object", "required": ["id", "name"], "properties": {"id": _TEXT, "name": _TEXT,
                    "description": _TEXT}}  # fmt: skip
_TYPES: Document = {"type": "array", "items": _NAMED}
_PATH: Document = {"type": "object", "required": ["service_url", "service_path"],
                   "properties": {"service_url": _TEXT, "service_path": _TEXT}}  # fmt: skip
_TEMPLATE: Document = {"type": "string", "pattern": r"\{\{id\}\}"}
_FEATURE: Document = {"type": "object", "required": ["id", "value"],
                      "properties": {"id": _TEXT, "value": {"type": ["boolean", "number"]}}}  # fmt: skip
_CELL: Document = {
    "type": "object",
    "maxProperties": 2,
    "oneOf": [
        {"required": ["id", "name"], "properties": {"id": _TEXT, "name": _TEXT}},
        {"required": ["str"], "properties": {"str": _TEXT}},
        {"required": ["int"], "properties": {"int": {"type": "integer"}}},
        {"required": ["float"], "properties": {"float": {"type": "number"}}},
        {"required": ["date"], "properties": {"date": {"type": "string", "format": "date-time"}}},
    ],
}
_CANDIDATE: Document = {
    "type": "object",
    "required": ["id", "name", "score", "match", "type"],
    "properties": {
        "id": _TEXT, "name": _TEXT, "description": _TEXT, "match": {"type": "boolean"},
        "type": _TYPES, "score": {"type": "number", "minimum": 0, "maximum": 100},
        "features": {"type": "array", "items": _FEATURE},
    },
}  # fmt: skip
_RESULT: Document = {
    "type": "object", "required": ["result"],
    "properties": {"result": {"type": "array", "maxItems": MOST_CANDIDATES, "items": _CANDIDATE}},
}  # fmt: skip

RECONCILE_SCHEMAS: dict[str, Document] = {
    "manifest": {
        "type": "object",
        "required": ["versions", "name", "identifierSpace", "schemaSpace", "view"],
        "properties": {
            "versions": {"type": "array", "items": _TEXT, "contains": {"const": "0.2"}},
            "name": _TEXT,
            "identifierSpace": {"type": "string", "format": "uri"},
            "schemaSpace": {"type": "string", "format": "uri"},
            "defaultTypes": _TYPES,
            "batchSize": {"type": "integer", "minimum": 1},
            "view": {"type": "object", "required": ["url"], "properties": {"url": _TEMPLATE}},
            "preview": {
                "type": "object", "required": ["url", "width", "height"],
                "properties": {"url": _TEMPLATE, "width": {"type": "integer"}, "height": {"type": "integer"}},
            },
            "suggest": {"type": "object", "additionalProperties": _PATH},
            "extend": {
                "type": "object",
                "properties": {"propose_properties": _PATH, "property_settings": {"type": "array"}},
            },
        },
    },
    "results": {"type": "object", "additionalProperties": _RESULT},
    "extension": {
        "type": "object", "required": ["meta", "rows"],
        "properties": {
            "meta": {"type": "array", "items": _NAMED},
            "rows": {"type": "object", "additionalProperties": {
                "type": "object", "additionalProperties": {"type": "array", "items": _CELL}}},
        },
    },
    "suggestions": {"type": "object", "required": ["result"],
                    "properties": {"result": {"type": "array", "items": _NAMED}}},
    "proposals": {"type": "object", "required": ["properties"],
                  "properties": {"properties": {"type": "array", "items": _NAMED}, "type": _TEXT}},
}  # fmt: skip
"""JSON Schemas of what the service answers, by name."""

_QUERIES = json.dumps({"q0": {"query": "a", "limit": 3}})
_ASKED = (400, 413, 415, 422, 429, 500, 503, 504)


def reconcile_operations() -> dict[str, Document]:
    """Return the path items of the reconciliation service."""
    service = [
        option("queries", _TEXT, f"a batch of at most {BATCH} queries, in JSON", _QUERIES),
        option("extend", _TEXT, "a data extension query, in JSON; give this or `queries`"),
        option("lang", _TEXT, "language of names: en or id", "en"),
    ]
    answers: Document = {"anyOf": [RECONCILE_SCHEMAS[each] for each in ("manifest", "extension", "results")]}
    get = _get("reconcile", "The manifest of the reconciliation service, or answers to queries", RECONCILE, service,
               answers, (*_ASKED,))  # fmt: skip
    get["description"] = "Reconciliation Service API 0.2. Without `queries` and `extend`, the manifest."
    body: Document = {
        "required": True,
        "content": {FORM: {
            "schema": {"type": "object", "properties": {"queries": _TEXT, "extend": _TEXT}},
            "example": {"queries": _QUERIES},
        }},
    }  # fmt: skip
    post: Document = {
        **get, "operationId": "reconcile-post", "summary": "Reconcile a batch of names, or fetch values of properties",
        "parameters": service[2:], "requestBody": body,
    }  # fmt: skip
    found: dict[str, Document] = {RECONCILE: {"get": get, "post": post}}
    prefix = option("prefix", _TEXT, "what was typed", "a")
    cursor = option("cursor", {"type": "integer", "minimum": 0, "maximum": 950}, "suggestions to leave out", 0)
    for kind, plural in (("entity", "entities"), ("type", "types"), ("property", "properties")):
        path = f"{RECONCILE}/suggest/{kind}"
        found[path] = {"get": _get(f"suggest-{kind}", f"Suggest {plural} that begin so", f"{path}?prefix=a",
                                   [prefix, cursor, service[2]], RECONCILE_SCHEMAS["suggestions"], _ASKED)}  # fmt: skip
    path = f"{RECONCILE}/properties"
    limit = option("limit", {"type": "integer", "minimum": 0, "maximum": 500}, "properties at most; 0 for all", 5)
    found[path] = {"get": _get("propose-properties", "Properties that things of a type have", f"{path}?limit=5",
                               [option("type", _TEXT, "a type; any without it"), limit, service[2]],
                               RECONCILE_SCHEMAS["proposals"], _ASKED)}  # fmt: skip
    preview = _get("reconcile-preview", "An entity on a small page that others may show inside theirs", PREVIEW,
                   [{"name": "path", "in": "path", "required": True, "schema": _TEXT}, service[2]], {},
                   (400, 404, 429, 500, 503, 504))  # fmt: skip
    del preview["x-example-request"]
    preview["responses"] = {**preview["responses"], "200": {"description": "OK", "content": {HTML: {}}}}  # type: ignore[dict-item]
    found[PREVIEW + "{path}"] = {"get": preview}
    return found


def _get(  # noqa: PLR0913, PLR0917 - the parts of an operation
    name: str, summary: str, example: str, parameters: list[Document], schema: Document, statuses: tuple[int, ...]
) -> Document:
    return {
        "operationId": name,
        "tags": ["reconciliation"],
        "summary": summary,
        "parameters": parameters,
        "x-example-request": example,
        "responses": {
            "200": {"description": "OK", "content": {"application/json": {"schema": schema}}},
            **problems(statuses),
        },
    }
