"""A circuit breaker: stop asking an engine that fails again and again, and look now and then whether it is back."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import Literal

State = Literal["closed", "open", "half-open"]


class Breaker:
    """Counts failures in a row and says who may pass.

    Closed, everybody passes. After `failures` in a row within `window` seconds it opens, and nobody passes. When its
    time has come, `admit` lets one through as a probe (half-open), whose end closes it or opens it anew.

    Args:
        failures: so many in a row open it.
        window: seconds after which a failure is forgotten.
        pause: seconds between two probes of an engine that cannot be reached.
        clock: gives the time in seconds.

    >>> breaker = Breaker(failures=2, window=60, pause=5)
    >>> breaker.failed(unreachable=True), breaker.failed(unreachable=True), breaker.admit()
    (None, None, False)
    """

    def __init__(self, failures: int, window: float, pause: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.state: State = "closed"
        self.opened = 0
        self._most, self._window, self._pause, self._clock = failures, window, pause, clock
        self._failed: deque[float] = deque()
        self._retry_at = 0.0

    @property
    def failures(self) -> int:
        """Failures in a row that are still counted."""
        return len(self._failed)

    @property
    def retry_seconds(self) -> int:
        """Whole seconds until it is worth asking again, at least 1."""
        return max(1, int(self._retry_at - self._clock()) + 1)

    def admit(self) -> bool:
        """Tell whether the caller may pass; with the state half-open then, it is the probe and must say how it ended.

        The answer is also false while another's probe is under way.
        """
        if self.state == "open" and self._clock() >= self._retry_at:
            self.state = "half-open"
            return True
        return self.state == "closed"

    def succeeded(self) -> None:
        """Note an answer: the engine is there, whoever asked."""
        self._failed.clear()
        self.state = "closed"

    def failed(self, *, unreachable: bool) -> None:
        """Note a failure of somebody who passed while it was closed.

        Args:
            unreachable: the engine is surely at fault. Otherwise (a time-out, an error) the query may be, so the next
                one to come probes at once: nobody can shut others out with queries that fail.
        """
        if self.state != "closed":
            return
        now = self._clock()
        self._failed.append(now)
        while self._failed[0] < now - self._window:
            self._failed.popleft()
        if len(self._failed) >= self._most:
            self.state = "open"
            self.opened += 1
            self._retry_at = now + (self._pause if unreachable else 0)

    def probe_failed(self) -> None:
        """Note that the probe failed: wait once more."""
        if self.state == "half-open":
            self.state = "open"
            self._retry_at = self._clock() + self._pause
