"""From the rows of a saved query with a view to the figure that draws them (docs/project.md has the roles)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from kg_builder.namespaces import RJ, SCHEMA
from kg_server.pages.figures import (
    Bar,
    Bound,
    Chart,
    Edge,
    Figure,
    Graph,
    Item,
    Map,
    Named,
    Node,
    Place,
    Timeline,
    View,
)
from kg_server.pages.results import Cell, Table
from kg_server.pages.words import COMMON_NAMES

Labels = Mapping[str, Mapping[str, str]]

_BOUNDS: Mapping[str, Bound] = {
    SCHEMA + "value": "exact",
    RJ + "moreThan": "more",
    RJ + "atLeast": "least",
    RJ + "lessThan": "less",
    RJ + "atMost": "most",
    RJ + "about": "about",
}
# Roles whose IRIs are shown by their names; a label column, if there is one, stands before the name.
_NAMED: Mapping[View, Mapping[str, str]] = {
    "graph": {"from": "fromLabel", "to": "toLabel", "fromKind": "", "toKind": "", "relation": ""},
    "timeline": {"group": "", "kind": "", "label": ""},
    "map": {"place": "placeLabel", "item": "label", "label": "", "country": ""},
    "chart": {"unit": "", "group": "", "label": ""},
}


def unnamed(view: View, table: Table) -> list[str]:
    """Return the IRIs of a table whose names a figure shows and no column gives.

    >>> cells = (Cell("ex:a", link="/a", title="urn:a"), Cell("A"), Cell("ex:b", link="/b", title="urn:b"))
    >>> unnamed("graph", Table(("from", "fromLabel", "to"), (cells,), 1))
    ['urn:b']
    """
    wanted = [role for role, label in _NAMED[view].items() if label not in table.columns]
    found = (row.get(role) for row in _rows(table, {}, "") for role in wanted)
    return list(dict.fromkeys(cell.title for cell in found if cell and cell.link and cell.title))


def draw(view: View, table: Table, labels: Labels, language: str) -> Figure | None:
    """Return the figure of a table, None when no row has what it is drawn from.

    Args:
        view: how to draw.
        table: whose columns have the names of roles.
        labels: names by IRI and language (see `unnamed`).
        language: of the page.
    """
    rows = list(_rows(table, labels, language))
    figure: Figure
    if view == "graph":
        figure, drawn = _graph(rows), any(row.get("from") and row.get("to") for row in rows)
    elif view == "timeline":
        items = tuple(dict.fromkeys(_item(row) for row in rows if row.get("label")))
        figure, drawn = Timeline(items), bool(items)
    elif view == "map":
        places = _places(rows)
        figure, drawn = Map(places), bool(places)
    else:
        bars = tuple(dict.fromkeys(bar for row in rows if (bar := _bar(row))))
        figure, drawn = Chart(bars), bool(bars)
    return figure if drawn else None


@dataclass(frozen=True, slots=True)
class _Row:
    cells: Mapping[str, Cell]
    labels: Labels
    language: str

    def get(self, role: str) -> Cell | None:
        cell = self.cells.get(role)
        return cell if cell and (cell.text or cell.link) else None

    def text(self, role: str) -> str:
        cell = self.get(role)
        return cell.text if cell else ""

    def name(self, role: str) -> str:
        cell = self.get(role)
        return self._named(cell).label if cell else ""

    def flag(self, role: str) -> bool:
        return self.text(role) in {"true", "1"}

    def number(self, role: str) -> float | None:
        try:
            value = float(self.text(role))
        except ValueError:
            return None
        if not math.isfinite(value):
            return None
        return int(value) if value.is_integer() else value

    def named(self, role: str, label: str) -> Named:
        """Return what two columns name and lead to: the IRI in one, its label, where it has one, in the other."""
        cell = self.get(role)
        shown = self._named(self.get(label) or cell or Cell(""))
        href = f"{cell.link}&lang={self.language}" if cell and cell.link else shown.href
        return replace(shown, href=href)

    def _named(self, cell: Cell) -> Named:
        """Return a cell's text, or the name of the IRI that it holds."""
        if not cell.link or not cell.title:
            return Named(cell.text, lang=None if cell.language == self.language else cell.language)
        names = self.labels.get(cell.title, COMMON_NAMES.get(cell.title, {}))
        for code in (self.language, "", *names):
            if code in names:
                return Named(names[code], f"{cell.link}&lang={self.language}", code if code != self.language else None)
        return Named(cell.text, f"{cell.link}&lang={self.language}")


def _rows(table: Table, labels: Labels, language: str) -> Iterator[_Row]:
    for cells in table.rows:
        yield _Row(dict(zip(table.columns, cells, strict=True)), labels, language)


def _graph(rows: list[_Row]) -> Graph:
    nodes: dict[str, Node] = {}
    edges: dict[Edge, None] = {}
    for row in rows:
        ends = []
        for role in ("from", "to"):
            if cell := row.get(role):
                named, key = row.named(role, f"{role}Label"), cell.title or cell.text
                ends.append(key)
                known = nodes.get(key)
                if known is None or not known.kind:
                    kind = row.name(f"{role}Kind") or None
                    nodes[key] = Node(key, named.label, kind, named.href, named.lang)
        # A row without a second end is a node that stands alone.
        if len(ends) == len(("from", "to")):
            relation = row.name("relation")
            edges[Edge(ends[0], ends[1], relation, planned=row.flag("planned"), said=row.flag("said"))] = None
    return Graph(tuple(nodes.values()), tuple(edges))


def _item(row: _Row) -> Item:
    named = row.named("item", "label")
    return Item(
        label=named.label,
        start=row.text("start"),
        end=row.text("end") or None,
        earliest=row.text("earliest") or None,
        latest=row.text("latest") or None,
        group=row.name("group") or None,
        kind=row.name("kind") or None,
        planned=row.flag("planned"),
        href=named.href,
        lang=named.lang,
    )


def _places(rows: list[_Row]) -> tuple[Place, ...]:
    found: dict[object, Place] = {}
    for row in rows:
        country, lat, lon = row.name("country") or None, row.number("lat"), row.number("lon")
        named = row.named("place", "placeLabel")
        if not (country or (lat is not None and lon is not None) or named.label):
            continue
        key = (country, lat, lon) if country or lat is not None else named.label
        item, value = row.named("item", "label"), row.number("value")
        if not named.label:
            # A point without a name of its own has the name of what is there.
            named = Named(country) if country else item
        place = found.get(key) or Place(named.label, country, lat, lon, href=named.href, lang=named.lang)
        if item.label and item not in place.items:
            place = replace(place, items=(*place.items, item))
        if value is not None:
            place = replace(place, value=(place.value or 0) + value)
        found[key] = place
    return tuple(found.values())


def _bar(row: _Row) -> Bar | None:
    value = row.number("value")
    if value is None:
        return None
    named, cell = row.named("item", "label"), row.get("bound")
    bound: Bound = "exact"
    if cell:
        bound = _BOUNDS.get(cell.title or "", "exact")
    return Bar(named.label, value, bound, row.name("unit") or None, row.name("group") or None, named.href, named.lang)
