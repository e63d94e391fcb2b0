"""Starts serving processes, and each again when it is killed; their port stays open, so that connections wait."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from types import FrameType

from kg_server.backends.process import describe_end

_SHORT_SECONDS, _PAUSE_SECONDS = 2.0, 1.0
_PASSED_ON = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


@dataclass(frozen=True, slots=True)
class Turn:
    """One start of a process.

    Attributes:
        process: its number, from 0.
        first: whether it is the first start of all.
        ready: to be called when nothing keeps it from serving any more.
    """

    process: int = 0
    first: bool = True
    ready: Callable[[], None] = lambda: None


def keep(
    run: Callable[[Turn], int],
    processes: int = 1,
    *,
    ended: Callable[[int], None] = lambda _: None,
    told: Callable[[], None] = lambda: None,
) -> int:
    """Run processes, and each again that a signal has ended which nobody here sent.

    Where there are several, the first one is waited for, because what keeps it from serving would keep the others; and
    one that ends by itself is started again while others run. Call this before there are threads: the process is
    forked. When this one is killed, the others go on.

    Args:
        run: serves until told to stop, and returns an exit code.
        processes: how many.
        ended: told which process has ended, before it is started again.
        told: called when this process is told to stop, which the others are told as well.

    Returns:
        The exit code; in the other processes too, which leave this function as well.
    """
    keeper = _Keeper(ended, told, alone=processes == 1)
    reader, writer = os.pipe()
    if keeper.fork(0):
        os.close(reader)
        return run(Turn(ready=lambda: _signal(writer)))
    os.close(writer)
    missing = list(range(1, processes))
    # Nothing comes of one that ends before it is ready.
    if not os.read(reader, 1):
        lost = keeper.lost()
        missing = [*lost, *missing] if lost else []
    os.close(reader)
    while missing or keeper.running:
        for process in missing:
            if keeper.fork(process):
                return run(Turn(process, first=False))
        missing = keeper.lost() if keeper.running else []
    return keeper.code


def _signal(writer: int) -> None:
    # The keeper may have been killed, and is not needed.
    with suppress(BrokenPipeError):
        os.write(writer, b"!")
    os.close(writer)


class _Keeper:
    """Processes that were forked from this one, and are told to stop when it is.

    Attributes:
        running: number and start of each process that has not ended, by its id.
        told: whether this one was told to stop.
        code: the exit code.
    """

    def __init__(self, on_ended: Callable[[int], None], on_told: Callable[[], None], *, alone: bool) -> None:
        self.running: dict[int, tuple[int, float]] = {}
        self.told, self.code = False, 0
        self._on_ended, self._on_told, self._alone = on_ended, on_told, alone
        self._before = {number: signal.signal(number, self._pass_on) for number in _PASSED_ON}

    def _pass_on(self, number: int, _: FrameType | None) -> None:
        self.told = True
        for child in self.running:
            # It may have ended just now.
            with suppress(ProcessLookupError):
                os.kill(child, number)
        self._on_told()

    def fork(self, process: int) -> bool:
        """Start a process unless this one was told to stop, and return whether this is the new one."""
        # A signal meanwhile would not reach a process that is not in the list.
        signal.pthread_sigmask(signal.SIG_BLOCK, _PASSED_ON)
        child = 0 if self.told else os.fork()
        if child:
            self.running[child] = process, time.monotonic()
        elif not self.told:
            for number, handler in self._before.items():
                signal.signal(number, handler)
            # Ctrl-C at a terminal reaches the keeper alone, which passes it on once.
            os.setpgid(0, 0)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _PASSED_ON)
        return child == 0 and not self.told

    def lost(self) -> list[int]:
        """Wait until a process has ended, and return it if it is to be started again."""
        child, status = os.wait()
        while child not in self.running:
            # What a killed one had started, where this is the process that such are left to, as in a container.
            child, status = os.wait()
        process, began = self.running.pop(child)
        code = os.waitstatus_to_exitcode(status)
        if self.told or (code >= 0 and not self.running):
            self.code = max(self.code, code)
            return []
        who = "The server" if self._alone else f"Process {process + 1}"
        sys.stderr.write(f"{who} has ended ({describe_end(code)}); it is started again.\n")
        sys.stderr.flush()
        if time.monotonic() - began < _SHORT_SECONDS:
            time.sleep(_PAUSE_SECONDS)
        self._on_ended(process)
        return [process]
