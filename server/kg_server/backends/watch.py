"""How far a question has come, for those who look on while it is answered."""

from __future__ import annotations

import time


class Watch:
    """Written by the backend, read by whoever counts or lists queries.

    A backend calls `begin` when something starts to work on the question, and `end` when that has stopped. Between
    putting a question and `begin` it waits, and waiting costs a client nothing.

    Attributes:
        began: monotonic time at which work on the question began; None while it waits.
        ended: monotonic time at which it stopped; None before.
        process: id of the process that works on it; None where that is not known.
        client: who asks; clients take turns. Empty for the server itself.

    >>> watch = Watch()
    >>> watch.state, watch.seconds(10.0)
    ('waiting', 0.0)
    >>> watch.began = 8.0
    >>> watch.state, watch.seconds(10.0)
    ('running', 2.0)
    """

    __slots__ = ("began", "client", "ended", "process")

    def __init__(self, client: str = "") -> None:
        self.client = client
        self.began: float | None = None
        self.ended: float | None = None
        self.process: int | None = None

    def begin(self, process: int | None = None) -> None:
        """Note that work on the question begins now."""
        self.began, self.ended, self.process = time.monotonic(), None, process

    def end(self) -> None:
        """Note that it has stopped; a second time, or before it began, is nothing new."""
        if self.began is not None and self.ended is None:
            self.ended = time.monotonic()

    @property
    def state(self) -> str:
        """`waiting`, `running` or `ended`."""
        if self.began is None:
            return "waiting"
        return "running" if self.ended is None else "ended"

    def seconds(self, now: float) -> float:
        """Return the seconds of work up to a monotonic time."""
        if self.began is None:
            return 0.0
        return max(0.0, (now if self.ended is None else self.ended) - self.began)
