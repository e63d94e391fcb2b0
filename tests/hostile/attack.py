"""The hostile set runs against a real server while polite clients work; what came of it is the report."""

from __future__ import annotations

import json
import os
import queue
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.hostile import parameters, queries, wires
from tests.hostile.cases import CANARY_PORT, CLOSED, Case, asking, request
from tests.hostile.namespace import attempts_to_leave, leave_the_network, sockets_abroad
from tests.support.processes import family_of, proportional_mb
from tests.support.rawclient import connect, read_all, statuses
from tests.support.release_fixture import TRIG, make_release

# Small limits, so that each of them is met often in a minute.
SETTINGS = {
    "workers": 4,
    # An answer that is given again would prove nothing.
    "cache_mb": 0,
    "spare": 2,
    "queue": 8,
    "client_queries": 1,
    "query_seconds": 1,
    "query_memory_mb": 192,
    "max_answer_bytes": 8 << 20,
    "head_seconds": 3,
    "body_seconds": 3,
    "send_seconds": 3,
    "idle_seconds": 5,
    "max_connections": 200,
    "client_connections": 40,
}
# All processes together. The sum of what they may have is higher: one query that meets its limit is not six.
CAP_MB = 640
IDLE_SECONDS = 4.0
WAIT_SECONDS = 20.0
_LOOK_SECONDS = 0.25
_NODES, _LINKS = 400, 12


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a case: the statuses of the replies, and what is wrong with that."""

    case: Case
    statuses: tuple[int, ...]
    wrong: str = ""


@dataclass(slots=True)
class Watch:
    """What was seen of the server's processes meanwhile."""

    memory_mb: float = 0.0
    abroad: set[str] = field(default_factory=set)
    done: threading.Event = field(default_factory=threading.Event)

    def look(self, server: int) -> None:
        while not self.done.wait(_LOOK_SECONDS):
            processes = family_of(server)
            self.memory_mb = max(self.memory_mb, sum(map(proportional_mb, processes)))
            self.abroad |= sockets_abroad(processes)


@dataclass(frozen=True, slots=True)
class Report:
    """The run, in figures."""

    results: tuple[Result, ...]
    flood: Counter[int]
    idle: dict[str, list[float]]
    attacked: dict[str, list[float]]
    wrong: tuple[str, ...]
    memory_mb: float
    seconds: float
    alone: bool
    left: int | None
    abroad: tuple[str, ...]
    reached: int
    egress: str
    ended: dict[str, int]
    log: str


def all_cases() -> tuple[Case, ...]:
    """The hostile set."""
    return (*queries.cases(), *wires.cases(), *parameters.cases())


def data() -> str:
    """A small release with a part in which everything is near to everything in a few steps."""
    links = (f"id:n{n} ex:near id:n{(n * 7 + k * 31) % _NODES} ." for n in range(_NODES) for k in range(_LINKS))
    return TRIG + "\n".join(links)


def run(cases: Sequence[Case]) -> Report:
    """Start a server in a network of its own, attack it, and tell."""
    alone = leave_the_network()
    with tempfile.TemporaryDirectory() as folder:
        release = make_release(Path(folder) / "release", data())
        log = Path(folder) / "log"
        with _server(release, log) as (server, port), _canary() as (canary, reached), _polite(port) as polite:
            watch = Watch()
            watching = threading.Thread(target=watch.look, args=[server])
            watching.start()
            try:
                _tell(polite, "measure 1")  # connections are made, processes started
                before = _tell(polite, f"measure {IDLE_SECONDS}")
                began = time.monotonic()
                _send(polite, "until")
                results, flood = _attack(cases, port, canary)
                seconds = time.monotonic() - began
                during = _tell(polite, "stop")
                after = _tell(polite, f"measure {IDLE_SECONDS}")
                health = _health(port)
            finally:
                watch.done.set()
                watching.join()
        return Report(
            results=tuple(results),
            flood=flood,
            idle={kind: before["seconds"][kind] + after["seconds"][kind] for kind in before["seconds"]},
            attacked=during["seconds"],
            wrong=(*before["wrong"], *during["wrong"], *after["wrong"]),
            memory_mb=watch.memory_mb,
            seconds=seconds,
            alone=alone,
            left=attempts_to_leave() if alone else None,
            abroad=tuple(sorted(watch.abroad)),
            reached=len(reached),
            egress=health["query_processes"]["egress"],
            ended=health["query_processes"]["ended"],
            log=log.read_text("utf-8", "replace"),
        )


def _attack(cases: Sequence[Case], port: int, canary: int) -> tuple[list[Result], Counter[int]]:
    """Send everything: queries from one address, the rest from another, slow clients all at once from a third."""
    slow = [each for each in cases if each.family == "Slow clients"]
    heavy = {each.family for each in queries.cases()}
    hungry = [each for each in cases if each.family in heavy]
    others = [each for each in cases if each not in slow and each.family not in heavy]
    results: queue.SimpleQueue[Result] = queue.SimpleQueue()
    floods_came: queue.SimpleQueue[int] = queue.SimpleQueue()
    flooding = threading.Event()

    def send_all(some: Sequence[Case], source: str) -> None:
        for each in some:
            results.put(_send_case(each, port, canary, source))

    def flood() -> None:
        # Always more of them than may run or wait.
        while not flooding.is_set():
            data, _ = _exchange(port, (asking(queries.FLOOD),), "127.0.0.99")
            floods_came.put(statuses(data)[0] if data else CLOSED)

    threads = [
        threading.Thread(target=send_all, args=[hungry, "127.0.0.66"]),
        *(threading.Thread(target=send_all, args=[others[place::2], "127.0.0.67"]) for place in range(2)),
        *(threading.Thread(target=send_all, args=[[each], "127.0.0.68"]) for each in slow),
    ]
    floods = [threading.Thread(target=flood) for _ in range(4)]
    for thread in (*threads, *floods):
        thread.start()
    for thread in threads:
        thread.join()
    flooding.set()
    for thread in floods:
        thread.join()
    found = [results.get() for _ in range(results.qsize())]
    order = {each.title: place for place, each in enumerate(cases)}
    flood_counts = Counter(floods_came.get() for _ in range(floods_came.qsize()))
    return sorted(found, key=lambda each: order[each.case.title]), flood_counts


def _send_case(case: Case, port: int, canary: int, source: str) -> Result:
    pieces = tuple(each.replace(CANARY_PORT, str(canary).encode()) for each in case.pieces)
    data, end = _exchange(port, pieces, source, case.pause, reads=case.reads)
    came = statuses(data) or ((CLOSED,) if end != "open" else ())
    return Result(case, came, _judge(case, came, data, end))


def _judge(case: Case, came: tuple[int, ...], data: bytes, end: str) -> str:
    if end == "open":
        return f"the connection was still open after {WAIT_SECONDS:g} s ({came})"
    if len(came) > case.replies:
        return f"{len(came)} replies"
    if unexpected := set(came) - case.expected:
        return f"{sorted(unexpected)} instead of {sorted(case.expected)}: {data[-300:]!r}"
    leaked = next((each for each in case.never if each in data), None)
    return f"the reply holds {leaked!r}" if leaked else ""


def _exchange(
    port: int, pieces: Sequence[bytes], source: str, pause: float = 0, *, reads: bool = True
) -> tuple[bytes, str]:
    with connect(port, source=source) as connection:
        if not reads:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        try:
            for place, piece in enumerate(pieces):
                if place and pause:
                    time.sleep(pause)
                connection.sendall(piece)
            if not reads:
                connection.settimeout(WAIT_SECONDS)
                first = connection.recv(1024)
                time.sleep(SETTINGS["send_seconds"] + 3)
                rest, end = read_all(connection, WAIT_SECONDS)
                return first + rest, end
        except ConnectionError:
            # It may have answered before it closed.
            pass
        return read_all(connection, WAIT_SECONDS)


@contextmanager
def _server(release: Path, log: Path) -> Iterator[tuple[int, int]]:
    options = [part for name, value in SETTINGS.items() for part in (f"--{name.replace('_', '-')}", str(value))]
    with log.open("wb") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "kg_server.run", str(release), "--port", "0", *options],
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        )
        try:
            assert process.stdout is not None
            found = re.search(r":(\d+)/", process.stdout.readline())
            assert found, log.read_text("utf-8")
            yield process.pid, int(found[1])
            assert process.poll() is None, "the server has ended"
        finally:
            process.terminate()
            try:
                process.communicate(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()
                raise


@contextmanager
def _canary() -> Iterator[tuple[int, list[object]]]:
    """A listener that nobody may reach; yields its port, and who did."""
    reached: list[object] = []
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.settimeout(0.2)
        done = threading.Event()

        def listen() -> None:
            while not done.is_set():
                try:
                    connection, address = listener.accept()
                except TimeoutError:
                    continue
                connection.close()
                reached.append(address)

        thread = threading.Thread(target=listen)
        thread.start()
        try:
            yield listener.getsockname()[1], reached
        finally:
            done.set()
            thread.join()


@contextmanager
def _polite(port: int) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-m", "tests.hostile.polite", str(port)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield process
        process.stdin.close()  # type: ignore[union-attr]


def _send(polite: subprocess.Popen[str], command: str) -> None:
    assert polite.stdin is not None
    polite.stdin.write(command + "\n")
    polite.stdin.flush()


def _tell(polite: subprocess.Popen[str], command: str) -> dict[str, dict[str, list[float]]]:
    _send(polite, command)
    assert polite.stdout is not None
    answer: dict[str, dict[str, list[float]]] = json.loads(polite.stdout.readline())
    return answer


def _health(port: int) -> dict[str, Any]:
    data, _ = _exchange(port, (request("GET", "/health"),), "127.0.0.10")
    document: dict[str, Any] = json.loads(data.partition(b"\r\n\r\n")[2])
    return document
