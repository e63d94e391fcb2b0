"""The files that people download, made from `kg.nq` in one pass over its lines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kg_builder.release.files import Written, write_pieces
from kg_builder.release.spool import Spool
from kg_builder.release.terms.jsonld import JsonLdWriter
from kg_builder.release.terms.lines import Node, nodes
from kg_builder.release.terms.names import Names
from kg_builder.release.terms.order import TypeOrder
from kg_builder.release.terms.turtle import TurtleWriter

KG_NQ: Final = "kg.nq"
KG_TRIG: Final = "kg.trig"
KG_TTL: Final = "kg.ttl"
KG_JSONLD: Final = "kg.jsonld"
FACTS_TTL: Final = "facts.ttl"
QUERIES_JSON: Final = "queries.json"
SHAPES_TTL: Final = "shapes.ttl"

MEDIA_TYPES: Final = {
    KG_NQ: "application/n-quads",
    KG_TRIG: "application/trig",
    KG_TTL: "text/turtle",
    KG_JSONLD: "application/ld+json",
    FACTS_TTL: "text/turtle",
    QUERIES_JSON: "application/json",
    SHAPES_TTL: "text/turtle",
}
"""Every dump of a release and the media type under which it is served."""

EARLY: Final = frozenset({QUERIES_JSON, SHAPES_TTL})
"""Those that a release has from its first moment; the others may follow."""


@dataclass(frozen=True, slots=True)
class DumpRun:
    """What one pass wrote, by file name, and counted: quads by graph name in N-Triples form ('' the default graph)."""

    written: dict[str, Written]
    graphs: dict[str, int]


def write_dumps(folder: Path, names: Names, order: TypeOrder, scratch: Path) -> DumpRun:
    """Read `kg.nq` in `folder`, sorted and without repetitions, and write the other dumps of the graph beside it.

    `scratch` takes what does not fit into memory. Raises ReleaseError for a blank node or a line out of form, OSError.
    """
    graphs: dict[str, int] = {}
    with Spool(scratch) as spool, Spool(scratch) as other_spool:
        turtle, jsonld = TurtleWriter(names, order, spool), JsonLdWriter(names, order, other_spool)
        for node in read_nodes(folder / KG_NQ):
            turtle.add(node)
            jsonld.add(node)
            for graph, properties in node.graphs.items():
                graphs[graph] = graphs.get(graph, 0) + sum(map(len, properties.values()))
        documents = {
            KG_TRIG: turtle.trig(),
            KG_TTL: turtle.turtle(),
            FACTS_TTL: turtle.facts(),
            KG_JSONLD: jsonld.document(),
        }
        written = {name: write_pieces(folder / name, pieces) for name, pieces in documents.items()}
    return DumpRun(written, graphs)


def read_nodes(nquads: Path) -> Iterator[Node]:
    """Yield the subjects of a sorted N-Quads file, one at a time; raises ReleaseError and OSError."""
    # Without newline="\\n" a carriage return would end a line too.
    with nquads.open(encoding="utf-8", newline="\n") as file:
        yield from nodes(file)
