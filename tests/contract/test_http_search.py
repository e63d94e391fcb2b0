"""Search over HTTP: suggestions, the page without script, limits, and the move to another release."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote

import jsonschema
import pytest
from tests.contract.test_http_limits import SLOW
from tests.support.markup import foreign_scripts, main_of
from tests.support.release_fixture import BASE, TRIG, make_release, running, wait_until

from kg_server.app.findings import FINDINGS
from kg_server.backends.base import Backend
from kg_server.describe.current import Release, open_release
from kg_server.describe.search.draft import Draft
from kg_server.describe.search.index import Index, Wanted
from kg_server.describe.search.searches import Searches
from kg_server.http.problems import Overloaded
from kg_server.settings import Settings

if TYPE_CHECKING:
    import httpx2 as httpx

NAMED = """
PREFIX ex: <https://example.org/loans/vocab#>
PREFIX id: <https://example.org/loans/id/>
PREFIX oa: <http://www.w3.org/ns/oa#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX rj: <https://w3id.org/rujukan/ns#>
PREFIX schema: <https://schema.org/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
GRAPH <https://example.org/loans/graph/ontology> { ex:Mask rdfs:label "mask"@en, "topeng"@id }
id:gigin a schema:Person ; rdfs:label "Vadim Gigin"@en ; skos:altLabel "Vadzim Hihin"@id, "Вадим Гигин"@ru .
id:evil a ex:Mask ; rdfs:label "<script>alert(1)</script> & \\"mask\\""@en .
<https://example.org/loans/article/one> a schema:NewsArticle ; schema:inLanguage "id" ;
  schema:mentions id:gigin, id:mask-3 ; schema:publisher id:gazette .
<https://example.org/loans/article/two> a schema:NewsArticle ; rdfs:label "On masks"@en ; schema:mentions id:mask-3 .
id:gazette a schema:Organization ; rdfs:label "The Gazette"@en .
<https://example.org/loans/article/one#char=0,12> rj:article <https://example.org/loans/article/one> ;
  oa:exact "Vadzim Hihin" .
<https://example.org/loans/article/one#char=13,99> rj:article <https://example.org/loans/article/one> ;
  rj:firstWords "topeng kayu" ; rj:lastWords "dari Sumba" .
""" + "\n".join(f'id:mask-{n} a ex:Mask ; rdfs:label "Mask no {n}"@en, "Topeng no {n}"@id .' for n in range(45))


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    release = make_release(tmp_path_factory.mktemp("named") / "release", TRIG + NAMED)
    with running(Settings(release=release)) as client:
        yield client


def search(client: httpx.Client, text: str, **params: str | int) -> dict[str, Any]:
    response = client.get("/search.json", params={"q": text, "lang": "en", **params})
    assert response.status_code == 200, response.text
    document: dict[str, Any] = response.json()
    jsonschema.validate(document, FINDINGS)
    return document


@pytest.mark.parametrize("text", ["hihin", "Gigin", "гигин", "Gugin", "vadzim hih"])
def test_a_person_is_suggested_by_every_spelling(named: httpx.Client, text: str) -> None:
    person, phrase = search(named, text)["results"]
    assert (person["type"], person["id"], person["label"]) == ("entity", BASE + "id/gigin", "Vadim Gigin")
    assert person["kind"]["id"] == "https://schema.org/Person"
    assert person["articles"] == 1
    assert named.get(person["href"], headers={"Accept": "text/html"}).status_code == 200
    assert (phrase["type"], phrase["label"], phrase["lang"]) == ("phrase", "Vadzim Hihin", "id")
    assert phrase["article"]["label"] == "The Gazette"
    assert phrase["href"].startswith("/article/one?lang=en#char=0,12")


def test_suggestions_speak_the_readers_language(named: httpx.Client) -> None:
    first = search(named, "mask no 3", lang="id")["results"][0]
    # What more articles mention comes first.
    assert (first["label"], first["lang"], first["kind"]["label"]) == ("Topeng no 3", "id", "topeng")
    assert first["also"] == {"text": "Mask no 3", "lang": "en", "marks": [[0, 4], [5, 7], [8, 9]]}
    title = search(named, "apa nama", lang="id")["results"][0]
    assert (title["type"], title["href"]) == ("question", "/queries/names-of-loans?format=html&lang=id")
    assert title["marks"] == [[0, 3], [4, 8]]


def test_suggestions_by_kind_and_page(named: httpx.Client) -> None:
    whole = search(named, "mask", limit=50)
    assert whole["totals"] == {"entity": 47, "question": 0, "phrase": 0}
    assert whole["kinds"][0] == {"id": BASE + "vocab#Mask", "label": "mask", "lang": "en", "count": 46}
    # An article with a title is found by it.
    assert [each["kind"]["id"] for each in whole["results"] if each["label"] == "On masks"] == [
        "https://schema.org/NewsArticle"
    ]
    ids = [each["id"] for each in whole["results"] if each["kind"]["label"] == "mask"]
    pages = [search(named, "mask", limit=20, offset=offset, kind="ex:Mask") for offset in (0, 20, 40)]
    assert [each["id"] for page in pages for each in page["results"]] == ids
    assert search(named, "mask", kind="phrase")["totals"] == {"phrase": 0}
    assert search(named, "topeng kayu", kind="phrase")["results"][0]["label"] == "topeng kayu … dari Sumba"
    assert search(named, "mask", kind="https://example.org/none")["results"] == []
    assert search(named, "")["results"] == search(named, "'—'")["results"] == []


def test_the_same_suggestions_are_not_sent_twice(named: httpx.Client) -> None:
    first = named.get("/search.json?q=mask")
    again = named.get("/search.json?q=mask", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert "Accept-Language" in again.headers["vary"]


def links_of(page: str) -> list[str]:
    return [each.replace("&amp;", "&") for each in re.findall(r'href="([^"#]+)[^"]*"', main_of(page))]


def test_the_page_groups_what_was_found(named: httpx.Client) -> None:
    response = named.get("/search", params={"q": "vadim hihin", "lang": "en"})
    assert response.headers["content-language"] == "en"
    page = response.text
    assert "<title>Results for “vadim hihin”" in page
    assert re.findall(r'<h2 id="kind-\d+"><span[^>]*>([^<]+)</span>', page) == ["person", "Quoted words"]
    assert "<mark>Vadim</mark> <mark>Gigin</mark>" in page
    assert 'in <a href="/article/one?lang=en">' in page
    assert not foreign_scripts(page)
    for link in links_of(page):
        assert named.get(link, headers={"Accept": "text/html"}).status_code == 200, link


def test_the_page_has_pages(named: httpx.Client) -> None:
    everything = named.get("/search", params={"q": "mask", "lang": "en"}).text
    assert "47 found." in everything
    assert everything.count('<li class="finding') == 6
    following = next(link for link in links_of(everything) if "kind=ex%3AMask" in link)
    shown: list[str] = []
    for count in (20, 20, 6):
        page = named.get(following).text
        found = re.findall(r'<li class="finding entity">\s*<a href="([^"]+)"', page)
        assert len(found) == count
        shown += found
        more = re.search(r'rel="next" href="([^"]+)"', page)
        following = more[1].replace("&amp;", "&") if more else ""
    assert following == ""
    assert len(set(shown)) == 46
    assert "no such page" in named.get("/search?q=mask&kind=ex:Mask&page=9&lang=en").text
    assert "no such page" in named.get("/search?q=mask&kind=nothing&lang=en").text


@pytest.mark.parametrize(
    ("text", "language", "told"),
    [
        ("gugin", "en", "these come near it"),
        ("gugin", "id", "ini yang mendekati"),
        ("gigin sumba", "en", "these have some of them"),
        ("qqwwzz", "en", "Nothing found for “qqwwzz”."),
        ("qqwwzz", "id", "Tidak ada yang ditemukan untuk “qqwwzz”."),
        ("", "en", "Type a name, an alias or words"),
    ],
)
def test_the_page_says_how_sure_it_is(named: httpx.Client, text: str, language: str, told: str) -> None:
    response = named.get("/search", params={"q": text, "lang": language})
    assert response.status_code == 200
    assert told in main_of(response.text)


def test_names_and_what_is_typed_stay_text(named: httpx.Client) -> None:
    hostile = '"><script>alert(2)</script>'
    for text in ("script", hostile, "mask</title>"):
        page = named.get("/search", params={"q": text}).text
        assert not foreign_scripts(page)
        assert page.count("</title>") == 1
    assert "&lt;<mark>script</mark>&gt;alert(1)" in named.get("/search?q=script").text
    assert search(named, "script")["results"][0]["label"].startswith("<script>")
    assert named.get("/search", params={"q": hostile}).text.count("&lt;script&gt;alert(2)") >= 2


@pytest.mark.parametrize(
    "query",
    [
        "q=" + "a" * 201, "q=a&q=b", "q=a&limit=0", "q=a&limit=51", "q=a&limit=x", "q=a&offset=951", "q=a&offset=-1",
        "q=a&limit=%D9%A1", "q=%zz",
    ],
)  # fmt: skip
def test_what_cannot_be_asked(named: httpx.Client, query: str) -> None:
    response = named.get(f"/search.json?{query}")
    assert response.status_code == 400
    assert response.headers["content-type"] == "application/problem+json"
    assert named.get(f"/search?{query}&page=x", headers={"Accept": "text/html"}).status_code == 400


def test_the_longest_text_that_can_be_asked(named: httpx.Client) -> None:
    for text in ("mask " * 40, "ма" * 100, "a b c d e f g h i j k", "\x00\x7f", "𒀀𒁀" * 50):
        assert named.get("/search.json", params={"q": text}).status_code == 200
        assert named.head("/search", params={"q": text}).status_code == 200


def test_another_release_has_another_index(tmp_path: Path) -> None:
    first = make_release(tmp_path / "one")
    second = make_release(tmp_path / "two", TRIG.replace("Anna Berg", "Berta Dahl"), release="bbbb2222")
    link = tmp_path / "current"
    link.symlink_to(first)
    with running(Settings(release=link)) as client:
        assert search(client, "anna berg")["results"][0]["match"] == "exact"
        (tmp_path / "next").symlink_to(second)
        (tmp_path / "next").replace(link)
        wait_until(lambda: bool(search(client, "berta dahl")["results"]))
        assert [each["match"] for each in search(client, "anna berg")["results"]] == []


def test_without_an_engine_there_is_no_search_and_the_page_says_so(release: Path) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        backend = f"http://127.0.0.1:{nobody.getsockname()[1]}/"
        with running(Settings(release=release, backend=backend)) as client:
            refused = client.get("/search.json?q=anna")
            assert refused.status_code == 503
            assert refused.headers["retry-after"] == "2"
            assert refused.json()["type"].endswith("#search-unavailable")
            page = client.get("/search?q=anna&lang=id", headers={"Accept": "text/html"})
            assert page.status_code == 503
            assert "Pencarian belum siap" in page.text


def test_a_search_is_paid_for_as_a_query_is(release: Path) -> None:
    settings = Settings(release=release, budget_seconds=1, budget_burst=1, query_seconds=2)
    with running(settings) as client:
        assert client.get("/search.json?q=anna").status_code == 200
        assert client.get(f"/sparql?query={quote(SLOW)}").status_code == 504
        refused = client.get("/search.json?q=anna")
        assert refused.status_code == 429
        assert refused.json()["type"].endswith("#budget-spent")


def test_more_searches_than_can_wait_are_turned_away(tmp_path: Path) -> None:
    draft = Draft(tmp_path / "index")
    draft.names([("entity", "anna", "Anna Berg", "", True)])
    draft.finish()
    draft.close()

    async def crowd(release: Release) -> list[object]:
        searches = Searches(tmp_path)
        searches._index, searches._release = Index(tmp_path / "index"), ("aaaa1111", "2025-01-02T03:04:05Z")
        searches._again = float("inf")
        asked = [searches.find(release, Wanted("anna", 1)) for _ in range(100)]
        return await asyncio.gather(*asked, return_exceptions=True)

    backend = cast("Backend", None)
    found = asyncio.run(crowd(open_release(make_release(tmp_path / "release"), lambda *_: backend)))
    refused = [each for each in found if isinstance(each, Overloaded)]
    assert len(refused) == 36
    assert refused[0].headers["Retry-After"] == "2"
    assert all(each[0].matches for each in found if isinstance(each, tuple))
