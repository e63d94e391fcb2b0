"""Memory that several processes share, with real processes: nothing is lost, and a killed one harms nobody."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.release_fixture import wait_until

from kg_server.http.problems import BudgetSpent
from kg_server.multiprocess.accounts import SharedAccounts
from kg_server.multiprocess.counts import AtOnce, CountTable, Together, Total
from kg_server.multiprocess.locks import Locks
from kg_server.multiprocess.reports import Reports
from kg_server.multiprocess.table import WAYS, Table, integers
from kg_server.operations.budget import Budget

# What a child of this process does is simple enough for it to have had threads.
pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")

NAMES = [f"192.0.2.{number}" for number in range(20)]


def forked(work: Callable[[], object]) -> int:
    """Start a process that does some work and ends."""
    process = os.fork()
    if not process:
        try:
            work()
        finally:
            os._exit(0)
    return process


def joined(*processes: int) -> None:
    for process in processes:
        os.waitpid(process, 0)


class Signal:
    """One process says that it is so far, another waits for that."""

    def __init__(self) -> None:
        self.reader, self.writer = os.pipe()

    def give(self) -> None:
        os.write(self.writer, b"!")

    def wait(self) -> None:
        os.read(self.reader, 1)
        os.close(self.reader)
        os.close(self.writer)


# Locks


def test_a_lock_falls_with_its_holder() -> None:
    locks = Locks()
    so_far = Signal()

    def hold() -> None:
        locks.take(3)
        so_far.give()
        signal.pause()

    holder = forked(hold)
    so_far.wait()
    assert not locks.take(3)
    assert locks.take(4)
    os.kill(holder, signal.SIGKILL)
    joined(holder)
    assert locks.take(3)


def test_a_stopped_holder_is_not_waited_for() -> None:
    locks = Locks()
    so_far = Signal()

    def hold() -> None:
        locks.take(0)
        so_far.give()
        os.kill(os.getpid(), signal.SIGSTOP)

    holder = forked(hold)
    so_far.wait()
    os.waitpid(holder, os.WUNTRACED)
    began = time.monotonic()
    assert not locks.take(0)
    assert time.monotonic() - began < 2
    os.kill(holder, signal.SIGKILL)
    joined(holder)


# Budgets


def test_no_charge_is_lost_between_processes() -> None:
    budget = Budget(60, 10_000, SharedAccounts(100))
    budget.charge("192.0.2.1", 9_000.0)

    def spend() -> None:
        for _ in range(1000):
            budget.charge("192.0.2.1", 1.0)

    joined(forked(spend), forked(spend))
    with pytest.raises(BudgetSpent) as caught:
        budget.check("192.0.2.1")
    # 11,000 s were used, and a second of budget comes back each second.
    assert 985 <= int(caught.value.headers["Retry-After"]) <= 1001
    budget.check("192.0.2.2")


@given(st.lists(st.tuples(st.sampled_from(NAMES), st.floats(0.1, 50), st.floats(0, 5)), max_size=60))
def test_shared_accounts_keep_what_those_of_one_process_keep(steps: list[tuple[str, float, float]]) -> None:
    now = 1000.0
    shared = Budget(60, 60, SharedAccounts(4096), clock=lambda: now)
    own = Budget(60, 60, clock=lambda: now)

    def told(budget: Budget, account: str) -> str:
        try:
            budget.check(account)
        except BudgetSpent as problem:
            return problem.detail
        return ""

    for account, cost, pause in steps:
        assert told(shared, account) == told(own, account)
        for budget in (shared, own):
            budget.charge(account, cost)
        now += pause
    assert len(shared) == len(own)


def test_accounts_are_bounded_and_forget_who_owes_least() -> None:
    accounts = SharedAccounts(WAYS)
    for number in range(WAYS):
        accounts.add(f"client {number}", 0.0, 100.0 + number)
    accounts.add("another", 0.0, 50.0)
    assert len(accounts) == WAYS
    assert accounts.paid_off("client 0") == 0.0
    assert [accounts.paid_off(f"client {number}") for number in range(1, WAYS)] == [101.0 + n for n in range(WAYS - 1)]
    assert accounts.paid_off("another") == 50.0


def test_processes_that_are_killed_while_they_charge_leave_accounts_that_work() -> None:
    accounts = SharedAccounts(64)

    def spend() -> None:
        while True:
            for name in NAMES:
                accounts.add(name, 1.0, 1.0)

    for _ in range(20):
        spender = forked(spend)
        wait_until(lambda: accounts.paid_off(NAMES[-1]) > 1.0)
        time.sleep(random.random() / 500)  # noqa: S311 - at any moment
        os.kill(spender, signal.SIGKILL)
        joined(spender)
        for name in NAMES:
            before = accounts.paid_off(name)
            accounts.add(name, 1.0, 0.5)
            # Each a time that adding up whole seconds and halves can lead to.
            assert accounts.paid_off(name) in {before + 0.5, 1.5}
            assert accounts.paid_off(name) * 2 == int(accounts.paid_off(name) * 2)


# Counts


@given(
    st.integers(1, 4),
    st.lists(
        st.tuples(st.sampled_from(["take", "force", "give", "forget"]), st.integers(0, 2), st.sampled_from("abc"))
    ),
)
def test_counts_are_those_of_a_plain_model(most: int, steps: list[tuple[str, int, str]]) -> None:
    table = CountTable(256, 3)
    views = [AtOnce(table, process, most) for process in range(3)]
    model: Counter[tuple[int, str]] = Counter()

    def total(name: str) -> int:
        return sum(model[process, name] for process in range(3))

    for what, process, name in steps:
        if what == "forget":
            table.forget(process)
            for each in "abc":
                model[process, each] = 0
        elif what == "give":
            views[process].give(name)
            model[process, name] = max(0, model[process, name] - 1)
        else:
            assert all(view.free(name) == (total(name) < most) for view in views)
            allowed = total(name) < most
            assert views[process].take(name, by_force=what == "force") == allowed
            model[process, name] += allowed or what == "force"


@pytest.mark.parametrize("patience", [True, False])
def test_two_processes_never_have_more_than_the_bound(patience: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    table, allowed, times = CountTable(64, 2), integers(2), integers(2)
    if not patience:  # As where each holder of a lock is stopped, and its lock gone without.
        monkeypatch.setattr(table.table.locks, "take", lambda _number: False)

    def work(process: int) -> None:
        view = AtOnce(table, process, most=1)
        for _ in range(3000):
            if view.take("192.0.2.1"):
                allowed[process] = 1
                if allowed[1 - process]:
                    os._exit(1)
                times[process] += 1
                allowed[process] = 0
                view.give("192.0.2.1")

    processes = [forked(partial(work, each)) for each in (0, 1)]
    assert [os.waitpid(each, 0)[1] for each in processes] == [0, 0]
    assert sum(times) > 100
    assert AtOnce(table, 0, most=1).take("192.0.2.1")


def test_two_processes_never_have_more_than_the_bound_together() -> None:
    total, worst = Total(2), integers(2)

    def work(process: int) -> None:
        room = Together(total, process, most=1)
        for _ in range(5000):
            if room.take():
                # The other one may be counted for the moment that it takes to find out.
                worst[process] += 1
                room.give()

    joined(*(forked(partial(work, each)) for each in (0, 1)))
    assert list(total.numbers) == [0, 0]
    assert sum(worst) > 1000


def test_what_a_process_had_under_way_ends_with_it() -> None:
    table, total = CountTable(64, 2), Total(2)
    here, room = AtOnce(table, 0, most=2), Together(total, 0, most=2)

    def work() -> None:
        AtOnce(table, 1, most=2).take("192.0.2.1")
        AtOnce(table, 1, most=2).take("192.0.2.1")
        Together(total, 1, most=2).take()
        Together(total, 1, most=2).take()
        os.kill(os.getpid(), signal.SIGKILL)

    joined(forked(work))
    assert not here.take("192.0.2.1")
    assert not room.take()
    table.forget(1)
    total.forget(1)
    assert here.take("192.0.2.1")
    assert [room.take(), room.take(), room.take()] == [True, True, False]


def test_where_nobody_forgets_for_the_others_only_its_own_count() -> None:
    table, total = CountTable(64, 2), Total(2)
    AtOnce(table, 1, most=1).take("192.0.2.1")
    Together(total, 1, most=5).take()
    orphan = AtOnce(table, 0, most=1, alone=lambda: True)
    assert orphan.take("192.0.2.1")
    assert not orphan.take("192.0.2.1")
    room = Together(total, 0, most=1, alone=lambda: True)
    assert [room.free(), room.take(), room.free(), room.take(), room.take(by_force=True)] == [
        True, True, False, False, False,
    ]  # fmt: skip


def test_a_name_without_a_row_goes_uncounted() -> None:
    view = AtOnce(CountTable(WAYS, 1), 0, most=1)
    assert [view.take(f"client {number}") for number in range(WAYS)] == [True] * WAYS
    assert view.take("another")
    assert view.take("another")
    view.give("another")
    view.give("client 0")
    assert view.take("another")
    assert not view.take("another")


# Names and reports


@given(st.lists(st.text(), unique=True, max_size=100))
def test_a_name_has_its_row_in_every_process(names: list[str]) -> None:
    table = Table(2048)
    rows = {}
    for name in names:
        key, first = table.place(name)
        free = next((row for row in range(first, first + WAYS) if not table.keys[row]), None)
        if free is not None:
            table.keys[free] = key
            rows[name] = free
    assert {name: table.find(*table.place(name)) for name in rows} == rows
    assert table.find(*table.place("never given")) is None or "never given" in names


def test_a_report_is_whole_whenever_its_process_is_killed() -> None:
    reports = Reports(2)
    texts = [bytes([number]) * 200_000 for number in (1, 2, 3)]

    def write() -> None:
        while True:
            for text in texts:
                reports.write(1, text)

    for _ in range(20):
        writer = forked(write)
        wait_until(lambda: reports.read(1) != b"")
        time.sleep(random.random() / 1000)  # noqa: S311 - at any moment
        os.kill(writer, signal.SIGKILL)
        joined(writer)
        assert reports.read(1) in texts
    assert reports.read(0) == b""
    assert not reports.write(0, bytes(2 << 20))
    assert reports.read(0) == b""
