"""The query processes of one release: who works, who waits, who is killed and replaced."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections import deque
from collections.abc import Coroutine

from kg_server.backends.endings import Endings
from kg_server.backends.fair import FairQueue
from kg_server.backends.jobs import Job, Reply
from kg_server.backends.pool import QueryPool
from kg_server.backends.process import START_SECONDS, Child, Place, Worker, await_ready, describe_end
from kg_server.backends.watch import Watch
from kg_server.backends.wire import Head, file_of, frame, unpack_problem
from kg_server.http.problems import ReleaseError

# Questions are sent ahead to a process while it answers fast; when one takes long, those behind it are called back.
_AHEAD = 16
_TICK_SECONDS = 0.005
# A question with less time left than this is not begun: it would most likely cost its process and be told nothing.
_LEAST_SECONDS = 0.05
# A client that goes away within this many seconds of an answer costs no process.
_GRACE_SECONDS = 0.2
# A question that had run longer when its process was killed from outside may have been the reason.
_RETRY_BEFORE_SECONDS = 0.25
_RETRY_SECONDS = 1.0
# Compression may lengthen what it cannot shorten.
_BODY_MARGIN = 1 << 16

_RECALL = frame({"recall": True})
_STOPS = "The server stops."


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
        # The questions of each process in the order in which it was given them; None is one that was called back.
        self._busy: dict[Worker, deque[Job | None]] = {}
        self._waiting = FairQueue[Job](pool.limits.share, pool.places)
        self._ticking: asyncio.TimerHandle | None = None
        self._starting = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False
        self._endings = Endings(pool.limits)
        # One core is kept busy by the server itself.
        self._cores = max(1, (os.cpu_count() or 1) - 1)
        # The first process proves that the store can be opened; the others are started by the first question.
        try:
            child = pool.start(place).result()
        except OSError as error:
            raise ReleaseError(f"A query process could not be started: {error.strerror}.") from error
        pool.egress = str(await_ready(child)["egress"])
        self._first: Child | None = child
        pool.add(self)

    async def ask(self, request: bytes, watch: Watch) -> Reply:
        """Put a question to the next free process and wait for its answer.

        Args:
            request: a frame, from `wire.pack_question`.
            watch: is told when a process takes it up and puts it down.

        Returns:
            The head and body of the answer.

        Raises:
            Overloaded, QueryTimeout, MemoryExceeded, WorkerLost, and what the process raises.
        """
        if self._closed:
            raise self._endings.lost(_STOPS)
        displaced = self._waiting.displace(watch.client) if self._pool.full else None
        if displaced is not None:
            displaced.fail(self._pool.overloaded())
        self._pool.enter(instead=displaced is not None)
        loop = self._loop = asyncio.get_running_loop()
        job = Job(request, loop.create_future(), loop.time() + self._limits.seconds, watch)
        self._waiting.push(watch.client, job)
        try:
            self._dispatch(loop.time())
            head, body = await job.future
        except asyncio.CancelledError:
            self._abandon(job)
            raise
        finally:
            self._pool.leave()
        if "problem" in head:
            raise unpack_problem(head)
        if "memory" in head:
            raise self._endings.memory()
        return head, body

    # Questions go out

    def _dispatch(self, now: float) -> None:
        while self._waiting:
            worker, behind = self._next_worker(now)
            job = None if worker is None else self._waiting.pop(behind)
            if worker is None or job is None:
                break
            self._give(worker, job, now)
        while not self._closed and len(self._alive) + self._starting < self._limits.workers + self._limits.spare:
            self._starting += 1
            self._spawn(self._add())
        if self._ticking is None and (self._busy or self._waiting) and self._loop is not None:
            self._ticking = self._loop.call_later(_TICK_SECONDS, self._tick)

    def _next_worker(self, now: float) -> tuple[Worker | None, str | None]:
        """Return who takes the next question, and behind whose question it will be put; None if behind none.

        While processes answer fast, it is better to keep a few of them at work than to wake more than there are cores.
        """
        fast, best, shortest = 0, None, _AHEAD
        for worker, jobs in self._busy.items():
            if not worker.slow(now):
                fast += 1
                if len(jobs) < shortest:
                    best, shortest = worker, len(jobs)
        room = self._idle and len(self._busy) < self._limits.workers
        if room and (fast < self._cores or shortest >= _AHEAD // 2):
            return self._idle[-1], None
        if best is None:
            return None, None
        first = self._busy[best][0]
        # That one was called back, and nobody's questions are put behind it.
        return best, "" if first is None else first.watch.client

    def _give(self, worker: Worker, job: Job, now: float) -> None:
        jobs = self._busy.get(worker)
        if jobs is None:
            self._idle.remove(worker)
            jobs = self._busy[worker] = deque()
            worker.mark(now)
            job.watch.begin(worker.process.pid)
        jobs.append(job)
        worker.write(job.request)

    def _begin(self, worker: Worker, job: Job) -> None:
        self._waiting.begin(job.watch.client)
        job.watch.begin(worker.process.pid)

    def _end(self, job: Job) -> None:
        self._waiting.end(job.watch.client)
        job.watch.end()

    def _tick(self) -> None:
        """Look after what takes long; the timer stops when nothing is under way."""
        self._ticking = None
        assert self._loop is not None  # noqa: S101 - `ask` has set it
        now = self._loop.time()
        for worker, jobs in list(self._busy.items()):
            age, job = now - worker.since, jobs[0]
            if len(jobs) > 1 and worker.slow(now):
                self._recall(worker, jobs)
            if job is None:
                # Nobody wants to know, and yet it was begun.
                if age > _GRACE_SECONDS:
                    self._stop(worker)
            elif now > job.deadline:
                job.fail(self._endings.timeout())
                self._stop(worker)
            elif job.left is not None and now - max(job.left, worker.since) > _GRACE_SECONDS:
                self._stop(worker)
        for job in [each for each in self._waiting if each.deadline - now < _LEAST_SECONDS]:
            self._waiting.remove(job)
            job.fail(self._endings.timeout())
        self._dispatch(now)

    def _recall(self, worker: Worker, jobs: deque[Job | None]) -> None:
        """Call back what waits behind a question that takes long."""
        behind = [job for job in list(jobs)[1:] if job is not None]
        if behind:
            self._busy[worker] = deque([jobs[0], *[None] * (len(jobs) - 1)])
            worker.write(_RECALL)
            self._again(behind)

    def _again(self, jobs: list[Job]) -> None:
        """Let questions wait as the next ones; not those that nobody waits for."""
        for job in reversed(jobs):
            if not job.future.done():
                self._waiting.back(job.watch.client, job)

    # Processes come

    def _spawn(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _add(self) -> None:
        child, self._first = self._first, None
        loop, ready = asyncio.get_running_loop(), child is not None
        try:
            if child is None and not self._closed:
                child = await asyncio.wrap_future(self._pool.start(self._place, lambda: self._closed))
            if child is not None:
                await self._attach(child, loop, ready=ready)
        except OSError as error:
            await self._cannot_start(str(error))
        finally:
            self._starting -= 1
        self._dispatch(loop.time())

    async def _attach(self, child: Child, loop: asyncio.AbstractEventLoop, *, ready: bool) -> None:
        if self._closed:
            # The others were ended while it was started.
            child.discard()
            return
        worker = Worker(child, self._limits.held_bytes + _BODY_MARGIN, self)
        self._alive.add(worker)
        self._attached.add(worker)
        try:
            await worker.attach(child.line)
        except OSError:
            self._alive.discard(worker)
            self._attached.discard(worker)
            child.discard()
            raise
        loop.call_later(START_SECONDS, _kill_silent, worker)
        if ready and worker in self._attached:
            worker.ready = True
            self._idle.append(worker)

    async def _cannot_start(self, reason: str) -> None:
        logging.getLogger("kg_server").error("A query process could not be started: %s", reason)
        if not self._alive:
            self._fail_waiting("No query process can be started at the moment.")
        await asyncio.sleep(_RETRY_SECONDS)

    # Processes speak and end

    def on_reply(self, worker: Worker, head: Head, body: bytes) -> None:
        """Pass an answer on and give the process the next question."""
        assert self._loop is not None  # noqa: S101 - `ask` has set it
        now = self._loop.time()
        jobs = self._busy.get(worker)
        if jobs is None:
            if worker.ready:
                # Nobody asked it.
                worker.kill()
                return
            if "ready" not in head:
                # It says why it cannot open the store, and ends.
                return
        else:
            self._take(worker, jobs, (head, body), now)
            if "last" in head:
                # What was sent ahead is for another one.
                ahead = self._take_back(worker)
                self._again([] if ahead is None else [ahead])
                worker.retire()
                self._dispatch(now)
                return
            if jobs:
                return
        worker.ready = True
        self._idle.append(worker)
        self._dispatch(now)

    def _take(self, worker: Worker, jobs: deque[Job | None], reply: Reply, now: float) -> None:
        job = jobs.popleft()
        if job is not None:
            self._end(job)
        if "skipped" in reply[0]:
            # It was called back before the process had so much as looked at it.
            self._again([] if job is None else [job])
        elif job is None or not job.answer(reply):
            self._discard(reply)
        worker.mark(now)
        if not jobs:
            del self._busy[worker]
        elif jobs[0] is not None:
            self._begin(worker, jobs[0])

    def on_end(self, worker: Worker) -> None:
        """Bury a process, tell who waited for it, and start another."""
        self._attached.discard(worker)
        self._alive.discard(worker)
        if worker in self._idle:
            self._idle.remove(worker)
        self._spawn(self._bury(worker, self._take_back(worker)))

    def _take_back(self, worker: Worker) -> Job | None:
        """Return the question that a process was at, and put those behind it first in the queue."""
        jobs = self._busy.pop(worker, None)
        if jobs is None:
            return None
        first, *behind = jobs
        self._again([job for job in behind if job is not None])
        if first is not None:
            self._end(first)
        return first

    async def _bury(self, worker: Worker, job: Job | None) -> None:
        loop = asyncio.get_running_loop()
        ran = loop.time() - worker.since
        code = await self._pool.bury(worker)
        self._pool.ended[describe_end(code)] += 1
        self._place.spool.discard(worker.process.pid)
        if not self._closed:
            event = {"event": "query_process_ended", "pid": worker.process.pid, "how": describe_end(code)}
            logging.getLogger("kg_server").info("Another one takes its place.", extra=event)
        if job is not None:
            if code == -signal.SIGKILL and ran < _RETRY_BEFORE_SECONDS and not job.retried:
                job.retried = True
                self._again([job])
            else:
                job.fail(self._endings.explain(code))
        if not worker.ready and not self._closed and code != -signal.SIGKILL:
            # It ended by itself before it could open the store, so the next one would as well: not at once.
            self._starting += 1
            await self._cannot_start(f"it ended while it opened the store ({describe_end(code)})")
            self._starting -= 1
        if self._closed:
            self._fail_waiting(_STOPS)
        self._dispatch(loop.time())

    # Questions end early

    def _abandon(self, job: Job) -> None:
        if reply := job.reply():
            # It came at the same moment.
            self._discard(reply)
        self._waiting.remove(job)
        for jobs in self._busy.values():
            if job in jobs:
                assert self._loop is not None  # noqa: S101 - `ask` has set it
                job.left = self._loop.time()

    def _discard(self, reply: Reply) -> None:
        name = file_of(reply[0])
        if name is not None:
            self._place.spool.remove(name)

    def _stop(self, worker: Worker) -> None:
        """Kill a process; a spare takes over before it is gone."""
        self._take_back(worker)
        self._alive.discard(worker)
        worker.kill()

    def _fail_waiting(self, what: str) -> None:
        for job in list(self._waiting):
            self._waiting.remove(job)
            job.fail(self._endings.lost(what))

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
        self._fail_waiting(_STOPS)

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
