"""Query seconds that each client may use: a bucket for each, which fills with time and is emptied by queries."""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from kg_server.http.problems import BudgetSpent

_MOST_ACCOUNTS = 10_000
_MINUTE = 60.0


@dataclass(slots=True)
class _Bucket:
    """Seconds left at a time; fewer than none when queries under way used more than there was."""

    level: float
    at: float


class Budget:
    """Counts the seconds that each client's queries run; waiting in the queue is free.

    What a query costs is known when it ends, so a client with something left may start one that costs more; it then
    waits longer. Only the clients seen last are remembered.

    Args:
        seconds: query seconds that a client gets each minute; 0 switches budgets off.
        burst: the most that it can save up.
        most: clients that are remembered.
        clock: for tests.

    >>> now = 0.0
    >>> budget = Budget(60, 90, clock=lambda: now)
    >>> budget.check("192.0.2.1"); budget.charge("192.0.2.1", 100.0)
    >>> budget.check("192.0.2.1")
    Traceback (most recent call last):
    kg_server.http.problems.BudgetSpent: Your queries used up their 60 s of each minute; try again in 11 s.
    """

    def __init__(
        self, seconds: int, burst: int, *, most: int = _MOST_ACCOUNTS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._seconds, self._burst = seconds, float(burst)
        self._most, self._clock = most, clock
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def __len__(self) -> int:
        """Return how many clients are remembered."""
        return len(self._buckets)

    def check(self, account: str) -> None:
        """Let a query begin.

        Raises:
            BudgetSpent: when the client has nothing left.
        """
        if self.covers(account):
            return
        bucket = self._buckets[account]
        wait = math.floor(-bucket.level * _MINUTE / self._seconds) + 1
        raise BudgetSpent(
            f"Your queries used up their {self._seconds} s of each minute; try again in {wait} s.",
            headers={"Retry-After": str(wait)},
            limit=self._seconds,
            retry_after=wait,
        )

    def covers(self, account: str) -> bool:
        """Tell whether the client has something left."""
        bucket = self._buckets.get(account)
        return bucket is None or self._fill(bucket) > 0

    def charge(self, account: str, seconds: float) -> None:
        """Take what a query has cost."""
        if not self._seconds or seconds <= 0:
            return
        bucket = self._buckets.get(account)
        if bucket is None:
            while len(self._buckets) >= self._most:
                self._buckets.popitem(last=False)
            bucket = self._buckets[account] = _Bucket(self._burst, self._clock())
        self._fill(bucket)
        bucket.level -= seconds
        self._buckets.move_to_end(account)

    def _fill(self, bucket: _Bucket) -> float:
        now = self._clock()
        bucket.level = min(self._burst, bucket.level + (now - bucket.at) * self._seconds / _MINUTE)
        bucket.at = now
        return bucket.level
