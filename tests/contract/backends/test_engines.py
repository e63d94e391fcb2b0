"""The contract of the endpoint, over the embedded store and over real engines."""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import httpx2 as httpx
import pyoxigraph as ox
import pytest
from tests.support.engines import VIRTUOSO_MAX_ROWS, oxigraph_server
from tests.support.release_fixture import BASE, running, wait_until

from kg_server.http.formats import BINDINGS, GRAPHS
from kg_server.settings import Settings

if TYPE_CHECKING:
    from tests.contract.backends.conftest import Served

ROOT = Path(__file__).parents[3]
NAMES = sorted(path.stem for path in (ROOT / "queries").glob("*.rq"))
LOANS = "SELECT ?loan ?items { ?loan a ex:Loan ; ex:items ?items } ORDER BY ?loan"
LENDERS = "CONSTRUCT { ?loan ex:lender ?who } WHERE { ?loan ex:lender ?who }"
# Minutes of work on any engine, without a row.
BUSY = (
    "SELECT (COUNT(*) AS ?n) { "
    + " ".join(f"?s ex:item ?i{place} ." for place in range(6))
    + " FILTER(CONCAT(" + ", ".join(f"STR(?i{place})" for place in range(6)) + ") = 'no') }"
)  # fmt: skip
Differs = Callable[[str], None]


def ask(client: httpx.Client, query: str, **parameters: str | list[str]) -> httpx.Response:
    return client.get("/sparql", params={"query": query, **parameters})


def rows(client: httpx.Client, query: str, **parameters: str | list[str]) -> list[dict[str, dict[str, str]]]:
    response = ask(client, query, **parameters)
    assert response.status_code == 200, response.text
    found: list[dict[str, dict[str, str]]] = response.json()["results"]["bindings"]
    return found


@pytest.mark.parametrize("key", [each.key for each in BINDINGS])
def test_rows_in_every_format(engine_client: httpx.Client, key: str) -> None:
    response = ask(engine_client, LOANS, format=key)
    assert response.status_code == 200
    assert "loans/id/autumn" in response.text
    if key in {"json", "xml", "tsv"}:
        formats = {
            "json": ox.QueryResultsFormat.JSON,
            "xml": ox.QueryResultsFormat.XML,
            "tsv": ox.QueryResultsFormat.TSV,
        }
        found = list(ox.parse_query_results(response.content, format=formats[key]))  # type: ignore[arg-type]
        assert [str(each["items"]) for each in found] == [
            f'"{number}"^^<http://www.w3.org/2001/XMLSchema#integer>' for number in (7, 12)
        ]
    yes = ask(engine_client, "ASK { ?s ex:items 12 }", format=key)
    no = ask(engine_client, "ASK { ?s ex:items 13 }", format=key)
    assert ("true" in yes.text, "false" in no.text) == (True, True)


@pytest.mark.parametrize("key", [each.key for each in GRAPHS])
def test_graphs_in_every_format(engine_client: httpx.Client, key: str) -> None:
    response = ask(engine_client, LENDERS, format=key)
    assert response.status_code == 200
    parsers = {
        "turtle": ox.RdfFormat.TURTLE,
        "ntriples": ox.RdfFormat.N_TRIPLES,
        "jsonld": ox.RdfFormat.JSON_LD,
        "rdfxml": ox.RdfFormat.RDF_XML,
        "nquads": ox.RdfFormat.N_QUADS,
        "trig": ox.RdfFormat.TRIG,
        "n3": ox.RdfFormat.N3,
    }
    found = {str(each.triple) for each in ox.parse(response.content, format=parsers[key])}
    assert found == {
        f"<{BASE}id/spring> <{BASE}vocab#lender> <{BASE}id/anna>",
        f"<{BASE}id/autumn> <{BASE}vocab#lender> <{BASE}id/budi>",
    }


def test_describe(engine_client: httpx.Client, differs: Differs) -> None:
    differs("describe")
    response = ask(engine_client, "DESCRIBE id:anna", format="nt")
    assert sorted(response.text.splitlines()) == [
        f"<{BASE}id/anna> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <{BASE}vocab#Person> .",
        f'<{BASE}id/anna> <http://www.w3.org/2000/01/rdf-schema#label> "Anna Berg" .',
    ]


XSD = "http://www.w3.org/2001/XMLSchema#"
TERMS: dict[str, tuple[str, dict[str, str]]] = {
    "plain": ("id:terms ex:plain ?x", {"type": "literal", "value": "plain"}),
    "empty": ("id:terms ex:empty ?x", {"type": "literal", "value": ""}),
    "language": ("id:terms ex:language ?x", {"type": "literal", "value": "kata", "xml:lang": "id"}),
    "language-region": ("BIND('word'@en-GB AS ?x)", {"type": "literal", "value": "word", "xml:lang": "en-gb"}),
    "integer": ("id:terms ex:integer ?x", {"type": "literal", "value": "7", "datatype": XSD + "integer"}),
    "date": ("id:terms ex:on ?x", {"type": "literal", "value": "2024-02-29", "datatype": XSD + "date"}),
    "decimal": ("BIND(2.5 AS ?x)", {"type": "literal", "value": "2.5", "datatype": XSD + "decimal"}),
    "boolean": ("BIND(true AS ?x)", {"type": "literal", "value": "true", "datatype": XSD + "boolean"}),
    "own-type": ("BIND('6'^^ex:month AS ?x)", {"type": "literal", "value": "6", "datatype": BASE + "vocab#month"}),
    "odd": ("id:terms ex:odd ?x", {"type": "literal", "value": "a\"b\\c\n\t'<&>{}"}),
    "wide": ("id:terms ex:wide ?x", {"type": "literal", "value": "Ünïcödé 图书馆 😀"}),
    "wide-asked": ("BIND('图书馆 😀' AS ?x)", {"type": "literal", "value": "图书馆 😀"}),
    "escaped": (r"BIND('\u56fe\u4e66\u9986 \U0001F600' AS ?x)", {"type": "literal", "value": "图书馆 😀"}),
    "far": ("id:terms ex:far ?x", {"type": "uri", "value": "https://example.org/ü?a=b&c=%20d#e"}),
    "relative": ("BIND(<relative> AS ?x)", {"type": "uri", "value": BASE + "relative"}),
    "unbound": ("OPTIONAL { ex:nothing ex:at ?x }", {}),
}  # fmt: skip


@pytest.mark.parametrize("case", list(TERMS))
def test_terms_come_as_they_are(engine_client: httpx.Client, differs: Differs, case: str) -> None:
    differs(f"terms/{case}")
    pattern, expected = TERMS[case]
    (row,) = rows(engine_client, f"SELECT ?x {{ {pattern} }}")
    assert row.get("x", {}) == expected


def test_prefixes_and_base_are_known_and_can_be_redeclared(engine_client: httpx.Client) -> None:
    assert rows(engine_client, "SELECT ?x { <id/anna> rdfs:label ?x }")[0]["x"]["value"] == "Anna Berg"
    other = f"PREFIX ex: <{BASE}id/> PREFIX id: <{BASE}vocab#> SELECT ?x {{ ex:spring id:items ?x }}"
    assert rows(engine_client, other)[0]["x"]["value"] == "12"


def test_the_dataset(engine_client: httpx.Client) -> None:
    count, named = (
        "SELECT (COUNT(*) AS ?n) { ?s ex:lender ?o }",
        "SELECT ?g ?s { GRAPH ?g { ?s ex:lender ?o } } ORDER BY ?g",
    )
    one, two = BASE + "article/one", BASE + "article/two"

    def number(query: str, **dataset: str | list[str]) -> int:
        return int(rows(engine_client, query, **dataset)[0]["n"]["value"])

    assert number(count) == 2
    assert number(count, **{"default-graph-uri": one}) == 1
    assert number(count, **{"default-graph-uri": [one, two]}) == 2
    assert number(count, **{"named-graph-uri": one}) == 0
    assert number(count.replace("{", f"FROM <{two}> {{")) == 1
    assert [row["g"]["value"] for row in rows(engine_client, named)] == [one, two]
    assert [row["g"]["value"] for row in rows(engine_client, named, **{"named-graph-uri": two})] == [two]
    for parameter in ("default-graph-uri", "named-graph-uri"):
        for hostile in ("relative", "urn:a> define get:soft <urn:b", "urn:a b", ""):
            assert ask(engine_client, count, **{parameter: hostile}).status_code == 400, hostile


def test_a_default_graph_alone_leaves_no_named_ones(engine_client: httpx.Client, differs: Differs) -> None:
    differs("named-graphs-unasked")
    query = "SELECT ?g { GRAPH ?g { ?s ex:lender ?o } }"
    assert rows(engine_client, query, **{"default-graph-uri": BASE + "article/two"}) == []


def test_a_whole_graph(engine_client: httpx.Client) -> None:
    one = engine_client.get(
        "/graphs", params={"graph": BASE + "article/one"}, headers={"Accept": "application/n-triples"}
    )
    assert one.text.splitlines() == [f"<{BASE}id/spring> <{BASE}vocab#lender> <{BASE}id/anna> ."]
    whole = engine_client.get("/graphs?default", headers={"Accept": "application/n-triples"})
    assert len(whole.text.splitlines()) == 15 + 61 + 9


def test_errors(engine_client: httpx.Client) -> None:
    malformed = ask(engine_client, "SELECT * {\n ?s ?p }")
    assert malformed.status_code == 400
    assert (malformed.json()["line"], malformed.json()["column"]) > (2, 1)
    undeclared = ask(engine_client, "ASK { ?s no:where ?o }").json()
    assert (undeclared["line"], undeclared["column"]) == (1, 10)
    assert ask(engine_client, "DELETE WHERE { ?s ?p ?o }").status_code == 403
    service = ask(engine_client, "ASK { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }")
    assert (service.status_code, service.json()["type"].rpartition("#")[2]) == (403, "service-refused")
    assert engine_client.get("/sparql", params={"query": LOANS}, headers={"Accept": "image/png"}).status_code == 406
    assert ask(engine_client, LOANS, format="turtle").status_code == 406


def test_limits(served: Served) -> None:
    with running(served.serve(max_answer_rows=50)) as client:
        response = ask(client, "SELECT ?x { id:many ex:item ?x }")
        assert (response.status_code, response.json()["limit"]) == (422, 50)
        assert ask(client, "SELECT ?x { id:many ex:item ?x } LIMIT 50").status_code == 200
        response = ask(client, "CONSTRUCT { ?s ?p ?x } { ?s ?p ?x }")
        assert (response.status_code, response.json()["limit"]) == (422, 50)
    with running(served.serve(max_answer_bytes=2000)) as client:
        response = ask(client, "SELECT ?x { id:many ex:item ?x }")
        assert (response.status_code, response.json()["limit"]) == (422, 2000)
        assert ask(client, "ASK {}").status_code == 200


def test_the_engine_s_own_limit_is_not_mistaken_for_the_end(served: Served, engine_client: httpx.Client) -> None:
    response = ask(engine_client, "SELECT ?a ?b { id:many ex:item ?a , ?b }")
    if served.engine == "virtuoso":
        assert (response.status_code, response.json()["limit"]) == (422, VIRTUOSO_MAX_ROWS)
    else:
        assert len(response.json()["results"]["bindings"]) == 3600


def test_the_engine_s_own_limit_on_triples(engine_client: httpx.Client, differs: Differs) -> None:
    differs("too-many-triples")
    response = ask(engine_client, "CONSTRUCT { ?a ex:with ?b } { id:many ex:item ?a , ?b }", format="nt")
    assert response.status_code == 422 or len(response.text.splitlines()) == 3600


def test_a_slow_query_ends_at_the_deadline_and_the_next_is_answered(served: Served) -> None:
    with running(served.serve(query_seconds=1)) as client:
        response = ask(client, BUSY)
        assert (response.status_code, response.json()["limit"]) == (504, 1)
        assert ask(client, "ASK { ?s ex:items 12 }").json()["boolean"] is True
        assert client.get("/health").json()["queries_under_way"] == 0


def test_a_client_that_goes_away_frees_its_place(served: Served) -> None:
    with running(served.serve(queue=0)) as client:
        with pytest.raises(httpx.ReadTimeout):
            client.get("/sparql", params={"query": BUSY}, timeout=0.5)
        wait_until(lambda: client.get("/health").json()["queries_under_way"] == 0)
        wait_until(lambda: ask(client, "ASK { ?s ex:items 12 }").status_code == 200)


def test_saved_queries_take_parameters(engine_client: httpx.Client) -> None:
    def lent(**parameters: str) -> list[str]:
        response = engine_client.get("/queries/loans-of-a-lender", params=parameters)
        assert response.status_code == 200, response.text
        return [each["loan"]["value"] for each in response.json()["results"]["bindings"]]

    assert lent() == [BASE + "id/spring"]
    assert lent(lender="id:budi") == [BASE + "id/autumn"]
    assert lent(lender=f"<{BASE}id/nobody>") == []
    assert engine_client.get("/queries/loans-of-a-lender?lender=urn:a%3E%20.%20SERVICE%20%3Curn:b").status_code == 400
    for day, number in (("2024-06-01", 1), ("2025-01-01", 2)):
        response = engine_client.get("/queries/loans-before", params={"day": day, "least": "1"})
        (row,) = response.json()["results"]["bindings"]
        assert (row["n"]["value"], row["day"]["value"], row["least"]["value"]) == (str(number), day, "1")


def test_a_parameter_that_is_not_selected_is_refused(engine_client: httpx.Client, differs: Differs) -> None:
    differs("unselected-parameter")
    assert engine_client.get("/queries/not-selected").status_code == 500


@pytest.mark.parametrize("name", NAMES)
def test_the_project_s_queries_give_the_same_everywhere(
    project_client: httpx.Client, reference: httpx.Client, differs: Differs, name: str
) -> None:
    differs(f"saved/{name}")
    expected = reference.get(f"/queries/{name}?format=tsv")
    found = project_client.get(f"/queries/{name}?format=tsv")
    assert found.status_code == expected.status_code == 200
    assert found.text == expected.text


@pytest.mark.parametrize(
    "path",
    ["/", "/id/perpusnas", "/id/perpusnas?evidence=true&incoming=true", "/vocab", "/dumps", "/openapi.json",
     "/.well-known/void", "/.well-known/sparql-examples", "/queries", "/sparql"],
)  # fmt: skip
def test_every_description_is_the_same_everywhere(
    project_client: httpx.Client, reference: httpx.Client, path: str
) -> None:
    accept = {"Accept": "application/n-triples, application/json;q=0.5"}
    found, expected = (client.get(path, headers=accept) for client in (project_client, reference))
    assert found.status_code == expected.status_code == 200
    here, there = str(project_client.base_url), str(reference.base_url)
    assert set(found.text.replace(here, there).splitlines()) == set(expected.text.splitlines())
    page = project_client.get(path, headers={"Accept": "text/html"})
    assert page.status_code == 200


def test_health_says_where_queries_go(served: Served, engine_client: httpx.Client) -> None:
    health = json.loads(engine_client.get("/health").text)
    egress = health["query_processes"]["egress"]
    if served.engine == "embedded":
        assert "backend" not in health
        assert egress.startswith(("shut", "open"))
    else:
        assert health["backend"]["state"] == "closed"
        port = served.small.backend.rpartition(":")[2].partition("/")[0]
        assert egress in {f"only TCP to port {port}", "open: the system permits no other"}


def test_an_engine_that_is_killed_in_the_middle(small: Path) -> None:
    with oxigraph_server(small / "store") as (url, process):
        settings = Settings(
            release=small, cache_mb=0, workers=1, backend=url, backend_failures=2, backend_pause_seconds=60
        )
        with running(settings) as client:
            assert len(rows(client, LOANS)) == 2
            with httpx.Client(base_url=client.base_url, timeout=60) as other:
                waiting = other.build_request("GET", "/sparql", params={"query": BUSY})
                found: list[httpx.Response] = []
                thread = threading.Thread(target=lambda: found.append(other.send(waiting)))
                thread.start()
                wait_until(lambda: client.get("/health").json()["queries_under_way"] == 1)
                os.kill(process, signal.SIGKILL)
                thread.join()
            assert (found[0].status_code, found[0].json()["type"].rpartition("#")[2]) == (502, "backend-unreachable")
            assert ask(client, LOANS).status_code == 502
            refused = ask(client, LOANS)
            assert refused.status_code == 503
            assert int(refused.headers["retry-after"]) <= 61
            assert client.get("/health").json()["backend"]["state"] == "open"
            # What needs no query is served on.
            assert client.get("/dumps/kg.nq").status_code == 200
