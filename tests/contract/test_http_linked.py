"""Every IRI of the base answers, on whatever host it is asked."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest
from rdflib import Graph, URIRef
from tests.support import museum
from tests.support.markup import foreign_scripts, main_of
from tests.support.release_fixture import BASE, TRIG, make_release, running

from kg_builder.namespaces import OA, PROV, RDF, RJ
from kg_server.settings import Settings

if TYPE_CHECKING:
    import httpx2 as httpx

# rdflib's reader of JSON-LD uses what rdflib itself has deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph:DeprecationWarning")
FORMATS = {
    "text/turtle": "turtle",
    "application/ld+json": "json-ld",
    "application/n-triples": "nt",
    "application/rdf+xml": "xml",
}
HOSTILE = """
PREFIX ex: <https://example.org/loans/vocab#>
PREFIX id: <https://example.org/loans/id/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
id:bad rdfs:label "</h1><script>alert(1)</script>"@en, "\\" onmouseover=\\"alert(2)"@id ; a ex:Loan ;
  rdfs:seeAlso <javascript:alert(3)>, <data:text/html,x>, <https://example.org/loans///evil.example/x> ;
  rdfs:comment "<img src=x onerror=alert(4)>", "{{ 7*7 }}" ; ex:ünter id:ünter .
id:ünter rdfs:label "U" .
"""


def iris(release: Path, base: str) -> set[str]:
    terms = {
        term.value
        for quad in ox.parse(path=release / "kg.nq", format=ox.RdfFormat.N_QUADS)
        for term in (*quad.triple, quad.graph_name)
        if isinstance(term, ox.NamedNode)
    }
    return {each for each in terms if each.startswith(base)}


@pytest.fixture(scope="module")
def loans(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("museum")
    museum.write(root)
    assert museum.rujukan(root, "build").returncode == 0
    return (root / "build/current").resolve()


@pytest.fixture(scope="module")
def museum_client(loans: Path) -> Iterator[httpx.Client]:
    with running(Settings(release=loans)) as client:
        yield client


def graph(response: httpx.Response) -> Graph:
    assert response.status_code == 200, response.text
    return Graph().parse(data=response.content, format=FORMATS[response.headers["content-type"].partition(";")[0]])


def path_of(iri: str) -> str:
    return "/" + iri.removeprefix(BASE).partition("#")[0]


@pytest.mark.parametrize("accept", ["text/turtle", "text/html"])
def test_every_iri_of_a_release_answers(museum_client: httpx.Client, loans: Path, accept: str) -> None:
    paths = {path_of(each) for each in iris(loans, BASE)} - {"/"}
    assert len({path.split("/")[1] for path in paths}) >= 7
    for path in sorted(paths):
        response = museum_client.get(path, headers={"Accept": accept})
        if response.status_code == 301:
            response = museum_client.get(response.headers["location"], headers={"Accept": accept})
        assert response.status_code == 200, path
        assert response.headers["content-type"].startswith(accept), path


def test_every_iri_of_the_real_graph_answers(project_root: Path, tmp_path: Path) -> None:
    for folder in ("data", "ontology", "queries"):
        shutil.copytree(project_root / folder, tmp_path / folder, ignore=shutil.ignore_patterns("texts"))
    assert museum.rujukan(tmp_path, "build").returncode == 0
    release = (tmp_path / "build/current").resolve()
    base = re.search(r"^base: (\S+)$", (tmp_path / "data/project.yaml").read_text("utf-8"), re.MULTILINE)
    assert base is not None
    found = {"/" + each.removeprefix(base[1]).partition("#")[0] for each in iris(release, base[1])} - {"/"}
    # One attestation is like another; what matters is that no kind of IRI is left out.
    many = {path for path in found if path.startswith("/statement/")}
    with running(Settings(release=release)) as client:
        for path in sorted(found - many | set(sorted(many)[:50])):
            assert client.get(path, headers={"Accept": "text/turtle"}).status_code in {200, 301}, path


@pytest.mark.parametrize("accept", FORMATS)
def test_a_description_is_the_same_in_every_format(museum_client: httpx.Client, accept: str) -> None:
    expected = graph(museum_client.get("/id/loan-mask", headers={"Accept": "application/n-triples"}))
    found = graph(museum_client.get("/id/loan-mask", headers={"Accept": accept}))
    assert set(found) == set(expected)
    assert (URIRef(f"{BASE}id/loan-mask"), None, None) in found
    # A nested node takes the part of a blank node.
    assert (URIRef(f"{BASE}id/loan-mask/signature/ratna-wijaya"), None, None) in found


def test_evidence_and_incoming_where_asked(museum_client: httpx.Client) -> None:
    accept = {"Accept": "text/turtle"}
    plain = graph(museum_client.get("/id/loan-mask", headers=accept))
    proved = graph(museum_client.get("/id/loan-mask?evidence=true", headers=accept))
    both = graph(museum_client.get("/id/loan-mask?evidence=true&incoming=true", headers=accept))
    statement = URIRef(RDF + "Statement")
    assert not list(plain.subjects(URIRef(RDF + "type"), statement))
    assert set(plain) < set(proved) < set(both)
    for attestation in proved.subjects(URIRef(RDF + "type"), statement):
        for span in proved.objects(attestation, URIRef(PROV + "wasDerivedFrom")):
            assert (span, URIRef(OA + "start"), None) in proved
    mentions = URIRef("https://schema.org/mentions")
    assert (None, mentions, URIRef(f"{BASE}id/loan-mask")) in both
    assert museum_client.get("/id/loan-mask?evidence=perhaps").status_code == 400


def test_fragments_are_in_their_document(museum_client: httpx.Client, loans: Path) -> None:
    documents: dict[str, Graph] = {}
    quads = "\n" + (loans / "kg.nq").read_text("utf-8")
    described = {each for each in iris(loans, BASE) if "#" in each and f"\n<{each}> " in quads}
    assert {path_of(each) for each in described} >= {"/terms", "/article/berita-satu"}
    for iri in sorted(described):
        path = path_of(iri)
        if path not in documents:
            documents[path] = graph(museum_client.get(path, headers={"Accept": "text/turtle"}))
        assert (URIRef(iri), None, None) in documents[path], iri
    article = documents["/article/berita-satu"]
    assert len(list(article.subjects(URIRef(RJ + "article")))) > 3


def test_a_named_graph_gives_what_it_holds(museum_client: httpx.Client) -> None:
    size = museum_client.get("/manifest.json").json()["counts"]["graphs"][f"{BASE}graph/entities"]
    assert len(graph(museum_client.get("/graph/entities", headers={"Accept": "text/turtle"}))) == size


def test_a_replaced_id_leads_to_its_successor(museum_client: httpx.Client) -> None:
    response = museum_client.get("/id/old-mask", headers={"Accept": "text/turtle"})
    assert (response.status_code, response.headers["location"]) == (301, "/id/mask")


def test_unknown_iris_and_formats(museum_client: httpx.Client) -> None:
    for path in ("/id/none", "/article/none", "/statement/0", "/rule/x", "/query/x", "/id/", "/id/%3E%20", "/vocab/x"):
        response = museum_client.get(path)
        assert (response.status_code, response.headers["content-type"]) == (404, "application/problem+json"), path
    assert museum_client.get("/id/mask", headers={"Accept": "image/png"}).status_code == 406
    assert museum_client.get("/id/mask", params={"format": "docx"}).status_code == 406


def test_signposting(museum_client: httpx.Client) -> None:
    response = museum_client.get("/id/loan-mask", headers={"Accept": "text/html"})
    links = re.findall(r'<([^>]+)>; rel="([^"]+)"(?:; type="([^"]+)")?', response.headers["link"])
    relations = {relation for _, relation, _ in links}
    assert {"cite-as", "describedby", "type", "license", "collection"} <= relations
    assert (f"{BASE}id/loan-mask", "cite-as", "") in links
    for target, relation, media_type in links:
        if relation in {"describedby", "collection"}:
            assert museum_client.get(target).headers["content-type"].startswith(media_type), target
    home = museum_client.get("/", headers={"Accept": "text/html"}).headers["link"]
    assert 'rel="item"' in home
    assert 'rel="service-desc"' in home
    dump = museum_client.head("/dumps/kg.nq").headers
    assert 'rel="collection"' in dump["link"]
    assert dump["repr-digest"].startswith("sha-256=:")


def test_descriptions_have_etags(museum_client: httpx.Client) -> None:
    for path in ("/id/mask", "/.well-known/void", "/dumps", "/.well-known/sparql-examples"):
        first = museum_client.get(path, headers={"Accept": "text/turtle"})
        again = museum_client.get(path, headers={"Accept": "text/turtle", "If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b""), path
        assert museum_client.head(path).status_code == 200


def test_a_thing_is_no_document_where_the_address_is_its_iri(loans: Path) -> None:
    with running(Settings(release=loans, public_url=BASE.rstrip("/"))) as client:
        response = client.get("/id/mask", headers={"Accept": "application/ld+json"})
        assert (response.status_code, response.headers["location"]) == (303, "/loans/id/mask?format=jsonld")
        page = client.get("/id/mask", headers={"Accept": "text/html"})
        assert (page.status_code, page.headers["location"]) == (303, "/loans/id/mask?format=html")
        assert client.get("/id/mask?format=jsonld").status_code == 200
        # A graph is a document: what it holds is what it is.
        assert client.get("/graph/entities", headers={"Accept": "text/turtle"}).status_code == 200


class Page(HTMLParser):
    """Tags, links, ids and headings as a browser would see them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.attributes: set[str] = set()
        self.ids: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name == "href"]
        self.ids += [value or "" for name, value in attrs if name == "id"]

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize(("language", "title"), [("en", "Loan of the mask"), ("id", "Pinjaman topeng")])
def test_a_page_shows_facts_with_their_words(museum_client: httpx.Client, language: str, title: str) -> None:
    response = museum_client.get("/id/loan-mask", params={"lang": language, "format": "html"})
    page = Page(response.text)
    assert response.headers["content-language"] == language
    assert title in page.text
    assert page.tags.count("h1") == 1
    assert page.tags.count("q") > 3
    assert len(page.ids) == len(set(page.ids))
    inner = [each for each in Page(main_of(response.text)).links if each.startswith("/")]
    assert any("/statement/" in each for each in inner)
    for each in inner:
        # The editor's page is another's; here it matters that the query that it would show is one.
        address = each.replace("/query?", "/sparql?")
        assert museum_client.get(address, headers={"Accept": "text/html, */*;q=0.1"}).status_code == 200, each


def test_what_is_only_conveyed_is_set_apart(museum_client: httpx.Client, loans: Path) -> None:
    quads = (loans / "kg.nq").read_text("utf-8")
    conveyed = set(re.findall(rf"<([^>]+)> <{re.escape(RJ)}conveyedIn>", quads))
    subjects = {
        match[1]
        for each in conveyed
        if (match := re.search(rf"<{re.escape(each)}> <{re.escape(RDF)}subject> <([^>]+)>", quads))
    }
    assert subjects
    pages = [museum_client.get(path_of(each), headers={"Accept": "text/html"}).text for each in subjects]
    assert any("Said, but not asserted" in page for page in pages)


def test_hostile_labels_become_no_markup(tmp_path: Path) -> None:
    with running(Settings(release=make_release(tmp_path / "bad", TRIG + HOSTILE))) as client:
        for language in ("en", "id"):
            response = client.get("/id/bad", params={"format": "html", "lang": language})
            page = Page(response.text)
            assert response.status_code == 200
            assert "img" not in page.tags
            assert not foreign_scripts(response.text)
            assert not any(name.startswith("on") or name == "style" for name in page.attributes)
            assert all(each.startswith(("/", "http", "?", "#")) and not each.startswith("//") for each in page.links)
            assert "{{ 7*7 }}" in page.text
            assert "alert(1)" in page.text or "alert(2)" in page.text
        for path in ("/id/ünter", "/id/%C3%BCnter"):
            assert client.get(path, headers={"Accept": "text/turtle"}).status_code == 200
        assert "ünter" in client.get("/id/ünter", headers={"Accept": "text/html"}).text


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    many = "".join(f"<{BASE}id/at-{n:03}> ex:at <{BASE}id/hub> .\n" for n in range(450))
    release = make_release(tmp_path_factory.mktemp("hub") / "release", f"{TRIG}\nid:hub rdfs:label 'Hub'@en .\n{many}")
    with running(Settings(release=release)) as client:
        yield client


@pytest.mark.parametrize(("kind", "listed"), [("turtle", 200), ("html", 50)])
def test_what_leads_to_a_hub_comes_in_pages(hub: httpx.Client, kind: str, listed: int) -> None:
    address, found = f"/id/hub?incoming=true&format={kind}", set[str]()
    sizes = [min(listed, 450 - start) for start in range(0, 450, listed)]
    last = len(sizes) - 1
    for number, size in enumerate(sizes):
        response = hub.get(address)
        seen = set(re.findall(r"at-\d{3}", response.text))
        assert (response.status_code, len(seen)) == (200, size)
        assert response.headers.get("rujukan-cut") == (f"incoming={listed}" if number < last else None)
        found |= seen
        links = {name: link for link, name in re.findall(r'<([^>]+)>; rel="(prev|next)"', response.headers["link"])}
        assert ("prev" in links, "next" in links) == (number > 0, number < last)
        if kind == "html":
            assert ('rel="next"' in response.text) == (number < last)
        address = links.get("next", "")
    assert len(found) == 450
    assert hub.get("/id/hub?incoming=true&offset=x").status_code == 400


def test_the_content_location_is_the_same_representation(museum_client: httpx.Client) -> None:
    for path, accept in (
        ("/id/loan-mask", "text/turtle"),
        ("/id/loan-mask?evidence=true&incoming=true", "application/ld+json"),
        ("/id/loan-mask", "text/html"),
        ("/article/berita-satu?lang=id", "text/html"),
    ):
        response = museum_client.get(path, headers={"Accept": accept})
        again = museum_client.get(response.headers["content-location"], headers={"Accept": "image/png"})
        assert re.sub(r"href=\"\?[^\"]*\"", "", again.text) == re.sub(r"href=\"\?[^\"]*\"", "", response.text), path


PROFILE = "http://www.w3.org/ns/json-ld#"


@pytest.mark.parametrize(
    "accept",
    [
        f'application/ld+json;profile="{PROFILE}expanded"',
        f'application/ld+json;profile="{PROFILE}flattened {PROFILE}compacted";q=0.9, text/html;q=0.1',
        "application/ld+json; profile=unknown; charset=UTF-8",
        "text/turtle;q=0.1, application/ld+json;profile=x;q=0.5",
    ],
)
def test_a_profile_is_a_hint(museum_client: httpx.Client, accept: str) -> None:
    for path in ("/id/loan-mask", "/.well-known/void", "/sparql", "/graphs?default"):
        response = museum_client.get(path, headers={"Accept": accept})
        assert (response.status_code, response.headers["content-type"]) == (200, "application/ld+json"), path


@pytest.mark.parametrize("name", ["/id/loan-mask", "/article/berita-satu", "/terms", "/graph/entities"])
def test_every_kind_of_page_has_signposts(museum_client: httpx.Client, name: str) -> None:
    for accept, relations in (("text/html", {"cite-as", "describedby"}), ("text/turtle", {"cite-as", "describes"})):
        header = museum_client.get(name, headers={"Accept": accept}).headers["link"]
        found = re.findall(r'<([^>]+)>; rel="([^"]+)"', header)
        assert relations <= {relation for _, relation in found}
        assert (("https://schema.org/AboutPage", "type") in found) == (accept == "text/html")
