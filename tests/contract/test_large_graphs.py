"""In a large graph no page waits for what reads all of it, and each says what it goes without."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.support.release_fixture import make_release, running, wait_until

from kg_server.settings import Settings

if TYPE_CHECKING:
    import httpx2 as httpx

HTML = {"Accept": "text/html"}
# Joins the numbers with themselves: for as long as a test lasts.
SLOW = {
    "name": "slow", "title": {"en": "Slow"}, "parameters": [], "view": "graph", "featured": 1,
    "query": "SELECT (COUNT(*) AS ?n) { ?a ex:code ?b . ?c ex:code ?d . ?e ex:code ?f FILTER (STR(?b) > STR(?f)) }",
}  # fmt: skip
NUMBERS = "".join(f"id:n{n} ex:code {n} .\n" for n in range(700))
TRIG = f"""PREFIX ex: <https://example.org/loans/vocab#>
PREFIX id: <https://example.org/loans/id/>
{NUMBERS}"""


@pytest.fixture
def large(tmp_path: Path) -> Iterator[httpx.Client]:
    """A server of a release that says it is large, and whose home page has a picture that takes very long."""
    release = make_release(tmp_path / "release", TRIG)
    manifest = json.loads((release / "manifest.json").read_text("utf-8"))
    manifest["counts"]["quads"] = 5_000_000
    (release / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    (release / "queries.json").write_text(json.dumps([SLOW | {"gap": {"kind": "open"}}]), "utf-8")
    with running(Settings(release=release, budget_seconds=0)) as client:
        client.get("/health")
        yield client


def under_way(client: httpx.Client) -> int:
    found: int = client.get("/health").json()["queries_under_way"]
    return found


def test_the_home_page_is_there_while_its_picture_is_made(large: httpx.Client) -> None:
    for language, words in (("en", "still being prepared"), ("id", "masih disiapkan")):
        page = large.get("/", params={"lang": language}, headers=HTML)
        assert (page.status_code, words in page.text) == (200, True)
    # It is asked once, however many come, and goes on when they have gone.
    # The search, which the page has begun as well, waits for its turn.
    wait_until(lambda: under_way(large) == 2)
    for _ in range(3):
        large.get("/", headers=HTML)
    assert under_way(large) == 2


def test_gaps_are_told_as_far_as_they_are_known(large: httpx.Client) -> None:
    began = time.monotonic()
    page = large.get("/gaps", headers=HTML)
    assert page.status_code == 200
    assert "Slow" in page.text
    assert under_way(large) == 1
    # Well below the deadline of the query that it does not wait for.
    assert time.monotonic() - began < Settings().query_seconds / 2


def test_what_nobody_waits_for_leaves_a_process_to_those_who_wait(large: httpx.Client) -> None:
    # Either would take a query process for as long as the deadline permits, and there are two of them.
    large.get("/", headers=HTML)
    large.get("/gaps", headers=HTML)
    wait_until(lambda: under_way(large) >= 2)
    began = time.monotonic()
    answer = large.get("/sparql", params={"query": "ASK { ?s <https://example.org/loans/vocab#code> 7 }"})
    assert answer.json()["boolean"]
    assert time.monotonic() - began < Settings().query_seconds / 3
