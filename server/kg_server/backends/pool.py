"""A bounded pool of threads for queries: so many at work, so many waiting, and no more."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from kg_server.http.problems import Overloaded, QueryTimeout

Result = TypeVar("Result")

# Deep recursion in the parser ends the process when a stack overflows; the kernel hands out only the pages touched.
_STACK_BYTES = 512 * 1024 * 1024


class Stop:
    """Tells a running query that nobody waits for it any more."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def set(self) -> None:
        """Ask the query to stop at its next chance."""
        self._event.set()

    def __bool__(self) -> bool:
        """Whether the query should stop."""
        return self._event.is_set()


class QueryPool:
    """Runs blocking calls off the event loop.

    Args:
        workers: threads.
        queue: calls that may wait; the next one is refused with `Overloaded`.
        seconds: from the call to its answer, waiting included; then `QueryTimeout`. A thread cannot be killed,
            so a call that does not look at its `Stop` keeps its place until it ends.
        retry_seconds: what `Retry-After` says.
    """

    def __init__(self, workers: int, queue: int, seconds: float, retry_seconds: int) -> None:
        self._places = workers + queue
        self._taken = 0
        self._seconds = seconds
        self._retry_seconds = retry_seconds
        self._executor = _start(workers)

    @property
    def taken(self) -> int:
        """Calls running or waiting."""
        return self._taken

    async def run(self, call: Callable[[Stop], Result]) -> Result:
        """Run a call in the pool and wait for it.

        Raises:
            Overloaded, QueryTimeout, and whatever the call raises.
        """
        retry = {"Retry-After": str(self._retry_seconds)}
        if self._taken >= self._places:
            message = f"{self._places} queries are running or waiting already; try again in {self._retry_seconds} s."
            raise Overloaded(message, headers=retry, limit=self._places, retry_after=self._retry_seconds)
        self._taken += 1
        loop = asyncio.get_running_loop()
        stop = Stop()
        future: Future[Result] = self._executor.submit(call, stop)
        future.add_done_callback(lambda _: _call_soon(loop, self._release))
        try:
            return await asyncio.wait_for(asyncio.wrap_future(future), self._seconds)
        except TimeoutError as error:
            message = f"The query took longer than {self._seconds:g} s. Ask for less, or use one of the dumps."
            raise QueryTimeout(message, limit=self._seconds) from error
        finally:
            stop.set()

    def _release(self) -> None:
        self._taken -= 1

    def close(self) -> None:
        """Take no more calls; those that run end by themselves."""
        self._executor.shutdown(wait=False, cancel_futures=True)


def _start(workers: int) -> ThreadPoolExecutor:
    """Start all threads at once, because the size of a stack is set for the process, and set back after."""
    executor = ThreadPoolExecutor(workers, thread_name_prefix="query")
    former = threading.stack_size(_STACK_BYTES)
    try:
        barrier = threading.Barrier(workers + 1)
        for _ in range(workers):
            executor.submit(barrier.wait)
        barrier.wait()
    finally:
        threading.stack_size(former)
    return executor


def _call_soon(loop: asyncio.AbstractEventLoop, call: Callable[[], None]) -> None:
    if not loop.is_closed():
        loop.call_soon_threadsafe(call)
