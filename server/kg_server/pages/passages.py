"""An article's text, or what a release repeats of it, in paragraphs, sentences and the phrases that facts rest on.

Positions are Unicode code points of the text as hashed, an end is exclusive (`rj:article`, docs/model.md).
"""

from __future__ import annotations

import hashlib
import heapq
import operator
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from kg_builder.sentences import sentences

_DEEPEST = 12
"""Phrases inside phrases; a page that nests them deeper cannot be read, and could not be drawn."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words of an article that facts rest on.

    Attributes:
        iri: of the span.
        start: position of the first character.
        end: position behind the last one.
        exact: the words; empty for a long phrase, which has the other three instead.
        first: the words that it begins with.
        last: the words that it ends with.
        digest: the first digits of the SHA-256 of all of it, as UTF-8.
    """

    iri: str
    start: int
    end: int
    exact: str = ""
    first: str = ""
    last: str = ""
    digest: str = ""

    @property
    def anchor(self) -> str:
        """The fragment that leads to the phrase, as its IRI has it (RFC 5147)."""
        return self.iri.partition("#")[2] or f"char={self.start},{self.end}"

    @property
    def words(self) -> str:
        """The words, as far as a release repeats them."""
        return self.exact or " … ".join(each for each in (self.first, self.last) if each) or "…"

    def stands_in(self, text: str) -> bool:
        """Tell whether the words stand in a text at this place, letter for letter.

        >>> Phrase("#1", 2, 5, "air").stands_in("a air"), Phrase("#1", 1, 4, "air").stands_in("a air")
        (True, False)
        """
        found = text[self.start : self.end]
        if self.exact or not self.digest:
            return found == self.exact
        known = hashlib.sha256(found.encode()).hexdigest().startswith(self.digest)
        return known and found.startswith(self.first) and found.endswith(self.last)

    def known(self) -> Iterator[tuple[int, str]]:
        """Go through the words that a release repeats, each run with its position."""
        if self.exact:
            yield self.start, self.exact[: self.end - self.start]
        else:
            yield self.start, self.first[: self.end - self.start]
            yield max(self.start, self.end - len(self.last)), self.last[: self.end - self.start]


@dataclass(frozen=True, slots=True)
class Words:
    """A run of text; `phrase` is the innermost one that it belongs to."""

    text: str
    phrase: Phrase | None = None


@dataclass(frozen=True, slots=True)
class Gap:
    """Characters that are not known."""

    size: int
    phrase: Phrase | None = None


@dataclass(frozen=True, slots=True)
class Marked:
    """A phrase, or a piece of one that overlaps another or goes on in the next sentence; `begins` for the first."""

    phrase: Phrase
    begins: bool
    pieces: tuple[Piece, ...]


Piece: TypeAlias = Words | Gap | Marked


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence; `bare` when no fact rests on any of its words."""

    number: int
    start: int
    end: int
    bare: bool
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Sentences up to a line break."""

    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """A text with its phrases marked: in paragraphs where it is known whole, else in pieces with gaps."""

    paragraphs: tuple[Paragraph, ...] = ()
    pieces: tuple[Piece, ...] = ()

    def sentences(self) -> Iterator[Sentence]:
        """Go through all sentences."""
        for paragraph in self.paragraphs:
            yield from paragraph.sentences


def lay_out_text(text: str, phrases: Iterable[Phrase]) -> Layout:
    """Mark phrases in a whole text.

    >>> layout = lay_out_text("One fair. Rain.", [Phrase("#1", 4, 8, "fair")])
    >>> [(each.number, each.bare) for each in layout.sentences()]
    [(1, False), (2, True)]
    """
    cutter = _Cutter([(0, text)])
    marks = _in_order(phrases, len(text))
    paragraphs: list[list[Sentence]] = []
    end = 0
    for number, each in enumerate(sentences(text), 1):
        if not paragraphs or "\n" in text[end : each.start]:
            paragraphs.append([])
        end = each.end
        touching = [_clipped(mark, each.start, each.end) for mark in marks if mark.touches(each.start, each.end)]
        pieces = tuple(cutter.cut(each.start, each.end, touching))
        paragraphs[-1].append(Sentence(number, each.start, each.end, not touching, pieces))
    return Layout(tuple(Paragraph(tuple(each)) for each in paragraphs))


def lay_out_phrases(length: int, phrases: Iterable[Phrase]) -> Layout:
    """Put phrases in their order, with the gaps between them, where no more than they is known of a text.

    >>> lay_out_phrases(12, [Phrase("#1", 4, 8, "fair")]).pieces[::2]
    (Gap(size=4, phrase=None), Gap(size=4, phrase=None))
    """
    marks = _in_order(phrases, length)
    cutter = _Cutter(run for mark in marks for run in mark.phrase.known())
    return Layout(pieces=tuple(cutter.cut(0, length, marks)))


def covered(phrases: Iterable[Phrase], length: int) -> int:
    """Return how many characters of a text phrases point to, each counted once.

    >>> covered([Phrase("#1", 0, 4), Phrase("#2", 2, 6), Phrase("#3", 9, 99)], 10)
    7
    """
    total = reached = 0
    for each in _in_order(phrases, length):
        total += max(0, each.end - max(each.start, reached))
        reached = max(reached, each.end)
    return total


@dataclass(frozen=True, slots=True)
class _Mark:
    """Where a phrase, or a piece of it, is to be marked; ordered as a reader meets them, the longer one first."""

    start: int
    end: int
    phrase: Phrase

    def __lt__(self, other: _Mark) -> bool:
        return (self.start, -self.end, self.phrase.iri) < (other.start, -other.end, other.phrase.iri)

    def touches(self, start: int, end: int) -> bool:
        return self.start < end and start < self.end


def _clipped(mark: _Mark, start: int, end: int) -> _Mark:
    return _Mark(max(mark.start, start), min(mark.end, end), mark.phrase)


def _in_order(phrases: Iterable[Phrase], length: int) -> list[_Mark]:
    """Return those that lie within a text, in reading order."""
    unique = {each.iri: each for each in phrases}.values()
    return sorted(
        _Mark(each.start, min(each.end, length), each) for each in unique if 0 <= each.start < min(each.end, length)
    )


_position: Callable[[tuple[int, str]], int] = operator.itemgetter(0)


class _Cutter:
    """Cuts what is known of a text at its phrases.

    Args:
        runs: characters with their positions; of two for one place the first counts.
    """

    def __init__(self, runs: Iterable[tuple[int, str]]) -> None:
        self._runs: list[tuple[int, str]] = []
        self._begun: set[str] = set()
        end = 0
        for start, text in sorted(runs, key=_position):
            if fresh := text[max(0, end - start) :]:
                self._runs.append((max(start, end), fresh))
                end = max(start, end) + len(fresh)

    def cut(
        self, start: int, end: int, marks: Iterable[_Mark], phrase: Phrase | None = None, depth: int = 0
    ) -> Iterator[Piece]:
        """Cut a stretch; a phrase that overlaps the end of another goes on behind it."""
        waiting = list(marks)
        heapq.heapify(waiting)
        place = start
        while waiting:
            mark = heapq.heappop(waiting)
            yield from self._between(place, mark.start, phrase)
            inside = []
            while waiting and waiting[0].start < mark.end:
                each = heapq.heappop(waiting)
                inside.append(_clipped(each, mark.start, mark.end))
                if each.end > mark.end:
                    heapq.heappush(waiting, _clipped(each, mark.end, each.end))
            yield self._marked(mark, inside, depth)
            place = mark.end
        yield from self._between(place, end, phrase)

    def _marked(self, mark: _Mark, inside: list[_Mark], depth: int) -> Marked:
        begins = mark.phrase.iri not in self._begun
        self._begun.add(mark.phrase.iri)
        if depth < _DEEPEST:
            pieces = tuple(self.cut(mark.start, mark.end, inside, mark.phrase, depth + 1))
        else:
            # Their anchors are there, if nothing else of them.
            anchors = [Marked(each.phrase, begins=each.phrase.iri not in self._begun, pieces=()) for each in inside]
            self._begun.update(each.phrase.iri for each in inside)
            pieces = (*anchors, *self._between(mark.start, mark.end, mark.phrase))
        return Marked(mark.phrase, begins, pieces)

    def _between(self, start: int, end: int, phrase: Phrase | None) -> Iterator[Words | Gap]:
        place = start
        first = bisect_right(self._runs, start, key=_position) - 1
        last = bisect_left(self._runs, end, key=_position)
        for index in range(max(0, first), last):
            begin, text = self._runs[index]
            if known := text[max(0, place - begin) : end - begin]:
                if place < begin:
                    yield Gap(begin - place, phrase)
                yield Words(known, phrase)
                place = max(place, begin) + len(known)
        if place < end:
            yield Gap(end - place, phrase)
