"""The breaker against a model: what it lets through after any run of answers, failures, probes and waiting."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from kg_server.backends.breaker import Breaker

MOST, WINDOW, PAUSE = 3, 60.0, 5.0


class BreakerMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.now = 1000.0
        self.breaker = Breaker(MOST, WINDOW, PAUSE, lambda: self.now)
        self.in_a_row: list[float] = []
        self.retry_at: float | None = None
        self.probing = False
        self.openings = 0

    @property
    def closed(self) -> bool:
        return self.retry_at is None and not self.probing

    @rule(seconds=st.sampled_from([0.0, 0.5, PAUSE - 0.1, PAUSE, 20.0, WINDOW, WINDOW + 1]))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds

    @rule()
    def somebody_asks(self) -> None:
        due = self.retry_at is not None and self.now >= self.retry_at
        assert self.breaker.admit() == (self.closed or due)
        if due:
            self.retry_at, self.probing = None, True

    @rule()
    def an_answer_comes(self) -> None:
        self.breaker.succeeded()
        self.in_a_row, self.retry_at, self.probing = [], None, False

    @rule(unreachable=st.booleans())
    def a_failure_comes(self, *, unreachable: bool) -> None:
        self.breaker.failed(unreachable=unreachable)
        if not self.closed:
            return  # it was asked before it opened, and says nothing new
        self.in_a_row = [each for each in [*self.in_a_row, self.now] if each >= self.now - WINDOW]
        if len(self.in_a_row) >= MOST:
            self.openings += 1
            self.retry_at = self.now + (PAUSE if unreachable else 0)

    @precondition(lambda self: self.probing)
    @rule()
    def the_probe_fails(self) -> None:
        self.breaker.probe_failed()
        self.probing, self.retry_at = False, self.now + PAUSE

    @invariant()
    def it_says_what_it_is(self) -> None:
        expected = "half-open" if self.probing else "closed" if self.closed else "open"
        assert self.breaker.state == expected
        assert self.breaker.opened == self.openings
        assert self.breaker.failures == len(self.in_a_row)
        assert 1 <= self.breaker.retry_seconds <= PAUSE + 1
        if self.retry_at is not None and self.retry_at > self.now:
            # Who waits as long as is said is not sent away for the same reason.
            assert self.now + self.breaker.retry_seconds >= self.retry_at


BreakerMachine.TestCase.settings = settings(max_examples=200, stateful_step_count=40, deadline=None)
TestBreaker = BreakerMachine.TestCase


def test_one_probe_at_a_time() -> None:
    breaker = Breaker(1, WINDOW, 0, lambda: 0.0)
    breaker.failed(unreachable=True)
    assert [breaker.admit() for _ in range(3)] == [True, False, False]
    assert breaker.state == "half-open"
