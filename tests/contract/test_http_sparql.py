"""`/sparql` over real HTTP: every content type, every refusal."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, parse
from tests.support.markup import foreign_scripts

if TYPE_CHECKING:
    import httpx2 as httpx

SELECT = "SELECT ?loan ?items WHERE { ?loan ex:items ?items } ORDER BY ?items"
CONSTRUCT = "CONSTRUCT { ?loan ex:items ?items } WHERE { ?loan ex:items ?items }"
FORM = "application/x-www-form-urlencoded"
LOANS = "https://example.org/loans/"


def ask(client: httpx.Client, query: str, accept: str = "*/*", **params: str) -> httpx.Response:
    return client.get("/sparql", params={"query": query, **params}, headers={"Accept": accept})


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        ("*/*", "application/sparql-results+json"),
        ("application/sparql-results+json", "application/sparql-results+json"),
        ("application/json", "application/json"),
        ("application/sparql-results+xml", "application/sparql-results+xml"),
        ("application/xml", "application/xml"),
        ("text/csv", "text/csv; charset=utf-8"),
        ("text/tab-separated-values", "text/tab-separated-values; charset=utf-8"),
    ],
)
def test_results_in_every_format(client: httpx.Client, accept: str, content_type: str) -> None:
    response = ask(client, SELECT, accept)
    assert (response.status_code, response.headers["content-type"]) == (200, content_type)
    if "json" in content_type:
        values = [row["items"]["value"] for row in response.json()["results"]["bindings"]]
    elif "xml" in content_type:
        space = "{http://www.w3.org/2005/sparql-results#}"
        found = ET.fromstring(response.text).iterfind(f".//{space}binding[@name='items']/{space}literal")  # noqa: S314
        values = [each.text for each in found]
    elif "csv" in content_type:
        values = [row["items"] for row in csv.DictReader(io.StringIO(response.text))]
    else:
        values = [line.split("\t")[1] for line in response.text.splitlines()[1:]]
    assert values == ["7", "12"]


@pytest.mark.parametrize(
    ("accept", "content_type", "rdf_format"),
    [
        ("*/*", "text/turtle; charset=utf-8", RdfFormat.TURTLE),
        ("text/turtle", "text/turtle; charset=utf-8", RdfFormat.TURTLE),
        ("application/n-triples", "application/n-triples", RdfFormat.N_TRIPLES),
        ("text/plain", "text/plain; charset=utf-8", RdfFormat.N_TRIPLES),
        ("application/ld+json", "application/ld+json", RdfFormat.JSON_LD),
        ("application/json", "application/json", RdfFormat.JSON_LD),
        ("application/rdf+xml", "application/rdf+xml", RdfFormat.RDF_XML),
        ("application/n-quads", "application/n-quads", RdfFormat.N_QUADS),
        ("application/trig", "application/trig", RdfFormat.TRIG),
        ("text/n3", "text/n3; charset=utf-8", RdfFormat.N3),
    ],
)
def test_graphs_in_every_format(client: httpx.Client, accept: str, content_type: str, rdf_format: RdfFormat) -> None:
    response = ask(client, CONSTRUCT, accept)
    assert (response.status_code, response.headers["content-type"]) == (200, content_type)
    assert len(list(parse(response.content, format=rdf_format))) == 2


def test_ask_and_describe(client: httpx.Client) -> None:
    assert ask(client, "ASK { id:spring a ex:Loan }").json()["boolean"] is True
    assert ask(client, "ASK {}", "text/csv").text == "true"
    assert len(list(parse(ask(client, "DESCRIBE id:anna", "text/turtle").content, format=RdfFormat.TURTLE))) == 2


def test_all_ways_of_asking_agree(client: httpx.Client) -> None:
    expected = ask(client, SELECT).content
    direct = {"Content-Type": "application/sparql-query"}
    assert client.post("/sparql", data={"query": SELECT}).content == expected
    assert client.post("/sparql", content=SELECT, headers=direct).content == expected
    assert client.get("/sparql/", params={"query": SELECT}).content == expected


def test_dataset_of_the_protocol(client: httpx.Client) -> None:
    count = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
    one = ask(client, count, "text/csv", **{"default-graph-uri": LOANS + "article/one"})
    assert one.text.split() == ["n", "1"]
    params = {"query": count, "default-graph-uri": [f"{LOANS}article/{name}" for name in ("one", "two")]}
    assert client.get("/sparql", params=params, headers={"Accept": "text/csv"}).text.split() == ["n", "2"]
    named = "SELECT (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } }"
    limited = ask(client, named, "text/csv", **{"named-graph-uri": LOANS + "article/one"})
    assert limited.text.split() == ["n", "1"]
    assert ask(client, count, **{"default-graph-uri": "not an iri"}).status_code == 400


def test_relative_iris_resolve_against_the_base_of_the_graph(client: httpx.Client) -> None:
    assert ask(client, "ASK { <id/spring> a ex:Loan }").json()["boolean"] is True


def test_values_are_decoded_once(client: httpx.Client) -> None:
    query = 'SELECT ("%25+%2525" AS ?x) {}'
    assert ask(client, query, "text/csv").text.split() == ["x", "%25+%2525"]
    assert client.post("/sparql", data={"query": query}, headers={"Accept": "text/csv"}).text.split()[1] == "%25+%2525"


def test_head_and_options(client: httpx.Client) -> None:
    head = client.head("/sparql", params={"query": SELECT})
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(ask(client, SELECT).content))
    options = client.options(
        "/sparql", headers={"Origin": "https://example.org", "Access-Control-Request-Method": "POST"}
    )
    assert options.status_code == 204
    assert options.headers["access-control-allow-origin"] == "*"
    assert "POST" in options.headers["access-control-allow-methods"]


def test_every_reply_carries_the_security_headers(client: httpx.Client) -> None:
    for path in ("/", "/sparql", "/sparql?query=ASK{}", "/sparql?query=x", "/nowhere", "/queries", "/dumps/kg.nq"):
        headers = client.get(path).headers
        assert headers["x-content-type-options"] == "nosniff", path
        assert "default-src 'none'" in headers["content-security-policy"], path
        assert headers["access-control-allow-origin"] == "*", path
        assert "server" not in headers, path


@pytest.mark.parametrize(
    ("query", "status", "slug"),
    [
        ("SELECT * {", 400, "malformed-query"),
        ("SELECT * { ?s a nowhere:Loan }", 400, "malformed-query"),
        ("", 400, "malformed-query"),
        ("INSERT DATA { id:x a ex:Loan }", 403, "update-refused"),
        ("LOAD <http://127.0.0.1/>", 403, "update-refused"),
        ("SELECT * { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }", 403, "service-refused"),
        ("SELECT * { { SERVICE SILENT ?e { ?s ?p ?o } } }", 403, "service-refused"),
        ("SELECT * {" + "{" * 3000, 400, "malformed-query"),
    ],
)
def test_refused_queries(client: httpx.Client, query: str, status: int, slug: str) -> None:
    for response in (ask(client, query), client.post("/sparql", data={"query": query})):
        assert response.status_code == status
        assert response.headers["content-type"] == "application/problem+json"
        problem = response.json()
        assert problem["type"].endswith("#" + slug)
        assert problem["status"] == status


def test_a_parse_error_shows_its_place(client: httpx.Client) -> None:
    problem = ask(client, "SELECT *\nWHERE { ?loan ex:items }").json()
    assert (problem["line"], problem["column"]) == (2, 24)
    assert problem["excerpt"].splitlines()[1].index("^") == 23


@pytest.mark.parametrize(
    ("request_line", "headers", "content", "status"),
    [
        ("PUT /sparql?query=ASK%20{}", {}, b"", 405),
        ("DELETE /sparql", {}, b"", 405),
        ("GET /sparql?query=ASK{}&query=ASK{}", {}, b"", 400),
        ("POST /sparql?query=ASK{}", {"Content-Type": FORM}, b"query=ASK{}", 400),
        ("POST /sparql", {"Content-Type": FORM}, b"update=CLEAR+ALL", 403),
        ("POST /sparql", {"Content-Type": "application/sparql-update"}, b"CLEAR ALL", 403),
        ("GET /sparql?update=CLEAR+ALL", {}, b"", 403),
        ("POST /sparql", {"Content-Type": "text/plain"}, b"ASK {}", 415),
        ("POST /sparql", {"Content-Type": "application/sparql-query; charset=utf-16"}, b"ASK {}", 415),
        ("POST /sparql", {"Content-Type": "application/sparql-query"}, b"x" * 70000, 413),
        ("GET /sparql?query=ASK{}", {"Accept": "image/png"}, b"", 406),
        ("GET /sparql?query=ASK{}", {"Accept": "text/turtle"}, b"", 406),
        ("GET /sparql?query=DESCRIBE+id:anna&format=csv", {}, b"", 406),
        ("GET /sparql?query=%FF", {}, b"", 400),
        ("GET /sparql?query=%2", {}, b"", 400),
        ("GET /sparql", {"Accept": "application/sparql-results+json"}, b"", 400),
        ("POST /queries", {}, b"", 405),
        ("GET /nowhere", {}, b"", 404),
    ],
)
def test_refused_requests(
    client: httpx.Client, request_line: str, headers: dict[str, str], content: bytes, status: int
) -> None:
    method, _, path = request_line.partition(" ")
    response = client.request(method, path, headers=headers, content=content)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["detail"]
    assert ("allow" in response.headers) == (status == 405)


def test_not_acceptable_lists_what_is(client: httpx.Client) -> None:
    assert "text/turtle" in ask(client, CONSTRUCT, "text/csv").json()["available"]


@pytest.mark.parametrize("accept", ["*/*", "text/turtle", "application/rdf+xml", "application/ld+json"])
def test_service_description(client: httpx.Client, accept: str) -> None:
    response = client.get("/sparql", headers={"Accept": accept})
    rdf_format = RdfFormat.from_media_type(response.headers["content-type"])
    assert rdf_format is not None
    sd = "http://www.w3.org/ns/sparql-service-description#"
    objects: dict[str, set[str]] = {}
    for quad in parse(response.content, format=rdf_format):
        assert isinstance(quad.object, NamedNode | Literal)
        objects.setdefault(quad.predicate.value.removeprefix(sd), set()).add(quad.object.value)
    assert objects["endpoint"] == {f"{str(client.base_url).rstrip('/')}/sparql"}
    assert len(objects["namedGraph"]) == 2
    assert len(objects["resultFormat"]) == 11


def test_a_strange_host_is_not_repeated(client: httpx.Client) -> None:
    for path in ("/sparql", "/"):
        response = client.get(path, headers={"Host": 'x"><script>'})
        assert response.status_code in {200, 400}
        assert "<script>" not in response.text


def test_a_page_for_a_person(client: httpx.Client) -> None:
    page = ask(client, "SELECT ?label { id:autumn rdfs:label ?label }", "text/html")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "Autumn &amp; &lt;loan&gt;" in page.text
    assert not foreign_scripts(page.text)
    nasty = ask(client, 'SELECT ("<script>alert(1)</script>" AS ?x) {}', "text/html").text
    assert not foreign_scripts(nasty)
    assert "&lt;script&gt;" in nasty
    error = ask(client, 'SELECT "</textarea><script>', "text/html")
    assert error.status_code == 400
    assert not foreign_scripts(error.text)


def test_json_escapes_survive(client: httpx.Client) -> None:
    query = 'SELECT ("\\u0000\\"\\\\ ü 😀" AS ?x) {}'
    value = json.loads(ask(client, query).content)["results"]["bindings"][0]["x"]["value"]
    assert value == '\0"\\ ü 😀'


@pytest.mark.parametrize(
    ("query", "line", "column"),
    [
        ("ASK { 😀 }", 1, 7),
        ('ASK {\r\n\t?s ?p "%2F 😀é", x }', 2, 18),
        ("SELECT * { ?s ?p ?o } ORDER ?s", 1, 29),
        ("SELECT * { ?s ?p ?o FILTER(<urn:none>(?o)) }", 1, 28),
        ("ASK { ?s a nowhere:Loan }", 1, 12),
        ("# 😀\nASK { SERVICE <urn:x> {} }", 2, 7),
        ("# 😀\n CLEAR ALL", 2, 2),
    ],
)
def test_places_count_characters_however_the_query_comes(
    client: httpx.Client, query: str, line: int, column: int
) -> None:
    direct = client.post("/sparql", content=query.encode(), headers={"Content-Type": "application/sparql-query"})
    for response in (ask(client, query), client.post("/sparql", data={"query": query}), direct):
        problem = response.json()
        assert (problem["line"], problem["column"]) == (line, column), problem


def test_a_function_that_nobody_has_is_the_error_of_the_query(client: httpx.Client) -> None:
    for query in (
        "SELECT (<urn:none>(1) AS ?x) {}",
        "PREFIX f: <urn:> SELECT * { ?s ?p ?o } ORDER BY f:none(?s)",
        "ASK { FILTER EXISTS { ?s ?p ?o FILTER(<urn:none>(?o)) } }",
        "CONSTRUCT { ?s ?p ?x } { ?s ?p ?o BIND(<urn:none>(?o) AS ?x) }",
    ):
        response = ask(client, query)
        assert (response.status_code, response.json()["function"]) == (400, "urn:none")
        assert response.json()["type"].endswith("#unknown-function")
        place = response.json()["excerpt"].splitlines()
        assert place[0][place[1].index("^") :].startswith(("<urn:none>(", "f:none("))
    arity = ask(client, "SELECT (xsd:integer(1, 2) AS ?x) {}")
    assert (arity.status_code, arity.json()["column"]) == (400, 9)
