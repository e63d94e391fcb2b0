"""Questions on their way to an answer."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from kg_server.backends.watch import Watch
from kg_server.backends.wire import Head

Reply = tuple[Head, bytes]


@dataclass(eq=False, slots=True)
class Job:
    """A question on its way.

    Attributes:
        request: its frame.
        future: for the answer.
        deadline: when it must have been answered (the event loop's time).
        watch: is told when a process takes it up and puts it down.
        retried: whether it was asked again because its process had been killed from outside.
        left: since when nobody waits for the answer.
    """

    request: bytes
    future: asyncio.Future[Reply]
    deadline: float
    watch: Watch
    retried: bool = False
    left: float | None = None

    def answer(self, reply: Reply) -> bool:
        """Hand over the answer, and tell whether somebody waits for it."""
        if self.future.done():
            return False
        self.future.set_result(reply)
        return True

    def reply(self) -> Reply | None:
        """Return the answer that was handed over, if one was."""
        future = self.future
        return future.result() if future.done() and not future.cancelled() and not future.exception() else None

    def fail(self, error: Exception) -> None:
        """Say why there is none."""
        if not self.future.done():
            self.future.set_exception(error)
