"""The page of one thing as a reader gets it, and its facts as a table."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.support import museum
from tests.support.markup import main_of
from tests.support.release_fixture import BASE, TRIG, make_release, running

from kg_server.pages.entity_table import COLUMNS
from kg_server.settings import Settings

if TYPE_CHECKING:
    import httpx2 as httpx

PAGE = {"Accept": "text/html"}
# A name that nobody gave: a prefix and a local name, or an IRI.
RAW = re.compile(r"https?://|\b(?:id|ml|rj|schema|org|rdf|rdfs|skos):\w+")
UNNAMED = ("schema:Museum",)


@pytest.fixture(scope="module")
def loans(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    root = tmp_path_factory.mktemp("museum")
    museum.write(root)
    assert museum.rujukan(root, "build").returncode == 0
    with running(Settings(release=(root / "build/current").resolve())) as client:
        yield client


def text_of(page: str) -> str:
    """What a reader sees of a page's content, in one line."""
    content = re.sub(r"<script.*?</script>", "", main_of(page), flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", content)).split())


def panels(page: str) -> list[str]:
    """What the evidence of each fact says."""
    found = re.findall(r'<details class="proof".*?</details>', page, re.DOTALL)
    return [" ".join(html.unescape(re.sub(r"<[^>]*>", " ", each)).split()) for each in found]


def test_each_fact_carries_its_evidence(loans: httpx.Client) -> None:
    page = loans.get("/id/loan-mask?lang=en", headers=PAGE).text
    found = panels(page)
    (signed,) = (each for each in found if "Ratna Wijaya" in each and "signature" in each)
    for part in (
        "1 source",
        "ditandatangani Ratna Wijaya",
        "Article berita-satu",
        "date of publication not known",
        "Certainty: inferred",
        "The name stands beside the verb.",
        "curated by Curators, 2 January 2026",
        "This statement in full",
    ):
        assert part in signed
    # Two articles say who lends.
    assert any(each.startswith("2 sources") and "Maritime Museum" in each for each in found)
    assert '<q lang="id">' in page


def test_speech_plans_conclusions_and_withdrawn_facts_look_like_what_they_are(loans: httpx.Client) -> None:
    mask = loans.get("/id/mask?lang=en", headers=PAGE).text
    assert "Said, but not asserted" in mask
    assert "Ratna Wijaya (hope, direct speech)" in text_of(mask)
    assert 'class="sentences said"' in mask
    show = text_of(loans.get(f"/id/{museum.TWO}/show?lang=en", headers=PAGE).text)
    assert "planned" in show
    assert "No source here says that it has happened." in show
    lender = loans.get("/id/museum-bahari?lang=en", headers=PAGE).text
    assert any("Concluded by a rule" in each and "Who lends at a loan" in each for each in panels(lender))
    assert "Withdrawn" in text_of(loans.get("/id/museum-laut?lang=en", headers=PAGE).text)


def test_a_figure_says_its_bound_and_its_words(loans: httpx.Client) -> None:
    page = text_of(loans.get(f"/id/{museum.ONE}/masks?lang=id", headers=PAGE).text)
    assert "lebih dari 1.200" in page
    assert "1.200 topeng" in page


@pytest.mark.parametrize("language", ["en", "id"])
def test_people_read_names_and_no_addresses(loans: httpx.Client, language: str) -> None:
    for path in ("museum-laut", "ratna-wijaya", "loan-mask", f"{museum.ONE}/hope", "loan-mask/signature/ratna-wijaya"):
        page = loans.get(f"/id/{path}?lang={language}", headers=PAGE).text
        shown = text_of(page[: page.index('id="take"')] + "</main>")
        # The museums' vocabulary names few of its terms; what has a name is called by it.
        assert not [each for each in RAW.findall(shown) if each not in UNNAMED and not each.startswith("ml:")], path
        assert "subject_" not in shown


def test_the_query_behind_the_page_gives_its_facts(loans: httpx.Client) -> None:
    page = loans.get("/id/mask?lang=en", headers=PAGE).text
    links = [html.unescape(each) for each in re.findall(r'href="([^"]*/query\?query=[^"]*)"', page)]
    queries = [parse_qs(urlsplit(each).query)["query"][0] for each in links]
    assert len(queries) >= 5
    for query in queries:
        assert loans.get("/sparql", params={"query": query, "format": "json"}).status_code == 200, query
    facts = loans.get("/sparql", params={"query": queries[0], "format": "csv"}).text
    assert "Wooden mask" in facts
    assert html.escape(queries[0]).replace("&quot;", "&#34;") in page


def test_the_facts_as_a_table_with_their_evidence(loans: httpx.Client) -> None:
    for address, accept in (("/id/loan-mask", "text/csv"), ("/id/loan-mask?format=csv", "text/html")):
        response = loans.get(address, headers={"Accept": accept, "Accept-Language": "id"})
        assert response.headers["content-type"] == "text/csv; charset=utf-8"
        rows = list(csv.DictReader(io.StringIO(response.text)))
        assert tuple(rows[0]) == COLUMNS
        assert response.headers["content-disposition"] == 'inline; filename="loan-mask.csv"'
        etag = response.headers["etag"]
        again = loans.get(address, headers={"Accept": accept, "Accept-Language": "id", "If-None-Match": etag})
        assert again.status_code == 304
        signer = [each for each in rows if each["note"] == "The name stands beside the verb."]
        assert {each["subject_name"] for each in signer} >= {"Pinjaman topeng"}
        assert {each["phrase"] for each in signer} == {"ditandatangani Ratna Wijaya"}
    # Other IRIs have no such table, and what has moved leads on.
    assert loans.get("/article/berita-satu", headers={"Accept": "text/csv"}).status_code == 406
    assert loans.get("/id/none", headers={"Accept": "text/csv"}).status_code == 404
    assert loans.get("/id/old-mask?format=csv").headers["location"] == "/id/mask"


OWN, INTO = 1500, 1200


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    def facts() -> Iterator[str]:
        head = "PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> PREFIX oa: <http://www.w3.org/ns/oa#> "
        yield head + "PREFIX prov: <http://www.w3.org/ns/prov#> PREFIX rj: <https://w3id.org/rujukan/ns#>"
        yield f"id:hub rdfs:label 'Hub'@en . BASE <{BASE}>"
        triples = [f"id:hub ex:own{n % 3} id:n{n}" for n in range(OWN)]
        triples += [f"id:n{n} ex:into{n % 2} id:hub" for n in range(INTO)]
        for n, triple in enumerate(triples):
            subject, predicate, target = triple.split()
            yield f"{triple} ."
            yield f"<statement/{n}> rdf:subject {subject} ; rdf:predicate {predicate} ; rdf:object {target} ;"
            yield f"prov:wasDerivedFrom <article/one#char={n},{n + 1}> . <article/one#char={n},{n + 1}> oa:start {n} ;"
            yield f"rj:article <article/one> ; oa:exact 'words {n}' ."

    release = make_release(tmp_path_factory.mktemp("hub") / "release", TRIG + "\n".join(facts()))
    with running(Settings(release=release)) as client:
        yield client


def test_a_thing_with_thousands_of_facts_has_a_page_like_any_other(hub: httpx.Client) -> None:
    response = hub.get("/id/hub?lang=en", headers=PAGE)
    page = text_of(response.text)
    assert response.status_code == 200
    assert response.headers["rujukan-cut"] == "incoming=50, facts=37"
    assert len(response.content) < 1_000_000
    assert page.count("12 of 500 are shown.") == 3
    assert page.count("12 of 600 are shown.") == 2
    # What is shown has its evidence.
    assert len(re.findall(r"1 source : ex:own\d", page)) == 36
    assert "no article" not in page
    following = hub.get(f"/id/hub?lang=en&offset={INTO - 50}", headers=PAGE)
    assert "1,151 to 1,200" in text_of(following.text)
    assert 'rel="next"' not in following.text
    assert len(following.content) < len(response.content)


def test_the_table_of_a_hub_has_all_its_facts(hub: httpx.Client) -> None:
    response = hub.get("/id/hub?format=csv")
    rows = list(csv.DictReader(io.StringIO(response.text)))
    assert sum(each["property"].startswith(f"{BASE}vocab#own") for each in rows) == OWN
    assert all(each["phrase"] for each in rows if each["property"].startswith(BASE))
    assert response.headers["rujukan-cut"] == "incoming=200"


def test_a_page_without_evidence_still_has_its_facts(tmp_path: Path) -> None:
    with running(Settings(release=make_release(tmp_path / "plain"))) as client:
        page = text_of(client.get("/id/spring?lang=en", headers=PAGE).text)
        assert "Spring loan" in page
        assert "Anna Berg no article : ex:lender, Anna Berg No article is quoted for this." in page
        assert client.get("/id/none", headers=PAGE).status_code == 404
