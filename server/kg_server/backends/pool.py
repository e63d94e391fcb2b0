"""What all query processes share, whichever release they serve: places, the starting threads, the count of deaths."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol, TypeVar

from kg_server.backends.limits import Limits
from kg_server.backends.spool import Room
from kg_server.http.problems import Overloaded

Result = TypeVar("Result")


class Closable(Protocol):
    """What the pool closes when the server stops."""

    def close(self) -> None:
        """End its processes."""

    async def gone(self) -> None:
        """Wait until they have gone."""


class QueryPool:
    """Bounds the queries under way, and starts processes off the event loop.

    Args:
        limits: of queries and processes.
    """

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
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
        if self.full and not instead:
            raise self.overloaded()
        self._taken += 1

    @property
    def full(self) -> bool:
        """Whether all places are taken."""
        return self._taken >= self.limits.workers + self.limits.queue

    def overloaded(self) -> Overloaded:
        """Return what a query without a place is told."""
        places, wait = self.limits.workers + self.limits.queue, self.limits.retry_seconds
        message = f"{places} queries are running or waiting already; try again in {wait} s."
        return Overloaded(message, headers={"Retry-After": str(wait)}, limit=places, retry_after=wait)

    def leave(self) -> None:
        """Give a place back."""
        self._taken -= 1

    def submit(self, call: Callable[[], Result]) -> Future[Result]:
        """Run a short blocking call, such as a start or a wait for a killed process, in a thread that stays."""
        return self._starter.submit(call)

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
        self._starter.shutdown(wait=False, cancel_futures=True)

    async def stop(self) -> None:
        """Do as `close` does, and wait until the event loop holds nothing of the processes any more."""
        crews = list(self._crews)
        self.close()
        for crew in crews:
            await crew.gone()
