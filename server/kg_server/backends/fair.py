"""Whose question is next: clients take turns, and none has more than its share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator
from typing import Generic, TypeVar

Job = TypeVar("Job", bound=Hashable)


class FairQueue(Generic[Job]):
    """Waiting and running jobs by client: first in first out for one client, in turns between clients.

    Args:
        share: jobs of one client that may run at the same time; 0 for any number. The client without a name is the
            server itself, which has no such limit.

    >>> queue = FairQueue[str](share=1)
    >>> for client, job in (("a", "a1"), ("a", "a2"), ("b", "b1")):
    ...     queue.push(client, job)
    >>> queue.pop(), queue.pop(), queue.pop(), len(queue)
    ('a1', 'b1', None, 1)
    >>> queue.remove("a1")
    >>> queue.pop()
    'a2'
    """

    def __init__(self, share: int) -> None:
        self._share = share
        # The clients with waiting jobs, the one whose turn it is first; each one's jobs, the oldest first.
        self._turns: dict[str, dict[Job, None]] = {}
        self._waiting: dict[Job, str] = {}
        self._running: dict[Job, str] = {}
        self._at_work: Counter[str] = Counter()

    def __len__(self) -> int:
        """Return how many jobs wait."""
        return len(self._waiting)

    def __iter__(self) -> Iterator[Job]:
        """Go through the jobs that wait."""
        return iter(self._waiting)

    def __contains__(self, job: object) -> bool:
        """Tell whether a job waits."""
        return job in self._waiting

    def push(self, client: str, job: Job) -> None:
        """Let a job wait; it must not be here already."""
        self._turns.setdefault(client, {})[job] = None
        self._waiting[job] = client

    def pop(self) -> Job | None:
        """Return the job that is to run now, and count it as running; None when no client may run another."""
        client = next((each for each in self._turns if self._may_run(each)), None)
        if client is None:
            return None
        job = next(iter(self._turns[client]))
        self._take(client, job)
        if client in self._turns:
            self._turns[client] = self._turns.pop(client)
        self._running[job] = client
        self._at_work[client] += 1
        return job

    def remove(self, job: Job) -> None:
        """Forget a job, whether it waits or runs; nothing happens if it is not here."""
        if job in self._waiting:
            self._take(self._waiting[job], job)
            return
        client = self._running.pop(job, None)
        if client is not None:
            self._at_work[client] -= 1
            if not self._at_work[client]:
                del self._at_work[client]

    def displace(self, client: str) -> Job | None:
        """Return the waiting job that gives way to a new one of this client when there is room no more, and forget it.

        It is the newest of the client with the most waiting; None when none has more than this one would have.
        """
        most = max(self._turns, key=lambda each: len(self._turns[each]), default=client)
        if len(self._turns.get(most, ())) <= len(self._turns.get(client, ())) + 1:
            return None
        job = next(reversed(self._turns[most]))
        self._take(most, job)
        return job

    def _may_run(self, client: str) -> bool:
        return not client or not self._share or self._at_work[client] < self._share

    def _take(self, client: str, job: Job) -> None:
        del self._waiting[job]
        jobs = self._turns[client]
        del jobs[job]
        if not jobs:
            del self._turns[client]
