"""Whose question is next: clients take turns, and none occupies more than its share of the processes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator
from typing import Generic, Protocol, TypeVar

Job = TypeVar("Job", bound=Hashable)


class Places(Protocol):
    """A bound on the jobs of each client that are worked on at the same time, here and in other queues."""

    def take(self, name: str, *, by_force: bool = False) -> bool:
        """Count one more if that is allowed, or by force, and return whether it is."""
        ...

    def free(self, name: str) -> bool:
        """Tell whether one more would be allowed."""
        ...

    def give(self, name: str) -> None:
        """Count one less."""
        ...


class FairQueue(Generic[Job]):
    """Waiting jobs by client: first in first out for one client, in turns between clients.

    Args:
        share: jobs of one client that may be worked on at the same time; 0 for any number. The client without a name is
            the server itself, which has no such limit.
        places: of other queues too, where there are any.

    >>> queue = FairQueue[str](share=1)
    >>> for client, job in (("a", "a1"), ("a", "a2"), ("b", "b1")):
    ...     queue.push(client, job)
    >>> queue.pop(), queue.pop(), queue.pop(), queue.pop(behind="a"), len(queue)
    ('a1', 'b1', None, 'a2', 0)
    """

    def __init__(self, share: int, places: Places | None = None) -> None:
        self._share, self._places = share, places
        # The clients with waiting jobs, the one whose turn it is first; each one's jobs, the oldest first.
        self._turns: dict[str, dict[Job, None]] = {}
        self._waiting: dict[Job, str] = {}
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

    def back(self, client: str, job: Job) -> None:
        """Let a job wait again that was taken out too early: it is its client's next one, and this client's turn."""
        self._turns = {client: {job: None, **self._turns.pop(client, {})}, **self._turns}
        self._waiting[job] = client

    def pop(self, behind: str | None = None) -> Job | None:
        """Return the job that is next, and forget it; None when no client may have another one worked on.

        Args:
            behind: the client behind whose job this one will be put; it may have any number there, for that occupies
                nothing more. Such a job is worked on from `begin` on, one that is put behind none from now on.
        """
        if behind is None:
            client = next(filter(self._occupy, self._turns), None)
        else:
            client = next((each for each in self._turns if each == behind or self._may_have_more(each)), None)
        if client is None:
            return None
        job = next(iter(self._turns[client]))
        self._take(client, job)
        if client in self._turns:
            self._turns[client] = self._turns.pop(client)
        return job

    def begin(self, client: str) -> None:
        """Note that a job of a client is being worked on that was put behind another one."""
        self._at_work[client] += 1
        if client and self._places is not None:
            self._places.take(client, by_force=True)

    def end(self, client: str) -> None:
        """Note that one is not any more."""
        self._at_work[client] -= 1
        if not self._at_work[client]:
            del self._at_work[client]
        if client and self._places is not None:
            self._places.give(client)

    def remove(self, job: Job) -> None:
        """Forget a job; nothing happens if it does not wait."""
        if job in self._waiting:
            self._take(self._waiting[job], job)

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

    def _may_have_more(self, client: str) -> bool:
        return self._has_share(client) and (not client or self._places is None or self._places.free(client))

    def _has_share(self, client: str) -> bool:
        return not client or not self._share or self._at_work[client] < self._share

    def _occupy(self, client: str) -> bool:
        if not self._has_share(client) or (client and self._places is not None and not self._places.take(client)):
            return False
        self._at_work[client] += 1
        return True

    def _take(self, client: str, job: Job) -> None:
        del self._waiting[job]
        jobs = self._turns[client]
        del jobs[job]
        if not jobs:
            del self._turns[client]
