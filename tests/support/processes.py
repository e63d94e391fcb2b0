"""What a test sees of the query processes from outside: /proc."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path

_WORKER = b"kg_server.backends.worker"


def query_processes(parent: int) -> set[int]:
    """The living query processes of a server."""
    found = set()
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                command = (folder / "cmdline").read_bytes()
                after_name = (folder / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                # It ended between two looks.
                continue
            if _WORKER in command and int(after_name[1]) == parent:
                found.add(int(folder.name))
    return found


def kill(process: int) -> None:
    """SIGKILL, unless the process ended since it was looked for."""
    with suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)


def resident_mb(process: int) -> float:
    """Resident memory in MiB; 0 when the process has gone."""
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * 4096 / (1 << 20)
    except OSError:
        return 0.0


def cpu_seconds(process: int) -> float:
    """Processor time used so far; 0 when the process has gone."""
    try:
        after_name = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(after_name[11]) + int(after_name[12])) / 100


def family_of(process: int) -> set[int]:
    """A process and what it started, down to the last."""
    parents = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                # It ended between two looks.
                continue
    found = {process}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def marked(mark: str) -> set[int]:
    """The living processes whose environment, as they were started with it, holds a text; whoever their parent is."""
    found = set()
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            # Those of others are closed, and one may end between two looks.
            with suppress(OSError):
                if mark.encode() in (folder / "environ").read_bytes():
                    found.add(int(folder.name))
    return found


def proportional_mb(process: int) -> float:
    """Proportional set size in MiB: what is shared counts in parts; 0 when the process has gone."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:")), 0.0)


def children_of(process: int) -> list[int]:
    """What a process started itself and has not ended."""
    found = []
    for entry in Path("/proc").iterdir():
        with suppress(OSError, ValueError):
            if parent_of(int(entry.name)) == process:
                found.append(int(entry.name))
    return found


def parent_of(process: int) -> int:
    return int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])


def is_alive(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    # Nobody may be there to bury it.
    return state not in {"Z", "X"}
