"""Fetching, from a real server on loopback."""

from __future__ import annotations

import gzip
import threading
import time
from collections.abc import Iterator
from importlib import metadata

import pytest
from tests.support.website import HTML, Answer, Website, dripping, website

from kg_builder.assist.fetch import Fetcher, Limits, content_type
from kg_builder.assist.line import leads_home
from kg_builder.errors import FetchError


@pytest.fixture
def site() -> Iterator[Website]:
    with website({}) as running:
        yield running


@pytest.fixture
def waited() -> list[float]:
    return []


@pytest.fixture
def fetcher(waited: list[float]) -> Iterator[Fetcher]:
    made = Fetcher(Limits(seconds=20, bytes=10_000, redirects=3), wait=waited.append)
    yield made
    made.close()


def refused(fetcher: Fetcher, url: str) -> str:
    with pytest.raises(FetchError) as error:
        fetcher.fetch(url)
    return str(error.value)


def test_a_page_comes_with_its_type_and_whoever_asks_is_named(site: Website, fetcher: Fetcher) -> None:
    site.answers["/a"] = Answer(b"<p>one", headers={"Content-Type": 'Text/HTML; Charset="Windows-1252"'})
    page = fetcher.fetch(f"{site.url}/a")
    assert (page.url, page.content, page.media_type, page.charset) == (
        f"{site.url}/a",
        b"<p>one",
        "text/html",
        "windows-1252",
    )
    assert site.paths == ["/robots.txt", "/a"]
    agents = {headers["User-Agent"] for _, headers in site.asked}
    assert agents == {f"rujukan/{metadata.version('rujukan')} (+https://w3id.org/rujukan/)"}


def test_what_is_compressed_is_unpacked_and_measured_so(site: Website, fetcher: Fetcher) -> None:
    packed = {**HTML, "Content-Encoding": "gzip"}
    site.answers["/a"] = Answer(gzip.compress(b"<p>" + b"a" * 9_000), headers=packed)
    assert len(fetcher.fetch(f"{site.url}/a").content) == 9_003
    site.answers["/bomb"] = Answer(gzip.compress(b"a" * 2_000_000), headers=packed)
    assert "larger than 10,000 bytes" in refused(fetcher, f"{site.url}/bomb")
    site.answers["/broken"] = Answer(b"nothing packed", headers=packed)
    assert "cannot be had" in refused(fetcher, f"{site.url}/broken")


def test_redirects_are_followed_and_counted(site: Website, fetcher: Fetcher) -> None:
    for number in range(4):
        site.answers[f"/{number}"] = Answer(status=302, headers={"Location": f"/{number + 1}"})
    site.answers["/4"] = Answer(b"there", headers=HTML)
    assert fetcher.fetch(f"{site.url}/1").url == f"{site.url}/4"
    assert "more than 3 redirects" in refused(fetcher, f"{site.url}/0")
    site.answers["/away"] = Answer(status=301, headers={"Location": "file:///etc/hostname"})
    assert "must begin with https:// or http://" in refused(fetcher, f"{site.url}/away")


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (404, "answers 404 Not Found: check the address"),
        (403, "it is not given to programs; open it in a browser, save the page, and add the file"),
        (429, "429 Too Many Requests: it is not given to programs"),
        (500, "500 Internal Server Error: try again later"),
        (299, "answers 299"),
    ],
)
def test_an_answer_that_is_no_page_says_what_to_do(site: Website, fetcher: Fetcher, status: int, message: str) -> None:
    site.answers["/a"] = Answer(b"sorry", status)
    assert message in refused(fetcher, f"{site.url}/a")


def test_what_is_too_large_or_too_slow_is_left(site: Website) -> None:
    slow = threading.Event()
    site.answers["/large"] = Answer(b"a" * 10_001, headers=HTML)
    site.answers["/slow"] = Answer(b"ab", headers=HTML, hold=slow)
    fetcher = Fetcher(Limits(seconds=1.5, bytes=10_000, pause=0))
    try:
        assert "larger than 10,000 bytes" in refused(fetcher, f"{site.url}/large")
        assert "took longer than 1.5 seconds" in refused(fetcher, f"{site.url}/slow")
    finally:
        slow.set()
        fetcher.close()


DRIPPED = {
    "head": b"HTTP/1.1 200 OK\r\nX-More: ",
    "body": b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 9000\r\n\r\n",
    "body without a length": b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n",
}


@pytest.mark.parametrize("beginning", DRIPPED.values(), ids=DRIPPED)
def test_a_host_that_sends_a_byte_now_and_then_is_left_in_time(beginning: bytes) -> None:
    with dripping(beginning) as url:
        fetcher = Fetcher(Limits(seconds=1.5, bytes=10_000, pause=0))
        begun = time.monotonic()
        assert "took longer than 1.5 seconds" in refused(fetcher, f"{url}/a")
        assert time.monotonic() - begun < 15
        fetcher.close()


def test_a_page_of_the_web_does_not_lead_into_a_private_network(site: Website) -> None:
    with website({}) as router:
        router.answers["/reboot"] = Answer(b"<p>bye", headers=HTML)
        site.answers["/a"] = Answer(status=302, headers={"Location": f"{router.url}/reboot"})
        fetcher = Fetcher(Limits(seconds=20, pause=0), leads_home=lambda _: False)
        assert "an address of a private network (127.0.0.1)" in refused(fetcher, f"{site.url}/a")
        assert not router.paths, "not even its robots.txt is asked for"
        at_home = Fetcher(Limits(seconds=20, pause=0))
        assert at_home.fetch(f"{site.url}/a").content == b"<p>bye"
        for each in (fetcher, at_home):
            each.close()


@pytest.mark.parametrize(
    ("host", "home"), [("127.0.0.1", True), ("[::1]", True), ("localhost", True), ("none.invalid", False)]
)
def test_which_hosts_are_at_home(host: str, home: bool) -> None:
    assert leads_home(host) is home


def test_nobody_there(fetcher: Fetcher) -> None:
    with website({}) as gone:
        pass
    assert "does not accept the connection" in refused(fetcher, f"{gone.url}/a")


@pytest.mark.parametrize(
    "url",
    ["ftp://example.org/a", "file:///etc/hostname", "https://", "http://[", "http://a:b@example.org/", "http://a:x/"],
)
def test_only_addresses_of_the_web(fetcher: Fetcher, url: str) -> None:
    assert refused(fetcher, url)


def test_robots_are_heeded(site: Website, fetcher: Fetcher) -> None:
    site.answers["/robots.txt"] = Answer(b"User-agent: *\nDisallow: /closed\n\nUser-agent: other\nDisallow: /\n")
    site.answers |= {path: Answer(b"<p>", headers=HTML) for path in ("/open", "/closed/a")}
    assert "robots.txt asks programs not to fetch" in refused(fetcher, f"{site.url}/closed/a")
    fetcher.fetch(f"{site.url}/open")
    assert site.paths == ["/robots.txt", "/open"]


def test_robots_that_cannot_be_read_close_a_host_and_none_open_it(site: Website, fetcher: Fetcher) -> None:
    site.answers["/robots.txt"] = Answer(status=503)
    site.answers["/a"] = Answer(b"<p>", headers=HTML)
    assert "not known what may be fetched" in refused(fetcher, f"{site.url}/a")
    site.answers["/robots.txt"] = Answer(status=301, headers={"Location": "/rules"})
    site.answers["/rules"] = Answer(b"<html>none", 404)
    assert fetcher.fetch(f"{site.url}/a").content == b"<p>"


def test_one_host_is_not_hurried(site: Website, fetcher: Fetcher, waited: list[float]) -> None:
    site.answers |= {path: Answer(b"<p>", headers=HTML) for path in ("/a", "/b")}
    fetcher.fetch(f"{site.url}/a")
    assert waited == []
    fetcher.fetch(f"{site.url}/b")
    assert waited == [1.0]
    assert site.paths == ["/robots.txt", "/a", "/b"]


def test_a_type_that_is_none() -> None:
    assert content_type("nonsense") == ("text/plain", "")
