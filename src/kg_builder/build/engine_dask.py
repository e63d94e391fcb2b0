"""The map on a cluster of Dask: workers read and write through fsspec, and one that dies costs only its own work."""

from __future__ import annotations

import hashlib
import logging
import pickle
import pkgutil
import time
import uuid
from collections import deque
from collections.abc import Generator, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError, ThreadPoolExecutor
from concurrent.futures import Future as Fetched
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Final

import dask
from distributed import Client, Future, LocalCluster
from distributed.scheduler import KilledWorker

from kg_builder.build.engines import Task
from kg_builder.build.mapping import Context, Mapped
from kg_builder.build.remote import Job, Refused, Sent, map_there, this_builder
from kg_builder.build.storage import Piece, Storage, shown, take, write
from kg_builder.errors import ReleaseError

_AGAIN: Final = 2
"""How often an article is mapped again whose files could not be read or written."""
_AT_ONCE: Final = 8
"""How many results and shards are fetched at once: each waits for a worker and the storage, not for this machine."""
_CONNECT: Final = 10.0
"""Seconds for a scheduler to answer."""
_LOOK: Final = 2.0
"""Seconds without news after which the workers are counted."""
_CLOSED: Final[dict[str, list[str]]] = {"distributed.scheduler.http.routes": [], "distributed.worker.http.routes": []}
"""Settings of Dask by which workers started here show no pages."""


@dataclass(frozen=True, slots=True)
class DaskEngine:
    """Workers of a Dask cluster.

    Attributes:
        cluster: address of its scheduler, or how many workers to start here for the time of the build.
        storage: address of the folder that this machine and all workers reach, by fsspec.
        patience: seconds for which there may be no worker at all before the build gives up.
    """

    cluster: str | int
    storage: str
    patience: float = 60.0

    def run(self, context: Context, tasks: Sequence[Task]) -> Iterator[Mapped]:
        """Map every article, in any order; see `kg_builder.build.engines.Engine`."""
        if not tasks:
            return
        with ExitStack() as stack:
            storage = Storage(self.storage)
            folder = stack.enter_context(storage.run())
            client = stack.enter_context(_client(self.cluster, self.patience))
            content = pickle.dumps(context)
            shared = Piece(f"{folder}/context", hashlib.sha256(content).hexdigest())
            write(shared.url, content)
            job = Job(shared, this_builder())
            sent = {task.article: _sent(task, storage, folder) for task in tasks}
            places = {task.article: Path(task.shard) for task in tasks}
            _find_builders(client)
            yield from _Run(client, job, places, shown(self.storage), self.patience).results(list(sent.values()))


def _sent(task: Task, storage: Storage, folder: str) -> Sent:
    text = storage.send(Path(task.text)) if task.text else None
    return Sent(task.article, storage.send(Path(task.record)), text, f"{folder}/{task.article}.nq")


@contextmanager
def _client(cluster: str | int, patience: float) -> Iterator[Client]:
    """Yield a client with at least one worker; ends the workers that were started for it.

    Raises ReleaseError where there is no scheduler or no worker.
    """
    with ExitStack() as stack:
        stack.enter_context(dask.config.set(_CLOSED))
        if isinstance(cluster, int):
            address = "this machine"
            # Whoever reaches a scheduler runs code as its user; so other users of the machine are kept out by TLS.
            local = LocalCluster(
                n_workers=cluster,
                threads_per_worker=1,
                host="127.0.0.1",
                dashboard_address="127.0.0.1:0",
                security=True,
                silence_logs=logging.CRITICAL,
            )
            at: Any = stack.enter_context(local)
        else:
            address = at = cluster
        try:
            client = stack.enter_context(Client(at, timeout=min(patience, _CONNECT), set_as_default=False))
            client.wait_for_workers(1, timeout=patience)
        except (OSError, ValueError) as error:
            message = f"no Dask scheduler with a worker at {address}: {error}; start them with `dask scheduler` and "
            raise ReleaseError(f"{message}`dask worker {address} --nthreads 1`") from error
        yield client


def _find_builders(client: Client) -> None:
    """Raise ReleaseError where a worker has no builder that could compare itself: its first task would end it."""
    found = client.run(pkgutil.resolve_name, f"{map_there.__module__}:{map_there.__name__}", on_error="return")
    without = sorted(worker for worker, answer in found.items() if isinstance(answer, ImportError | AttributeError))
    if without:
        raise ReleaseError(f"no builder, or an old one, at {', '.join(without)}: install the same one there")


class _Run:
    """One run of the map on a cluster."""

    def __init__(self, client: Client, job: Job, places: Mapping[str, Path], storage: str, patience: float) -> None:
        self._client = client
        self._job = job
        self._places = places
        self._storage = storage
        self._patience = patience
        self._news: SimpleQueue[Future[Mapped | Refused]] = SimpleQueue()
        self._seen = time.monotonic()

    def results(self, articles: Sequence[Sent]) -> Iterator[Mapped]:
        """Yield what came of each article.

        A worker that dies is blamed on all that it was given, so what is suspect goes again, each article alone.
        """
        for suspect in (yield from self._round(articles)):
            if (yield from self._round([suspect])):
                message = f"«{suspect.article}» ended each worker that mapped it, one after the other"
                raise ReleaseError(f"{message}: see their logs, and whether they have memory enough")

    def _round(self, articles: Sequence[Sent]) -> Generator[Mapped, None, list[Sent]]:
        """Yield what came of articles; returns those whose workers died more often than the scheduler allows."""
        self._seen = time.monotonic()
        run = uuid.uuid4().hex
        waiting = {f"map-{run}-{each.article}": each for each in articles}
        futures: list[Future[Mapped | Refused]] = self._client.map(
            map_there, [self._job] * len(articles), articles, key=list(waiting), pure=False, retries=_AGAIN
        )
        held = {str(future.key): future for future in futures}
        del futures  # what is done must not be held, or the workers keep it
        suspects = []
        with ThreadPoolExecutor(_AT_ONCE) as fetchers:
            fetched: deque[tuple[Sent, Fetched[Mapped]]] = deque()
            try:
                for future in held.values():
                    future.add_done_callback(self._news.put)
                while held or fetched:
                    while held and len(fetched) < _AT_ONCE and (done := self._next(wait=not fetched)):
                        del held[str(done.key)]
                        sent = waiting[str(done.key)]
                        fetched.append((sent, fetchers.submit(self._fetch, done, sent)))
                    sent, mapped = fetched.popleft()
                    try:
                        yield mapped.result()
                    except KilledWorker:
                        suspects.append(sent)
            finally:
                self._client.cancel(list(held.values()))
        return suspects

    def _next(self, *, wait: bool) -> Future[Mapped | Refused] | None:
        while True:
            try:
                done = self._news.get(block=wait, timeout=_LOOK)
            except Empty:
                if not wait:
                    return None
                self._look()
            else:
                self._seen = time.monotonic()
                return done

    def _fetch(self, future: Future[Mapped | Refused], sent: Sent) -> Mapped:
        mapped = self._outcome(future, sent)
        if not mapped.problems:
            take(Piece(sent.shard, mapped.sha256), self._places[sent.article])
        return mapped

    def _outcome(self, future: Future[Mapped | Refused], sent: Sent) -> Mapped:
        while True:
            try:
                found: Mapped | Refused = future.result(timeout=_LOOK)
                break
            except KilledWorker:
                raise
            except CancelledError as error:
                raise ReleaseError("the Dask scheduler went away, and what it was given with it") from error
            except Exception as error:
                if future.status == "pending":
                    # Its worker died before this was fetched, and it is being made again.
                    self._look()
                    continue
                message = f"a worker could not map «{sent.article}»: {type(error).__name__}: {error}"
                raise ReleaseError(f"{message} (does each worker reach {self._storage}?)") from error
        if isinstance(found, Refused):
            raise ReleaseError(f"{found.worker} {found.reason}: install the same one there")
        return found

    def _look(self) -> None:
        """Count the workers; raises ReleaseError when there has been none for too long."""
        try:
            workers: Mapping[str, int] = self._client.nthreads()
        except OSError as error:
            raise ReleaseError(f"the Dask scheduler does not answer: {error}") from error
        now = time.monotonic()
        if workers:
            self._seen = now
        elif now - self._seen > self._patience:
            raise ReleaseError(f"no worker is left, and none came in {self._patience:.0f} s")
