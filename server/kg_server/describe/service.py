"""The SPARQL 1.1 Service Description of the endpoint, made from the release."""

from __future__ import annotations

from collections.abc import Iterator

import pyoxigraph as ox

from kg_server.describe.release import Manifest
from kg_server.http.formats import BINDINGS, GRAPHS, Format

SD = "http://www.w3.org/ns/sparql-service-description#"
ENTAILMENT = "http://www.w3.org/ns/entailment/"
VOID = "http://rdfs.org/ns/void#"
DCTERMS = "http://purl.org/dc/terms/"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
XSD = "http://www.w3.org/2001/XMLSchema#"

PREFIXES = {"sd": SD, "void": VOID, "dcterms": DCTERMS, "rdfs": RDFS, "xsd": XSD}

_RDF_FORMATS = {
    "turtle": ox.RdfFormat.TURTLE,
    "ntriples": ox.RdfFormat.N_TRIPLES,
    "jsonld": ox.RdfFormat.JSON_LD,
    "rdfxml": ox.RdfFormat.RDF_XML,
    "nquads": ox.RdfFormat.N_QUADS,
    "trig": ox.RdfFormat.TRIG,
    "n3": ox.RdfFormat.N3,
}


def service_description(manifest: Manifest, endpoint: str, serialisation: Format) -> bytes:
    """Describe the endpoint (SPARQL 1.1 Service Description, section 3), without blank nodes.

    Args:
        manifest: of the release being served.
        endpoint: the absolute address of the endpoint.
        serialisation: one of `GRAPHS`.
    """
    data = ox.serialize(
        _triples(manifest, endpoint), format=_RDF_FORMATS[serialisation.key], prefixes={**PREFIXES, "": endpoint + "#"}
    )
    return data or b""


def _triples(manifest: Manifest, endpoint: str) -> Iterator[ox.Triple]:
    a = ox.NamedNode(RDF + "type")
    service = ox.NamedNode(endpoint + "#service")
    dataset = ox.NamedNode(endpoint + "#dataset")
    default = ox.NamedNode(endpoint + "#default-graph")

    def sd(name: str) -> ox.NamedNode:
        return ox.NamedNode(SD + name)

    def integer(number: int) -> ox.Literal:
        return ox.Literal(str(number), datatype=ox.NamedNode(XSD + "integer"))

    triples_of = ox.NamedNode(VOID + "triples")
    yield ox.Triple(service, a, sd("Service"))
    yield ox.Triple(service, sd("endpoint"), ox.NamedNode(endpoint))
    yield ox.Triple(service, sd("supportedLanguage"), sd("SPARQL11Query"))
    yield ox.Triple(service, sd("defaultEntailmentRegime"), ox.NamedNode(ENTAILMENT + "Simple"))
    yield ox.Triple(service, sd("defaultDataset"), dataset)
    for each in (*BINDINGS, *GRAPHS):
        yield ox.Triple(service, sd("resultFormat"), ox.NamedNode(each.iri))
    yield ox.Triple(dataset, a, sd("Dataset"))
    yield ox.Triple(dataset, a, ox.NamedNode(VOID + "Dataset"))
    for language, text in manifest.title.items():
        yield ox.Triple(dataset, ox.NamedNode(DCTERMS + "title"), ox.Literal(text, language=language))
    yield ox.Triple(dataset, ox.NamedNode(DCTERMS + "identifier"), ox.Literal(manifest.release))
    if "quads" in manifest.counts:
        yield ox.Triple(dataset, triples_of, integer(manifest.counts["quads"]))
    yield ox.Triple(dataset, sd("defaultGraph"), default)
    yield ox.Triple(default, a, sd("Graph"))
    if "triples_default" in manifest.counts:
        yield ox.Triple(default, triples_of, integer(manifest.counts["triples_default"]))
    for number, (name, size) in enumerate(sorted(manifest.graphs.items()), 1):
        named = ox.NamedNode(f"{endpoint}#named-graph-{number}")
        graph = ox.NamedNode(f"{endpoint}#graph-{number}")
        yield ox.Triple(dataset, sd("namedGraph"), named)
        yield ox.Triple(named, a, sd("NamedGraph"))
        yield ox.Triple(named, sd("name"), ox.NamedNode(name))
        yield ox.Triple(named, sd("graph"), graph)
        yield ox.Triple(graph, a, sd("Graph"))
        yield ox.Triple(graph, triples_of, integer(size))
