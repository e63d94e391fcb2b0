"""A query process: confines itself, opens its source, then answers one question after the other.

Started by `kg_server.backends.process`; its standard input is the socket over which frames pass (`wire`).
"""

from __future__ import annotations

import os
import resource
import signal
import socket
import sys
import threading
import time
from collections import deque
from dataclasses import dataclass
from pathlib import Path

from kg_server.backends.confine import allow_cpu, die_with, limit_resources, narrow_egress, shut_egress
from kg_server.backends.evaluate import Evaluator, Most
from kg_server.backends.remote import Remote
from kg_server.backends.sink import Spool
from kg_server.backends.source import Source, StoreSource
from kg_server.backends.wire import Frames, Head, frame, pack_problem, pack_result, unpack_question
from kg_server.http.origins import Origin, parse_origins, ports
from kg_server.http.problems import Problem, ReleaseError

# Deep recursion in the parser ends the process when a stack overflows; the kernel hands out only the pages touched.
STACK_BYTES = 512 << 20
_MAX_BODY = 0
_PIECE = 1 << 16
# Replies that are sent together, at most.
_TOGETHER = 8
_KIBIBYTE = 1024
_CPU_AHEAD = 4
# A query that takes longer than this stands back for those that do not.
_PATIENCE_SECONDS, _LOWEST_PRIORITY = 0.1, 19
_QUICK_SECONDS = 0.01
# For so long a reply may wait for the next one.
_HOLD_SECONDS = 0.002
_START_TRIES, _START_SECONDS = 1000, 0.001
_STATM = Path("/proc/self/statm")


class _Line:
    """The server's end of the socket, read and written frame by frame.

    Replies wait while more questions are there to be answered: the server, which has clients to see to, is woken once
    for several of them. Whoever takes long calls `flush`.
    """

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        self._frames = Frames(_MAX_BODY)
        self._waiting: deque[Head] = deque()
        self._out: list[bytes] = []
        self._held = 0
        self._sending = threading.Lock()

    def read(self) -> Head | None:
        """Return the next question, None when the server has gone.

        The server may send some questions ahead. It calls those back that have not been begun when one takes long.
        """
        while True:
            if not self._waiting:
                self.flush()
            try:
                data = self._line.recv(_PIECE, socket.MSG_DONTWAIT if self._waiting else 0)
            except BlockingIOError:
                return self._waiting.popleft()
            if not data:
                return None
            for head, _ in self._frames.feed(data):
                if "recall" in head:
                    self._skip()
                else:
                    self._waiting.append(head)

    def drain(self) -> None:
        """Wait until the server has gone; what it still asks it asks others."""
        while self.read() is not None:
            pass

    def _skip(self) -> None:
        while self._waiting:
            self._waiting.popleft()
            self.write({"skipped": True})

    def write(self, head: Head, body: bytes = b"") -> None:
        """Send a reply, now or before the next question is waited for."""
        data = frame(head, body)
        with self._sending:
            self._out.append(data)
            self._held += len(data)
        if len(self._out) >= _TOGETHER or self._held > _PIECE or "last" in head:
            self.flush()

    @property
    def holds(self) -> bool:
        """Whether replies wait."""
        return bool(self._out)

    def flush(self) -> None:
        """Send the replies that wait; the thread that answers and the main thread may call this."""
        with self._sending:
            out, self._out, self._held = self._out, [], 0
            if out:
                self._line.sendall(b"".join(out))


def main() -> None:
    """Serve until the server closes the socket."""
    with socket.socket(fileno=os.dup(0)) as connection:
        line = _Line(connection)
        config = line.read()
        if config is None:
            return
        die_with(config["parent"])
        outside = _Outside(
            Remote.from_json(config["remote"]) if config["remote"] else None,
            parse_origins(" ".join(config["services"])),
        )
        open_ports = ports([outside.remote.origin] if outside.remote else outside.services)
        shut = narrow_egress(open_ports) if open_ports else shut_egress()
        limit_resources(STACK_BYTES + config["memory_bytes"], config["answer_bytes"])
        threading.stack_size(STACK_BYTES)
        session = _Session(line, config, outside, shut)
        while not session.over:
            session.run_thread()
        sys.exit(session.code)


@dataclass(frozen=True, slots=True)
class _Outside:
    """Whom this process may ask: an engine in the place of the store, and endpoints that SERVICE may name."""

    remote: Remote | None
    services: frozenset[Origin]


class _Session:
    """Answers questions, in a thread that is left when a long query has cost it its priority.

    A process without privileges can lower a thread's priority but not raise it again; a new thread has that of the
    thread that starts it.
    """

    def __init__(self, line: _Line, config: Head, outside: _Outside, shut: str) -> None:
        self._line, self._config, self._outside, self._shut = line, config, outside, shut
        self._evaluator: Evaluator | None = None
        self._thread: threading.Thread | None = None
        self._stood_back = False
        self._allowed = self._alarm_at = 0.0
        self._began: float | None = None
        self.over = False
        self.code = 1
        # Handlers run in the main thread, which does nothing else.
        signal.signal(signal.SIGALRM, lambda *_: self._take_notice())

    def run_thread(self) -> None:
        """Answer until the server has gone or a new thread is needed."""
        self._stood_back = False
        for _ in range(_START_TRIES):
            self._thread = threading.Thread(target=self._serve, name="queries")
            try:
                self._thread.start()
            except RuntimeError:
                # The stack of the former thread is given back a moment after its end, and two are over the limit.
                time.sleep(_START_SECONDS)
            else:
                self._thread.join()
                return
        self.over = True

    def _take_notice(self) -> None:
        """Do what is due when a question takes long: send the replies to those before it, later lower the priority."""
        now = time.monotonic()
        if self._line.holds:
            self._line.flush()
        # An alarm that was set for a question before this one comes too early for it.
        wait = 0.0 if self._began is None else self._began + _PATIENCE_SECONDS - now
        if wait > 0:
            self._set_alarm(now, wait)
        elif self._began is not None:
            self._stand_back()

    def _stand_back(self) -> None:
        if sys.platform == "linux" and self._thread is not None and self._thread.native_id is not None:
            self._stood_back = True
            os.setpriority(os.PRIO_PROCESS, self._thread.native_id, _LOWEST_PRIORITY)

    def _set_alarm(self, now: float, wait: float) -> None:
        # Once for many questions: a system call each would be much of what a small one takes.
        self._alarm_at = now + wait
        signal.setitimer(signal.ITIMER_REAL, wait)

    def _serve(self) -> None:
        # Whatever ends this thread by surprise leaves a question without its answer, and the answers to those behind it
        # would be taken for its own. So it ends the process.
        self.over = True
        if self._evaluator is None:
            self._evaluator = _try_evaluator(self._line, self._config, self._outside)
            if self._evaluator is None:
                return
            self._line.write({"ready": True, "egress": self._shut})
            self._line.flush()
        while not self._stood_back:
            head = self._line.read()
            if head is None:
                self.code = 0
                return
            reply, body = self._answer(self._evaluator, head)
            self._line.write(reply, body)
            if "last" in reply:
                self.code = 0
                self._line.drain()
                return
        self.over = False

    def _answer(self, evaluator: Evaluator, head: Head) -> tuple[Head, bytes]:
        self._allow_cpu()
        began = self._began = time.monotonic()
        wait = _HOLD_SECONDS if self._line.holds else _PATIENCE_SECONDS
        if not began < self._alarm_at <= began + wait:
            self._set_alarm(began, wait)
        reply, body = _answer(evaluator, head)
        self._began = None
        # What a large query leaves behind in the allocator would count against the next one; a quick one leaves little.
        if time.monotonic() - began > _QUICK_SECONDS and _resident_bytes() > self._config["memory_bytes"] // 2:
            reply["last"] = True
        return reply, body

    def _allow_cpu(self) -> None:
        # The kernel's limit is for a server that cannot kill any more; to renew it costs as much as a small query.
        seconds, now = self._config["seconds"], time.process_time()
        if now + seconds > self._allowed:
            self._allowed = now + _CPU_AHEAD * seconds
            allow_cpu(_CPU_AHEAD * seconds)


def _try_evaluator(line: _Line, config: Head, outside: _Outside) -> Evaluator | None:
    try:
        return _make_evaluator(config, outside)
    except ReleaseError as error:
        line.write({"error": str(error)})
        line.flush()
        return None


def _resident_bytes() -> int:
    try:
        pages = int(_STATM.read_bytes().split()[1])
    except OSError:
        # Without /proc only the peak is known. On Linux that would be the server's too: a process that is started by
        # vfork begins with the peak of the one that started it.
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _KIBIBYTE
    return pages * resource.getpagesize()


def _make_evaluator(config: Head, outside: _Outside) -> Evaluator:
    prefixes, base = config["prefixes"], config["base"]
    most = Most(config["answer_bytes"], config["answer_rows"], config["held_bytes"], config["cut"])
    source = _open(config, outside)
    spool = Spool(Path(config["spool"]), os.getpid())
    return Evaluator(source, prefixes=prefixes, base=base, most=most, spool=spool, services=outside.services)


def _open(config: Head, outside: _Outside) -> Source:
    if outside.remote is not None:
        # Few processes ask elsewhere, and the client is slow to import.
        from kg_server.backends.fetch import RemoteSource  # noqa: PLC0415

        return RemoteSource(outside.remote, config["prefixes"], config["base"], config["seconds"], outside.services)
    return StoreSource(Path(config["store"]), config["prefixes"], config["base"], outside.services)


def _answer(evaluator: Evaluator, head: Head) -> tuple[Head, bytes]:
    try:
        return pack_result(evaluator.answer(*unpack_question(head)))
    except Problem as problem:
        return pack_problem(problem), b""
    except MemoryError:
        return {"memory": True, "last": True}, b""


if __name__ == "__main__":
    main()
