"""What is under way in all processes together, by name: the queries of a client, the connections of an address."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kg_server.multiprocess.table import WAYS, Table, integers


class CountTable:
    """A number for each name and process.

    Each process changes its own numbers alone. What a process had under way ends with it, so its numbers are forgotten
    when it has gone.

    Args:
        rows: names that can be counted at the same time. Which rows a name can have is left to chance; a name that
            finds them all taken goes uncounted, so let there be four times as many as names.
        processes: how many there are.
    """

    def __init__(self, rows: int, processes: int) -> None:
        self.table = Table(rows)
        self._processes = processes
        self._numbers = integers(self.table.rows * processes)

    def of(self, row: int, process: int) -> int:
        """Return what one process has under way."""
        return self._numbers[process * self.table.rows + row]

    def total(self, row: int) -> int:
        """Return what all processes have under way."""
        return sum(self._numbers[row :: self.table.rows])

    def add(self, row: int, process: int, by: int) -> None:
        """Change what a process has under way."""
        self._numbers[process * self.table.rows + row] += by

    def row(self, key: int, first: int) -> int | None:
        """Return the row of a key, one that nobody needs if it has none, None if there is none; hold the set's lock."""
        row = self.table.find(key, first)
        if row is None:
            row = next((each for each in range(first, first + WAYS) if not self.total(each)), None)
            if row is not None:
                self.table.keys[row] = key
        return row

    def forget(self, process: int) -> None:
        """Forget what a process had under way, which has ended."""
        rows = self.table.rows
        self._numbers[process * rows : (process + 1) * rows] = memoryview(bytes(rows * 8)).cast("q")


class Total:
    """One number of each process, and their sum.

    Args:
        processes: how many there are.
    """

    def __init__(self, processes: int) -> None:
        self._numbers = integers(processes)

    def forget(self, process: int) -> None:
        """Forget the number of a process, which has ended."""
        self._numbers[process] = 0

    def add(self, process: int, by: int) -> None:
        """Change the number of a process."""
        self._numbers[process] += by

    def sum(self) -> int:
        """Return the sum."""
        return sum(self._numbers)

    def of(self, process: int) -> int:
        """Return the number of a process."""
        return self._numbers[process]


@dataclass(frozen=True, slots=True)
class Together:
    """A bound on a sum, as one process sees it.

    Attributes:
        total: of all processes.
        process: this one.
        most: what it may be.
        alone: whether nobody forgets any more what the others had when they ended.

    >>> total = Total(2)
    >>> one, other = Together(total, 0, most=3), Together(total, 1, most=3)
    >>> one.add(2), other.add(-1), other.all()
    (None, None, 1)
    """

    total: Total
    process: int
    most: int
    alone: Callable[[], bool] = lambda: False

    def add(self, by: int) -> None:
        """Change the number of this process."""
        self.total.add(self.process, by)

    def all(self) -> int:
        """Return the sum."""
        return self.total.of(self.process) if self.alone() else self.total.sum()


@dataclass(frozen=True, slots=True)
class AtOnce:
    """A bound on what is under way for each name, as one process sees it.

    Attributes:
        counts: of all processes.
        process: this one.
        most: for a name, in all processes together.
        alone: whether nobody forgets any more what the others had under way when they ended.

    >>> counts = CountTable(64, processes=2)
    >>> one, other = AtOnce(counts, 0, most=2), AtOnce(counts, 1, most=2)
    >>> one.take("192.0.2.1"), other.take("192.0.2.1"), other.take("192.0.2.1"), other.take("192.0.2.2")
    (True, True, False, True)
    >>> one.give("192.0.2.1"); other.take("192.0.2.1")
    True
    """

    counts: CountTable
    process: int
    most: int
    alone: Callable[[], bool] = lambda: False

    def take(self, name: str, *, by_force: bool = False) -> bool:
        """Count one more if that is allowed, and return whether it is.

        Args:
            name: whose.
            by_force: whether it is counted in any case.
        """
        counts = self.counts
        key, first = counts.table.place(name)
        counts.table.locks.take(first)
        try:
            row = counts.row(key, first)
            if row is None:
                return True
            allowed = not self._full(row)
            if allowed or by_force:
                counts.add(row, self.process, 1)
            return allowed
        finally:
            counts.table.locks.leave(first)

    def free(self, name: str) -> bool:
        """Tell whether one more would be allowed at this moment."""
        row = self._row(name)
        return row is None or not self._full(row)

    def give(self, name: str) -> None:
        """Count one less."""
        row = self._row(name)
        if row is not None and self.counts.of(row, self.process):
            self.counts.add(row, self.process, -1)

    def _row(self, name: str) -> int | None:
        table = self.counts.table
        return table.find(*table.place(name))

    def _full(self, row: int) -> bool:
        if self.counts.total(row) < self.most:
            return False
        return not self.alone() or self.counts.of(row, self.process) >= self.most
