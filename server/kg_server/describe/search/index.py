"""A search index: a file that is read and never changed, and what it answers."""

from __future__ import annotations

import json
import queue
import sqlite3
import time
import weakref
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from kg_server.describe.search.draft import SHELVES, Shelf
from kg_server.describe.search.lookup import Hit, How, Lookup, Sought

READERS = 2
_CACHE_KIB = 4096
_STEPS = 1000
_SECONDS = 0.5
_THINGS = "SELECT id, iri, kind, article, articles FROM thing WHERE id IN (SELECT value FROM json_each(?))"
_KINDS = "SELECT id, kind FROM thing WHERE kind <> '' AND id IN (SELECT value FROM json_each(?))"
_ARTICLES = "SELECT article, language, label FROM article_label WHERE article IN (SELECT value FROM json_each(?))"
_ALL_KINDS = """SELECT kind, COUNT(*) AS n FROM thing WHERE shelf = 'entity' AND kind <> ''
GROUP BY kind ORDER BY n DESC, kind"""
_LABELS = """SELECT thing, language, text FROM name
WHERE preferred AND thing IN (SELECT value FROM json_each(?)) ORDER BY id DESC"""


@dataclass(frozen=True, slots=True)
class Match:
    """Something that was found.

    Attributes:
        shelf: what it is.
        iri: of it.
        name: the one of its names that was found.
        language: of that name; empty where it has none.
        how: it was found.
        labels: its preferred names, by language.
        kind: the class that says most of it.
        article: of a phrase, in which it stands.
        article_labels: what that article is known by, by language.
        articles: how many mention it.
    """

    shelf: Shelf
    iri: str
    name: str
    language: str
    how: How
    labels: Mapping[str, str]
    kind: str | None = None
    article: str | None = None
    article_labels: Mapping[str, str] = field(default_factory=dict)
    articles: int = 0


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for, and how much of what is found is wanted.

    Attributes:
        text: as somebody typed it.
        limit: matches wanted of each shelf.
        offset: matches of each shelf to leave out.
        shelves: where to look.
        kind: the class that entities have; any if None.
        most: names to look at, on each shelf and for each way of finding them.
        wide: whether to look for what is farther off also where something near was found.
    """

    text: str
    limit: int
    offset: int = 0
    shelves: tuple[Shelf, ...] = SHELVES
    kind: str | None = None
    most: int = 100
    wide: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """What was found.

    Attributes:
        matches: those wanted, shelf by shelf, the best first.
        totals: how many there are on each shelf.
        kinds: how many of the entities are of each class, the most frequent first, whichever class is wanted.
        more: shelves on which there may be more than these.
    """

    matches: tuple[Match, ...] = ()
    totals: Mapping[Shelf, int] = field(default_factory=dict)
    kinds: Mapping[str, int] = field(default_factory=dict)
    more: frozenset[Shelf] = frozenset()


class Index:
    """A search index; any thread may ask, as many at a time as there are readers.

    Args:
        path: of the file, which loses its name here and is gone with this object.

    Attributes:
        size: of the file, in bytes.
        kind_labels: names of the classes of entities, by language.
        kinds: how many entities are of each class, the most frequent first.

    Raises:
        sqlite3.Error: when it is none.
    """

    def __init__(self, path: Path) -> None:
        opened = [_open(path) for _ in range(READERS)]
        weakref.finalize(self, _close, opened)
        self.size = path.stat().st_size
        path.unlink()
        self._readers: queue.SimpleQueue[sqlite3.Connection] = queue.SimpleQueue()
        self.kind_labels: dict[str, dict[str, str]] = {}
        for kind, language, label in opened[0].execute("SELECT kind, language, label FROM kind_label"):
            self.kind_labels.setdefault(kind, {})[language] = label
        self.kinds: dict[str, int] = dict(opened[0].execute(_ALL_KINDS))
        for each in opened:
            self._readers.put(each)

    def find(self, wanted: Wanted, seconds: float = _SECONDS) -> Found:
        """Look something up; what is found in so many seconds is all.

        Raises:
            sqlite3.Error: when the file cannot be read any more.
        """
        sought = Sought.read(wanted.text)
        if not sought.words:
            return Found()
        with self._reader(seconds) as reader:
            looks = {shelf: Lookup(reader, shelf, sought, wanted.most) for shelf in wanted.shelves}
            cut = _look(list(looks.values()), wide=wanted.wide)
            reader.set_progress_handler(None, 0)
            hits = {shelf: each.hits() for shelf, each in looks.items()}
            kinds = _kinds(reader, hits.get("entity", []))
            if wanted.kind is not None:
                hits["entity"] = [each for each in hits.get("entity", []) if kinds.get(each.thing) == wanted.kind]
            matches: list[Match] = []
            for shelf, found in hits.items():
                matches += _matches(reader, shelf, found[wanted.offset : wanted.offset + wanted.limit])
        counted = Counter(kinds.values())
        return Found(
            tuple(matches),
            {shelf: len(found) for shelf, found in hits.items()},
            dict(sorted(counted.items(), key=lambda each: (-each[1], each[0]))),
            frozenset(shelf for shelf, each in looks.items() if each.cut or cut),
        )

    @contextmanager
    def _reader(self, seconds: float) -> Iterator[sqlite3.Connection]:
        reader = self._readers.get()
        end = time.monotonic() + seconds
        reader.set_progress_handler(lambda: time.monotonic() > end, _STEPS)
        try:
            yield reader
        finally:
            reader.set_progress_handler(None, 0)
            self._readers.put(reader)


def _look(looks: Sequence[Lookup], *, wide: bool) -> bool:
    """Look on all shelves, and farther only where nothing is near or all is wanted; return whether time was up."""
    try:
        # All shelves first: where a name is spelt so, nobody wants phrases that are only near.
        for way in (Lookup.alike, Lookup.near, Lookup.inside, Lookup.some):
            found = [way(each) for each in looks]
            if any(found) and not wide:
                break
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
            raise
        return True
    return False


def _kinds(reader: sqlite3.Connection, hits: Sequence[Hit]) -> dict[int, str]:
    return dict(reader.execute(_KINDS, (json.dumps([each.thing for each in hits]),)))


def _matches(reader: sqlite3.Connection, shelf: Shelf, hits: Sequence[Hit]) -> Iterator[Match]:
    things = json.dumps([each.thing for each in hits])
    known = {row[0]: row[1:] for row in reader.execute(_THINGS, (things,))}
    labels = _by_language(reader, _LABELS, things)
    sources = _by_language(reader, _ARTICLES, json.dumps(list({row[2] for row in known.values() if row[2]})))
    for hit in hits:
        iri, kind, article, articles = known[hit.thing]
        named = labels.get(hit.thing, {})
        yield Match(
            shelf, iri, hit.text, hit.language, hit.how, named, kind, article, sources.get(article, {}), articles
        )


def _by_language(reader: sqlite3.Connection, query: str, keys: str) -> dict[object, dict[str, str]]:
    found: dict[object, dict[str, str]] = {}
    for key, language, text in reader.execute(query, (keys,)):
        found.setdefault(key, {})[language] = text
    return found


def _open(path: Path) -> sqlite3.Connection:
    reader = sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False)
    reader.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
    return reader


def _close(readers: Sequence[sqlite3.Connection]) -> None:
    for each in readers:
        each.close()
