"""What people see when they ask: names in their language, how much is shown, and the way back from a problem."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.support.markup import asset_path, foreign_scripts

from kg_server.pages.assets import packaged_assets

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


@pytest.mark.parametrize(
    ("accept", "params", "media_type"),
    [
        ("*/*", {}, "application/json"),
        ("application/json", {}, "application/json"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", {}, "text/html; charset=utf-8"),
        ("text/html", {"format": "json"}, "application/json"),
        ("*/*", {"format": "html", "lang": "id"}, "text/html; charset=utf-8"),
    ],
)
def test_the_saved_queries_are_a_list_for_programs_and_for_people(
    client: httpx.Client, accept: str, params: dict[str, str], media_type: str
) -> None:
    response = client.get("/queries", params=params, headers={"Accept": accept})
    assert response.headers["content-type"] == media_type
    if "html" in media_type:
        assert response.text.count('<a href="/queries/') == 5
        assert ("Apa yang dipinjamkan seseorang?" in response.text) == (params.get("lang") == "id")
        assert "Lender" in response.text or "Pemberi" in response.text
    else:
        assert {each["name"] for each in response.json()} > {"loans-before", "graph-of-loans"}
    assert "Accept" in response.headers["vary"]


def test_what_the_saved_queries_cannot_be(client: httpx.Client) -> None:
    for params, accept in (({}, "image/png"), ({"format": "csv"}, "*/*")):
        response = client.get("/queries", params=params, headers={"Accept": accept})
        assert response.status_code == 406
        assert set(response.json()["available"]) == {"text/html", "application/json"}


def test_licences_of_data_software_and_bundles(client: httpx.Client) -> None:
    for language in ("en", "id"):
        page = client.get("/licences", params={"lang": language})
        assert page.headers["content-language"] == language
        assert 'href="https://creativecommons.org/licenses/by/4.0/"' in page.text
        assert "Apache-2.0" in page.text
        assert all(f">{each.name}</a>" in page.text for each in packaged_assets().licences)
        assert client.get("/", params={"lang": language}).text.count("/licences?lang=") == 1


def test_bundles_are_kept_for_ever_and_compressed(client: httpx.Client) -> None:
    for name, media_type in (("site.css", "text/css"), ("site.js", "text/javascript"), ("icon.svg", "image/svg+xml")):
        response = client.get(asset_path(name), headers={"Accept-Encoding": "gzip"})
        assert response.headers["content-type"].startswith(media_type)
        assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
        if len(response.content) > 2000:
            assert response.headers["content-encoding"] == "gzip"
            assert "Accept-Encoding" in response.headers["vary"]
    assert all(
        client.get(f"/static/{name}").status_code == 404 for name in ("manifest.json", "site.css", "..%2Frun.py")
    )


def test_the_policy_permits_files_of_this_server_alone(client: httpx.Client) -> None:
    policy = dict(part.split(" ", 1) for part in client.get("/").headers["content-security-policy"].split("; "))
    assert policy.pop("img-src") == "'self' data:"
    assert policy.pop("trusted-types") == policy.pop("default-src") == policy.pop("base-uri") == "'none'"
    assert policy.pop("frame-ancestors") == "'none'"
    assert policy.pop("require-trusted-types-for") == "'script'"
    assert set(policy) == {"script-src", "style-src", "connect-src", "font-src", "form-action"}
    assert set(policy.values()) == {"'self'"}
