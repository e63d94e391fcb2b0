"""Who runs the map over the articles: this process, a few of them, or an engine of many machines."""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from typing import Protocol

from kg_builder.build.mapping import Context, Given, Mapped, Mapper
from kg_builder.errors import ReleaseError

_FEW = 8
"""Articles that are mapped sooner than another process starts."""
_TOGETHER = 4
"""Articles that are handed to a process at a time."""


@dataclass(frozen=True, slots=True)
class Task:
    """One article to map: where its record and its text lie, and where its shard goes.

    Attributes:
        article: its id.
        record: path of its record.
        text: path of its text; None where it is not at hand.
        shard: path of the file that takes its lines; it is written whole or, where anything is wrong, not at all.
    """

    article: str
    record: str
    text: str | None
    shard: str


class Engine(Protocol):
    """Runs the map."""

    def run(self, context: Context, tasks: Sequence[Task]) -> Iterator[Mapped]:
        """Map every article, in any order; yields what came of each, its lines written to its shard and left out.

        Raises:
            ReleaseError: the engine cannot be had, or gave up.
            OSError: a file cannot be read or written.
        """
        ...


def run_task(mapper: Mapper, task: Task) -> Mapped:
    """Map one article from file to file; raises OSError."""
    text = Path(task.text).read_bytes() if task.text else None
    mapped = mapper.map(Given(task.article, Path(task.record).read_bytes(), text))
    if not mapped.problems:
        Path(task.shard).write_bytes(mapped.lines)
    return replace(mapped, lines=b"")


@dataclass(frozen=True, slots=True)
class LocalEngine:
    """Processes of this machine; few articles are mapped in this very one.

    Attributes:
        processes: how many; 0 for as many as there are cores.
    """

    processes: int = 0

    def run(self, context: Context, tasks: Sequence[Task]) -> Iterator[Mapped]:
        """Map every article, in any order."""
        number = self.processes or os.cpu_count() or 1
        if number == 1 or len(tasks) <= _FEW:
            mapper = Mapper(context)
            yield from (run_task(mapper, task) for task in tasks)
            return
        # A fork would take over the locks of the store's threads, held or not.
        pool = ProcessPoolExecutor(number, get_context("spawn"), _start, (context,))
        try:
            waiting = [pool.submit(_run, tasks[start : start + _TOGETHER]) for start in range(0, len(tasks), _TOGETHER)]
            for done in as_completed(waiting):
                yield from done.result()
        except BrokenExecutor as error:
            message = "a process that reads articles was ended from outside: is there too little memory?"
            raise ReleaseError(message) from error
        finally:
            pool.shutdown(cancel_futures=True)


_mappers: list[Mapper] = []
"""The mapper of a process that maps; its initializer puts it there."""


def _start(context: Context) -> None:
    # Ctrl-C reaches every process of the terminal; the one that asked ends this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _mappers.append(Mapper(context))
    # What is made of an article holds no cycles, and looking for some takes a twelfth of the time.
    gc.freeze()
    gc.disable()


def _run(tasks: Sequence[Task]) -> list[Mapped]:
    return [run_task(_mappers[-1], task) for task in tasks]
