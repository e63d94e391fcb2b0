"""What all query processes share, whichever release they serve: places, the starting threads, the count of deaths."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol

from kg_server.backends.fair import Places
from kg_server.backends.limits import Limits
from kg_server.backends.process import Child, Place, Worker, start
from kg_server.backends.spool import Room
from kg_server.http.problems import Overloaded


class Closable(Protocol):
    """What the pool closes when the server stops."""

    def close(self) -> None:
        """End its processes."""

    async def gone(self) -> None:
        """Wait until they have gone."""


class Bound(Protocol):
    """A bound on the queries that run or wait, here and in other pools."""

    @property
    def most(self) -> int:
        """How many that may be."""
        ...

    def take(self, *, by_force: bool = False) -> bool:
        """Count one more if that is allowed, or by force, and return whether it is."""
        ...

    def free(self) -> bool:
        """Tell whether one more would be allowed."""
        ...

    def give(self) -> None:
        """Count one less."""


class QueryPool:
    """Bounds the queries under way, and starts processes off the event loop.

    Args:
        limits: of queries and processes.
        places: a bound on the queries of a client in other pools too, where there are any.
        together: a bound on the queries of other pools too, where there are any.
    """

    def __init__(self, limits: Limits, places: Places | None = None, together: Bound | None = None) -> None:
        self.limits, self.places, self._together = limits, places, together
        self._most = limits.workers + limits.queue if together is None else together.most
        self.ended: Counter[str] = Counter()
        self.egress = ""
        self.room = Room(limits.spool_bytes, limits.retry_seconds)
        self._taken = 0
        self._crews: set[Closable] = set()
        # Threads that stay, for a process ends with the thread that started it; two, as one may wait for a killed one.
        self._starter = ThreadPoolExecutor(2, thread_name_prefix="query-starter")

    @property
    def taken(self) -> int:
        """Queries running or waiting."""
        return self._taken

    def enter(self, *, instead: bool = False) -> None:
        """Take a place.

        Args:
            instead: of somebody who leaves at once.

        Raises:
            Overloaded: when there is none.
        """
        together = self._together
        if not (self._taken < self._most if together is None else together.take(by_force=instead)) and not instead:
            raise self.overloaded()
        self._taken += 1

    @property
    def full(self) -> bool:
        """Whether all places are taken."""
        return self._taken >= self._most if self._together is None else not self._together.free()

    def overloaded(self) -> Overloaded:
        """Return what a query without a place is told."""
        most, wait = self._most, self.limits.retry_seconds
        message = f"{most} queries are running or waiting already; try again in {wait} s."
        return Overloaded(message, headers={"Retry-After": str(wait)}, limit=most, retry_after=wait)

    def leave(self) -> None:
        """Give a place back."""
        self._taken -= 1
        if self._together is not None:
            self._together.give()

    def start(self, place: Place, unwanted: Callable[[], bool] = lambda: False) -> Future[Child]:
        """Start a query process in a thread that stays.

        Args:
            place: what it is asked of.
            unwanted: whether it is to be ended at once when it has started.
        """

        def discard_late(done: Future[Child]) -> None:
            if unwanted() and not done.cancelled() and done.exception() is None:
                done.result().discard()

        future = self._starter.submit(start, place, self.limits)
        future.add_done_callback(discard_late)
        return future

    async def bury(self, worker: Worker) -> int:
        """Wait until a process has gone, and return how it ended (see `Worker.end`)."""
        try:
            ended = self._starter.submit(worker.end)
        except RuntimeError:
            # The threads have gone, for the server stops.
            return worker.end()
        return await asyncio.wrap_future(ended)

    def add(self, crew: Closable) -> None:
        """Remember what is to be closed."""
        self._crews.add(crew)

    def remove(self, crew: Closable) -> None:
        """Forget what has been closed."""
        self._crews.discard(crew)

    def close(self) -> None:
        """End all processes and take no more calls."""
        for crew in list(self._crews):
            crew.close()
        # What has been submitted is done yet: somebody waits for it, or it is a process that must be ended again.
        self._starter.shutdown(wait=False)

    async def stop(self) -> None:
        """Do as `close` does, and wait until the event loop holds nothing of the processes any more."""
        crews = list(self._crews)
        self.close()
        for crew in crews:
            await crew.gone()
