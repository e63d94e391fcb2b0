"""Processes that ask one another; here they are tasks of one event loop, which makes no difference to the sockets."""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from kg_server.multiprocess.peers import Inboxes, Peers

if TYPE_CHECKING:
    import pytest


async def double(number: int) -> int:
    return 2 * number


async def long_text(_: object) -> list[str]:
    return ["x" * 100_000] * 30


async def fail(_: object) -> object:
    message = "a defect"
    raise LookupError(message)


async def sleep(_: object) -> None:
    await asyncio.sleep(60)


ANSWERS = {"double": double, "long": long_text, "fail": fail, "sleep": sleep}


def test_others_are_asked_and_one_that_is_silent_is_left_out() -> None:
    inboxes, serving = Inboxes(4), [0, 1, 2, 3]

    async def ask() -> None:
        peers = [Peers(number, inboxes, lambda: serving) for number in range(4)]
        for each in peers[:3]:
            each.listen(ANSWERS)
        began = time.monotonic()
        # The last one serves, but does not answer.
        assert await peers[0].ask("double", 21, seconds=0.5) == {1: 42, 2: 42}
        assert time.monotonic() - began < 10
        serving.remove(3)
        assert await peers[1].ask("double", 4, seconds=20) == {0: 8, 2: 8}
        found = await peers[2].ask("long", seconds=20)
        assert {process: sum(map(len, texts)) for process, texts in found.items()} == {0: 3_000_000, 1: 3_000_000}
        for each in peers[:3]:
            each.close()

    asyncio.run(ask())
    inboxes.close()


def test_one_that_is_alone_asks_nobody() -> None:
    inboxes = Inboxes(2)
    assert asyncio.run(Peers(0, inboxes, lambda: [0]).ask("double", 1)) == {}
    inboxes.close()


def test_a_defect_in_an_answer_is_logged_there_and_is_silence_here(caplog: pytest.LogCaptureFixture) -> None:
    inboxes = Inboxes(2)

    async def ask() -> None:
        here, there = (Peers(number, inboxes, lambda: [0, 1]) for number in range(2))
        there.listen(ANSWERS)
        with caplog.at_level(logging.ERROR, "kg_server"):
            assert await here.ask("fail", seconds=20) == {}
            assert await here.ask("no such question", seconds=20) == {}
        assert await here.ask("double", 2, seconds=20) == {1: 4}
        there.close()

    asyncio.run(ask())
    inboxes.close()
    assert [record.exc_info is not None for record in caplog.records] == [True, True]


def test_who_stops_waits_for_no_answer() -> None:
    inboxes = Inboxes(2)

    async def ask() -> None:
        here, there = (Peers(number, inboxes, lambda: [0, 1]) for number in range(2))
        there.listen(ANSWERS)
        asking = asyncio.ensure_future(here.ask("sleep", seconds=20))
        await asyncio.sleep(0.1)
        there.close()
        assert await asking == {}

    asyncio.run(ask())
    inboxes.close()


def test_an_inbox_that_nobody_empties_is_full_and_then_silent() -> None:
    inboxes = Inboxes(2)

    async def ask() -> None:
        here = Peers(0, inboxes, lambda: [0, 1])
        lines = []
        with suppress(BlockingIOError):
            while True:
                lines.append(inboxes.line_to(1))
        assert await here.ask("double", 1, seconds=20) == {}
        for each in lines:
            each.close()

    asyncio.run(ask())
    inboxes.close()
