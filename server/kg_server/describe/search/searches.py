"""The search index of the release that is served: made beside the requests, and asked beside the event loop."""

from __future__ import annotations

import asyncio
import itertools
import logging
import sqlite3
import time
from contextlib import suppress
from pathlib import Path

from kg_server.describe.beside import aside, patience_for
from kg_server.describe.current import Release
from kg_server.describe.search.draft import Draft
from kg_server.describe.search.gather import gather
from kg_server.describe.search.index import READERS, Found, Index, Wanted
from kg_server.http.problems import Overloaded, Problem, SearchUnavailable

_MOST_WAITING = 64
_RETRY_SECONDS = 2


class Searches:
    """Keeps the index of the release that is served, and the former one until the new one is whole.

    Args:
        folder: for the files, which have a name only while they are made.
        patience: seconds that somebody waits for the first index; for that of a large graph it is less.
        pause: seconds before what could not be made, or not wholly, is tried again.
    """

    def __init__(self, folder: Path, patience: float = 3.0, pause: float = 300.0) -> None:
        self._folder, self._patience, self._pause = folder, patience, pause
        self._numbers = itertools.count(1)
        self._turns = asyncio.Semaphore(READERS)
        self._waiting = 0
        self._index: Index | None = None
        self._release: tuple[str, str] | None = None
        self._making: asyncio.Task[None] | None = None
        self._again = 0.0

    def begin(self, release: Release) -> None:
        """Have the index of a release made, if it is not there and none is being made."""
        key = (release.manifest.release, release.manifest.built)
        under_way = self._making is not None and not self._making.done()
        # What is under way is finished, or a graph that changes more often than that takes would never have an index.
        if under_way or (self._release == key and time.monotonic() < self._again):
            return
        self._release, self._again = key, float("inf")
        self._making = asyncio.create_task(self._make(aside(release)))

    async def find(self, release: Release, wanted: Wanted) -> tuple[Found, Index]:
        """Look something up in the index of a release, or of the former one as long as there is no other.

        Raises:
            Overloaded: too many are waiting for an answer.
            SearchUnavailable: there is no index yet, or it cannot be made.
        """
        self.begin(release)
        if self._index is None and self._making is not None:
            await asyncio.wait({self._making}, timeout=patience_for(release.manifest, self._patience))
        index = self._index
        if index is None:
            raise _later(SearchUnavailable, "What can be searched is being gathered; try again in a moment.")
        if self._waiting >= _MOST_WAITING:
            raise _later(Overloaded, "Too many searches are waiting; try again in a moment.")
        self._waiting += 1
        try:
            async with self._turns:
                return await asyncio.to_thread(index.find, wanted), index
        finally:
            self._waiting -= 1

    async def stop(self) -> None:
        """Give up what is under way."""
        if self._making is not None:
            self._making.cancel()
            with suppress(asyncio.CancelledError):
                await self._making

    async def _make(self, release: Release) -> None:
        path = self._folder / f"search-{next(self._numbers)}"
        complete = False
        began = time.monotonic()
        try:
            complete = await self._fill(path, release)
            self._index = await asyncio.to_thread(Index, path)
        except (Problem, sqlite3.Error, OSError) as error:
            logging.getLogger("kg_server").warning("There is no search of %s: %s", release.manifest.release, error)
        else:
            event = {"event": "search_ready", "seconds": round(time.monotonic() - began, 3), "bytes": self._index.size}
            logging.getLogger("kg_server").info("Search of %s is ready.", release.manifest.release, extra=event)
        finally:
            path.unlink(missing_ok=True)
        self._again = float("inf") if complete else time.monotonic() + self._pause

    async def _fill(self, path: Path, release: Release) -> bool:
        draft = await asyncio.to_thread(Draft, path)
        try:
            complete = await gather(release, draft)
            await asyncio.to_thread(draft.finish)
        finally:
            # Also when the server stops in the midst of it: a thread cannot be stopped from outside.
            draft.give_up()
            await asyncio.to_thread(draft.close)
        return complete


def _later(kind: type[Problem], detail: str) -> Problem:
    return kind(detail, headers={"Retry-After": str(_RETRY_SECONDS)}, retry_after=_RETRY_SECONDS)
