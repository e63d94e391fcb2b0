"""What a build remembers of the release it made, so that the next one does what changed and no more.

It is a cache: it belongs to one release, says so, and can be deleted at any time. Whatever does not fit is forgotten.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Any, Final

from kg_builder.build.pieces import Piece

STATE_FILE: Final = "state.sqlite"
_FORMAT = 1

_TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE article (
    id TEXT PRIMARY KEY, record TEXT NOT NULL, text TEXT NOT NULL, shard TEXT NOT NULL, quads INTEGER NOT NULL,
    facts INTEGER NOT NULL, attestations INTEGER NOT NULL, conveyed INTEGER NOT NULL, spans INTEGER NOT NULL,
    verified INTEGER NOT NULL, claimed TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE named (slug TEXT, article TEXT, kind TEXT NOT NULL, PRIMARY KEY (slug, article)) WITHOUT ROWID;
CREATE INDEX named_by ON named (article);
CREATE TABLE piece (layer TEXT, first TEXT, name TEXT NOT NULL, PRIMARY KEY (layer, first)) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Row:
    """What is remembered of an article.

    Attributes:
        id: the article's.
        record: SHA-256 of its record.
        text: SHA-256 of its text; empty where there was none.
        shard: SHA-256 of its lines.
        quads: how many lines.
        facts: triples that it asserts.
        attestations: that it makes.
        conveyed: triples that it conveys.
        spans: phrases that it quotes.
        verified: whether they were compared with the text.
        claimed: SHA-256 of the text that its record says it is about.
    """

    id: str
    record: str
    text: str
    shard: str
    quads: int
    facts: int
    attestations: int
    conveyed: int
    spans: int
    verified: bool
    claimed: str


_NAMES = tuple(field.name for field in fields(Row))


@dataclass(frozen=True, slots=True)
class Remembered:
    """What a build leaves for the next.

    Attributes:
        meta: which release it is and by what it was made.
        articles: what is known of articles that came or changed, with the ids that each names and their kinds.
        gone: articles that went.
        pieces: of the layers, in order.
    """

    meta: Mapping[str, Any]
    articles: Iterable[tuple[Row, Iterable[tuple[str, str]]]]
    gone: Iterable[str]
    pieces: Mapping[str, Iterable[Piece]]


class State:
    """The file of what is remembered; use it as a context manager by `open_state`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Take an open file that has its tables."""
        self._connection = connection

    def meta(self) -> dict[str, Any]:
        """Return which release this is and by what it was made; nothing where nothing is remembered."""
        return {key: json.loads(value) for key, value in self._connection.execute("SELECT key, value FROM meta")}

    def articles(self) -> dict[str, Row]:
        """Return what is known of every article, by its id."""
        found = self._connection.execute(f"SELECT {', '.join(_NAMES)} FROM article")  # noqa: S608 - our own names
        return {row[0]: Row(**dict(zip(_NAMES, row, strict=True)) | {"verified": bool(row[9])}) for row in found}

    def naming(self, slug: str) -> Iterator[tuple[str, str]]:
        """Yield the articles that name an id, each with the kind that it had then."""
        yield from self._connection.execute("SELECT article, kind FROM named WHERE slug = ?", (slug,))

    def pieces(self, layer: str) -> list[Piece]:
        """Return the pieces of a layer in order."""
        found = self._connection.execute("SELECT name, first FROM piece WHERE layer = ? ORDER BY first", (layer,))
        return [Piece(name, first) for name, first in found]

    def remember(self, what: Remembered, *, afresh: bool) -> None:
        """Take what a build leaves, at once or not at all; `afresh` forgets all else."""
        places = ", ".join("?" * len(_NAMES))
        with self._connection as connection:
            connection.execute("BEGIN")
            for table in ("meta", "piece", *(("article", "named") if afresh else ())):
                connection.execute(f"DELETE FROM {table}")  # noqa: S608 - our own names
            if not afresh:
                for article in what.gone:
                    connection.execute("DELETE FROM article WHERE id = ?", (article,))
                    connection.execute("DELETE FROM named WHERE article = ?", (article,))
            for row, named in what.articles:
                if not afresh:
                    connection.execute("DELETE FROM named WHERE article = ?", (row.id,))
                connection.execute(f"INSERT OR REPLACE INTO article VALUES ({places})", astuple(row))  # noqa: S608
                connection.executemany(
                    "INSERT INTO named (slug, article, kind) VALUES (?, ?, ?)",
                    ((slug, row.id, kind) for slug, kind in named),
                )
            for layer, pieces in what.pieces.items():
                connection.executemany(
                    "INSERT INTO piece VALUES (?, ?, ?)", ((layer, piece.first, piece.name) for piece in pieces)
                )
            connection.executemany(
                "INSERT INTO meta VALUES (?, ?)", ((key, json.dumps(value)) for key, value in what.meta.items())
            )


@contextmanager
def open_state(folder: Path) -> Iterator[State]:
    """Open what is remembered in a folder; what cannot be read is begun anew. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / STATE_FILE
    connection = _connect(path)
    if connection is None:
        for each in folder.glob(f"{STATE_FILE}*"):
            each.unlink()
        connection = _connect(path)
    if connection is None:  # pragma: no cover - an empty file is always taken
        message = f"{path} cannot be made"
        raise OSError(message)
    try:
        yield State(connection)
    finally:
        connection.close()


def _connect(path: Path) -> sqlite3.Connection | None:
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        # What is lost with the power is made again; what is half-written is never read.
        connection.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;")
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version == _FORMAT:
            connection.execute("SELECT count(*) FROM meta").fetchone()
            return connection
        if version == 0 and not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            connection.executescript(f"BEGIN; {_TABLES} PRAGMA user_version = {_FORMAT}; COMMIT;")
            return connection
    except sqlite3.DatabaseError:
        # Damaged, or another's: the caller begins anew.
        with suppress(sqlite3.Error):
            connection.close()
        return None
    connection.close()
    return None
