"""What an article states, in reading order: under each phrase the facts that begin with it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import pyoxigraph as ox

from kg_builder.namespaces import OA, RDFS, RJ, SCHEMA, SKOS
from kg_server.describe.statements import Statement
from kg_server.pages.names import QUOTATION, TYPE, Name, Namer
from kg_server.pages.passages import Layout, Phrase, Sentence

MENTIONS = SCHEMA + "mentions"

_FIRST = {TYPE: 0, RDFS + "label": 1, SKOS + "altLabel": 2}
_WORDS = (OA + "exact", RJ + "firstWords", RJ + "lastWords", RJ + "textHash")
_PLACE = re.compile(r"[0-9]{1,15}")
_BEHIND_ALL = 1 << 62
# What a date in EDTF says too.
_BOUNDS = frozenset({RJ + "earliest", RJ + "latest", RJ + "date"})


@dataclass(frozen=True, slots=True)
class Mark:
    """How a fact is meant, beyond being stated: `kind` is one of said, planned, inferred, ambiguous, reported, ..."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Fact:
    """One attestation.

    Attributes:
        number: in reading order; the fragment `fact-<number>` leads to it.
        statement: what is attested.
        value: the object of the triple.
        link: to the attestation in full.
        phrases: that support it together, in reading order.
        marks: how it is meant.
        notes: the curator's.
    """

    number: int
    statement: Statement
    value: Name
    link: str | None
    phrases: tuple[Phrase, ...]
    marks: tuple[Mark, ...]
    notes: tuple[Name, ...]


@dataclass(frozen=True, slots=True)
class Property:
    """Facts with one property."""

    name: Name
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Topic:
    """Facts about one thing; `folded` are those that say for machines what another says for people."""

    name: Name
    planned: bool
    properties: tuple[Property, ...]
    folded: tuple[Property, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """The facts that begin with one phrase; those that say no more than that the article names something apart."""

    phrase: Phrase | None
    topics: tuple[Topic, ...]
    mentions: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """The facts that begin in one sentence; `sentence` is None where the text, or their place in it, is not known."""

    sentence: Sentence | None
    blocks: tuple[Block, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Tally:
    """How many facts an article states, and how many attestations of each other sort there are."""

    facts: int
    said: int
    planned: int
    inferred: int
    phrases: int


class Account:
    """Tells what an article states.

    Args:
        article: the IRI.
        namer: names what it speaks of.
        statements: the attestations that rest on its words.
        phrases: by IRI.
    """

    def __init__(
        self, article: str, namer: Namer, statements: Iterable[Statement], phrases: Mapping[str, Phrase]
    ) -> None:
        self._article, self._namer, self._phrases = article, namer, phrases
        supported = [(each, self._support(each)) for each in statements]
        supported.sort(key=lambda each: (_place_of(each[1]), _order(each[0])))
        self.facts = tuple(self._fact(number, *each) for number, each in enumerate(supported, 1))

    def tally(self) -> Tally:
        """Count the facts."""
        return Tally(
            facts=len({each.statement.key for each in self.facts if each.statement.asserted}),
            said=self._marked("said"),
            planned=self._marked("planned"),
            inferred=self._marked("inferred", "ambiguous"),
            phrases=len(self._phrases),
        )

    def sections(self, layout: Layout) -> tuple[Section, ...]:
        """Return the facts by the sentence in which their first phrase begins; all in one where none are known."""
        sentences = list(layout.sentences())
        # A fact belongs to the last sentence that begins before it; without a place, or without sentences, to none.
        starts = [each.start for each in sentences]
        found: dict[int, list[Fact]] = {place: [] for place in range(len(sentences))}
        for each in self.facts:
            place = bisect_right(starts, each.phrases[0].start) - 1 if each.phrases else len(sentences)
            found.setdefault(max(0, place) if sentences else 0, []).append(each)
        return tuple(
            Section(sentences[place] if place < len(sentences) else None, self._blocks(mine), len(mine))
            for place, mine in found.items()
        )

    def styles(self) -> dict[str, str]:
        """Return how each phrase is drawn: as stated, or as said, planned or inferred where its facts are that."""
        marks: dict[str, list[set[str]]] = {}
        for fact in self.facts:
            if fact.statement.predicate == MENTIONS:
                continue
            kinds = {mark.kind for mark in fact.marks}
            if fact.statement.predicate == TYPE and QUOTATION in self._namer.kinds(fact.statement.subject):
                kinds.add("said")
            for phrase in fact.phrases:
                marks.setdefault(phrase.iri, []).append(kinds)
        return {iri: _style(found) for iri, found in marks.items()}

    def targets(self) -> dict[str, str]:
        """Return for each phrase the fragment of the facts that rest on it."""
        found: dict[str, str] = {}
        for fact in self.facts:
            for phrase in fact.phrases:
                found.setdefault(phrase.iri, f"fact-{fact.number}")
        # Those that begin with it stand together.
        return found | {each.phrases[0].iri: block_anchor(each.phrases[0]) for each in self.facts if each.phrases}

    def _support(self, statement: Statement) -> tuple[Phrase, ...]:
        known = (self._phrases.get(each.iri) for each in statement.phrases)
        return tuple(sorted((each for each in known if each is not None), key=_place))

    def _marked(self, *kinds: str) -> int:
        return sum(any(mark.kind in kinds for mark in each.marks) for each in self.facts)

    def _fact(self, number: int, statement: Statement, phrases: tuple[Phrase, ...]) -> Fact:
        return Fact(
            number,
            statement,
            self._namer.value(statement.target),
            self._namer.link(statement.iri),
            phrases,
            tuple(self._marks(statement)),
            tuple(map(self._namer.value, statement.notes)),
        )

    def _marks(self, statement: Statement) -> Iterator[Mark]:
        words, name = self._namer.words, self._namer.name
        for each in statement.quotations:
            parts = [said for part in ("speaker", "act") for said in self._namer.of(each, RJ + part)]
            who = ", ".join(self._namer.value(part).text for part in parts) or name(each).text
            yield Mark("said", words["article_said_by"].format(who=who))
        for each in statement.sources:
            yield Mark("reported", words["article_according_to"].format(who=name(each).text))
        for iri in filter(None, (statement.certainty, statement.rank)):
            kind = iri.rpartition("#")[2].lower()
            yield Mark(kind, words.get(f"article_{kind}") or name(iri).text)
        target = (statement.target.value,) if isinstance(statement.target, ox.NamedNode) else ()
        if any(self._namer.planned(each) for each in (statement.subject, *target)):
            yield Mark("planned", words["article_planned"])

    def _blocks(self, facts: Iterable[Fact]) -> tuple[Block, ...]:
        by_phrase: dict[str, list[Fact]] = {}
        for each in facts:
            by_phrase.setdefault(each.phrases[0].iri if each.phrases else "", []).append(each)
        return tuple(self._block(found) for found in by_phrase.values())

    def _block(self, facts: list[Fact]) -> Block:
        by_topic: dict[str, list[Fact]] = {}
        mentions = []
        for each in facts:
            if each.statement.subject == self._article and each.statement.predicate == MENTIONS:
                mentions.append(each)
            else:
                by_topic.setdefault(each.statement.subject, []).append(each)
        topics = sorted(
            (self._topic(iri, found) for iri, found in by_topic.items()),
            key=lambda each: (each.name.text.casefold(), each.name.link or ""),
        )
        return Block(next(iter(facts[0].phrases), None), tuple(topics), tuple(mentions))

    def _topic(self, iri: str, facts: list[Fact]) -> Topic:
        by_property: dict[str, list[Fact]] = {}
        for each in facts:
            by_property.setdefault(each.statement.predicate, []).append(each)
        spare = _BOUNDS if RJ + "edtf" in by_property else frozenset[str]()
        plain, folded = (
            tuple(Property(self._namer.term(name), tuple(by_property[name])) for name in by_property if name in which)
            for which in (by_property.keys() - spare, spare)
        )
        return Topic(self._namer.name(iri), self._namer.planned(iri), plain, folded)


def block_anchor(phrase: Phrase) -> str:
    """Return the fragment that leads to the facts that begin with a phrase.

    >>> block_anchor(Phrase("https://example.org/article/a#char=4,8", 4, 8))
    'facts-4-8'
    """
    return f"facts-{phrase.start}-{phrase.end}"


def read_phrases(triples: Iterable[ox.Triple], article: str) -> dict[str, Phrase]:
    """Return the phrases of an article by their IRIs; those whose place is no place are left out.

    Args:
        triples: of the spans, as `describe.subject` gives them for an article.
        article: its IRI.
    """
    spans: dict[str, dict[str, str]] = {}
    for each in triples:
        if isinstance(each.subject, ox.NamedNode) and isinstance(each.object, (ox.NamedNode, ox.Literal)):
            spans.setdefault(each.subject.value, {})[each.predicate.value] = each.object.value
    found = {}
    for iri, span in spans.items():
        places = [span.get(OA + name, "") for name in ("start", "end")]
        if span.get(RJ + "article") == article and all(map(_PLACE.fullmatch, places)):
            found[iri] = Phrase(iri, int(places[0]), int(places[1]), *(span.get(each, "") for each in _WORDS))
    return dict(sorted(found.items(), key=lambda item: _place(item[1])))


def _style(marks: list[set[str]]) -> str:
    for kind in ("said", "planned"):
        if any(kind in each for each in marks):
            return kind
    return "inferred" if all(each & {"inferred", "ambiguous"} for each in marks) else "stated"


def _order(statement: Statement) -> tuple[str, int, str, str]:
    subject, predicate, target = statement.key
    return subject, _FIRST.get(predicate, len(_FIRST)), predicate, str(target)


def _place(phrase: Phrase) -> tuple[int, int]:
    return phrase.start, -phrase.end


def _place_of(phrases: tuple[Phrase, ...]) -> tuple[int, int]:
    return _place(phrases[0]) if phrases else (_BEHIND_ALL, 0)
