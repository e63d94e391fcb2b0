"""A layer of the graph in pieces: files whose borders its own content sets, so that an edit rewrites one of them.

A layer is lines by key (the subject they belong to), in the order of the keys. A key whose hash ends in zeros begins a
piece, as the chunks of content-defined chunking do (Muthitacharoen, Chen and Mazières 2001): where the borders lie
hangs on no number of pieces and on no order of edits, so that every way to one content leads to the same files.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from kg_builder.model import Term

_BORDER = 128
"""Keys to a piece, on average."""

Content = Mapping[Term, Iterable[str]]
"""Lines by key; a key without lines is not there."""


@dataclass(frozen=True, slots=True)
class Edit:
    """What becomes of the lines of a key.

    Attributes:
        lost: those that go; None for all.
        gained: those that come, which may be of those that go.
    """

    lost: set[str] | None
    gained: set[str]

    def of(self, lines: Iterable[str]) -> set[str]:
        """Return what becomes of some lines."""
        return (set(lines) - self.lost if self.lost is not None else set[str]()) | self.gained


@dataclass(frozen=True, slots=True)
class Piece:
    """One file of a layer.

    Attributes:
        name: of its shard.
        first: the key that begins it; empty for the first piece of a layer, which begins with whatever comes first.
    """

    name: str
    first: str


def begins(key: str, border: int = _BORDER) -> bool:
    """Tell whether a key begins a piece.

    >>> sum(begins(f"<https://example.org/{number}>") for number in range(51_200))
    392
    """
    return int.from_bytes(_hash(key)[:8]) % border == 0


def name_of(layer: str, first: str) -> str:
    """Return the name of the shard that a key begins.

    >>> name_of("links", ""), name_of("links", "<https://example.org/a>")
    ('links', 'links.4dfa602b40cf9a32')
    """
    return f"{layer}.{_hash(first).hex()[:16]}" if first else layer


def cut(
    layer: str,
    units: Iterable[tuple[Term, Iterable[str]]],
    first: str = "",
    border: Callable[[Term], bool] = begins,
) -> Iterator[tuple[Piece, list[str]]]:
    """Cut a layer, or a stretch of it, into pieces.

    Args:
        layer: its name.
        units: keys in order, each once, with their lines.
        first: the key that begins the stretch; empty where it begins the layer.
        border: tells whether a key begins a piece.

    Yields:
        Each piece with its lines, sorted, each once; a layer without lines is one piece without lines.
    """
    piece, lines = Piece(name_of(layer, first), first), set[str]()
    begun = False
    for key, given in units:
        if key != first and border(key):
            if begun or not first:
                yield piece, sorted(lines)
            piece, lines = Piece(name_of(layer, key), key), set()
        begun = True
        lines.update(given)
    if begun or not first:
        yield piece, sorted(lines)


@dataclass(frozen=True, slots=True)
class Recut:
    """What an edit makes of the pieces of a layer.

    Attributes:
        pieces: all of them, in order, as they are now.
        written: those with new lines, and the lines.
    """

    pieces: list[Piece]
    written: dict[Piece, list[str]]


def recut(
    layer: str, pieces: list[Piece], edits: Mapping[Term, Edit], read: Callable[[Piece], Mapping[Term, set[str]]]
) -> Recut:
    """Return the pieces of a layer after edits; reads those alone that they touch.

    Args:
        layer: its name.
        pieces: as they were, in order: one at least.
        edits: by key.
        read: gives the lines of a piece by key.
    """
    firsts = [piece.first for piece in pieces]
    touched: set[int] = set()
    for key, edit in edits.items():
        place = bisect_right(firsts, key) - 1
        touched.add(place)
        if firsts[place] == key and not edit.gained:
            touched.add(place - 1)  # if the key goes, its piece joins the one before
    # All others are known to begin none.
    borders = {*firsts, *(key for key in edits if begins(key))}
    kept: list[Piece] = []
    written: dict[Piece, list[str]] = {}
    place = 0
    while place < len(pieces):
        if place not in touched:
            kept.append(pieces[place])
            place += 1
            continue
        units: dict[Term, set[str]] = {}
        low = pieces[place].first
        while place in touched:
            units.update(read(pieces[place]))
            place += 1
        high = firsts[place] if place < len(pieces) else None
        for key, edit in edits.items():
            if low <= key and (high is None or key < high):
                units[key] = edit.of(units.get(key, ()))
        for piece, lines in cut(layer, _units(units), low, borders.__contains__):
            kept.append(piece)
            written[piece] = lines
    return Recut(kept, written)


def _units(content: Content) -> Iterator[tuple[Term, list[str]]]:
    for key in sorted(content):
        if lines := list(content[key]):
            yield key, lines


def _hash(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()
