"""Filling in where phrases stand: positions are spliced into the file, and nothing else of it changes.

A phrase that occurs once gets its place. One that occurs more often is left, and its places are listed: the curator
picks. When the text has changed, a phrase that still occurs once is moved, any other is marked ``@?``. Where the
former text is at hand too, a phrase moves with the words around it, and one whose words were not kept is not moved.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from kg_builder.errors import Mark, Problem
from kg_builder.sources.alignment import Alignment, align
from kg_builder.sources.evidence import Phrase, mismatch, parse_phrase, places, text_digest
from kg_builder.sources.facts import SETTINGS
from kg_builder.sources.texts import Text, fingerprint
from kg_builder.sources.tree import Mapping, Node, Scalar, Sequence, read_tree

CONTEXT = 24
"""How many characters are shown on either side of a place."""

_WRITTEN_POSITION = re.compile(r"@(?:\?|\d+(?:-\d+:[0-9a-f]{16})?)(?=\s)", re.ASCII)
_CURATORS = frozenset({*SETTINGS, "language"} - {"quote"})


@dataclass(frozen=True, slots=True)
class Shift:
    """A phrase that stands no longer where it stood, and the fact that rests on it.

    Attributes:
        mark: where the record quotes it.
        fact: the block and the key, such as ``a-meeting: date 2024-05-01``.
        words: the phrase.
        former: where it stood (code points).
        place: where it stands now; None where that is not sure.
        offered: the places where the same words stand.
    """

    mark: Mark
    fact: str
    words: str
    former: int
    place: int | None
    offered: tuple[int, ...]

    def as_json(self) -> dict[str, object]:
        """Return the shift as plain data."""
        return {
            "file": self.mark.file,
            "line": self.mark.line,
            "column": self.mark.column,
            "fact": self.fact,
            "words": self.words,
            "former": self.former,
            "place": self.place,
            "offered": list(self.offered),
        }


@dataclass(frozen=True, slots=True)
class Anchored:
    """A record's new text, and what became of its phrases; ``shifts`` are those of a text that has changed."""

    source: str
    placed: int = 0
    moved: int = 0
    lost: int = 0
    open: tuple[Problem, ...] = ()
    phrases: int = 0
    shifts: tuple[Shift, ...] = ()


@dataclass(frozen=True, slots=True)
class _Texts:
    """The text that a record is anchored to, whether it is another than the record's, and the former one if known."""

    text: str
    stale: bool
    former: str = ""
    alignment: Alignment | None = None


@dataclass(frozen=True, slots=True)
class _Found:
    places: list[tuple[int, int]]
    sure: bool


def anchor(source: str, file: str, text: Text, problems: list[Problem], former: Text | None = None) -> Anchored:
    """Return a record with the positions filled in that are sure.

    Args:
        source: the record's text.
        file: its name, for messages.
        text: the article's text.
        problems: what makes the record unreadable is appended here; it is then returned unchanged.
        former: the text that the record's positions hold for, where it is at hand.
    """
    before = len(problems)
    tree = read_tree(source, file, problems)
    if len(problems) > before:
        return Anchored(source)
    head = tree.get("article")
    texts = _texts(head, text, former)
    splices: list[tuple[int, int, str]] = []
    placed = moved = lost = phrases = 0
    waiting: list[Problem] = []
    shifts: list[Shift] = []
    for scalar, path in _phrases(tree):
        phrases += 1
        try:
            phrase = parse_phrase(scalar.text)
        except ValueError as error:
            waiting.append(Problem(scalar.mark, str(error), "phrase"))
            continue
        if scalar.text[0] == "@" != source[scalar.offset + 1]:
            waiting.append(Problem(scalar.mark, "write the «@» of a position as it is, without an escape", "phrase"))
            continue
        found = _found(phrase, texts)
        if found is None:
            continue
        sure = len(found.places) == 1 and found.sure and not (phrase.lost and phrase.long)
        if texts.stale and phrase.start is not None:
            offered = tuple(start for start, _ in found.places)
            place = offered[0] if sure else None
            shifts.append(Shift(scalar.mark, ": ".join(path[:2]), phrase.words, phrase.start, place, offered))
        if sure:
            new = _placed(phrase, found.places[0], text.text)
            placed, moved = placed + (phrase.start is None), moved + (phrase.start is not None)
            splices.append(_splice(source, scalar, new))
            continue
        waiting.append(_choice(scalar.mark, phrase, found.places, text.text))
        if texts.stale and phrase.start is not None:
            lost += 1
            splices.append(_splice(source, scalar, replace(phrase, start=None, end=None, digest="", lost=True)))
    if texts.stale and isinstance(head, Mapping):
        splices.extend(_head(source, head, text))
    return Anchored(_apply(source, splices), placed, moved, lost, tuple(waiting), phrases, tuple(shifts))


def _texts(head: Node | None, text: Text, former: Text | None) -> _Texts:
    recorded = _value(head, "sha256") if isinstance(head, Mapping) else text.sha256
    if recorded == text.sha256:
        return _Texts(text.text, stale=False)
    if former is None or former.sha256 != recorded:
        return _Texts(text.text, stale=True)
    return _Texts(text.text, stale=True, former=former.text, alignment=align(former.text, text.text))


def _found(phrase: Phrase, texts: _Texts) -> _Found | None:
    """Return where a phrase may stand, and whether one place is sure to be the same; None where it stands right."""
    text = texts.text
    found = places(phrase, text)
    if texts.alignment and phrase.start is not None and not mismatch(phrase, texts.former):
        kept = texts.alignment.place(phrase.start, phrase.end or phrase.start)
        if kept:
            return None if kept[0] == phrase.start else _Found([kept], sure=True)
        # The words stand no longer between the same words; they are the same ones if nothing else can be meant.
        return _Found(found, sure=len(places(phrase, texts.former)) == 1)
    if phrase.start is not None and not mismatch(phrase, text) and not (texts.stale and len(found) > 1):
        return None
    if phrase.long and phrase.end is None:
        # A lone number before a long phrase is the curator's choice among its places.
        return _Found([place for place in found if place[0] == phrase.start] or found, sure=True)
    return _Found(found, sure=True)


def _value(head: Mapping, key: str) -> str:
    node = head.get(key)
    return node.text if isinstance(node, Scalar) else ""


def _phrases(node: Node, path: tuple[str, ...] = ()) -> Iterator[tuple[Scalar, tuple[str, ...]]]:
    """Yield each phrase with the keys that lead to it."""
    if isinstance(node, Scalar):
        if node.words:
            yield node, path
    elif isinstance(node, Sequence):
        for item in node.items:
            yield from _phrases(item, path)
    else:
        for key, value in node.items:
            if key.text != "article" and key.text not in _CURATORS:
                yield from _phrases(value, (*path, key.text))


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
        if isinstance(node, Scalar) and node.text and node.text != value:
            quotes = 1 if source[node.offset] in "\"'" else 0
            start = node.offset + quotes
            yield start, start + len(node.text), value


def _apply(source: str, splices: list[tuple[int, int, str]]) -> str:
    for start, end, new in sorted(splices, reverse=True):
        source = source[:start] + new + source[end:]
    return source
