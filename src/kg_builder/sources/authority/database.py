"""The file of the index: an SQLite database that is never changed, only replaced by a newer one.

A reader so keeps one state of the authority file for as long as it likes, without locks, and a writer that is killed
leaves the former state.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import weakref
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import yaml

from kg_builder.errors import Mark
from kg_builder.ids import Iris, digest
from kg_builder.model import CuratedTriple, Term
from kg_builder.sources.entities import LABEL, TYPE, Entity
from kg_builder.sources.project import Project
from kg_builder.sources.schema import NodeShape, Schema
from kg_builder.terms import text

TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE files (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, digest TEXT NOT NULL);
CREATE TABLE entries (
    slug TEXT PRIMARY KEY, kind TEXT NOT NULL, file INTEGER NOT NULL, line INTEGER NOT NULL,
    column INTEGER NOT NULL, text BLOB NOT NULL, said BLOB NOT NULL
) WITHOUT ROWID;
CREATE INDEX entries_of_file ON entries (file, line);
CREATE TABLE bodies (slug TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE mentions (target TEXT, slug TEXT, PRIMARY KEY (target, slug)) WITHOUT ROWID;
CREATE INDEX mentions_of_slug ON mentions (slug);
CREATE TABLE redirects (old TEXT PRIMARY KEY, new TEXT NOT NULL, place INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE ledger (slug TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE revisions (revision INTEGER PRIMARY KEY);
CREATE TABLE changes (
    revision INTEGER, slug TEXT, kind TEXT, said BLOB, PRIMARY KEY (revision, slug)
) WITHOUT ROWID;
"""
"""``text`` is the hash of what is written, ``said`` of what it says; in ``changes`` kind and hash are those before."""

Row = tuple[Any, ...]


def folder(project: Project) -> Path:
    """Return the folder of what is kept to save time; whoever deletes it loses only that."""
    return project.build / "cache"


def database_file(project: Project) -> Path:
    """Return the index of a project's authority file."""
    return folder(project) / "authority.sqlite"


def signature(project: Project, schema: Schema) -> str:
    """Return a hash of all that decides what an entry says, besides its words: schema, base and this code."""
    return digest([_code(), yaml.__version__, project.base, _schema(schema)])


def _schema(schema: Schema) -> str:
    # Blank nodes are called otherwise each time a file is read, and name no kind.
    superclasses = {
        kind: sorted(parent for parent in parents if parent.startswith("<"))
        for kind, parents in schema.superclasses.items()
        if kind.startswith("<")
    }
    return repr(([*map(_shape, schema.shapes.values())], schema.individuals, sorted(superclasses.items())))


def _shape(shape: NodeShape) -> tuple[object, ...]:
    return shape.iri, shape.key, shape.classes, [*shape.properties.values()]


@cache
def _code() -> str:
    package = Path(__file__).parents[2]
    code = hashlib.sha256()
    for path in sorted([*package.glob("*.py"), *(package / "sources").rglob("*.py")]):
        code.update(f"{path.name}\n".encode())
        code.update(path.read_bytes())
    return code.hexdigest()


class Database:
    """One state of the index, read-only and safe to be read by the processes that a fork makes.

    Raises:
        sqlite3.Error: there is none, or it is damaged.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._owner = os.getpid()
        self._inode = path.stat().st_ino if path.exists() else 0
        self._connection = self._connect()

    def rows(self, question: str, *values: object) -> Iterator[Row]:
        """Yield the rows of an answer."""
        if self._owner != os.getpid():
            # A connection must not be used after a fork; the same file is opened anew, never a newer one.
            if self._path.stat().st_ino != self._inode:
                raise sqlite3.OperationalError("the index was replaced")
            self._connection, self._owner = self._connect(), os.getpid()
        yield from self._connection.execute(question, values)

    def row(self, question: str, *values: object) -> Row | None:
        """Return the first row of an answer; None where there is none."""
        return next(self.rows(question, *values), None)

    def meta(self, key: str) -> str:
        """Return what is noted under a key; nothing where it is not."""
        found = self.row("SELECT value FROM meta WHERE key = ?", key)
        return str(found[0]) if found else ""

    def state(self) -> tuple[str, dict[str, str]]:
        """Return the signature, and the hash of each source that was read."""
        return self.meta("signature"), {
            str(name): str(value) for name, value in self.rows("SELECT name, digest FROM files")
        }

    def close(self) -> None:
        """End the connection; it ends by itself when nobody has it any more."""
        self._connection.close()

    def _connect(self) -> sqlite3.Connection:
        # The file is replaced, never changed: SQLite need not lock it.
        address = f"file:{quote(str(self._path))}?mode=ro&immutable=1"
        connection = sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False)
        weakref.finalize(self, connection.close)
        return connection


def encode(entity: Entity) -> str:
    """Return what an entry says as a row keeps it: its labels, and predicate, object and place of its triples.

    Triples of its kind are left out, and of a label only the language is written again.
    """
    top = entity.mark.line
    names = {(LABEL, text(label, language)): language for language, label in entity.labels.items()}
    triples = []
    for item in entity.triples[len(entity.shape.classes) :]:
        _, predicate, value = item.triple
        place = (item.mark.line - top, item.mark.column)
        language = names.get((predicate, value))
        triples.append((language, *place) if language else (predicate, value, *place))
    return json.dumps([entity.labels, triples], ensure_ascii=False, separators=(",", ":"))


def decode(row: Row, iris: Iris, schema: Schema) -> Entity:
    """Return the entry of a row of its id, kind, file, line, column and body."""
    slug, kind, file, line, column, body = row
    labels, kept = json.loads(body)
    subject, shape, mark = iris.entity(slug), schema.shapes[kind], Mark(file, line, column)
    triples = [CuratedTriple((subject, TYPE, each), mark) for each in shape.classes]
    for *said, below, across in kept:
        predicate, value = said if len(said) > 1 else (LABEL, text(labels[said[0]], said[0]))
        triples.append(CuratedTriple((subject, Term(predicate), Term(value)), Mark(file, line + below, across)))
    return Entity(slug, subject, shape, labels, mark, tuple(triples))
