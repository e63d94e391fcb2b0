"""The authority file as its index gives it: mappings that read what they are asked for."""

from __future__ import annotations

import sqlite3
from collections.abc import ItemsView, Iterator, Mapping, ValuesView
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from kg_builder.errors import Problem, SourceError
from kg_builder.sources.authority.database import Database, Row, decode
from kg_builder.sources.entities import Authority, Entity, load_authority
from kg_builder.sources.project import Project
from kg_builder.sources.schema import Schema
from kg_builder.sources.values import Declared

REMEMBERED = 8192
"""How many answers a mapping keeps at hand."""

_DAMAGED = (sqlite3.Error, OSError, KeyError, ValueError, TypeError)
_ENTITY = (
    "SELECT e.slug, e.kind, f.name, e.line, e.column, b.body FROM entries e JOIN bodies b ON b.slug = e.slug "
    "JOIN files f ON f.number = e.file"
)


class Reader:
    """Answers from an index; where that turns out to be damaged, it is thrown away and the sources are read.

    Args:
        path: of the index.
        database: its state.
        project, schema: of the sources.
    """

    def __init__(self, path: Path, database: Database, project: Project, schema: Schema) -> None:
        self._path, self._database, self._project, self._schema = path, database, project, schema
        self._plain: Authority | None = None

    def plain(self) -> Authority:
        """Return the authority file as the full reader has it.

        Raises:
            SourceError: it has problems by now.
        """
        if self._plain is None:
            problems: list[Problem] = []
            self._plain = load_authority(self._project, self._schema, problems)
            with suppress(OSError):
                self._path.unlink(missing_ok=True)
            if problems:
                raise SourceError(problems)
        return self._plain

    def declared(self, slug: str) -> Declared | None:
        """Return what an id is declared as."""
        if self._plain is None:
            try:
                row = self._database.row("SELECT kind FROM entries WHERE slug = ?", slug)
                return Declared(self._project.iris.entity(slug), self._schema.shapes[row[0]]) if row else None
            except _DAMAGED:
                pass
        return self.plain().declared.get(slug)

    def declarations(self) -> Iterator[tuple[str, Declared]]:
        """Yield all ids in their order, with what they are declared as."""
        last = ""
        try:
            for slug, kind in self._database.rows("SELECT slug, kind FROM entries ORDER BY slug"):
                yield slug, Declared(self._project.iris.entity(slug), self._schema.shapes[kind])
                last = slug
        except _DAMAGED:
            yield from ((slug, found) for slug, found in sorted(self.plain().declared.items()) if slug > last)

    def entity(self, slug: str) -> Entity | None:
        """Return an entry."""
        if self._plain is None:
            try:
                row = self._database.row(f"{_ENTITY} WHERE e.slug = ?", slug)
                return self._entity(row) if row else None
            except _DAMAGED:
                pass
        return self.plain().entities.get(slug)

    def entities(self) -> Iterator[Entity]:
        """Yield all entries in the order of their ids, one at a time."""
        last = ""
        try:
            for row in self._database.rows(f"{_ENTITY} ORDER BY e.slug"):
                yield self._entity(row)
                last = str(row[0])
        except _DAMAGED:
            yield from (entity for slug, entity in sorted(self.plain().entities.items()) if slug > last)

    def count(self) -> int:
        """Return how many entries there are."""
        if self._plain is None:
            try:
                row = self._database.row("SELECT count(*) FROM entries")
                return int(row[0]) if row else 0
            except _DAMAGED:
                pass
        return len(self.plain().entities)

    def released(self) -> frozenset[str]:
        """Return the ids that were released."""
        if self._plain is None:
            try:
                return frozenset(str(slug) for (slug,) in self._database.rows("SELECT slug FROM ledger"))
            except _DAMAGED:
                pass
        return frozenset(self.plain().ledger)

    def _entity(self, row: Row) -> Entity:
        return decode(row, self._project.iris, self._schema)


class DeclaredIds(Mapping[str, Declared]):
    """What each id is declared as; what was asked for lately is at hand.

    Pickled, it becomes a plain dictionary of all ids, which needs no index where it arrives.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._at_hand = lru_cache(REMEMBERED)(reader.declared)

    def __getitem__(self, slug: str) -> Declared:
        found = self._at_hand(slug)
        if found is None:
            raise KeyError(slug)
        return found

    def __iter__(self) -> Iterator[str]:
        return (slug for slug, _ in self._reader.declarations())

    def __len__(self) -> int:
        return self._reader.count()

    def items(self) -> ItemsView[str, Declared]:
        """Return all at once."""
        return dict(self._reader.declarations()).items()

    def __reduce__(self) -> tuple[type[dict[str, Declared]], tuple[dict[str, Declared]]]:
        return dict, (dict(self._reader.declarations()),)


class Entries(Mapping[str, Entity]):
    """The entries in the order of their ids, read one at a time."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def __getitem__(self, slug: str) -> Entity:
        found = self._reader.entity(slug)
        if found is None:
            raise KeyError(slug)
        return found

    def __iter__(self) -> Iterator[str]:
        return (slug for slug, _ in self._reader.declarations())

    def __len__(self) -> int:
        return self._reader.count()

    def values(self) -> ValuesView[Entity]:
        """Return the entries, read while they are gone through."""
        return _Values(self, self._reader)

    def items(self) -> ItemsView[str, Entity]:
        """Return ids and entries, read while they are gone through."""
        return _Items(self, self._reader)


class _Values(ValuesView[Entity]):
    def __init__(self, entries: Entries, reader: Reader) -> None:
        super().__init__(entries)
        self._reader = reader

    def __iter__(self) -> Iterator[Entity]:
        return self._reader.entities()


class _Items(ItemsView[str, Entity]):
    def __init__(self, entries: Entries, reader: Reader) -> None:
        super().__init__(entries)
        self._reader = reader

    def __iter__(self) -> Iterator[tuple[str, Entity]]:
        return ((entity.slug, entity) for entity in self._reader.entities())


class Released(AbstractSet[str]):
    """The ids that were released, read when they are asked for."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._ids: frozenset[str] | None = None

    def _all(self) -> frozenset[str]:
        if self._ids is None:
            self._ids = self._reader.released()
        return self._ids

    def __contains__(self, slug: object) -> bool:
        return slug in self._all()

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())


@dataclass(frozen=True, slots=True)
class Change:
    """An id whose entry says something else than before.

    Attributes:
        slug: the id.
        before, now: its kind; None where it was not there, or is not.
    """

    slug: str
    before: str | None
    now: str | None
