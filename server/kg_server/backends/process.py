"""The server's handle on one query process: start it, ask it, kill it, learn how it ended."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, cast

from kg_server.backends.limits import Limits
from kg_server.backends.remote import Remote
from kg_server.backends.spool import SpoolFolder
from kg_server.backends.wire import Frames, Head, WireError, frame
from kg_server.http.origins import Origin
from kg_server.http.problems import ReleaseError

START_SECONDS = 60.0
_LINGER_SECONDS = 2.0
_PIECE = 1 << 16
# A question that has computed for so long is not a quick one; nor is one that is this old, whatever it waits for.
_SLOW_SECONDS, _WAITING_SECONDS = 0.003, 0.05
# What the interpreter may need to start. Nothing else of the server's environment is a query's business.
_KEPT = ("LD_", "PYTHONHOME", "SSL_CERT_")


@dataclass(frozen=True, slots=True)
class Place:
    """What queries are asked of and how they are read.

    Attributes:
        store: the folder of a store.
        prefixes: that count as declared.
        base: the base IRI.
        spool: where long answers go.
        remote: the engine that is asked in the store's place.
        services: the origins that SERVICE may ask.
    """

    store: Path
    prefixes: Mapping[str, str]
    base: str | None
    spool: SpoolFolder
    remote: Remote | None = None
    services: frozenset[Origin] = frozenset()


@dataclass(frozen=True, slots=True)
class Child:
    """A started process and our end of the socket to it."""

    process: subprocess.Popen[bytes]
    line: socket.socket

    def discard(self) -> int:
        """Kill it, close the socket, return how it ended (see `Popen.returncode`)."""
        self.line.close()
        self.process.kill()
        return self.process.wait()


def start(place: Place, limits: Limits) -> Child:
    """Start a query process; its first frame says whether it is ready. Blocks for a few milliseconds.

    The process ends with the thread that calls this (`confine.die_with`), so call it from one that stays.

    Raises:
        OSError: when the system has no process or descriptor left.
    """
    ours, theirs = socket.socketpair()
    try:
        with theirs:
            process = subprocess.Popen(
                # Without `site`: the path is handed over whole, and reading .pth files is half of the starting time.
                [sys.executable, "-S", "-m", "kg_server.backends.worker"],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=_environment(),
                # Ctrl-C is for the server alone.
                start_new_session=True,
            )
        ours.settimeout(START_SECONDS)
        child = Child(process, ours)
        try:
            ours.sendall(frame(_config(place, limits)))
        except OSError:
            child.discard()
            raise
    except OSError:
        ours.close()
        raise
    return child


def await_ready(child: Child) -> Head:
    """Block until a process is ready; return its first frame, discard it when it is not.

    Raises:
        ReleaseError: when it cannot open the store, or ended, or is silent.
    """
    frames = Frames(0)
    try:
        while data := child.line.recv(_PIECE):
            for head, _ in frames.feed(data):
                if "error" in head:
                    child.discard()
                    raise ReleaseError(str(head["error"]))
                return head
    except (OSError, WireError) as error:
        child.discard()
        raise ReleaseError(f"A query process could not be started: {error}") from error
    ended = child.discard()
    raise ReleaseError(f"A query process ended while it opened the store ({describe_end(ended)}).")


def describe_end(code: int) -> str:
    """Return how a process ended, in words.

    >>> describe_end(-9), describe_end(-40), describe_end(1)
    ('SIGKILL', 'signal 40', 'exit code 1')
    """
    if code >= 0:
        return f"exit code {code}"
    # The real-time signals have no names.
    return signal.Signals(-code).name if -code in set(signal.Signals) else f"signal {-code}"


def _environment() -> dict[str, str]:
    path = os.pathsep.join(entry for entry in sys.path if entry)
    kept = {name: value for name, value in os.environ.items() if name.startswith(_KEPT)}
    # One arena, so that memory that is freed is found again and the limit is about data, not about arenas.
    return {**kept, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1", "MALLOC_ARENA_MAX": "1"}


def _config(place: Place, limits: Limits) -> Head:
    return {
        "parent": os.getpid(),
        "store": str(place.store),
        "prefixes": dict(place.prefixes),
        "base": place.base,
        "remote": place.remote.to_json() if place.remote else None,
        "services": sorted(map(str, place.services)),
        "answer_bytes": limits.answer_bytes,
        "answer_rows": limits.answer_rows,
        "held_bytes": limits.held_bytes,
        "cut": limits.cut,
        "spool": str(place.spool.path),
        "memory_bytes": limits.memory_mb << 20,
        "seconds": limits.seconds,
    }


def _processor_seconds(process: int) -> float:
    """Return the processor time that a process has used; a process that is not let run uses none."""
    try:
        # The clock of another process, as clock_getcpuclockid(3) makes it.
        return time.clock_gettime((~process << 3) | 2)
    except OSError:
        # It has ended, or the system has no such clocks.
        return time.monotonic()


class Owner(Protocol):
    """Who is told what a worker says and when its line ends."""

    def on_reply(self, worker: Worker, head: Head, body: bytes) -> None:
        """Take an answer."""

    def on_end(self, worker: Worker) -> None:
        """Learn that the process has gone or makes no sense any more."""


class Worker(asyncio.Protocol):
    """A query process that an event loop listens to.

    Args:
        child: the process.
        max_body: the longest answer that is taken from it through the socket, in bytes.
        owner: whom to tell.

    Attributes:
        since: when it took up the first of the questions that it has (the event loop's time).
    """

    def __init__(self, child: Child, max_body: int, owner: Owner) -> None:
        self.process = child.process
        self.ready = False
        self.since = 0.0
        self._computed = 0.0
        self._frames = Frames(max_body)
        self._owner = owner
        self._transport: asyncio.Transport | None = None
        self._out: list[bytes] = []
        self._loop = asyncio.get_running_loop()

    async def attach(self, line: socket.socket) -> None:
        """Listen to the process from now on."""
        line.settimeout(0)
        await self._loop.create_unix_connection(lambda: self, sock=line)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way to the process."""
        # A stream socket's; uvloop's is not derived from asyncio's class.
        self._transport = cast("asyncio.Transport", transport)

    def write(self, data: bytes) -> None:
        """Send a frame, together with the others of this turn of the event loop."""
        if not self._out:
            self._loop.call_soon(self._flush)
        self._out.append(data)

    def _flush(self) -> None:
        out, self._out = self._out, []
        if self._transport is not None:
            self._transport.write(b"".join(out))

    def data_received(self, data: bytes) -> None:
        """Pass on what is whole; kill a process that breaks the agreement."""
        try:
            for head, body in self._frames.feed(data):
                self._owner.on_reply(self, head, body)
        except WireError:
            self.kill()

    def connection_lost(self, _: Exception | None) -> None:
        """Tell the owner."""
        self._transport = None
        self._owner.on_end(self)

    def mark(self, now: float) -> None:
        """Note that it takes up a question now."""
        self.since, self._computed = now, _processor_seconds(self.process.pid)

    def slow(self, now: float) -> bool:
        """Whether its question takes long: it computes, or waits for something that is no processor."""
        age = now - self.since
        if age < _SLOW_SECONDS:
            return False
        return age > _WAITING_SECONDS or _processor_seconds(self.process.pid) - self._computed > _SLOW_SECONDS

    def retire(self) -> None:
        """Let the process end; `on_end` follows."""
        if self._transport is not None:
            self._transport.close()

    def kill(self) -> None:
        """End the process now; `on_end` follows."""
        self.process.kill()
        if self._transport is not None:
            self._transport.abort()

    def end(self) -> int:
        """Wait until the process has gone, kill it if it lingers, return how it ended (see `Popen.returncode`)."""
        try:
            return self.process.wait(_LINGER_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()
