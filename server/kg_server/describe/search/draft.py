"""Makes the file of a search index, in a folder of the server's own; memory stays small whatever the release holds.

What is found comes out of SQLite in the order of its rows, and stops after so many. So rows are written in the order in
which people want them: what more articles mention, and more facts are about, comes first.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Literal, TypeAlias

from kg_builder.spelling import fold, skeleton, sound

Shelf: TypeAlias = Literal["entity", "question", "phrase"]
SHELVES: tuple[Shelf, ...] = ("entity", "question", "phrase")

STEM, SHORT_STEM = 6, 4
_LONGEST_NAME = 300
_JOINED = 3
_BATCH = 5000
_STEPS = 10_000
_REMEMBERED_WORDS = 50_000
# What is gathered stands in a second file, which is thrown away: freed pages would stay in the first.
_RAW = """
CREATE TABLE raw.name (shelf TEXT, iri TEXT, text TEXT, language TEXT, preferred INT);
CREATE TABLE raw.kind (iri TEXT, kind TEXT);
CREATE TABLE raw.count (iri TEXT, articles INT, facts INT);
CREATE TABLE raw.phrase (iri TEXT, text TEXT, article TEXT);
CREATE TABLE raw.language (article TEXT, language TEXT);
CREATE TABLE raw.stem (stem TEXT PRIMARY KEY) WITHOUT ROWID;
"""
_TABLES = """
CREATE TABLE thing (
  id INTEGER PRIMARY KEY, shelf TEXT, iri TEXT, kind TEXT, article TEXT, articles INT, facts INT
);
CREATE TABLE name (
  id INTEGER PRIMARY KEY, shelf TEXT, thing INT, text TEXT, language TEXT, preferred INT, folded TEXT, sounds TEXT
);
CREATE TABLE kind_label (kind TEXT, language TEXT, label TEXT);
CREATE TABLE article_label (article TEXT, language TEXT, label TEXT);
CREATE TABLE word (sounds TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE near (variant TEXT, stem TEXT, PRIMARY KEY (variant, stem)) WITHOUT ROWID;
"""
_WORDS = """CREATE VIRTUAL TABLE words_%s USING fts5(
  folded, sounds, content='', prefix='1 2 3', tokenize='ascii')"""
_INSERT_WORDS = "INSERT INTO words_%s (rowid, folded, sounds) VALUES (?, ?, ?)"
# Of an entity's kinds, the one that fewest have says most.
_THINGS = """
CREATE INDEX raw.name_iri ON name (iri);
CREATE TABLE raw.common AS SELECT kind, COUNT(*) AS n FROM raw.kind GROUP BY kind;
CREATE TABLE raw.chosen AS SELECT iri, kind FROM (
  SELECT iri, kind, ROW_NUMBER() OVER (PARTITION BY iri ORDER BY n, kind) AS place
  FROM raw.kind JOIN raw.common USING (kind)) WHERE place = 1;
CREATE INDEX raw.chosen_iri ON chosen (iri);
CREATE TABLE raw.counted AS
  SELECT iri, SUM(articles) AS articles, SUM(facts) AS facts FROM raw.count GROUP BY iri;
CREATE INDEX raw.counted_iri ON counted (iri);
CREATE TABLE raw.place AS
  SELECT MIN(iri) AS iri, text, article FROM raw.phrase GROUP BY article, text;
CREATE INDEX raw.place_iri ON place (iri);
INSERT INTO raw.name SELECT 'phrase', iri, text, COALESCE(language, ''), 1 FROM raw.place
  LEFT JOIN (SELECT article, MIN(language) AS language FROM raw.language GROUP BY article) USING (article);
INSERT INTO thing (shelf, iri, kind, article, articles, facts)
  SELECT shelf, iri, kind, article, COALESCE(articles, 0), COALESCE(facts, 0)
  FROM (SELECT shelf, iri, MIN(LENGTH(text)) AS length FROM raw.name WHERE preferred GROUP BY shelf, iri)
  LEFT JOIN raw.chosen USING (iri) LEFT JOIN raw.counted USING (iri)
  LEFT JOIN (SELECT iri, article FROM raw.place) USING (iri)
  ORDER BY shelf, COALESCE(articles, 0) DESC, COALESCE(facts, 0) DESC, length, iri;
"""
_NAMES = """SELECT DISTINCT thing.shelf, thing.id, text, language, preferred
FROM thing JOIN raw.name AS given ON given.iri = thing.iri AND given.shelf = thing.shelf
ORDER BY thing.id, preferred DESC, language, text"""
_INDEXES = """
CREATE INDEX name_folded ON name (shelf, folded);
CREATE INDEX name_thing ON name (thing, preferred);
CREATE INDEX article_label_article ON article_label (article)
"""

Name: TypeAlias = tuple[Shelf, str, str, str, bool]
"""Shelf, IRI, text, language (empty for none), and whether it is the preferred name in that language."""


class Draft:
    """An index that is being made.

    Args:
        path: of a file that is not there yet.

    Raises:
        sqlite3.Error: from every method, when the disk is full or SQLite was built without FTS5.
    """

    def __init__(self, path: Path) -> None:
        self._raw = path.with_suffix(".raw")
        self._base = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._base.execute("ATTACH ? AS raw", (str(self._raw),))
        # The files are nobody's until they are whole; when they are not, they are thrown away.
        for name in ("main", "raw"):
            self._run(f"PRAGMA {name}.journal_mode = OFF; PRAGMA {name}.synchronous = OFF")
        self._run("BEGIN; " + _RAW + _TABLES)
        for shelf in SHELVES:
            self._run(_WORDS % shelf)
        # Words come again and again; what is remembered of them is forgotten with the draft.
        self._hear = lru_cache(_REMEMBERED_WORDS)(hear)
        self._turn = threading.Lock()
        self._given_up = False
        self._base.set_progress_handler(lambda: self._given_up, _STEPS)

    def names(self, rows: Iterable[Name]) -> None:
        """Add names; a thing without a preferred one is not found."""
        cut = ((shelf, iri, text[:_LONGEST_NAME], language, kept) for shelf, iri, text, language, kept in rows)
        self._insert("raw.name VALUES (?, ?, ?, ?, ?)", cut)

    def kinds(self, rows: Iterable[tuple[str, str]]) -> None:
        """Add classes of things."""
        self._insert("raw.kind VALUES (?, ?)", rows)

    def counts(self, rows: Iterable[tuple[str, int, int]]) -> None:
        """Add how many articles mention a thing, and how many facts are about it; several for one are added up."""
        self._insert("raw.count VALUES (?, ?, ?)", rows)

    def phrases(self, rows: Iterable[tuple[str, str, str]]) -> None:
        """Add phrases: IRI, text, article; the same words of one article are one, in the article's language."""
        cut = ((iri, text[:_LONGEST_NAME], article) for iri, text, article in rows)
        self._insert("raw.phrase VALUES (?, ?, ?)", cut)

    def languages(self, rows: Iterable[tuple[str, str]]) -> None:
        """Add the languages of articles."""
        self._insert("raw.language VALUES (?, ?)", rows)

    def kind_labels(self, rows: Iterable[tuple[str, str, str]]) -> None:
        """Add labels of classes: IRI, language, text."""
        self._insert("kind_label VALUES (?, ?, ?)", rows)

    def article_labels(self, rows: Iterable[tuple[str, str, str]]) -> None:
        """Add what articles are known by: IRI, language, text."""
        self._insert("article_label VALUES (?, ?, ?)", rows)

    def used_kinds(self) -> list[str]:
        """Return the classes that things have."""
        with self._turn:
            return [kind for (kind,) in self._base.execute("SELECT DISTINCT kind FROM raw.kind ORDER BY kind")]

    def finish(self) -> None:
        """Write the index from what was added."""
        with self._turn:
            self._run(_THINGS)
            self._write_names()
            self._write_stems()
            self._run(_INDEXES)
            for shelf in SHELVES:
                self._run(f"INSERT INTO words_{shelf} (words_{shelf}) VALUES ('optimize')")  # noqa: S608 - a constant
            self._run("COMMIT; ANALYZE")

    def give_up(self) -> None:
        """End what another thread is doing with the draft, with an error there."""
        self._given_up = True

    def close(self) -> None:
        """Close the files, and throw away what was gathered."""
        with self._turn:
            self._base.close()
        self._raw.unlink(missing_ok=True)

    def _insert(self, where: str, rows: Iterable[tuple[object, ...]]) -> None:
        with self._turn:
            self._base.executemany(f"INSERT INTO {where}", rows)

    def _write_names(self) -> None:
        number = 1
        reading = self._base.cursor().execute(_NAMES)
        while found := reading.fetchmany(_BATCH):
            self._write(found, number)
            number += len(found)

    def _write_stems(self) -> None:
        reading = self._base.cursor().execute("SELECT stem FROM raw.stem")
        while found := reading.fetchmany(_BATCH):
            pairs = ((each, stem) for (stem,) in found for each in variants(stem))
            self._base.executemany("INSERT OR IGNORE INTO near VALUES (?, ?)", pairs)

    def _run(self, script: str) -> None:
        # executescript would end the transaction.
        for statement in script.split(";"):
            self._base.execute(statement)

    def _write(self, found: Sequence[tuple[Shelf, int, str, str, int]], number: int) -> None:
        rows, known = [], set[str]()
        for place, (shelf, thing, text, language, preferred) in enumerate(found, number):
            heard = [self._hear(each) for each in text.split()]
            folded = " ".join([each for words, _ in heard for each in words])
            sounds = [each for _, sounding in heard for each in sounding]
            known.update(sounds)
            rows.append((place, shelf, thing, text, language, preferred, folded, " ".join([*sounds, *joined(sounds)])))
        self._base.executemany("INSERT INTO name VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)
        for shelf in SHELVES:
            words = [(row[0], row[6], row[7]) for row in rows if row[1] == shelf]
            self._base.executemany(_INSERT_WORDS % shelf, words)
        self._base.executemany("INSERT OR IGNORE INTO word VALUES (?)", [(word,) for word in known])
        stems = {(stem,) for word in known for stem in stems_of(word)}
        self._base.executemany("INSERT OR IGNORE INTO raw.stem VALUES (?)", stems)


def hear(text: str) -> tuple[list[str], list[str]]:
    """Return the words of a piece of text folded, and how they sound.

    >>> hear("Al-Qur’an")
    (['al', 'quran'], ['al', 'koran'])
    """
    words = fold(text).split()
    return words, [sound(each) for each in words]


def joined(sounds: Sequence[str]) -> list[str]:
    """Return each two sounding words that follow each other as one, as some write them: kerja sama, kerjasama.

    >>> joined(["kera", "sama", "di", "oslo"])
    ['kerasama']
    """
    return [
        first + (second[1:] if first[-1] == second[0] else second)
        for first, second in pairwise(sounds)
        if len(first) >= _JOINED and len(second) >= _JOINED
    ]


def stems_of(word: str) -> set[str]:
    """Return the beginnings by which a sounding word is looked up when it is misspelt; none of a short word.

    >>> sorted(stems_of("dostovski")), stems_of("doda"), stems_of("an")
    (['dost', 'dostov'], {'doda'}, set())
    """
    return {word[:STEM], word[:SHORT_STEM]} if len(word) >= SHORT_STEM else set()


def variants(stem: str) -> set[str]:
    """Return what a stem has in common with those that are one letter from it, or differ in vowels only.

    >>> sorted(variants("doda"))
    ['dada~', 'dda', 'doa', 'dod', 'doda', 'oda']
    """
    return {stem, f"{skeleton(stem)}~", *(stem[:at] + stem[at + 1 :] for at in range(len(stem)))}
