"""The JSON Schema (draft 2020-12) of a record, generated from the shapes, for editors that complete and underline.

A block's kind is written inside it, so the schema offers every key of every kind; the loader then holds each block to
its own. Values are left to the loader too: a schema cannot know the authority file.
"""

from __future__ import annotations

import json
import re
from typing import Any

from kg_builder.sources.facts import SETTINGS
from kg_builder.sources.records import BLOCK_SETTINGS, HEAD_KEYS, REQUIRED
from kg_builder.sources.schema import Kind, NodeShape, PropertyShape, Schema

_PHRASE = {
    "type": "string",
    "description": "The article's words, in double quotes; `rujukan anchor` writes the @position.",
}
_SETTING_SCHEMAS: dict[str, Any] = {
    "quote": {"$ref": "#/$defs/words"},
    "certainty": {"enum": ["stated", "inferred", "ambiguous"]},
    "rank": {"enum": ["preferred", "normal", "deprecated"]},
    "note": {"type": "string", "description": "Why the words are read in this way."},
    "according-to": {"type": "string", "description": "Whose claim it is, where the article only reports it."},
    "id": {"type": "string", "description": "Names the node that this fact makes."},
}


def record_schema(schema: Schema) -> dict[str, Any]:
    """Return the schema of a record file as plain data."""
    kinds = sorted(schema.shapes)
    patterns: dict[str, Any] = {f"^is ({'|'.join(map(re.escape, kinds))})$": {"$ref": "#/$defs/evidence"}}
    words: dict[str, Any] = {}
    nested: dict[str, Any] = {}
    for shape in (schema.shapes[kind] for kind in kinds):
        for key, relation in sorted(shape.properties.items()):
            if relation.kind is Kind.WORDS:
                words[key] = {"$ref": "#/$defs/evidence"}
            elif relation.kind is Kind.NODE and relation.node in schema.by_iri:
                inner = schema.by_iri[relation.node]
                nested[inner.key] = _nested(inner)
                patterns[f"^{re.escape(key)} .+$"] = {
                    "anyOf": [{"$ref": f"#/$defs/{inner.key}"}, {"$ref": "#/$defs/words"}]
                }
            else:
                patterns[f"^{re.escape(key)} {_value_pattern(relation)}$"] = {"$ref": "#/$defs/evidence"}
    settings = {key: _SETTING_SCHEMAS.get(key, {}) for key in BLOCK_SETTINGS}
    settings["conveys"] = {"type": "object", "additionalProperties": {"$ref": "#/$defs/block"}}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A Rujukan record",
        "type": "object",
        "required": ["article"],
        "properties": {"article": _head()},
        "additionalProperties": {"$ref": "#/$defs/block"},
        "$defs": {
            "words": {"anyOf": [_PHRASE, {"type": "array", "items": _PHRASE, "minItems": 1}]},
            "evidence": {"anyOf": [{"$ref": "#/$defs/words"}, {"$ref": "#/$defs/settings"}, _many_settings()]},
            "settings": {
                "type": "object",
                "required": ["quote"],
                "properties": {**{key: _SETTING_SCHEMAS[key] for key in SETTINGS}, "language": {"type": "string"}},
                "additionalProperties": False,
            },
            "block": {
                "type": "object",
                "properties": settings | words,
                "patternProperties": dict(sorted(patterns.items())),
                "additionalProperties": False,
            },
            **dict(sorted(nested.items())),
        },
    }


def _many_settings() -> dict[str, Any]:
    return {"type": "array", "items": {"anyOf": [_PHRASE, {"$ref": "#/$defs/settings"}]}, "minItems": 1}


def _head() -> dict[str, Any]:
    properties: dict[str, Any] = {key: {"type": "string"} for key in HEAD_KEYS}
    properties["length"] = {"type": ["integer", "string"]}
    return {"type": "object", "required": list(REQUIRED), "properties": properties, "additionalProperties": False}


def _value_pattern(relation: PropertyShape) -> str:
    if relation.kind is Kind.DATE:
        return r"[\[0-9].*"
    if relation.kind is Kind.LITERAL and all(name.endswith(("integer", "decimal")) for name in relation.datatypes):
        return r"[+-]?[0-9.]+"
    return ".+" if relation.kind is Kind.LITERAL else "[A-Za-z0-9][A-Za-z0-9-]*"


def _nested(shape: NodeShape) -> dict[str, Any]:
    properties: dict[str, Any] = {key: _SETTING_SCHEMAS[key] for key in SETTINGS}
    patterns: dict[str, Any] = {}
    plain = {"type": ["string", "number", "integer"]}
    for key, relation in shape.properties.items():
        if relation.kind is Kind.WORDS:
            properties[key] = {"$ref": "#/$defs/evidence"}
        elif relation.kind is Kind.NODE:
            patterns[f"^{re.escape(key)} .+$"] = {"type": "object"}
        else:
            properties[key] = {"anyOf": [plain, {"type": "array", "items": plain}]}
            patterns[f"^{re.escape(key)} {_value_pattern(relation)}$"] = {"$ref": "#/$defs/evidence"}
    return {
        "type": "object",
        "required": ["quote"],
        "properties": dict(sorted(properties.items())),
        "patternProperties": dict(sorted(patterns.items())),
        "additionalProperties": False,
    }


def render(schema: Schema) -> str:
    """Return the schema as the text of ``data/record.schema.json``."""
    return json.dumps(record_schema(schema), indent=2, ensure_ascii=False) + "\n"
