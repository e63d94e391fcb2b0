"""What a graph lacks, as a page shows it: facts with the words of each side, and rows of anything else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pyoxigraph as ox

from kg_server.describe.ask import Node, Row
from kg_server.describe.gaps import Findings, facts_of
from kg_server.describe.proofs import Fact, Proof
from kg_server.pages.facts import Reader, Value

_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
# Columns that make up a fact and its sides; what else a row has stands beside it.
_FACT = frozenset(
    {"subject", "property", "value", "otherValue", "node", "otherNode", "article", "otherArticle", "phrase"}
)


@dataclass(frozen=True, slots=True)
class Quoted:
    """A phrase, and where it stands."""

    text: str
    language: str | None
    link: str | None


@dataclass(frozen=True, slots=True)
class Source:
    """Who says so: an article with its day, the phrases, marks such as a certainty, and the curator's note."""

    article: Value
    day: str
    phrases: tuple[Quoted, ...]
    marks: tuple[str, ...]
    note: str
    note_language: str | None
    link: str | None


@dataclass(frozen=True, slots=True)
class Side:
    """A value, and who gives it."""

    value: Value
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """A fact: one side, or two that disagree; and what else its row has, with the names of the columns."""

    subject: Value
    property: Value
    sides: tuple[Side, ...]
    others: tuple[tuple[str, Value], ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """Findings as a page shows them: as facts, or as a table where they are none."""

    facts: tuple[Finding, ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Value, ...], ...] = ()


def show(found: Findings, reader: Reader, words: Mapping[str, str]) -> Shown:
    """Return findings as a page shows them.

    Args:
        found: some findings of one query.
        reader: knows the labels.
        words: of the page's language.
    """
    rows, columns = found.part.rows, _telling(found.part.columns)
    if {"subject", "property", "value"}.issubset(found.part.columns):
        others = [name for name in columns if name not in _FACT]
        facts = tuple(_finding(row, others, found.proofs, reader, words) for row in rows)
        return Shown(tuple(each for each in facts if each is not None))
    return Shown(
        columns=tuple(column_name(each, words) for each in columns),
        rows=tuple(tuple(_cell(row, name, reader) for name in columns) for row in rows),
    )


def column_name(variable: str, words: Mapping[str, str]) -> str:
    """Return a variable as the heading of a column.

    >>> column_name("firstLender", {}), column_name("kind", {"gaps_kind": "Jenis"})
    ('First lender', 'Jenis')
    """
    return words.get(f"gaps_{variable}") or _CAPITAL.sub(" ", variable).capitalize()


def _telling(columns: Sequence[str]) -> list[str]:
    """Leave out the name of what is shown by its name anyway."""
    return [each for each in columns if not (each.endswith("Name") and each.removesuffix("Name") in columns)]


def _cell(row: Row, name: str, reader: Reader) -> Value:
    return reader.value(row[name]) if name in row else Value("")


def _finding(
    row: Row, others: Iterable[str], proofs: Mapping[Fact, tuple[Proof, ...]], reader: Reader, words: Mapping[str, str]
) -> Finding | None:
    subject, predicate = row.get("subject"), row.get("property")
    if subject is None or predicate is None:
        return None
    facts = facts_of(row)
    sides = tuple(
        Side(reader.value(fact[2]), tuple(_source(each, reader, words) for each in proofs.get(fact, ())))
        for fact in facts
    )
    told = any(side.sources for side in sides)
    # Where the sources are shown, what they say of themselves is said there.
    others = [each for each in others if each in row and not (told and each in {"note", "certainty"})]
    return Finding(
        reader.value(subject),
        reader.value(predicate),
        sides,
        tuple((column_name(each, words), reader.value(row[each])) for each in others),
    )


def _source(proof: Proof, reader: Reader, words: Mapping[str, str]) -> Source:
    marks = [reader.name(proof.certainty).text] if proof.certainty else []
    if proof.whose:
        marks.append(words["gaps_according"].format(name=reader.name(proof.whose).text))
    code = next((each for each in (reader.language, "", *proof.notes) if each in proof.notes), "")
    return Source(
        article=reader.name(proof.article),
        day=proof.day,
        phrases=tuple(Quoted(each.words or "…", each.language, reader.link(each.span)) for each in proof.phrases),
        marks=tuple(marks),
        note=proof.notes.get(code, ""),
        note_language=code or None,
        link=reader.link(proof.attestation),
    )


def group_values(counted: Iterable[tuple[Node, int]], reader: Reader) -> list[tuple[Value, str | None, int]]:
    """Return the values that findings divide by, with the IRI that selects each (None for texts) and their number."""
    return [
        (reader.value(node), node.value if isinstance(node, ox.NamedNode) else None, count) for node, count in counted
    ]
