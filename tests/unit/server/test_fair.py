from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from kg_server.backends.fair import FairQueue

CLIENTS = st.sampled_from(["", "a", "b", "c"])


class Queue(RuleBasedStateMachine):
    """Against a plain model: lists of waiting jobs, and who was passed over since when."""

    def __init__(self) -> None:
        super().__init__()
        self.queue = FairQueue[int]()
        self.waiting: list[tuple[str, int]] = []
        self.taken: list[tuple[str, int]] = []
        self.passed_over: dict[str, set[str]] = {}
        self.number = 0

    def count(self, client: str) -> int:
        return sum(each == client for each, _ in self.waiting)

    @rule(client=CLIENTS)
    def push(self, client: str) -> None:
        self.number += 1
        if not self.count(client):
            self.passed_over[client] = set()
        self.queue.push(client, self.number)
        self.waiting.append((client, self.number))

    @rule(barred=st.sets(CLIENTS))
    def pop(self, barred: set[str]) -> None:
        eligible = {client for client, _ in self.waiting} - barred
        job = self.queue.pop(barred)
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
        self.taken.append((client, job))

    @rule()
    def put_back(self) -> None:
        if self.taken:
            client, job = self.taken.pop()
            self.queue.put_back(client, job)
            self.waiting.insert(0, (client, job))
            # It goes first, and the turns begin anew.
            self.passed_over = {each: set() for each, _ in self.waiting}

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
        assert self.count(loser) == most > self.count(client) + 1
        assert job == [number for each, number in self.waiting if each == loser][-1], "not the newest"
        self.waiting.remove((loser, job))

    @invariant()
    def the_same_wait(self) -> None:
        assert len(self.queue) == len(self.waiting)
        assert set(self.queue) == {number for _, number in self.waiting}


TestQueue = Queue.TestCase
