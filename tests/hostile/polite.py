"""Polite clients: a program of its own, so that what it measures is the server and not the attack's own work.

Reads commands from standard input, `measure SECONDS`, or `until` and a second line that ends it, and answers each
with a line of JSON.
"""

from __future__ import annotations

import http.client
import json
import select
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from urllib.parse import urlencode

CLIENTS = 2
PAUSE = 0.02
QUERY = "SELECT ?loan ?items WHERE {{ ?loan ex:items ?items FILTER(?items < {n}) }} ORDER BY ?items"


class Client:
    """Somebody who asks one thing after the other on one connection, never the same twice."""

    def __init__(self, port: int, number: int) -> None:
        source = (f"127.0.0.{10 + number}", 0)
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30, source_address=source)
        self.asked = number * 1_000_000

    def ask(self) -> tuple[str, float, str]:
        """Ask once; return what, the seconds it took, and what went wrong."""
        self.asked += 1
        kind, target = self._target()
        began = time.perf_counter()
        try:
            self.connection.request("GET", target, headers={"Accept": "application/json, text/turtle;q=0.9"})
            response = self.connection.getresponse()
            body = response.read()
        except (OSError, http.client.HTTPException) as error:
            self.connection.close()
            return kind, time.perf_counter() - began, f"{type(error).__name__}: {error}"
        wrong = "" if response.status == 200 and body else f"{response.status}: {body[:200]!r}"
        return kind, time.perf_counter() - began, wrong

    def _target(self) -> tuple[str, str]:
        kind = self.asked % 4
        if kind == 3:
            return "saved query", f"/queries/loans-before?day=2024-{self.asked % 12 + 1:02}-01&least={self.asked % 999}"
        if kind == 2:
            return "health", "/health"
        return "query", "/sparql?" + urlencode({"query": QUERY.format(n=self.asked + 100)})


def measure(clients: list[Client], going: Callable[[], bool]) -> dict[str, object]:
    """Let all clients ask for as long as it goes on; return the seconds by kind, and what went wrong."""
    seconds: dict[str, list[float]] = {}
    wrong: list[str] = []

    def go(client: Client) -> None:
        while going():
            kind, took, trouble = client.ask()
            seconds.setdefault(kind, []).append(took)
            if trouble:
                wrong.append(trouble)
            time.sleep(PAUSE)

    threads = [threading.Thread(target=go, args=[each]) for each in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {"seconds": seconds, "wrong": wrong}


def _before(deadline: float) -> bool:
    return time.monotonic() < deadline


def main() -> None:
    """Do as the commands say."""
    clients = [Client(int(sys.argv[1]), number) for number in range(CLIENTS)]
    while line := sys.stdin.readline():
        word, _, rest = line.partition(" ")
        if word == "measure":
            deadline = time.monotonic() + float(rest)
            print(json.dumps(measure(clients, partial(_before, deadline))), flush=True)
        else:
            print(json.dumps(measure(clients, lambda: not select.select([sys.stdin], [], [], 0)[0])), flush=True)
            sys.stdin.readline()


if __name__ == "__main__":
    main()
