"""One fact of a record: its key, its evidence and its settings, read into attestations."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple, TypeVar

from kg_builder.errors import Mark, Problem
from kg_builder.ids import LOCAL, is_slug, nearest
from kg_builder.model import Attestation, Certainty, Rank, Span, Term, Triple
from kg_builder.namespaces import RDF
from kg_builder.sources.evidence import MOST_WORDS, Phrase, mismatch, parse_phrase
from kg_builder.sources.schema import Kind, NodeShape, PropertyShape
from kg_builder.sources.tree import Mapping, Node, Scalar, Sequence
from kg_builder.sources.values import Scope, single_triple
from kg_builder.terms import iri, text

TYPE = iri(f"{RDF}type")
SETTINGS = ("quote", "certainty", "note", "rank", "according-to", "id")
"""Keys of a fact's mapping that are no qualifiers."""

_WORDS, _NODE = Kind.WORDS, Kind.NODE
_new = tuple.__new__

_OF_A_FACT = tuple(name for name in SETTINGS if name != "id")

_Choice = TypeVar("_Choice", bound=Enum)


class Basis(NamedTuple):
    """What a fact rests on, and how: handed down from block to fact to qualifier."""

    spans: tuple[Span, ...] = ()
    certainty: Certainty = Certainty.STATED
    rank: Rank = Rank.NORMAL
    note: str = ""
    according_to: Term | None = None
    conveyed_in: Term | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a block's facts are about, and the path of keys that leads there."""

    iri: Term
    shape: NodeShape
    path: str


@dataclass(slots=True)
class FactReader:
    """Reads the facts of one record. Problems and attestations are collected in the order of the file.

    ``names`` are the proper names that the record gives as such; they may be quoted whatever their length.
    """

    article: str
    language: str
    length: int
    scope: Scope
    source: str | None
    problems: list[Problem]
    names: frozenset[str] = frozenset()
    attestations: list[Attestation] = field(default_factory=list)
    nodes: dict[Term, Mark] = field(default_factory=dict)
    _said: dict[tuple[Triple, str], Mark] = field(default_factory=dict)
    _makers: dict[Term, str] = field(default_factory=dict)
    _phrases: dict[str, tuple[Span, ...]] = field(default_factory=dict)

    def complain(self, mark: Mark, message: str, code: str) -> None:
        """Add a problem."""
        self.problems.append(Problem(mark, message, code))

    def emit(self, triple: Triple, key: str, basis: Basis, mark: Mark) -> None:
        """Attest one triple, which one key may say once: a second time would add to its words, note and certainty."""
        if first := self._said.get((triple, key)):
            self.complain(mark, f"says the same as line {first.line}: join the two, or drop one", "duplicate-fact")
            return
        self._said[triple, key] = mark
        # Made as a tuple, which takes half the time of calling the class.
        made = (triple, self.article, key, basis.spans, mark, *basis[1:])
        self.attestations.append(_new(Attestation, made))

    def fact(self, subject: Subject, key: Scalar, value: Node, basis: Basis) -> None:
        """Read one fact of a block, or one qualifier with evidence of its own."""
        relation, space, written = key.text.partition(" ")
        if relation == "is" and space:
            self._type(subject, key, written, value, basis)
            return
        shape = subject.shape.properties.get(relation)
        if shape is None:
            self._unknown(subject, key, relation)
        elif shape.kind is _WORDS:
            if space:
                self.complain(key.mark, f'«{relation}» takes the article\'s words: write `{relation}: "…"`', "value")
            else:
                self._words(subject, shape, key, value, basis)
        elif not space or not written.strip():
            self.complain(key.mark, f'«{relation}» needs its value in the key: `{relation} value: "words"`', "value")
        elif shape.kind is _NODE:
            self._nested(subject, shape, key, value, basis)
        else:
            # A fact without support is a problem already; its value is read all the same, so that one run tells all.
            found = self._basis(value, basis, qualifiers=False) or basis
            self._single(subject, shape, Scalar(written, key.mark), found, key.text)

    def _unknown(self, subject: Subject, key: Scalar, relation: str) -> None:
        hint = nearest(relation, ["is", *subject.shape.properties])
        self.complain(key.mark, f"a {subject.shape.key} has no key «{relation}»{hint}", "unknown-key")

    def _single(self, subject: Subject, shape: PropertyShape, written: Scalar, basis: Basis, name: str) -> None:
        try:
            triples = single_triple(subject.iri, shape, written.text, self.scope)
        except ValueError as error:
            self.complain(written.mark, str(error), "value")
            return
        path = f"{subject.path}/{name}"
        self.emit(triples[0], path, basis, written.mark)
        # The note explains the fact once; a date's earliest and latest days need not repeat it.
        rest = _without_note(basis)
        for triple in triples[1:]:
            self.emit(triple, path, rest, written.mark)

    def _type(self, subject: Subject, key: Scalar, written: str, value: Node, basis: Basis) -> None:
        shape = self.scope.schema.shapes.get(written)
        if shape is None:
            hint = nearest(written, self.scope.schema.shapes)
            self.complain(key.mark, f"no kind «{written}»{hint}", "kind")
            return
        if shape.iri != subject.shape.iri:
            self.complain(key.mark, f"«{subject.path}» is a {subject.shape.key}, not a {written}", "kind")
            return
        found = self._basis(value, basis, qualifiers=False)
        if found:
            for kind in shape.classes:
                self.emit((subject.iri, TYPE, kind), f"{subject.path}/{key.text}", found, key.mark)
                found = _without_note(found)

    def _words(self, subject: Subject, shape: PropertyShape, key: Scalar, value: Node, basis: Basis) -> None:
        items = value.items if isinstance(value, Sequence) else (value,)
        if not items:
            self.complain(value.mark, "an empty list supports nothing: quote the article's words", "evidence")
        for item in items:
            found = self._basis(item, basis, qualifiers=False, extra=("language",))
            if not found or not found.spans:
                continue
            language = self.language
            named = item.get("language") if isinstance(item, Mapping) else None
            if isinstance(named, Scalar):
                language = named.text
            elif named:
                self.complain(named.mark, "«language» takes one language tag", "type")
                continue
            if len(found.spans) > 1 or not found.spans[0].exact:
                self.complain(item.mark, f"«{key.text}» takes one whole phrase; list several to give several", "value")
                continue
            try:
                literal = text(found.spans[0].exact, language)
            except ValueError as error:
                self.complain(item.mark, str(error), "value")
                continue
            self.emit((subject.iri, shape.path, literal), f"{subject.path}/{key.text}", found, item.mark)

    def _nested(self, subject: Subject, shape: PropertyShape, key: Scalar, value: Node, basis: Basis) -> None:
        relation, _, written = key.text.partition(" ")
        inner = self.scope.schema.by_iri.get(shape.node or Term(""))
        if inner is None or shape.value is None:
            self.complain(key.mark, f"the shapes give «{relation}» no node shape", "shape")
            return
        found = self._basis(value, basis, qualifiers=True) or basis
        filled = inner.by_path.get(shape.value) or PropertyShape("", shape.value, Kind.REFERENCE)
        given = value.get("id") if isinstance(value, Mapping) else None
        name = given.text if isinstance(given, Scalar) else written
        if given is not None and not is_slug(name):
            self.complain(given.mark, "«id» must be lower-case words joined by hyphens", "slug")
            return
        node = self.scope.iris.nested(subject.iri, relation, name)
        path = f"{subject.path}/{key.text}"
        maker = self._makers.setdefault(node, key.text)
        if maker != key.text:
            self.complain(key.mark, f"«{key.text}» and «{maker}» make one node: give one of them another «id»", "slug")
            return
        self.nodes[node] = key.mark
        quiet = _without_note(found)
        self.emit((subject.iri, shape.path, node), path, found, key.mark)
        for kind in inner.classes:
            self.emit((node, TYPE, kind), path, quiet, key.mark)
        inside = Subject(node, inner, path)
        self._single(inside, filled, Scalar(written, key.mark), quiet, "")
        if isinstance(value, Mapping):
            for qualifier, setting in value.items:
                if qualifier.text not in SETTINGS:
                    self._qualifier(inside, qualifier, setting, quiet)

    def _qualifier(self, subject: Subject, key: Scalar, value: Node, basis: Basis) -> None:
        shape = subject.shape.properties.get(key.text)
        if shape is None or shape.kind is _WORDS or shape.kind is _NODE:
            self.fact(subject, key, value, basis)
            return
        items = value.items if isinstance(value, Sequence) else (value,)
        if not items:
            self.complain(value.mark, f"«{key.text}» has no value: write one, or leave the key out", "value")
        for item in items:
            if not isinstance(item, Scalar) or item.words:
                message = (
                    f'«{key.text}: value» is the curator\'s; for words of its own write `{key.text} value: "words"`'
                )
                self.complain(item.mark, message, "value")
            else:
                self._single(subject, shape, item, basis, f"{key.text} {item.text}")

    def _basis(self, value: Node, basis: Basis, *, qualifiers: bool, extra: tuple[str, ...] = ()) -> Basis | None:
        """Return what a fact rests on, from its phrase, list of phrases or mapping; None where it rests on nothing."""
        if not isinstance(value, Mapping):
            spans = self._spans(value)
            return _new(Basis, (spans, *basis[1:])) if spans else None
        quote = value.get("quote")
        spans = self._spans(quote) if quote else basis.spans if qualifiers else ()
        if quote is None:
            self.complain(value.mark, 'the fact rests on nothing: add `quote: "the article\'s words"`', "evidence")
        if not qualifiers:
            allowed = (*_OF_A_FACT, *extra)
            for key, _ in value.items:
                if key.text not in allowed:
                    self.complain(
                        key.mark, f"a fact has no setting «{key.text}»{nearest(key.text, allowed)}", "unknown-key"
                    )
        found = Basis(
            spans=spans,
            certainty=self._choice(value, "certainty", Certainty, basis.certainty),
            rank=self._choice(value, "rank", Rank, basis.rank),
            note=self._note(value),
            according_to=self.speaker(value) or basis.according_to,
            conveyed_in=basis.conveyed_in,
        )
        return found if spans else None

    def speaker(self, mapping: Mapping) -> Term | None:
        """Return whom a mapping's ``according-to`` names."""
        node = mapping.get("according-to")
        if node is None:
            return None
        if isinstance(node, Scalar):
            try:
                return self.scope.reference(node.text, PropertyShape("according-to", Term(""), Kind.REFERENCE))
            except ValueError as error:
                self.complain(node.mark, str(error), "reference")
                return None
        self.complain(node.mark, "«according-to» takes one id", "type")
        return None

    def _note(self, mapping: Mapping) -> str:
        node = mapping.get("note")
        if node is None:
            return ""
        if isinstance(node, Scalar) and node.text.strip() and not node.words:
            return " ".join(node.text.split())
        self.complain(node.mark, "«note» is the curator's text: bare, in single quotes or after «>-»", "type")
        return ""

    def _choice(self, mapping: Mapping, key: str, choices: type[_Choice], default: _Choice) -> _Choice:
        node = mapping.get(key)
        if node is None:
            return default
        written = node.text if isinstance(node, Scalar) else ""
        names = {choice.value: choice for choice in choices}
        if written in names:
            return names[written]
        self.complain(node.mark, f"«{key}» is one of {', '.join(names)}{nearest(written, names)}", "value")
        return default

    def _spans(self, value: Node) -> tuple[Span, ...]:
        if not isinstance(value, Sequence):
            return self._span(value)
        if not value.items:
            self.complain(value.mark, "an empty list supports nothing: quote the article's words", "evidence")
        return tuple([span for item in value.items for span in self._span(item)])

    def _span(self, item: Node) -> tuple[Span, ...]:
        """Return the one span that a phrase is, or none where it is none."""
        if not isinstance(item, Scalar):
            self.complain(item.mark, "a phrase must be one text in double quotes", "type")
            return ()
        if not item.words:
            what = "nothing" if not item.text else f"«{item.text}»"
            self.complain(
                item.mark, f"{what} stands where the article's words belong: put them in double quotes", "evidence"
            )
            return ()
        # Most phrases support several facts. What is wrong is told at each of them.
        known = self._phrases.get(item.text)
        if known is None and (span := self._checked(item)):
            known = self._phrases[item.text] = (span,)
        return known or ()

    def _checked(self, item: Scalar) -> Span | None:
        try:
            phrase = parse_phrase(item.text)
        except ValueError as error:
            self.complain(item.mark, str(error), "phrase")
            return None
        fault = self._fault(phrase)
        if fault or phrase.start is None or phrase.end is None:
            self.complain(item.mark, f"«{phrase.words}» {fault}", "quote")
            return None
        first, last = phrase.outer if phrase.long else ("", "")
        exact = "" if phrase.long else phrase.words
        return Span(self.article, phrase.start, phrase.end, exact, first, last, phrase.digest)

    def _fault(self, phrase: Phrase) -> str:
        if phrase.lost:
            return "lost its place when the text changed: find it again and run `rujukan anchor`"
        if phrase.words not in self.names and sum(len(part.split()) for part in phrase.outer) > MOST_WORDS:
            return f"has more than {MOST_WORDS} words: shorten it, or write «first … last» and run `rujukan anchor`"
        if self.source is not None:
            return mismatch(phrase, self.source)
        if phrase.start is None or phrase.end is None:
            return "has no position; add the text (`rujukan text add`) and run `rujukan anchor`"
        if not phrase.start < phrase.end <= self.length:
            return f"ends behind the text, which has {self.length} code points"
        return ""


def _without_note(basis: Basis) -> Basis:
    return basis._replace(note="") if basis.note else basis


def local(slug: str) -> bool:
    """Tell an id that belongs to one article alone."""
    return slug.startswith(LOCAL)
