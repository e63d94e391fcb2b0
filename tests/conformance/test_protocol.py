"""The W3C's tests of the SPARQL 1.1 Protocol, the Graph Store Protocol and the Service Description, through HTTP."""

from __future__ import annotations

from collections import defaultdict
from email import message_from_bytes
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest
from tests.conformance.compare import Table, read_csv, read_results, same_graphs
from tests.conformance.description import departures
from tests.conformance.manifests import Case, Request, cases, for_each
from tests.conformance.verdicts import verdict

if TYPE_CHECKING:
    import httpx2 as httpx
    from tests.conformance.served import Served

RESULTS = {"application/sparql-results+json", "application/sparql-results+xml", "text/csv", "text/tab-separated-values"}
KINDS = {
    "boolean": {"application/sparql-results+json", "application/sparql-results+xml"},
    "tabular": RESULTS,
    "RDF": {"text/turtle", "application/n-triples", "application/rdf+xml"},
}
STATUSES = {"OK": "200", "Created": "201", "NoContent": "204", "NotFound": "404"}
SD = "http://www.w3.org/ns/sparql-service-description#"


def send(client: httpx.Client, request: Request, path: str) -> httpx.Response:
    return client.request(request.method, path, headers=dict(request.headers), content=request.body)


def has_status(response: httpx.Response, request: Request) -> bool:
    wanted = [STATUSES.get(each, each.removeprefix("StatusCode").removesuffix("xx")) for each in request.statuses]
    return any(str(response.status_code).startswith(each) for each in wanted)


def readable(body: bytes, media_type: str, kind: str) -> bool:
    """Whether a body is what its media type says, and of the kind that the test expects."""
    if kind == "RDF":
        form = ox.RdfFormat.from_media_type(media_type)
        assert form is not None
        list(ox.parse(body, format=form))  # raises where it is no such thing
        return True
    if media_type == "text/csv":
        return bool(read_csv(body).variables)
    results = ox.QueryResultsFormat.from_media_type(media_type)
    assert results is not None
    return isinstance(read_results(body, results), bool if kind == "boolean" else Table)


@for_each(cases("ProtocolTest"))
def test_protocol(served: Served, case: Case) -> None:
    client = served.with_data(case.data)
    refused = verdict(case) == "refused"
    for request in case.requests:
        response = send(client, request, request.path)
        if refused and "#bad_" not in case.id:
            assert response.status_code == 403, response.text
            assert response.json()["type"].endswith("#update-refused")
            # The queries that follow would look at what the update did.
            return
        assert has_status(response, request), response.text
        if request.format is not None:
            media_type = response.headers["content-type"].partition(";")[0]
            assert media_type in KINDS[request.format]
            assert readable(response.content, media_type, request.format)
        if request.boolean is not None:
            assert response.json()["boolean"] is request.boolean


@for_each(cases("GraphStoreProtocolTest"))
def test_graph_store(served: Served, case: Case) -> None:
    if verdict(case) == "ignored":
        with pytest.raises(AssertionError):
            graph_store(served, case)
    else:
        graph_store(served, case)


def graph_store(served: Served, case: Case) -> None:
    """Every write is refused; what it would have written is then served, and every read is compared."""
    state: dict[str, list[ox.Triple]] = defaultdict(list)
    for request in case.requests:
        path = request.path.replace("/gsp", "/graphs", 1)
        client = served.with_quads(quads(state))
        response = send(client, request, path)
        if request.method in {"GET", "HEAD"}:
            assert has_status(response, request), response.text
            if request.expected is not None and request.method == "GET":
                assert response.headers["content-type"] == "text/turtle; charset=utf-8"
                got = ox.parse(response.content, format=ox.RdfFormat.TURTLE)
                assert same_graphs(got, turtle(request.expected)), response.text
            continue
        assert response.status_code == 405, response.text
        assert response.headers["content-type"] == "application/problem+json"
        assert response.headers["allow"] == "GET, HEAD, OPTIONS"
        if "?" not in path:
            # A graph of the server's own naming; the reads that follow ask for that name.
            return
        written = turtle(text_of(request))
        graph = str(response.request.url.params.get("graph", ""))
        state[graph] = [*state[graph], *written] if request.method == "POST" else written


def text_of(request: Request) -> str:
    """The Turtle that a write carries, in one piece or in the parts of a form."""
    body, headers = request.body or b"", dict(request.headers)
    content_type = headers.get("content-type", headers.get("Content-Type", ""))
    if not content_type.startswith("multipart/"):
        return body.decode()
    message = message_from_bytes(b"Content-Type: " + content_type.encode() + b"\n\n" + body.lstrip())
    return "\n".join(str(part.get_payload()) for part in message.walk() if not part.is_multipart())


def turtle(text: str) -> list[ox.Triple]:
    return [quad.triple for quad in ox.parse(text, format=ox.RdfFormat.TURTLE, rename_blank_nodes=True)]


def quads(state: dict[str, list[ox.Triple]]) -> list[ox.Quad]:
    return [
        ox.Quad(each.subject, each.predicate, each.object, ox.NamedNode(graph) if graph else ox.DefaultGraph())
        for graph, triples in state.items()
        for each in triples
    ]


@for_each(cases("ServiceDescriptionTest"))
def test_service_description(served: Served, case: Case) -> None:
    client = served.with_data(case.data)
    response = client.get("/sparql")
    assert response.status_code == 200
    media_type = ox.RdfFormat.from_media_type(response.headers["content-type"])
    assert media_type is not None
    triples = [quad.triple for quad in ox.parse(response.content, format=media_type)]
    match case.id.partition("#")[2]:
        case "returns-rdf":
            assert triples
        case "has-endpoint-triple":
            endpoint = ox.NamedNode(str(client.base_url).rstrip("/") + "/sparql")
            assert any(each.predicate.value == SD + "endpoint" and each.object == endpoint for each in triples)
        case "conforms-to-schema":
            assert departures(triples) == []
        case other:
            pytest.fail(f"the suite has a test that is not known here: {other}")
