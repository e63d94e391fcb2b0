"""One client that asks for everything at once does not stand in the way of another."""

from __future__ import annotations

import threading
from pathlib import Path

import httpx2 as httpx
from tests.support.release_fixture import running, wait_until

from kg_server.settings import Settings

SOME = " ".join(map(str, range(60)))
BUSY = "ASK { " + " ".join(f"VALUES ?v{place} {{ {SOME} }}" for place in range(6)) + " FILTER(?v0 + ?v5 < 0) }"


def ask_from(address: str, client: httpx.Client, query: str, timeout: float = 60) -> httpx.Response:
    with httpx.Client(transport=httpx.HTTPTransport(local_address=address), timeout=timeout) as own:
        return own.get(f"{client.base_url}/sparql", params={"query": query})


def test_a_client_that_fills_workers_and_queue_does_not_shut_others_out(release: Path) -> None:
    settings = Settings(release=release, workers=2, spare=1, queue=6, query_seconds=4)
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
    settings = Settings(release=release, workers=2, spare=0, queue=20, client_queries=1)
    slow = "ASK { " + " ".join(f"VALUES ?v{place} {{ {SOME} }}" for place in range(3)) + " FILTER(?v0 + ?v2 < 0) }"
    with running(settings) as client:
        order: list[str] = []

        def ask(address: str) -> None:
            assert ask_from(address, client, slow).status_code == 200
            order.append(address)

        threads = [threading.Thread(target=ask, args=["127.0.0.66"]) for _ in range(9)]
        for thread in threads:
            thread.start()
        wait_until(lambda: client.get("/health").json()["queries_under_way"] >= 5)
        late = [threading.Thread(target=ask, args=["127.0.0.67"]) for _ in range(3)]
        for thread in late:
            thread.start()
        for thread in [*threads, *late]:
            thread.join()
    assert len(order) == 12
    assert order[-1] == "127.0.0.66", "who came later, with less, waited for all of the other's questions"
