"""Answers a batch of reconciliation queries: candidates from the search index, evidence from the backend, scores."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pyoxigraph as ox

from kg_builder.spelling import Spelt, likeness
from kg_server.describe.current import Release
from kg_server.describe.ontology import Ontology
from kg_server.describe.reconciliation.identifiers import Identifiers
from kg_server.describe.reconciliation.known import Known, find_having, find_known, find_values, names_of, things_of
from kg_server.describe.reconciliation.likeness import Fit, Target, agreement
from kg_server.describe.search.index import Match
from kg_server.http.reconciliation import Query, Thing, Value

LOOKED_AT = 60
"""Candidates of a query that are scored."""
_LIKELY_VALUES = 5

LookUp = Callable[[str, int], Awaitable[Sequence[Match]]]
"""Finds entities by a text: so many of them at most."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entity that may be meant.

    Attributes:
        iri: of it.
        fit: how it fits.
        articles: how many mention it, where the index said so.
        given: whether the query named it by its identifier.
        match: whether it can be no other.
    """

    iri: str
    fit: Fit
    articles: int = 0
    given: bool = False
    match: bool = False

    @property
    def score(self) -> float:
        """From 0 to 100."""
        return 100.0 if self.given else self.fit.score


@dataclass(slots=True)
class _Row:
    """A query while it is answered."""

    query: Query
    types: frozenset[str]
    paths: tuple[str, ...]
    found: dict[str, int] = field(default_factory=dict)
    given: str | None = None


class Matching:
    """Answers batches over one release.

    Args:
        release: whose backend is asked, as this client's.
        ontology: its terms: what is of a class is of those above it.
        look_up: the search index, as this client's.

    Attributes:
        seconds: that comparing names has taken, which nobody else has charged.
    """

    def __init__(self, release: Release, ontology: Ontology, look_up: LookUp) -> None:
        self._release, self._ontology, self._look_up = release, ontology, look_up
        self._identifiers = Identifiers.of(release.manifest)
        self.seconds = 0.0

    async def answer(self, batch: Mapping[str, Query]) -> tuple[dict[str, list[Candidate]], dict[str, Known]]:
        """Return the candidates of each query, the best first, and what is known of them.

        Raises:
            Problem: what the index and the backend raise; a property that is none.
        """
        rows = {key: self._row(query) for key, query in batch.items()}
        for row in rows.values():
            await self._gather(row)
        known = await find_known(self._release.backend, [iri for row in rows.values() for iri in row.found])
        of_path: dict[str, dict[str, list[ox.NamedNode | ox.Literal]]] = {}
        for path in dict.fromkeys(path for row in rows.values() for path in row.paths):
            wanted = dict.fromkeys(iri for row in rows.values() if path in row.paths for iri in row.found)
            of_path[path] = await find_values(self._release.backend, list(wanted), path)
        things = things_of(of_path.values())
        known |= await find_known(self._release.backend, sorted(things - known.keys()))
        # Comparing names holds the interpreter for a while.
        began = time.monotonic()
        found = await asyncio.to_thread(lambda: {key: self._score(row, known, of_path) for key, row in rows.items()})
        self.seconds += time.monotonic() - began
        return found, known

    def _row(self, query: Query) -> _Row:
        types = frozenset(iri for each in query.types if (iri := self._identifiers.term(each)))
        return _Row(query, types, tuple(self._identifiers.path(each.pid) for each in query.properties))

    async def _gather(self, row: _Row) -> None:
        text = (row.query.query or "").strip()
        if text:
            given = self._identifiers.entity(text)
            if given is not None:
                row.given = given
                row.found[given] = 0
            for each in await self._look_up(text, LOOKED_AT):
                row.found[each.iri] = each.articles
        elif row.query.query is None:
            evidence, path = row.query.properties[0], row.paths[0]
            for value in evidence.values:
                things = await self._meant(value)
                text = "" if isinstance(value, Thing) else str(value)
                for iri in await find_having(self._release.backend, path, things, text, LOOKED_AT):
                    row.found.setdefault(iri, 0)
        row.found = {iri: articles for iri, articles in row.found.items() if self._identifiers.local(iri)}

    async def _meant(self, value: Value) -> list[str]:
        """Return the things that a value may stand for."""
        if isinstance(value, Thing):
            return [iri] if (iri := self._identifiers.entity(value.id)) else []
        found = await self._look_up(str(value), _LIKELY_VALUES) if isinstance(value, str) and value.strip() else ()
        return [each.iri for each in found]

    def _score(
        self,
        row: _Row,
        known: Mapping[str, Known],
        of_path: Mapping[str, Mapping[str, Sequence[ox.NamedNode | ox.Literal]]],
    ) -> list[Candidate]:
        spelt = Spelt.read(row.query.query) if row.query.query is not None else None
        found: list[Candidate] = []
        for iri, articles in row.found.items():
            if not known.get(iri, Known()).labels:
                continue
            names = [(Spelt.read(name), preferred) for name, preferred in names_of(known, iri)]
            alike = max(((likeness(spelt, name), preferred) for name, preferred in names), default=(0.0, False)) if (
                spelt
            ) else (None, False)  # fmt: skip
            agreements = tuple(
                agreement(self._given(evidence.values), self._targets(of_path[path].get(iri, ()), known))
                for evidence, path in zip(row.query.properties, row.paths, strict=True)
            )
            fit = Fit(alike[0], alike[1], self._of_type(row, known[iri].types), agreements)
            if fit.score > 0 or iri == row.given:
                found.append(Candidate(iri, fit, articles, given=iri == row.given))
        return _decide(_strict(row.query, found))[: row.query.wanted]

    def _given(self, given: Iterable[Value]) -> list[str | float | bool | ox.NamedNode]:
        entities = ((each, self._identifiers.entity(each.id) if isinstance(each, Thing) else None) for each in given)
        return [ox.NamedNode(iri or "urn:none") if isinstance(each, Thing) else each for each, iri in entities]

    def _targets(self, nodes: Iterable[ox.NamedNode | ox.Literal], known: Mapping[str, Known]) -> list[Target]:
        found: list[Target] = []
        for node in nodes:
            names: list[str] = []
            if isinstance(node, ox.NamedNode):
                local = self._identifiers.local(node.value)
                names = [*(name for name, _ in names_of(known, node.value)), *([local] if local else [])]
            found.append(Target(node, tuple(map(Spelt.read, names))))
        return found

    def _of_type(self, row: _Row, types: Iterable[str]) -> bool | None:
        if not row.query.types:
            return None
        mine = {kind for each in types for kind in self._ontology.kinds(each)}
        return row.types <= mine and bool(mine) if row.query.type_strict == "all" else bool(row.types & mine)


def _strict(query: Query, found: list[Candidate]) -> list[Candidate]:
    """Leave out what is of another type, where the client said that it must not be."""
    if query.type_strict == "should":
        return found
    return [each for each in found if each.fit.of_type is not False or each.given]


def _decide(found: list[Candidate]) -> list[Candidate]:
    """Sort candidates, the best first, and say of the first whether it can be no other."""
    ranked = sorted(found, key=lambda each: (not each.given, -each.score, -each.articles, each.iri))
    if not ranked:
        return ranked
    first = ranked[0]
    # Another one of this name is enough to leave the decision to a person.
    certain = first.given or (first.fit.certain and not any(_rivals(first.fit, each.fit) for each in ranked[1:]))
    return [Candidate(first.iri, first.fit, first.articles, first.given, match=certain), *ranked[1:]]


def _rivals(first: Fit, other: Fit) -> bool:
    """Tell whether another one has the name as well, and nothing speaks against it."""
    as_near = (other.name or 0.0) >= (first.name or 0.0)
    return as_near and other.of_type is not False and all(each is None or each > 0 for each in other.agreements)
