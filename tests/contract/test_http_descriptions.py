"""Service Description, VoID, DCAT and query examples: well formed, and true to the store."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest
from pyshacl import validate
from rdflib import DCAT, DCTERMS, RDF, RDFS, SH, VOID, XSD, Graph, Literal, Namespace, URIRef
from tests.support import museum
from tests.support.release_fixture import BASE, running

from kg_server.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx2 as httpx

pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph:DeprecationWarning")
SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
SPDX = Namespace("http://spdx.org/rdf/terms#")
SCHEMA = Namespace("https://schema.org/")
DATASET = URIRef(BASE)
FORMATS = {
    "text/turtle": "turtle",
    "application/ld+json": "json-ld",
    "application/n-triples": "nt",
    "application/rdf+xml": "xml",
}
PATHS = ("/sparql", "/.well-known/void", "/dumps", "/.well-known/sparql-examples")


@pytest.fixture(scope="module")
def loans(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("museum")
    museum.write(root)
    assert museum.rujukan(root, "build").returncode == 0
    return (root / "build/current").resolve()


@pytest.fixture(scope="module")
def here(loans: Path) -> Iterator[httpx.Client]:
    with running(Settings(release=loans)) as client:
        yield client


@pytest.fixture(scope="module")
def store(loans: Path) -> ox.Store:
    return ox.Store.read_only(str(loans / "store"))


def read(client: httpx.Client, path: str, accept: str = "text/turtle") -> Graph:
    response = client.get(path, headers={"Accept": accept})
    assert response.status_code == 200
    assert response.headers["content-type"].startswith(accept)
    return Graph().parse(data=response.content, format=FORMATS[accept])


def number(graph: Graph, subject: object, predicate: URIRef) -> int:
    value = graph.value(URIRef(str(subject)), predicate)
    assert isinstance(value, Literal)
    return int(value)


def count(store: ox.Store, query: str) -> dict[str, tuple[int, ...]]:
    results = store.query(query)
    assert isinstance(results, ox.QuerySolutions)
    names = [each.value for each in results.variables]
    return {str(row[names[0]].value): tuple(int(row[name].value) for name in names[1:]) for row in results}


@pytest.mark.parametrize("path", PATHS)
def test_every_description_in_every_format(here: httpx.Client, path: str) -> None:
    expected = set(read(here, path))
    assert expected
    for accept in FORMATS:
        assert set(read(here, path, accept)) == expected, accept
    assert here.get(path, params={"format": "docx"}).status_code == 406


@pytest.mark.parametrize("path", PATHS)
def test_every_description_conforms_to_its_shapes(here: httpx.Client, project_root: Path, path: str) -> None:
    shapes = Graph().parse(project_root / "tests/support/descriptions.shapes.ttl")
    conforms, _, report = validate(read(here, path), shacl_graph=shapes)
    assert conforms, report


def test_service_description(here: httpx.Client, store: ox.Store) -> None:
    found = read(here, "/sparql")
    services = list(found.subjects(RDF.type, SD.Service))
    assert len(services) == 1
    assert found.value(services[0], SD.endpoint) == URIRef(str(here.base_url).rstrip("/") + "/sparql")
    dataset = found.value(services[0], SD.defaultDataset)
    assert number(found, dataset, VOID.triples) == len(store)
    default = found.value(dataset, SD.defaultGraph)
    assert number(found, default, VOID.triples) == len(
        list(store.quads_for_pattern(None, None, None, ox.DefaultGraph()))
    )
    named = {
        str(found.value(each, SD.name)): number(found, found.value(each, SD.graph), VOID.triples)
        for each in found.objects(dataset, SD.namedGraph)
    }
    assert named == {
        each.value: len(list(store.quads_for_pattern(None, None, None, each)))
        for each in store.named_graphs()
        if isinstance(each, ox.NamedNode)
    }
    assert len(list(found.objects(services[0], SD.resultFormat))) == 11


def test_void_counts_what_the_store_holds(here: httpx.Client, store: ox.Store) -> None:
    found = read(here, "/.well-known/void")
    triples = [each.triple for each in store.quads_for_pattern(None, None, None, ox.DefaultGraph())]
    assert number(found, DATASET, VOID.triples) == len(triples)
    assert number(found, DATASET, VOID.distinctSubjects) == len({each.subject for each in triples})
    assert number(found, DATASET, VOID.distinctObjects) == len({each.object for each in triples})
    classes = count(store, "SELECT ?c (COUNT(DISTINCT ?s) AS ?n) { ?s a ?c } GROUP BY ?c")
    assert {
        str(found.value(each, VOID["class"])): (number(found, each, VOID.entities),)
        for each in found.objects(DATASET, VOID.classPartition)
    } == classes
    properties = count(
        store,
        "SELECT ?p (COUNT(*) AS ?n) (COUNT(DISTINCT ?s) AS ?a) (COUNT(DISTINCT ?o) AS ?b) { ?s ?p ?o } GROUP BY ?p",
    )
    names = (VOID.triples, VOID.distinctSubjects, VOID.distinctObjects)
    assert {
        str(found.value(each, VOID.property)): tuple(number(found, each, name) for name in names)
        for each in found.objects(DATASET, VOID.propertyPartition)
    } == properties
    assert number(found, DATASET, VOID.classes) == len(classes)
    assert number(found, DATASET, VOID.properties) == len(properties)


def test_void_names_what_a_crawler_needs(here: httpx.Client) -> None:
    found = read(here, "/.well-known/void")
    assert found.value(DATASET, VOID.uriSpace) == Literal(BASE)
    assert URIRef("https://schema.org/") in set(found.objects(DATASET, VOID.vocabulary))
    assert URIRef(BASE + "terms") in set(found.objects(DATASET, VOID.vocabulary))
    examples = list(found.objects(DATASET, VOID.exampleResource))
    assert examples
    for each in examples:
        assert here.get("/" + str(each).removeprefix(BASE)).status_code == 200
    dumps = list(found.objects(DATASET, VOID.dataDump))
    assert len(dumps) == 5
    assert all(here.head(str(each)).status_code == 200 for each in dumps)
    linksets = list(found.subjects(RDF.type, VOID.Linkset))
    targets = {str(found.value(found.value(each, VOID.objectsTarget), VOID.uriSpace)) for each in linksets}
    assert targets == {"http://www.wikidata.org/entity/"}
    assert number(found, linksets[0], VOID.triples) == 1
    assert found.value(linksets[0], VOID.linkPredicate) == SCHEMA.sameAs


def test_the_base_is_the_dataset(here: httpx.Client) -> None:
    expected = set(read(here, "/.well-known/void"))
    assert set(read(here, "/")) == expected
    assert set(Graph().parse(data=here.get("/?format=nt").content, format="nt")) == expected


def test_dcat_is_true_of_every_dump(here: httpx.Client) -> None:
    found = read(here, "/dumps")
    distributions = list(found.objects(DATASET, DCAT.distribution))
    listed = here.get("/manifest.json").json()["dumps"]
    assert len(distributions) == len(listed)
    for each in distributions:
        name = str(found.value(each, DCTERMS.title))
        download = here.get(str(found.value(each, DCAT.downloadURL)))
        assert download.status_code == 200
        assert number(found, each, DCAT.byteSize) == len(download.content)
        kind = str(found.value(each, DCAT.mediaType)).removeprefix("https://www.iana.org/assignments/media-types/")
        assert download.headers["content-type"].startswith(kind)
        checksum = found.value(each, SPDX.checksum)
        value = found.value(checksum, SPDX.checksumValue)
        assert isinstance(value, Literal)
        assert value.datatype == XSD.hexBinary
        assert str(value).lower() == listed[name]["sha256"] == hashlib.sha256(download.content).hexdigest()
        assert found.value(each, DCTERMS.license)
        assert found.value(each, DCTERMS.issued)


def test_every_example_runs(here: httpx.Client) -> None:
    found = read(here, "/.well-known/sparql-examples")
    names = {each["name"] for each in here.get("/queries").json()}
    examples = {str(each).rpartition("/")[2]: each for each in found.subjects(RDF.type, SH.SPARQLExecutable)}
    assert set(examples) == names
    assert names
    declared = [
        (found.value(each, SH.prefix), found.value(each, SH.namespace))
        for node in set(found.objects(None, SH.prefixes))
        for each in found.objects(node, SH.declare)
    ]
    header = "".join(f"PREFIX {prefix}: <{space}>\n" for prefix, space in declared)
    for node in examples.values():
        assert {str(each.language) for each in found.objects(node, RDFS.comment) if isinstance(each, Literal)} == {
            "en",
            "id",
        }
        query = found.value(node, SH.select) or found.value(node, SH.ask) or found.value(node, SH.construct)
        response = here.get(str(found.value(node, SCHEMA.target)), params={"query": header + str(query)})
        assert response.status_code == 200, response.text


def test_the_home_page_leads_to_the_descriptions(here: httpx.Client) -> None:
    response = here.get("/", headers={"Accept": "text/html"})
    for path in ("/.well-known/void", "/dumps", "/.well-known/sparql-examples"):
        assert f'href="{path}"' in response.text
        assert f"{path}>; rel=" in response.headers["link"]
