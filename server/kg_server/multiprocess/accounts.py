"""What the clients of all processes owe."""

from __future__ import annotations

from kg_server.multiprocess.table import WAYS, Table, floats


class SharedAccounts:
    """When each client's debt will be paid off; the keeper of accounts for `operations.budget.Budget`.

    The clients are in sets of eight. In a full set the one whose debt is paid off first is forgotten.

    Args:
        rows: clients that are remembered, at least.

    >>> accounts = SharedAccounts(100)
    >>> accounts.add("192.0.2.1", 1000.0, 5.0); accounts.paid_off("192.0.2.1"), len(accounts)
    (1005.0, 1)
    """

    def __init__(self, rows: int) -> None:
        self._table = Table(rows)
        self._times = floats(self._table.rows)

    def __len__(self) -> int:
        """Return how many clients are remembered."""
        return self._table.rows - self._table.keys.tolist().count(0)

    def paid_off(self, account: str) -> float:
        """Return when a client's debt will be paid off; 0.0 where none is known."""
        row = self._table.find(*self._table.place(account))
        return 0.0 if row is None else self._times[row]

    def add(self, account: str, now: float, seconds: float) -> None:
        """Add to a client's debt: it will be paid off so many seconds later."""
        table, times = self._table, self._times
        key, first = table.place(account)
        table.locks.take(first)
        try:
            row = table.find(key, first)
            if row is None:
                row = min(range(first, first + WAYS), key=times.__getitem__)
                times[row] = 0.0
                table.keys[row] = key
            times[row] = max(times[row], now) + seconds
        finally:
            table.locks.leave(first)
