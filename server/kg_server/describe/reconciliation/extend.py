"""Values of properties, to fill the columns of somebody's table (Reconciliation Service API 0.2, section 7)."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

import pyoxigraph as ox

from kg_builder.namespaces import XSD
from kg_server.backends.base import Backend
from kg_server.describe.reconciliation.identifiers import Identifiers
from kg_server.describe.reconciliation.known import Known, find_known, find_values, things_of
from kg_server.http.reconciliation import Extension

Cell = dict[str, Any]

MOST_CELLS = 200
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_INTEGER = XSD + "integer"
_NUMBERS = frozenset(XSD + each for each in ("decimal", "double", "float"))


async def extend(
    backend: Backend, identifiers: Identifiers, asked: Extension, language: str
) -> dict[str, dict[str, list[Cell]]]:  # fmt: skip
    """Return the values of each property, by identifier of the entity and of the property.

    Args:
        backend: to ask.
        identifiers: of the release.
        asked: what is wanted.
        language: of names, where a value has one in several.

    Raises:
        BadParameter: a property that is none.
        Problem: what the backend raises.
    """
    iris = {each: identifiers.entity(each) for each in asked.ids}
    wanted = list(dict.fromkeys(each for each in iris.values() if each))
    of_property: dict[str, Mapping[str, list[ox.NamedNode | ox.Literal]]] = {}
    for each in asked.properties:
        if each.id not in of_property:
            of_property[each.id] = await find_values(backend, wanted, identifiers.path(each.id))
    things = things_of(of_property.values())
    known = await find_known(backend, sorted(things))
    most = {each.id: each.settings.most for each in asked.properties}
    return {
        key: {
            name: _cells(found.get(iri or "", ()), known, identifiers, language)[: most[name] or MOST_CELLS]
            for name, found in of_property.items()
        }
        for key, iri in iris.items()
    }


def _cells(
    nodes: Iterable[ox.NamedNode | ox.Literal], known: Mapping[str, Known], identifiers: Identifiers, language: str
) -> list[Cell]:
    found = [
        cell(node, known, identifiers, language) for node in sorted(nodes, key=lambda each: _order(each, language))
    ]
    return [each for at, each in enumerate(found) if each not in found[:at]]


def _order(node: ox.NamedNode | ox.Literal, language: str) -> tuple[bool, str]:
    spoken = node.language if isinstance(node, ox.Literal) else None
    return spoken not in {None, language}, node.value


def cell(
    node: ox.NamedNode | ox.Literal, known: Mapping[str, Known], identifiers: Identifiers, language: str
) -> Cell:  # fmt: skip
    """Return a value as a cell of a table: an entity, a number, a day, or text.

    >>> day = ox.Literal("2024-06-28", datatype=ox.NamedNode(XSD + "date"))
    >>> cell(day, {}, Identifiers("https://example.org/", {}), "en"), cell(ox.Literal(7), {}, Identifiers("", {}), "en")
    ({'date': '2024-06-28T00:00:00Z'}, {'int': 7})
    """
    if isinstance(node, ox.NamedNode):
        name, local = known.get(node.value, Known()).name(language), identifiers.local(node.value)
        if local is not None:
            return {"id": local, "name": name or local}
        return {"str": name or node.value}
    kind, value = node.datatype.value, node.value
    if kind == _INTEGER:
        return {"int": int(value)}
    if kind in _NUMBERS and math.isfinite(float(value)):
        return {"float": float(value)}
    if kind == XSD + "date" and _DAY.fullmatch(value):
        # The specification has no day without a time.
        return {"date": f"{value}T00:00:00Z"}
    return {"str": value}
