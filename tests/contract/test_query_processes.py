"""Hostile queries end their own process and nothing else; polite ones are answered meanwhile."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2 as httpx
import pytest
from tests.support.processes import cpu_seconds, kill, query_processes, resident_mb
from tests.support.release_fixture import TRIG, make_release, running, wait_until

from kg_server.settings import Settings

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")

POLITE = "SELECT ?loan ?items { ?loan a ex:Loan ; ex:items ?items } ORDER BY ?loan"


def product(places: int, values: int) -> str:
    some = " ".join(str(number) for number in range(values))
    return " ".join(f"VALUES ?v{place} {{ {some} }}" for place in range(places))


# Minutes of work without a row, so that nothing but a signal ends it.
BUSY = "ASK { " + product(6, 60) + " FILTER(?v0 + ?v1 + ?v2 + ?v3 < 0) }"
JOINED = "CONCAT(" + ", '-', ".join(f"STR(?v{place})" for place in range(5)) + ")"
HOGS = {
    "distinct": f"SELECT (COUNT(DISTINCT ?x) AS ?n) {{ {product(5, 60)} BIND({JOINED} AS ?x) }}",
    "order": f"SELECT ?x {{ {product(5, 60)} BIND({JOINED} AS ?x) }} ORDER BY DESC(?x) LIMIT 1",
    "concat": f"SELECT (STRLEN(GROUP_CONCAT({JOINED})) AS ?n) {{ {product(5, 60)} }}",
    "group": f"SELECT ?x (COUNT(*) AS ?n) {{ {product(5, 60)} BIND({JOINED} AS ?x) }} GROUP BY ?x",
}


def ask(client: httpx.Client, query: str, timeout: float = 60) -> httpx.Response:
    # A connection of its own, so that tests may ask from several threads.
    return httpx.get(f"{client.base_url}/sparql", params={"query": query}, timeout=timeout)


def in_background(client: httpx.Client, query: str, answers: list[httpx.Response]) -> threading.Thread:
    thread = threading.Thread(target=lambda: answers.append(ask(client, query)))
    thread.start()
    return thread


Processes = Callable[[], set[int]]


@pytest.fixture
def processes() -> Processes:
    """The query processes that have come since the test began; other servers of the run have theirs."""
    before = query_processes(os.getpid())
    return lambda: query_processes(os.getpid()) - before


def wait_for_busy(processes: Processes) -> int:
    """A query process that has computed for a while."""
    found: list[int] = []

    def look() -> bool:
        found.extend(each for each in processes() if cpu_seconds(each) > 0.5)
        return bool(found)

    wait_until(look)
    return found[0]


@contextmanager
def polite_client(client: httpx.Client) -> Iterator[list[tuple[int, float]]]:
    """Asks a small question over and over meanwhile; yields the statuses and seconds, complete at the end."""
    seen: list[tuple[int, float]] = []
    done = threading.Event()

    def go() -> None:
        while not done.is_set():
            began = time.monotonic()
            response = ask(client, POLITE)
            seen.append((response.status_code, time.monotonic() - began))
            time.sleep(0.01)

    thread = threading.Thread(target=go)
    thread.start()
    try:
        yield seen
    finally:
        done.set()
        thread.join()


@pytest.mark.parametrize("hog", list(HOGS))
def test_a_query_that_eats_memory_is_ended_and_the_others_are_not(
    release: Path, hog: str, processes: Processes
) -> None:
    limit, peak = 256, 0.0
    with running(Settings(release=release, workers=2, spare=1, query_memory_mb=limit)) as client:
        assert ask(client, POLITE).status_code == 200
        answers: list[httpx.Response] = []
        with polite_client(client) as seen:
            thread = in_background(client, HOGS[hog], answers)
            while thread.is_alive():
                peak = max([peak, *map(resident_mb, processes())])
                time.sleep(0.01)
        assert answers[0].status_code == 422
        assert answers[0].json()["type"].endswith("#memory-exceeded")
        assert answers[0].json()["limit"] == limit
        assert peak < limit * 1.1
        assert seen
        assert {status for status, _ in seen} == {200}
        assert max(seconds for _, seconds in seen) < 5


def test_a_query_that_never_ends_is_killed_at_its_deadline(release: Path, processes: Processes) -> None:
    with running(Settings(release=release, workers=3, spare=2, query_seconds=1)) as client:
        assert ask(client, POLITE).status_code == 200
        answers: list[httpx.Response] = []
        with polite_client(client) as seen:
            began = time.monotonic()
            threads = [in_background(client, BUSY, answers) for _ in range(2)]
            for thread in threads:
                thread.join()
            took = time.monotonic() - began
        assert [each.status_code for each in answers] == [504, 504]
        assert answers[0].json()["limit"] == 1
        assert took < 5
        assert {status for status, _ in seen} == {200}
        health = client.get("/health").json()
        assert health["queries_under_way"] == 0
        wait_until(lambda: client.get("/health").json()["query_processes"]["ended"] == {"SIGKILL": 2})
        wait_until(lambda: len(processes()) == 5)


def test_a_killed_process_gives_one_problem_and_is_replaced(release: Path, processes: Processes) -> None:
    with running(Settings(release=release, workers=1, spare=1, retry_seconds=7)) as client:
        answers: list[httpx.Response] = []
        thread = in_background(client, BUSY, answers)
        kill(wait_for_busy(processes))
        thread.join()
        assert answers[0].status_code == 503
        assert answers[0].headers["retry-after"] == "7"
        assert answers[0].json()["type"].endswith("#worker-lost")
        assert ask(client, POLITE).status_code == 200
        for process in processes():
            kill(process)
        wait_until(lambda: ask(client, POLITE).status_code == 200)
        wait_until(lambda: len(processes()) == 2)


def test_a_client_that_goes_away_ends_its_query(release: Path) -> None:
    with running(Settings(release=release, workers=1, queue=0)) as client:
        with pytest.raises(httpx.ReadTimeout):
            ask(client, BUSY, timeout=1)
        wait_until(lambda: client.get("/health").json()["queries_under_way"] == 0, 5)
        wait_until(lambda: client.get("/health").json()["query_processes"]["ended"] == {"SIGKILL": 1}, 5)
        assert ask(client, POLITE).status_code == 200


def test_the_processes_end_with_the_server_whatever_ends_it(release: Path) -> None:
    server = subprocess.Popen(
        [sys.executable, "-m", "kg_server.run", str(release), "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
            "RUJUKAN_OPERATOR_TOKEN": "x" * 16,
        },
    )
    try:
        assert server.stdout is not None
        url = server.stdout.readline().split(" at ")[1].split()[0]
        with pytest.raises(httpx.ReadTimeout):
            httpx.get(url + "sparql", params={"query": BUSY}, timeout=0.1)
        threading.Thread(target=lambda: _ignore_end(url)).start()
        wait_until(lambda: any(cpu_seconds(each) > 0.5 for each in query_processes(server.pid)))
        children = query_processes(server.pid)
        environments = [Path(f"/proc/{each}/environ").read_bytes() for each in children]
    finally:
        server.kill()
        server.communicate()
    assert len(children) >= 5
    assert not any(b"RUJUKAN" in each for each in environments)
    wait_until(lambda: not any(_lives(each) for each in children), 5)


def _ignore_end(url: str) -> None:
    with pytest.raises(httpx.HTTPError):
        httpx.get(url + "sparql", params={"query": BUSY}, timeout=60)


def _lives(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    # Nobody may be there to bury it.
    return state not in {"Z", "X"}


def test_a_query_on_the_former_release_is_answered_while_the_next_is_served(
    tmp_path: Path, processes: Processes
) -> None:
    make_release(tmp_path / "one", release="one")
    make_release(tmp_path / "two", TRIG + "\nid:winter a ex:Loan ; ex:items 3 .", release="two")
    link = tmp_path / "current"
    link.symlink_to("one")
    # Some seconds of work over the old loans.
    slow = f"SELECT (COUNT(DISTINCT ?loan) AS ?n) {{ ?loan a ex:Loan {product(4, 45)} FILTER(?v0 + ?v1 + ?v2 >= 0) }}"
    with running(Settings(release=link, workers=2, spare=0, query_seconds=60)) as client:
        assert ask(client, POLITE).text.count('"loan":{') == 2
        answers: list[httpx.Response] = []
        thread = in_background(client, slow, answers)
        wait_for_busy(processes)
        former = processes()
        (tmp_path / "next").symlink_to("two")
        (tmp_path / "next").rename(link)
        with polite_client(client) as seen:
            wait_until(lambda: ask(client, POLITE).text.count('"loan":{') == 3)
            assert thread.is_alive()
            thread.join()
        assert answers[0].status_code == 200
        assert '"value":"2"' in answers[0].text
        assert {status for status, _ in seen} == {200}
        wait_until(lambda: not former & processes())


def test_a_next_release_that_cannot_be_opened_leaves_the_former(tmp_path: Path) -> None:
    make_release(tmp_path / "one", release="one")
    make_release(tmp_path / "two", release="two")
    shutil.rmtree(tmp_path / "two" / "store")
    link = tmp_path / "current"
    link.symlink_to("one")
    with running(Settings(release=link, workers=1)) as client:
        (tmp_path / "next").symlink_to("two")
        (tmp_path / "next").rename(link)
        assert ask(client, POLITE).status_code == 200
        health = client.get("/health").json()
        assert (health["status"], health["release"]) == ("degraded", "one")
        assert "cannot be opened" in health["trouble"]


def test_nothing_is_left_behind_by_many_queries_and_kills(release: Path, processes: Processes) -> None:
    descriptors = Path("/proc/self/fd")
    with running(Settings(release=release, workers=2, spare=2, queue=64, cache_mb=0)) as client:
        url = f"{client.base_url}/sparql"

        def settled() -> bool:
            return len(processes()) == 4

        for _ in range(20):
            assert client.get(url, params={"query": POLITE}).status_code == 200
        wait_until(settled)
        before = len(list(descriptors.iterdir()))
        for _ in range(20):
            for _ in range(25):
                assert client.get(url, params={"query": POLITE}).status_code == 200
            for process in processes():
                kill(process)
            wait_until(lambda: client.get(url, params={"query": POLITE}).status_code == 200)
            wait_until(settled)
        wait_until(lambda: len(list(descriptors.iterdir())) <= before)
        wait_until(lambda: client.get("/health").json()["query_processes"]["ended"]["SIGKILL"] >= 80)


@pytest.mark.parametrize("form", ["csv", "tsv", "json", "xml"])
def test_an_answer_of_too_many_rows_is_refused_whole(release: Path, form: str) -> None:
    with running(Settings(release=release, max_answer_rows=8)) as client:
        for size, status in ((8, 200), (9, 422)):
            some = " ".join(f'"}},{{\\r\\n{number}"' for number in range(size))
            query = f"SELECT ?v {{ VALUES ?v {{ {some} }} }}"
            response = client.get("/sparql", params={"query": query, "format": form})
            assert response.status_code == status
            assert status == 200 or response.json()["limit"] == 8
        triples = "CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }"
        assert client.get("/sparql", params={"query": triples}).status_code == 422
        assert client.get("/sparql", params={"query": triples + " LIMIT 8"}).status_code == 200


def test_a_query_process_cannot_open_a_socket(client: httpx.Client) -> None:
    shut = client.get("/health").json()["query_processes"]["egress"]
    if not shut.startswith("shut"):
        pytest.skip(f"egress is {shut}")
    code = """
import os, socket
from kg_server.backends.confine import shut_egress
from pyoxigraph import Store
held = shut_egress()
try:
    socket.create_connection(("127.0.0.1", PORT), 2)
except OSError as error:
    print(held, type(error).__name__)
try:
    Store().query("ASK { SERVICE <http://127.0.0.1:PORT/> { ?s ?p ?o } }")
except (RuntimeError, OSError) as error:
    print("refused")
""".replace("PORT", str(client.base_url.port))
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[0] in {"no sockets PermissionError", "no network OSError"}
    assert done.stdout.splitlines()[1] == "refused"
