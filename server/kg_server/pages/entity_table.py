"""The facts of one thing as a table: a row for each phrase that supports one, or for each fact without a phrase."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

import pyoxigraph as ox

from kg_server.describe.entity import Entity
from kg_server.describe.statements import Phrase, Statement, Target
from kg_server.pages.evidence import Proof, Prover
from kg_server.pages.names import Namer
from kg_server.pages.view import Triple

COLUMNS = (
    "subject", "subject_name", "property", "property_name", "value", "value_name", "language", "datatype", "status",
    "certainty", "according_to", "speaker", "manner", "act", "article", "published", "phrase", "place", "note",
    "curator", "curated", "statement", "rule",
)  # fmt: skip
STATED, SAID, WITHDRAWN, CONCLUDED, CURATED = "stated", "said", "withdrawn", "concluded", "curated"


def table_of(entity: Entity, namer: Namer) -> bytes:
    """Return the facts as CSV (RFC 4180), UTF-8, with a header; names are in the language of the namer.

    `status` says whether an article states a fact, somebody only says it, a curator withdrew it, a rule concluded it,
    or a curator stated it without an article.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows(_rows(entity, namer))
    return text.getvalue().encode()


def _rows(entity: Entity, namer: Namer) -> Iterator[Sequence[str]]:
    prover = Prover(namer, entity.statements)
    node = ox.NamedNode(entity.iri)
    facts: dict[Triple, None] = {(entity.iri, name, each): None for name, each in entity.facts}
    for iri in sorted(each for each in namer.nodes if each.startswith(f"{entity.iri}/")):
        facts |= {(iri, name, each): None for name, found in namer.nodes[iri].items() for each in found}
    facts |= {(thing, name, node): None for thing, name in entity.incoming}
    # What is only said, and what was withdrawn, is no fact.
    facts |= {each.key: None for each in entity.statements.values() if entity.iri in {each.subject, _iri(each.target)}}
    for key in facts:
        statements = prover.statements(*key)
        for statement in statements:
            for phrase in statement.phrases or (None,):
                yield _row(key, namer, prover.proof(statement), statement, phrase)
        if not statements:
            yield _row(key, namer)


def _row(
    key: Triple,
    namer: Namer,
    proof: Proof | None = None,
    statement: Statement | None = None,
    phrase: Phrase | None = None,
) -> Sequence[str]:
    subject, predicate, target = key
    fact = (
        subject, namer.name(subject).text, predicate, namer.name(predicate).text, target.value,
        namer.value(target).text, *_kind(target),
    )  # fmt: skip
    if proof is None or statement is None:
        return (*fact, CURATED, *[""] * 14)
    speech, source = proof.speech, proof.source
    return (
        *fact,
        _status(statement),
        proof.certainty,
        "; ".join(each.text for each in proof.speakers),
        "; ".join(each.text for each in speech.speakers) if speech else "",
        speech.manner if speech else "",
        speech.act if speech else "",
        phrase.article if phrase else "",
        source.published if source else "",
        phrase.text if phrase else "",
        phrase.iri if phrase else "",
        " ".join(each.text for each in proof.notes),
        source.curator.text if source and source.curator else "",
        source.curated if source else "",
        statement.iri,
        statement.rule or "",
    )


def _status(statement: Statement) -> str:
    if statement.rule:
        return CONCLUDED
    if statement.withdrawn:
        return WITHDRAWN
    return SAID if statement.quotations else STATED


def _kind(target: Target) -> tuple[str, str]:
    return (target.language or "", target.datatype.value) if isinstance(target, ox.Literal) else ("", "")


def _iri(target: Target) -> str:
    return target.value if isinstance(target, ox.NamedNode) else ""
