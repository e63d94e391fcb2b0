"""Looks on one shelf of a search index: first what is spelt so, then what sounds so, then what is near it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from kg_builder.spelling import fold, sound
from kg_server.describe.search.draft import SHORT_STEM, STEM, Shelf, joined, variants
from kg_server.describe.search.nearness import LEAST, closeness, nearest

How: TypeAlias = Literal["exact", "start", "words", "sound", "near", "inside", "some"]
"""How a name was found: it is just that, begins so, has these words, has words that sound so, that are near them, that
have them inside, or has some of them."""

LONGEST_QUERY = 200
_MOST_WORDS = 8
_MOST_NEAR, _MOST_CANDIDATES = 8, 2000
_FEW = 3
WAYS: tuple[How, ...] = get_args(How)
_LAST = "\U0010ffff"

_EXACT = "SELECT id FROM name WHERE shelf = ? AND folded = ? ORDER BY id LIMIT ?"
_MATCH = "SELECT rowid FROM words_%s WHERE words_%s MATCH ? ORDER BY rowid LIMIT ?"
_DETAILS = """SELECT thing, text, language, preferred, folded, sounds
FROM name WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id"""
_NEAR = """SELECT DISTINCT word.sounds FROM near
JOIN word ON word.sounds >= near.stem AND word.sounds < near.stem || ?
WHERE near.variant IN (SELECT value FROM json_each(?)) LIMIT ?"""
_BEGUN = "SELECT 1 FROM word WHERE sounds >= ? AND sounds < ? LIMIT 1"
_INSIDE = "SELECT sounds FROM word WHERE INSTR(sounds, ?) LIMIT ?"
_IS = "SELECT 1 FROM word WHERE sounds = ? AND ? <> ''"


@dataclass(frozen=True, slots=True)
class Sought:
    """What somebody looks for: its words folded, and how they sound; the last may be the beginning of one.

    >>> Sought.read("  Вадим  Гиг").words, Sought.read("Hihin").sounds
    (('vadim', 'gig'), ('hihin',))
    """

    words: tuple[str, ...]
    sounds: tuple[str, ...]

    @classmethod
    def read(cls, text: str) -> Sought:
        """Read what was typed; what is too long is cut."""
        words = tuple(fold(text[:LONGEST_QUERY]).split()[:_MOST_WORDS])
        return cls(words, tuple(map(sound, words)))


@dataclass(frozen=True, slots=True, order=True)
class Hit:
    """A name that was found; the best comes first.

    Attributes:
        way: how, as a place among `How`.
        distance: from what was looked for, among those found the same way.
        thing: whose name it is; what is mentioned more has a smaller number.
        other: whether it is not the preferred name.
        text: the name.
        language: of the name; empty where it has none.
    """

    way: int
    distance: float
    thing: int
    other: bool
    text: str
    language: str

    @property
    def how(self) -> How:
        """How it was found."""
        return WAYS[self.way]


class Lookup:
    """Looks for one thing on one shelf.

    Args:
        reader: of the index.
        shelf: where to look.
        sought: what for; it has a word.
        most: names to look at for each way of finding them.

    Attributes:
        cut: whether there may be more than was looked at.
    """

    def __init__(self, reader: sqlite3.Connection, shelf: Shelf, sought: Sought, most: int) -> None:
        self._reader, self._shelf, self._sought, self._most = reader, shelf, sought, most
        self._hits: dict[int, Hit] = {}
        self._seen: set[int] = set()
        self.cut = False

    def hits(self) -> list[Hit]:
        """Return the best name of each thing that was found, the best first."""
        return sorted(self._hits.values())

    def alike(self) -> bool:
        """Look for what is spelt so or sounds so; tell whether something was found."""
        words, sounds = self._sought.words, self._sought.sounds
        folded = " ".join(words)
        exact = self._reader.execute(_EXACT, (self._shelf, folded, self._most)).fetchall()
        self._keep("exact", [name for (name,) in exact])
        self._keep("start", self._match(f"folded : ^ {' + '.join(map(_quoted, words))} *"))
        self._keep("words", self._match(f"folded : ({_all(words)})"))
        # Two words may be one there.
        as_one = (
            (*sounds[:at], *one, *sounds[at + 2 :])
            for at in range(len(sounds) - 1)
            if (one := joined(sounds[at : at + 2]))
        )
        ways = " OR ".join(f"({_all(each)})" for each in (sounds, *as_one))
        self._keep("sound", self._match(f"sounds : ({ways})"))
        return bool(self._hits)

    def near(self) -> bool:
        """Look for what is misspelt; tell whether something was found."""
        sounds = self._sought.sounds
        others = [self._others(word, begun=place == len(sounds)) for place, word in enumerate(sounds, 1)]
        if all(others):
            self._keep("near", self._match(f"sounds : ({_any_of_each(others)})"))
        return bool(self._hits)

    def inside(self) -> bool:
        """Look for longer words that have these inside, as derived words do; tell whether something was found."""
        sounds = self._sought.sounds
        for each in (sounds, ("".join(sounds),)):
            longer = [self._longer(word) for word in each]
            if all(longer):
                self._keep("inside", self._match(f"sounds : ({_any_of_each(longer)})"))
        return bool(self._hits)

    def some(self) -> bool:
        """Look for what has some of the words, as many as can be; tell whether something was found."""
        sounds = self._sought.sounds
        short = sorted(range(len(sounds)), key=lambda at: (len(sounds[at]), at))
        without = [tuple(word for at, word in enumerate(sounds) if at != left) for left in short]
        alone = [(sounds[at],) for at in reversed(short)]
        before = len(self._hits)
        for each in (*without, *alone) if len(sounds) > 1 else ():
            self._keep("some", self._match(f"sounds : ({_all(each)})"))
            if len(self._hits) >= before + _FEW:
                break
        return bool(self._hits)

    def _match(self, expression: str) -> list[int]:
        # The shelf is one of three constants.
        query = _MATCH % (self._shelf, self._shelf)
        found = [name for (name,) in self._reader.execute(query, (expression, self._most))]
        self.cut = self.cut or len(found) == self._most
        return found

    def _others(self, word: str, *, begun: bool) -> list[str]:
        """Return the words of the index that may be meant by one, as FTS5 wants them."""
        there = self._reader.execute(_BEGUN if begun else _IS, (word, word + _LAST)).fetchone()
        found = [f"{_quoted(word)}{' *' if begun else ''}"] if there else []
        if len(word) >= SHORT_STEM:
            stems = {word[:STEM], word[:SHORT_STEM]} if begun else {word[:STEM]}
            forms = json.dumps(sorted({form for stem in stems for form in variants(stem)}))
            known = self._reader.execute(_NEAR, (_LAST, forms, _MOST_CANDIDATES))
            near = nearest(word, (other for (other,) in known), _MOST_NEAR, begun=begun)
            found += [_quoted(other) for other in near]
        return found

    def _longer(self, word: str) -> list[str]:
        if len(word) < SHORT_STEM:
            return [f"{_quoted(word)} *"]
        return [_quoted(other) for (other,) in self._reader.execute(_INSIDE, (word, _MOST_NEAR))]

    def _keep(self, how: How, names: Sequence[int]) -> None:
        new = [name for name in names if name not in self._seen]
        self._seen.update(new)
        way = WAYS.index(how)
        for thing, text, language, preferred, folded, sounds in self._reader.execute(_DETAILS, (json.dumps(new),)):
            distance = self._distance(how, folded, sounds.split())
            hit = Hit(way, distance, thing, not preferred, text, language)
            if how != "near" or distance <= 1 - LEAST:
                self._hits[thing] = min(hit, self._hits.get(thing, hit))

    def _distance(self, how: How, folded: str, sounds: list[str]) -> float:
        """Return how far a name is from what was sought, among those that were found in the same way."""
        words = self._sought.words
        match how:
            case "exact":
                return 0.0
            case "start":
                return 0.0 if f"{folded} ".startswith(f"{' '.join(words)} ") else 0.5
            case "words":
                return 0.0 if set(words) <= set(folded.split()) else 0.5
            case "sound":
                return 0.0 if set(self._sought.sounds) <= set(sounds) else 0.5
            case "inside":
                return 0.0
            case "near" | "some":
                # In steps, so that of two that are as near the one that is mentioned more comes first.
                return round(1 - closeness(self._sought.sounds, sounds), 1)


def _quoted(word: str) -> str:
    # Folded words hold letters and digits alone; the quotes keep AND, OR and NEAR from being read as operators.
    return f'"{word}"'


def _any_of_each(others: Sequence[Sequence[str]]) -> str:
    return " AND ".join(f"({' OR '.join(each)})" for each in others)


def _all(words: Sequence[str]) -> str:
    return " AND ".join(map(_quoted, words)) + " *"
