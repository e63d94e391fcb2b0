"""The data that the rivals get ready-made: a release's graph as nodes with their values, in the form each reads best.

What costs us most is done for them: reading YAML, finding quotes in texts, resolving names, hashing IRIs, the rules
and the checks.
"""

from __future__ import annotations

import csv
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from kg_builder.namespaces import RDF

TYPE = ox.NamedNode(f"{RDF}type")


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """A predicate with one kind of value: ``iri``, ``text`` (a plain string), ``words`` (in a language) or ``value``.

    ``of`` is the language tag of words, the datatype of a value, and the class where all nodes have it as their type
    (``class``).
    """

    predicate: str
    kind: str
    of: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """The nodes of one class: its slots in order, and those of which a node has several values."""

    name: str
    iri: str
    nodes: dict[str, dict[Slot, list[str]]]
    slots: list[Slot]
    many: set[Slot]


@dataclass(frozen=True, slots=True)
class Named:
    """A quad of a named graph."""

    subject: str
    slot: Slot
    value: str
    graph: str


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a file, and what it holds; the predicate of a quad of a named graph stands in the column ``p``."""

    file: str
    name: str
    slot: Slot


def slot_of(predicate: str, term: ox.NamedNode | ox.Literal) -> Slot:
    """Return the slot that a value belongs to."""
    if isinstance(term, ox.NamedNode):
        return Slot(predicate, "iri")
    if term.language:
        return Slot(predicate, "words", term.language)
    if term.datatype.value.endswith("XMLSchema#string"):
        return Slot(predicate, "text")
    return Slot(predicate, "value", term.datatype.value)


def read(nquads: Path) -> tuple[list[Table], list[Named]]:
    """Read a graph without blank nodes: its default graph as tables by class, its named graphs as they are."""
    nodes: dict[str, dict[Slot, list[str]]] = defaultdict(lambda: defaultdict(list))
    named = []
    for quad in ox.parse(path=str(nquads), format=ox.RdfFormat.N_QUADS):
        subject, target = quad.subject, quad.object
        if not isinstance(subject, ox.NamedNode) or not isinstance(target, ox.NamedNode | ox.Literal):
            message = "blank nodes and quoted triples are not exported"
            raise TypeError(message)
        slot = slot_of(quad.predicate.value, target)
        if isinstance(quad.graph_name, ox.NamedNode):
            named.append(Named(subject.value, slot, target.value, quad.graph_name.value))
        else:
            nodes[subject.value][slot].append(target.value)
    return list(_tables(nodes)), named


def _tables(nodes: dict[str, dict[Slot, list[str]]]) -> Iterator[Table]:
    kind = Slot(TYPE.value, "iri")
    by_class: dict[str, dict[str, dict[Slot, list[str]]]] = defaultdict(dict)
    for iri, values in nodes.items():
        types = sorted(values.pop(kind, ()))
        if types[1:]:
            values[kind] = types[1:]
        by_class[types[0] if types else ""][iri] = values
    for number, iri in enumerate(sorted(by_class)):
        nodes_of = by_class[iri]
        slots = sorted({slot for values in nodes_of.values() for slot in values})
        many = {slot for values in nodes_of.values() for slot, each in values.items() if len(each) > 1}
        yield Table(f"C{number}", iri, nodes_of, slots, many)


def write_json(tables: list[Table], named: list[Named], folder: Path) -> None:
    """Write ``nodes.json`` and ``named.json``: each class with its slots, each node as a list of values by slot."""
    data = [
        {
            "name": table.name,
            "class": table.iri,
            "slots": [[slot.predicate, slot.kind, slot.of] for slot in table.slots],
            "nodes": [[iri, [values.get(slot, []) for slot in table.slots]] for iri, values in table.nodes.items()],
        }
        for table in tables
    ]
    _dump(data, folder / "nodes.json")
    quads = [
        [each.subject, each.slot.predicate, each.slot.kind, each.slot.of, each.value, each.graph] for each in named
    ]
    _dump(quads, folder / "named.json")


def _dump(data: object, path: Path) -> None:
    path.write_text(json.dumps(data, ensure_ascii=False), "utf-8")


def write_csv(tables: list[Table], named: list[Named], folder: Path) -> list[Column]:
    """Write a table for each class, one for each slot with several values, and one of all quads of named graphs."""
    columns: list[Column] = []
    for table in tables:
        single = [slot for slot in table.slots if slot not in table.many]
        names = [f"v{number}" for number in range(len(single))]
        if table.iri:
            columns.append(Column(f"{table.name}.csv", "id", Slot(TYPE.value, "class", table.iri)))
        columns.extend(Column(f"{table.name}.csv", name, slot) for slot, name in zip(single, names, strict=True))
        rows = ([iri, *("".join(each.get(slot, ())) for slot in single)] for iri, each in table.nodes.items())
        _table(folder / f"{table.name}.csv", ["id", *names], rows)
        for number, slot in enumerate(sorted(table.many)):
            file = f"{table.name}-{number}.csv"
            columns.append(Column(file, "value", slot))
            pairs = ([iri, value] for iri, each in table.nodes.items() for value in each.get(slot, ()))
            _table(folder / file, ["id", "value"], pairs)
    ways = sorted({(each.slot.kind, each.slot.of) for each in named})
    names = [f"o{number}" for number in range(len(ways))]
    columns.extend(Column("named.csv", name, Slot("", *way)) for name, way in zip(names, ways, strict=True))
    # Columns that are called subject, predicate or graph clash with Morph-KGC's own.
    rows = (
        [
            *(each.subject, each.slot.predicate, each.graph),
            *(each.value if (each.slot.kind, each.slot.of) == way else "" for way in ways),
        ]
        for each in named
    )
    _table(folder / "named.csv", ["s", "p", "g", *names], rows)
    return columns


def _table(path: Path, head: list[str], rows: Iterator[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(head)
        writer.writerows(rows)


def lines(nquads: Path) -> Counter[str]:
    """Return the quads of a file, each written as the store writes it, with how often it stands there."""
    return Counter(map(str, ox.parse(path=str(nquads), format=ox.RdfFormat.N_QUADS)))
