"""Filling in where phrases stand: positions are spliced into the file, and nothing else of it changes.

A phrase that occurs once gets its place. One that occurs more often is left, and its places are listed: the curator
picks. When the text has changed, a phrase that still occurs once is moved, any other is marked ``@?``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from kg_builder.errors import Mark, Problem
from kg_builder.sources.evidence import Phrase, mismatch, parse_phrase, places, text_digest
from kg_builder.sources.facts import SETTINGS
from kg_builder.sources.texts import Text, fingerprint
from kg_builder.sources.tree import Mapping, Node, Scalar, Sequence, read_tree

CONTEXT = 24
"""How many characters are shown on either side of a place."""

_WRITTEN_POSITION = re.compile(r"@(?:\?|\d+(?:-\d+:[0-9a-f]{16})?)(?=\s)", re.ASCII)
_CURATORS = frozenset({*SETTINGS, "language"} - {"quote"})


@dataclass(frozen=True, slots=True)
class Anchored:
    """A record's new text, and what became of its phrases."""

    source: str
    placed: int
    moved: int
    lost: int
    open: tuple[Problem, ...]


def anchor(source: str, file: str, text: Text, problems: list[Problem]) -> Anchored:
    """Return a record with the positions filled in that are sure.

    Args:
        source: the record's text.
        file: its name, for messages.
        text: the article's text.
        problems: what makes the record unreadable is appended here; it is then returned unchanged.
    """
    before = len(problems)
    tree = read_tree(source, file, problems)
    if len(problems) > before:
        return Anchored(source, 0, 0, 0, ())
    head = tree.get("article")
    stale = isinstance(head, Mapping) and _value(head, "sha256") != text.sha256
    splices: list[tuple[int, int, str]] = []
    placed = moved = lost = 0
    waiting: list[Problem] = []
    for scalar in _phrases(tree):
        try:
            phrase = parse_phrase(scalar.text)
        except ValueError as error:
            waiting.append(Problem(scalar.mark, str(error), "phrase"))
            continue
        if scalar.text[0] == "@" != source[scalar.offset + 1]:
            waiting.append(Problem(scalar.mark, "write the «@» of a position as it is, without an escape", "phrase"))
            continue
        found = _found(phrase, text.text, stale=stale)
        if found is None:
            continue
        if len(found) == 1 and not (phrase.lost and phrase.long):
            new = _placed(phrase, found[0], text.text)
            placed, moved = placed + (phrase.start is None), moved + (phrase.start is not None)
            splices.append(_splice(source, scalar, new))
            continue
        waiting.append(_choice(scalar.mark, phrase, found, text.text))
        if stale and phrase.start is not None:
            lost += 1
            splices.append(_splice(source, scalar, replace(phrase, start=None, end=None, digest="", lost=True)))
    if stale and isinstance(head, Mapping):
        splices.extend(_head(source, head, text))
    return Anchored(_apply(source, splices), placed, moved, lost, tuple(waiting))


def _found(phrase: Phrase, text: str, *, stale: bool) -> list[tuple[int, int]] | None:
    """Return where a phrase may stand; None where it stands right."""
    found = places(phrase, text)
    if phrase.start is not None and not mismatch(phrase, text) and not (stale and len(found) > 1):
        return None
    if phrase.long and phrase.end is None:
        # A lone number before a long phrase is the curator's choice among its places.
        return [place for place in found if place[0] == phrase.start] or found
    return found


def _value(head: Mapping, key: str) -> str:
    node = head.get(key)
    return node.text if isinstance(node, Scalar) else ""


def _phrases(node: Node) -> Iterator[Scalar]:
    if isinstance(node, Scalar):
        if node.words:
            yield node
    elif isinstance(node, Sequence):
        for item in node.items:
            yield from _phrases(item)
    else:
        for key, value in node.items:
            if key.text != "article" and key.text not in _CURATORS:
                yield from _phrases(value)


def _placed(phrase: Phrase, place: tuple[int, int], text: str) -> Phrase:
    start, end = place
    return Phrase(phrase.words, start, end, text_digest(text[start:end]) if phrase.long else "")


def _choice(mark: Mark, phrase: Phrase, found: list[tuple[int, int]], text: str) -> Problem:
    if not found:
        return Problem(mark, f"«{phrase.words}» is not in the text; copy the words from it letter for letter", "quote")
    if len(found) == 1:
        message = f"«{phrase.words}» lost its place: read it again at @{found[0][0]}, and remove «@?» if it holds"
        return Problem(mark, message, "choose")
    shown = "".join(f"\n    @{start} {_context(text, start, end)}" for start, end in found)
    return Problem(
        mark, f"«{phrase.words}» stands {len(found)} times; write one of these numbers before it:{shown}", "choose"
    )


def _context(text: str, start: int, end: int) -> str:
    left, right = text[max(0, start - CONTEXT) : start], text[end : end + CONTEXT]
    return " ".join(f"…{left}[{text[start:end]}]{right}…".split())


def _splice(source: str, scalar: Scalar, phrase: Phrase) -> tuple[int, int, str]:
    # Only the position inside the quotes is replaced: the words keep the escapes that the curator gave them.
    inside = scalar.offset + 1
    position = str(phrase)[: -len(phrase.words)]
    old = _WRITTEN_POSITION.match(source, inside)
    return (inside, old.end(), position.rstrip()) if old else (inside, inside, position)


def _head(source: str, head: Mapping, text: Text) -> Iterator[tuple[int, int, str]]:
    new = {"sha256": text.sha256, "length": str(text.length), "fingerprint": fingerprint(text.text)}
    for key, value in new.items():
        node = head.get(key)
        if isinstance(node, Scalar) and node.text:
            quotes = 1 if source[node.offset] in "\"'" else 0
            start = node.offset + quotes
            yield start, start + len(node.text), value


def _apply(source: str, splices: list[tuple[int, int, str]]) -> str:
    for start, end, new in sorted(splices, reverse=True):
        source = source[:start] + new + source[end:]
    return source


def new_record(article: str, language: str, text: Text, curator: str, curated: str) -> str:
    """Return the text of a record that holds no fact yet: the head that fits an article's text.

    >>> new_record("a", "id", Text("x", "00"), "someone", "2026-01-01").splitlines()[1]
    'article:'
    """
    return (
        "# yaml-language-server: $schema=../record.schema.json\n"
        f"article:\n  id: {article}\n  language: {language}\n  sha256: {text.sha256}\n  length: {text.length}\n"
        f"  fingerprint: {fingerprint(text.text)}\n  curator: {curator}\n  curated: {curated}\n"
    )
