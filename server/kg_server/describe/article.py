"""What an article states, on which of its words, and how: facts, speech, plans."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pyoxigraph as ox

from kg_builder.namespaces import OA, PROV, RDF, RDFS, RJ
from kg_server.describe.ask import Node, Row, rows, values
from kg_server.describe.current import Release
from kg_server.describe.labels import batches, find_labels

ROWS_READ = 10_000
"""A fact that rests on two phrases takes two rows."""
TRIPLES_SHOWN = 2_000
_INCOMING = 200
_MOST_LABELS = 4000
_PARTS = ("subject", "predicate", "object")
_MORE = ("certainty", "rank", "note", "accordingTo", "conveyedIn")
_STATEMENTS = f"""SELECT ?statement ?phrase {" ".join(f"?{name}" for name in (*_PARTS, *_MORE))} WHERE {{
  ?phrase <{RJ}article> <%(n)s> ; <{OA}start> ?start ; <{OA}end> ?end .
  ?statement <{PROV}wasDerivedFrom> ?phrase ; {" ; ".join(f"<{RDF}{name}> ?{name}" for name in _PARTS)} .
  {" ".join(f"OPTIONAL {{ ?statement <{RJ}{name}> ?{name} }}" for name in _MORE)}
}} ORDER BY ?start ?end ?statement LIMIT %(limit)d"""
_KINDS = f"SELECT DISTINCT ?s ?o WHERE {{ VALUES ?s {{ %s }} ?s <{RDF}type> ?o }} ORDER BY ?s ?o"
_PLANNED = f"SELECT DISTINCT ?kind WHERE {{ GRAPH ?g {{ ?kind <{RDFS}subClassOf>+ <{RJ}PlannedEvent> }} }}"
_SPEECH = f"""SELECT DISTINCT ?s ?p ?o WHERE {{
  VALUES ?s {{ %s }} VALUES ?p {{ <{RJ}speaker> <{RJ}act> <{RJ}manner> }} ?s ?p ?o
}} ORDER BY ?s ?p ?o"""
_GRAPH = f"SELECT ?s ?p ?o WHERE {{ GRAPH <%s> {{ ?s ?p ?o }} }} ORDER BY ?s ?p ?o LIMIT {TRIPLES_SHOWN}"
_IN = f"""SELECT DISTINCT ?s ?p WHERE {{
  ?s ?p <%s> FILTER (?p NOT IN (<{RJ}article>, <{RDF}subject>, <{RDF}predicate>, <{RDF}object>))
}} ORDER BY ?p ?s LIMIT {_INCOMING}"""


@dataclass(frozen=True, slots=True)
class Stated:
    """What an article states.

    Attributes:
        statements: a row for each attestation and phrase that it rests on, in the order of the phrases.
        cut: whether there are more.
        kinds: the classes of everything mentioned, by IRI.
        planned: the classes of what is planned.
        speech: of each quotation, who speaks, what is done by it and in which manner: IRIs by property.
        triples: of the article's graph, the first `TRIPLES_SHOWN`.
        incoming: what else leads to the article.
        labels: of everything mentioned, by IRI and language.
    """

    statements: tuple[Row, ...]
    cut: bool
    kinds: Mapping[str, tuple[str, ...]]
    planned: frozenset[str]
    speech: Mapping[str, Mapping[str, tuple[str, ...]]]
    triples: tuple[ox.Triple, ...]
    incoming: tuple[ox.Triple, ...]
    labels: Mapping[str, Mapping[str, str]]


async def find_stated(release: Release, iri: str, also: Iterable[str]) -> Stated:
    """Gather what an article states.

    Args:
        release: to ask.
        iri: of the article.
        also: other IRIs whose names are wanted.

    Raises:
        Problem: what the backend raises.
    """
    backend = release.backend
    found = await rows(backend, _STATEMENTS % {"n": iri, "limit": ROWS_READ + 1})
    statements = found[:ROWS_READ]
    speech: dict[str, dict[str, tuple[str, ...]]] = {}
    for batch in batches(_iris(statements, ("conveyedIn",))):
        for row in await rows(backend, _SPEECH % values(batch)):
            node, predicate, target = (_text(row[name]) for name in "spo")
            known = speech.setdefault(node, {})
            known[predicate] = (*known.get(predicate, ()), target)
    mentioned = _iris(statements, ("subject", "object"))
    kinds: dict[str, tuple[str, ...]] = {}
    for batch in batches(mentioned):
        for row in await rows(backend, _KINDS % values(batch)):
            node = _text(row["s"])
            kinds[node] = (*kinds.get(node, ()), _text(row["o"]))
    planned = {f"{RJ}PlannedEvent", *(_text(row["kind"]) for row in await rows(backend, _PLANNED))}
    triples = await rows(backend, _GRAPH % iri)
    incoming = await rows(backend, _IN % iri)
    named = {
        **dict.fromkeys((iri, *also, *mentioned)),
        **dict.fromkeys(_iris(statements, ("predicate", *_MORE))),
        **dict.fromkeys(each for known in kinds.values() for each in known),
        **dict.fromkeys(each for known in speech.values() for said in known.values() for each in said),
        **dict.fromkeys(_iris(incoming, ("s", "p"))),
    }
    return Stated(
        tuple(statements),
        len(found) > ROWS_READ,
        kinds,
        frozenset(planned),
        speech,
        tuple(ox.Triple(row["s"], row["p"], row["o"]) for row in triples),  # type: ignore[arg-type]
        tuple(ox.Triple(row["s"], row["p"], ox.NamedNode(iri)) for row in incoming),  # type: ignore[arg-type]
        await find_labels(release, named, _MOST_LABELS),
    )


def _text(node: Node) -> str:
    return str(node) if isinstance(node, ox.Triple) else node.value


def _iris(found: Iterable[Row], names: Iterable[str]) -> list[str]:
    """Return the IRIs in these columns, each once, in their order."""
    columns = tuple(names)
    nodes = (row.get(name) for row in found for name in columns)
    return list(dict.fromkeys(each.value for each in nodes if isinstance(each, ox.NamedNode)))
