"""What is drawn of one thing: whom it is linked with, and what has a date."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pyoxigraph as ox

from kg_builder.namespaces import ORG, RDF, RJ
from kg_server.describe.entity import Entity
from kg_server.pages.figures import Edge, Graph, Item, Node, Timeline
from kg_server.pages.names import DATE, MEMBERSHIP, Namer
from kg_server.pages.view import Fact, Section, Sentence, View

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NEIGHBOURS = 40
_ITEMS = 60
# Articles mention everything, and everything is of a kind: neither tells whom a thing is linked with.
_UNDRAWN = frozenset({"articles"})
# Terms of office have a figure of their own; when an article was published is not a date of what it mentions.
_UNDATED = frozenset({"articles", "office"})


def graph_of(entity: Entity, view: View, namer: Namer) -> Graph | None:
    """Return the graph of a thing and its neighbours, None where it has fewer than two, or is part of another."""
    return None if namer.is_part(entity.iri) else _Drawing(entity, view, namer).graph()


def timeline_of(view: View, namer: Namer) -> Timeline | None:
    """Return what has a date about a thing, None where that is less than two."""
    found = sorted(_dated(view, namer), key=lambda each: each.start.lstrip("["))[:_ITEMS]
    return Timeline(tuple(found)) if len(found) > 1 else None


def offices_of(section: Section, namer: Namer) -> Timeline | None:
    """Return the terms of office of a section, drawn as far as they are dated; None where none is."""
    items = []
    for row in section.rows:
        # Where somebody is seen in office says little of the office.
        for fact in row.facts if row.predicate != RJ + "attestedAt" else ():
            start, stated = _term(fact, namer)
            if start:
                label = f"{fact.value.text}: {fact.lead}" if fact.lead else fact.value.text
                kind = None if stated else namer.words["subject_office_open"]
                items.append(Item(label, start, kind=kind, href=fact.value.link, lang=fact.value.language))
    return Timeline(tuple(items)) if items else None


def _term(fact: Fact, namer: Namer) -> tuple[str, bool]:
    """Return a term of office in EDTF, and whether it is stated, or only the days on which somebody is seen in it."""
    iri = next((each for each in _ends(fact) if MEMBERSHIP in namer.kinds(each)), "")
    if stated := namer.of(iri, DATE):
        return stated[0].value, True
    seen = sorted({day.value for each in namer.of(iri, RJ + "attestedAt") for day in namer.of(each.value, DATE)})
    plain = [each for each in seen if _DAY.fullmatch(each)]
    return (f"{plain[0]}/{plain[-1]}" if len(plain) > 1 else seen[0] if seen else ""), False


def _ends(fact: Fact) -> Iterator[str]:
    yield fact.key[0]
    if isinstance(fact.key[2], ox.NamedNode):
        yield fact.key[2].value


def _dated(view: View, namer: Namer) -> Iterator[Item]:
    seen: set[tuple[str, str]] = set()
    rows = (row for section in view.sections if section.key not in _UNDATED for row in section.rows)
    for row, fact in ((each, fact) for each in rows for fact in each.facts):
        other = fact.key[0] if row.inverse else _iri(fact)
        # A date of the thing itself is named by its property.
        name, kind = (fact.value, _kind(other, namer)) if other else (row.name, None)
        for date in _dates(fact, other, namer):
            if (name.text, date) not in seen:
                seen.add((name.text, date))
                planned = fact.planned or view.planned
                yield Item(name.text, date, kind=kind, planned=planned, href=name.link, lang=name.language)


def _kind(iri: str, namer: Namer) -> str | None:
    kinds = namer.kinds(namer.owner(iri) or iri) or namer.kinds(iri)
    return namer.name(kinds[0]).text if kinds else None


def _dates(fact: Fact, other: str | None, namer: Namer) -> list[str]:
    if other is None:
        target = fact.key[2]
        return [target.value] if isinstance(target, ox.Literal) and namer.is_date(target) else []
    owner = namer.owner(other)
    found = namer.of(other, DATE) or (namer.of(owner, DATE) if owner else ())
    return [each.value for each in found]


def _iri(fact: Fact) -> str | None:
    target = fact.key[2]
    return target.value if isinstance(target, ox.NamedNode) else None


class _Drawing:
    def __init__(self, entity: Entity, view: View, namer: Namer) -> None:
        self._iri, self._view, self._namer = entity.iri, view, namer
        self._nodes: dict[str, Node] = {}
        self._edges: dict[tuple[str, str, str], Edge] = {}

    def graph(self) -> Graph | None:
        self._add(self._iri)
        for section in self._view.sections:
            for row in section.rows if section.key not in _UNDRAWN else ():
                for fact in row.facts:
                    self._fact(fact, inverse=row.inverse)
        for each in (*(each for saying in self._view.said for each in saying.sentences), *self._view.conveyed):
            self._said(each)
        return Graph(tuple(self._nodes.values()), tuple(self._edges.values())) if len(self._nodes) > 2 else None  # noqa: PLR2004

    def _fact(self, fact: Fact, *, inverse: bool) -> None:
        subject, predicate, _ = fact.key
        other = subject if inverse else _iri(fact)
        if other is None or predicate == RDF + "type":
            return
        namer = self._namer
        label = namer.name(predicate).text
        if MEMBERSHIP in namer.kinds(other):
            label = fact.lead or label
            for end in (namer.owner(other), *(each.value for each in namer.of(other, ORG + "organization"))):
                self._link(end, label, fact, inverse=inverse)
        elif namer.is_part(other):
            self._link(namer.owner(other), label, fact, inverse=inverse)
        else:
            self._link(other, label, fact, inverse=inverse)

    def _link(self, other: str | None, label: str, fact: Fact, *, inverse: bool) -> None:
        if other in {None, self._iri} or not other.startswith(f"{self._namer.base}id/") or self._namer.is_part(other):
            return
        if self._add(other):
            ends = (other, self._iri) if inverse else (self._iri, other)
            self._edges.setdefault((*ends, label), Edge(*ends, label, planned=fact.planned or self._view.planned))

    def _said(self, sentence: Sentence) -> None:
        subject, _, value = sentence.key
        target = value.value if isinstance(value, ox.NamedNode) else ""
        label = sentence.property.text
        if self._iri in {subject, target} and target and self._add(subject) and self._add(target):
            self._edges.setdefault((subject, target, label), Edge(subject, target, label, said=True))

    def _add(self, iri: str) -> bool:
        if iri in self._nodes:
            return True
        if len(self._nodes) > _NEIGHBOURS:
            return False
        name, types = self._namer.name(iri), self._namer.kinds(iri)[:1]
        kind = self._namer.name(types[0]).text if types else None
        self._nodes[iri] = Node(iri, name.text, kind, name.link, name.language)
        return True
