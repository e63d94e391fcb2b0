"""What an article states, on which of its words; and what is known of all that it speaks of."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pyoxigraph as ox

from kg_builder.namespaces import RDF, RDFS, RJ, SKOS
from kg_server.describe.ask import read_incoming, read_triples, rows, values
from kg_server.describe.current import Release
from kg_server.describe.labels import batches
from kg_server.describe.statements import PROLOGUE, Statement, Target, attested_in, read_statements
from kg_server.describe.subject import Subject

ROWS_READ = 10_000
"""A statement that rests on two phrases takes two rows."""
TRIPLES_SHOWN = 2_000
_INCOMING = 200
_MOST_NAMED = 4000
_TOLD = ", ".join(f"<{each}>" for each in (RDFS + "label", SKOS + "prefLabel", RDF + "type", RJ + "edtf"))
_KNOWN = f"SELECT ?s ?p ?o WHERE {{ VALUES ?s {{ %s }} ?s ?p ?o FILTER (?p IN ({_TOLD})) }} ORDER BY ?s ?p ?o"
_GRAPH = f"SELECT ?s ?p ?o WHERE {{ GRAPH <%s> {{ ?s ?p ?o }} }} ORDER BY ?s ?p ?o LIMIT {TRIPLES_SHOWN}"
_IN = (
    PROLOGUE
    + "SELECT DISTINCT ?thing ?property WHERE {\n  ?thing ?property <%s> .\n"
    + "  FILTER (?property NOT IN (rj:article, rdf:subject, rdf:predicate, rdf:object))\n"
    + f"}} ORDER BY ?property ?thing LIMIT {_INCOMING}"
)

Nodes = Mapping[str, Mapping[str, tuple[Target, ...]]]


@dataclass(frozen=True, slots=True)
class Stated:
    """What an article states.

    Attributes:
        statements: in the order of their phrases.
        cut: whether there are more.
        nodes: what is known of everything mentioned, by IRI and property.
        triples: of the article's graph, the first `TRIPLES_SHOWN`.
        incoming: what else leads to the article: thing and property.
        query: that found the statements.
    """

    statements: tuple[Statement, ...]
    cut: bool
    nodes: Nodes
    triples: tuple[ox.Triple, ...]
    incoming: tuple[tuple[str, str], ...]
    query: str


async def find_stated(release: Release, article: Subject) -> Stated:
    """Gather what an article states.

    Args:
        release: to ask.
        article: what is said of the article itself.

    Raises:
        Problem: what the backend raises.
    """
    backend, iri = release.backend, article.iri
    query = attested_in(iri, ROWS_READ + 1)
    found, graph, leading = await asyncio.gather(*(rows(backend, each) for each in (query, _GRAPH % iri, _IN % iri)))
    statements = tuple(read_statements(found[:ROWS_READ], iri).values())
    triples = [ox.Triple(row["s"], row["p"], row["o"]) for row in graph]  # type: ignore[arg-type]
    incoming = list(read_incoming(leading))
    nodes: dict[str, dict[str, dict[Target, None]]] = {}
    for each in article.own:
        if isinstance(each.subject, ox.NamedNode) and each.subject.value == iri:
            _know(nodes, iri, each.predicate.value, each.object)
    for statement in statements:
        # What an article alone speaks of has no name: its page calls it by what the article says of it.
        if statement.asserted:
            _know(nodes, statement.subject, statement.predicate, statement.target)
    mentioned = _mentioned(nodes, statements, incoming)[:_MOST_NAMED]
    for answer in await asyncio.gather(*(rows(backend, _KNOWN % values(each)) for each in batches(mentioned))):
        for subject, predicate, target in read_triples(answer):
            _know(nodes, subject, predicate, target)
    known = {node: {name: tuple(targets) for name, targets in said.items()} for node, said in nodes.items()}
    return Stated(statements, len(found) > ROWS_READ, known, tuple(triples), tuple(incoming), query)


def _know(nodes: dict[str, dict[str, dict[Target, None]]], subject: str, predicate: str, target: object) -> None:
    if isinstance(target, (ox.NamedNode, ox.Literal)):
        nodes.setdefault(subject, {}).setdefault(predicate, {})[target] = None


def _mentioned(
    nodes: Mapping[str, Mapping[str, Iterable[Target]]],
    statements: Iterable[Statement],
    incoming: Iterable[tuple[str, str]],
) -> list[str]:
    found: dict[str, None] = dict.fromkeys(each for pair in incoming for each in pair)
    for subject, said in nodes.items():
        found |= dict.fromkeys((subject, *said))
        found |= dict.fromkeys(each.value for targets in said.values() for each in targets if _is_iri(each))
    for each in statements:
        target = (each.target.value,) if _is_iri(each.target) else ()
        found |= dict.fromkeys((each.subject, each.predicate, *each.sources, *each.quotations, *target))
    return list(found)


def _is_iri(target: Target) -> bool:
    return isinstance(target, ox.NamedNode)
