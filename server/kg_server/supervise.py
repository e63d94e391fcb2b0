"""Starts the server again when it is killed; the port stays open, so that connections wait and none is refused."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from types import FrameType

_SHORT_SECONDS, _PAUSE_SECONDS = 2.0, 1.0
_PASSED_ON = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def keep(run: Callable[[bool], int]) -> int:
    """Run something in a process of its own, and again whenever a signal that nobody here sent has ended it.

    Call it before there are threads: the process is forked. When this one is killed, the other goes on.

    Args:
        run: serves until told to stop, and returns an exit code; told whether it is the first time.

    Returns:
        The exit code; in the other process too, which leaves this function as well.
    """
    told = False
    child = 0

    def pass_on(number: int, _: FrameType | None) -> None:
        nonlocal told
        told = True
        if child:
            os.kill(child, number)

    before = {number: signal.signal(number, pass_on) for number in _PASSED_ON}
    first = True
    while True:
        began = time.monotonic()
        child = os.fork()
        if child == 0:
            for number, handler in before.items():
                signal.signal(number, handler)
            # Ctrl-C at a terminal reaches the other process, which passes it on once.
            os.setpgid(0, 0)
            return run(first)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if code >= 0 or told:
            return max(0, code)
        first, child = False, 0
        sys.stderr.write(f"The server was ended by {signal.Signals(-code).name}; it is started again.\n")
        sys.stderr.flush()
        if time.monotonic() - began < _SHORT_SECONDS:
            time.sleep(_PAUSE_SECONDS)
