"""What is at hand is sent before a task is made: in order, and on connections that end as all others do."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from urllib.parse import quote

import pytest
from tests.contract.test_small_questions import BUSY, SMALL, TOKEN, settled
from tests.support.rawclient import Raw, send_raw
from tests.support.release_fixture import make_release, running

from kg_server.settings import Settings

numbers = itertools.count()


def request(query: str, more: bytes = b"", method: bytes = b"GET", version: bytes = b"1.1") -> bytes:
    head = b"%b /sparql?query=%b HTTP/%b\r\nHost: h\r\nAccept: text/csv\r\n%b\r\n"
    return head % (method, quote(query).encode(), version, more)


def small(**how: bytes) -> bytes:
    """A question that is answered at once, for it was never asked."""
    return request(f"{SMALL} #prompt {next(numbers)}", **how)


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, Callable[[], int]]]:
    """The port of a server, and how many questions it has answered at once."""
    release = make_release(tmp_path_factory.mktemp("prompt") / "one")
    settings = Settings(
        release=release, operator_token=TOKEN, workers=1, spare=0, idle_seconds=1, head_seconds=60, query_seconds=3
    )
    with running(settings) as client:
        settled(client)

        def at_once() -> int:
            metrics = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).text
            found = re.search(r'^rujukan_queries_total\{outcome="at_once"\} (\d+)', metrics, re.MULTILINE)
            return int(found[1]) if found else 0

        yield client.base_url.port or 0, at_once


def test_replies_keep_the_order_of_their_requests(counted: tuple[int, Callable[[], int]]) -> None:
    port, at_once = counted
    before = at_once()
    missing = b"GET /nothing HTTP/1.1\r\nHost: h\r\n\r\n"
    raw = send_raw(port, [small() + small() + missing + small() + missing], wait=10)
    assert (raw.statuses, raw.end) == ((200, 200, 404, 200, 404), "closed")
    assert at_once() - before == 3


@pytest.mark.parametrize(
    ("how", "body"),
    [
        ({"more": b"Connection: close\r\n"}, True),
        ({"version": b"1.0"}, True),
        ({"method": b"HEAD"}, False),
        ({"more": b"Expect: 100-continue\r\nConnection: close\r\n"}, True),
    ],
)
def test_the_less_usual_requests(counted: tuple[int, Callable[[], int]], how: dict[str, bytes], *, body: bool) -> None:
    raw = send_raw(counted[0], [small(**how)])
    assert (raw.statuses, raw.end, b"Spring loan" in raw.data) == ((200,), "closed", body)


def test_a_body_of_a_get_is_no_request(counted: tuple[int, Callable[[], int]]) -> None:
    inner = small()
    raw = send_raw(counted[0], [small(more=b"Content-Length: %d\r\n" % len(inner)) + inner])
    assert (raw.statuses, raw.end) == ((200,), "closed")


def test_addresses_are_read_as_ever(counted: tuple[int, Callable[[], int]]) -> None:
    for address, status in ((b"http://h/sparql?query=", 200), (b"/spar%71l?query=", 200), (b"//sparql?query=", 404)):
        asked = small(more=b"Connection: close\r\n").replace(b"/sparql?query=", address, 1)
        assert send_raw(counted[0], [asked]).statuses == (status,)


def test_an_idle_connection_is_closed(counted: tuple[int, Callable[[], int]]) -> None:
    raw: Raw = send_raw(counted[0], [small(), small(), small()], pause=0.3)
    assert (raw.statuses, raw.end) == ((200, 200, 200), "closed")


def test_a_connection_that_waits_for_its_answer_is_not_idle(counted: tuple[int, Callable[[], int]]) -> None:
    raw = send_raw(counted[0], [small() + request(BUSY)])
    assert (raw.statuses, raw.end) == ((200, 504), "closed")
