"""What facts rest on: who asserts them, on which words of which article, and how surely."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import pyoxigraph as ox

from kg_builder.namespaces import OA, PROV, RDF, RJ, SCHEMA
from kg_server.describe.ask import Node, Row, rows
from kg_server.describe.current import Release

Fact = tuple[ox.NamedNode, ox.NamedNode, Node]

_MOST_ROWS = 1000
# Asserted: neither only conveyed in speech nor deprecated.
_QUERY = f"""SELECT ?s ?p ?o ?attestation ?certainty ?note ?whose ?span ?article ?words ?first ?last ?day WHERE {{
  VALUES (?s ?p ?o) {{ %s }}
  ?attestation <{RDF}subject> ?s ; <{RDF}predicate> ?p ; <{RDF}object> ?o ; <{PROV}wasDerivedFrom> ?span .
  FILTER NOT EXISTS {{ ?attestation <{RJ}conveyedIn> ?quotation }}
  FILTER NOT EXISTS {{ ?attestation <{RJ}rank> <{RJ}Deprecated> }}
  ?span <{RJ}article> ?article
  OPTIONAL {{ ?attestation <{RJ}certainty> ?certainty }}
  OPTIONAL {{ ?attestation <{RJ}note> ?note }}
  OPTIONAL {{ ?attestation <{RJ}accordingTo> ?whose }}
  OPTIONAL {{ ?span <{OA}exact> ?words }}
  OPTIONAL {{ ?span <{RJ}firstWords> ?first ; <{RJ}lastWords> ?last }}
  OPTIONAL {{ ?span <{OA}start> ?start }}
  OPTIONAL {{ ?article <{SCHEMA}datePublished> ?day }}
}} ORDER BY ?article ?attestation ?start LIMIT {_MOST_ROWS}"""


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words of an article: their place, and the words, or the first and the last of a long phrase."""

    span: str
    words: str
    language: str | None = None


@dataclass(slots=True)
class Proof:
    """One attestation of a fact, with the phrases that support it together; `day` is that of the article."""

    attestation: str
    article: str
    day: str = ""
    certainty: str = ""
    whose: str = ""
    notes: dict[str, str] = field(default_factory=dict)
    phrases: list[Phrase] = field(default_factory=list)


async def find_proofs(release: Release, facts: Iterable[Fact]) -> Mapping[Fact, tuple[Proof, ...]]:
    """Return the attestations of facts, of few at a time (a page's), by article; raises what the backend raises.

    What no attestation asserts is left out: a derived fact, what a curator states without an article.
    """
    data = " ".join(f"({' '.join(map(str, fact))})" for fact in dict.fromkeys(facts) if _is_plain(fact[2]))
    found: dict[Fact, dict[str, Proof]] = {}
    for row in await rows(release.backend, _QUERY % data) if data else ():
        subject, predicate, attestation = row["s"], row["p"], row["attestation"]
        if isinstance(subject, ox.NamedNode) and isinstance(predicate, ox.NamedNode):
            proofs = found.setdefault((subject, predicate, row["o"]), {})
            proof = proofs.setdefault(
                str(attestation),
                Proof(
                    _text(row, "attestation"),
                    _text(row, "article"),
                    _text(row, "day"),
                    _text(row, "certainty"),
                    _text(row, "whose"),
                ),
            )
            _add(proof, row)
    return {fact: tuple(proofs.values()) for fact, proofs in found.items()}


def _is_plain(node: Node) -> bool:
    return isinstance(node, (ox.NamedNode, ox.Literal))


def _add(proof: Proof, row: Row) -> None:
    note, words = row.get("note"), row.get("words")
    if isinstance(note, ox.Literal):
        proof.notes[note.language or ""] = note.value
    if isinstance(words, ox.Literal):
        phrase = Phrase(_text(row, "span"), words.value, words.language)
    else:
        ends = [_text(row, name) for name in ("first", "last")]
        phrase = Phrase(_text(row, "span"), " … ".join(filter(None, ends)))
    if phrase not in proof.phrases:
        proof.phrases.append(phrase)


def _text(row: Row, name: str) -> str:
    term = row.get(name)
    return term.value if isinstance(term, (ox.NamedNode, ox.Literal)) else ""
