"""The W3C's SPARQL 1.1 Protocol tests, from their manifest, against the live server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from rdflib import RDF, RDFS, Graph, Namespace, URIRef
from rdflib.collection import Collection
from tests.support.release_fixture import make_release, running

from kg_server.settings import Settings

if TYPE_CHECKING:
    import httpx2 as httpx
    from rdflib.term import Node

HERE = Path(__file__).resolve().parents[3] / "shared/w3c/rdf-tests/sparql/sparql11/protocol"
MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
HT = Namespace("http://www.w3.org/2011/http#")
CNT = Namespace("http://www.w3.org/2011/content#")
UT = Namespace("http://www.w3.org/2009/sparql/tests/test-update#")

RESULTS = {"application/sparql-results+json", "application/sparql-results+xml", "text/csv", "text/tab-separated-values"}
KINDS = {
    "boolean": {"application/sparql-results+json", "application/sparql-results+xml"},
    "tabular": RESULTS,
    "RDF": {"text/turtle", "application/n-triples", "application/rdf+xml"},
}


def manifest() -> Graph:
    graph = Graph()
    if HERE.is_dir():
        graph.parse(HERE / "manifest.ttl", publicID=(HERE / "manifest.ttl").as_uri())
    return graph


GRAPH = manifest()
TESTS = sorted(str(test) for test in GRAPH.subjects(RDF.type, MF.ProtocolTest))


@pytest.fixture(scope="module")
def w3c(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    if not TESTS:
        pytest.skip("the W3C's tests are not beside this checkout")
    trig = ""
    for data in GRAPH.objects(None, UT.graphData):
        path = HERE / Path(str(GRAPH.value(data, UT.graph))).name
        if path.is_file():
            trig += f"GRAPH <{GRAPH.value(data, RDFS.label)}> {{ {path.read_text('utf-8')} }}\n"
    folder = make_release(tmp_path_factory.mktemp("w3c") / "release", trig)
    with running(Settings(release=folder)) as client:
        yield client


def items(node: Node | None) -> list[Node]:
    return list(Collection(GRAPH, node)) if node is not None else []


@pytest.mark.parametrize("test", TESTS or ["absent"], ids=lambda test: test.rpartition("#")[2])
def test_protocol(w3c: httpx.Client, test: str) -> None:
    action = GRAPH.value(URIRef(test), MF.action)
    refused = test.rpartition("#")[2].startswith("update_")
    for request in items(GRAPH.value(action, HT.requests)):
        body = GRAPH.value(request, HT.body)
        encoding = str(GRAPH.value(body, CNT.characterEncoding) or "UTF-8") if body else "UTF-8"
        headers = {
            str(GRAPH.value(header, HT.fieldName)): str(GRAPH.value(header, HT.fieldValue))
            for header in items(GRAPH.value(request, HT.headers))
        }
        method = str(GRAPH.value(request, HT.methodName))
        response = w3c.request(
            method,
            str(GRAPH.value(request, HT.absolutePath)),
            headers=headers,
            content=str(GRAPH.value(body, CNT.chars)).encode(encoding) if body else None,
        )
        if refused and response.status_code == 403:
            # Updates are refused by design, and the queries that would look at their effect have nothing to see.
            assert response.json()["type"].endswith("#update-refused")
            return
        expected = GRAPH.value(request, HT.resp)
        classes = {str(status)[-3] for status in GRAPH.objects(expected, MF.expectedStatus)}
        assert str(response.status_code)[0] in classes, response.text
        kind = GRAPH.value(expected, MF.expectedFormat)
        if kind is not None:
            assert response.headers["content-type"].partition(";")[0] in KINDS[str(kind)]
        boolean = GRAPH.value(expected, MF.expectedBoolean)
        if boolean is not None:
            assert str(response.json()["boolean"]).lower() == str(boolean)
