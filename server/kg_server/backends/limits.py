"""What queries may take, in one place, for the server and for its query processes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of queries and of the processes that run them.

    Attributes:
        workers: queries that run at the same time.
        spare: processes kept ready beyond these, so that a killed one is replaced without a wait.
        queue: queries that may wait; one more is refused with `Overloaded`.
        share: queries of one client that run at the same time; 0 for any number.
        seconds: from a query's arrival to its answer, waiting included; then its process is killed.
        retry_seconds: what `Retry-After` says.
        memory_mb: memory of one process, in MiB; a query that wants more ends its process.
        answer_bytes: the largest answer.
        answer_rows: the longest answer, in rows or triples.
        held_bytes: up to which size an answer passes through memory; a longer one is written to a file.
        cut: whether an answer of more rows is cut, and says so; otherwise it is refused.
        spool_bytes: what answers on their way out may take of the disk together.
    """

    workers: int = 4
    spare: int = 1
    queue: int = 32
    share: int = 0
    seconds: int = 30
    retry_seconds: int = 2
    memory_mb: int = 1024
    answer_bytes: int = 256 << 20
    answer_rows: int = 5_000_000
    held_bytes: int = 1 << 20
    cut: bool = False
    spool_bytes: int = 4 << 30
