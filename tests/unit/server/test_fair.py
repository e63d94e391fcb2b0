from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from kg_server.backends.fair import FairQueue
from kg_server.multiprocess.counts import AtOnce, CountTable

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
        if behind is not None and client != behind:
            self.queue.begin(client)
        if client != behind:
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


def test_queues_that_share_places_together_keep_to_the_bound() -> None:
    table = CountTable(64, 2)
    here, there = (FairQueue[str](3, AtOnce(table, process, most=3)) for process in range(2))
    for number in range(3):
        here.push("a", f"here{number}")
        there.push("a", f"there{number}")
    there.push("b", "b")
    there.push("", "own")
    assert [here.pop(), here.pop(), there.pop()] == ["here0", "here1", "there0"]
    # The client has three places here and there; behind its own question it needs none.
    assert here.pop() is None
    assert here.pop(behind="b") is None
    assert here.pop(behind="a") == "here2"
    assert [there.pop(), there.pop(), there.pop()] == ["b", "own", None]
    here.end("a")
    assert there.pop() == "there1"
    assert there.pop() is None
    # What was put behind is begun when its turn comes, whatever others have.
    here.begin("a")
    here.end("a")
    there.end("a")
    assert there.pop() == "there2"
    for _ in range(2):
        there.end("a")
    here.end("a")
    there.end("b")
    there.end("")
    assert [AtOnce(table, 0, most=1).free(name) for name in "ab"] == [True, True]
