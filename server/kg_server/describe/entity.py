"""What a page says of one thing: its facts, what leads to it, and what each of these rests on, in few rounds.

Every question is bounded, so that a thing with a hundred thousand facts costs little more than one with ten: its page
then shows some of each kind, and says of how many. Questions that do not wait for each other are put together.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import pyoxigraph as ox

from kg_builder.namespaces import DCTERMS, RDF, RDFS, RJ, SCHEMA, SKOS
from kg_server.backends.base import Backend
from kg_server.describe.ask import Row, integer, read_incoming, read_triples, rows, values
from kg_server.describe.current import Release
from kg_server.describe.ontology import Ontology
from kg_server.describe.statements import (
    PROLOGUE,
    Statement,
    Target,
    attested_each,
    attested_of,
    attested_values,
    attested_with,
    conveyed_about,
    conveyed_in,
    derived_of,
    leading,
    read_statements,
    through,
    withdrawn_about,
)
from kg_server.describe.subject import INCOMING_SHOWN
from kg_server.http.problems import Problem

SAMPLE = 12
"""Facts of each property that a page shows where it cannot show all."""
COUNTED = 20_000
"""Facts are counted as far as this."""

FACTS = 600
"""A thing with more has some of each property on its page."""

LISTED = 50
"""Where more than `INCOMING_SHOWN` leads to a thing, its page lists so many at a time."""

PROOFS = 12
"""Statements of each fact that the page of such a thing asks for, and one more."""

# Of such a thing so much may be said that its page takes but some of it; many facts are asked for together.
_HUB_STATEMENTS, _HUB_FACTS = 100, 20
_STATEMENTS, _DETAILS, _PROPERTIES = 800, 5000, 60
_BATCH = 400
_ROUNDS = 2

_REPLACED = DCTERMS + "isReplacedBy"
# The parts of a statement lead to nearly everything; they are shown as the statements that they make.
_UNSHOWN = "(rdf:subject, rdf:predicate, rdf:object, rj:conveyedIn, rj:accordingTo)"
_OUT = PROLOGUE + "SELECT ?property ?value WHERE {\n  <%s> ?property ?value .\n} LIMIT %d"
# No order: sorting would hold all that leads to a hub in memory before the first are kept. A release never changes, and
# the store reads its index in one order, so pages fit together.
_IN = (
    PROLOGUE
    + f"SELECT ?thing ?property WHERE {{\n  ?thing ?property <%s> .\n  FILTER (?property NOT IN {_UNSHOWN})\n}} "
    + "OFFSET %d LIMIT %d"
)
_COUNT_OUT = f"""SELECT ?property (COUNT(*) AS ?n) WHERE {{
  {{ SELECT ?property WHERE {{ <%s> ?property ?value }} LIMIT {COUNTED} }}
}} GROUP BY ?property ORDER BY DESC(?n)"""
_COUNT_IN = (
    PROLOGUE
    + f"""SELECT ?property (COUNT(*) AS ?n) WHERE {{
  {{ SELECT ?property WHERE {{ ?thing ?property <%s> FILTER (?property NOT IN {_UNSHOWN}) }} LIMIT {COUNTED} }}
}} GROUP BY ?property ORDER BY DESC(?n)"""
)
_SOME_OUT = f"{{ SELECT (<%(p)s> AS ?property) ?value WHERE {{ <%(n)s> <%(p)s> ?value }} LIMIT {SAMPLE} }}"
_SOME_IN = f"{{ SELECT (<%(p)s> AS ?property) ?thing WHERE {{ ?thing <%(p)s> <%(n)s> }} LIMIT {SAMPLE} }}"
# What tells one thing from others wherever it is mentioned. FILTER and not VALUES: an engine may join two blocks first.
_TOLD = ", ".join(
    f"<{each}>"
    for each in (
        RDFS + "label", SKOS + "prefLabel", RDF + "type", RJ + "edtf", RJ + "earliest", RJ + "latest",
        SCHEMA + "publisher", SCHEMA + "inLanguage", RJ + "curator", RJ + "curated",
        RDF + "subject", RDF + "predicate", RDF + "object",
    )
)  # fmt: skip
_ABOUT = f"SELECT ?s ?p ?o WHERE {{ VALUES ?s {{ %s }} ?s ?p ?o FILTER (?p IN ({_TOLD}) || ?o IN (%s)) }}"
_ALL = f"SELECT ?s ?p ?o WHERE {{ VALUES ?s {{ %s }} ?s ?p ?o }} LIMIT {_DETAILS}"

Node = Mapping[str, tuple[Target, ...]]
"""What is known of an IRI: values by property."""


@dataclass(frozen=True, slots=True)
class Entity:
    """A thing and what is said of it.

    Attributes:
        iri: its own.
        facts: property and value; some of each property where there are too many.
        incoming: thing and property of the facts that lead to it, a page of them.
        shown: the incoming facts that stand among the others: all of them, or some of each property.
        statements: what facts rest on, and what is said without being asserted, by IRI.
        nodes: what is known of everything mentioned.
        totals, totals_in: facts by property, where not all are here; `COUNTED` stands for that many or more.
        more: whether more leads to it than this page holds.
        offset: incoming facts before this page.
        missing: the questions that were not answered.
        questions: that the page was made of, by name.
        some: the names of those that have more answers than were asked for.
    """

    iri: str
    facts: tuple[tuple[str, Target], ...] = ()
    incoming: tuple[tuple[str, str], ...] = ()
    shown: tuple[tuple[str, str], ...] = ()
    statements: Mapping[str, Statement] = field(default_factory=dict)
    nodes: Mapping[str, Node] = field(default_factory=dict)
    totals: Mapping[str, int] = field(default_factory=dict)
    totals_in: Mapping[str, int] = field(default_factory=dict)
    more: bool = False
    offset: int = 0
    missing: tuple[str, ...] = ()
    questions: Mapping[str, str] = field(default_factory=dict)
    some: frozenset[str] = frozenset()

    @property
    def moved(self) -> str | None:
        """The IRI that took its place."""
        return next((each.value for name, each in self.facts if name == _REPLACED), None)

    @property
    def types(self) -> list[str]:
        """Its classes."""
        return [each.value for name, each in self.facts if name == RDF + "type" and isinstance(each, ox.NamedNode)]

    @property
    def hub(self) -> bool:
        """Whether more leads to it than fits on one page."""
        return self.more or bool(self.offset)


class _Asking:
    """Puts questions together; those that are refused or take too long are left out, and noted."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self.refused: dict[str, Problem] = {}

    async def all(self, questions: Mapping[str, str]) -> dict[str, list[Row]]:
        answers = await asyncio.gather(*(self._one(name, query) for name, query in questions.items()))
        return dict(zip(questions, answers, strict=True))

    async def _one(self, name: str, query: str) -> list[Row]:
        try:
            return await rows(self._backend, query)
        except Problem as problem:
            logging.getLogger("kg_server").warning("A page goes without %s: %s", name, problem.detail)
            self.refused[name] = problem
            return []


async def find_entity(
    release: Release, ontology: Ontology, iri: str, offset: int = 0, most: int = FACTS
) -> Entity | None:
    """Gather what a release says of a thing; None when its default graph says nothing.

    Args:
        release: to ask.
        ontology: of the release.
        iri: for which `is_iri` holds.
        offset: incoming facts to pass over.
        most: facts that are taken before only some of each property are.

    Raises:
        Problem: when the facts themselves cannot be had.
    """
    gathering, paged = _Gathering(release, ontology, iri), most == FACTS
    asked = {"facts": _OUT % (iri, most + 1), "incoming": _IN % (iri, offset, INCOMING_SHOWN + 1)}
    found = await gathering.asking.all(asked)
    if problem := gathering.asking.refused.get("facts"):
        raise problem
    if not found["facts"] and not found["incoming"]:
        return None
    facts, incoming = tuple(_facts(found["facts"][:most])), tuple(read_incoming(found["incoming"]))
    hub = bool(offset) or len(incoming) > INCOMING_SHOWN
    listed = LISTED if hub and paged else INCOMING_SHOWN
    limit = _HUB_STATEMENTS if hub and paged else _STATEMENTS
    if not offset:
        alone = facts if hub and paged and len(facts) <= _HUB_FACTS else ()
        asked |= (further := _statements_of(iri, alone, limit, _STATEMENTS + 2 * (most - FACTS)))
        found |= await gathering.asking.all(further)
    entity = Entity(
        iri,
        facts=facts,
        incoming=incoming[:listed],
        more=len(incoming) > listed,
        offset=offset,
        questions=asked,
        some=frozenset(name for name in ("said", "withdrawn", "through") if len(found.get(name, ())) >= limit),
    )
    for name in ("attested", "derived", "said", "withdrawn", "through"):
        gathering.statements |= read_statements(found.get(name, ()), iri)
    return await gathering.finish(entity, cut=len(found["facts"]) > most)


def _statements_of(iri: str, alone: Sequence[tuple[str, Target]], limit: int, most: int) -> dict[str, str]:
    """Return the questions for what a thing's facts rest on and what else is said of it.

    Args:
        iri: of the thing.
        alone: facts that are asked for one by one, for each may rest on very many statements; else all together.
        limit: of the answers to each.
        most: of the answers to the first.
    """
    return {
        "attested": attested_each(alone, iri, PROOFS + 1, _DETAILS) if alone else attested_of(iri, most),
        "derived": derived_of(iri, limit),
        "said": conveyed_about(iri, limit),
        "withdrawn": withdrawn_about(iri, limit),
        "through": through(iri, limit),
    }


async def find_nodes(release: Release, ontology: Ontology, iris: Iterable[str]) -> Mapping[str, Node]:
    """Return what is known of IRIs, by which they can be named; what is refused is missing.

    Args:
        release: to ask.
        ontology: of the release.
        iris: of whatever a page mentions, a few hundred at most.
    """
    return await _Gathering(release, ontology, "").name(iris)


class _Gathering:
    """What has been found of a thing so far."""

    def __init__(self, release: Release, ontology: Ontology, iri: str) -> None:
        self.asking = _Asking(release.backend)
        self.statements: dict[str, Statement] = {}
        self._ontology, self._iri, self._ids = ontology, iri, f"{release.manifest.base}id/"
        self._planned = ", ".join(f"<{each}>" for each in sorted(ontology.planned)) or "rj:PlannedEvent"
        self._nodes: dict[str, dict[str, dict[Target, None]]] = {}
        self._told: set[str] = set()

    async def finish(self, entity: Entity, *, cut: bool) -> Entity:
        """Add what the facts rest on, and what is known of everything that they mention."""
        if cut or entity.hub:
            entity = await self._some(entity, cut=cut)
        else:
            entity = replace(entity, shown=entity.incoming)
        details = sorted(filter(self._is_detail, self._mentioned(entity)))[:_BATCH]
        asked = self._about(self._mentioned(entity), details) | self._evidence(entity, details, cut=cut)
        found = await self.asking.all(asked)
        for name, answer in found.items():
            if name.startswith(("about", "details")):
                self._know(answer)
            else:
                self.statements |= read_statements(answer, self._iri)
        for _ in range(_ROUNDS):
            if questions := self._about(self._mentioned(entity), ()):
                for answer in (await self.asking.all(questions)).values():
                    self._know(answer)
        missing = tuple(self.asking.refused)
        return replace(entity, statements=self.statements, nodes=self._known(), missing=missing)

    async def name(self, iris: Iterable[str]) -> Mapping[str, Node]:
        """Return what these are called by, and what that itself mentions."""
        mentioned = dict.fromkeys(iris)
        for _ in range(1 + _ROUNDS):
            for properties in list(self._nodes.values()):
                for targets in properties.values():
                    mentioned |= _iris(targets)
            for iri in list(mentioned):
                mentioned |= dict.fromkeys(self._owners(iri))
            new = [each for each in mentioned if each not in self._told]
            questions = self._about(new, [each for each in new if self._is_detail(each)][:_BATCH])
            for answer in (await self.asking.all(questions)).values():
                self._know(answer)
        return self._known()

    def _known(self) -> dict[str, Node]:
        return {
            iri: {name: tuple(found) for name, found in properties.items()} for iri, properties in self._nodes.items()
        }

    async def _some(self, entity: Entity, *, cut: bool) -> Entity:
        """Take some facts of each property, where there are too many to take all, and count them."""
        iri = self._iri
        asked = {"counts": _COUNT_OUT % iri} if cut else {}
        if not entity.offset:
            asked |= {"counts_in": _COUNT_IN % iri}
        found = await self.asking.all(asked)
        totals, totals_in = (_counts(found.get(name, ())) for name in ("counts", "counts_in"))
        some = {
            name: " UNION ".join(pattern % {"p": each, "n": iri} for each in list(counted)[:_PROPERTIES])
            for name, pattern, counted in (("facts", _SOME_OUT, totals), ("incoming", _SOME_IN, totals_in))
            if counted
        }
        answers = await self.asking.all({name: f"SELECT * WHERE {{ {unions} }}" for name, unions in some.items()})
        facts = tuple(_facts(answers["facts"])) if "facts" in answers else entity.facts
        return replace(
            entity,
            facts=facts,
            shown=tuple(read_incoming(answers.get("incoming", ()))),
            totals=totals,
            totals_in=totals_in,
        )

    def _evidence(self, entity: Entity, details: list[str], *, cut: bool) -> dict[str, str]:
        asked = {}
        if details:
            asked["attested parts"] = attested_with(values(details), _DETAILS)
            asked["conveyed parts"] = conveyed_in(values(details), _STATEMENTS)
        if things := values(dict.fromkeys(thing for thing, _ in (*entity.shown, *entity.incoming))):
            attested, derived = leading(things, self._iri, _DETAILS)
            asked |= {"leading": attested, "leading_derived": derived}
        if cut:
            # What a thing is a kind of is said of too many others to look for it among them.
            some = [each for name, each in entity.facts if name != RDF + "type"]
            asked["values"] = attested_values(some, self._iri, _DETAILS)
        return asked

    def _about(self, mentioned: Iterable[str], details: Iterable[str]) -> dict[str, str]:
        new = [each for each in mentioned if each not in self._told and each not in self._ontology.labels]
        self._told.update(new)
        asked = {
            f"about {start}": PROLOGUE + _ABOUT % (values(new[start : start + _BATCH]), self._planned)
            for start in range(0, len(new), _BATCH)
        }
        return asked | ({"details": _ALL % wanted} if (wanted := values(details)) else {})

    def _is_detail(self, iri: str) -> bool:
        """Tell whether a node has no name of its own: it is part of another, or one article alone speaks of it."""
        return iri.startswith(self._ids) and "/" in iri[len(self._ids) :]

    def _mentioned(self, entity: Entity) -> list[str]:
        found: dict[str, None] = {entity.iri: None}
        for name, target in entity.facts:
            found |= {name: None, **_iris((target,))}
        for thing, name in (*entity.shown, *entity.incoming):
            found |= {thing: None, name: None}
        for each in self.statements.values():
            articles = (phrase.article for phrase in each.phrases)
            rule = (each.rule,) if each.rule else ()
            known = (each.subject, each.predicate, *each.sources, *each.quotations, *each.premises, *articles, *rule)
            found |= dict.fromkeys(known) | _iris((each.target,))
        for properties in list(self._nodes.values()):
            for name, targets in properties.items():
                found |= {name: None, **_iris(targets)}
        for iri in list(found):
            found |= dict.fromkeys(self._owners(iri))
        return list(found)

    def _owners(self, iri: str) -> Iterable[str]:
        """Yield the nodes of which one is a part: its IRI is theirs, with a key and a value behind it."""
        while self._is_detail(iri) and iri[len(self._ids) :].count("/") > 1:
            iri = iri.rsplit("/", 2)[0]
            yield iri

    def _know(self, found: Iterable[Row]) -> None:
        for subject, predicate, target in read_triples(found):
            self._nodes.setdefault(subject, {}).setdefault(predicate, {})[target] = None


def _iris(targets: Iterable[Target]) -> dict[str, None]:
    return {each.value: None for each in targets if isinstance(each, ox.NamedNode)}


def _facts(found: Iterable[Row]) -> Iterable[tuple[str, Target]]:
    for row in found:
        name, target = row.get("property"), row.get("value")
        if isinstance(name, ox.NamedNode) and isinstance(target, (ox.NamedNode, ox.Literal)):
            yield name.value, target


def _counts(found: Iterable[Row]) -> dict[str, int]:
    return {each.value: integer(row, "n") for row in found if isinstance(each := row.get("property"), ox.NamedNode)}
