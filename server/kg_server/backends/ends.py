"""Why a question has no answer, as its client is told."""

from __future__ import annotations

import signal

from kg_server.backends.limits import Limits
from kg_server.backends.process import describe_end
from kg_server.http.problems import EvaluationFailed, MemoryExceeded, Problem, QueryTimeout, WorkerLost


def explain_end(code: int, limits: Limits) -> Problem:
    """Return what is told of a process that ended at a question; `code` is as in `Popen.returncode`.

    >>> explain_end(-6, Limits(memory_mb=64)).detail
    'The query needs more than 64 MiB of memory. Ask for less at once.'
    """
    if code == -signal.SIGABRT:
        return memory_exceeded(limits)
    if code == -signal.SIGXCPU:
        return timed_out(limits)
    if code in {-signal.SIGSEGV, -signal.SIGBUS}:
        return EvaluationFailed(f"The query ended the process that evaluated it ({describe_end(code)}).")
    return lost(f"The process that evaluated the query ended ({describe_end(code)}).", limits)


def memory_exceeded(limits: Limits) -> Problem:
    """Return what is told of a query that wanted too much memory."""
    most = limits.memory_mb
    return MemoryExceeded(f"The query needs more than {most} MiB of memory. Ask for less at once.", limit=most)


def timed_out(limits: Limits) -> Problem:
    """Return what is told of a query that took too long, waiting included."""
    most = limits.seconds
    return QueryTimeout(f"The query took longer than {most:g} s. Ask for less, or use one of the dumps.", limit=most)


def lost(what: str, limits: Limits) -> Problem:
    """Return what is told of a query that was interrupted for no reason of its own."""
    wait = limits.retry_seconds
    message = f"{what} Another one takes its place; try again in {wait} s."
    return WorkerLost(message, headers={"Retry-After": str(wait)}, retry_after=wait)
