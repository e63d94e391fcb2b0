"""What a server survives: killed processes, a full disk, broken releases, no descriptors, a release every moment."""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2 as httpx
import pytest
from tests.support.operations import samples
from tests.support.processes import (
    children_of,
    family_of,
    is_alive,
    kill,
    parent_of,
    proportional_mb,
    query_processes,
)
from tests.support.release_fixture import TRIG, make_release, wait_until
from tests.support.served import Served, command, served
from tests.support.several import BUSY, Line, lines, listed, several

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")

POLITE = "SELECT ?loan { ?loan a ex:Loan }"
PATTERN_AND_FILTER = "SELECT ?loan { ?loan a ex:Loan FILTER (?loan != %d) }"


@contextmanager
def asking(
    server: Served, look: Callable[[httpx.Response], str], clients: int = 3, query: str = POLITE
) -> Iterator[Counter[str]]:
    """Clients that ask over and over meanwhile; yields how often they got what, complete at the end."""
    seen: Counter[str] = Counter()
    done = threading.Event()

    def go() -> None:
        with httpx.Client(timeout=30) as client:
            while not done.is_set():
                try:
                    response = client.get(server.url + "/sparql", params={"query": query})
                    seen[look(response)] += 1
                except (httpx.HTTPError, ValueError) as error:
                    seen[repr(error)] += 1

    threads = [threading.Thread(target=go) for _ in range(clients)]
    for thread in threads:
        thread.start()
    try:
        yield seen
    finally:
        done.set()
        for thread in threads:
            thread.join()


def told(response: httpx.Response) -> str:
    if response.status_code == 200:
        return "200" if response.text.count('"loan":{') >= 2 else response.text
    return f"{response.status_code} {response.json()['type'].rpartition('#')[2]} {response.headers.get('retry-after')}"


def move(link: Path, target: Path) -> None:
    aside = link.with_name("aside")
    aside.symlink_to(target)
    aside.rename(link)


def descriptors(process: int) -> int:
    return len(list(Path(f"/proc/{process}/fd").iterdir()))


def test_killed_query_processes_cost_their_own_questions_only(release: Path, tmp_path: Path) -> None:
    with served(command(release, cache_mb=0, workers=2, spare=2, queue=64), tmp_path / "log") as server:
        kills = 0
        wait_until(lambda: server.ask(POLITE).status_code == 200)
        with asking(server, told) as seen:
            for number in range(25):
                wait_until(lambda: len(query_processes(server.process.pid)) >= 3)
                victims = sorted(query_processes(server.process.pid))
                kill(victims[number % len(victims)])
                kills += 1
                time.sleep(0.05)
        lost = seen.pop("503 worker-lost 2", 0)
        assert set(seen) == {"200"}, seen
        assert lost <= kills
        assert seen["200"] > 100
        wait_until(lambda: len(query_processes(server.process.pid)) == 4)
        assert server.ask(POLITE).status_code == 200
    assert "Traceback" not in (tmp_path / "log").read_text()


def test_a_killed_server_leaves_nothing_and_starts_again_at_once(release: Path, tmp_path: Path) -> None:
    folder = tmp_path / "tmp"
    folder.mkdir()
    environment = {"TMPDIR": str(folder)}
    with served(command(release, cache_mb=0, workers=2), tmp_path / "log", environment) as server:
        with asking(server, told):
            wait_until(lambda: len(query_processes(server.process.pid)) == 3)
            family = family_of(server.process.pid)
            server.process.kill()
            server.process.wait()
        wait_until(lambda: not any(is_alive(each) for each in family))
    (left,) = folder.iterdir()
    began = time.monotonic()
    with served(command(release, cache_mb=0, workers=2), tmp_path / "log", environment) as server:
        assert server.ask(POLITE).status_code == 200
        # The folder for long answers went unlocked with its server, and the next one sweeps it away.
        assert not left.exists()
    assert time.monotonic() - began < 20


def test_a_killed_server_is_started_again_by_its_supervisor(release: Path, tmp_path: Path) -> None:
    def front() -> int:
        return next((each for each in children_of(server.process.pid)), 0)

    with served(command(release, cache_mb=0, workers=2, supervise=1), tmp_path / "log") as server:
        assert server.ask(POLITE).status_code == 200
        for _ in range(2):
            killed = front()
            kill(killed)
            # The port is held meanwhile, so that this one waits and is not refused.
            assert server.ask(POLITE).status_code == 200
            assert front() not in {0, killed}
        last = front()
        server.process.terminate()
        assert server.process.wait(20) in {0, -signal.SIGTERM}
        wait_until(lambda: not is_alive(last))
    assert (tmp_path / "log").read_text().count("started again") == 2


def test_the_server_outlives_its_supervisor(release: Path, tmp_path: Path) -> None:
    with served(command(release, cache_mb=0, workers=2, supervise=1), tmp_path / "log") as server:
        assert server.ask(POLITE).status_code == 200
        (front,) = children_of(server.process.pid)
        server.process.kill()
        server.process.wait()
        assert server.ask(POLITE).status_code == 200
        os.kill(front, signal.SIGTERM)
        wait_until(lambda: not is_alive(front))


@pytest.mark.parametrize("kind", ["uvicorn", "granian"])
def test_one_of_two_processes_is_killed_over_and_over(release: Path, tmp_path: Path, kind: str) -> None:
    kills, clients = 6, 6
    answered: dict[str, float] = {}
    failed: dict[str, list[float]] = defaultdict(list)
    seen: Counter[str] = Counter()
    done = threading.Event()

    def go(client: int) -> None:
        line = Line(server.url, pinned=False)
        for number in itertools.count():
            if done.is_set():
                break
            began = time.monotonic()
            try:
                # A new question each time, every other one for a query process.
                query = f"{POLITE} # {client} {number}" if number % 2 else PATTERN_AND_FILTER % number
                seen[told(line.ask(query, of=f"192.0.2.{client}"))] += 1
                answered[line.process] = max(began, answered.get(line.process, 0.0))
            except (httpx.ReadError, httpx.RemoteProtocolError, httpx.WriteError):
                failed[line.process].append(time.monotonic())
                line.client.close()
                # It waits if it must, and is not refused.
                line = Line(server.url, pinned=False)
        line.client.close()

    settings = {"server": kind, "workers": 2, "client_queries": 2, "queue": 64, "budget_seconds": 600}
    with several(release, tmp_path / "log", budget_burst=600, **settings) as server:
        with lines(server.url):
            threads = [threading.Thread(target=go, args=(client,)) for client in range(clients)]
        for thread in threads:
            thread.start()
        try:
            for number in range(kills):
                both = children_of(server.process.pid)
                before = seen.total()
                wait_until(lambda: seen.total() > before + 50)  # noqa: B023
                kill(sorted(both)[number % 2])
                wait_until(lambda: server.health()["status"] == "ok" and children_of(server.process.pid) != both)  # noqa: B023
        finally:
            done.set()
            for thread in threads:
                thread.join()
        assert set(seen) == {"200"}, seen
        # A connection fails with its process: nobody was answered by it afterwards, and none fails twice.
        for process, times in failed.items():
            assert answered[process] < min(times) + 1, process
            assert len(times) <= clients
        assert len(failed) <= kills
        with lines(server.url) as living:
            assert not {line.process for line in living} & set(failed)
            found = samples(living[0].client)
            assert found["rujukan_places_taken", frozenset()] == 0
            restarts = [value for (name, _), value in found.items() if name == "rujukan_process_restarts_total"]
            assert sum(restarts) == kills
            # Nothing that the dead had under way stands in anybody's way.
            for line, client in itertools.product(living, range(clients)):
                assert line.ask(POLITE, of=f"192.0.2.{client}").status_code == 200
        server.process.terminate()
        assert server.process.wait(30) == 0
    said = (tmp_path / "log").read_text()
    assert said.count("started again") == kills
    assert "Traceback" not in said


def ask_and_lose(line: Line, query: str, client: str) -> None:
    with pytest.raises(httpx.TransportError):
        line.ask(query, of=client)


def test_processes_outlive_their_keeper_and_one_another(release: Path, tmp_path: Path) -> None:
    settings = {"workers": 2, "client_queries": 1, "query_seconds": 30, "budget_seconds": 0}
    with several(release, tmp_path / "log", **settings) as server, lines(server.url) as (one, other):
        family = children_of(server.process.pid)
        server.process.kill()
        server.process.wait()
        assert [line.ask(POLITE).status_code for line in (one, other)] == [200, 200]
        busy = threading.Thread(target=ask_and_lose, args=(one, BUSY, "192.0.2.1"))
        busy.start()
        wait_until(lambda: len(listed(other)) == 1)
        victim = parent_of(listed(other)[0]["process"])
        # Nobody is there to take back what it has under way.
        kill(victim)
        busy.join()
        assert other.ask(POLITE, of="192.0.2.1").status_code == 200
        for _ in range(5):
            with lines(server.url, 1) as (fresh,):
                assert fresh.process == other.process
        (left,) = set(family) - {victim}
        os.kill(left, signal.SIGTERM)
        wait_until(lambda: not is_alive(left))


def test_a_full_disk(release: Path, tmp_path: Path) -> None:
    folder = tmp_path / "full"
    folder.mkdir()
    fill = f"mount -t tmpfs -o size=64k tmpfs '{folder}' && ! cat /dev/zero > '{folder}/zeros' 2>'{tmp_path}/said'"
    if subprocess.run(["unshare", "-m", "sh", "-c", fill], check=False, capture_output=True).returncode:
        pytest.skip("a small file system cannot be mounted here")
    arguments = ["unshare", "-m", "sh", "-c", fill + f"; exec \"$@\" 2>'{folder}/log'", "sh"]
    rows = " ".join(map(str, range(300)))
    large = f"SELECT * {{ VALUES ?a {{ {rows} }} VALUES ?b {{ {rows} }} }}"
    # Of temporary folders Python would choose another one than the full one.
    with served([*arguments, *command(release, cache_mb=0, workers=2, spool_dir=folder)], tmp_path / "log") as server:
        for _ in range(3):
            assert server.ask(POLITE).status_code == 200
            refused = httpx.get(
                server.url + "/sparql", params={"query": large}, headers={"Accept-Encoding": "identity"}, timeout=30
            )
            assert (refused.status_code, refused.json()["type"].rpartition("#")[2]) == (503, "spool-full")
            assert server.get("/sparql", query=POLITE, format="html").status_code == 200
            assert server.ask("ASK { nonsense").status_code == 400
        assert server.health()["status"] == "ok"


def cut_manifest(folder: Path) -> None:
    manifest = folder / "manifest.json"
    manifest.write_bytes(manifest.read_bytes()[:100])


def cut_queries(folder: Path) -> None:
    (folder / "queries.json").write_text('[{"name": "x"', "utf-8")


def empty_store(folder: Path) -> None:
    shutil.rmtree(folder / "store")
    (folder / "store").mkdir()


def store_without_files(folder: Path) -> None:
    for path in (folder / "store").glob("*.sst"):
        path.unlink()
    (folder / "store" / "CURRENT").write_text("MANIFEST-999999\n")


BREAKS: dict[str, Callable[[Path], None]] = {
    "manifest cut": cut_manifest,
    "queries cut": cut_queries,
    "store emptied": empty_store,
    "store without its files": store_without_files,
    "gone": shutil.rmtree,
}


def test_a_broken_next_release_leaves_the_former_served(tmp_path: Path) -> None:
    former, link = make_release(tmp_path / "former", release="former"), tmp_path / "current"
    link.symlink_to(former)
    with served(command(link, cache_mb=0, workers=1), tmp_path / "log") as server:
        for number, (name, spoil) in enumerate(BREAKS.items()):
            broken = make_release(tmp_path / f"next{number}", release=f"next{number}")
            spoil(broken)
            with asking(server, told, 1) as seen:
                wait_until(lambda: seen.total() > 0)
                move(link, broken)
                wait_until(lambda: server.health()["status"] == "degraded")
                health = server.health()
            assert set(seen) == {"200"}, f"{name}: {seen}"
            assert health["trouble"], name
            assert str(health["release"]).startswith("former" if number == 0 else "mended"), name
            # Mended, under the same name.
            shutil.rmtree(broken, ignore_errors=True)
            make_release(broken, release=f"mended{number}")
            wait_until(lambda: server.health()["release"] == f"mended{number}")  # noqa: B023
            assert server.health()["status"] == "ok"
            assert server.ask(POLITE).status_code == 200


def test_a_release_that_goes_while_it_is_served(tmp_path: Path) -> None:
    folder, link = make_release(tmp_path / "one", release="one"), tmp_path / "current"
    link.symlink_to(folder)
    with served(command(link, cache_mb=0, workers=2, spare=0), tmp_path / "log") as server:
        assert server.ask(POLITE).status_code == 200
        wait_until(lambda: len(query_processes(server.process.pid)) == 2)
        shutil.rmtree(folder)
        # What is open goes on being served.
        assert [server.ask(POLITE).status_code for _ in range(10)] == [200] * 10
        assert server.health()["status"] == "degraded"
        for process in query_processes(server.process.pid):
            kill(process)
        wait_until(lambda: server.ask(POLITE).status_code == 503)
        make_release(tmp_path / "two", release="two")
        move(link, tmp_path / "two")
        wait_until(lambda: server.ask(POLITE).status_code == 200)
        assert (server.health()["release"], server.health()["status"]) == ("two", "ok")


def test_no_descriptors_are_left_for_clients(release: Path, tmp_path: Path) -> None:
    arguments = [
        "sh",
        "-c",
        'ulimit -n 220; exec "$@"',
        "sh",
        *command(release, cache_mb=0, workers=2, client_connections=0),
    ]
    with served(arguments, tmp_path / "log") as server, httpx.Client(base_url=server.url, timeout=30) as early:
        assert early.get("/sparql", params={"query": POLITE}).status_code == 200
        host, _, port = server.url.removeprefix("http://").partition(":")
        held = [socket.create_connection((host, int(port)), 10) for _ in range(600)]
        try:
            statuses = set[int]()
            for _ in range(20):
                # Its connection was there before, and its queries find processes: these have descriptors of their own.
                statuses.add(early.get("/sparql", params={"query": POLITE}).status_code)
                victim = min(query_processes(server.process.pid), default=None)
                if victim is not None:
                    kill(victim)
            assert statuses <= {200, 503}
            wait_until(lambda: early.get("/sparql", params={"query": POLITE}).status_code == 200)
            assert descriptors(server.process.pid) < 220
        finally:
            for each in held:
                each.close()
        wait_until(lambda: len(query_processes(server.process.pid)) == 3)
        wait_until(lambda: _answers(server))
        assert server.health()["status"] == "ok"
    assert "Traceback" not in (tmp_path / "log").read_text()


def _answers(server: Served) -> bool:
    try:
        return server.ask(POLITE).status_code == 200
    except httpx.HTTPError:
        return False


def test_a_release_every_moment(tmp_path: Path) -> None:
    """Each release says its number twice, in two places; an answer with two numbers would be of two releases."""
    releases = [
        make_release(
            tmp_path / f"r{number}",
            TRIG + f"\nid:one ex:number {number} . id:two ex:number {number} .\nid:r{number} a ex:Loan .",
            release=f"r{number}",
        )
        for number in range(2)
    ]
    link = tmp_path / "current"
    link.symlink_to(releases[0])
    query = "SELECT ?a ?b ?loan { id:one ex:number ?a . id:two ex:number ?b . ?loan a ex:Loan }"

    def numbers(response: httpx.Response) -> str:
        if response.status_code != 200:
            return response.text
        rows = response.json()["results"]["bindings"]
        found = {row[name]["value"] for row in rows for name in ("a", "b")}
        loans = {row["loan"]["value"][-2:] for row in rows}
        (number,) = found
        return "ok" if f"r{number}" in loans and len(rows) == 3 else response.text

    with served(command(link, cache_mb=0, workers=2, spare=0, queue=64), tmp_path / "log") as server:
        process = server.process.pid
        wait_until(lambda: numbers(server.ask(query)) == "ok")

        def settled() -> bool:
            server.ask(query)
            return len(query_processes(process)) == 2

        def swap(times: int) -> Counter[str]:
            with asking(server, numbers, 2, query) as seen:
                for number in itertools.islice(itertools.cycle((1, 0)), times):
                    move(link, releases[number])
                    time.sleep(0.1)
            return seen

        assert set(swap(20)) == {"ok"}
        wait_until(settled)
        before = descriptors(process), proportional_mb(process)
        seen = swap(60)
        assert set(seen) == {"ok"}, seen
        assert seen["ok"] > 60
        wait_until(settled)
        wait_until(lambda: descriptors(process) <= before[0] + 2)
        assert proportional_mb(process) < before[1] + 20
        assert server.health()["status"] == "ok"
    assert "Traceback" not in (tmp_path / "log").read_text()
