"""What a graph lacks, found by the saved queries that name a kind of gap: how much, some of it, by what."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field

import pyoxigraph as ox

from kg_server.backends.base import Question, Term
from kg_server.describe.ask import Node, Part, Row, integer, part, rows
from kg_server.describe.current import Release
from kg_server.describe.labels import find_labels
from kg_server.describe.proofs import Fact, Proof, find_proofs
from kg_server.describe.queries import SavedQuery
from kg_server.http.problems import Problem
from kg_server.http.window import Window
from kg_server.lexer import first_keyword

KINDS = ("conflict", "single", "unlinked", "uncertain", "open")
SHOWN = 5
"""Findings of each query on the page of all gaps."""
_MOST_GROUPS = 40
_MOST_LABELS = 2000
_NUMBER = "numberOfRows"


@dataclass(frozen=True, slots=True)
class Findings:
    """Some findings of a query.

    Attributes:
        part: the rows, and how many there are in all.
        proofs: what the facts among the findings rest on.
        labels: of all that is mentioned.
    """

    part: Part
    proofs: Mapping[Fact, tuple[Proof, ...]] = field(default_factory=dict)
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def facts_of(row: Row) -> list[Fact]:
    """Return the facts that a row speaks of: `?subject ?property ?value`, and the one that `?otherValue` makes.

    Where another node than the subject carries the value (a figure of it), the row has `?node` and `?otherNode`.
    """
    found: list[Fact] = []
    for node, value in (("node", "value"), ("otherNode", "otherValue")):
        carrier, predicate, target = row.get(node, row.get("subject")), row.get("property"), row.get(value)
        if isinstance(carrier, ox.NamedNode) and isinstance(predicate, ox.NamedNode) and target is not None:
            found.append((carrier, predicate, target))
    return found


async def find_gaps(release: Release, query: SavedQuery, window: Window, value: str | None = None) -> Findings:
    """Ask a query with a `gap`; its groups are not counted.

    Args:
        release: to ask.
        query: which one.
        window: the findings that are wanted.
        value: an IRI; then only findings with this value of the query's `by` are wanted.

    Raises:
        Problem: what the backend raises when the query cannot be answered.
    """
    by = query.gap.by if query.gap else ""
    bound = ((by, Term(value)),) if by and value else ()
    return await _explained(release, await part(release.backend, Question(query.query, bindings=bound), window))


async def find_groups(release: Release, query: SavedQuery) -> tuple[tuple[Node, int], ...] | None:
    """Return how many findings a query has for each value of its `by`, the most first; None where it has too many."""
    by = query.gap.by if query.gap else ""
    try:
        found = await rows(release.backend, grouped(query.query, by)) if by else []
    except Problem as problem:
        _tell(query, problem)
        return None
    return tuple((row[by], integer(row, _NUMBER)) for row in found if by in row)


async def _explained(release: Release, found: Part) -> Findings:
    proofs: Mapping[Fact, tuple[Proof, ...]] = {}
    labels: Mapping[str, Mapping[str, str]] = {}
    try:
        proofs = await find_proofs(release, (fact for row in found.rows for fact in facts_of(row)))
        mentioned = [node.value for row in found.rows for node in row.values() if isinstance(node, ox.NamedNode)]
        for proof in (each for some in proofs.values() for each in some):
            mentioned += filter(None, (proof.article, proof.certainty, proof.whose))
        labels = await find_labels(release, mentioned, _MOST_LABELS)
    except Problem:
        # What was found is there; a page without its names or phrases is better than none.
        logging.getLogger("kg_server").warning("Gaps are shown without names or phrases.", exc_info=True)
    return Findings(found, proofs, labels)


def grouped(query: str, variable: str) -> str:
    """Return a query that counts the rows of a SELECT by one of its variables.

    >>> print(grouped("PREFIX ex: <urn:ex:> SELECT ?loan ?kind { ?loan a ?kind }", "kind"))
    PREFIX ex: <urn:ex:> SELECT ?kind (COUNT(*) AS ?numberOfRows) WHERE { {
    SELECT ?loan ?kind { ?loan a ?kind }
    } }
    GROUP BY ?kind ORDER BY DESC(?numberOfRows) ?kind LIMIT 40
    """
    keyword = first_keyword(query)
    start = keyword.start if keyword else 0
    return (
        f"{query[:start]}SELECT ?{variable} (COUNT(*) AS ?{_NUMBER}) WHERE {{ {{\n{query[start:]}\n}} }}\n"
        f"GROUP BY ?{variable} ORDER BY DESC(?{_NUMBER}) ?{variable} LIMIT {_MOST_GROUPS}"
    )


def _tell(query: SavedQuery, problem: Problem) -> None:
    logging.getLogger("kg_server").warning("The gaps of %s are not all counted: %s", query.name, problem.detail)


@dataclass(frozen=True, slots=True)
class Groups:
    """How the findings of a query divide by its `by`, None where that could not be counted; with labels."""

    counted: tuple[tuple[Node, int], ...] | None = ()
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


class GapsWork:
    """Finds the first gaps of each query of a release; what has been found so far can be read at any time.

    Attributes:
        found: by the name of the query, what it found, or why it could not be asked.
        groups: by the name of the query, how its findings divide.
    """

    def __init__(self, release: Release) -> None:
        self._release = release
        self._queries = [each for kind in KINDS for each in gap_queries(release.queries, kind)]
        self.found: dict[str, Findings | Problem] = {}
        self.groups: dict[str, Groups] = {}

    @property
    def complete(self) -> bool:
        """Whether every query has been answered."""
        return all(isinstance(self.found.get(each.name), Findings) for each in self._queries)

    async def run(self) -> None:
        """Ask one query after the other; what could not be asked is told as it is."""
        for query in self._queries:
            try:
                self.found[query.name] = await find_gaps(self._release, query, Window(limit=SHOWN))
                counted = await find_groups(self._release, query)
                iris = [node.value for node, _ in counted or () if isinstance(node, ox.NamedNode)]
                self.groups[query.name] = Groups(counted, await find_labels(self._release, iris, _MOST_GROUPS))
            except Problem as problem:
                _tell(query, problem)
                self.found.setdefault(query.name, problem)


def gap_queries(queries: Mapping[str, SavedQuery], kind: str) -> list[SavedQuery]:
    """Return the queries that find gaps of a kind, in their order."""
    return [each for each in queries.values() if each.gap is not None and each.gap.kind == kind]
