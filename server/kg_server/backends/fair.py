"""Whose question is next: clients take turns."""

from __future__ import annotations

from collections.abc import Container, Hashable, Iterator
from typing import Generic, TypeVar

Job = TypeVar("Job", bound=Hashable)


class FairQueue(Generic[Job]):
    """Waiting jobs by client: first in first out for one client, in turns between clients.

    >>> queue = FairQueue[str]()
    >>> for client, job in (("a", "a1"), ("a", "a2"), ("b", "b1"), ("a", "a3")):
    ...     queue.push(client, job)
    >>> queue.pop(), queue.pop(), queue.pop(barred={"a"}), queue.displace("b"), len(queue)
    ('a1', 'b1', None, 'a3', 1)
    """

    def __init__(self) -> None:
        # The clients with waiting jobs, the one whose turn it is first; each one's jobs, the oldest first.
        self._turns: dict[str, dict[Job, None]] = {}
        self._waiting: dict[Job, str] = {}

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

    def put_back(self, client: str, job: Job) -> None:
        """Let a job wait again, as its client's first, and its client as the next one."""
        self._turns = {client: {job: None, **self._turns.pop(client, {})}, **self._turns}
        self._waiting[job] = client

    def pop(self, barred: Container[str] = ()) -> Job | None:
        """Return the next job; None when only clients wait that may not have another one now."""
        client = next((each for each in self._turns if each not in barred), None)
        if client is None:
            return None
        job = next(iter(self._turns[client]))
        self.remove(job)
        if client in self._turns:
            self._turns[client] = self._turns.pop(client)
        return job

    def remove(self, job: Job) -> None:
        """Forget a job; nothing happens if it is not here."""
        client = self._waiting.pop(job, None)
        if client is not None:
            jobs = self._turns[client]
            del jobs[job]
            if not jobs:
                del self._turns[client]

    def displace(self, client: str) -> Job | None:
        """Return the job that gives way to a new one of this client when there is room no more, and forget it.

        It is the newest of the client with the most waiting; None when none has more than this one would have.
        """
        most = max(self._turns, key=lambda each: len(self._turns[each]), default=client)
        if len(self._turns.get(most, ())) <= len(self._turns.get(client, ())) + 1:
            return None
        job = next(reversed(self._turns[most]))
        self.remove(job)
        return job
