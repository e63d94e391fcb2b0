"""What a graph lacks, found by the saved queries that name a kind of gap: how much, some of it, by what."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import chain

import pyoxigraph as ox

from kg_server.backends.base import Question, Term
from kg_server.describe.ask import Node as AnyTerm
from kg_server.describe.ask import Part, Row, integer, part, rows
from kg_server.describe.beside import aside
from kg_server.describe.current import Release
from kg_server.describe.entity import Node, find_nodes
from kg_server.describe.ontology import Ontologies, Ontology
from kg_server.describe.queries import SavedQuery
from kg_server.describe.statements import Statement, Target, about_facts, read_statements
from kg_server.http.problems import Problem
from kg_server.http.window import Window
from kg_server.lexer import first_keyword

KINDS = ("conflict", "single", "unlinked", "uncertain", "open")
SHOWN = 5
"""Findings of each query on the page of all gaps."""
_MOST_GROUPS = 40
_MOST_STATEMENTS = 1000
_NUMBER = "numberOfRows"

Fact = tuple[str, str, Target]
Groups = tuple[tuple[AnyTerm, int], ...]


@dataclass(frozen=True, slots=True)
class Findings:
    """Some findings of a query.

    Attributes:
        part: the rows, and how many there are in all.
        statements: what the facts among the findings rest on, by IRI.
        nodes: what is known of all that is mentioned.
    """

    part: Part
    statements: Mapping[str, Statement] = field(default_factory=dict)
    nodes: Mapping[str, Node] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Divided:
    """How the findings of a query divide by its `by`, None where that could not be counted; and what the values are."""

    groups: Groups | None = ()
    nodes: Mapping[str, Node] = field(default_factory=dict)


def facts_of(row: Row) -> list[Fact]:
    """Return the facts that a row speaks of: `?subject ?property ?value`, and the one that `?otherValue` makes.

    Where another node than the subject carries the value (a figure of it), the row has `?node` and `?otherNode`.
    """
    found: list[Fact] = []
    for node, value in (("node", "value"), ("otherNode", "otherValue")):
        carrier, predicate, target = row.get(node, row.get("subject")), row.get("property"), row.get(value)
        if (
            isinstance(carrier, ox.NamedNode)
            and isinstance(predicate, ox.NamedNode)
            and isinstance(target, (ox.NamedNode, ox.Literal))
        ):
            found.append((carrier.value, predicate.value, target))
    return found


async def find_gaps(
    release: Release, ontology: Ontology, query: SavedQuery, window: Window, value: str | None = None
) -> Findings:
    """Ask a query with a `gap`.

    Args:
        release: to ask.
        ontology: of the release.
        query: which one.
        window: the findings that are wanted.
        value: an IRI; then only findings with this value of the query's `by` are wanted.

    Raises:
        Problem: what the backend raises when the query cannot be answered.
    """
    by = query.gap.by if query.gap else ""
    bound = ((by, Term(value)),) if by and value else ()
    found = await part(release.backend, Question(query.query, bindings=bound), window)
    statements: dict[str, Statement] = {}
    facts = list(dict.fromkeys(chain.from_iterable(map(facts_of, found.rows))))
    for question in about_facts(facts, _MOST_STATEMENTS) if facts else ():
        try:
            statements |= read_statements(await rows(release.backend, question), release.manifest.base)
        except Problem as problem:
            # What was found is there; a page without its phrases is better than none.
            _tell(query, problem)
    return Findings(found, statements, await find_nodes(release, ontology, _mentioned(found, statements)))


async def find_groups(release: Release, ontology: Ontology, query: SavedQuery) -> Divided:
    """Return how many findings a query has for each value of its `by`, the most first."""
    by = query.gap.by if query.gap else ""
    try:
        found = await rows(release.backend, grouped(query.query, by)) if by else []
    except Problem as problem:
        _tell(query, problem)
        return Divided(None)
    groups = tuple((row[by], integer(row, _NUMBER)) for row in found if by in row)
    iris = [node.value for node, _ in groups if isinstance(node, ox.NamedNode)]
    return Divided(groups, await find_nodes(release, ontology, iris))


def _mentioned(found: Part, statements: Mapping[str, Statement]) -> dict[str, None]:
    mentioned = {
        node.value: None for row in found.rows for node in row.values() if isinstance(node, ox.NamedNode)
    }  # fmt: skip
    for each in statements.values():
        mentioned |= dict.fromkeys((*each.sources, *each.premises, *(phrase.article for phrase in each.phrases)))
        mentioned |= dict.fromkeys(filter(None, (each.certainty, each.rule)))
    return mentioned


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
    logging.getLogger("kg_server").warning("The gaps of %s are not all told: %s", query.name, problem.detail)


class GapsWork:
    """Finds the first gaps of each query of a release; what has been found so far can be read at any time.

    Attributes:
        ontology: of the release.
        found: by the name of the query, what it found, or why it could not be asked.
        divided: by the name of the query, how its findings divide.
    """

    def __init__(self, release: Release) -> None:
        self._release = aside(release)
        self._queries = [each for kind in KINDS for each in gap_queries(release.queries, kind)]
        self.ontology = Ontology()
        self.found: dict[str, Findings | Problem] = {}
        self.divided: dict[str, Divided] = {}

    @property
    def complete(self) -> bool:
        """Whether every query has been answered."""
        return all(isinstance(self.found.get(each.name), Findings) for each in self._queries)

    async def run(self) -> None:
        """Ask one query after the other; what could not be asked is told as it is."""
        release = self._release
        self.ontology = await Ontologies().get(release)
        for query in self._queries:
            try:
                self.found[query.name] = await find_gaps(release, self.ontology, query, Window(limit=SHOWN))
                self.divided[query.name] = await find_groups(release, self.ontology, query)
            except Problem as problem:
                _tell(query, problem)
                self.found.setdefault(query.name, problem)


def gap_queries(queries: Mapping[str, SavedQuery], kind: str) -> list[SavedQuery]:
    """Return the queries that find gaps of a kind, in their order."""
    return [each for each in queries.values() if each.gap is not None and each.gap.kind == kind]
