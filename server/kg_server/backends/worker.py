"""A query process: confines itself, opens the store read-only, then answers one question after the other.

Started by `kg_server.backends.process`; its standard input is the socket over which frames pass (`wire`).
"""

from __future__ import annotations

import os
import resource
import socket
import threading
import time
from collections import deque
from pathlib import Path

from kg_server.backends.confine import allow_cpu, die_with, limit_resources, shut_egress
from kg_server.backends.evaluate import Evaluator, Most
from kg_server.backends.sink import Spool
from kg_server.backends.source import StoreSource
from kg_server.backends.wire import Frames, Head, frame, pack_problem, pack_result, unpack_question
from kg_server.http.problems import Problem, ReleaseError

# Deep recursion in the parser ends the process when a stack overflows; the kernel hands out only the pages touched.
STACK_BYTES = 512 << 20
_MAX_BODY = 0
_PIECE = 1 << 16
_KIBIBYTE = 1024
_STATM = Path("/proc/self/statm")
_CPU_AHEAD = 4


class _Line:
    """The server's end of the socket, read frame by frame."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        self._frames = Frames(_MAX_BODY)
        self._waiting: deque[Head] = deque()

    def read(self) -> Head | None:
        """Return the next question, None when the server has gone.

        The server may send some questions ahead. It calls those back that have not been begun when one takes long.
        """
        while True:
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

    def _skip(self) -> None:
        while self._waiting:
            self._waiting.popleft()
            self.write({"skipped": True})

    def write(self, head: Head, body: bytes = b"") -> None:
        self._line.sendall(frame(head, body))


def main() -> None:
    """Serve until the server closes the socket."""
    with socket.socket(fileno=os.dup(0)) as connection:
        line = _Line(connection)
        config = line.read()
        if config is None:
            return
        die_with(config["parent"])
        shut = shut_egress()
        limit_resources(STACK_BYTES + config["memory_bytes"], config["answer_bytes"])
        threading.stack_size(STACK_BYTES)
        thread = threading.Thread(target=_serve, args=(line, config, shut), name="queries")
        thread.start()
        thread.join()


def _serve(line: _Line, config: Head, shut: str) -> None:
    try:
        evaluator = _make_evaluator(config)
    except ReleaseError as error:
        line.write({"error": str(error)})
        return
    line.write({"ready": True, "egress": shut})
    seconds, tired_at, allowed = config["seconds"], config["memory_bytes"] // 2, 0.0
    while (head := line.read()) is not None:
        # The kernel's limit is for a server that cannot kill any more; to renew it costs as much as a small query.
        if time.process_time() + seconds > allowed:
            allow_cpu(_CPU_AHEAD * seconds)
            allowed = time.process_time() + _CPU_AHEAD * seconds
        reply, body = _answer(evaluator, head)
        # What a large query leaves behind in the allocator would count against the next one.
        if _holds_more_than(tired_at):
            reply["last"] = True
        line.write(reply, body)


def _holds_more_than(limit: int) -> bool:
    if resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _KIBIBYTE <= limit:
        return False
    try:
        # The peak alone says little: a process that is started by vfork begins with that of the server.
        return int(_STATM.read_bytes().split()[1]) * resource.getpagesize() > limit
    except OSError:
        return True


def _make_evaluator(config: Head) -> Evaluator:
    prefixes, base = config["prefixes"], config["base"]
    most = Most(config["answer_bytes"], config["answer_rows"], config["held_bytes"], config["cut"])
    source = StoreSource(Path(config["store"]), prefixes, base)
    spool = Spool(Path(config["spool"]), os.getpid())
    return Evaluator(source, prefixes=prefixes, base=base, most=most, spool=spool)


def _answer(evaluator: Evaluator, head: Head) -> tuple[Head, bytes]:
    try:
        return pack_result(evaluator.answer(*unpack_question(head)))
    except Problem as problem:
        return pack_problem(problem), b""
    except MemoryError:
        return {"memory": True, "last": True}, b""


if __name__ == "__main__":
    main()
