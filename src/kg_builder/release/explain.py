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
} ORDER BY ?s ?p ?o ?premise"""
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
class Premise:
    """A triple that a rule rests on, and why it holds; no support where a curator states it without an article."""

    triple: tuple[str, str, str]
    supports: tuple[Support, ...]


@dataclass(frozen=True, slots=True)
class Support:
    """One reason for a triple: an attestation with its quotes, or a rule with its premises."""

    kind: str
    node: str
    quotes: tuple[Quote, ...] = ()
    details: tuple[tuple[str, str], ...] = ()
    premises: tuple[Premise, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the support and all that it rests on as plain data."""
        return {
            "kind": self.kind,
            "node": self.node,
            **dict(self.details),
            "quotes": [{name: getattr(quote, name) for name in Quote.__dataclass_fields__} for quote in self.quotes],
            "premises": [
                {"triple": list(premise.triple), "supports": [support.as_json() for support in premise.supports]}
                for premise in self.premises
            ],
        }


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
            "supports": [support.as_json() for support in self.supports],
        }


def explain(
    reader: Reader, subject: str, predicate: str, target: ox.NamedNode | ox.Literal | None, texts: Mapping[str, str]
) -> list[Explanation]:
    """Return why the triples with this subject and predicate (and object, if given) are in the graph.

    A derived triple is followed to the phrases that its premises rest on.

    Args:
        reader: an open release.
        subject: an IRI.
        predicate: an IRI.
        target: the object; None for all.
        texts: the texts that are on this machine, by article id, for the words around a phrase.
    """
    explainer = _Explainer(reader, texts)
    bound: dict[str, ox.NamedNode | ox.Literal] = {"s": ox.NamedNode(subject), "p": ox.NamedNode(predicate)}
    supports = explainer.supports(f"<{subject}>", f"<{predicate}>", frozenset())
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


@dataclass(frozen=True, slots=True)
class _Explainer:
    reader: Reader
    texts: Mapping[str, str]

    def supports(
        self, subject: str, predicate: str, above: frozenset[tuple[str, str, str]]
    ) -> dict[str, list[Support]]:
        """Return the reasons for each object; ``above`` are the triples being explained, which explain nothing."""
        bound: dict[str, ox.NamedNode | ox.Literal] = {
            "s": ox.NamedNode(subject[1:-1]),
            "p": ox.NamedNode(predicate[1:-1]),
        }
        found: dict[str, list[Support]] = {}
        for row in self.reader.rows(_ATTESTATIONS, bound):
            found.setdefault(row[0], []).append(self._attestation(row))
        for row in self.reader.rows(_DERIVATIONS, bound):
            found.setdefault(row[0], []).append(self._derivation(row, above | {(subject, predicate, row[0])}))
        return found

    def _attestation(self, row: list[str]) -> Support:
        _, node, certainty, rank, note, who, quotation = row
        short = self.reader.short
        details = {
            "certainty": short(certainty) if certainty else "rj:Stated",
            "rank": short(rank) if rank else "",
            "note": short(note),
            "according_to": short(who),
            "conveyed_in": short(quotation),
        }
        quotes = [self._quote(span) for span in self.reader.rows(_SPANS, {"node": ox.NamedNode(node[1:-1])})]
        said = tuple((key, value) for key, value in details.items() if value)
        return Support("attestation", node, tuple(quotes), said)

    def _quote(self, row: list[str]) -> Quote:
        article, start, end, exact, first, last, curator, curated = row
        short = self.reader.short
        name = article[1:-1].rpartition("/")[2]
        begin, stop = int(short(start)), int(short(end))
        words = short(exact) if exact else f"{short(first)} … {short(last)}"
        text = self.texts.get(name, "")
        if not _stands(text[begin:stop], short(exact), short(first), short(last)):
            text = ""  # another text than the one that the release was made from: its context would mislead
        before, after = text[max(0, begin - CONTEXT) : begin], text[stop : stop + CONTEXT]
        return Quote(name, begin, stop, words, before, after, short(curator), short(curated))

    def _derivation(self, row: list[str], above: frozenset[tuple[str, str, str]]) -> Support:
        _, node, rule, why = row
        premises: dict[tuple[str, str, str], Premise] = {}
        for source, *triple in self.reader.rows(_PREMISES, {"node": ox.NamedNode(node[1:-1])}):
            said = (triple[0], triple[1], triple[2]) if triple[0] else (source, "", "")
            if said not in premises:
                premises[said] = Premise(said, self._premise(said, above))
        details = (("rule", self.reader.short(rule)), ("why", self.reader.short(why)))
        return Support("derivation", node, (), details, tuple(premises.values()))

    def _premise(self, triple: tuple[str, str, str], above: frozenset[tuple[str, str, str]]) -> tuple[Support, ...]:
        if triple in above or not triple[1]:
            return ()
        found = self.supports(triple[0], triple[1], above).get(triple[2], [])
        return tuple(support for support in found if _asserts(dict(support.details)))


def _stands(found: str, exact: str, first: str, last: str) -> bool:
    return found == exact if exact else found.startswith(first) and found.endswith(last)


def _asserts(details: Mapping[str, str]) -> bool:
    return "conveyed_in" not in details and details.get("rank") != "rj:Deprecated"
