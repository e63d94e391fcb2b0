"""Each question has one outcome and its own, whatever becomes of processes and clients; nothing is left behind."""

from __future__ import annotations

import asyncio
import random
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from concurrent.futures import Future
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from kg_server.backends.base import Answer, Question, Wanted
from kg_server.backends.embedded import EmbeddedBackend
from kg_server.backends.limits import Limits
from kg_server.backends.pool import QueryPool
from kg_server.backends.process import Child, Place, _config, _environment
from kg_server.backends.spool import SpoolFolder
from kg_server.backends.watch import Watch
from kg_server.backends.wire import frame
from kg_server.http.formats import BINDINGS, Choice
from kg_server.http.problems import MemoryExceeded, Overloaded, Problem, QueryTimeout, WorkerLost

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")

WANTED = Wanted(Choice(BINDINGS[0], BINDINGS[0].media_types[0]), None)
LIMITS = Limits(workers=1, spare=0, queue=50, seconds=20)


class ScriptedPool(QueryPool):
    """Starts processes that do what questions say; nothing else is another one's."""

    def __init__(self, limits: Limits) -> None:
        super().__init__(limits)
        self.children: list[Child] = []

    def start(self, place: Place, unwanted: Callable[[], bool] = lambda: False) -> Future[Child]:
        def go() -> Child:
            ours, theirs = socket.socketpair()
            with theirs:
                process = subprocess.Popen(
                    [sys.executable, "-S", "-m", "tests.support.scripted_worker"],
                    stdin=theirs.fileno(),
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    env=_environment(),
                )
            ours.settimeout(20)
            ours.sendall(frame(_config(place, self.limits)))
            child = Child(process, ours)
            self.children.append(child)
            return child

        future = self._starter.submit(go)
        future.add_done_callback(lambda done: unwanted() and done.result().discard())
        return future


@dataclass(frozen=True, slots=True)
class Parts:
    pool: ScriptedPool
    backend: EmbeddedBackend
    spool: SpoolFolder

    async def ask(self, query: str, client: str = "") -> Answer:
        return await self.backend.answer(Question(query), WANTED, Watch(client))

    def files(self) -> list[Path]:
        return list(self.spool.path.iterdir())


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


@asynccontextmanager
async def backend(folder: Path, limits: Limits = LIMITS) -> AsyncIterator[Parts]:
    """A backend, and afterwards the proof that nothing of it is left."""
    before, spool = descriptors(), SpoolFolder(folder)
    pool = ScriptedPool(limits)
    parts = Parts(pool, EmbeddedBackend(Place(folder, {}, None, spool), pool), spool)
    try:
        yield parts
        crew = parts.backend._crew
        await until(lambda: not crew._busy)
        assert pool.taken == len(crew._waiting) == pool.room.taken == 0
        assert not crew._waiting._at_work
    finally:
        async with asyncio.timeout(20):
            await pool.stop()
        spool.close()
    assert all(each.process.poll() is not None for each in pool.children)
    # The loop's own are opened with the first process.
    assert descriptors() <= before


async def until(condition: Callable[[], bool], seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.005)


def run(work: Coroutine[object, object, None]) -> None:
    asyncio.run(work)


async def outcome(asked: Awaitable[Answer]) -> str:
    """The text that was answered, or the kind of the problem."""
    try:
        answer = await asked
    except Problem as problem:
        return type(problem).__name__
    return answer.read().decode()


async def ahead(parts: Parts, *queries: str) -> list[str]:
    """What becomes of questions that are sent to one process in one piece."""
    assert await outcome(parts.ask("answer 0 first")) == "first"
    return await asyncio.gather(*(outcome(parts.ask(each)) for each in queries))


@pytest.mark.parametrize("end", ["memory", "surprise", "die"])
def test_what_was_sent_ahead_to_a_process_that_ends_is_answered_by_another(tmp_path: Path, end: str) -> None:
    async def work() -> None:
        async with backend(tmp_path) as parts:
            found = await ahead(parts, f"{end} 0 a", "answer 0 b", "answer 0 c", "file 0 d")
            lost = "WorkerLost" if end == "surprise" else "MemoryExceeded"
            assert found == [lost, "b", "c", "d"]

    run(work())


def test_what_was_called_back_is_answered_once_and_in_turn(tmp_path: Path) -> None:
    async def work() -> None:
        async with backend(tmp_path) as parts:
            found = await ahead(parts, "burn 300 a", "file 0 b", "burn 30 c", "answer 0 d")
            assert found == ["a", "b", "c", "d"]
            await until(lambda: not parts.files())

    run(work())


def test_the_file_of_an_answer_that_nobody_takes_is_removed(tmp_path: Path) -> None:
    async def work() -> None:
        async with backend(tmp_path) as parts:
            await ahead(parts)
            for _ in range(20):
                asked = asyncio.ensure_future(parts.ask("file 20 text"))
                # Sometimes before it is written, sometimes when it has just come.
                await asyncio.sleep(random.uniform(0.015, 0.025))  # noqa: S311
                asked.cancel()
                await asyncio.wait([asked])
                del asked
            assert await outcome(parts.ask("answer 0 last")) == "last"
            assert not parts.files()

    run(work())


def test_a_question_that_nobody_waits_for_is_not_asked_again(tmp_path: Path) -> None:
    async def work() -> None:
        async with backend(tmp_path) as parts:
            await ahead(parts)
            asked = [asyncio.ensure_future(parts.ask(each)) for each in ("burn 300 a", "burn 9000 b", "answer 0 c")]
            await asyncio.sleep(0)
            asked[1].cancel()
            assert await outcome(asked[2]) == "c"
            assert await outcome(asked[0]) == "a"
            # Its process would have been killed.
            assert len(parts.pool.children) == 1

    run(work())


def test_a_question_has_a_deadline_also_while_no_process_is_ready(tmp_path: Path) -> None:
    async def work() -> None:
        async with backend(tmp_path, Limits(workers=1, spare=0, seconds=1)) as parts:
            child = parts.pool.children[0]
            await ahead(parts)
            parts.pool.start = lambda *_: Future()  # type: ignore[method-assign]
            child.process.kill()
            crew = parts.backend._crew
            await until(lambda: child.process.poll() is not None and not crew._alive and crew._ticking is None)
            async with asyncio.timeout(5):
                assert await outcome(parts.ask("answer 0 a")) == "QueryTimeout"
            for task in crew._tasks:
                task.cancel()

    run(work())


def test_a_process_that_was_being_started_at_the_end_is_ended(tmp_path: Path) -> None:
    async def work() -> None:
        async with backend(tmp_path, Limits(workers=3, spare=3)) as parts:
            assert await outcome(parts.ask("answer 0 a")) == "a"
            # Five more are on their way now; some of them are there and not yet noticed.
            while len(parts.pool.children) < 3:
                pass

    run(work())


def test_nothing_is_asked_after_the_end(tmp_path: Path) -> None:
    async def work() -> None:
        async with backend(tmp_path) as parts:
            await ahead(parts)
            await parts.pool.stop()
            async with asyncio.timeout(5):
                assert await outcome(parts.ask("answer 0 a")) == "WorkerLost"

    run(work())


@pytest.mark.parametrize("said", [b"x" * 50, frame({"ready": True}), frame({"answer": None}), b"\xff" * 12])
def test_a_process_that_speaks_without_being_asked_is_replaced(tmp_path: Path, said: bytes) -> None:
    async def work() -> None:
        async with backend(tmp_path) as parts:
            await ahead(parts)
            crew = parts.backend._crew
            (worker,) = crew._idle
            worker.data_received(said)
            assert await outcome(parts.ask("answer 0 a")) == "a"
            assert len(parts.pool.children) == 2

    run(work())


@pytest.mark.parametrize("seed", range(2))
def test_every_question_has_one_outcome_and_its_own(tmp_path: Path, seed: int) -> None:
    some = random.Random(seed)  # noqa: S311
    words = ["answer"] * 20 + ["burn", "wait", "file", "file", "refuse", "memory", "surprise", "die"]
    kinds = {each.__name__ for each in (MemoryExceeded, Overloaded, QueryTimeout, WorkerLost)} | {"EvaluationFailed"}

    async def one(parts: Parts, number: int) -> str:
        milliseconds = some.choice([0, 0, 0, 0, 0, 3, 12, 60, 700])
        query = f"{some.choice(words)} {milliseconds} {number}"
        asked = asyncio.ensure_future(outcome(parts.ask(query, some.choice("abc"))))
        leaves = some.random() < 0.25
        await asyncio.wait([asked], timeout=some.choice([0, 0.001, 0.01, 0.1]) if leaves else None)
        if not asked.done():
            asked.cancel()
            await asyncio.wait([asked])
        return "gone" if asked.cancelled() else asked.result()

    async def client(parts: Parts, name: int) -> None:
        for number in range(12):
            mine = name * 1000 + number
            found = await one(parts, mine)
            assert found in {str(mine), "gone", *kinds}
            answered.append(found)

    async def killer(parts: Parts) -> None:
        while True:
            await asyncio.sleep(some.uniform(0.05, 0.5))
            alive = [each for each in parts.pool.children if each.process.returncode is None]
            if alive:
                some.choice(alive).process.send_signal(some.choice([signal.SIGKILL, signal.SIGTERM]))

    async def work() -> None:
        async with backend(tmp_path, Limits(workers=2, spare=1, queue=10, share=1, seconds=1)) as parts:
            kills = asyncio.ensure_future(killer(parts))
            async with asyncio.timeout(60):
                await asyncio.gather(*(client(parts, name) for name in range(14)))
            kills.cancel()
            await until(lambda: not parts.backend._crew._busy)
            assert await outcome(parts.ask("answer 0 last")) in {"last", "WorkerLost"}
            # What a process was writing goes when it is buried.
            await until(lambda: not parts.files())

    answered: list[str] = []
    run(work())
    assert len(answered) == 14 * 12
    assert sum(each.isdigit() for each in answered) > 20
