"""What a build remembers of the release it made, so that the next one does what changed and no more.

It is a cache: it belongs to one release, says so, and can be deleted at any time. Whatever does not fit is forgotten.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final, NamedTuple

from kg_builder.build.pieces import Piece
from kg_builder.errors import ReleaseError

STATE_FILE: Final = "state.sqlite"
_FORMAT = 2
_FACT, _STATEMENT = 16, 12
"""Bytes of the digests of a fact and of an attestation, as `Mapped.attests` has them side by side."""

_DAMAGED = (sqlite3.Error, UnicodeDecodeError)
"""What a damaged file raises; what SQLite says of one may hold bytes of it, which are no text."""

_TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE article (
    id TEXT PRIMARY KEY, record TEXT NOT NULL, text TEXT NOT NULL, shard TEXT NOT NULL, quads INTEGER NOT NULL,
    facts INTEGER NOT NULL, attestations INTEGER NOT NULL, conveyed INTEGER NOT NULL, spans INTEGER NOT NULL,
    verified INTEGER NOT NULL, claimed TEXT NOT NULL, attests BLOB NOT NULL
) WITHOUT ROWID;
CREATE TABLE attests (fact BLOB, article TEXT, statement BLOB, PRIMARY KEY (fact, article, statement)) WITHOUT ROWID;
CREATE TABLE named (slug TEXT, article TEXT, kind TEXT NOT NULL, PRIMARY KEY (slug, article)) WITHOUT ROWID;
CREATE INDEX named_by ON named (article);
CREATE TABLE piece (layer TEXT, first TEXT, name TEXT NOT NULL, PRIMARY KEY (layer, first)) WITHOUT ROWID;
"""

_SORTED = {"attests": "fact, article, statement", "named": "slug, article"}
"""Tables with many rows of an article, and their order."""


class Row(NamedTuple):
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
        attests: by which attestations it asserts the facts that rules may rest on (`Mapped.attests`).
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
    attests: bytes


_NAMES = Row._fields


class State:
    """The file of what is remembered; use it as a context manager by `open_state`."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        """Take an open file that has its tables."""
        self._connection, self._path = connection, path
        self._aside = False

    def meta(self) -> dict[str, Any]:
        """Return which release this is and by what it was made; nothing where nothing is remembered."""
        try:
            return {key: json.loads(value) for key, value in self._connection.execute("SELECT key, value FROM meta")}
        except json.JSONDecodeError:
            return {}

    def articles(self) -> dict[str, Row]:
        """Return what is known of every article, by its id; what it attests is left out."""
        columns = ", ".join("x''" if name == "attests" else name for name in _NAMES)
        found = self._connection.execute(f"SELECT {columns} FROM article")  # noqa: S608 - our own names
        return {row.id: row for row in map(Row._make, found)}

    def naming(self, slug: str) -> Iterator[tuple[str, str]]:
        """Yield the articles that name an id, each with the kind that it had then."""
        self._settle()
        yield from self._connection.execute("SELECT article, kind FROM named WHERE slug = ?", (slug,))

    def attesting(self, fact: bytes, most: int | None = None) -> list[str]:
        """Return the articles that assert a fact, given by its digest, in their order; `most` of them at most."""
        self._settle()
        asked = "SELECT DISTINCT article FROM attests WHERE fact = ? ORDER BY article LIMIT ?"
        found = self._connection.execute(asked, (fact, -1 if most is None else most))
        return [article for (article,) in found]

    def attestations(self, fact: bytes, article: str) -> list[bytes]:
        """Return the digests of the attestations by which an article asserts a fact."""
        self._settle()
        asked = "SELECT statement FROM attests WHERE fact = ? AND article = ?"
        return [statement for (statement,) in self._connection.execute(asked, (fact, article))]

    @contextmanager
    def before(self) -> Iterator[State]:
        """Open what is remembered as it is without what was taken since `begin`."""
        connection = sqlite3.connect(self._path, isolation_level=None)
        try:
            yield State(connection, self._path)
        finally:
            connection.close()

    def pieces(self, layer: str) -> list[Piece]:
        """Return the pieces of a layer in order."""
        found = self._connection.execute("SELECT name, first FROM piece WHERE layer = ? ORDER BY first", (layer,))
        return [Piece(name, first) for name, first in found]

    def begin(self, *, afresh: bool) -> None:
        """Begin to take what a build leaves; all of it is kept by `finish`, or nothing. `afresh` forgets all else."""
        self._connection.execute("BEGIN IMMEDIATE")
        for table in ("meta", "piece", *(("article", "named", "attests") if afresh else ())):
            self._connection.execute(f"DELETE FROM {table}")  # noqa: S608 - our own names
        if afresh:
            # Rows of all articles are sorted before they are put in: to look for the place of each takes longer the
            # more there are.
            for table in _SORTED:
                self._connection.execute(f"CREATE TEMP TABLE new_{table} AS SELECT * FROM {table}")  # noqa: S608
        self._aside = afresh

    def take(self, row: Row, named: Iterable[tuple[str, str]]) -> None:
        """Take what is known of an article, and the ids that it names, each with its kind."""
        if not self._aside or self._has(row.id):
            self.forget(row.id)
        new = "new_" if self._aside else ""
        places = ", ".join("?" * len(_NAMES))
        self._connection.execute(f"INSERT INTO article VALUES ({places})", row)  # noqa: S608 - no names
        self._connection.executemany(
            f"INSERT INTO {new}named (slug, article, kind) VALUES (?, ?, ?)",  # noqa: S608 - our own names
            ((slug, row.id, kind) for slug, kind in named),
        )
        self._connection.executemany(
            f"INSERT OR IGNORE INTO {new}attests (fact, article, statement) VALUES (?, ?, ?)",  # noqa: S608
            ((fact, row.id, statement) for fact, statement in _pairs(row.attests)),
        )

    def forget(self, article: str) -> None:
        """Forget an article."""
        self._settle()
        for (attests,) in self._connection.execute("SELECT attests FROM article WHERE id = ?", (article,)).fetchall():
            self._connection.executemany(
                "DELETE FROM attests WHERE fact = ? AND article = ? AND statement = ?",
                ((fact, article, statement) for fact, statement in _pairs(attests)),
            )
        self._connection.execute("DELETE FROM article WHERE id = ?", (article,))
        self._connection.execute("DELETE FROM named WHERE article = ?", (article,))

    def finish(self, meta: Mapping[str, Any], pieces: Mapping[str, Iterable[Piece]]) -> None:
        """Keep what was taken, which release it is of, and the pieces of its layers."""
        self._settle()
        for layer, found in pieces.items():
            self._connection.executemany(
                "INSERT INTO piece (layer, first, name) VALUES (?, ?, ?)",
                ((layer, piece.first, piece.name) for piece in found),
            )
        self._meta(meta)
        self._connection.execute("COMMIT")

    def note(self, **meta: object) -> None:
        """Keep something else of the release."""
        self._meta(meta)

    def _has(self, article: str) -> bool:
        return bool(self._connection.execute("SELECT 1 FROM article WHERE id = ?", (article,)).fetchone())

    def _settle(self) -> None:
        """Put the rows that were taken aside in their places."""
        if self._aside:
            self._aside = False
            for table, order in _SORTED.items():
                self._connection.execute(
                    f"INSERT OR IGNORE INTO {table} SELECT * FROM new_{table} ORDER BY {order}"  # noqa: S608
                )
                self._connection.execute(f"DROP TABLE new_{table}")

    def _meta(self, meta: Mapping[str, Any]) -> None:
        self._connection.executemany(
            "INSERT OR REPLACE INTO meta VALUES (?, ?)", ((key, json.dumps(value)) for key, value in meta.items())
        )


@contextmanager
def open_state(folder: Path) -> Iterator[State]:
    """Open what is remembered in a folder; what cannot be read is begun anew.

    Raises:
        OSError: the file cannot be made.
        ReleaseError: it cannot be read or written in the middle of a build; all of it is then forgotten.
    """
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
        yield State(connection, path)
    except _DAMAGED as error:
        # It is a cache: whatever is wrong with it, the next build does better without it.
        for each in folder.glob(f"{STATE_FILE}*"):
            with suppress(OSError):
                each.unlink()
        message = f"{path} cannot be used ({error}); it is forgotten: build again"
        raise ReleaseError(message) from error
    finally:
        # What a build took and did not finish is forgotten with it.
        connection.close()


def _pairs(attests: bytes) -> Iterator[tuple[bytes, bytes]]:
    size = _FACT + _STATEMENT
    for start in range(0, len(attests), size):
        yield attests[start : start + _FACT], attests[start + _FACT : start + size]


def _connect(path: Path) -> sqlite3.Connection | None:
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        # What is lost with the power is made again; what is half-written is never read.
        connection.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -65536;")
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version == _FORMAT:
            connection.execute("SELECT count(*) FROM meta").fetchone()
            return connection
        if version == 0 and not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            connection.executescript(f"BEGIN; {_TABLES} PRAGMA user_version = {_FORMAT}; COMMIT;")
            return connection
    except _DAMAGED:
        # Damaged, or another's: the caller begins anew.
        with suppress(sqlite3.Error):
            connection.close()
        return None
    connection.close()
    return None
