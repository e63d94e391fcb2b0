"""What attests a fact: the statements of articles with their phrases, and the derivations of rules with their premises.

The queries are written for a graph in which one thing may have a hundred thousand statements: each begins at what is
known, and every OPTIONAL holds one pattern, so that an engine looks it up instead of joining it with everything.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import pyoxigraph as ox

from kg_builder.namespaces import OA, PROV, RDF, RJ
from kg_server.describe.ask import Row

Target = ox.NamedNode | ox.Literal

PROLOGUE = f"""PREFIX oa: <{OA}>
PREFIX prov: <{PROV}>
PREFIX rdf: <{RDF}>
PREFIX rj: <{RJ}>

"""
"""What every query here begins with."""

_NUMBER = re.compile(r"[0-9]{1,18}")
_DEPRECATED = RJ + "Deprecated"
_OF = "?statement rdf:subject <%s> ; rdf:predicate ?property ; rdf:object ?value ."
_ABOUT = "?statement rdf:object <%s> ; %s ; rdf:subject ?subject ; rdf:predicate ?property ."
_PARTS = "rdf:predicate ?property ; rdf:object ?value ."
_IN_ARTICLE = "?span rj:article <%s> .\n  ?statement rdf:subject ?subject ; " + _PARTS
_WITH_SUBJECTS = "VALUES ?subject { %s }\n  ?statement rdf:subject ?subject ; " + _PARTS
_LEADING = "VALUES ?subject { %s }\n  ?statement rdf:subject ?subject ; rdf:object <%s> ; rdf:predicate ?property ."
_THROUGH = "VALUES ?link { rj:conveyedIn rj:accordingTo }\n  ?statement ?link <%s> ; rdf:subject ?subject ; " + _PARTS
_IN_QUOTATIONS = "VALUES ?quotation { %s }\n  ?statement rj:conveyedIn ?quotation ; rdf:subject ?subject ; " + _PARTS
_WITH_VALUES = "VALUES ?value { %s }\n  ?statement rdf:object ?value ; rdf:subject <%s> ; rdf:predicate ?property ."
_THESE = "VALUES (?subject ?property ?value) { %s }\n  ?statement rdf:subject ?subject ; " + _PARTS
# One row for each statement and phrase.
_ATTESTED = """SELECT * WHERE {
  %s
  ?statement prov:wasDerivedFrom ?span .
  ?span rj:article ?article ; oa:start ?start .
  OPTIONAL { ?span oa:exact ?words }
  OPTIONAL { ?span rj:firstWords ?first }
  OPTIONAL { ?span rj:lastWords ?last }
  OPTIONAL { ?statement rj:certainty ?certainty }
  OPTIONAL { ?statement rj:rank ?rank }
  OPTIONAL { ?statement rj:accordingTo ?source }
  OPTIONAL { ?statement rj:conveyedIn ?quotation }
  OPTIONAL { ?statement rj:note ?note }
} LIMIT %d"""
_READ_ON = _ATTESTED.replace("} LIMIT", "} ORDER BY ?start ?span ?statement LIMIT")
# One row for each derivation and premise.
_DERIVED = """SELECT * WHERE {
  %s
  ?statement rj:rule ?rule .
  OPTIONAL { ?statement prov:used ?premise }
} LIMIT %d"""


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words of an article that support a statement, and where they stand, in code points."""

    iri: str
    article: str
    start: int
    text: str
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """A triple, and who or what says it.

    Attributes:
        iri: of the attestation or the derivation.
        subject, predicate, target: the triple.
        phrases: that support it together, in the order of the text.
        certainty, rank: as the curator marked them; None is the usual case.
        sources: whose claim it is, where the article only reports it.
        quotations: that convey it, where it is not asserted.
        notes: the curator's.
        rule: that concluded it, with the premises' IRIs.
    """

    iri: str
    subject: str
    predicate: str
    target: Target
    phrases: tuple[Phrase, ...] = ()
    certainty: str | None = None
    rank: str | None = None
    sources: tuple[str, ...] = ()
    quotations: tuple[str, ...] = ()
    notes: tuple[ox.Literal, ...] = ()
    rule: str | None = None
    premises: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, str, Target]:
        """The triple."""
        return self.subject, self.predicate, self.target

    @property
    def withdrawn(self) -> bool:
        """Whether a curator withdrew it."""
        return self.rank == _DEPRECATED

    @property
    def asserted(self) -> bool:
        """Whether the graph states the triple because of it."""
        return not self.quotations and not self.withdrawn


def attested_of(iri: str, limit: int) -> str:
    """Return the query for the attestations that have a node as their subject."""
    return PROLOGUE + _ATTESTED % (_OF % iri, limit)


def derived_of(iri: str, limit: int) -> str:
    """Return the query for the derivations that have a node as their subject."""
    return PROLOGUE + _DERIVED % (_OF % iri, limit)


def conveyed_about(iri: str, limit: int) -> str:
    """Return the query for what somebody says of a node without the graph asserting it."""
    return PROLOGUE + _ATTESTED % (_ABOUT % (iri, "rj:conveyedIn ?quotation"), limit)


def withdrawn_about(iri: str, limit: int) -> str:
    """Return the query for what a curator withdrew of what was said of a node."""
    return PROLOGUE + _ATTESTED % (_ABOUT % (iri, "rj:rank rj:Deprecated"), limit)


def attested_with(subjects: str, limit: int) -> str:
    """Return the query for the attestations of several subjects, given as the data of a VALUES block."""
    return PROLOGUE + _ATTESTED % (_WITH_SUBJECTS % subjects, limit)


def attested_in(article: str, limit: int) -> str:
    """Return the query for the attestations that rest on an article's words, in the order of these."""
    return PROLOGUE + _READ_ON % (_IN_ARTICLE % article, limit)


def through(iri: str, limit: int) -> str:
    """Return the query for what a quotation conveys, or what is stated according to a speaker."""
    return PROLOGUE + _ATTESTED % (_THROUGH % iri, limit)


def conveyed_in(quotations: str, limit: int) -> str:
    """Return the query for what several quotations convey, given as the data of a VALUES block."""
    return PROLOGUE + _ATTESTED % (_IN_QUOTATIONS % quotations, limit)


def leading(subjects: str, iri: str, limit: int) -> tuple[str, str]:
    """Return the queries for what attests and derives that several subjects, as VALUES data, have a node as object."""
    pattern = _LEADING % (subjects, iri)
    return PROLOGUE + _ATTESTED % (pattern, limit), PROLOGUE + _DERIVED % (pattern, limit)


def attested_values(targets: Iterable[Target], iri: str, limit: int) -> str:
    """Return the query for what attests that a node, which has more statements than can be read, has these values."""
    return PROLOGUE + _ATTESTED % (_WITH_VALUES % (" ".join(map(str, targets)), iri), limit)


def attested_each(facts: Iterable[tuple[str, Target]], iri: str, some: int, limit: int) -> str:
    """Return the query for some attestations of each of these facts of a node, which may have very many.

    Args:
        facts: properties and values.
        iri: of the node.
        some: attestations of each fact.
        limit: of the rows, of which an attestation has one for each of its phrases.
    """
    data = " UNION ".join(
        f"{{ SELECT ?statement (<{predicate}> AS ?property) ({target} AS ?value) WHERE {{ "
        f"?statement rdf:subject <{iri}> ; rdf:predicate <{predicate}> ; rdf:object {target} . "
        f"?statement prov:wasDerivedFrom ?any }} LIMIT {some} }}"
        for predicate, target in facts
    )
    return PROLOGUE + _ATTESTED % (data, limit)


def about_facts(facts: Iterable[tuple[str, str, Target]], limit: int) -> tuple[str, str]:
    """Return the queries for what attests and derives facts, given as triples."""
    data = " ".join(f"(<{subject}> <{predicate}> {target})" for subject, predicate, target in facts)
    return PROLOGUE + _ATTESTED % (_THESE % data, limit), PROLOGUE + _DERIVED % (_THESE % data, limit)


@dataclass(slots=True)
class _Draft:
    """A statement as far as its rows have been read."""

    triple: tuple[str, str, Target]
    phrases: dict[str, Phrase] = field(default_factory=dict)
    one: dict[str, str] = field(default_factory=dict)
    many: dict[str, dict[str, None]] = field(default_factory=dict)
    notes: dict[ox.Literal, None] = field(default_factory=dict)


def read_statements(found: Iterable[Row], iri: str) -> dict[str, Statement]:
    """Make statements of the rows of these queries, by their IRIs.

    Args:
        found: the rows.
        iri: the subject or object of those rows that do not name theirs.
    """
    drafts: dict[str, _Draft] = {}
    node = ox.NamedNode(iri)
    for row in found:
        name, subject, predicate = row.get("statement"), row.get("subject", node), row.get("property")
        target = row.get("value", node)
        if not (
            isinstance(name, ox.NamedNode)
            and isinstance(subject, ox.NamedNode)
            and isinstance(predicate, ox.NamedNode)
            and isinstance(target, (ox.NamedNode, ox.Literal))
        ):
            continue
        draft = drafts.setdefault(name.value, _Draft((subject.value, predicate.value, target)))
        _read(row, draft)
    return {name: _statement(name, draft) for name, draft in drafts.items()}


def _read(row: Row, draft: _Draft) -> None:
    span, article, start = row.get("span"), row.get("article"), row.get("start")
    if isinstance(span, ox.NamedNode) and isinstance(article, ox.NamedNode) and isinstance(start, ox.Literal):
        text, language = _words(row)
        place = int(start.value) if _NUMBER.fullmatch(start.value) else 0
        draft.phrases[span.value] = Phrase(span.value, article.value, place, text, language)
    for name in ("certainty", "rank", "rule"):
        if isinstance(term := row.get(name), ox.NamedNode):
            draft.one[name] = term.value
    for name in ("source", "quotation", "premise"):
        if isinstance(term := row.get(name), ox.NamedNode):
            draft.many.setdefault(name, {})[term.value] = None
    if isinstance(note := row.get("note"), ox.Literal):
        draft.notes[note] = None


def _words(row: Row) -> tuple[str, str | None]:
    exact = row.get("words")
    if isinstance(exact, ox.Literal):
        return exact.value, exact.language
    # A long phrase is known by its first and last words.
    ends = [each.value for name in ("first", "last") if isinstance(each := row.get(name), ox.Literal)]
    return " … ".join(ends) or "…", None


def _statement(name: str, draft: _Draft) -> Statement:
    many: Mapping[str, Iterable[str]] = draft.many
    return Statement(
        name,
        *draft.triple,
        phrases=tuple(sorted(draft.phrases.values(), key=lambda each: (each.article, each.start))),
        certainty=draft.one.get("certainty"),
        rank=draft.one.get("rank"),
        sources=tuple(sorted(many.get("source", ()))),
        quotations=tuple(sorted(many.get("quotation", ()))),
        notes=tuple(draft.notes),
        rule=draft.one.get("rule"),
        premises=tuple(sorted(many.get("premise", ()))),
    )
