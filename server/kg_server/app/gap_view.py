"""What a graph lacks, as a page shows it: facts with the words of each side, and rows of anything else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pyoxigraph as ox

from kg_server.describe.ask import Node, Row
from kg_server.describe.gaps import Findings, facts_of
from kg_server.pages.evidence import Proof, Prover
from kg_server.pages.names import Name, Namer

_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
# Columns that make up a fact and its sides; what else a row has stands beside it.
_FACT = frozenset(
    {"subject", "property", "value", "otherValue", "node", "otherNode", "article", "otherArticle", "phrase"}
)
# What the evidence of a fact says of itself.
_PROVED = frozenset({"note", "certainty", "rule"})


@dataclass(frozen=True, slots=True)
class Side:
    """A value, and who gives it."""

    value: Name
    proofs: tuple[Proof, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """A fact: one side, or two that disagree; and what else its row has, with the names of the columns."""

    subject: Name
    property: Name
    sides: tuple[Side, ...]
    others: tuple[tuple[str, Name], ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """Findings as a page shows them: as facts, or as a table where they are none."""

    facts: tuple[Finding, ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Name, ...], ...] = ()


def show(found: Findings, namer: Namer) -> Shown:
    """Return findings as a page shows them.

    Args:
        found: some findings of one query.
        namer: knows what they mention.
    """
    rows, columns = found.part.rows, _telling(found.part.columns)
    if {"subject", "property", "value"}.issubset(found.part.columns):
        prover = Prover(namer, found.statements)
        others = [name for name in columns if name not in _FACT]
        facts = (_finding(row, others, prover, namer) for row in rows)
        return Shown(tuple(each for each in facts if each is not None))
    return Shown(
        columns=tuple(column_name(each, namer.words) for each in columns),
        rows=tuple(tuple(_value(row.get(name), namer) for name in columns) for row in rows),
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


def _value(node: Node | None, namer: Namer) -> Name:
    if node is None:
        return Name("")
    return namer.value(node) if isinstance(node, (ox.NamedNode, ox.Literal)) else Name(str(node))


def _finding(row: Row, others: Iterable[str], prover: Prover, namer: Namer) -> Finding | None:
    subject, predicate = row.get("subject"), row.get("property")
    if not isinstance(subject, ox.NamedNode) or not isinstance(predicate, ox.NamedNode):
        return None
    sides = tuple(Side(namer.value(fact[2]), prover.proofs(*fact)) for fact in facts_of(row))
    told = any(side.proofs for side in sides)
    return Finding(
        namer.name(subject.value),
        namer.name(predicate.value),
        sides,
        tuple(
            (column_name(each, namer.words), _value(row[each], namer))
            for each in others
            if each in row and not (told and each in _PROVED)
        ),
    )
