"""Work on a release that is done beside the requests, once, one query after the other (decision 0018)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Generic, Protocol, TypeVar

from kg_server.backends.base import Answer, Backend, Question, Wanted
from kg_server.backends.watch import Watch
from kg_server.describe.current import Release
from kg_server.describe.release import Manifest

_KEPT = 2
# To wait is worth it where what is waited for will be there: in a larger graph people get what is known at once.
_LARGE_QUADS, _LARGE_PATIENCE = 200_000, 0.4


# A client as any other to the query processes: it leaves one of them to those who wait for an answer.
_CLIENT = "beside"


class _Aside:
    """Asks a backend what nobody waits for."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    async def answer(self, question: Question, wanted: Wanted, watch: Watch | None = None) -> Answer:
        """Do as `Backend` says."""
        return await self._backend.answer(question, wanted, Watch(_CLIENT) if watch is None else watch)

    def at_once(self, question: Question, wanted: Wanted) -> Answer | None:
        """Do as `Backend` says."""
        return self._backend.at_once(question, wanted)


def aside(release: Release) -> Release:
    """Return a release for questions that may take long: its backend lets those go first who wait for an answer."""
    return replace(release, backend=_Aside(release.backend))


def patience_for(manifest: Manifest, seconds: float) -> float:
    """Return how many seconds a request waits for what is found out about a release, at most so many."""
    return min(seconds, _LARGE_PATIENCE) if manifest.counts.get("quads", 0) > _LARGE_QUADS else seconds


class Work(Protocol):
    """What is found out about one release; what is known so far can be read while it runs."""

    @property
    def complete(self) -> bool:
        """Whether nothing is missing: otherwise it is tried again after a pause."""
        ...

    async def run(self) -> None:
        """Find it out."""
        ...


Found = TypeVar("Found", bound=Work)


class Beside(Generic[Found]):
    """Keeps what was found out about the releases served last, and has what is missing found out.

    Args:
        make: begins the work on a release.
        patience: seconds that a request waits at most; then it gets what is known. In a large graph it waits less.
        pause: seconds before what is incomplete is tried again.
    """

    def __init__(self, make: Callable[[Release], Found], patience: float = 5.0, pause: float = 900.0) -> None:
        self._make, self._patience, self._pause = make, patience, pause
        self._known: dict[tuple[str, str], tuple[Found, asyncio.Task[None], float]] = {}

    async def get(self, release: Release, patience: float | None = None) -> Found:
        """Return the work on a release, after a short wait at most; raises what it raised.

        Args:
            release: worked on.
            patience: seconds to wait, where they are others than usual.
        """
        key = (release.manifest.release, release.manifest.built)
        known = self._known.get(key)
        if known is None or (known[1].done() and not known[0].complete and time.monotonic() >= known[2]):
            work = self._make(release)
            known = work, asyncio.create_task(work.run()), time.monotonic() + self._pause
            kept = [pair for pair in self._known.items() if pair[0] != key][-(_KEPT - 1) :]
            self._known = {**dict(kept), key: known}
        work, task, _ = known
        most = self._patience if patience is None else patience
        if not task.done():
            await asyncio.wait({task}, timeout=patience_for(release.manifest, most))
        if task.done():
            task.result()
        return work
