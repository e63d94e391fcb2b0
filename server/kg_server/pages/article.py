"""What an article states, in reading order: under each phrase the facts that begin with it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import pyoxigraph as ox

from kg_builder.namespaces import OA, RDF, RDFS, RJ, SCHEMA, SKOS
from kg_server.pages.facts import Reader, Value
from kg_server.pages.passages import Layout, Phrase, Sentence

Node = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
Row = Mapping[str, Node]

_MOST_WORDS = 60
_FIRST = {RDF + "type": 0, RDFS + "label": 1, SKOS + "altLabel": 2}
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
class Named:
    """Something, by its name; `words` are the article's, for what has no name of its own."""

    value: Value
    words: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """One attestation.

    Attributes:
        number: in reading order; the fragment `fact-<number>` leads to it.
        subject: IRI of what it is about.
        predicate: IRI of the property.
        target: the value.
        link: to the attestation in full.
        phrases: that support it together, in reading order.
        marks: how it is meant.
        note: the curator's.
        asserted: whether the graph states it, rather than that somebody says it or that it was withdrawn.
    """

    number: int
    subject: str
    predicate: str
    target: Named
    link: str | None
    phrases: tuple[Phrase, ...]
    marks: tuple[Mark, ...]
    note: Value | None
    asserted: bool


@dataclass(frozen=True, slots=True)
class Property:
    """Facts with one property."""

    name: Value
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Topic:
    """Facts about one thing; `folded` are those that say for machines what another says for people."""

    name: Named
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
    """How many facts an article states, and how many of each other sort there are."""

    facts: int
    said: int
    planned: int
    inferred: int
    phrases: int


@dataclass(slots=True)
class Account:
    """Reads what a release has of an article's attestations.

    Args:
        article: the IRI.
        reader: names things.
        words: of the page.
        statements: a row for each attestation and phrase, in reading order.
        phrases: by IRI.
        kinds: classes by IRI.
        planned: the classes of what is planned.
        speech: of each quotation, IRIs by property.
    """

    article: str
    reader: Reader
    words: Mapping[str, str]
    statements: Iterable[Row]
    phrases: Mapping[str, Phrase]
    kinds: Mapping[str, tuple[str, ...]]
    planned: frozenset[str]
    speech: Mapping[str, Mapping[str, tuple[str, ...]]]
    facts: tuple[Fact, ...] = ()
    _first_words: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Join the rows of each attestation."""
        found: dict[str, tuple[Row, dict[str, Phrase]]] = {}
        for row in self.statements:
            _, mine = found.setdefault(_text(row["statement"]), (row, {}))
            phrase = self.phrases.get(_text(row["phrase"]))
            if phrase is not None:
                mine[phrase.iri] = phrase
        supported = [(row, tuple(sorted(mine.values(), key=_place))) for row, mine in found.values()]
        supported.sort(key=lambda each: (_place_of(each[1]), self._order(each[0])))
        for row, together in supported:
            if together and _text(row["predicate"]) != SCHEMA + "mentions":
                self._first_words.setdefault(_text(row["subject"]), together[0].words)
        self.facts = tuple(self._fact(number, *each) for number, each in enumerate(supported, 1))

    def tally(self) -> Tally:
        """Count the facts."""
        return Tally(
            facts=len({(each.subject, each.predicate, each.target) for each in self.facts if each.asserted}),
            said=self._marked("said"),
            planned=self._marked("planned"),
            inferred=self._marked("inferred") + self._marked("ambiguous"),
            phrases=len(self.phrases),
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
        spoken: set[str] = set()
        for fact in self.facts:
            if fact.predicate == SCHEMA + "mentions":
                continue
            for phrase in fact.phrases:
                marks.setdefault(phrase.iri, []).append({mark.kind for mark in fact.marks})
                if fact.predicate == RDF + "type" and SCHEMA + "Quotation" in self.kinds.get(fact.subject, ()):
                    spoken.add(phrase.iri)
        return {iri: "said" if iri in spoken else _style(found) for iri, found in marks.items()}

    def targets(self) -> dict[str, str]:
        """Return for each phrase the fragment of the facts that rest on it."""
        found: dict[str, str] = {}
        for fact in self.facts:
            for place, phrase in enumerate(fact.phrases):
                found.setdefault(phrase.iri, f"fact-{fact.number}")
                if not place:
                    found[phrase.iri] = block_anchor(phrase)
        return found

    def _marked(self, kind: str) -> int:
        return sum(any(mark.kind == kind for mark in each.marks) for each in self.facts)

    def _order(self, row: Row) -> tuple[str, int, str, str]:
        predicate = _text(row["predicate"])
        return _text(row["subject"]), _FIRST.get(predicate, len(_FIRST)), predicate, str(row["object"])

    def _fact(self, number: int, row: Row, phrases: tuple[Phrase, ...]) -> Fact:
        conveyed, rank = row.get("conveyedIn"), row.get("rank")
        withdrawn = rank is not None and _text(rank) == RJ + "Deprecated"
        return Fact(
            number,
            _text(row["subject"]),
            _text(row["predicate"]),
            self._named(row["object"]),
            self.reader.link(_text(row["statement"])),
            phrases,
            tuple(self._marks(row)),
            self.reader.value(row["note"]) if "note" in row else None,
            asserted=conveyed is None and not withdrawn,
        )

    def _marks(self, row: Row) -> Iterable[Mark]:
        words = self.words
        if "conveyedIn" in row:
            yield Mark("said", words["article_said_by"].format(who=self._speech(_text(row["conveyedIn"]))))
        if "accordingTo" in row:
            yield Mark("reported", words["article_according_to"].format(who=self._label(_text(row["accordingTo"]))))
        for name in ("certainty", "rank"):
            if name in row:
                iri = _text(row[name])
                kind = iri.rpartition("#")[2].lower()
                yield Mark(kind, words.get(f"article_{kind}") or self._label(iri))
        nodes = (_text(row[name]) for name in ("subject", "object") if isinstance(row[name], ox.NamedNode))
        if any(self._is_planned(each) for each in nodes):
            yield Mark("planned", words["article_planned"])

    def _speech(self, quotation: str) -> str:
        known = self.speech.get(quotation, {})
        parts = [self._label(each) for name in ("speaker", "act") for each in known.get(RJ + name, ())]
        return ", ".join(parts) or self._label(quotation)

    def _label(self, iri: str) -> str:
        return self.reader.name(iri).text

    def _is_planned(self, iri: str) -> bool:
        return any(each in self.planned for each in self.kinds.get(iri, ()))

    def _named(self, node: Node) -> Named:
        if not isinstance(node, ox.NamedNode) or node.value in self.reader.labels:
            return Named(self.reader.value(node))
        kinds, words = self.kinds.get(node.value, ()), self._first_words.get(node.value, "")
        if not kinds:
            return Named(self.reader.value(node))
        plain = self.reader.name(node.value)
        kind = self.reader.name(next((each for each in kinds if each in self.reader.labels), kinds[0]))
        shown = words if len(words) <= _MOST_WORDS else words[: _MOST_WORDS - 1].rstrip() + "…"
        return Named(Value(kind.text, plain.link, plain.text, kind.language), shown)

    def _blocks(self, facts: Iterable[Fact]) -> tuple[Block, ...]:
        by_phrase: dict[str, list[Fact]] = {}
        for each in facts:
            by_phrase.setdefault(each.phrases[0].iri if each.phrases else "", []).append(each)
        return tuple(self._block(found) for found in by_phrase.values())

    def _block(self, facts: list[Fact]) -> Block:
        by_topic: dict[str, list[Fact]] = {}
        mentions = []
        for each in facts:
            if each.subject == self.article and each.predicate == SCHEMA + "mentions":
                mentions.append(each)
            else:
                by_topic.setdefault(each.subject, []).append(each)
        topics = sorted(
            (self._topic(iri, found) for iri, found in by_topic.items()),
            key=lambda each: (each.name.value.text.casefold(), each.name.words, each.name.value.link or ""),
        )
        return Block(facts[0].phrases[0] if facts[0].phrases else None, tuple(topics), tuple(mentions))

    def _topic(self, iri: str, facts: list[Fact]) -> Topic:
        by_property: dict[str, list[Fact]] = {}
        for each in facts:
            by_property.setdefault(each.predicate, []).append(each)
        spare = _BOUNDS if RJ + "edtf" in by_property else frozenset[str]()
        plain, folded = (
            tuple(
                Property(self.reader.name(each), tuple(found)) for each, found in by_property.items() if each in which
            )
            for which in (by_property.keys() - spare, spare)
        )
        return Topic(self._named(ox.NamedNode(iri)), self._is_planned(iri), plain, folded)


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
        spans.setdefault(_text(each.subject), {})[each.predicate.value] = _text(each.object)
    found = {}
    for iri, span in spans.items():
        places = [span.get(OA + name, "") for name in ("start", "end")]
        if span.get(RJ + "article") == article and all(map(_PLACE.fullmatch, places)):
            found[iri] = Phrase(iri, int(places[0]), int(places[1]), *(span.get(each, "") for each in _WORDS))
    return dict(sorted(found.items(), key=lambda item: _place(item[1])))


def _style(marks: list[set[str]]) -> str:
    if any("said" in each for each in marks):
        return "said"
    if any("planned" in each for each in marks):
        return "planned"
    return "inferred" if all(each & {"inferred", "ambiguous"} for each in marks) else "stated"


def _place(phrase: Phrase) -> tuple[int, int]:
    return phrase.start, -phrase.end


def _place_of(phrases: tuple[Phrase, ...]) -> tuple[int, int]:
    return _place(phrases[0]) if phrases else (_BEHIND_ALL, 0)


def _text(node: Node) -> str:
    return str(node) if isinstance(node, ox.Triple) else node.value
