"""One client that asks for everything at once does not stand in the way of another."""

from __future__ import annotations

import os
import sys
import threading
from contextlib import suppress
from pathlib import Path

import httpx2 as httpx
import pytest
from tests.support.processes import query_processes
from tests.support.release_fixture import running, wait_until

from kg_server.settings import Settings

SOME = " ".join(map(str, range(60)))
BUSY = "ASK { " + " ".join(f"VALUES ?v{place} {{ {SOME} }}" for place in range(6)) + " FILTER(?v0 + ?v5 < 0) }"


def ask_from(address: str, client: httpx.Client, query: str, timeout: float = 60) -> httpx.Response:
    with httpx.Client(transport=httpx.HTTPTransport(local_address=address), timeout=timeout) as own:
        return own.get(f"{client.base_url}/sparql", params={"query": query})


def test_a_client_that_fills_workers_and_queue_does_not_shut_others_out(release: Path) -> None:
    settings = Settings(release=release, cache_mb=0, workers=2, spare=1, queue=6, query_seconds=4)
    with running(settings) as client:
        statuses: list[int] = []
        threads = [
            threading.Thread(target=lambda: statuses.append(ask_from("127.0.0.66", client, BUSY).status_code))
            for _ in range(20)
        ]
        for thread in threads:
            thread.start()
        wait_until(lambda: client.get("/health").json()["queries_under_way"] == 8)
        polite = [ask_from("127.0.0.5", client, "ASK {}", timeout=3).status_code for _ in range(20)]
        assert polite == [200] * 20
        for thread in threads:
            thread.join()
        assert set(statuses) == {503, 504}
        # 8 places, and each polite question took one of a waiting question that was turned away for it.
        assert statuses.count(504) >= 1
        assert client.get("/health").json()["queries_under_way"] == 0


def test_two_greedy_clients_have_the_same(release: Path) -> None:
    settings = Settings(release=release, cache_mb=0, workers=2, spare=0, queue=20, client_queries=1)
    some = " ".join(map(str, range(36)))
    values = " ".join(f"VALUES ?v{place} {{ {some} }}" for place in range(4))
    # A good part of a second.
    slow = f"ASK {{ {values} FILTER(?v0 + ?v1 + ?v2 + ?v3 < 0) }}"
    with running(settings) as client:
        order: list[str] = []

        def ask(address: str) -> None:
            assert ask_from(address, client, slow).status_code == 200
            order.append(address)

        threads = [threading.Thread(target=ask, args=["127.0.0.66"]) for _ in range(9)]
        for thread in threads:
            thread.start()
        wait_until(lambda: client.get("/health").json()["queries_under_way"] >= 7)
        late = [threading.Thread(target=ask, args=["127.0.0.67"]) for _ in range(3)]
        for thread in late:
            thread.start()
        for thread in [*threads, *late]:
            thread.join()
    assert len(order) == 12
    assert order[-1] == "127.0.0.66", "who came later, with less, waited for all of the other's questions"


def priorities(process: int) -> set[int]:
    found = set()
    for task in Path(f"/proc/{process}/task").iterdir():
        with suppress(OSError):
            found.add(int((task / "stat").read_text().rpartition(")")[2].split()[16]))
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_a_long_query_stands_back_and_the_next_one_does_not(release: Path) -> None:
    before = query_processes(os.getpid())
    values = " ".join(f"VALUES ?v{place} {{ {SOME} }}" for place in range(4))
    seconds_long = f"ASK {{ {values} FILTER(?v0 + ?v1 + ?v2 + ?v3 < 0) }}"
    with running(Settings(release=release, cache_mb=0, workers=1, spare=0)) as client:
        assert client.get("/sparql", params={"query": "ASK {}"}).status_code == 200
        (process,) = query_processes(os.getpid()) - before
        assert priorities(process) == {0}
        for _ in range(3):
            thread = threading.Thread(target=ask_from, args=["127.0.0.66", client, seconds_long])
            thread.start()
            wait_until(lambda: priorities(process) == {0, 19})
            thread.join()
            assert client.get("/sparql", params={"query": "ASK {}"}).status_code == 200
            # The same process, with a new thread.
            assert priorities(process) == {0}
        assert query_processes(os.getpid()) - before == {process}
