"""The embedded backend: an Oxigraph store, opened read-only by query processes of its own."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from functools import partial

from kg_server.backends.base import Answer, Question, Wanted
from kg_server.backends.crew import Crew
from kg_server.backends.evaluate import Evaluator, Most
from kg_server.backends.pool import QueryPool
from kg_server.backends.process import Place
from kg_server.backends.small import BYTES, SmallQuestions
from kg_server.backends.source import StoreSource
from kg_server.backends.spool import Room, Spooled
from kg_server.backends.watch import Watch
from kg_server.backends.wire import pack_question, unpack_result


class EmbeddedBackend:
    """Answers from a store on disk; its processes end when the last query on it has ended.

    Guarding, parsing, evaluating and serialising happen where a crash costs one query; all but that of questions which
    are proved to be small (`small`).

    Args:
        place: the store, and how queries on it are read.
        pool: bounds the queries under way, over all releases.
        small: index entries that a small question may read; 0 sends every question to a query process.

    Raises:
        ReleaseError: when the store cannot be opened.
    """

    def __init__(self, place: Place, pool: QueryPool, small: int = 0) -> None:
        self._crew = Crew(place, pool)
        # Not bound to this object, so that it ends when the last query has.
        self._ask = partial(_ask, self._crew, partial(_open, place, pool.room))
        self._small = SmallQuestions(partial(_open_here, place), place.prefixes, small, self._ask) if small else None
        weakref.finalize(self, self._crew.close_from_anywhere)

    async def answer(self, question: Question, wanted: Wanted, watch: Watch | None = None) -> Answer:
        """Guard, evaluate and serialise in a query process (see `Backend`)."""
        return await self._ask(question, wanted, watch)

    def at_once(self, question: Question, wanted: Wanted) -> Answer | None:
        """Answer a small question in this process (see `Backend`)."""
        return self._small.answer(question, wanted) if self._small is not None else None


async def _ask(
    crew: Crew, open_file: Callable[[str], Spooled], question: Question, wanted: Wanted, watch: Watch | None = None
) -> Answer:
    head, body = await crew.ask(pack_question(question, wanted), watch or Watch())
    return unpack_result(head, body, wanted, open_file)


def _open(place: Place, room: Room, name: str) -> Spooled:
    return Spooled(place.spool.file(name), room)


def _open_here(place: Place) -> Evaluator:
    source = StoreSource(place.store, place.prefixes, place.base)
    return Evaluator(source, prefixes=place.prefixes, base=place.base, most=Most(BYTES, BYTES, BYTES))
