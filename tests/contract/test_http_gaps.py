"""Conflicts and gaps: what the saved queries find that look for such things, with both sides and their words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.support.markup import foreign_scripts
from tests.support.release_fixture import BASE, make_release, running

from kg_server.settings import Settings

if TYPE_CHECKING:
    import httpx2 as httpx

ITEMS = 60
EVIDENCE = """
PREFIX ex: <https://example.org/loans/vocab#>
PREFIX id: <https://example.org/loans/id/>
PREFIX oa: <http://www.w3.org/ns/oa#>
PREFIX prov: <http://www.w3.org/ns/prov#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX rj: <https://w3id.org/rujukan/ns#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
id:spring rdfs:label "Spring <b>loan</b>"@en ; ex:items 12, 13 .
<https://example.org/loans/article/one> rj:edtf "2024-03-21"^^<http://id.loc.gov/datatypes/edtf/EDTF> .
<https://example.org/loans/statement/a> a rdf:Statement ; rdf:subject id:spring ; rdf:predicate ex:items ;
  rdf:object 12 ; prov:wasDerivedFrom <https://example.org/loans/article/one#char=0,9> .
<https://example.org/loans/statement/b> a rdf:Statement ; rdf:subject id:spring ; rdf:predicate ex:items ;
  rdf:object 13 ; prov:wasDerivedFrom <https://example.org/loans/article/two#char=4,9> ;
  rj:certainty rj:Ambiguous ; rj:note "A note & more"@en .
<https://example.org/loans/article/one#char=0,9> rj:article <https://example.org/loans/article/one> ; oa:start 0 ;
  oa:exact "dua belas"@id .
<https://example.org/loans/article/two#char=4,9> rj:article <https://example.org/loans/article/two> ; oa:start 4 ;
  oa:exact "<i>13</i>"@id .
""" + "".join(
    f'id:mask-{number:02} a ex:{"Old" if number % 3 else "New"}Mask ; rdfs:label "Mask {number:02}"@en .\n'
    for number in range(ITEMS)
)


def query(name: str, kind: str, by: str, text: str) -> dict[str, object]:
    return {
        "name": name,
        "title": {"en": f"What of {name}?", "id": f"Apa dari {name}?"},
        "description": {"en": "Some.", "id": "Beberapa."},
        "parameters": [],
        "query": text,
        "gap": {"kind": kind, "by": by},
    }


QUERIES = [
    query(
        "two-values", "conflict", "property",
        "SELECT ?subject ?property ?value ?otherValue { VALUES ?property { ex:items } ?subject ?property ?value,"
        " ?otherValue FILTER (?value < ?otherValue) }",
    ),
    query(
        "unlinked-masks", "unlinked", "kind",
        "# a comment\nSELECT ?kind ?thing ?thingName { ?thing a ?kind ; rdfs:label ?thingName"
        ' FILTER (STRENDS(STR(?kind), "Mask")) } ORDER BY ?thing # the end',
    ),
    query("no-plans", "open", "", "SELECT ?plan { ?plan a ex:Plan }"),
]  # fmt: skip


def release_with(folder: Path, queries: list[dict[str, object]]) -> Path:
    make_release(folder, EVIDENCE)
    (folder / "queries.json").write_text(json.dumps(queries), "utf-8")
    return folder


@pytest.fixture(scope="module")
def lacking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    folder = release_with(tmp_path_factory.mktemp("gaps") / "aaaa1111", QUERIES)
    with running(Settings(release=folder)) as client:
        yield client


def test_both_sides_stand_with_their_words_article_and_date(lacking: httpx.Client) -> None:
    page = lacking.get("/gaps", params={"lang": "en"}).text
    sides = page[page.index('class="sides"') : page.index("</section>", page.index('class="sides"'))]
    first, second = sides.split('class="side"')[1:]
    assert "12" in first
    assert "dua belas" in first
    assert "/article/one" in first
    assert "2024" in first
    assert "13" in second
    assert "A note &amp; more" in second
    assert "date of publication not known" in second
    assert "#char=4" in second


@pytest.mark.parametrize(
    ("language", "title", "number", "none"),
    [
        ("en", "Conflicts and gaps", "60 findings", "Every plan has an outcome."),
        ("id", "Pertentangan dan celah", "60 temuan", "Setiap rencana sudah ada hasilnya."),
    ],
)
def test_each_kind_is_counted_in_both_languages(
    lacking: httpx.Client, language: str, title: str, number: str, none: str
) -> None:
    response = lacking.get("/gaps", params={"lang": language})
    assert (response.status_code, response.headers["content-language"]) == (200, language)
    assert f'<h1 class="small">{title}</h1>' in response.text
    assert number in response.text
    assert none in response.text
    assert response.text.count("<tr>") == 1 + 5
    assert not foreign_scripts(response.text)
    assert "<b>loan</b>" not in response.text
    assert "<i>13</i>" not in response.text


def test_a_list_comes_in_pages_that_fit_together(lacking: httpx.Client) -> None:
    seen: list[str] = []
    path: str | None = "/gaps/unlinked-masks?lang=en"
    while path:
        page = lacking.get(path).text
        body = page[page.index("<tbody>") : page.index("</tbody>")]
        seen += [part.partition('"')[0] for part in body.split("/id/mask-")[1:]]
        links = [each for each in page.split("<link ") if each.startswith('rel="next"')]
        path = links[0].split('href="')[1].partition('"')[0].replace("&amp;", "&") if links else None
    assert [each[:2] for each in seen] == [f"{number:02}" for number in range(ITEMS)]


def test_a_part_is_shown_alone_with_its_own_query_and_table(lacking: httpx.Client) -> None:
    value = f"{BASE}vocab#NewMask"
    page = lacking.get("/gaps/unlinked-masks", params={"lang": "en", "value": value}).text
    assert "20 findings" in page
    assert "Mask 01" not in page
    link = page.split('type="text/csv" href="')[1].partition('"')[0].replace("&amp;", "&")
    table = lacking.get(link)
    assert table.status_code == 200
    assert len(table.text.splitlines()) == 1 + 20


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/gaps/none", 404),
        ("/gaps/no-plans?value=https://example.org/", 400),
        ("/gaps/unlinked-masks?value=no%20iri", 400),
        ("/gaps/unlinked-masks?offset=x", 400),
        ("/gaps/unlinked-masks?offset=5000", 200),
    ],
)
def test_what_cannot_be_asked_is_told(lacking: httpx.Client, path: str, status: int) -> None:
    assert lacking.get(path).status_code == status


def test_a_query_that_is_refused_leaves_the_others_standing(tmp_path: Path) -> None:
    folder = release_with(tmp_path / "aaaa1111", QUERIES)
    with running(Settings(release=folder, max_answer_rows=20)) as client:
        page = client.get("/gaps", params={"lang": "en"})
    assert page.status_code == 200
    assert "This could not be counted." in page.text
    assert "dua belas" in page.text
    assert "not counted" in page.text


def test_a_release_without_such_queries_says_so(client: httpx.Client) -> None:
    assert "holds no query that looks for gaps" in client.get("/gaps", params={"lang": "en"}).text
