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

    def answer(self, reply: Reply) -> None:
        """Hand over the answer."""
        if not self.future.done():
            self.future.set_result(reply)

    def fail(self, error: Exception) -> None:
        """Say why there is none."""
        if not self.future.done():
            self.future.set_exception(error)
