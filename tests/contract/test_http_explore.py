"""Explore: each drawn query has its page, with figure, table and query; a page without script says the same."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.support.markup import foreign_scripts
from tests.support.release_fixture import QUERIES, TRIG, make_release, running

from kg_server.settings import Settings

if TYPE_CHECKING:
    import httpx2 as httpx

HOSTILE = "</script><script>alert(1)</script>"
EXTRA = f"""
id:loan-1 a ex:Loan ; rdfs:label "{HOSTILE}"@en, "Pinjaman satu"@id ; ex:lender id:anna ; ex:items 3 .
ex:lender rdfs:label "lent by"@en, "dipinjamkan oleh"@id .
ex:Loan rdfs:label "Loan"@en, "Pinjaman"@id .
"""


def drawn(name: str, view: str, query: str, parameters: tuple[dict[str, object], ...] = ()) -> dict[str, object]:
    title = {"en": f"{name}?", "id": f"{name} apa?"}
    return {"name": name, "title": title, "description": {}, "parameters": parameters, "view": view, "query": query}


GRAPH = "SELECT ?from ?fromKind ?relation ?to { VALUES ?relation { ex:lender } ?from ?relation ?to ; a ?fromKind }"
LENDER: dict[str, object] = {
    "name": "lender",
    "type": "iri",
    "default": "id:anna",
    "label": {"en": "Lender", "id": "Pemberi"},
}
VIEWS = [
    drawn("who-lends", "graph", GRAPH),
    drawn("lent-when", "timeline", "SELECT ?item ?label ?start { ?item rdfs:label ?label ; ex:on ?start }"),
    drawn("lent-where", "map", 'SELECT ?country ?item { VALUES ?country { "ID" } ?item a ex:Loan }'),
    drawn("a-loan-of", "chart", "SELECT ?lender ?item ?value { ?item ex:lender ?lender ; ex:items ?value }", (LENDER,)),
    drawn("lent-items", "chart", "SELECT ?label ?value ?item { ?item rdfs:label ?label ; ex:items ?value }"),
    drawn("without-rows", "graph", "SELECT ?from ?to { ?from ex:nothing ?to }"),
    drawn("of-tomorrow", "hologram", "SELECT ?s { ?s a ex:Loan }"),
]


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = make_release(tmp_path_factory.mktemp("drawn") / "release", TRIG + EXTRA)
    (folder / "queries.json").write_text(json.dumps([*QUERIES, *VIEWS]), "utf-8")
    return folder


@pytest.fixture(scope="module")
def client(release: Path) -> Iterator[httpx.Client]:
    with running(Settings(release=release)) as client:
        yield client


def page(client: httpx.Client, path: str, **params: str) -> str:
    response = client.get(path, params=params)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"].startswith("text/html")
    assert not foreign_scripts(response.text)
    return response.text


def data(text: str) -> dict[str, list[dict[str, Any]]]:
    found = re.findall(r'<script type="application/json" class="data">(.*?)</script>', text, re.DOTALL)
    assert len(found) == 1
    loaded: dict[str, list[dict[str, Any]]] = json.loads(found[0])
    return loaded


def links(text: str) -> list[str]:
    return [html.unescape(each) for each in re.findall(r'href="([^"]+)"', text)]


@pytest.mark.parametrize("language", ["en", "id"])
def test_the_overview_leads_to_every_view_and_each_of_these_exists(client: httpx.Client, language: str) -> None:
    text = page(client, "/explore", lang=language)
    found = [each for each in links(text) if each.startswith("/explore/")]
    names = {each.split("?")[0].rpartition("/")[2] for each in found}
    assert names == {"graph", "timeline", "map", "figures", *(str(each["name"]) for each in VIEWS[:-1])}
    for link in found:
        assert f'lang="{language}"' in page(client, link)


def test_a_kind_shows_first_what_needs_no_parameter(client: httpx.Client) -> None:
    text = page(client, "/explore/figures", lang="en")
    assert "<h1" in text
    assert "lent-items?" in text.partition("<h1")[2].partition("</h1>")[0]
    assert "/explore/a-loan-of?lang=en" in links(text)


@pytest.mark.parametrize("language", ["en", "id"])
def test_names_are_those_of_the_page_s_language(client: httpx.Client, language: str) -> None:
    text = page(client, "/explore/graph", lang=language)
    found = data(text)
    said = {"en": ("lent by", "Loan", HOSTILE), "id": ("dipinjamkan oleh", "Pinjaman", "Pinjaman satu")}[language]
    assert {each["label"] for each in found["edges"]} == {said[0]}
    kinds = {each.get("kind") for each in found["nodes"]}
    assert kinds == {said[1], None}
    assert said[2] in {each["label"] for each in found["nodes"]}
    # Without a name in Indonesian another is shown, and says in which language it is.
    other = next(each for each in found["nodes"] if each["label"] == "Autumn & <loan>")
    assert other.get("lang") == (None if language == "en" else "en")


def test_table_and_query_stand_beside_the_figure(client: httpx.Client) -> None:
    text = page(client, "/explore/graph", lang="en")
    table = text.partition('<table class="figure-table">')[2].partition("</table>")[0]
    assert table.count("<tr>") == 1 + len(data(text)["edges"])
    assert html.escape(HOSTILE) in table
    assert HOSTILE not in text
    assert html.escape(GRAPH) in text
    found = links(text)
    assert any(each.startswith("/query?query=SELECT") for each in found)
    for link in found:
        if link.startswith("/queries/who-lends?format="):
            assert client.get(link).status_code == 200
    assert {"/queries/who-lends?format=csv", "/queries/who-lends?format=json"} <= set(found)


def test_links_of_a_figure_lead_to_pages(client: httpx.Client) -> None:
    for node in data(page(client, "/explore/graph", lang="id"))["nodes"]:
        response = client.get(node["href"])
        assert response.status_code == 200
        assert response.headers["content-language"] == "id"


def test_parameters_change_what_is_drawn_and_the_query_that_is_shown(client: httpx.Client) -> None:
    anna = page(client, "/explore/a-loan-of", lang="en")
    budi = page(client, "/explore/a-loan-of", lang="en", lender="id:budi")
    assert [each["value"] for each in data(budi)["bars"]] == [7]
    assert data(anna) != data(budi)
    assert 'name="lender" value="id:budi"' in budi
    assert "VALUES (?lender) { (&lt;https://example.org/loans/id/budi&gt;) }" in budi
    assert "/queries/a-loan-of?lender=id%3Abudi&format=csv" in links(budi)
    assert client.get("/explore/a-loan-of", params={"lender": "no iri"}).status_code == 400
    assert client.get("/explore/a-loan-of", params={"other": "x"}).status_code == 400


def test_a_timeline_gives_its_dates_in_words(client: httpx.Client) -> None:
    assert "20 Maret 2024" in page(client, "/explore/timeline", lang="id")


def test_what_cannot_be_drawn_says_so(client: httpx.Client) -> None:
    assert "No rows." in page(client, "/explore/without-rows", lang="en")
    for name in ("of-tomorrow", "names-of-loans", "elsewhere"):
        response = client.get(f"/explore/{name}")
        assert response.status_code == 404
        assert "who-lends" in response.json()["detail"]


def test_a_saved_query_has_its_figure_above_its_table(client: httpx.Client) -> None:
    text = page(client, "/queries/lent-items", format="html", lang="en")
    assert data(text)["bars"][0]["value"] > 0
    assert text.index('class="figure large"') < text.index('<table class="results">')
    assert 'class="figure' not in page(client, "/queries/of-tomorrow", format="html", lang="en")
    documents = client.get("/queries", params={"format": "json"}).json()
    assert {each["name"]: each.get("view") for each in documents}["lent-items"] == "chart"


def test_a_figure_is_bounded_and_says_so(tmp_path: Path) -> None:
    many = "".join(f'id:n{n} ex:linked id:n{n + 1} . id:n{n} rdfs:label "{n}"@en .\n' for n in range(1200))
    folder = make_release(tmp_path / "release", TRIG + many)
    query = drawn("long-chain", "graph", "SELECT ?from ?to { ?from ex:linked ?to } ORDER BY ?from")
    (folder / "queries.json").write_text(json.dumps([query]), "utf-8")
    with running(Settings(release=folder)) as client:
        text = page(client, "/explore/graph", lang="en")
        assert len(data(text)["edges"]) == 1000
        assert "The answer has 1,200 rows; the first 1,000 of them are drawn." in text
        assert len(data(page(client, "/queries/long-chain", format="html"))["edges"]) == 500


def test_a_release_without_drawn_queries_has_a_page_that_says_so(tmp_path: Path) -> None:
    folder = make_release(tmp_path / "release")
    with running(Settings(release=folder)) as client:
        assert "No saved query of this release is drawn." in page(client, "/explore", lang="en")
        assert client.get("/explore/map").status_code == 404


def test_links_keep_the_path_under_which_the_server_is_reached(release: Path) -> None:
    with running(Settings(release=release, public_url="https://example.org/kg")) as client:
        for path in ("/explore", "/explore/graph"):
            inner = [each for each in links(page(client, path)) if each.startswith("/")]
            assert inner
            assert all(each.startswith("/kg/") for each in inner), inner
