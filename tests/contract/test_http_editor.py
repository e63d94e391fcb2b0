"""The query page as the server writes it, and what its editor completes."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest
from tests.support.release_fixture import PREFIXES, TRIG, make_release, running

from kg_server.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

    import httpx2 as httpx

ONTOLOGY = """
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
GRAPH <https://example.org/loans/graph/ontology> {
  ex:Loan a owl:Class ; rdfs:label "Loan"@en, "Pinjaman"@id ; skos:definition "What is lent."@en .
  ex:Gift a owl:Class ; rdfs:label "Gift"@en ; rdfs:comment "<b>Given</b>"@en .
  ex:lender a owl:ObjectProperty ; rdfs:label "lender"@en, "pemberi pinjaman"@id .
}
"""


def field(page: str) -> str:
    """The text of the field for the query."""
    found = re.search(r'<textarea id="query"[^>]*>(.*?)</textarea>', page, re.DOTALL)
    assert found is not None
    return unescape(found[1])


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("SPARQL query", "A query may run for 30 seconds", "5,000,000 rows", "refused, not cut", "Lender")),
        ("id", ("Kueri SPARQL", "boleh berjalan 30 detik", "5.000.000 baris", "ditolak, tidak dipotong", "Pemberi")),
    ],
)
def test_the_page_is_a_form_that_works_without_script(
    client: httpx.Client, language: str, words: tuple[str, ...]
) -> None:
    response = client.get("/query", params={"lang": language, "saved": "loans-of-a-lender"})
    page = response.text
    assert response.headers["content-language"] == language
    assert '<form class="query-form" action="/sparql" method="get">' in page
    assert '<form class="parameters" action="/queries/loans-of-a-lender" method="get">' in page
    assert f'<a href="/query?saved=loans-before&amp;lang={language}">' in page
    assert all(each in page for each in words)
    # What the form sends is answered.
    answer = client.get("/sparql", params={"query": field(page), "format": "html", "lang": language})
    assert "id:spring" in answer.text


def test_limits_are_those_of_the_settings(release: Path) -> None:
    settings = Settings(release=release, query_seconds=7, max_answer_rows=99, cut_answers=1, budget_seconds=0)
    with running(settings) as client:
        page = client.get("/query", params={"lang": "en"}).text
    assert "A query may run for 7 seconds and answer with 99 rows" in page
    assert "is cut, and marked as cut" in page
    assert "query time a minute" not in page


def test_a_query_in_the_address_stands_in_the_field(client: httpx.Client) -> None:
    nasty = '</textarea><script>alert("x")</script> SELECT * { ?s ?p "&lt;" }'
    page = client.get("/query", params={"query": nasty, "lang": "en"}).text
    assert field(page) == nasty
    assert "<script>alert" not in page
    assert '"given":true' in page
    # Without one, an example; and for browsers the endpoint's own page is the same.
    plain = client.get("/query", params={"lang": "en"}).text
    assert field(plain).startswith("SELECT ?kind")
    assert '"given":false' in plain
    endpoint = client.get("/sparql", params={"lang": "en"}, headers={"Accept": "text/html"})
    assert (endpoint.status_code, field(endpoint.text)) == (200, field(plain))


def test_a_saved_question_stands_there_with_its_values(client: httpx.Client) -> None:
    def asked(**values: str) -> str:
        return field(client.get("/query", params={"saved": "loans-before", **values}).text)

    assert 'VALUES (?day ?least) { ("2024-06-01"^^<http://www.w3.org/2001/XMLSchema#date>' in asked()
    text = asked(day="2025-02-03", other="passed over")
    assert '("2025-02-03"^^' in text
    assert client.get("/sparql", params={"query": text, "format": "csv"}).text.split() == [
        "day,least,n",
        "2025-02-03,0,2",
    ]
    bad = client.get("/query", params={"saved": "loans-before", "day": "soon"})
    assert (bad.status_code, bad.json()["parameter"]) == (400, "day")
    assert client.get("/query", params={"saved": "none"}).status_code == 404


def test_prefixes_that_a_query_declares_abbreviate_its_values(tmp_path: Path) -> None:
    trig = TRIG + "id:anna ex:note 1 ."
    folder = make_release(tmp_path / "r", trig)
    queries = folder / "queries.json"
    text = queries.read_text("utf-8")
    queries.write_text(
        text.replace("SELECT ?lender", "PREFIX i: <https://example.org/loans/id/> SELECT ?lender"), "utf-8"
    )
    with running(Settings(release=folder)) as client:
        page = client.get("/query", params={"saved": "loans-of-a-lender"}).text
        assert "VALUES (?lender) { (i:anna) }" in field(page)


def test_every_form_for_a_query_leads_to_the_editor(client: httpx.Client) -> None:
    pages = [
        client.get("/sparql", params={"query": "ASK {}", "format": "html"}),
        client.get("/sparql", params={"query": "ASK", "format": "html"}),
    ]
    assert all('formaction="/query"' in each.text for each in pages)


@pytest.fixture(scope="module")
def with_terms(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_release(tmp_path_factory.mktemp("terms") / "r", TRIG + ONTOLOGY, "cccc3333")


def completion(client: httpx.Client, language: str) -> dict[str, Any]:
    document: dict[str, Any] = client.get("/query/completion.json", params={"lang": language}).json()
    return document


def test_what_the_editor_completes(with_terms: Path) -> None:
    with running(Settings(release=with_terms)) as client:
        document = completion(client, "en")
        assert PREFIXES.items() <= document["prefixes"].items()
        loan: dict[str, Any] = {
            "name": "ex:Loan", "label": "Loan", "text": "What is lent.", "uses": 2,
            "properties": ["rdfs:label", "ex:items", "ex:lender", "ex:on", "rdf:type"],
        }  # fmt: skip
        classes = {each["name"]: each for each in document["classes"]}
        assert sorted(classes["ex:Loan"].pop("properties")) == sorted(loan.pop("properties"))
        assert classes["ex:Loan"] == loan
        # Declared and not used: offered last, and said to be so.
        assert document["classes"][-1] == {"name": "ex:Gift", "label": "Gift", "text": "<b>Given</b>", "uses": 0}
        properties = {each["name"]: each for each in document["properties"]}
        assert properties["ex:lender"] == {"name": "ex:lender", "label": "lender", "uses": 2}
        assert properties["rdf:type"]["label"] == "kind"
        assert document["closed"] == ["ex"]
        assert {"iri": "https://example.org/loans/article/one", "triples": 1} in document["graphs"]
        indonesian = {each["name"]: each for each in completion(client, "id")["classes"]}
        assert indonesian["ex:Loan"]["label"] == "Pinjaman"
        # Another language is better than none, and says which it is.
        assert (indonesian["ex:Gift"]["label"], indonesian["ex:Gift"]["lang"]) == ("Gift", "en")


def test_completion_is_sent_again_only_when_it_changed(client: httpx.Client) -> None:
    first = client.get("/query/completion.json")
    assert first.headers["cache-control"] == "no-cache"
    again = client.get("/query/completion.json", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    other = client.get(
        "/query/completion.json", params={"lang": "id"}, headers={"If-None-Match": first.headers["etag"]}
    )
    assert other.status_code == 200


def test_a_release_without_a_vocabulary_completes_what_its_data_use(client: httpx.Client) -> None:
    document = completion(client, "en")
    assert {"ex:Loan", "ex:Person"} <= {each["name"] for each in document["classes"]}
    # Nobody has said which terms there are, so no name is called unknown.
    assert document["closed"] == []


def test_what_cannot_be_counted_in_time_is_left_out_and_said(with_terms: Path) -> None:
    # No query fits into so few bytes of answer: prefixes and graphs are there all the same.
    with running(Settings(release=with_terms, max_answer_bytes=1024, max_answer_rows=1)) as client:
        response = client.get("/query/completion.json", params={"lang": "en"})
        document = response.json()
    assert response.headers["rujukan-cut"] == "terms"
    assert document["prefixes"]["ex"] == PREFIXES["ex"]
    assert (document["classes"], document["closed"]) == ([], [])


def test_triple_terms_are_shown_as_turtle_writes_them(client: httpx.Client) -> None:
    query = 'SELECT (<<( id:spring ex:lender <<( <urn:a> <urn:b> "x\\"y"@en )>> )>> AS ?t) {}'
    page = unescape(client.get("/sparql", params={"query": query, "format": "html"}).text)
    assert '<<( id:spring ex:lender <<( <urn:a> <urn:b> "x\\"y"@en )>> )>></td>' in page
