"""From one state of the sources to the next: only entries whose text changed are parsed."""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from kg_builder.errors import Mark, Problem
from kg_builder.ids import Iris
from kg_builder.sources.authority.database import TABLES, Row, encode
from kg_builder.sources.authority.split import NotIndexedError, Part, Piece, differing, pieces, short_digest
from kg_builder.sources.entities import Entity, read_entity, read_entry, read_ledger, read_redirects
from kg_builder.sources.project import Project
from kg_builder.sources.schema import Schema
from kg_builder.sources.tree import Mapping as Tree
from kg_builder.sources.tree import read_tree
from kg_builder.sources.values import Declared, Scope

KEPT_REVISIONS = 500
"""For how many of the last revisions it is known what changed since."""

_END = 1 << 62


class _Later(Exception):  # noqa: N818 - not an error: the answer comes when all ids are known
    """An id is looked up that is not known yet."""


@dataclass(frozen=True, slots=True)
class Sources:
    """What an index is made of.

    Attributes:
        redirects, ledger: names of two of the files, as messages name them; all others hold entries.
        digests: the hash of each file that is there.
        read: returns a file's bytes, and raises NotIndexedError where they have another hash by now.
        former: returns a file's bytes as they were, by their hash; None where they are not kept.
        whole: no file is to be cut by its lines.
    """

    redirects: str
    ledger: str
    digests: Mapping[str, str]
    read: Callable[[str], bytes]
    former: Callable[[str], bytes | None]
    whole: bool = False


def write_index(
    path: Path, former: Path | None, signature: str, scope: tuple[Project, Schema], now: Sources
) -> set[str]:
    """Write the index of the sources as they are now.

    Args:
        path: of a new file.
        former: an index of an earlier state, made with the same signature; None where there is none.
        signature: see `database.signature`.
        scope: the project and its schema.
        now: the sources.

    Returns:
        The files that were cut by their lines.

    Raises:
        NotIndexedError: the sources have a problem.
        OSError, sqlite3.Error: the index cannot be written.
    """
    if former:
        shutil.copyfile(former, path)
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        # A copy that nobody else sees: where it is not finished, it is thrown away.
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("BEGIN")
        if not former:
            for statement in TABLES.split(";"):
                connection.execute(statement)
            connection.execute("INSERT INTO meta VALUES ('signature', ?)", (signature,))
        refresh = _Refresh(connection, *scope, now)
        refresh.run(fresh=not former)
        connection.execute("COMMIT")
    except sqlite3.IntegrityError as error:
        raise NotIndexedError("an id is declared twice") from error
    finally:
        connection.close()
    with path.open("rb") as file:
        os.fsync(file.fileno())
    return refresh.cut


@dataclass(slots=True)
class _Declarations(Mapping[str, Declared]):
    """The ids as far as they are known; keeps which are asked for."""

    connection: sqlite3.Connection
    schema: Schema
    iris: Iris
    complete: bool = False
    asked: set[str] = field(default_factory=set)

    def __getitem__(self, slug: str) -> Declared:
        self.asked.add(slug)
        found = self.connection.execute("SELECT kind FROM entries WHERE slug = ?", (slug,)).fetchone()
        if found:
            return Declared(self.iris.entity(slug), self.schema.shapes[found[0]])
        if self.complete:
            raise NotIndexedError(f"no entity {slug}")
        raise _Later

    def __iter__(self) -> Iterator[str]:
        return (slug for (slug,) in self.connection.execute("SELECT slug FROM entries"))

    def __len__(self) -> int:
        return int(self.connection.execute("SELECT count(*) FROM entries").fetchone()[0])


class _Refresh:
    def __init__(self, connection: sqlite3.Connection, project: Project, schema: Schema, now: Sources) -> None:
        self._connection, self._schema, self._now = connection, schema, now
        self._known = _Declarations(connection, schema, project.iris)
        self._scope = Scope(schema, project.iris, self._known)
        self._problems: list[Problem] = []
        self._kept: dict[str, str] = dict(self._rows("SELECT name, digest FROM files"))
        self._numbers: dict[str, int] = {}
        self.cut: set[str] = set()
        # Kind and hash that an id had before, None where it was not there; of all that may have changed.
        self._before: dict[str, tuple[str, bytes] | None] = {}

    def run(self, *, fresh: bool) -> None:
        kept = self._kept
        changed = {name for name in {*kept, *self._now.digests} if kept.get(name) != self._now.digests.get(name)}
        for name, value in sorted(self._now.digests.items()):
            renewed = "ON CONFLICT (name) DO UPDATE SET digest = excluded.digest"
            self._execute(f"INSERT INTO files (name, digest) VALUES (?, ?) {renewed}", name, value)  # noqa: S608
        self._numbers = {name: int(number) for name, number in self._rows("SELECT name, number FROM files")}
        self._entities(sorted(changed - {self._now.redirects, self._now.ledger}))
        for name in kept.keys() - self._now.digests.keys():
            self._execute("DELETE FROM files WHERE name = ?", name)
        redirected = self._redirects(changed=self._now.redirects in changed)
        self._ledger(changed=self._now.ledger in changed)
        self._note(redirected=redirected, fresh=fresh)

    def _rows(self, question: str, *values: object) -> list[Row]:
        return self._connection.execute(question, values).fetchall()

    def _execute(self, command: str, *values: object) -> None:
        self._connection.execute(command, values)

    def _pieces(self, file: str) -> list[Piece]:
        return pieces(self._now.read(file), file, whole=self._now.whole)

    def _entities(self, files: Iterable[str]) -> None:
        unread = [(file, piece) for file in files for piece in self._changed(file)]
        waiting = [(file, piece) for file, piece in unread if not self._read(file, piece)]
        self._known.complete = True
        self._read_again(waiting)
        read = {piece.slug for _, piece in unread}
        self._read_again([*self._dependent(read)])

    def _changed(self, file: str) -> list[Piece]:
        """Forget entries that are gone or written otherwise, and return those that are to be read."""
        part, number = self._part(file), self._numbers[file]
        written = part.pieces
        found = {piece.slug: piece for piece in written}
        if len(found) != len(written):
            raise NotIndexedError(file)
        moved = []
        for slug, kind, said, *place in self._connection.execute(
            "SELECT slug, kind, said, text, line, column FROM entries WHERE file = ? AND line >= ? AND line < ?",
            (number, part.begin, _END if part.end is None else part.end),
        ).fetchall():
            piece = found.get(slug)
            if piece is None or piece.digest != place[0]:
                self._before[slug] = (kind, said)
                self._forget(slug)
            else:
                del found[slug]
                if [piece.line, piece.column] != place[1:]:
                    moved.append((piece.line, piece.column, slug))
        self._connection.executemany("UPDATE entries SET line = ?, column = ? WHERE slug = ?", moved)
        if part.end is not None and part.shift:
            below = "UPDATE entries SET line = line + ? WHERE file = ? AND line >= ?"
            self._execute(below, part.shift, number, part.end)
        return list(found.values())

    def _part(self, file: str) -> Part:
        """Return what may differ from the former state."""
        if file not in self._now.digests:
            return Part([])
        former = None if self._now.whole or file not in self._kept else self._now.former(self._kept[file])
        part = differing(former, self._now.read(file)) if former is not None else None
        part = part or Part(self._pieces(file))
        if all(piece.text for piece in part.pieces):
            self.cut.add(file)
        return part

    def _forget(self, slug: str) -> None:
        for table in ("entries", "bodies", "mentions"):
            self._execute(f"DELETE FROM {table} WHERE slug = ?", slug)  # noqa: S608 - names written here

    def _read(self, file: str, piece: Piece) -> bool:
        """Read an entry; False where it names an id that is not known yet."""
        key, node = piece.read(file)
        entry = read_entry(key, node, self._schema, self._problems)
        if entry is None or self._problems:
            raise NotIndexedError(file)
        place = (self._numbers[file], piece.line, piece.column, piece.digest)
        self._execute(
            "INSERT INTO entries (slug, kind, file, line, column, text, said) VALUES (?, ?, ?, ?, ?, ?, '')",
            *(piece.slug, entry.shape.key, *place),
        )
        self._known.asked.clear()
        try:
            entity = read_entity(entry, self._scope, self._problems)
        except _Later:
            return False
        if self._problems:
            raise NotIndexedError(file)
        self._keep(entity)
        return True

    def _keep(self, entity: Entity) -> None:
        said = repr((entity.labels, [item.triple for item in entity.triples])).encode()
        self._before.setdefault(entity.slug, None)
        self._execute("UPDATE entries SET said = ? WHERE slug = ?", short_digest(said), entity.slug)
        self._execute("INSERT INTO bodies VALUES (?, ?)", entity.slug, encode(entity))
        self._connection.executemany(
            "INSERT INTO mentions VALUES (?, ?)", [(target, entity.slug) for target in sorted(self._known.asked)]
        )

    def _read_again(self, entries: Iterable[tuple[str, Piece]]) -> None:
        for file, piece in entries:
            self._forget(piece.slug)
            self._read(file, piece)

    def _dependent(self, read: set[str]) -> Iterator[tuple[str, Piece]]:
        """Yield entries that name an id whose kind is another now, and were not read with it."""
        files: dict[str, set[str]] = {}
        for target, before in self._before.items():
            if before and self._kind(target) != before[0]:
                question = (
                    "SELECT e.slug, f.name FROM mentions m JOIN entries e USING (slug) "
                    "JOIN files f ON f.number = e.file WHERE m.target = ?"
                )
                for slug, file in self._rows(question, target):
                    if slug not in read:
                        files.setdefault(file, set()).add(slug)
        for file, slugs in files.items():
            for piece in self._pieces(file):
                if piece.slug in slugs:
                    kind, said = self._rows("SELECT kind, said FROM entries WHERE slug = ?", piece.slug)[0]
                    self._before.setdefault(piece.slug, (kind, said))
                    yield file, piece

    def _kind(self, slug: str) -> str | None:
        found = self._connection.execute("SELECT kind FROM entries WHERE slug = ?", (slug,)).fetchone()
        return str(found[0]) if found else None

    def _text(self, file: str) -> str:
        try:
            return self._now.read(file).decode() if file in self._now.digests else ""
        except UnicodeDecodeError as error:
            raise NotIndexedError(file) from error

    def _redirects(self, *, changed: bool) -> bool:
        former = self._rows("SELECT old, new FROM redirects ORDER BY place")
        if changed:
            file = self._now.redirects
            text = self._text(file)
            tree = read_tree(text, file, self._problems) if file in self._now.digests else Tree((), Mark(file))
            found = read_redirects(tree, set(self._known), self._problems)
            self._execute("DELETE FROM redirects")
            rows = [(old, new, place) for place, (old, new) in enumerate(found.items())]
            self._connection.executemany("INSERT INTO redirects VALUES (?, ?, ?)", rows)
        wrong = (
            "SELECT 1 FROM redirects WHERE old IN (SELECT slug FROM entries) OR new NOT IN (SELECT slug FROM entries)"
        )
        if self._problems or self._rows(f"{wrong} LIMIT 1"):
            raise NotIndexedError(self._now.redirects)
        return former != self._rows("SELECT old, new FROM redirects ORDER BY place")

    def _ledger(self, *, changed: bool) -> None:
        if changed:
            self._execute("DELETE FROM ledger")
            ids = sorted(read_ledger(self._text(self._now.ledger)))
            self._connection.executemany("INSERT INTO ledger VALUES (?)", [(slug,) for slug in ids])
        gone = (
            "SELECT 1 FROM ledger WHERE substr(slug, 1, 1) <> '#' AND slug NOT IN (SELECT slug FROM entries) "
            "AND slug NOT IN (SELECT old FROM redirects) LIMIT 1"
        )
        if self._rows(gone):
            raise NotIndexedError(self._now.ledger)

    def _note(self, *, redirected: bool, fresh: bool) -> None:
        rows = []
        for slug, before in self._before.items():
            now = self._connection.execute("SELECT kind, said FROM entries WHERE slug = ?", (slug,)).fetchone()
            if before != now:
                rows.append((slug, *(before or (None, None))))
        if not (rows or redirected or fresh):
            return
        last = self._connection.execute("SELECT max(revision) FROM revisions").fetchone()[0] or 0
        # By the clock, so that no other index, made where this one was lost, takes the same number.
        revision = max(last + 1, time.time_ns())
        self._execute("INSERT INTO revisions VALUES (?)", revision)
        if not fresh:
            self._connection.executemany("INSERT INTO changes VALUES (?, ?, ?, ?)", [(revision, *row) for row in rows])
        old = self._connection.execute(
            "SELECT revision FROM revisions ORDER BY revision DESC LIMIT 1 OFFSET ?", (KEPT_REVISIONS,)
        ).fetchone()
        if old:
            self._execute("DELETE FROM revisions WHERE revision <= ?", old[0])
            self._execute("DELETE FROM changes WHERE revision <= ?", old[0])
