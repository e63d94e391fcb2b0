"""What a reviewer decided, as a page sends it, and the contents of files that it makes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kg_builder.curate.reading import Opened, content, record_file
from kg_builder.curate.record import Fact, NewEntity, NotWritableError, add_entity, add_facts
from kg_builder.ids import LOCAL, is_slug
from kg_builder.sources.evidence import ELLIPSIS, MOST_WORDS, Phrase, places, text_digest
from kg_builder.sources.schema import Kind

_BLOCK = re.compile(r"<(\d)>")
_EMPTY = frozenset({"", "stated"})


class UnusableError(Exception):
    """A decision that says too little, or what cannot be; the message is for people."""


@dataclass(frozen=True, slots=True)
class Quote:
    """Words that a fact rests on, and where the page took them from."""

    words: str
    start: int


@dataclass(frozen=True, slots=True)
class Chosen:
    """A fact that was chosen: its key, its words and what is said beside them."""

    key: str
    quotes: tuple[Quote, ...]
    settings: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Group:
    """Facts that were chosen about one thing."""

    block: str
    facts: tuple[Chosen, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided of some proposals: the facts that are accepted, in blocks, and the entities they need."""

    proposals: tuple[str, ...]
    groups: tuple[Group, ...]
    entities: tuple[NewEntity, ...]


def read_decision(asked: Mapping[str, Any]) -> Decision:
    """Return what a page sent.

    Raises:
        UnusableError: it has not the form that pages send.
    """
    try:
        groups = tuple(
            Group(_text(each["block"]), tuple(_chosen(fact) for fact in each["facts"])) for each in asked["blocks"]
        )
        entities = tuple(
            NewEntity(
                _text(each["id"]),
                _text(each["kind"]),
                {
                    _text(name): " ".join(_text(label).split())
                    for name, label in each["labels"].items()
                    if _text(label).strip()
                },
            )
            for each in asked.get("new", ())
        )
        return Decision(tuple(map(_text, asked["proposals"])), groups, entities)
    except (KeyError, TypeError, AttributeError, ValueError, OverflowError) as error:
        raise UnusableError("the decision has not the form that the page sends: load the page again") from error


def _chosen(fact: Mapping[str, Any]) -> Chosen:
    quotes = tuple(Quote(_text(each["words"]), int(each["start"])) for each in fact["quotes"])
    settings = {_text(name): " ".join(_text(value).split()) for name, value in fact.get("settings", {}).items()}
    return Chosen(" ".join(_text(fact["key"]).split()), quotes, settings)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    value.encode()  # half of a surrogate pair, which JSON can hold, is no text
    return value


def written(opened: Opened, decision: Decision) -> dict[Path, bytes]:
    """Return the new contents of the files that a decision changes.

    Raises:
        UnusableError: it says too little, or its words are not in the text.
        NotWritableError: a file has a form that cannot be added to.
        SourceError: a file cannot be read.
    """
    changed: dict[Path, bytes] = {}
    for entity in decision.entities:
        path = _file_of(opened, entity, changed)
        before = changed.get(path, content(path) or b"").decode()
        changed[path] = add_entity(before, entity).encode()
    path = record_file(opened.project, opened.article)
    source = (content(path) or b"").decode()
    names = opened.schema.name_keys()
    words = _word_keys(opened)
    for group in decision.groups:
        facts = [fact for chosen in group.facts for fact in _facts(opened, chosen, decision, names, words)]
        if facts:
            source = add_facts(source, opened.project.name(path), _block(group.block), facts, words)
    changed[path] = source.encode()
    return changed


def _block(block: str) -> str:
    if not is_slug(block):
        what = f"«{block}» is not an id" if block else "say first what the facts are about"
        raise UnusableError(f"{what}: link it, or make a new entity")
    return block


def _word_keys(opened: Opened) -> frozenset[str]:
    shapes = opened.schema.shapes.values()
    return frozenset(key for shape in shapes for key, each in shape.properties.items() if each.kind is Kind.WORDS)


def _facts(
    opened: Opened, chosen: Chosen, decision: Decision, names: frozenset[str], words: frozenset[str]
) -> Iterator[Fact]:
    text = opened.text.text if opened.text else ""
    relation = chosen.key.partition(" ")[0]
    key = _BLOCK.sub(lambda match: _nth(decision, int(match[1])), chosen.key)
    if "<" in key or (relation == chosen.key and relation not in words):
        raise UnusableError(f"«{relation}» has no value yet: fill it in, or leave the line out")
    settings = {name: value for name, value in chosen.settings.items() if value not in _EMPTY}
    phrases = tuple(_phrase(text, quote, whole=relation in names) for quote in chosen.quotes)
    if not phrases:
        raise UnusableError(f"«{chosen.key}» rests on nothing: give the article's words")
    if relation in words and not settings:
        yield Fact(key, phrases)
    elif relation in words and len(phrases) > 1:
        raise UnusableError(f"«{relation}» with a note takes one phrase")
    else:
        yield Fact(key, phrases, settings)


def _nth(decision: Decision, number: int) -> str:
    if number > len(decision.groups) or not is_slug(decision.groups[number - 1].block):
        raise UnusableError(f"say first what block {number} is about")
    return decision.groups[number - 1].block


def _phrase(text: str, quote: Quote, *, whole: bool) -> str:
    """Return words as a record writes them: with their place, and shortened where they are many."""
    words = quote.words.strip()
    if not words:
        raise UnusableError("give the article's words, or leave the line out")
    found = places(Phrase(words), text)
    if not found:
        raise UnusableError(f"«{words}» is not in the text: copy the words from it letter for letter")
    start, end = min(found, key=lambda place: abs(place[0] - quote.start))
    exact = text[start:end]
    parts = exact.split()
    if ELLIPSIS not in words and (whole or len(parts) <= MOST_WORDS):
        return str(Phrase(exact, start, end))
    outer = words if ELLIPSIS in words else f"{parts[0]}{ELLIPSIS}{parts[-1]}"
    return str(Phrase(outer, start, end, text_digest(exact)))


def _file_of(opened: Opened, entity: NewEntity, changed: Mapping[Path, bytes]) -> Path:
    """Return the authority file for an entity: where its kind stands already, else one that is called after it."""
    slug = entity.slug
    if not is_slug(slug) or slug.startswith(LOCAL):
        raise UnusableError(f"«{slug}» is not an id: lower-case words joined by hyphens, not beginning with «{LOCAL}»")
    if slug in opened.authority.declared:
        raise UnusableError(f"«{slug}» is there already: link to it, or choose another id")
    if entity.kind not in opened.schema.shapes:
        raise UnusableError(f"there is no kind «{entity.kind}»")
    if not entity.labels:
        raise UnusableError(f"«{slug}» needs a label")
    folder = opened.project.root / "data" / "entities"
    files: dict[str, int] = {}
    for each in opened.authority.entities.values():
        if each.shape.key == entity.kind:
            files[each.mark.file] = files.get(each.mark.file, 0) + 1
    if files:
        return opened.project.root / max(sorted(files), key=lambda name: files[name])
    made: Sequence[Path] = [path for path in changed if path.stem == entity.kind]
    return made[0] if made else folder / f"{entity.kind}.yaml"


__all__ = ["Chosen", "Decision", "Group", "NotWritableError", "Quote", "UnusableError", "read_decision", "written"]
