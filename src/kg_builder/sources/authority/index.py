"""Opening the authority file: by its index where that can be had, by reading it where not."""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kg_builder.errors import Problem
from kg_builder.sources.authority.database import Database, database_file, signature
from kg_builder.sources.authority.reading import Change, DeclaredIds, Entries, Reader, Released
from kg_builder.sources.authority.refresh import Sources, write_index
from kg_builder.sources.authority.split import NotIndexedError
from kg_builder.sources.entities import Authority, entity_files, ledger_file, load_authority, redirects_file
from kg_builder.sources.project import Project
from kg_builder.sources.schema import Schema
from kg_builder.sources.stamps import Stamps, digest

LARGE = 1 << 16
"""From how many bytes on a file is compared with a copy of its former state."""

UNKNOWN = 0
"""The revision of an authority file that was read without an index."""


@dataclass(frozen=True, slots=True)
class OpenAuthority(Authority):
    """The authority file as it was when it was opened, whatever is written since.

    Attributes:
        revision: grows with each change of what entries or redirects say. Where they are written is no change.
        database: the index; None where the sources have problems or no index can be kept.
    """

    revision: int = UNKNOWN
    database: Database | None = None

    def changed_since(self, revision: int) -> tuple[Change, ...] | None:
        """Return the ids that were added, removed or say something else since a revision, in their order.

        None where that is not known: of a revision long ago, or from before the index was lost. Redirects, which are
        few, are not among them.
        """
        if self.database is None:
            return None
        try:
            return _changes(self.database, revision)
        except sqlite3.Error:
            return None


def open_authority(project: Project, schema: Schema, problems: list[Problem]) -> OpenAuthority:
    """Return the authority file, its redirects and the ledger of released ids, as `load_authority` does.

    Files that did not change since the last time are not read, and of those that changed only the entries that did.
    The index lies in the project's build folder, may be used by several processes at once, and may be deleted.

    Args:
        project, schema: of the sources.
        problems: what is wrong is appended here, as `load_authority` says it.
    """
    index = _Index(project, schema)
    found = index.opened()
    if found:
        return found
    complaints: list[Problem] = []
    read = load_authority(project, schema, complaints)
    problems.extend(complaints)
    again = None if complaints else index.forced()
    return again or OpenAuthority(read.entities, read.redirects, read.declared, read.ledger)


class _Index:
    def __init__(self, project: Project, schema: Schema) -> None:
        self._project, self._schema = project, schema
        self._path = database_file(project)
        self._copies = self._path.with_suffix(".copies")
        self._stamps = Stamps(self._path.with_suffix(".stamps.json"))
        self._signature = signature(project, schema)
        self._refused = False

    def opened(self) -> OpenAuthority | None:
        """Return the authority file by the index, which is brought to the sources' state; None where it cannot be."""
        try:
            return self._current(self._digests()) or self._renewed(whole=False, anew=False)
        except NotIndexedError:
            self._refused = True
        except (OSError, sqlite3.Error):
            pass
        return None

    def forced(self) -> OpenAuthority | None:
        """Return it after it was refused though the sources have no problem: by whole files, at last from nothing."""
        if not self._refused:
            return None
        self._stamps.forget()
        for anew in (False, True):
            try:
                return self._renewed(whole=True, anew=anew)
            except NotIndexedError:
                continue
            except (OSError, sqlite3.Error):
                break
        return None

    def _digests(self) -> dict[str, str]:
        paths = [*entity_files(self._project), redirects_file(self._project), ledger_file(self._project)]
        found = {self._project.name(path): self._stamps.digest(path) for path in paths}
        return {name: value for name, value in found.items() if value}

    def _current(self, digests: dict[str, str]) -> OpenAuthority | None:
        try:
            database = Database(self._path)
            if database.state() != (self._signature, digests):
                database.close()
                return None
            redirects: dict[str, str] = dict(database.rows("SELECT old, new FROM redirects ORDER BY place"))
            revision = int((database.row("SELECT max(revision) FROM revisions") or (UNKNOWN,))[0])
        except (sqlite3.Error, TypeError):
            return None
        self._stamps.save()
        reader = Reader(self._path, database, self._project, self._schema)
        return OpenAuthority(Entries(reader), redirects, DeclaredIds(reader), Released(reader), revision, database)

    def _renewed(self, *, whole: bool, anew: bool) -> OpenAuthority | None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with _alone(self._path.with_suffix(".lock")):
            digests = self._digests()
            if not anew and (found := self._current(digests)):
                return found  # another process did it meanwhile
            for left in self._path.parent.glob(f"{self._path.name}.*.tmp"):
                left.unlink()
            temporary = self._path.with_name(f"{self._path.name}.{os.getpid()}.tmp")
            try:
                cut = self._write(temporary, digests, whole=whole, anew=anew)
                temporary.replace(self._path)
            finally:
                temporary.unlink(missing_ok=True)
            self._keep_copies(digests, cut)
            return self._current(digests)

    def _write(self, temporary: Path, digests: dict[str, str], *, whole: bool, anew: bool) -> set[str]:
        names = self._project.name(redirects_file(self._project)), self._project.name(ledger_file(self._project))

        def read(name: str) -> bytes:
            content = self._stamps.read(self._project.root / name)
            if digest(content) != digests[name]:
                raise NotIndexedError(f"{name} is being written")
            return content

        now = Sources(*names, digests, read, self._former, whole)
        scope = (self._project, self._schema)
        if not anew and self._usable():
            try:
                return write_index(temporary, self._path, self._signature, scope, now)
            except sqlite3.DatabaseError:
                temporary.unlink(missing_ok=True)
        return write_index(temporary, None, self._signature, scope, now)

    def _former(self, name: str) -> bytes | None:
        copy = self._copies / name
        content = copy.read_bytes() if copy.is_file() else None
        return content if content is not None and digest(content) == name else None

    def _keep_copies(self, digests: dict[str, str], cut: set[str]) -> None:
        """Keep large files as they were read, so that the next time only what differs is looked at."""
        wanted = set(digests.values())
        self._copies.mkdir(exist_ok=True)
        for copy in self._copies.iterdir():
            if copy.name not in wanted:
                copy.unlink()
        for name in cut:
            path = self._project.root / name
            if path.stat().st_size > LARGE and not (self._copies / digests[name]).exists():
                # What is written meanwhile has another hash, and is not taken for what it should be.
                shutil.copyfile(path, self._copies / digests[name])

    def _usable(self) -> bool:
        try:
            database = Database(self._path)
            made_by, _ = database.state()
            database.close()
        except sqlite3.Error:
            return False
        return made_by == self._signature


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    # The lock falls when its process ends, however it ends.
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _changes(database: Database, revision: int) -> tuple[Change, ...] | None:
    if not database.row("SELECT 1 FROM revisions WHERE revision = ?", revision):
        return None
    # Of several changes of an id the first has what it was at the revision that is asked for.
    question = (
        "SELECT c.slug, c.kind, c.said, e.kind, e.said FROM changes c LEFT JOIN entries e ON e.slug = c.slug "
        "WHERE c.revision > ? ORDER BY c.slug, c.revision"
    )
    found: dict[str, Change | None] = {}
    for slug, *before, kind, said in database.rows(question, revision):
        if slug not in found:
            found[slug] = None if before == [kind, said] else Change(slug, before[0], kind)
    return tuple(change for change in found.values() if change)
