"""What people see when they ask: names in their language, how much is shown, and the way back from a problem."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.support.markup import foreign_scripts

if TYPE_CHECKING:
    import httpx2 as httpx


def rows(count: int) -> str:
    return "SELECT ?n { VALUES ?n { " + " ".join(map(str, range(count))) + " } }"


@pytest.mark.parametrize(("language", "shown"), [("en", "Spring loan"), ("id", "Pinjaman musim semi")])
def test_names_are_in_the_language_of_the_page(client: httpx.Client, language: str, shown: str) -> None:
    def table(path: str, **params: str) -> str:
        page = client.get(path, params={**params, "format": "html", "lang": language}).text
        return page[page.index("<tbody>") : page.index("</tbody>")]

    saved = table("/queries/names-of-loans")
    assert saved.count(f">{shown} <small>{language}") == 3
    # A name that the release has in one language alone stays what it is.
    assert ">Autumn &amp; &lt;loan&gt; <small>en" in saved
    # The other column holds the labels in all languages, and shows each.
    assert ">Spring loan <small>en" in saved
    assert ">Pinjaman musim semi <small>id" in saved
    assert ('title="Spring loan (en)"' in saved) == (language == "id")
    # Who writes a query gets what it asks for.
    query = 'SELECT ?name { id:spring rdfs:label ?name FILTER (LANG(?name) = "en") }'
    assert ">Spring loan <small>en" in table("/sparql", query=query)
    assert "Pinjaman" not in client.get("/sparql", params={"query": query, "format": "csv", "lang": language}).text


def test_a_page_that_shows_some_rows_says_so(client: httpx.Client) -> None:
    page = client.get("/sparql", params={"query": rows(501), "format": "html"})
    assert page.headers["rujukan-cut"] == "rows=500"
    assert "501 rows, of which the first 500 are shown here" in page.text
    assert "Rujukan-Cut" in page.headers["access-control-expose-headers"]
    assert page.text.count("<tr>") == 501
    whole = client.get("/sparql", params={"query": rows(500), "format": "html"})
    assert "rujukan-cut" not in whole.headers
    table = client.get("/sparql", params={"query": rows(501), "format": "csv"})
    assert "rujukan-cut" not in table.headers
    assert len(table.text.splitlines()) == 502


def test_a_page_that_shows_the_beginning_of_a_graph_says_so(client: httpx.Client) -> None:
    query = 'CONSTRUCT { <urn:x> <urn:y> ?long } { VALUES ?n { %s } BIND(CONCAT("%s", STR(?n)) AS ?long) }'
    params = {"query": query % (" ".join(map(str, range(300))), "long " * 150), "format": "html"}
    page = client.post("/sparql", data=params)
    assert page.headers["rujukan-cut"] == "bytes=200000"
    assert "Only the beginning is shown here" in page.text


@pytest.mark.parametrize(
    ("language", "title", "again", "detail"),
    [
        ("en", "The query is not valid SPARQL", "Edit the query", "line 1, column 10"),
        ("id", "Kueri bukan SPARQL yang sah", "Ubah kueri", "Baris 1, kolom 10"),
    ],
)
def test_the_way_back_from_a_bad_query(
    client: httpx.Client, language: str, title: str, again: str, detail: str
) -> None:
    query = 'SELECT * FOO "<b>"'
    response = client.get("/sparql", params={"query": query, "format": "html", "lang": language})
    assert (response.status_code, response.headers["content-language"]) == (400, language)
    assert f'<h1 class="small">{title}</h1>' in response.text
    assert again in response.text
    assert detail in response.text
    assert f'<a href="/?lang={language}">' in response.text
    # The form is on this page: asking again by a link would only run the query again.
    assert '<a href="#query">' in response.text
    assert "SELECT * FOO &#34;&lt;b&gt;&#34;</textarea>" in response.text


def test_the_way_back_from_a_bad_parameter(client: httpx.Client) -> None:
    response = client.get("/queries/loans-before", params={"day": "x", "format": "html", "lang": "id"})
    assert response.status_code == 400
    assert '<a href="/queries/loans-before?format=html&amp;lang=id">' in response.text
    assert "Ada parameter yang tidak tepat" in response.text
    unknown = client.get("/queries/%3Cscript%3E", params={"format": "html"})
    assert unknown.status_code == 404
    assert not foreign_scripts(unknown.text)
