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
    """A number of each process, and their sum.

    Args:
        processes: how many there are.
    """

    def __init__(self, processes: int) -> None:
        self.numbers = integers(processes)

    def forget(self, process: int) -> None:
        """Forget the number of a process, which has ended."""
        self.numbers[process] = 0


@dataclass(frozen=True, slots=True)
class Together:
    """A bound on what is under way in all processes, as one of them sees it.

    Attributes:
        total: of all processes.
        process: this one.
        most: in all processes together.
        alone: whether nobody forgets any more what the others had under way when they ended.

    >>> total = Total(2)
    >>> one, other = Together(total, 0, most=2), Together(total, 1, most=2)
    >>> one.take(), other.take(), other.take(), other.give(), one.free()
    (True, True, False, None, True)
    """

    total: Total
    process: int
    most: int
    alone: Callable[[], bool] = lambda: False

    def take(self, *, by_force: bool = False) -> bool:
        """Count one more if that is allowed, and return whether it is.

        Args:
            by_force: whether it is counted in any case.
        """
        numbers = self.total.numbers
        # First counted, then added up: of two that do so at the same moment one at least sees the other.
        numbers[self.process] += 1
        allowed = sum(numbers) <= self.most or (self.alone() and numbers[self.process] <= self.most)
        if not allowed and not by_force:
            self.give()
        return allowed

    def free(self) -> bool:
        """Tell whether one more would be allowed at this moment."""
        numbers = self.total.numbers
        return sum(numbers) < self.most or (self.alone() and numbers[self.process] < self.most)

    def give(self) -> None:
        """Count one less."""
        self.total.numbers[self.process] -= 1


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
            # As in `Together`: the lock may be gone without, and the bound has to hold all the same.
            counts.add(row, self.process, 1)
            allowed = self._within(row, self.most)
            if not allowed and not by_force:
                counts.add(row, self.process, -1)
            return allowed
        finally:
            counts.table.locks.leave(first)

    def free(self, name: str) -> bool:
        """Tell whether one more would be allowed at this moment."""
        row = self._row(name)
        return row is None or self._within(row, self.most - 1)

    def give(self, name: str) -> None:
        """Count one less."""
        row = self._row(name)
        if row is not None and self.counts.of(row, self.process):
            self.counts.add(row, self.process, -1)

    def _row(self, name: str) -> int | None:
        table = self.counts.table
        return table.find(*table.place(name))

    def _within(self, row: int, most: int) -> bool:
        return self.counts.total(row) <= most or (self.alone() and self.counts.of(row, self.process) <= most)
