"""Why a triple is in the graph: the chain from fact to rule, article, phrase, position and curator's note."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyoxigraph as ox

from kg_builder.release.query import Reader

_FACTS = "SELECT ?s ?p ?o WHERE { ?s ?p ?o } ORDER BY STR(?o)"
_ATTESTATIONS = """
SELECT ?s ?p ?o ?node ?certainty ?rank ?note ?who ?quotation WHERE {
  ?node a rdf:Statement ; rdf:subject ?s ; rdf:predicate ?p ; rdf:object ?o .
  OPTIONAL { ?node rj:certainty ?certainty } OPTIONAL { ?node rj:rank ?rank } OPTIONAL { ?node rj:note ?note }
  OPTIONAL { ?node rj:accordingTo ?who } OPTIONAL { ?node rj:conveyedIn ?quotation }
} ORDER BY STR(?o) ?node"""
_SPANS = """
SELECT ?node ?article ?start ?end ?exact ?first ?last ?curator ?curated WHERE {
  ?node prov:wasDerivedFrom ?span . ?span rj:article ?article ; oa:start ?start ; oa:end ?end .
  OPTIONAL { ?span oa:exact ?exact } OPTIONAL { ?span rj:firstWords ?first ; rj:lastWords ?last }
  OPTIONAL { ?article rj:curator ?curator ; rj:curated ?curated }
} ORDER BY ?article ?start"""
_DERIVATIONS = """
SELECT ?s ?p ?o ?node ?rule ?why WHERE {
  ?node a rj:Derivation ; rj:rule ?rule ; rdf:subject ?s ; rdf:predicate ?p ; rdf:object ?o .
  OPTIONAL { GRAPH ?g { ?rule rdfs:comment ?why } }
} ORDER BY STR(?o) ?node"""
_PREMISES = """
SELECT ?node ?premise ?s ?p ?o WHERE {
  ?node prov:used ?premise . OPTIONAL { ?premise rdf:subject ?s ; rdf:predicate ?p ; rdf:object ?o }
} ORDER BY ?premise"""
_GRAPHS = "SELECT ?s ?p ?o ?g WHERE { GRAPH ?g { ?s ?p ?o } } ORDER BY ?g"

CONTEXT = 40
"""How many characters of the text are shown on either side of a phrase."""


@dataclass(frozen=True, slots=True)
class Quote:
    """A phrase in its place; ``before`` and ``after`` are empty where the text is not on this machine."""

    article: str
    start: int
    end: int
    words: str
    before: str
    after: str
    curator: str
    curated: str


@dataclass(frozen=True, slots=True)
class Support:
    """One reason for a triple: an attestation with its quotes, or a rule with its premises."""

    kind: str
    node: str
    quotes: tuple[Quote, ...] = ()
    details: tuple[tuple[str, str], ...] = ()
    premises: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """A triple, whether the graph asserts it, and every reason for it."""

    subject: str
    predicate: str
    object: str
    asserted: bool
    supports: tuple[Support, ...]
    graphs: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the explanation as plain data."""
        return {
            "subject": self.subject,
            "predicate": self.predicate,
            "object": self.object,
            "asserted": self.asserted,
            "graphs": list(self.graphs),
            "supports": [
                {
                    "kind": support.kind,
                    "node": support.node,
                    **dict(support.details),
                    "quotes": [
                        {name: getattr(quote, name) for name in Quote.__dataclass_fields__} for quote in support.quotes
                    ],
                    "premises": [list(premise) for premise in support.premises],
                }
                for support in self.supports
            ],
        }


def explain(
    reader: Reader, subject: str, predicate: str, target: ox.NamedNode | ox.Literal | None, texts: Mapping[str, str]
) -> list[Explanation]:
    """Return why the triples with this subject and predicate (and object, if given) are in the graph.

    Args:
        reader: an open release.
        subject: an IRI.
        predicate: an IRI.
        target: the object; None for all.
        texts: the texts that are on this machine, by article id, for the words around a phrase.
    """
    bound: dict[str, ox.NamedNode | ox.Literal] = {"s": ox.NamedNode(subject), "p": ox.NamedNode(predicate)}
    supports: dict[str, list[Support]] = {}
    for row in reader.rows(_ATTESTATIONS, bound):
        supports.setdefault(row[0], []).append(_attestation(reader, row, texts))
    for row in reader.rows(_DERIVATIONS, bound):
        supports.setdefault(row[0], []).append(_derivation(reader, row))
    asserted = [row[0] for row in reader.rows(_FACTS, bound)]
    wanted = str(target) if target is not None else None
    return [
        Explanation(
            f"<{subject}>",
            f"<{predicate}>",
            found,
            found in asserted,
            tuple(supports.get(found, ())),
            tuple(row[0] for row in reader.rows(_GRAPHS, {**bound, "o": _term(found)})),
        )
        for found in dict.fromkeys([*asserted, *supports])
        if wanted is None or found == wanted
    ]


def _term(text: str) -> ox.NamedNode | ox.Literal:
    quad = next(iter(ox.parse(input=f"<x:s> <x:p> {text} .", format=ox.RdfFormat.N_TRIPLES)))
    term = quad.object
    assert isinstance(term, (ox.NamedNode, ox.Literal))  # noqa: S101 - a release holds no blank node
    return term


def _attestation(reader: Reader, row: list[str], texts: Mapping[str, str]) -> Support:
    _, node, certainty, rank, note, who, quotation = row
    details = {
        "certainty": reader.short(certainty) if certainty else "rj:Stated",
        "rank": reader.short(rank) if rank else "",
        "note": reader.short(note),
        "according_to": reader.short(who),
        "conveyed_in": reader.short(quotation),
    }
    quotes = [_quote(reader, span, texts) for span in reader.rows(_SPANS, {"node": ox.NamedNode(node[1:-1])})]
    return Support("attestation", node, tuple(quotes), tuple((key, value) for key, value in details.items() if value))


def _quote(reader: Reader, row: list[str], texts: Mapping[str, str]) -> Quote:
    article, start, end, exact, first, last, curator, curated = row
    name = article[1:-1].rpartition("/")[2]
    begin, stop = int(reader.short(start)), int(reader.short(end))
    words = reader.short(exact) if exact else f"{reader.short(first)} … {reader.short(last)}"
    text = texts.get(name, "")
    before, after = text[max(0, begin - CONTEXT) : begin], text[stop : stop + CONTEXT]
    return Quote(name, begin, stop, words, before, after, reader.short(curator), reader.short(curated))


def _derivation(reader: Reader, row: list[str]) -> Support:
    _, node, rule, why = row
    premises = []
    for premise, subject, predicate, target in reader.rows(_PREMISES, {"node": ox.NamedNode(node[1:-1])}):
        said = (subject, predicate, target) if subject else (premise, "", "")
        shown = [reader.short(part) for part in said]
        premises.append((shown[0], shown[1], shown[2]))
    details = (("rule", reader.short(rule)), ("why", reader.short(why)))
    return Support("derivation", node, (), details, tuple(dict.fromkeys(premises)))
