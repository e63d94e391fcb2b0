"""What the specification says of reconciliation services, for tests: its own schemas where somebody has them.

They are another project's, so they are not kept here. Whoever has a copy of github.com/reconciliation-api/specs names
its folder 0.2 in RECONCILIATION_SPECS, or puts it into ../shared/reconciliation-specs.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT7

_SHARED = Path(__file__).parents[3] / "shared" / "reconciliation-specs" / "0.2"
# A schema of OpenAPI 2, which the manifest's schema names; services here have no authentication.
_ELSEWHERE = "http://swagger.io/v2/schema.json"


def specification() -> Path:
    """The folder 0.2 of the specification; the test is skipped where nobody has it."""
    folder = Path(os.environ.get("RECONCILIATION_SPECS") or _SHARED)
    if not (folder / "schemas" / "manifest.json").is_file():
        pytest.skip("no copy of the specification: set RECONCILIATION_SPECS to its folder 0.2")
    return folder


def validator(folder: Path, name: str) -> jsonschema.protocols.Validator:
    """The schema of that name, with those that it refers to."""
    registry: Registry[Any] = Registry().with_resource(
        _ELSEWHERE,
        Resource.from_contents({"definitions": {"securityDefinitions": {"additionalProperties": {}}}}, DRAFT7),
    )
    schemas = {path.stem: json.loads(path.read_text("utf-8")) for path in (folder / "schemas").glob("*.json")}
    for stem, schema in schemas.items():
        for uri in (f"https://reconciliation-api.github.io/specs/0.2/schemas/{stem}.json", schema.get("$id", stem)):
            registry = registry.with_resource(uri, Resource.from_contents(schema, DRAFT7))
    return jsonschema.Draft7Validator(schemas[name], registry=registry)
