"""The dataset for machines: VoID (https://www.w3.org/TR/void/) and DCAT 3 (https://www.w3.org/TR/vocab-dcat-3/)."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pyoxigraph as ox

from kg_builder.namespaces import DCAT, DCTERMS, PREFIXES, RDFS, VOID
from kg_server.describe.ask import Triples, typed
from kg_server.describe.release import SHAPES_FILE, Dump, Manifest
from kg_server.describe.statistics import Partition, Statistics
from kg_server.http.formats import GRAPHS

FOAF = "http://xmlns.com/foaf/0.1/"
SPDX = "http://spdx.org/rdf/terms#"
_MEDIA_TYPE = "https://www.iana.org/assignments/media-types/"
_NOT_WORD = re.compile(r"[^A-Za-z0-9]+")

_LATER = {
    "en": "Dumps of this release that are still being made: ",
    "id": "Salinan rilis ini yang masih dibuat: ",
}

VOID_PREFIXES = {"foaf": FOAF, "dcterms": DCTERMS}
DCAT_PREFIXES = {"spdx": SPDX, "foaf": FOAF}


def void_triples(manifest: Manifest, statistics: Statistics, address: str) -> Triples:
    """Describe the dataset in VoID. The counts are those of the default graph, which is what a query asks.

    Args:
        manifest: of the release being served.
        statistics: counted on it.
        address: of the server, without a slash at its end.
    """
    found, dataset, document = Triples(), manifest.base, f"{address}/.well-known/void"
    found.a(document, VOID + "DatasetDescription")
    found.add(document, FOAF + "primaryTopic", dataset)
    found.add(document, RDFS + "seeAlso", f"{address}/.well-known/sparql-examples", f"{address}/dumps")
    _common(found, manifest, statistics)
    found.add(dataset, FOAF + "homepage", f"{address}/")
    found.add(dataset, VOID + "sparqlEndpoint", f"{address}/sparql")
    found.add(dataset, VOID + "uriSpace", ox.Literal(manifest.base))
    found.add(dataset, VOID + "feature", *(each.iri for each in GRAPHS if each.key in {"turtle", "ntriples", "rdfxml"}))
    for name, number in (
        ("triples", statistics.triples),
        ("entities", statistics.entities),
        ("classes", None if statistics.classes is None else len(statistics.classes)),
        ("properties", None if statistics.properties is None else len(statistics.properties)),
        ("distinctSubjects", statistics.subjects),
        ("distinctObjects", statistics.objects),
    ):
        found.count(dataset, VOID + name, number)
    for space in statistics.vocabularies():
        # A hash namespace of the graph's own has a document of its own; VoID asks for the vocabulary's IRI.
        found.add(dataset, VOID + "vocabulary", space.rstrip("#") if space.startswith(manifest.base) else space)
    found.add(dataset, VOID + "exampleResource", *statistics.examples)
    found.add(dataset, VOID + "dataDump", *(f"{address}/dumps/{each.name}" for each in _rdf_dumps(manifest)))
    for name, parts in (("class", statistics.classes), ("property", statistics.properties)):
        for each in parts or ():
            _partition(found, dataset, f"{document}#{name}-{_slug(each.iri, manifest.prefixes)}", name, each)
    _linksets(found, statistics, dataset, document)
    return found


def _common(found: Triples, manifest: Manifest, statistics: Statistics) -> None:
    dataset = manifest.base
    found.a(dataset, VOID + "Dataset", DCAT + "Dataset")
    found.texts(dataset, DCTERMS + "title", manifest.title)
    for predicate, value in statistics.about:
        # uriSpace and vocabularies are told below, from what the data use.
        if not predicate.startswith(VOID):
            found.add(dataset, predicate, value)
    found.add(dataset, DCTERMS + "identifier", ox.Literal(manifest.base))
    found.add(dataset, DCAT + "version", ox.Literal(manifest.release))
    found.add(dataset, DCTERMS + "issued", typed(manifest.built, "dateTime"))
    if manifest.licence:
        found.add(dataset, DCTERMS + "license", manifest.licence)
    if manifest.later:
        found.texts(
            dataset, RDFS + "comment", {code: text + ", ".join(manifest.later) for code, text in _LATER.items()}
        )


def _partition(found: Triples, dataset: str, node: str, kind: str, part: Partition) -> None:
    found.add(dataset, f"{VOID}{kind}Partition", node)
    found.a(node, VOID + "Dataset")
    found.add(node, VOID + kind, part.iri)
    if kind == "class":
        found.count(node, VOID + "entities", part.subjects)
    else:
        found.count(node, VOID + "triples", part.triples)
        found.count(node, VOID + "distinctSubjects", part.subjects)
        found.count(node, VOID + "distinctObjects", part.objects)


def _linksets(found: Triples, statistics: Statistics, dataset: str, document: str) -> None:
    for number, each in enumerate(statistics.links, 1):
        node, target = f"{document}#links-{number}", f"{document}#linked-{_slug(each.space, PREFIXES)}"
        found.add(dataset, VOID + "subset", node)
        found.a(node, VOID + "Linkset")
        found.add(node, VOID + "linkPredicate", each.predicate)
        found.add(node, VOID + "subjectsTarget", dataset)
        found.add(node, VOID + "objectsTarget", target)
        found.count(node, VOID + "triples", each.triples)
        found.a(target, VOID + "Dataset")
        found.add(target, VOID + "uriSpace", ox.Literal(each.space))


def _slug(iri: str, prefixes: Mapping[str, str]) -> str:
    """Return a fragment that names an IRI: by its prefix where it has one, else by all of it."""
    for prefix, space in {**PREFIXES, **prefixes}.items():
        if iri.startswith(space) and "/" not in iri[len(space) :] and "#" not in iri[len(space) :]:
            return f"{prefix}-{_NOT_WORD.sub('-', iri[len(space) :])}".rstrip("-")
    return _NOT_WORD.sub("-", iri).strip("-")


def dcat_triples(manifest: Manifest, statistics: Statistics, address: str) -> Triples:
    """Describe the dumps in DCAT 3: a catalogue of one dataset, a distribution for each file."""
    found, dataset, catalogue = Triples(), manifest.base, f"{address}/dumps"
    found.a(catalogue, DCAT + "Catalog")
    found.texts(catalogue, DCTERMS + "title", manifest.title)
    found.add(catalogue, DCAT + "dataset", dataset)
    service = f"{address}/sparql#service"
    found.add(catalogue, DCAT + "service", service)
    found.a(service, DCAT + "DataService")
    found.texts(service, DCTERMS + "title", manifest.title)
    found.add(service, DCAT + "endpointURL", f"{address}/sparql")
    found.add(service, DCAT + "endpointDescription", f"{address}/sparql")
    found.add(service, DCAT + "servesDataset", dataset)
    _common(found, manifest, statistics)
    found.add(dataset, DCAT + "landingPage", f"{address}/")
    for each in manifest.dumps:
        node = f"{catalogue}#{each.name}"
        found.add(dataset, DCAT + "distribution", node)
        found.a(node, DCAT + "Distribution")
        found.add(node, DCTERMS + "title", ox.Literal(each.name))
        found.add(node, DCAT + "downloadURL", f"{address}/dumps/{each.name}")
        found.add(node, DCAT + "accessURL", f"{address}/dumps/{each.name}")
        found.add(node, DCAT + "mediaType", _MEDIA_TYPE + each.media_type)
        found.add(node, DCAT + "byteSize", typed(str(each.size), "nonNegativeInteger"))
        found.add(node, DCTERMS + "issued", typed(manifest.built, "dateTime"))
        if manifest.licence:
            found.add(node, DCTERMS + "license", manifest.licence)
        found.add(node, SPDX + "checksum", f"{node}-sha256")
        found.a(f"{node}-sha256", SPDX + "Checksum")
        found.add(f"{node}-sha256", SPDX + "algorithm", SPDX + "checksumAlgorithm_sha256")
        found.add(f"{node}-sha256", SPDX + "checksumValue", typed(each.sha256, "hexBinary"))
    found.add(dataset, RDFS + "seeAlso", f"{address}/.well-known/void")
    return found


def _rdf_dumps(manifest: Manifest) -> list[Dump]:
    types = {media_type for each in GRAPHS for media_type in each.media_types} - {"application/json"}
    # The shapes say what a graph may hold, not what this one holds.
    return [each for each in manifest.dumps if each.media_type in types and each.name != SHAPES_FILE]
