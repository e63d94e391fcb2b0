"""Facts into a record, entities into the authority file: lines are added, and not a byte of the rest is touched.

New lines are written by ruamel.yaml, which knows when a text needs quotes. They are spliced into the file as it is:
to write a whole file anew would move comments and fold lines that somebody laid out by hand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from io import StringIO

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, SingleQuotedScalarString

from kg_builder.errors import Mark, Problem, SourceError
from kg_builder.sources import tree
from kg_builder.sources.tree import Node, Scalar, read_tree

_WIDE = 1 << 20
_INDENT = "  "
# What every reader of YAML takes as it is; ruamel.yaml leaves more without quotes than libyaml reads in braces.
_SIMPLE = re.compile(r"[^\W_]([\w .()/-]*[\w.)])?")


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact to be written.

    Attributes:
        key: relation and value, as records write them.
        phrases: the article's words with their places, as records write them; together they support the fact.
        settings: what is said of the fact beside them: qualifiers, ``certainty``, ``note``.
    """

    key: str
    phrases: tuple[str, ...]
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NewEntity:
    """An entry for the authority file; ``labels`` by language."""

    slug: str
    kind: str
    labels: Mapping[str, str]


class NotWritableError(Exception):
    """The file has a form that cannot be added to without touching other lines; the message is for people."""


def add_facts(source: str, name: str, block: str, facts: Sequence[Fact], words: frozenset[str] = frozenset()) -> str:
    r"""Return a record with facts added to a block, which is made where there is none.

    A fact that the block has already is left out. A key that takes words gets one more.

    Args:
        source: the record's text.
        name: its name, for messages.
        block: an id.
        facts: what is added.
        words: relations whose value is the words themselves, such as ``named``.

    Raises:
        SourceError: the record cannot be read.
        NotWritableError: the block stands in braces, or nothing is left to add.

    >>> print(add_facts('article:\n  id: a\n', "a.yaml", "bandung", [Fact("named", ("@3 Bandung",))]), end="")
    article:
      id: a
    <BLANKLINE>
    bandung:
      named: "@3 Bandung"
    """
    ending = "\r\n" if "\r\n" in source else "\n"
    found = _find(_read(source, name), block)
    if found is None:
        body = "".join(_lines(each, ending) for each in _joined(facts, words))
        if not body:
            raise NotWritableError("there is nothing to write")
        start = source if source.endswith("\n") else source + ending
        return f"{start}{ending}{block}:{ending}{body}"
    key, value = found
    if not isinstance(value, tree.Mapping) or not value.items or _at(source, value.mark) == "{":
        message = f"«{block}» in line {key.mark.line} has no facts below each other: write them so first"
        raise NotWritableError(message)
    known = {inner.text: node for inner, node in value.items}
    fresh = [each for each in _joined(facts, words) if each.key not in known]
    again = [each for each in _joined(facts, words) if each.key in known and each.key in words]
    changed = source
    for fact in again:
        changed = _another(changed, name, block, fact, ending)
    if not fresh:
        if changed == source:
            raise NotWritableError("the record says all of this already")
        return changed
    lines = _split(changed)
    place = _end_of_block(lines, _line_of(changed, name, block))
    if not lines[place - 1].endswith("\n"):
        lines[place - 1] += ending
    indent = " " * (value.items[0][0].mark.column - 1)
    lines.insert(place, "".join(_lines(each, ending, indent) for each in fresh))
    return "".join(lines)


def add_entity(source: str, entity: NewEntity) -> str:
    r"""Return an authority file with one more entry at its end.

    >>> add_entity("# People\n", NewEntity("ana", "person", {"en": "Ana", "id": "Ana"}))
    '# People\nana: {is: person, label: {en: Ana, id: Ana}}\n'
    """
    ending = "\r\n" if "\r\n" in source else "\n"
    labels = _flow({language: _text(label) for language, label in entity.labels.items()})
    entry = _flow({"is": entity.kind, "label": labels})
    start = source if not source or source.endswith("\n") else source + ending
    return start + _dump(CommentedMap({entity.slug: entry})).replace("\n", ending)


def _read(source: str, name: str) -> tree.Mapping:
    problems: list[Problem] = []
    found = read_tree(source, name, problems)
    if problems:
        raise SourceError(problems)
    return found


def _find(record: tree.Mapping, block: str) -> tuple[Scalar, Node] | None:
    return next(((key, value) for key, value in record.items if key.text == block), None)


def _line_of(source: str, name: str, block: str) -> int:
    found = _find(_read(source, name), block)
    if found is None:  # pragma: no cover - it was there before words were added to it
        raise NotWritableError(block)
    return found[0].mark.line - 1


def _joined(facts: Iterable[Fact], words: frozenset[str]) -> list[Fact]:
    """Return the facts with the words of one key in one fact; each key once."""
    found: dict[str, Fact] = {}
    for each in facts:
        known = found.get(each.key)
        if known is None:
            found[each.key] = each
        elif each.key in words and each.settings != known.settings:
            raise NotWritableError(f"«{each.key}» stands twice with different notes: accept one after the other")
        elif each.key in words:
            phrases = tuple(dict.fromkeys((*known.phrases, *each.phrases)))
            found[each.key] = Fact(each.key, phrases, known.settings)
    return list(found.values())


def _end_of_block(lines: Sequence[str], first: int) -> int:
    """Return the line after a block's last one; what is said above the next block belongs to that."""
    after = first + 1
    while after < len(lines) and not lines[after][:1].strip(" \t\r\n#"):
        after += 1
    while after > first + 1 and lines[after - 1][:1] in {"#", "\n", "\r"}:
        after -= 1
    while after > first + 1 and not lines[after - 1].strip():
        after -= 1
    return after


def _lines(fact: Fact, ending: str, indent: str = _INDENT) -> str:
    words: object = _phrases(fact.phrases)
    value = (
        words
        if not fact.settings
        else CommentedMap({"quote": words} | {name: _text(text) for name, text in fact.settings.items()})
    )
    written = _dump(CommentedMap({fact.key: value}))
    return "".join(f"{indent}{line}{ending}" for line in written.splitlines())


def _text(text: str) -> str:
    return text if _SIMPLE.fullmatch(text) else SingleQuotedScalarString(text)


def _item(phrase: str, settings: Mapping[str, str]) -> str:
    """Return a phrase as an item of a list, with what is said beside it."""
    words = DoubleQuotedScalarString(phrase)
    told = {name: _text(text) for name, text in settings.items()}
    return _dump([_flow({"quote": words} | told) if told else words])[2:].strip()


def _phrases(phrases: Sequence[str]) -> object:
    quoted = [DoubleQuotedScalarString(each) for each in phrases]
    if len(quoted) == 1:
        return quoted[0]
    several = CommentedSeq(quoted)
    several.fa.set_flow_style()
    return several


def _flow(values: Mapping[str, object]) -> CommentedMap:
    found = CommentedMap(values)
    found.fa.set_flow_style()
    return found


def _dump(value: object) -> str:
    writer = YAML()
    writer.width = _WIDE
    writer.allow_unicode = True
    out = StringIO()
    writer.dump(value, out)
    return out.getvalue()


def _another(source: str, name: str, block: str, fact: Fact, ending: str) -> str:
    """Return a record in which a key that takes words has those of a fact too, each once."""
    found = _find(_read(source, name), block)
    value = found[1].get(fact.key) if found and isinstance(found[1], tree.Mapping) else None
    have = _written(value)
    fresh = [each for each in fact.phrases if _words(each) not in {_words(old) for old in have}]
    if not fresh or value is None:
        return source
    written = [_item(each, fact.settings) for each in fresh]
    if isinstance(value, Scalar) and value.words:
        start = value.offset
        end = _end_of_quoted(source, start)
        several = f"[{source[start:end]}, {', '.join(written)}]"
        return source[:start] + several + source[end:]
    last = value.items[-1] if isinstance(value, tree.Sequence) else None
    if isinstance(last, Scalar) and last.words and _at(source, value.mark) == "[":
        end = _end_of_quoted(source, last.offset)
        return source[:end] + "".join(f", {each}" for each in written) + source[end:]
    if isinstance(last, Scalar) and last.words:
        end = _end_of_quoted(source, last.offset)
        stop = source.find("\n", end)
        stop = len(source) if stop < 0 else stop
        stop -= source[stop - 1 : stop] == "\r"
        indent = " " * (last.mark.column - 3)
        return source[:stop] + "".join(f"{ending}{indent}- {each}" for each in written) + source[stop:]
    lines = _split(source)
    indent = " " * (value.mark.column - 1)
    came = "".join(f"{indent}- {each}{ending}" for each in written)
    if isinstance(last, tree.Mapping) and _at(source, value.mark) == "-":
        lines.insert(_end_of_value(lines, last.mark.line, value.mark.column), came)
        return "".join(lines)
    if (
        isinstance(value, tree.Mapping)
        and lines[value.mark.line - 1].startswith(indent)
        and _at(source, value.mark) != "{"
    ):
        first, after = value.mark.line - 1, _end_of_value(lines, value.mark.line, value.mark.column - 1)
        moved = [
            f"{indent}- {lines[first].lstrip(' ')}",
            *(f"  {line}" if line.strip() else line for line in lines[first + 1 : after]),
        ]
        return "".join([*lines[:first], *moved, came, *lines[after:]])
    message = f"«{fact.key}» of «{block}» has notes of its own: add {', '.join(written)} to it by hand"
    raise NotWritableError(message)


def _end_of_value(lines: Sequence[str], after: int, depth: int) -> int:
    """Return the line after the last one that is indented at least so far, from a line on."""
    while after < len(lines) and lines[after].strip() and _depth(lines[after]) >= depth:
        after += 1
    return after


def _at(source: str, mark: Mark) -> str:
    """Return the character at a place: what a list or a mapping begins with."""
    return _split(source)[mark.line - 1][mark.column - 1 : mark.column]


def _split(source: str) -> list[str]:
    # Only line feeds end a line here, as in the marks of the tree; a text may hold other separators.
    return re.findall(r"[^\n]*\n|[^\n]+", source)


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _end_of_quoted(source: str, start: int) -> int:
    place = start + 1
    while source[place] != '"':
        place += 2 if source[place] == "\\" else 1
    return place + 1


def _written(value: Node | None) -> list[str]:
    if isinstance(value, Scalar):
        return [value.text]
    if isinstance(value, tree.Sequence):
        return [text for item in value.items for text in _written(item)]
    return _written(value.get("quote")) if isinstance(value, tree.Mapping) else []


def _words(phrase: str) -> str:
    return phrase.partition(" ")[2] if phrase.startswith("@") else phrase
