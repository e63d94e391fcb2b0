"""What the W3C's manifests leave out: QUERY, versions, mixed parameters, whole graphs, compression."""

from __future__ import annotations

import gzip
import sys
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest
from pyoxigraph import RdfFormat, parse

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx2 as httpx

SELECT = "SELECT ?loan ?items WHERE { ?loan ex:items ?items } ORDER BY ?items"
LONG = 'SELECT (CONCAT("a loan ", STR(?n)) AS ?x) { ' + "VALUES ?n { " + " ".join(map(str, range(400))) + " } }"
HUGE = "SELECT * { VALUES ?n { " + " ".join(map(str, range(2000))) + " } VALUES ?m { 1 2 3 4 } }"
FORM = "application/x-www-form-urlencoded"
DIRECT = "application/sparql-query"
ONE = "https://example.org/loans/article/one"


@pytest.mark.parametrize(
    ("content_type", "content", "params"),
    [
        (DIRECT, SELECT, {}),
        (DIRECT + "; charset=UTF-8; version=1.2", SELECT, {"version": "1.2"}),
        (FORM, urlencode({"query": SELECT}), {}),
        (FORM, urlencode({"query": SELECT, "version": "1.1"}), {}),
    ],
)
@pytest.mark.parametrize("method", ["QUERY", "POST"])
def test_query_is_a_method(
    client: httpx.Client, method: str, content_type: str, content: str, params: dict[str, str]
) -> None:
    expected = client.get("/sparql", params={"query": SELECT})
    headers = {"Content-Type": content_type}
    response = client.request(method, "/sparql", params=params, content=content, headers=headers)
    assert response.status_code == 200, response.text
    assert response.content == expected.content


def test_query_takes_a_dataset_in_the_address(client: httpx.Client) -> None:
    count = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    headers = {"Content-Type": DIRECT, "Accept": "text/csv"}
    response = client.request("QUERY", "/sparql", params={"default-graph-uri": ONE}, content=count, headers=headers)
    assert response.text.split() == ["n", "1"]


def test_query_needs_a_body_of_a_known_type(client: httpx.Client) -> None:
    refused = client.request("QUERY", "/sparql", content="ASK {}", headers={"Content-Type": "text/plain"})
    assert refused.status_code == 415
    assert DIRECT in refused.headers["accept-query"]
    assert client.request("QUERY", "/sparql", content=b"", headers={"Content-Type": FORM}).status_code == 400
    assert client.request("QUERY", "/queries").status_code == 405


def test_options_name_the_methods_and_bodies(client: httpx.Client) -> None:
    endpoint, graphs = client.options("/sparql"), client.options("/graphs")
    assert endpoint.headers["allow"] == "GET, HEAD, POST, QUERY, OPTIONS"
    assert endpoint.headers["accept-query"] == f'"{FORM}", "{DIRECT}"'
    assert endpoint.headers["accept-post"] == f"{FORM}, {DIRECT}"
    assert graphs.headers["allow"] == "GET, HEAD, OPTIONS"
    assert "accept-query" not in graphs.headers


@pytest.mark.parametrize("version", ["1.1", "1.2", "1.2-basic"])
def test_versions(client: httpx.Client, version: str) -> None:
    accept = f"application/sparql-results+json; version={version}"
    response = client.get("/sparql", params={"query": "ASK {}", "version": version}, headers={"Accept": accept})
    assert response.json()["boolean"] is True


@pytest.mark.parametrize(
    ("query_string", "content_type", "body", "says"),
    [
        ("query=ASK{}&version=3", None, "", "'3' is not known"),
        ("query=ASK{}&version=1.1&version=1.1", None, "", "2 times"),
        ("version=1.1", DIRECT + ";version=1.2", "ASK {}", "1.1 in the address and 1.2"),
        ("", DIRECT + ";version=one", "ASK {}", "'one' is not known"),
        ("", FORM, "query=ASK{}&update=CLEAR+ALL", "together"),
        ("query=ASK{}&using-graph-uri=http://g", None, "", "belongs to updates"),
        ("using-named-graph-uri=http://g", DIRECT, "ASK {}", "belongs to updates"),
        ("query=ASK{}", DIRECT, "ASK {}", "twice"),
        ("query=ASK{}&default-graph-uri=", None, "", "not an absolute IRI"),
    ],
)
def test_parameters_that_do_not_go_together(
    client: httpx.Client, query_string: str, content_type: str | None, body: str, says: str
) -> None:
    method, headers = ("POST", {"Content-Type": content_type}) if content_type else ("GET", {})
    response = client.request(method, "/sparql?" + query_string, headers=headers, content=body)
    assert response.status_code == 400
    assert says in response.json()["detail"]


def test_a_compressed_request_is_not_read(client: httpx.Client) -> None:
    headers = {"Content-Type": DIRECT, "Content-Encoding": "gzip"}
    response = client.post("/sparql", content=gzip.compress(b"ASK {}"), headers=headers)
    assert response.status_code == 415
    assert response.headers["accept-encoding"] == "identity"


@pytest.mark.parametrize(
    ("query", "accept", "media_type"),
    [
        ("default", "*/*", "text/turtle; charset=utf-8"),
        ("default&format=nt", "text/turtle", "application/n-triples"),
        ("graph=" + ONE, "application/rdf+xml;q=0.5, application/ld+json", "application/ld+json"),
        ("graph=https%3A%2F%2Fexample.org%2Floans%2Farticle%2Fone", "application/n-quads", "application/n-quads"),
    ],
)
def test_whole_graphs(client: httpx.Client, query: str, accept: str, media_type: str) -> None:
    response = client.get("/graphs?" + query, headers={"Accept": accept})
    assert (response.status_code, response.headers["content-type"]) == (200, media_type)
    rdf_format = RdfFormat.from_media_type(media_type)
    assert rdf_format is not None
    assert len(list(parse(response.content, format=rdf_format))) == (15 if "default" in query else 1)
    head = client.head("/graphs?" + query, headers={"Accept": accept})
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == response.headers["content-length"]
    assert head.headers["content-type"] == media_type


def test_a_graph_on_a_page(client: httpx.Client) -> None:
    page = client.get("/graphs", params={"graph": ONE}, headers={"Accept": "text/html"}).text
    assert "/sparql?query=CONSTRUCT" in page
    assert "default-graph-uri=https%3A%2F%2Fexample.org%2Floans%2Farticle%2Fone" in page


@pytest.mark.parametrize(
    ("method", "query", "status"),
    [
        ("GET", "graph=https://example.org/none", 404),
        ("HEAD", "graph=https://example.org/none", 404),
        ("GET", "", 400),
        ("GET", "default&graph=" + ONE, 400),
        ("GET", f"graph={ONE}&graph={ONE}", 400),
        ("GET", "graph=article/one", 400),
        ("GET", "default&format=csv", 406),
        ("PUT", "default", 405),
        ("POST", "graph=" + ONE, 405),
        ("DELETE", "graph=" + ONE, 405),
        ("PATCH", "default", 405),
    ],
)
def test_refused_graph_requests(client: httpx.Client, method: str, query: str, status: int) -> None:
    response = client.request(method, "/graphs?" + query, headers={"Accept": "application/json"})
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert ("allow" in response.headers) == (status == 405)


@pytest.mark.parametrize(
    ("accept_encoding", "coding"),
    [
        ("gzip", "gzip"),
        ("zstd", "zstd"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip;q=1.0, zstd;q=0.4", "gzip"),
        ("x-gzip", "gzip"),
        ("*", "zstd"),
        ("*;q=0.5, zstd;q=0", "gzip"),
        ("br", None),
        ("identity", None),
        ("gzip;q=0", None),
        ("gzip;q=0.2, identity;q=0.8", None),
        ("*;q=0", None),
        ("", None),
    ],
)
@pytest.mark.parametrize("query", [LONG, HUGE], ids=["long", "huge"])
def test_answers_are_compressed(client: httpx.Client, accept_encoding: str, coding: str | None, query: str) -> None:
    headers = {"Accept": "text/csv", "Accept-Encoding": accept_encoding}
    plain = client.post("/sparql", data={"query": query}, headers={**headers, "Accept-Encoding": "identity"}).content
    with client.stream("POST", "/sparql", data={"query": query}, headers=headers) as response:
        raw = b"".join(response.iter_raw())
    assert response.headers.get("content-encoding") == coding
    assert int(response.headers["content-length"]) == len(raw)
    assert {each.strip() for each in response.headers["vary"].split(",")} == {"Accept", "Accept-Encoding"}
    decoders: dict[str | None, Callable[[bytes], bytes]] = {
        "gzip": gzip.decompress,
        "zstd": zstd.decompress,
        None: bytes,
    }
    assert decoders[coding](raw) == plain
    assert coding is None or len(raw) < len(plain)


def test_short_answers_and_dumps_stay_as_they_are(client: httpx.Client) -> None:
    headers = {"Accept-Encoding": "gzip, zstd"}
    short = client.get("/sparql", params={"query": "ASK {}"}, headers=headers)
    assert "content-encoding" not in short.headers
    assert "Accept-Encoding" in short.headers["vary"]
    dump = client.get("/dumps/kg.nq", headers=headers)
    assert "content-encoding" not in dump.headers
    assert int(dump.headers["content-length"]) == len(dump.content)


def test_head_says_what_get_would(client: httpx.Client) -> None:
    params, headers = {"query": LONG}, {"Accept-Encoding": "gzip"}
    head = client.head("/sparql", params=params, headers=headers)
    with client.stream("GET", "/sparql", params=params, headers=headers) as got:
        got.read()
    assert head.content == b""
    for name in ("content-encoding", "content-length", "content-type", "vary"):
        assert head.headers[name] == got.headers[name]
