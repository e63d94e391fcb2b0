"""The query processes of one release: who works, who waits, who is killed and replaced."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Coroutine
from concurrent.futures import Future
from dataclasses import dataclass, field

from kg_server.backends.fair import FairQueue
from kg_server.backends.pool import QueryPool
from kg_server.backends.process import START_SECONDS, Child, Place, Worker, await_ready, describe_end, start
from kg_server.backends.wire import Head, unpack_problem
from kg_server.http.problems import (
    EvaluationFailed,
    MemoryExceeded,
    Problem,
    QueryTimeout,
    ReleaseError,
    WorkerLost,
)

# A client that goes away within this many seconds of an answer costs no process.
_GRACE_SECONDS = 0.2
_RETRY_SECONDS = 1.0
_TICK_SECONDS = 0.005
# A question with less time left than this is not begun: it would most likely cost its process and be told nothing.
_LEAST_SECONDS = 0.05

Reply = tuple[Head, bytes]


@dataclass(eq=False, slots=True)
class _Job:
    """A question on its way: its frame, who waits for the answer, and who works on it."""

    request: bytes
    future: asyncio.Future[Reply]
    until: float
    worker: Worker | None = field(default=None)


def _kill_silent(worker: Worker) -> None:
    if not worker.ready:
        worker.kill()


class Crew:
    """Runs questions on one store, each in a process that is killed when the question takes too much.

    Args:
        place: the store.
        pool: shared by the crews of all releases.

    Raises:
        ReleaseError: when the store cannot be opened.
    """

    def __init__(self, place: Place, pool: QueryPool) -> None:
        self._place, self._pool, self._limits = place, pool, pool.limits
        self._loop: asyncio.AbstractEventLoop | None = None
        self._alive: set[Worker] = set()
        self._attached: set[Worker] = set()
        self._idle: list[Worker] = []
        self._busy: dict[Worker, _Job] = {}
        self._jobs = FairQueue[_Job](pool.limits.share)
        self._starting = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False
        # The first process proves that the store can be opened; the others are started by the first question.
        try:
            child = pool.submit(lambda: start(place, pool.limits)).result()
        except OSError as error:
            raise ReleaseError(f"A query process could not be started: {error.strerror}.") from error
        pool.egress = str(await_ready(child)["egress"])
        self._first: Child | None = child
        pool.add(self)

    async def ask(self, request: bytes, client: str = "") -> Reply:
        """Put a question to the next free process and wait for its answer.

        Args:
            request: a frame, from `wire.pack_question`.
            client: who asks; clients take turns.

        Returns:
            The head and body of the answer.

        Raises:
            Overloaded, QueryTimeout, MemoryExceeded, WorkerLost, and what the process raises.
        """
        if self._pool.full and (displaced := self._jobs.displace(client)) is not None:
            self._pool.leave()
            if not displaced.future.done():
                displaced.future.set_exception(self._pool.overloaded())
        self._pool.enter()
        loop = self._loop = asyncio.get_running_loop()
        job = _Job(request, loop.create_future(), loop.time() + self._limits.seconds)
        timer = loop.call_later(self._limits.seconds, self._expire, job)
        self._jobs.push(client, job)
        self._dispatch()
        try:
            head, body = await job.future
        except asyncio.CancelledError:
            self._abandon(job)
            raise
        finally:
            timer.cancel()
        if "problem" in head:
            raise unpack_problem(head)
        return head, body

    # Processes come

    def _dispatch(self) -> None:
        while self._idle and len(self._busy) < self._limits.workers and (job := self._jobs.pop()) is not None:
            if job.until - job.future.get_loop().time() < _LEAST_SECONDS:
                self._leave(job)
                if not job.future.done():
                    job.future.set_exception(self._timeout())
                continue
            worker = self._idle.pop()
            job.worker, self._busy[worker] = worker, job
            worker.write(job.request)
        while not self._closed and len(self._alive) + self._starting < self._limits.workers + self._limits.spare:
            self._starting += 1
            self._spawn(self._add())

    def _spawn(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _add(self) -> None:
        ready, self._first = self._first, None
        try:
            child = await asyncio.wrap_future(self._start()) if ready is None else ready
            worker = Worker(child, self._limits.answer_bytes, self)
            self._alive.add(worker)
            self._attached.add(worker)
            await worker.attach(child.line)
        except OSError as error:
            await self._cannot_start(str(error))
        else:
            asyncio.get_running_loop().call_later(START_SECONDS, _kill_silent, worker)
            if ready is not None:
                worker.ready = True
                self._idle.append(worker)
        finally:
            self._starting -= 1
        self._dispatch()

    def _start(self) -> Future[Child]:
        future = self._pool.submit(lambda: start(self._place, self._limits))

        def discard_late(done: Future[Child]) -> None:
            if self._closed and not done.cancelled() and done.exception() is None:
                done.result().discard()

        future.add_done_callback(discard_late)
        return future

    async def _cannot_start(self, reason: str) -> None:
        logging.getLogger("kg_server").error("A query process could not be started: %s", reason)
        if not self._alive:
            self._fail_waiting("No query process can be started at the moment.")
        await asyncio.sleep(_RETRY_SECONDS)

    # Processes speak and end

    def on_reply(self, worker: Worker, head: Head, body: bytes) -> None:
        """Pass an answer on and give the process the next question."""
        job = self._busy.pop(worker, None)
        if job is None:
            if "ready" not in head:
                # It says why it cannot open the store, and ends.
                return
        else:
            self._leave(job)
            if not job.future.done():
                if "memory" in head:
                    job.future.set_exception(self._memory_exceeded())
                else:
                    job.future.set_result((head, body))
        if "last" in head:
            worker.kill()
        else:
            worker.ready = True
            self._idle.append(worker)
            self._dispatch()

    def on_end(self, worker: Worker) -> None:
        """Bury a process, tell who waited for it, and start another."""
        self._spawn(self._bury(worker, self._forget(worker)))

    def _forget(self, worker: Worker) -> _Job | None:
        self._alive.discard(worker)
        self._attached.discard(worker)
        if worker in self._idle:
            self._idle.remove(worker)
        return self._busy.pop(worker, None)

    async def _bury(self, worker: Worker, job: _Job | None) -> None:
        code = await self._wait_for(worker)
        self._pool.ended[describe_end(code)] += 1
        if job is not None:
            self._leave(job)
            if not job.future.done():
                job.future.set_exception(self._explain(code))
        if not worker.ready and not self._closed and code != -signal.SIGKILL:
            # It ended by itself before it could open the store, so the next one would as well: not at once.
            self._starting += 1
            await self._cannot_start(f"it ended while it opened the store ({describe_end(code)})")
            self._starting -= 1
        self._dispatch()

    async def _wait_for(self, worker: Worker) -> int:
        if self._closed:
            return worker.end()
        future = self._pool.submit(worker.end)
        return await asyncio.wrap_future(future)

    def _explain(self, code: int) -> Problem:
        if code == -signal.SIGABRT:
            return self._memory_exceeded()
        if code == -signal.SIGXCPU:
            return self._timeout()
        if code in {-signal.SIGSEGV, -signal.SIGBUS}:
            return EvaluationFailed(f"The query ended the process that evaluated it ({describe_end(code)}).")
        return self._lost(f"The process that evaluated the query ended ({describe_end(code)}).")

    def _memory_exceeded(self) -> Problem:
        most = self._limits.memory_mb
        return MemoryExceeded(f"The query needs more than {most} MiB of memory. Ask for less at once.", limit=most)

    def _timeout(self) -> Problem:
        most = self._limits.seconds
        return QueryTimeout(
            f"The query took longer than {most:g} s. Ask for less, or use one of the dumps.", limit=most
        )

    def _lost(self, what: str) -> Problem:
        wait = self._limits.retry_seconds
        message = f"{what} Another one takes its place; try again in {wait} s."
        return WorkerLost(message, headers={"Retry-After": str(wait)}, retry_after=wait)

    # Questions end early

    def _expire(self, job: _Job) -> None:
        if not job.future.done():
            job.future.set_exception(self._timeout())
            self._stop(job)

    def _abandon(self, job: _Job) -> None:
        if job.worker is not None and self._loop is not None:
            self._loop.call_later(_GRACE_SECONDS, self._stop, job)
        else:
            self._stop(job)

    def _stop(self, job: _Job) -> None:
        if job.worker is not None and self._busy.get(job.worker) is job:
            del self._busy[job.worker]
            self._alive.discard(job.worker)
            job.worker.kill()
        elif job not in self._jobs:
            return
        self._leave(job)
        # A spare takes over before the killed one is gone.
        self._dispatch()

    def _leave(self, job: _Job) -> None:
        self._jobs.remove(job)
        self._pool.leave()

    def _fail_waiting(self, what: str) -> None:
        for job in list(self._jobs):
            self._leave(job)
            if not job.future.done():
                job.future.set_exception(self._lost(what))

    def close(self, *, wait: bool = True) -> None:
        """End the processes.

        Args:
            wait: until they have gone; otherwise the event loop buries them.
        """
        if self._closed:
            return
        self._closed = True
        self._pool.remove(self)
        if self._first is not None:
            self._first.discard()
        workers = list(self._alive)
        for worker in workers:
            worker.kill()
        if wait:
            for worker in workers:
                worker.end()
        self._fail_waiting("The server stops.")

    async def gone(self) -> None:
        """Wait until the processes that `close` ended are buried."""
        while self._attached or self._tasks:
            await (asyncio.wait(self._tasks) if self._tasks else asyncio.sleep(_TICK_SECONDS))

    def close_from_anywhere(self) -> None:
        """End the processes when the last question to this store has been answered; any thread may call this."""
        if self._loop is not None and self._loop.is_running():
            self._loop.call_soon_threadsafe(lambda: self.close(wait=False))
        else:
            self.close()
