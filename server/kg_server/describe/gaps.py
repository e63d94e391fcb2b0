"""What a graph lacks, found by the saved queries that name a kind of gap: how much, some of it, by what."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field

import pyoxigraph as ox

from kg_server.backends.base import Backend, Question, Term
from kg_server.describe.ask import Node, Part, Row, integer, part, rows
from kg_server.describe.current import Release
from kg_server.describe.labels import Labels, find_labels
from kg_server.describe.proofs import Fact, Proof, find_proofs
from kg_server.describe.queries import SavedQuery
from kg_server.http.problems import Problem
from kg_server.http.window import Window
from kg_server.lexer import first_keyword

KINDS = ("conflict", "single", "unlinked", "uncertain", "open")
SHOWN = 5
"""Findings of each query on the page of all gaps."""
_MOST_GROUPS = 40
_NUMBER = "numberOfRows"


@dataclass(frozen=True, slots=True)
class Findings:
    """Some findings of a query.

    Attributes:
        part: the rows, and how many there are in all.
        groups: for the query's `by`, its values with the number of rows of each, the most first; None is not counted.
        proofs: what the facts among the findings rest on.
        labels: of all that is mentioned.
    """

    part: Part
    groups: tuple[tuple[Node, int], ...] | None = ()
    proofs: Mapping[Fact, tuple[Proof, ...]] = field(default_factory=dict)
    labels: Labels = field(default_factory=dict)


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


async def find_gaps(backend: Backend, query: SavedQuery, window: Window, value: str | None = None) -> Findings:
    """Ask a query with a `gap`.

    Args:
        backend: to ask.
        query: which one.
        window: the findings that are wanted.
        value: an IRI; then only findings with this value of the query's `by` are wanted.

    Raises:
        Problem: what the backend raises when the query itself cannot be answered.
    """
    by = query.gap.by if query.gap else ""
    bound = ((by, Term(value)),) if by and value else ()
    found = await part(backend, Question(query.query, bindings=bound), window)
    groups: tuple[tuple[Node, int], ...] | None = ()
    try:
        if by:
            counted = await rows(backend, grouped(query.query, by))
            groups = tuple((row[by], integer(row, _NUMBER)) for row in counted if by in row)
    except Problem as problem:
        _tell(query, problem)
        groups = None
    return await _explained(backend, Findings(found, groups))


async def _explained(backend: Backend, found: Findings) -> Findings:
    proofs: Mapping[Fact, tuple[Proof, ...]] = {}
    labels: Labels = {}
    try:
        proofs = await find_proofs(backend, (fact for row in found.part.rows for fact in facts_of(row)))
        mentioned = [node.value for row in found.part.rows for node in row.values() if isinstance(node, ox.NamedNode)]
        mentioned += [node.value for node, _ in found.groups or () if isinstance(node, ox.NamedNode)]
        for proof in (each for some in proofs.values() for each in some):
            mentioned += filter(None, (proof.article, proof.certainty, proof.whose))
        labels = await find_labels(backend, mentioned)
    except Problem:
        # What was found is there; a page without its names or phrases is better than none.
        logging.getLogger("kg_server").warning("Gaps are shown without names or phrases.", exc_info=True)
    return Findings(found.part, found.groups, proofs, labels)


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


class GapsWork:
    """Finds the first gaps of each query of a release; what has been found so far can be read at any time.

    Attributes:
        found: by the name of the query, what it found, or why it could not be asked.
    """

    def __init__(self, release: Release) -> None:
        self._release = release
        self._queries = [each for kind in KINDS for each in gap_queries(release.queries, kind)]
        self.found: dict[str, Findings | Problem] = {}

    @property
    def complete(self) -> bool:
        """Whether every query has been answered."""
        return len(self.found) == len(self._queries) and not any(
            isinstance(each, Problem) for each in self.found.values()
        )

    async def run(self) -> None:
        """Ask one query after the other."""
        for query in self._queries:
            try:
                self.found[query.name] = await find_gaps(self._release.backend, query, Window(limit=SHOWN))
            except Problem as problem:
                _tell(query, problem)
                self.found[query.name] = problem


def gap_queries(queries: Mapping[str, SavedQuery], kind: str) -> list[SavedQuery]:
    """Return the queries that find gaps of a kind, in their order."""
    return [each for each in queries.values() if each.gap is not None and each.gap.kind == kind]
