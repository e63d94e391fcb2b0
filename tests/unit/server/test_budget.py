from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_server.http.problems import BudgetSpent
from kg_server.operations.budget import Accounts, Budget


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_client_that_used_up_its_share_waits_as_long_as_it_is_told() -> None:
    clock = Clock()
    budget = Budget(30, 60, clock=clock)
    budget.charge("a", 59.0)
    budget.check("a")
    budget.charge("a", 11.0)
    with pytest.raises(BudgetSpent) as caught:
        budget.check("a")
    assert (caught.value.status, caught.value.extensions) == (429, {"limit": 30, "retry_after": 21})
    assert caught.value.headers == {"Retry-After": "21"}
    budget.check("b")
    clock.now += 19
    with pytest.raises(BudgetSpent):
        budget.check("a")
    clock.now += 2
    budget.check("a")


def test_what_is_saved_up_is_bounded() -> None:
    clock = Clock()
    budget = Budget(60, 90, clock=clock)
    budget.charge("a", 1.0)
    clock.now += 10_000
    budget.charge("a", 91.0)
    with pytest.raises(BudgetSpent):
        budget.check("a")


def test_none_is_no_budget() -> None:
    budget = Budget(0, 1)
    budget.charge("a", 1e9)
    budget.check("a")
    assert len(budget) == 0


def test_only_the_clients_seen_last_are_remembered() -> None:
    budget = Budget(60, 60, Accounts(3))
    for account in "abcadef":
        budget.charge(account, 100.0)
    assert len(budget) == 3
    budget.check("a")
    for account in "def":
        with pytest.raises(BudgetSpent):
            budget.check(account)


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0, 100)), max_size=30))
def test_nobody_gets_more_than_the_share_and_one_query(steps: list[tuple[float, float]]) -> None:
    clock = Clock()
    budget = Budget(60, 60, clock=clock)
    began, used = clock.now, 0.0
    for pause, cost in steps:
        clock.now += pause
        try:
            budget.check("a")
        except BudgetSpent as problem:
            # The wait that it names is enough.
            clock.now += int(problem.headers["Retry-After"])
            budget.check("a")
            continue
        assert used < 60 + (clock.now - began) + 1e-6
        budget.charge("a", cost)
        used += cost
