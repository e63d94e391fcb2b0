"""Answers that are given again, answers too long for memory, answers that were cut."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest
from tests.support.processes import resident_mb
from tests.support.rawclient import send_raw
from tests.support.release_fixture import TRIG, make_release, running, wait_until

from kg_server.settings import Settings

if TYPE_CHECKING:
    import httpx2 as httpx

LOANS = "SELECT ?loan ?items { ?loan a ex:Loan ; ex:items ?items } ORDER BY ?loan"
# Long enough to be compressed.
MANY = "SELECT ?a ?b { VALUES ?a { %s } VALUES ?b { %s } }"
NUMBERS = " ".join(map(str, range(60)))
PLAIN = {"Accept-Encoding": "identity"}
FORMATS = {"json": ox.QueryResultsFormat.JSON, "xml": ox.QueryResultsFormat.XML, "tsv": ox.QueryResultsFormat.TSV}


def metric(client: httpx.Client, name: str) -> float:
    text = client.get("/metrics").text
    return next(float(line.split()[-1]) for line in text.splitlines() if line.startswith(name))


@pytest.fixture
def own(release: Path) -> Iterator[httpx.Client]:
    """A server that nobody else has asked anything."""
    with running(Settings(release=release)) as client:
        yield client


def test_the_same_question_is_answered_from_memory(own: httpx.Client) -> None:
    replies = [own.get("/sparql", params={"query": LOANS}) for _ in range(4)]
    assert len({each.content for each in replies}) == 1
    assert len({each.headers["etag"] for each in replies}) == 1
    assert {each.status_code for each in replies} == {200}
    changing = {"date", "x-request-id"}
    headers = [{k: v for k, v in each.headers.items() if k not in changing} for each in replies]
    assert all(each == headers[0] for each in headers)
    assert len({each.headers["x-request-id"] for each in replies}) == 4
    assert (metric(own, "rujukan_cache_misses_total"), metric(own, "rujukan_cache_hits_total")) == (1, 3)
    posted = own.post("/sparql", data={"query": LOANS})
    assert posted.content == replies[0].content
    assert metric(own, "rujukan_cache_hits_total") == 4
    assert metric(own, "rujukan_cache_bytes") > len(posted.content)


def test_formats_codings_and_parameters_have_answers_of_their_own(own: httpx.Client) -> None:
    wanted = [("json", "identity"), ("csv", "identity"), ("json", "gzip"), ("json", "zstd"), ("tsv", "gzip")]
    query = MANY % (NUMBERS, NUMBERS)
    for _ in range(3):
        seen = {}
        for form, coding in wanted:
            headers = {"Accept-Encoding": coding}
            with own.stream("GET", "/sparql", params={"query": query, "format": form}, headers=headers) as response:
                raw = b"".join(response.iter_raw())
                assert response.headers.get("content-encoding", "identity") == coding
                assert int(response.headers["content-length"]) == len(raw)
                seen[form, coding] = response.headers["etag"], raw
        assert len({etag for etag, _ in seen.values()}) == len(wanted)
        plain = seen["json", "identity"][1]
        assert gzip.decompress(seen["json", "gzip"][1]) == plain
        zstd = own.get("/sparql", params={"query": query, "format": "json"}, headers={"Accept-Encoding": "zstd"})
        assert (zstd.headers["etag"], zstd.content) == (seen["json", "zstd"][0], plain)
        assert len(json.loads(plain)["results"]["bindings"]) == 3600
    for day, number in (("2024-06-01", "1"), ("2025-01-01", "2")):
        for _ in range(3):
            found = own.get("/queries/loans-before", params={"day": day, "format": "csv"})
            assert found.text.split()[1].split(",")[-1] == number


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "QUERY"])
def test_what_a_client_has_already_is_not_sent_again(own: httpx.Client, method: str) -> None:
    def ask(**headers: str) -> httpx.Response:
        if method in {"GET", "HEAD"}:
            return own.request(method, "/sparql", params={"query": LOANS}, headers=headers)
        return own.request(method, "/sparql", data={"query": LOANS}, headers=headers)

    etag = ask().headers["etag"]
    for _ in range(3):
        for known in (etag, f'"other", W/{etag}', "*"):
            again = ask(**{"If-None-Match": known})
            assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
            assert again.headers["vary"] == "Accept, Accept-Encoding"
        assert ask(**{"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize(
    "query",
    ["SELECT (RAND() AS ?x) {}", "SELECT (STRUUID() AS ?x) {}", "SELECT (UUID() AS ?x) {}", "SELECT (NOW( ) AS ?x) {}"],
)
def test_what_differs_each_time_is_asked_each_time(own: httpx.Client, query: str) -> None:
    answers = {own.get("/sparql", params={"query": query, "format": "csv"}).text for _ in range(4)}
    assert len(answers) == 4
    assert metric(own, "rujukan_cache_hits_total") == 0


def test_a_new_release_has_new_answers(tmp_path: Path) -> None:
    make_release(tmp_path / "one", release="one")
    make_release(tmp_path / "two", TRIG + "\nid:winter a ex:Loan ; ex:items 3 .", release="two")
    link = tmp_path / "current"
    link.symlink_to("one")
    with running(Settings(release=link)) as client:

        def rows() -> int:
            return len(client.get("/sparql", params={"query": LOANS, "format": "csv"}).text.split()) - 1

        assert [rows() for _ in range(3)] == [2, 2, 2]
        (tmp_path / "next").symlink_to("two")
        (tmp_path / "next").rename(link)
        wait_until(lambda: rows() == 3)
        assert [rows() for _ in range(3)] == [3, 3, 3]


def test_memory_for_answers_is_bounded(release: Path) -> None:
    with running(Settings(release=release, cache_mb=1)) as client:
        for number in range(60):
            query = MANY % (NUMBERS, f"{NUMBERS} {number}")
            assert client.get("/sparql", params={"query": query}).status_code == 200
        assert metric(client, "rujukan_cache_bytes") <= 1 << 20


def test_no_memory_for_answers_is_possible(release: Path) -> None:
    with running(Settings(release=release, cache_mb=0)) as client:
        for _ in range(3):
            assert client.get("/sparql", params={"query": LOANS}).status_code == 200
        assert metric(client, "rujukan_cache_entries") == 0


@pytest.mark.parametrize("form", ["json", "xml", "csv", "tsv"])
@pytest.mark.parametrize("coding", ["identity", "gzip", "zstd"])
def test_a_long_answer_comes_whole_and_leaves_nothing(tmp_path: Path, release: Path, form: str, coding: str) -> None:
    query = MANY % (" ".join(map(str, range(400))), " ".join(map(str, range(250))))
    with running(Settings(release=release, spool_dir=str(tmp_path))) as client:
        headers = {"Accept-Encoding": coding}
        response = client.get("/sparql", params={"query": query, "format": form}, headers=headers)
        assert response.status_code == 200
        assert response.headers.get("content-encoding", "identity") == coding
        if form == "csv":
            assert len(list(csv.reader(io.StringIO(response.text)))) == 100_001
        else:
            solutions = ox.parse_query_results(response.content, format=FORMATS[form])
            assert isinstance(solutions, ox.QuerySolutions)
            assert sum(1 for _ in solutions) == 100_000
        known = {**headers, "If-None-Match": response.headers["etag"]}
        again = client.get("/sparql", params={"query": query, "format": form}, headers=known)
        assert (again.status_code, again.content) == (304, b"")
        (folder,) = tmp_path.iterdir()
        wait_until(lambda: not list(folder.iterdir()))
    assert not list(tmp_path.iterdir())


def test_a_graph_too_long_for_memory(tmp_path: Path, release: Path) -> None:
    numbers = " ".join(map(str, range(200)))
    query = "CONSTRUCT { <urn:x> <urn:y> ?n } { VALUES ?a { %s } VALUES ?b { %s } BIND(?a * 1000 + ?b AS ?n) }"
    with running(Settings(release=release, spool_dir=str(tmp_path))) as client:
        params = {"query": query % (numbers, numbers), "format": "nt"}
        response = client.get("/sparql", params=params)
        assert len(set(response.text.splitlines())) == 40_000
        assert client.head("/sparql", params=params).headers["content-length"] == response.headers["content-length"]


def test_disk_for_long_answers_is_bounded(tmp_path: Path, release: Path) -> None:
    settings = Settings(release=release, spool_dir=str(tmp_path), spool_mb=1, retry_seconds=7)
    with running(settings) as client:
        query = MANY % (" ".join(map(str, range(400))), " ".join(map(str, range(250))))
        response = client.get("/sparql", params={"query": query}, headers=PLAIN)
        assert response.status_code == 503
        assert response.json()["type"].endswith("#spool-full")
        assert response.headers["retry-after"] == "7"
        assert client.get("/sparql", params={"query": LOANS}).status_code == 200


@pytest.mark.parametrize("form", ["json", "xml", "csv", "tsv"])
def test_an_answer_may_be_cut_and_says_so(release: Path, form: str) -> None:
    with running(Settings(release=release, cut_answers=1, max_answer_rows=50)) as client:
        params = {"query": MANY % (NUMBERS, NUMBERS), "format": form}
        replies = [client.get("/sparql", params=params) for _ in range(3)]
        for response in replies:
            assert (response.status_code, response.headers["rujukan-cut"]) == (200, "rows=50")
        response = replies[-1]
        if form == "json":
            document = response.json()
            assert len(document["results"]["bindings"]) == 50
            assert document["head"]["link"] == ["https://w3id.org/rujukan/problems#answer-too-large"]
        elif form == "xml":
            assert response.text.count("<result>") == 50
            assert "<!-- cut after 50 rows" in response.text
        else:
            assert len(response.text.splitlines()) == 51
        whole = client.get("/sparql", params={"query": MANY % ("1 2", "3"), "format": form})
        assert "rujukan-cut" not in whole.headers
        triples = f"CONSTRUCT {{ ?s ?p ?a }} {{ ?s ?p ?o VALUES ?a {{ {NUMBERS} }} }}"
        graph = client.get("/sparql", params={"query": triples})
        assert graph.headers["rujukan-cut"] == "rows=50"
        assert graph.text.rstrip().splitlines()[-1].startswith("# cut after 50 rows")


def test_a_long_answer_that_is_cut_leaves_no_file(tmp_path: Path, release: Path) -> None:
    settings = Settings(release=release, cut_answers=1, max_answer_rows=20_000, spool_dir=str(tmp_path))
    with running(settings) as client:
        numbers = " ".join(map(str, range(200)))
        response = client.get("/sparql", params={"query": MANY % (numbers, numbers), "format": "json"}, headers=PLAIN)
        assert len(response.content) > 1 << 20
        assert response.headers["rujukan-cut"] == "rows=20000"
        assert not list(tmp_path.glob("*/*"))


def test_nobody_can_choose_the_host_in_what_others_are_given(own: httpx.Client) -> None:
    name, port = own.base_url.host, own.base_url.port
    path = "/queries/names-of-loans?format=json"
    # Both are older than HTTP/1.1, so no header is required, and whose host counts would be a matter of taste.
    hosts = f"Host: evil.example\r\nHost: {name}:{port}\r\n"
    rest = "Accept: */*\r\nAccept-Encoding: identity"
    replies = [send_raw(port or 0, [f"GET {path} HTTP/1.0\r\n{hosts}{rest}\r\n\r\n".encode()]) for _ in range(3)]
    assert [each.statuses for each in replies] == [(400,)] * 3
    for _ in range(2):
        assert "evil.example" not in own.get(path, headers={"Accept": "*/*", **PLAIN}).headers["link"]


def test_what_a_request_is_found_by_counts_as_memory_of_the_cache(own: httpx.Client) -> None:
    for number in range(4):
        accept = f"application/sparql-results+json, x/{'y' * 20_000}{number};q=0.1"
        assert own.get("/sparql", params={"query": LOANS}, headers={"Accept": accept}).status_code == 200
    assert metric(own, "rujukan_cache_bytes") > 60_000


def test_what_a_question_is_kept_by_counts_as_memory_of_the_cache(own: httpx.Client) -> None:
    for number in range(4):
        graphs = [f"urn:{'y' * 10_000}:{number}:{each}" for each in range(3)]
        asked = own.post("/sparql", data={"query": "ASK {}", "default-graph-uri": graphs})
        assert asked.json()["boolean"] is True
    assert metric(own, "rujukan_cache_bytes") > 120_000


def test_the_server_stays_small_while_long_answers_pass(tmp_path: Path, release: Path) -> None:
    query = f"SELECT ?a ?b ?c {{ VALUES ?a {{ {NUMBERS} }} VALUES ?b {{ {NUMBERS} }} VALUES ?c {{ {NUMBERS} }} }}"
    with running(Settings(release=release, spool_dir=str(tmp_path))) as client:
        client.get("/sparql", params={"query": LOANS})
        before = resident_mb(os.getpid())
        for _ in range(3):
            size = 0
            with client.stream("GET", "/sparql", params={"query": query}, headers=PLAIN) as response:
                for piece in response.iter_raw():
                    size += len(piece)
            assert size > 20_000_000
        assert resident_mb(os.getpid()) - before < 20
