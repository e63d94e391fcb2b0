"""The release being served, and the move to the next one between two requests."""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
import time
import weakref
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from kg_server.backends.base import Backend
from kg_server.describe.queries import SavedQuery, read_queries
from kg_server.describe.release import MANIFEST_FILE, Manifest, read_manifest
from kg_server.http.problems import KgServerError, ReleaseError

_RETRY_SECONDS = 2.0
# Looking costs two system calls, which is more than an answer from the cache.
_LOOK_SECONDS = 0.02
# So often it is looked for a newer release when nobody asks for anything.
_FOLLOW_SECONDS = 0.1

_Seen = tuple[str, int, int]
"""Where the symlink leads, and which file is the manifest there: a build may renew a release under its own id."""


class Hold:
    """Keeps a release's folder from being pruned by a build, through a shared lock, for as long as this object lives.

    Args:
        folder: the resolved folder.

    Raises:
        ReleaseError: when it went away at this moment.
    """

    def __init__(self, folder: Path) -> None:
        try:
            self._handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        except OSError as error:
            message = f"There is no release at {folder}: {error.strerror}. Build one first (make build)."
            raise ReleaseError(message) from error
        weakref.finalize(self, os.close, self._handle)
        fcntl.flock(self._handle, fcntl.LOCK_SH)

    def same(self, other: Hold) -> bool:
        """Tell whether both hold one and the same folder: a release that was made again has another."""
        return os.path.samestat(os.fstat(self._handle), os.fstat(other._handle))


@dataclass(frozen=True, slots=True)
class Release:
    """An open release: its resolved folder, what it says of itself, and what answers queries on it."""

    hold: Hold
    folder: Path
    manifest: Manifest
    queries: dict[str, SavedQuery]
    backend: Backend


def open_release(folder: Path, connect: Callable[[Path, Manifest], Backend]) -> Release:
    """Open the release in a folder.

    Args:
        folder: already resolved, so that a symlink moved meanwhile does not mix two releases.
        connect: makes the backend from the folder and the manifest.

    Raises:
        ReleaseError: when it is not whole.
    """
    hold = Hold(folder)
    return _open(hold, folder, read_manifest(folder), connect)


def _open(hold: Hold, folder: Path, manifest: Manifest, connect: Callable[[Path, Manifest], Backend]) -> Release:
    return Release(hold, folder, manifest, read_queries(folder), connect(folder, manifest))


class Current:
    """Follows a path that a build moves from one release to the next.

    A request that has begun keeps its release; the former store closes when the last such request ends. When the next
    release cannot be opened, the former one is served on and `trouble` says why.

    Args:
        path: a folder or a symlink to one.
        connect: as in `open_release`.

    Raises:
        ReleaseError: when there is no release to begin with.
    """

    def __init__(self, path: Path, connect: Callable[[Path, Manifest], Backend]) -> None:
        self._path = path
        self._connect = connect
        self._manifest = os.path.join(path, MANIFEST_FILE)  # noqa: PTH118 - a Path would be made text per request
        self._seen = self._look()
        self._release = open_release(path.resolve(), connect)
        self._lock = asyncio.Lock()
        self._retry_at = self._look_at = 0.0
        self.trouble: str | None = None

    def _look(self) -> _Seen | None:
        try:
            target = os.readlink(self._path)  # noqa: PTH115 - Path.readlink makes a Path per request
        except OSError:
            # Not a symlink (or gone for the moment): then there is nothing to follow.
            return None
        try:
            manifest = os.stat(self._manifest)  # noqa: PTH116 - as above
        except OSError:
            return target, 0, 0  # opening the release will say what is wrong with it
        return target, manifest.st_ino, manifest.st_mtime_ns

    def peek(self) -> Release | None:
        """Return the release to serve a request from, None when there may be a newer one, which `get` opens."""
        now = time.monotonic()
        if now < self._look_at:
            return self._release
        if self._look() not in {self._seen, None}:
            return None
        self._look_at = now + _LOOK_SECONDS
        return self._release

    @property
    def served(self) -> Release:
        """The release that was served last, without a look for a newer one."""
        return self._release

    @asynccontextmanager
    async def followed(self) -> AsyncIterator[None]:
        """Go over to newer releases also while nobody asks, until the end of the block."""
        following = asyncio.create_task(self._follow())
        try:
            yield
        finally:
            following.cancel()
            with suppress(asyncio.CancelledError):
                await following

    async def _follow(self) -> None:
        while True:
            await asyncio.sleep(_FOLLOW_SECONDS)
            try:
                await self.get()
            except Exception:
                logging.getLogger("kg_server").exception("No newer release could be looked for.")

    async def get(self) -> Release:
        """Return the release to serve a request from; a newer one is noticed within a fiftieth of a second."""
        release = self.peek()
        if release is not None:
            return release
        seen = self._look()
        if seen not in {self._seen, None} and time.monotonic() >= self._retry_at:
            # Whoever asks meanwhile waits here too, and is not answered from the former release.
            async with self._lock:
                if seen != self._seen and time.monotonic() >= self._retry_at:
                    await self._move(seen)
        self._look_at = time.monotonic() + _LOOK_SECONDS
        return self._release

    async def _move(self, seen: _Seen | None) -> None:
        try:
            release = await asyncio.to_thread(self._next)
        except KgServerError as error:
            if self.trouble is None:
                event = {"event": "release_refused", "served": self._release.manifest.release}
                logging.getLogger("kg_server").warning("%s", error, extra=event)
            self.trouble = str(error)
            self._retry_at = time.monotonic() + _RETRY_SECONDS
        else:
            former, self._release, self._seen, self.trouble = self._release, release, seen, None
            if release.hold is former.hold:
                logging.getLogger("kg_server").info("The dumps are there.", extra={"event": "dumps_ready"})
            else:
                event = {"event": "release_changed", "former": former.manifest.release}
                logging.getLogger("kg_server").info("Serving %s.", release.manifest.release, extra=event)

    def _next(self) -> Release:
        folder, former = self._path.resolve(), self._release
        hold = Hold(folder)
        manifest = read_manifest(folder)
        if hold.same(former.hold) and manifest.release == former.manifest.release:
            # Only the dumps have come: what answers questions, and what is known of the release, stays.
            return replace(former, manifest=manifest)
        return _open(hold, folder, manifest, self._connect)
