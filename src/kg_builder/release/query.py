"""Queries against a release's store: saved ones by name with typed parameters, and any other by its text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from kg_builder.errors import QueryError, ReleaseError
from kg_builder.ids import is_slug, nearest
from kg_builder.model import Term
from kg_builder.namespaces import XSD
from kg_builder.release.manifest import Manifest
from kg_builder.release.store import STORE_FOLDER
from kg_builder.terms import canonical, literal_parts

RESULT_FORMATS = {
    "json": ox.QueryResultsFormat.JSON,
    "xml": ox.QueryResultsFormat.XML,
    "csv": ox.QueryResultsFormat.CSV,
    "tsv": ox.QueryResultsFormat.TSV,
}
"""Formats of SELECT and ASK answers."""

GRAPH_FORMATS = {
    "turtle": ox.RdfFormat.TURTLE,
    "ntriples": ox.RdfFormat.N_TRIPLES,
    "rdfxml": ox.RdfFormat.RDF_XML,
    "jsonld": ox.RdfFormat.JSON_LD,
}
"""Formats of CONSTRUCT and DESCRIBE answers."""

_IRI = re.compile(r"<([^<>\"{}|^`\\\x00-\x20]+)>\Z")
_CURIE = re.compile(r"([A-Za-z][A-Za-z0-9_.-]*)?:(\S*)\Z")


@dataclass(frozen=True, slots=True)
class Reader:
    """An open release: its manifest and its store, read-only."""

    manifest: Manifest
    store: ox.Store
    saved: tuple[dict[str, object], ...]

    def solutions(
        self, query: str, bound: Mapping[str, ox.NamedNode | ox.Literal] | None = None
    ) -> ox.QuerySolutions | ox.QueryTriples | ox.QueryBoolean:
        """Run a query with the release's prefixes; variables may be bound to terms, never to text.

        Raises:
            QueryError: it is no SPARQL query.
        """
        substitutions: dict[ox.Variable, ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple] = {
            ox.Variable(name): term for name, term in (bound or {}).items()
        }
        try:
            return self.store.query(query, prefixes=dict(self.manifest.prefixes), substitutions=substitutions)
        except SyntaxError as error:
            raise QueryError(f"not a SPARQL query: {_first(str(error))}") from error

    def rows(self, query: str, bound: Mapping[str, ox.NamedNode | ox.Literal] | None = None) -> list[list[str]]:
        """Return a SELECT's answer as terms in N-Triples syntax; what is unbound is empty.

        The query projects the variables that are bound from outside, as the store demands; their columns are left out.

        Raises:
            QueryError: it is no SELECT query.
        """
        found = self.solutions(query, bound)
        if not isinstance(found, ox.QuerySolutions):
            raise QueryError("a SELECT query is needed here")
        free = [place for place, variable in enumerate(found.variables) if variable.value not in (bound or {})]
        return [["" if solution[place] is None else str(solution[place]) for place in free] for solution in found]

    def term(self, written: str, kind: str = "iri") -> ox.NamedNode | ox.Literal:
        """Return what a person wrote for a term: ``<iri>``, ``prefix:name`` or an id; or a literal of another kind.

        Raises:
            QueryError: it is not of that kind.
        """
        if kind == "string":
            return ox.Literal(written)
        if kind in {"date", "integer", "decimal"}:
            try:
                return ox.Literal(canonical(written, f"{XSD}{kind}"), datatype=ox.NamedNode(f"{XSD}{kind}"))
            except ValueError as error:
                raise QueryError(str(error)) from error
        return ox.NamedNode(self.iri(written))

    def iri(self, written: str) -> str:
        """Return the IRI that a person wrote: ``<iri>``, a full one, ``prefix:name`` or an id of the graph.

        Raises:
            QueryError: it is none of these.
        """
        if match := _IRI.match(written):
            return _valid(match.group(1))
        if written.startswith(("http://", "https://", "urn:")) and _IRI.match(f"<{written}>"):
            return _valid(written)
        prefixes = self.manifest.prefixes
        if match := _CURIE.match(written):
            prefix, name = match.group(1) or "", match.group(2)
            if prefix in prefixes:
                return _valid(f"{prefixes[prefix]}{name}")
            raise QueryError(f"no prefix «{prefix}:»{nearest(prefix, prefixes)}")
        if is_slug(written) or "/" in written:
            return _valid(f"{prefixes['id']}{written}")
        raise QueryError(f"«{written}» names no thing: write an id, prefix:name or <iri>")

    def short(self, term: str) -> str:
        """Return a term as people read it: IRIs with their prefix, literals without quotes."""
        if term.startswith("<"):
            bare = term[1:-1]
            fitting = [(space, prefix) for prefix, space in self.manifest.prefixes.items() if bare.startswith(space)]
            if not fitting:
                return bare
            space, prefix = max(fitting, key=lambda pair: len(pair[0]))
            return f"{prefix}:{bare[len(space) :]}"
        if term.startswith('"'):
            return literal_parts(Term(term))[0]
        return term


def _valid(iri: str) -> str:
    try:
        return ox.NamedNode(iri).value
    except ValueError as error:
        raise QueryError(f"«{iri}» is not an IRI: {error}") from error


def _first(message: str, most: int = 160) -> str:
    """Return the beginning of the parser's message, which goes on to list all that might have followed."""
    line = message.partition("\n")[0]
    return line if len(line) <= most else f"{line[:most].rpartition(' ')[0]} …"


def open_release(build_dir: Path) -> Reader:
    """Open the current release.

    Raises:
        ReleaseError: there is none, or it is damaged.
    """
    path = build_dir / "current"
    if not path.exists():
        raise ReleaseError("no release yet: run `rujukan build` first")
    folder = path.resolve()
    manifest = Manifest.read(folder)
    try:
        store = ox.Store.read_only(str(folder / STORE_FOLDER))
        saved = json.loads((folder / "queries.json").read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ReleaseError(f"release {manifest.release} is damaged: {error}; run `rujukan build --force`") from error
    return Reader(manifest, store, tuple(saved))


def saved_query(
    reader: Reader, name: str, values: Mapping[str, str]
) -> tuple[str, dict[str, ox.NamedNode | ox.Literal]]:
    """Return a saved query's text and its parameters bound to the given values or their defaults.

    Raises:
        QueryError: no query or parameter is called so, or a value has the wrong type.
    """
    by_name = {str(query["name"]): query for query in reader.saved}
    query = by_name.get(name)
    if query is None:
        raise QueryError(f"no saved query «{name}»{nearest(name, by_name)}; `rujukan query --list` shows all")
    parameters = query["parameters"]
    assert isinstance(parameters, list)  # noqa: S101 - the manifest's reader wrote it
    known = {str(parameter["name"]): parameter for parameter in parameters}
    for given in values:
        if given not in known:
            raise QueryError(f"«{name}» has no parameter «{given}»{nearest(given, known)}")
    bound = {}
    for key, parameter in known.items():
        try:
            bound[key] = reader.term(values.get(key, str(parameter["default"])), str(parameter["type"]))
        except QueryError as error:
            raise QueryError(f"parameter «{key}»: {error}") from error
    return str(query["query"]), bound


def table(reader: Reader, header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return rows as a plain table with aligned columns."""
    cells = [list(header), *([reader.short(cell) for cell in row] for row in rows)]
    widths = [max(len(row[place]) for row in cells) for place in range(len(cells[0]))] if cells[0] else []
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells]
    lines.insert(1, "  ".join("─" * width for width in widths))
    return "\n".join(lines)
