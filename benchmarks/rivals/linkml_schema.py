"""The LinkML schema of the exported nodes: a class for each of theirs, a slot for each predicate and kind of value.

Its dumper writes neither named graphs nor language tags, so both are left out of what it is given.
"""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks.rivals.export import Slot, Table


def write_linkml(tables: list[Table], folder: Path) -> None:
    """Write ``schema.yaml`` (as JSON, which is YAML) and ``instances.json``, the instances of each class."""
    slots = sorted({slot for table in tables for slot in table.slots if slot.kind != "words"})
    names = {slot: f"p{number}" for number, slot in enumerate(slots)}
    datatypes = sorted({slot.of for slot in slots if slot.kind == "value"})
    types = {datatype: f"t{number}" for number, datatype in enumerate(datatypes)}
    several = {slot for table in tables for slot in table.many}
    ranges = {"iri": "uriorcurie", "text": "string"}
    schema = {
        "id": "https://example.org/rival",
        "name": "rival",
        "prefixes": {"linkml": "https://w3id.org/linkml/"},
        "imports": ["linkml:types"],
        "default_range": "string",
        "types": {name: {"typeof": "string", "base": "str", "uri": datatype} for datatype, name in types.items()},
        "slots": {
            "id": {"identifier": True, "range": "uriorcurie"},
            **{
                name: {
                    "slot_uri": slot.predicate,
                    "range": ranges.get(slot.kind) or types[slot.of],
                    "multivalued": slot in several,
                }
                for slot, name in names.items()
            },
        },
        "classes": {
            table.name: {
                "class_uri": table.iri or "rdfs:Resource",
                "slots": ["id", *(names[slot] for slot in table.slots if slot in names)],
            }
            for table in tables
        },
    }
    (folder / "schema.yaml").write_text(json.dumps(schema), "utf-8")
    data = {table.name: [_instance(iri, each, names, several) for iri, each in table.nodes.items()] for table in tables}
    (folder / "instances.json").write_text(json.dumps(data, ensure_ascii=False), "utf-8")


def _instance(
    iri: str, values: dict[Slot, list[str]], names: dict[Slot, str], several: set[Slot]
) -> dict[str, str | list[str]]:
    known = {slot: each for slot, each in values.items() if slot in names}
    return {"id": iri, **{names[slot]: each if slot in several else each[0] for slot, each in known.items()}}
