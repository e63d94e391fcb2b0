"""Figures: a graph, a timeline, a map or a chart as data for the page's scripts, and as a table for everybody.

The shapes are those of `server/web/src/views/types.ts`. A template shows a figure with the macro of `_figure.html`,
which writes the table too.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import ClassVar, Literal, TypeAlias, get_args

from markupsafe import Markup

from kg_server.pages.dates import date_text

View: TypeAlias = Literal["graph", "timeline", "map", "chart"]
Bound: TypeAlias = Literal["exact", "more", "least", "less", "most", "about"]

VIEWS: tuple[View, ...] = get_args(View)


@dataclass(frozen=True, slots=True)
class Named:
    """A text that may lead to a page; `lang` where it is not in the page's language."""

    label: str
    href: str | None = None
    lang: str | None = None


@dataclass(frozen=True, slots=True)
class Node:
    """A node of a graph: `id` tells it from others, `kind` is the name of its class."""

    id: str
    label: str
    kind: str | None = None
    href: str | None = None
    lang: str | None = None


@dataclass(frozen=True, slots=True)
class Edge:
    """A relation between two nodes, by their ids; `said` where somebody says so and it is not asserted."""

    source: str
    target: str
    label: str
    href: str | None = None
    planned: bool = False
    said: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """Something with a date.

    Attributes:
        start: the date or interval, in EDTF as far as it is known; `end` where the two ends are known apart.
        earliest, latest: the days (YYYY-MM-DD) between which it lies; read from the EDTF where they are left out.
    """

    label: str
    start: str
    end: str | None = None
    earliest: str | None = None
    latest: str | None = None
    group: str | None = None
    kind: str | None = None
    planned: bool = False
    href: str | None = None
    lang: str | None = None

    def when(self, language: str) -> str:
        """Return the date in words."""
        return date_text(f"{self.start}/{self.end}" if self.end else self.start, language)


@dataclass(frozen=True, slots=True)
class Place:
    """A place: a country (ISO 3166-1, two letters or three digits, or its name) or a point in degrees."""

    label: str
    country: str | None = None
    lat: float | None = None
    lon: float | None = None
    value: float | None = None
    items: tuple[Named, ...] = ()
    href: str | None = None
    lang: str | None = None

    def count(self, language: str) -> str:
        """Return the number that the map shows here, as people of a language write it."""
        return amount(len(self.items) if self.value is None else self.value, language)


@dataclass(frozen=True, slots=True)
class Bar:
    """A number with its bound: "more than 12" is `value=12, bound="more"`."""

    label: str
    value: float
    bound: Bound = "exact"
    unit: str | None = None
    group: str | None = None
    href: str | None = None
    lang: str | None = None

    def amount(self, language: str) -> str:
        """Return the number without its bound, as people of a language write it."""
        return amount(self.value, language)


class _Drawn:
    __slots__ = ()

    def json(self: Figure) -> Markup:  # type: ignore[misc]
        """Return the data as it stands in the page."""
        return Markup(script_json(data_of(self)))  # noqa: S704 - escaped


@dataclass(frozen=True, slots=True)
class Graph(_Drawn):
    """Nodes and the relations between them."""

    view: ClassVar[View] = "graph"
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


@dataclass(frozen=True, slots=True)
class Timeline(_Drawn):
    """Dated things."""

    view: ClassVar[View] = "timeline"
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Map(_Drawn):
    """Places with what is there."""

    view: ClassVar[View] = "map"
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Chart(_Drawn):
    """Numbers side by side."""

    view: ClassVar[View] = "chart"
    bars: tuple[Bar, ...]


Figure: TypeAlias = Graph | Timeline | Map | Chart
_Part: TypeAlias = Named | Node | Edge | Item | Place | Bar

_RENAMED = {"source": "from", "target": "to"}


def data_of(figure: Figure) -> dict[str, object]:
    """Return a figure as plain data for its script; what has no value is left out.

    >>> data_of(Chart((Bar("maps", 12, "more"),)))
    {'bars': [{'label': 'maps', 'value': 12, 'bound': 'more'}]}
    """
    return {each.name: [dict(_pairs(part)) for part in getattr(figure, each.name)] for each in fields(figure)}


def _pairs(part: _Part) -> Iterator[tuple[str, object]]:
    for each in fields(part):
        value = getattr(part, each.name)
        if isinstance(value, tuple):
            value = [dict(_pairs(item)) for item in value]
        # Zero is a value; an empty text, an empty list and a flag that is off are none.
        if value is not None and value is not False and value not in ("", []):
            yield _RENAMED.get(each.name, each.name), value


def script_json(data: object) -> str:
    r"""Return JSON that can stand in a `<script type="application/json">`: nothing in it ends the element.

    >>> script_json({"label": "</script>"})
    '{"label": "\\u003c/script>"}'
    """
    text = json.dumps(data, ensure_ascii=False)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def amount(value: float, language: str) -> str:
    """Write a number as people of a language do.

    >>> amount(4500000, "en"), amount(2600.5, "id")
    ('4,500,000', '2.600,5')
    """
    text = f"{value:,}".removesuffix(".0")
    return text.translate(str.maketrans(",.", ".,")) if language == "id" else text
