"""A cluster of Dask on loopback: a scheduler and workers, each a process that ends with the test."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from distributed import Client

import kg_builder

ROOT = Path(__file__).parents[2]
PATIENCE = 120.0
T = TypeVar("T")


@dataclass
class Cluster:
    """A scheduler and its workers.

    Attributes:
        folder: takes what the processes say.
        address: of the scheduler.
        processes: that were started, to be ended.
    """

    folder: Path
    address: str = ""
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, *arguments: str, source: Path | None = None) -> subprocess.Popen[bytes]:
        """Start a command of Dask in a session of its own; `source` is where its builder comes from."""
        source = source or Path(kg_builder.__file__).parents[1]
        environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(source), str(ROOT)])}
        with (self.folder / f"{len(self.processes)}.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "dask", *arguments],
                cwd=self.folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.processes.append(process)
        return process

    def worker(self, *arguments: str, source: Path | None = None) -> subprocess.Popen[bytes]:
        """Start a worker and wait until it is one; without a nanny, so that who kills it kills all of it."""
        with Client(self.address, set_as_default=False) as client:
            before = set(client.nthreads())
            process = self.start(
                *("worker", self.address, "--nthreads", "1", "--no-nanny", "--no-dashboard", "--host", "127.0.0.1"),
                *("--local-directory", str(self.folder), *arguments),
                source=source,
            )
            until(lambda: set(client.nthreads()) - before or None)
        return process

    def end(self) -> None:
        """End all that was started."""
        for process in self.processes:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        for process in self.processes:
            process.wait()


@contextmanager
def scheduler(folder: Path) -> Iterator[Cluster]:
    """A scheduler on a free port, without workers."""
    cluster = Cluster(folder)
    try:
        told = folder / "scheduler.json"
        cluster.start(
            "scheduler",
            *("--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--dashboard-address", "127.0.0.1:0"),
            *("--scheduler-file", str(told)),
        )
        cluster.address = until(lambda: _address(told))
        yield cluster
    finally:
        cluster.end()


def _address(told: Path) -> str | None:
    with suppress(FileNotFoundError, json.JSONDecodeError):
        return str(json.loads(told.read_text())["address"])
    return None


def until(there: Callable[[], T | None]) -> T:
    """Ask again and again until there is an answer: the processes say nothing of their own accord."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if (answer := there()) is not None:
            return answer
        time.sleep(0.05)
    raise TimeoutError
