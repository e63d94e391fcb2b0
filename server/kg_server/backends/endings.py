"""What a client is told when its question has no answer because of a limit or a death."""

from __future__ import annotations

import signal

from kg_server.backends.limits import Limits
from kg_server.backends.process import describe_end
from kg_server.http.problems import EvaluationFailed, MemoryExceeded, Problem, QueryTimeout, WorkerLost


class Endings:
    """Makes the problems.

    Args:
        limits: that they name.

    >>> Endings(Limits(seconds=3)).explain(-signal.SIGXCPU).detail
    'The query took longer than 3 s. Ask for less, or use one of the dumps.'
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits

    def explain(self, code: int) -> Problem:
        """Say why a process ended in the middle of a question.

        Args:
            code: how it ended (see `Popen.returncode`).
        """
        if code == -signal.SIGABRT:
            return self.memory()
        if code == -signal.SIGXCPU:
            return self.timeout()
        if code in {-signal.SIGSEGV, -signal.SIGBUS}:
            return EvaluationFailed(f"The query ended the process that evaluated it ({describe_end(code)}).")
        return self.lost(f"The process that evaluated the query ended ({describe_end(code)}).")

    def memory(self) -> Problem:
        """Say that the memory was not enough."""
        most = self._limits.memory_mb
        return MemoryExceeded(f"The query needs more than {most} MiB of memory. Ask for less at once.", limit=most)

    def timeout(self) -> Problem:
        """Say that the time is up."""
        most = self._limits.seconds
        return QueryTimeout(
            f"The query took longer than {most:g} s. Ask for less, or use one of the dumps.", limit=most
        )

    def lost(self, what: str) -> Problem:
        """Say what happened for no reason of the query's."""
        wait = self._limits.retry_seconds
        message = f"{what} Another one takes its place; try again in {wait} s."
        return WorkerLost(message, headers={"Retry-After": str(wait)}, retry_after=wait)
