"""The SPARQL 1.1 Service Description of the endpoint, made from the release."""

from __future__ import annotations

import pyoxigraph as ox

from kg_builder.namespaces import DCTERMS, RDFS, VOID
from kg_server.describe.ask import Triples, serialise
from kg_server.describe.release import Manifest
from kg_server.http.formats import BINDINGS, GRAPHS, Format

SD = "http://www.w3.org/ns/sparql-service-description#"
_SIMPLE = "http://www.w3.org/ns/entailment/Simple"


def service_description(manifest: Manifest, endpoint: str, serialisation: Format) -> bytes:
    """Describe the endpoint (SPARQL 1.1 Service Description, section 3), without blank nodes.

    No `sd:feature` is named, on purpose: FROM does not fetch (DereferencesURIs), the default graph is no union
    (UnionDefaultGraph), a query needs no dataset (RequiresDataset), empty graphs are not kept (EmptyGraphs), and other
    endpoints are not asked (BasicFederatedQuery).

    Args:
        manifest: of the release being served.
        endpoint: the absolute address of the endpoint.
        serialisation: one of `GRAPHS`.
    """
    found = Triples()
    service, dataset, default = (f"{endpoint}#{name}" for name in ("service", "dataset", "default-graph"))
    found.a(service, SD + "Service")
    found.add(service, SD + "endpoint", endpoint)
    found.add(service, SD + "supportedLanguage", SD + "SPARQL11Query")
    found.add(service, SD + "defaultEntailmentRegime", _SIMPLE)
    found.add(service, SD + "resultFormat", *(each.iri for each in (*BINDINGS, *GRAPHS)))
    found.add(service, SD + "defaultDataset", dataset)
    found.add(service, SD + "availableGraphs", f"{endpoint}#graphs")
    site = endpoint.removesuffix("/sparql")
    found.add(service, RDFS + "seeAlso", f"{site}/.well-known/void", f"{site}/.well-known/sparql-examples")
    found.a(dataset, SD + "Dataset", VOID + "Dataset")
    found.a(f"{endpoint}#graphs", SD + "GraphCollection")
    found.texts(dataset, DCTERMS + "title", manifest.title)
    found.add(dataset, DCTERMS + "identifier", ox.Literal(manifest.release))
    found.add(dataset, DCTERMS + "isVersionOf", manifest.base)
    if manifest.licence:
        found.add(dataset, DCTERMS + "license", manifest.licence)
    if "quads" in manifest.counts:
        found.count(dataset, VOID + "triples", manifest.counts["quads"])
    found.add(dataset, SD + "defaultGraph", default)
    found.a(default, SD + "Graph")
    if "triples_default" in manifest.counts:
        found.count(default, VOID + "triples", manifest.counts["triples_default"])
    for number, (name, size) in enumerate(sorted(manifest.graphs.items()), 1):
        named, graph = f"{endpoint}#named-graph-{number}", f"{endpoint}#graph-{number}"
        found.add(dataset, SD + "namedGraph", named)
        found.add(f"{endpoint}#graphs", SD + "namedGraph", named)
        found.a(named, SD + "NamedGraph")
        found.add(named, SD + "name", name)
        found.add(named, SD + "graph", graph)
        found.a(graph, SD + "Graph")
        found.count(graph, VOID + "triples", size)
    return serialise(found, serialisation.key, {"sd": SD, "": endpoint + "#"})
