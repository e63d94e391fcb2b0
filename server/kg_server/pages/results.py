"""Results as rows of cells: from the SPARQL JSON format to what a table shows."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from kg_builder.namespaces import EDTF

# Paths that need no care: no fragment, nothing to encode, no second slash that would lead to another host.
_PAGE = re.compile(r"[\w.-]+(?:/[\w.-]+)+", re.ASCII)
_LOCAL = re.compile(r"[\w.%-]*")
_XSD = "http://www.w3.org/2001/XMLSchema#"
# Everybody reads these, so pages use them whether or not the release declares them.
_COMMON = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "xsd": _XSD,
}
_PLAIN = frozenset(
    {EDTF, *(_XSD + name for name in ("string", "integer", "decimal", "date", "boolean", "gYear", "double"))}
)


@dataclass(frozen=True, slots=True)
class Cell:
    """One value: its text, a link and its full form when it is an IRI, its language, a note such as a datatype."""

    text: str
    link: str | None = None
    title: str | None = None
    language: str | None = None
    note: str | None = None
    number: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A result: column names, the rows that are shown, how many there are; or the answer of an ASK."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: int
    boolean: bool | None = None

    def numeric(self, column: int) -> bool:
        """Whether every shown value of a column is a number."""
        return all(row[column].number for row in self.rows)


def shorten(iri: str, prefixes: Mapping[str, str]) -> str:
    """Abbreviate an IRI by the longest namespace that fits; return it whole where none does.

    >>> shorten("https://example.org/id/fair", {"ex": "https://example.org/", "id": "https://example.org/id/"})
    'id:fair'
    """
    best, best_length = iri, 0
    for prefix, namespace in prefixes.items():
        local = iri[len(namespace) :]
        if len(namespace) > best_length and iri.startswith(namespace) and _LOCAL.fullmatch(local):
            best, best_length = f"{prefix}:{local}", len(namespace)
    return best


def read_table(body: bytes, prefixes: Mapping[str, str], endpoint: str, limit: int, base: str = "") -> Table:
    """Read SPARQL 1.1 Query Results JSON.

    Args:
        body: the whole answer.
        prefixes: for abbreviating IRIs.
        endpoint: where a link asks for more about an IRI.
        limit: rows to keep.
        base: whose IRIs have pages beside the endpoint; empty when there are none.
    """
    data = json.loads(body)
    known = {**_COMMON, **prefixes}
    if "boolean" in data:
        return Table((), (), 1, bool(data["boolean"]))
    columns = tuple(data["head"]["vars"])
    bindings = data["results"]["bindings"]
    rows = tuple(tuple(_cell(row.get(name), known, endpoint, base) for name in columns) for row in bindings[:limit])
    return Table(columns, rows, len(bindings))


def translate(table: Table, names: Mapping[tuple[str, str], str], columns: AbstractSet[str], language: str) -> Table:
    """Return a table with names in the language of its page; what the answer says becomes the title of the cell.

    Args:
        table: to show.
        columns: the variables whose values are names.
        names: by text and language of a cell, the name in the page's language.
        language: of the page.

    >>> table = Table(("name",), ((Cell("Spring loan", language="en"),),), 1)
    >>> translate(table, {("Spring loan", "en"): "Pinjaman musim semi"}, {"name"}, "id").rows[0][0].text
    'Pinjaman musim semi'
    """

    def change(column: str, cell: Cell) -> Cell:
        name = names.get((cell.text, (cell.language or "").lower())) if column in columns else None
        return cell if name is None else Cell(name, title=f"{cell.text} ({cell.language})", language=language)

    return Table(
        table.columns, tuple(tuple(map(change, table.columns, row)) for row in table.rows), table.total, table.boolean
    )


def _cell(term: Mapping[str, Any] | None, prefixes: Mapping[str, str], endpoint: str, base: str) -> Cell:
    if term is None:
        return Cell("")
    kind, value = term["type"], term["value"]
    if kind == "uri":
        describe = f"{endpoint}?{urlencode({'query': f'DESCRIBE <{value}>', 'format': 'html'})}"
        if base and value.startswith(base) and _PAGE.fullmatch(value, len(base)):
            describe = f"{endpoint.removesuffix('/sparql')}/{value[len(base) :]}?format=html"
        return Cell(shorten(value, prefixes), link=describe, title=value)
    if kind == "bnode":
        return Cell(f"_:{value}")
    if kind == "triple":
        return Cell(_written(term, prefixes))
    datatype = term.get("datatype")
    note = shorten(datatype, prefixes) if datatype and datatype not in _PLAIN else None
    is_number = datatype in {_XSD + "integer", _XSD + "decimal", _XSD + "double"}
    return Cell(value, language=term.get("xml:lang"), note=note, number=is_number)


def _written(term: Mapping[str, Any], prefixes: Mapping[str, str]) -> str:
    """Write a term as Turtle does (RDF 1.2 Turtle, section 2), with a prefix where one fits."""
    kind, value = term["type"], term["value"]
    if kind == "triple":
        return f"<<( {' '.join(_written(value[name], prefixes) for name in ('subject', 'predicate', 'object'))} )>>"
    if kind == "uri":
        short = shorten(value, prefixes)
        return f"<{value}>" if short == value else short
    if kind == "bnode":
        return f"_:{value}"
    text = json.dumps(value, ensure_ascii=False)
    if language := term.get("xml:lang"):
        direction = term.get("its:dir")
        return f"{text}@{language}--{direction}" if direction else f"{text}@{language}"
    datatype = term.get("datatype")
    return text if datatype in {None, _XSD + "string"} else f"{text}^^{shorten(datatype, prefixes)}"
