from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from kg_server.backends.fair import FairQueue

CLIENTS = st.sampled_from(["", "a", "b", "c"])


class Queue(RuleBasedStateMachine):
    """Against a plain model: lists of waiting and running jobs, and who was passed over since when."""

    @initialize(share=st.integers(0, 3))
    def begin(self, share: int) -> None:
        self.share = share
        self.queue = FairQueue[int](share)
        self.waiting: list[tuple[str, int]] = []
        self.running: list[tuple[str, int]] = []
        self.passed_over: dict[str, set[str]] = {}
        self.number = 0

    def may_run(self, client: str) -> bool:
        return client == "" or self.share == 0 or sum(each == client for each, _ in self.running) < self.share

    def count(self, client: str) -> int:
        return sum(each == client for each, _ in self.waiting)

    @rule(client=CLIENTS)
    def push(self, client: str) -> None:
        self.number += 1
        if not self.count(client):
            self.passed_over[client] = set()
        self.queue.push(client, self.number)
        self.waiting.append((client, self.number))

    @rule(behind=st.one_of(st.none(), CLIENTS))
    def pop(self, behind: str | None) -> None:
        eligible = {client for client, _ in self.waiting if self.may_run(client) or client == behind}
        job = self.queue.pop(behind)
        if job is None:
            assert not eligible
            return
        client = next(each for each, number in self.waiting if number == job)
        assert client in eligible
        assert job == next(number for each, number in self.waiting if each == client), "not the client's oldest"
        for other in eligible - {client}:
            # Whoever could have run sees each other client served once at most before it.
            assert client not in self.passed_over[other], f"{client!r} ran twice while {other!r} waited"
            self.passed_over[other].add(client)
        self.passed_over[client] = set()
        self.waiting.remove((client, job))
        if client != behind:
            self.queue.begin(client)
            self.running.append((client, job))

    @rule(data=st.data())
    def end(self, data: st.DataObject) -> None:
        if self.running:
            ended = data.draw(st.sampled_from(self.running))
            self.queue.end(ended[0])
            self.running.remove(ended)

    @rule(client=CLIENTS)
    def back(self, client: str) -> None:
        self.number += 1
        job = -self.number
        self.queue.back(client, job)
        self.waiting.insert(0, (client, job))
        self.passed_over = {each: set() for each in ("", "a", "b", "c")}

    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        job = data.draw(st.sampled_from([0, *(number for _, number in self.waiting)]))
        self.queue.remove(job)
        self.waiting = [each for each in self.waiting if each[1] != job]

    @rule(client=CLIENTS)
    def displace(self, client: str) -> None:
        most = max((self.count(each) for each, _ in self.waiting), default=0)
        job = self.queue.displace(client)
        if job is None:
            assert most <= self.count(client) + 1
            return
        loser = next(each for each, number in self.waiting if number == job)
        assert loser != client
        assert self.count(loser) == most > self.count(client) + 1
        assert job == [number for each, number in self.waiting if each == loser][-1], "not the newest"
        self.waiting.remove((loser, job))

    @invariant()
    def counted(self) -> None:
        if hasattr(self, "queue"):
            assert len(self.queue) == len(self.waiting)


TestQueue = Queue.TestCase
