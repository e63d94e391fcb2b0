"""Whether two answers are the same: result sets up to blank nodes and numbers' values, graphs up to isomorphism."""

from __future__ import annotations

import csv
import io
import math
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

import pyoxigraph as ox

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conformance.manifests import Case

XSD = "http://www.w3.org/2001/XMLSchema#"
RS = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#"
EXPECTED = {"srx": ox.QueryResultsFormat.XML, "srj": ox.QueryResultsFormat.JSON, "tsv": ox.QueryResultsFormat.TSV}
_EXACT = {XSD + name for name in ("decimal", "integer", "int", "long", "short", "byte", "nonNegativeInteger")}
_FLOATING = {XSD + "double", XSD + "float"}

Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
Key = Hashable


@dataclass(frozen=True, slots=True)
class Blank:
    """A blank node in a key: what it is called is not part of the answer."""

    name: str


@dataclass(frozen=True, slots=True)
class Table:
    """A result set: rows in order, each with its bound variables alone."""

    variables: tuple[str, ...]
    rows: tuple[tuple[tuple[str, Key], ...], ...]


def key(term: Term) -> Key:
    """What of a term counts in a comparison.

    >>> key(ox.Literal("1", datatype=ox.NamedNode(XSD + "boolean"))) == key(ox.Literal(True))
    True
    """
    if isinstance(term, ox.BlankNode):
        return Blank(term.value)
    if isinstance(term, ox.Triple):
        return (key(term.subject), key(term.predicate), key(term.object))
    if isinstance(term, ox.NamedNode):
        return ("iri", term.value)
    return (term.datatype.value, _value(term), (term.language or "").lower(), str(term.direction))


def _value(literal: ox.Literal) -> Key:
    datatype, text = literal.datatype.value, literal.value
    try:
        if datatype in _FLOATING:
            number = float(text)
            return "nan" if math.isnan(number) else float(f"{number:.6g}")
        if datatype in _EXACT:
            return Decimal(text).normalize()
    except (ValueError, InvalidOperation):
        # Not a number after all: the text is all there is.
        return text
    return {"0": "false", "1": "true"}.get(text, text) if datatype == XSD + "boolean" else text


def read_results(body: bytes, form: ox.QueryResultsFormat) -> Table | bool:
    """Read a result set or a boolean."""
    results = ox.parse_query_results(body, format=form)
    if isinstance(results, ox.QueryBoolean):
        return bool(results)
    names = [variable.value for variable in results.variables]
    rows = []
    for solution in results:
        pairs = [(name, solution[index]) for index, name in enumerate(names)]
        rows.append(tuple((name, key(term)) for name, term in pairs if term is not None))
    return Table(tuple(names), tuple(rows))


def read_csv(body: bytes) -> Table:
    """Read a CSV result set: values are text alone, numbers are compared by value."""
    names, *rows = csv.reader(io.StringIO(body.decode()))
    return Table(
        tuple(names),
        tuple(tuple((name, _csv_key(value)) for name, value in zip(names, row, strict=True)) for row in rows),
    )


def _csv_key(value: str) -> Key:
    if value.startswith("_:"):
        return Blank(value)
    try:
        return float(value)
    except ValueError:
        return value


def read_result_graph(path: Path, base: str) -> Table | bool | None:
    """Read a result set that is written as a graph; None when the graph is not one."""
    store = ox.Store()
    store.load(path.read_bytes(), format=ox.RdfFormat.TURTLE, base_iri=base)

    def objects(subject: Term | None, name: str) -> list[Term]:
        assert not isinstance(subject, ox.Literal)
        return [quad.object for quad in store.quads_for_pattern(subject, ox.NamedNode(RS + name), None)]

    for boolean in objects(None, "boolean"):
        assert isinstance(boolean, ox.Literal)
        return boolean.value == "true"
    names = [name.value for name in objects(None, "resultVariable") if isinstance(name, ox.Literal)]
    if not names:
        return None
    found = []
    for solution in objects(None, "solution"):
        index = next((each.value for each in objects(solution, "index") if isinstance(each, ox.Literal)), "0")
        row = []
        for binding in objects(solution, "binding"):
            (variable,), (value,) = objects(binding, "variable"), objects(binding, "value")
            assert isinstance(variable, ox.Literal)
            row.append((variable.value, key(value)))
        found.append((int(index), tuple(sorted(row, key=lambda pair: names.index(pair[0])))))
    return Table(tuple(names), tuple(row for _, row in sorted(found, key=lambda pair: pair[0])))


def same_tables(got: Table, expected: Table, *, ordered: bool) -> bool:
    """Whether two result sets are the same; `ordered` when the query says in which order.

    >>> first = Table(("x",), ((("x", Blank("a")),), (("x", Blank("b")),)))
    >>> same_tables(first, Table(("x",), ((("x", Blank("c")),), (("x", Blank("c")),))), ordered=False)
    False
    """
    if set(got.variables) != set(expected.variables) or len(got.rows) != len(expected.rows):
        return False
    left, right = ([tuple(sorted(row, key=lambda pair: pair[0])) for row in table.rows] for table in (got, expected))
    if ordered:
        return _match(left, [[row] for row in right], {})
    plain = [Counter(row for row in rows if not _blank(row)) for rows in (left, right)]
    if plain[0] != plain[1]:
        return False
    rest = [row for row in right if _blank(row)]
    return _match([row for row in left if _blank(row)], [rest] * len(rest), {})


def _blank(value: Key) -> bool:
    return isinstance(value, Blank) or (isinstance(value, tuple) and any(_blank(part) for part in value))


def _match(rows: Sequence[Key], choices: Sequence[Iterable[Key]], names: dict[Key, Key]) -> bool:
    """Match each row with one of its choices, one to one, under one renaming of blank nodes."""
    taken: list[int] = []

    def step(index: int, names: dict[Key, Key]) -> bool:
        if index == len(rows):
            return True
        for number, choice in enumerate(choices[index]):
            place = number if len(choices) == 1 or choices[0] is choices[-1] else index
            if place in taken:
                continue
            further = _unify(rows[index], choice, names)
            if further is None:
                continue
            taken.append(place)
            if step(index + 1, further):
                return True
            taken.pop()
        return False

    return step(0, names)


def _unify(left: Key, right: Key, names: dict[Key, Key]) -> dict[Key, Key] | None:
    if isinstance(left, Blank) and isinstance(right, Blank):
        if left in names:
            return names if names[left] == right else None
        return None if right in names.values() else {**names, left: right}
    if isinstance(left, tuple) and isinstance(right, tuple) and len(left) == len(right):
        found: dict[Key, Key] | None = names
        for one, other in zip(left, right, strict=True):
            found = _unify(one, other, found) if found is not None else None
        return found
    return names if left == right else None


def same_graphs(got: Iterable[ox.Triple | ox.Quad], expected: Iterable[ox.Triple | ox.Quad]) -> bool:
    """Whether two graphs are isomorphic."""
    datasets = []
    for triples in (got, expected):
        dataset = ox.Dataset(ox.Quad(each.subject, each.predicate, each.object) for each in triples)
        dataset.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
        datasets.append(set(dataset))
    return datasets[0] == datasets[1]


def expected_table(case: Case) -> Table | bool | None:
    """The expected result set or boolean; None when a graph is expected."""
    assert case.result is not None
    suffix = case.result.suffix[1:]
    if suffix in EXPECTED:
        return read_results(case.result.read_bytes(), EXPECTED[suffix])
    return read_result_graph(case.result, case.base)


def extension(case: Case) -> ox.RdfFormat:
    assert case.result is not None
    found = ox.RdfFormat.from_extension(case.result.suffix[1:])
    assert found is not None
    return found
