"""Several serving processes are one service, under both servers."""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
from tests.support.operations import BEARER, log_lines
from tests.support.operations import samples as samples_of
from tests.support.processes import children_of, family_of, is_alive, kill
from tests.support.release_fixture import make_release, wait_until
from tests.support.served import Served, command
from tests.support.several import BUSY, Line, lines, listed, several

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere connections are not spread")

KINDS = ["uvicorn", pytest.param("granian", marks=pytest.mark.long)]


@pytest.fixture(scope="module", params=KINDS)
def server(request: pytest.FixtureRequest, release: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("several")
    with several(
        release, folder / "err", server=request.param, workers=4, queue=6, client_queries=1, budget_seconds=2,
        budget_burst=2, query_seconds=50, log="json", log_file=folder / "log",
    ) as found:  # fmt: skip
        wait_until(lambda: serving(found) == 2)
        yield found
        # What any of its tests left.
        errors = (folder / "err").read_text()
        assert "Traceback" not in errors + (folder / "log").read_text()
        assert {line["process"] for line in log_lines(folder / "log")} == {1, 2}


@pytest.fixture
def pair(server: Served) -> Iterator[list[Line]]:
    with lines(server.url) as found:
        yield found


class Asked:
    """A question put from another thread, on a connection of its own to the same process."""

    def __init__(self, line: Line, query: str, of: str) -> None:
        self.response: httpx.Response | None = None
        self.line, self._query, self._of = line, query, of
        self.thread = threading.Thread(target=self._ask)
        self.thread.start()

    def _ask(self) -> None:
        self.response = self.line.ask(self._query, of=self._of)

    def join(self) -> httpx.Response:
        self.thread.join()
        assert self.response is not None
        return self.response


def serving(server: Served) -> int:
    processes: Any = server.health()["processes"]
    return int(processes["serving"])


def stop(line: Line, query: dict[str, Any]) -> int:
    return line.request("DELETE", f"/operator/queries/{query['id']}", BEARER).status_code


def until(line: Line, condition: Callable[[list[dict[str, Any]]], bool]) -> list[dict[str, Any]]:
    wait_until(lambda: condition(listed(line)), 60)
    return listed(line)


def test_the_operator_sees_and_stops_queries_of_all_processes(server: Served) -> None:
    with lines(server.url) as (one, other), lines(server.url) as (second, _):
        busy = [Asked(one, BUSY, "192.0.2.1"), Asked(other, BUSY, "192.0.2.2")]
        found = until(second, lambda queries: [each["state"] for each in queries] == ["running"] * 2)
        assert len({each["id"] for each in found}) == len({each["process"] for each in found}) == 2
        assert found[0]["seconds_since_arrival"] >= found[1]["seconds_since_arrival"]
        # One of them is another process's.
        assert [stop(second, each) for each in found] == [204, 204]
        assert [each.join().json()["type"].rpartition("#")[2] for each in busy] == ["query-stopped"] * 2
        assert until(second, lambda queries: not queries) == []
        assert stop(second, found[0]) == stop(second, {"id": "x"}) == stop(second, {"id": "9" * 30}) == 404


def test_a_client_has_one_budget(server: Served) -> None:
    with lines(server.url) as (one, other), lines(server.url) as (watching, _):
        busy = Asked(one, BUSY, "192.0.2.3")
        (query,) = until(watching, lambda queries: any(each["seconds"] > 2.1 for each in queries))
        assert stop(watching, query) == 204
        busy.join()
        for line in (one, other):
            refused = line.ask("ASK {}", of="192.0.2.3")
            assert (refused.status_code, refused.json()["limit"]) == (429, 2)
            assert int(refused.headers["retry-after"]) >= 1
            assert line.ask("ASK {}", of="192.0.2.4").status_code == 200


def test_a_client_has_one_bound_on_its_queries(server: Served) -> None:
    with lines(server.url) as (one, other), lines(server.url) as (watching, third):
        busy = Asked(one, BUSY, "192.0.2.5")
        until(watching, lambda queries: [each["state"] for each in queries] == ["running"])
        waiting = Asked(other, "ASK {}", "192.0.2.5")
        found = until(watching, lambda queries: len(queries) == 2 and queries[1]["seconds_since_arrival"] > 0.3)
        assert [each["state"] for each in found] == ["running", "waiting"]
        # Others find the process that it waits for.
        assert third.ask("ASK {}", of="192.0.2.6").status_code == 200
        assert watching.ask("ASK {}", of="192.0.2.6").status_code == 200
        assert stop(watching, found[0]) == 204
        assert busy.join().status_code == 503
        assert waiting.join().status_code == 200


def test_the_queue_is_one(server: Served) -> None:
    with lines(server.url) as (watching, other):
        # Ten places in all: one process holds more waiting than half of them.
        busy: list[Asked] = []
        while len(busy) < 10:
            line = Line(server.url)
            if line.process == watching.process:
                busy.append(Asked(line, BUSY, f"198.51.100.{len(busy)}"))
            else:
                line.client.close()
        until(watching, lambda queries: len(queries) == 10)
        for each in (watching, other):
            refused = each.ask("ASK {}", of="198.51.100.77")
            assert (refused.status_code, refused.json()["limit"]) == (503, 10)
        assert other.get("/ready").status_code == 503
        for query in listed(other):
            stop(other, query)
        for asked in busy:
            asked.join()
            asked.line.client.close()
        assert other.get("/ready").status_code == 200


def counted(line: Line, name: str, **labels: str) -> float:
    return samples_of(line.client).get((name, frozenset(labels.items())), 0.0)


def test_metrics_are_the_sum_whichever_process_is_asked(pair: list[Line]) -> None:
    labels = {"route": "/manifest.json", "method": "GET", "status": "200"}
    before = counted(pair[0], "rujukan_requests_total", **labels)
    for number, line in enumerate(pair, 3):
        for _ in range(number):
            assert line.get("/manifest.json").status_code == 200
    for line in pair:
        assert counted(line, "rujukan_requests_total", **labels) == before + 7
        assert counted(line, "rujukan_workers") == 4
        assert counted(line, "rujukan_queue_places") == 6
        assert counted(line, "rujukan_processes") == 2
        assert counted(line, "rujukan_release_info", release="aaaa1111", built="2025-01-02T03:04:05Z") == 1


def test_a_killed_process_comes_back_and_what_it_counted_stays(server: Served) -> None:
    labels = {"route": "/manifest.json", "method": "GET", "status": "200"}
    restarts = sum(counted_restarts(server))
    with lines(server.url) as both:
        for line in both:
            line.get("/manifest.json")
        before = counted(both[0], "rujukan_requests_total", **labels)
    victim = min(children_of(server.process.pid))
    kill(victim)
    wait_until(lambda: sum(counted_restarts(server)) == restarts + 1)
    with httpx.Client(base_url=server.url, timeout=60) as client:
        found = samples_of(client)["rujukan_requests_total", frozenset(labels.items())]
    assert found >= before
    wait_until(lambda: server.health()["status"] == "ok")
    assert serving(server) == 2
    with lines(server.url) as both:
        assert [line.get("/ready").status_code for line in both] == [200, 200]
        assert [line.ask("ASK {}").status_code for line in both] == [200, 200]
        assert counted(both[0], "rujukan_requests_total", **labels) == before


def counted_restarts(server: Served) -> list[int]:
    with httpx.Client(base_url=server.url, timeout=60) as client:
        found = samples_of(client)
    return [int(value) for (name, _), value in found.items() if name == "rujukan_process_restarts_total"]


@pytest.mark.long
def test_a_process_that_does_not_answer_is_told_of_and_one_that_is_missing_is_not_waited_for(server: Served) -> None:
    victim = max(children_of(server.process.pid))
    with lines(server.url) as both:
        # Each that is asked leaves a report.
        wait_until(lambda: counted(both[0], "rujukan_workers") == 4)
        os.kill(victim, signal.SIGSTOP)
        try:
            line = next(each for each in both if answers(each))
            # The other one serves as far as anybody knows.
            health = line.get("/health").json()
            assert (health["status"], health["processes"]["serving"]) == ("degraded", 1)
            assert line.get("/ready").status_code == 503
            # What it said last holds until it is known to have ended.
            assert counted(line, "rujukan_workers") == 4
            kill(victim)
            wait_until(lambda: line.get("/health").json()["processes"]["restarts"] > health["processes"]["restarts"])
            assert line.get("/ready").status_code == 200
            wait_until(lambda: line.get("/health").json()["status"] == "ok")
        finally:
            kill(victim)


def answers(line: Line) -> bool:
    try:
        return line.client.get("/manifest.json", timeout=3).status_code == 200
    except httpx.ReadTimeout:
        return False


@pytest.mark.parametrize("kind", KINDS)
def test_all_end_when_told(release: Path, tmp_path: Path, kind: str) -> None:
    with several(release, tmp_path / "err", server=kind, workers=2, client_queries=2, drain_seconds=1) as server:
        with lines(server.url) as both:
            family = family_of(server.process.pid)
            assert len(family) >= 5
            server.process.terminate()
            for line in both:
                # While they drain they answer, and say that they stop.
                wait_until(lambda: line.get("/ready").status_code == 503)  # noqa: B023
                assert line.ask("ASK {}").status_code == 200
        assert server.process.wait(30) == 0
        wait_until(lambda: not any(is_alive(each) for each in family))
        with pytest.raises(httpx.ConnectError):
            server.get("/health")
    assert (tmp_path / "err").read_text() == ""


def test_connections_are_counted_together(release: Path, tmp_path: Path) -> None:
    settings = {"workers": 2, "client_connections": 8, "max_connections": 12}
    with several(release, tmp_path / "err", **settings) as server:
        host, _, port = server.url.removeprefix("http://").partition(":")

        def statuses(source: str, number: int) -> list[int]:
            found = []
            for _ in range(number):
                line = socket.create_connection((host, int(port)), 10, (source, 0))
                held.append(line)
                line.sendall(b"GET /manifest.json HTTP/1.1\r\nHost: x\r\n\r\n")
                found.append(int(line.recv(12).split()[1]))
            return found

        held: list[socket.socket] = []
        try:
            # Wherever they come to: eight of one address, twelve in all.
            assert sorted(statuses("127.0.0.1", 11)) == [200] * 8 + [429] * 3
            assert sorted(statuses("127.0.0.2", 7)) == [200] * 4 + [503] * 3
        finally:
            for line in held:
                line.close()
        wait_until(lambda: statuses("127.0.0.1", 1) == [200])
        for line in held:
            line.close()


def test_a_new_release_is_taken_by_processes_that_nobody_asks(tmp_path: Path) -> None:
    former, link = make_release(tmp_path / "one", release="one"), tmp_path / "current"
    make_release(tmp_path / "two", release="two")
    link.symlink_to(former)

    def is_free() -> bool:
        handle = os.open(former, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        finally:
            os.close(handle)
        return True

    with several(link, tmp_path / "err", workers=2) as server, lines(server.url) as both:
        assert [line.get("/health").json()["release"] for line in both] == ["one", "one"]
        assert not is_free()
        (tmp_path / "fresh").symlink_to("two")
        (tmp_path / "fresh").replace(link)
        wait_until(is_free)
        assert [line.get("/health").json()["release"] for line in both] == ["two", "two"]


def test_a_second_server_does_not_get_the_port(server: Served, release: Path) -> None:
    port = server.url.rpartition(":")[2]
    for processes in ("1", "2"):
        arguments = [*command(release, processes=processes, log="off", workers=2), "--port", port]
        done = subprocess.run(
            arguments,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        )
        assert (done.returncode, port in done.stderr) == (5, True)
