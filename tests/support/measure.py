"""How much of an independent reading a graph holds: the rule at the end of the design's page on data.

A reading is positions and values without a word of the text, and its names as SHA-256.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyoxigraph as ox

from kg_builder.namespaces import EDTF, OA, PROV, RDF, RDFS, RJ, SKOS, XSD

STEPS = 3
EVIDENCE = {f"{OA}TextPositionSelector", f"{RDF}Statement", f"{RJ}Derivation", "https://schema.org/NewsArticle"}
NUMBERS = {f"{XSD}integer", f"{XSD}decimal"}

Term = ox.NamedNode | ox.Literal


@dataclass(frozen=True, slots=True)
class Statement:
    n: int
    start: int
    end: int
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    article: str
    statements: tuple[Statement, ...]
    names: frozenset[str]


def read(path: Path) -> Reading:
    data = json.loads(path.read_text("utf-8"))
    statements = (Statement(s["n"], s["start"], s["end"], tuple(s["values"])) for s in data["statements"])
    return Reading(data["article"], tuple(statements), frozenset(data["names"]))


class Graph:
    """The default graph: its facts apart from the attestations and spans."""

    def __init__(self, lines: Iterable[str]) -> None:
        self.near: dict[Term, set[Term]] = defaultdict(set)
        self.spans: dict[Term, dict[str, Term]] = defaultdict(dict)
        self.resting: dict[Term, set[Term]] = defaultdict(set)
        self.ends: dict[Term, set[Term]] = defaultdict(set)
        self.labels: set[str] = set()
        triples = [
            (quad.subject, quad.predicate.value, quad.object)
            for quad in ox.parse(input="".join(lines).encode(), format=ox.RdfFormat.N_QUADS)
            if quad.graph_name == ox.DefaultGraph()
        ]
        evidence = {
            s for s, p, o in triples if p == f"{RDF}type" and isinstance(o, ox.NamedNode) and o.value in EVIDENCE
        }
        for subject, predicate, target in triples:
            assert isinstance(subject, ox.NamedNode)
            assert isinstance(target, (ox.NamedNode, ox.Literal))
            if predicate in {f"{RDFS}label", f"{SKOS}altLabel"} and isinstance(target, ox.Literal):
                self.labels.add(target.value)
            if predicate in {f"{OA}start", f"{OA}end", f"{RJ}article"}:
                self.spans[subject][predicate] = target
            elif predicate == f"{PROV}wasDerivedFrom":
                self.resting[target].add(subject)
            elif predicate in {f"{RDF}subject", f"{RDF}object"}:
                self.ends[subject].add(target)
            elif subject not in evidence and predicate != f"{RDF}type":
                self.near[subject].add(target)
                if isinstance(target, ox.NamedNode):
                    self.near[target].add(subject)

    def spans_of(self, article: str) -> Iterator[tuple[Term, int, int]]:
        for node, parts in self.spans.items():
            if parts[f"{RJ}article"].value.rpartition("/")[2] == article:
                yield node, int(parts[f"{OA}start"].value), int(parts[f"{OA}end"].value)

    def reachable(self, span: Term) -> set[ox.Literal]:
        """The literals within three steps of an attestation that rests on a span; a literal leads nowhere further."""
        found: set[ox.Literal] = set()
        for attestation in self.resting[span]:
            front = set(self.ends[attestation])
            seen = set(front)
            for _ in range(STEPS - 1):
                front = {far for node in front if isinstance(node, ox.NamedNode) for far in self.near[node]} - seen
                seen |= front
            found |= {node for node in seen if isinstance(node, ox.Literal)}
        return found


def means(literal: ox.Literal, value: str) -> bool:
    """Whether a literal is a value of a reading: a day, a year, or a number."""
    kind, written = literal.datatype.value, literal.value
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        return kind == f"{XSD}date" and written == value
    if kind in NUMBERS:
        return Decimal(written) == Decimal(value)
    if kind == f"{XSD}duration":
        return value in re.findall(r"\d+", written)
    year = re.fullmatch(r"\d{4}", value) is not None
    if kind == EDTF:
        return year and value in re.findall(r"\d{4}", written.replace("X", "0"))
    return year and kind == f"{XSD}date" and date.fromisoformat(written).year == int(value)


def covers(start: int, end: int, statement: Statement) -> bool:
    """Whether a span covers half of a statement's phrase or lies within it."""
    shared = min(end, statement.end) - max(start, statement.start)
    within = statement.start <= start and end <= statement.end
    return shared > 0 and (within or 2 * shared >= statement.end - statement.start)


def uncovered(reading: Reading, graph: Graph) -> list[Statement]:
    spans = list(graph.spans_of(reading.article))
    near: dict[Term, set[ox.Literal]] = {}
    missed = []
    for statement in reading.statements:
        under = [node for node, start, end in spans if covers(start, end, statement)]
        literals: set[ox.Literal] = set()
        for node in under:
            if statement.values and node not in near:
                near[node] = graph.reachable(node)
            literals |= near.get(node, set())
        if not under or not all(any(means(literal, value) for literal in literals) for value in statement.values):
            missed.append(statement)
    return missed


def missing_names(reading: Reading, graph: Graph) -> set[str]:
    return set(reading.names - {hashlib.sha256(label.encode()).hexdigest() for label in graph.labels})
