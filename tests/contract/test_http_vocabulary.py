"""The page of a vocabulary: every term with its anchor, what is said of it, and where it is used."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from rdflib import Graph, URIRef
from tests.support import museum
from tests.support.markup import foreign_scripts
from tests.support.release_fixture import running

from kg_server.settings import Settings

if TYPE_CHECKING:
    import httpx2 as httpx

HTML = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def loans(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    root = tmp_path_factory.mktemp("museum")
    museum.write(root)
    assert museum.rujukan(root, "build").returncode == 0
    with running(Settings(release=root / "build" / "current")) as client:
        yield client


def term(page: str, anchor: str) -> str:
    start = page.index(f'<article class="term" id="{anchor}"')
    return page[start : page.index("</article>", start)]


def test_every_link_within_the_page_leads_somewhere(loans: httpx.Client) -> None:
    page = loans.get("/terms?lang=en", headers=HTML).text
    anchors = re.findall(r' id="([^"]+)"', page)
    assert len(anchors) == len(set(anchors))
    missing = {each for each in re.findall(r'href="#([^"]+)"', page) if each not in anchors}
    assert not missing
    assert not foreign_scripts(page)


def test_a_class_says_what_may_be_said_of_it_and_where_it_is_used(loans: httpx.Client) -> None:
    page = loans.get("/terms?lang=en", headers=HTML).text
    loan = term(page, "Loan")
    assert 'href="#rj-Event"' in loan
    assert "for 1 thing" in loan
    assert "/sparql?query=SELECT" in loan
    assert "Loan of the mask" in loan
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", loan))
    assert "ml:party" in words
    assert re.search(r"ml:party schema:Museum at least 2", words)
    assert re.search(r"ml:lender schema:Museum at most 1", words)
    assert re.search(r"date \(EDTF\) date, as far as it is known exactly 1|date \(EDTF\) .*?exactly 1", words)


def test_a_property_says_what_it_is_said_of(loans: httpx.Client) -> None:
    lender = term(loans.get("/terms?lang=en", headers=HTML).text, "lender")
    assert 'Said of</dt><dd><a href="#Loan"' in lender
    assert "in 1 triple" in lender


def test_the_page_is_searched_without_script(loans: httpx.Client) -> None:
    found = loans.get("/terms", params={"format": "html", "lang": "en", "q": "LEND"}).text
    assert '<article class="term" id="lender"' in found
    assert '<article class="term" id="Artefact"' not in found
    none = loans.get("/terms", params={"format": "html", "lang": "id", "q": '"><script>x'}).text
    assert "Tidak ada istilah" in none
    assert not foreign_scripts(none)


def test_machines_get_what_they_got(loans: httpx.Client) -> None:
    answer = loans.get("/terms", headers={"Accept": "text/turtle"})
    graph = Graph().parse(data=answer.content, format="turtle")
    assert (URIRef(museum.BASE + "terms#Loan"), None, None) in graph
    page = loans.get("/terms", headers=HTML)
    assert 'rel="cite-as"' in page.headers["link"]
    assert page.headers["content-location"] == "/terms?format=html&lang=en"


def test_counts_that_cannot_be_had_are_said_to_be_missing(tmp_path_factory: pytest.TempPathFactory) -> None:
    root = tmp_path_factory.mktemp("museum")
    museum.write(root)
    assert museum.rujukan(root, "build").returncode == 0
    with running(Settings(release=root / "build" / "current", max_answer_rows=250)) as client:
        # The ontology is larger than an answer may be: the reader is told, and why.
        response = client.get("/terms?lang=en", headers=HTML)
    assert response.status_code in {200, 422}
    assert "too large" in response.text or "being counted" in response.text
