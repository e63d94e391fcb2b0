"""The queries under way, for whoever runs the server: to see them and to stop one."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from kg_server.backends.watch import Watch


@dataclass(eq=False, slots=True)
class Running:
    """A query under way.

    Attributes:
        number: its id among the queries of this start of the server.
        query: its text.
        query_hash: of the text, as in the logs.
        client: the client's name, as in the logs.
        request: the id of the request.
        watch: how far it has come.
        task: which waits for the answer.
        since: when it was put, on the monotonic clock.
        stopped: whether somebody stopped it.
    """

    number: int
    query: str
    query_hash: str
    client: str
    request: str
    watch: Watch
    task: asyncio.Task[object] | None
    since: float = field(default_factory=time.monotonic)
    stopped: bool = False

    def document(self) -> dict[str, object]:
        """Return what an operator is told."""
        now = time.monotonic()
        return {
            "id": str(self.number),
            "state": self.watch.state,
            "seconds": round(self.watch.seconds(now), 3),
            "seconds_since_arrival": round(now - self.since, 3),
            "client": self.client,
            "request": self.request,
            "process": self.watch.process,
            "query_hash": self.query_hash,
            "query": self.query,
        }


class Registry:
    """Holds the queries under way, the oldest first.

    Args:
        first: the first id.
        step: from each id to the next: ids of several processes differ.
    """

    def __init__(self, first: int = 1, step: int = 1) -> None:
        self._running: dict[int, Running] = {}
        self._numbers = itertools.count(first, step)

    def __iter__(self) -> Iterator[Running]:
        """Go through them."""
        return iter(list(self._running.values()))

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._running)

    def enter(self, query: str, query_hash: str, client: str, request: str, watch: Watch) -> Running:
        """Note a query that the current task puts."""
        found = Running(next(self._numbers), query, query_hash, client, request, watch, asyncio.current_task())
        self._running[found.number] = found
        return found

    def leave(self, running: Running) -> None:
        """Forget a query that has ended."""
        self._running.pop(running.number, None)

    def stop(self, number: int) -> bool:
        """Stop a query; its process is killed. Return whether there was one of that id."""
        running = self._running.get(number)
        if running is None or running.task is None:
            return False
        if not running.stopped:
            running.stopped = True
            running.task.cancel()
        return True
