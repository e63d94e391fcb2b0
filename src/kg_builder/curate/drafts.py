"""From proposals to drafts: the lines that would be written, with what the reviewer must still say left open."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from kg_builder.assist.proposals import Proposal
from kg_builder.curate.names import Named, Names, choices, filled, inside, new_slug, takes
from kg_builder.curate.reading import Said
from kg_builder.curate.templates import ASKED, Block, Line, Templates, items
from kg_builder.sentences import Sentence
from kg_builder.sources.entities import LABEL
from kg_builder.sources.schema import Kind, PropertyShape, Schema

Span = tuple[int, int]
_FAR = 120
"""How far before a name its title is looked for, in code points."""


@dataclass(frozen=True, slots=True)
class Value:
    """A value that a draft has: what would be written, what the text says for it, and what may stand there.

    ``text`` is nothing where the reviewer must say what is meant. ``kinds`` are those of what may be referred to,
    ``words`` those that it is one of; ``refers`` tells a value that is an id.
    """

    text: str
    said: str = ""
    refers: bool = False
    kinds: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DraftFact:
    """A fact that would be written; ``value`` is None where the article's words are the value."""

    relation: str
    value: Value | None
    spans: tuple[Span, ...]
    settings: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Draft:
    """Facts about one thing. ``block`` is nothing where the reviewer must say what it is; ``called`` is its name."""

    block: str
    kinds: tuple[str, ...]
    own: str
    called: str
    facts: tuple[DraftFact, ...]


class Drafts:
    """Makes drafts for one article.

    Args:
        templates: of the project.
        schema: of the project.
        names: of all that is known.
        said: what the record says already.
        sentences: of the text, in its order.
        places: where the text says a name or a date.
        language: of the text.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - what a draft is made from
        self,
        templates: Templates,
        schema: Schema,
        names: Names,
        said: list[Said],
        sentences: list[Sentence],
        places: Places,
        language: str,
    ) -> None:
        self._templates, self._schema, self._names, self._said = templates, schema, names, said
        self._places, self._language = places, language
        self._starts = [each.start for each in sentences]
        self._taken = {each.block for each in said}

    def of(self, proposal: Proposal) -> tuple[Draft, ...]:
        """Return the drafts of a proposal; none where the project has no template for its kind."""
        return tuple(self._draft(block, proposal) for block in self._templates.blocks.get(proposal.kind, ()))

    def _draft(self, block: Block, proposal: Proposal) -> Draft:
        value = proposal.value
        called = " - ".join(self._templates.fill(block.called, value)) if block.called else ""
        kinds = (block.own,) if block.own else block.about
        known = self._known(block, proposal, called)
        kinds_of = (self._names.all[known].kind,) if known in self._names.all else kinds
        facts = [fact for line in block.lines for fact in self._facts(line, proposal, kinds_of or self._any(line))]
        facts = self._labelled(facts, known)
        if not block.own and not known and not block.called:
            known = self._nearby(proposal, facts)
        kinds = self._names.likely(called, kinds) or self._any(block.lines[0])
        return Draft(known, kinds, block.own, called or proposal.exact, tuple(facts))

    def _known(self, block: Block, proposal: Proposal, called: str) -> str:
        if block.own:
            return new_slug(called, self._taken, own=True)
        keys = [*map(str, proposal.value.get("known", ())), str(proposal.value.get("key", ""))]
        for name in (*keys, called):
            if name and (slug := self._names.resolve(name, block.about)):
                return slug
        return ""

    def _any(self, line: Line) -> tuple[str, ...]:
        """Return the kinds that have a line's relation."""
        relation = line.key.partition(" ")[0]
        return tuple(sorted(key for key, shape in self._schema.shapes.items() if relation in shape.properties))

    def _nearby(self, proposal: Proposal, facts: Iterable[DraftFact]) -> str:
        """Return the only thing that the record speaks of in the same sentence and that such a fact may be about."""
        relations = {fact.relation for fact in facts}
        here = self._sentence(proposal.start)
        found = {
            each.block
            for each in self._said
            if any(self._sentence(start) == here for start, _ in each.spans) and self._may(each.block, relations)
        }
        return found.pop() if len(found) == 1 else ""

    def _may(self, block: str, relations: set[str]) -> bool:
        named = self._names.all.get(block)
        return named is not None and relations <= set(self._schema.shapes[named.kind].properties)

    def _sentence(self, place: int) -> int:
        return bisect_right(self._starts, place)

    def _facts(self, line: Line, proposal: Proposal, kinds: tuple[str, ...]) -> Iterator[DraftFact]:
        value = proposal.value
        for item in items(line.key, value):
            key = self._templates.one(line.key, value, item)
            if key is None:
                continue
            relation, space, written = key.partition(" ")
            shape = self._shape(relation, kinds)
            if shape is None and relation != "is":
                continue
            given = self._value(written, filled(self._schema, shape)) if shape else Value(written)
            settings = dict(self._settings(line, value, item, shape))
            if line.mentions and not value.get("name"):
                continue
            if line.mentions:
                spans = _mentions(proposal)
            else:
                said = [written, *(each.said for each in (given, *settings.values()))] if space and shape else []
                said += [str(value["title"])] if settings and "title" in value else []
                spans = tuple(dict.fromkeys(((proposal.start, proposal.end), *self._places.near(said, proposal))))
            yield DraftFact(relation, given if space else None, spans, settings)

    def _labelled(self, facts: list[DraftFact], block: str) -> list[DraftFact]:
        """Let the first name of what has no label in the text's language be its label."""
        named = self._names.all.get(block)
        if named is None or self._language in named.labelled:
            return facts
        key = self._schema.shapes[named.kind].by_path.get(LABEL)
        at = next(
            (place for place, fact in enumerate(facts) if fact.value is None and self._is_name(fact, named)), None
        )
        if key is None or at is None:
            return facts
        first = facts[at]
        rest = [replace(first, spans=first.spans[1:])] if first.spans[1:] else []
        return [*facts[:at], DraftFact(key.key, None, first.spans[:1]), *rest, *facts[at + 1 :]]

    def _is_name(self, fact: DraftFact, named: Named) -> bool:
        shape = self._schema.shapes[named.kind].properties.get(fact.relation)
        return shape is not None and shape.name

    def _settings(
        self,
        line: Line,
        value: Mapping[str, Any],
        item: Any,  # noqa: ANN401 - a value of JSON
        shape: PropertyShape | None,
    ) -> Iterator[tuple[str, Value]]:
        node = inside(self._schema, shape) if shape else None
        for name, template in line.settings.items():
            text = self._templates.one(template, value, item)
            inner = node.properties.get(name) if node else None
            if text is not None:
                yield name, self._value(text, inner) if inner else Value(text)

    def _shape(self, relation: str, kinds: tuple[str, ...]) -> PropertyShape | None:
        shapes = (self._schema.shapes[kind].properties.get(relation) for kind in kinds if kind in self._schema.shapes)
        return next(filter(None, shapes), None)

    def _value(self, text: str, shape: PropertyShape) -> Value:
        if shape.kind is not Kind.REFERENCE:
            return Value(text)
        words = choices(self._schema, shape)
        if words:
            return Value(text if text in words else "", text, words=words)
        kinds = takes(self._schema, shape)
        asked = text == f"<{ASKED}>"
        if text.startswith("<") and not asked:
            return Value(text, refers=True, kinds=kinds)
        return Value("" if asked else self._names.resolve(text, kinds), "" if asked else text, refers=True, kinds=kinds)


class Places:
    """Where a text says the names, titles and dates that proposals have."""

    def __init__(self, proposals: Iterable[Proposal], text: str) -> None:
        self._spans: dict[str, list[Span]] = {}
        for each in proposals:
            value = each.value
            names = [value.get("name"), value.get("abbreviation"), value.get("iso"), *value.get("aliases", ())]
            spans = [(start, end) for start, end in value.get("mentions", ())] or [(each.start, each.end)]
            for name in dict.fromkeys(str(name) for name in names if name):
                self._spans.setdefault(name, []).extend(spans)
            if title := str(value.get("title", "")):
                place = text.rfind(title, max(0, each.start - _FAR), each.start)
                self._spans.setdefault(title, []).extend([(place, place + len(title))] if place >= 0 else [])

    def near(self, names: Iterable[str], proposal: Proposal) -> list[Span]:
        """Return for each name that is said the place that is nearest to a proposal, unless it lies in it."""
        found = []
        for name in names:
            spans = self._spans.get(name)
            if spans:
                start, end = min(spans, key=lambda span: abs(span[0] - proposal.start))
                if not proposal.start <= start < end <= proposal.end:
                    found.append((start, end))
        return found


def _mentions(proposal: Proposal) -> tuple[Span, ...]:
    """Return the span of a name and, in brackets behind it, of its short form: each form of the name is one phrase."""
    name, short = str(proposal.value.get("name", "")), str(proposal.value.get("abbreviation", ""))
    inner = [(proposal.exact.find(each), each) for each in (name, short) if each]
    found = [(proposal.start + at, proposal.start + at + len(each)) for at, each in inner if at >= 0]
    return tuple(dict.fromkeys(found)) or ((proposal.start, proposal.end),)


def is_said(proposal: Proposal, drafts: Sequence[Draft], said: Iterable[Said], naming: frozenset[str]) -> bool:
    """Tell whether a record says what a proposal says: about its words, with the same relation or the same value.

    A name counts wherever the text has it.
    """
    facts = [fact for draft in drafts for fact in draft.facts]
    places = [tuple(each) for each in proposal.value.get("mentions", ())]
    named = any(fact.relation in naming for fact in facts)
    spans = [(proposal.start, proposal.end), *(places if named else ())]
    values = {fact.value.text for fact in facts if fact.value and fact.value.text}
    blocks = {draft.block for draft in drafts if draft.block}
    relations = {fact.relation for fact in facts if fact.relation != "is"}
    kinds = {fact.value.text for fact in facts if fact.relation == "is" and fact.value}
    for each in said:
        if not any(start < end2 and start2 < end for start, end in spans for start2, end2 in each.spans):
            continue
        if named:
            if each.relation in naming and (not blocks or each.block in blocks):
                return True
        elif each.relation == "is":
            if each.value in kinds:
                return True
        elif each.value in values or (each.relation in relations and not kinds):
            return True
    return False
