"""The embedded backend: an Oxigraph store, opened read-only by query processes of its own."""

from __future__ import annotations

import weakref

from kg_server.backends.base import Answer, Question, Wanted
from kg_server.backends.crew import Crew
from kg_server.backends.pool import QueryPool
from kg_server.backends.process import Place
from kg_server.backends.spool import Spooled
from kg_server.backends.watch import Watch
from kg_server.backends.wire import pack_question, unpack_result


class EmbeddedBackend:
    """Answers from a store on disk; its processes end when the last query on it has ended.

    Nothing of a query is looked at in the server's own process: guarding, parsing, evaluating and serialising happen
    where a crash costs one query.

    Args:
        place: the store, and how queries on it are read.
        pool: bounds the queries under way, over all releases.

    Raises:
        ReleaseError: when the store cannot be opened.
    """

    def __init__(self, place: Place, pool: QueryPool) -> None:
        self._crew = Crew(place, pool)
        self._place, self._room = place, pool.room
        weakref.finalize(self, self._crew.close_from_anywhere)

    async def answer(self, question: Question, wanted: Wanted, watch: Watch | None = None) -> Answer:
        """Guard, evaluate and serialise in a query process (see `Backend`)."""
        head, body = await self._crew.ask(pack_question(question, wanted), watch or Watch())
        return unpack_result(head, body, wanted, self._open)

    def _open(self, name: str) -> Spooled:
        return Spooled(self._place.spool.file(name), self._room)
