"""Figures: a graph, a timeline, a map or a chart as data for the page's scripts, and as a table for everybody.

The shapes are those of `server/web/src/views/types.ts`. A template shows a figure with the macro of `_figure.html`,
which writes the table too; the page is rendered with `script_words=script_words(...)`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import ClassVar, Literal, TypeAlias, get_args

from kg_server.pages.dates import date_text
from kg_server.pages.words.figure import SCRIPT_WORDS

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
        start: the date or interval, in EDTF as far as it is known, empty where it is not; `end` where the two ends
            are known apart.
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
        """Return the date in words, empty where it is not known."""
        if self.start:
            return date_text(f"{self.start}/{self.end}" if self.end else self.start, language)
        if self.earliest and self.latest and self.earliest != self.latest:
            return date_text(f"[{self.earliest}..{self.latest}]", language)
        return date_text(self.earliest or self.latest or "", language)


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
        return decimal(len(self.items) if self.value is None else self.value, language)


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
        return decimal(self.value, language)


@dataclass(frozen=True, slots=True)
class _Drawn:
    def data(self) -> dict[str, object]:
        """Return the figure as plain data for its script; what has no value is left out.

        >>> Chart((Bar("maps", 12, "more"),)).data()
        {'bars': [{'label': 'maps', 'value': 12, 'bound': 'more'}]}
        """
        return {each.name: [dict(_pairs(part)) for part in getattr(self, each.name)] for each in fields(self)}


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


def _pairs(part: _Part) -> Iterator[tuple[str, object]]:
    for each in fields(part):
        value = getattr(part, each.name)
        if isinstance(value, tuple):
            value = [dict(_pairs(item)) for item in value]
        # Zero is a value; an empty text, an empty list and a flag that is off are none.
        if value is not None and value is not False and value not in ("", []):
            yield _RENAMED.get(each.name, each.name), value


def script_words(*views: View) -> tuple[str, ...]:
    """Return the keys of the words that the scripts of these views say.

    >>> "figure_log" in script_words("chart")
    True
    """
    return tuple(dict.fromkeys(key for view in views for key in (*SCRIPT_WORDS["all"], *SCRIPT_WORDS[view])))


def decimal(value: float, language: str) -> str:
    """Write a number as people of a language do.

    >>> decimal(4500000, "en"), decimal(2600.5, "id")
    ('4,500,000', '2.600,5')
    """
    text = f"{value:,}".removesuffix(".0")
    return text.translate(str.maketrans(",.", ".,")) if language == "id" else text
