"""Query seconds that each client may use: a bucket for each, which fills with time and is emptied by queries."""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Protocol

from kg_server.http.problems import BudgetSpent

_MOST_ACCOUNTS = 10_000
_MINUTE = 60.0


class Keeper(Protocol):
    """Who remembers what clients owe, as the time at which each one's debt will be paid off."""

    def __len__(self) -> int:
        """Return how many clients are remembered."""
        ...

    def paid_off(self, account: str) -> float:
        """Return when a client's debt will be paid off; 0.0 where none is known."""
        ...

    def add(self, account: str, now: float, seconds: float) -> None:
        """Add to a client's debt: it will be paid off so many seconds later, counted from now at the earliest."""
        ...


class Accounts:
    """The clients of one process that were seen last.

    Args:
        most: clients that are remembered.
    """

    def __init__(self, most: int = _MOST_ACCOUNTS) -> None:
        self._most = most
        self._times: OrderedDict[str, float] = OrderedDict()

    def __len__(self) -> int:
        """Return how many clients are remembered."""
        return len(self._times)

    def paid_off(self, account: str) -> float:
        """Return when a client's debt will be paid off; 0.0 where none is known."""
        return self._times.get(account, 0.0)

    def add(self, account: str, now: float, seconds: float) -> None:
        """Add to a client's debt."""
        times = self._times
        before = times.get(account)
        if before is None:
            while len(times) >= self._most:
                times.popitem(last=False)
            before = now
        times[account] = max(before, now) + seconds
        times.move_to_end(account)


class Budget:
    """Counts the seconds that each client's queries run; waiting in the queue is free.

    What a query costs is known when it ends, so a client with something left may start one that costs more; it then
    waits longer. A bucket is kept as the time at which it will be full again, which is one number.

    Args:
        seconds: query seconds that a client gets each minute; 0 switches budgets off.
        burst: the most that it can save up.
        accounts: who remembers; this process by default.
        clock: for tests.

    >>> now = 0.0
    >>> budget = Budget(60, 90, clock=lambda: now)
    >>> budget.check("192.0.2.1"); budget.charge("192.0.2.1", 100.0)
    >>> budget.check("192.0.2.1")
    Traceback (most recent call last):
    kg_server.http.problems.BudgetSpent: Your queries used up their 60 s of each minute; try again in 11 s.
    """

    def __init__(
        self, seconds: int, burst: int, accounts: Keeper | None = None, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._seconds, self._burst = seconds, float(burst)
        self._clock = clock
        self._accounts = Accounts() if accounts is None else accounts

    def __len__(self) -> int:
        """Return how many clients are remembered."""
        return len(self._accounts)

    def check(self, account: str) -> None:
        """Let a query begin.

        Raises:
            BudgetSpent: when the client has nothing left.
        """
        level = self._level(account)
        if level > 0:
            return
        wait = math.floor(-level * _MINUTE / self._seconds) + 1
        raise BudgetSpent(
            f"Your queries used up their {self._seconds} s of each minute; try again in {wait} s.",
            headers={"Retry-After": str(wait)},
            limit=self._seconds,
            retry_after=wait,
        )

    def covers(self, account: str) -> bool:
        """Tell whether the client has something left."""
        return self._level(account) > 0

    def charge(self, account: str, seconds: float) -> None:
        """Take what a query has cost."""
        if self._seconds and seconds > 0:
            self._accounts.add(account, self._clock(), seconds * _MINUTE / self._seconds)

    def _level(self, account: str) -> float:
        full_at = self._accounts.paid_off(account)
        return self._burst - (full_at - self._clock()) * self._seconds / _MINUTE if full_at else self._burst
