"""The home page: figures, questions, picture, newest articles; and what is left of it when nothing answers."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest
from tests.support.markup import main_of
from tests.support.release_fixture import TRIG, make_release, running

from kg_server.settings import Settings

ARTICLES = """
PREFIX id: <https://example.org/loans/id/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX rj: <https://w3id.org/rujukan/ns#>
PREFIX schema: <https://schema.org/>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
<https://example.org/loans/article/one> a schema:NewsArticle ; rdfs:label "Old <loans>"@en ;
  rj:edtf "2024-03" ; rj:latest "2024-03-31"^^xsd:date ; rj:curated "2025-02-01"^^xsd:date .
<https://example.org/loans/article/two> a schema:NewsArticle ; rdfs:label "New loans"@en ;
  rj:edtf "2024-10-02" ; rj:latest "2024-10-02"^^xsd:date ; schema:publisher id:gazette .
<https://example.org/loans/article/three> a schema:NewsArticle ; rj:curated "2025-02-03"^^xsd:date .
id:gazette rdfs:label "The Gazette"@en .
"""


def full_release(folder: Path) -> Path:
    release = make_release(folder, TRIG + ARTICLES)
    manifest = json.loads((release / "manifest.json").read_text("utf-8"))
    manifest["description"] = {"en": "Who lent what. And to whom.", "id": "Siapa meminjamkan apa. Dan kepada siapa."}
    manifest["counts"] |= {"spans": 9, "verified": 7, "trusted": 2}
    (release / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    queries = json.loads((release / "queries.json").read_text("utf-8"))
    queries[2]["featured"] = 2
    queries.append(
        {
            "name": "lenders", "title": {"en": "Who lends what?", "id": "Siapa meminjamkan apa?"}, "parameters": [],
            "view": "graph", "featured": 1,
            "query": "SELECT ?from ?to WHERE { ?from ex:lender ?to } ORDER BY ?from",
        }
    )  # fmt: skip
    (release / "queries.json").write_text(json.dumps(queries), "utf-8")
    return release


@pytest.mark.parametrize("language", ["en", "id"])
def test_what_the_graph_is_at_one_look(tmp_path: Path, language: str) -> None:
    with running(Settings(release=full_release(tmp_path / "release"))) as client:
        home = main_of(client.get("/", params={"lang": language}, headers={"Accept": "text/html"}).text)
    english = language == "en"
    assert ("Who lent what. And to whom." if english else "Siapa meminjamkan apa. Dan kepada siapa.") in home
    assert ("of 9 quotes verified" if english else "dari 9 kutipan dicocokkan") in home
    assert ("2 January 2025" if english else "2 Januari 2025") in home
    # Those that are marked, in their order; the first that is drawn is the picture.
    questions = [home.index(f"/queries/{name}?format=html") for name in ("lenders", "names-of-loans")]
    assert questions == sorted(questions)
    assert "/queries/loans-before" not in home
    assert 'data-view="graph"' in home
    assert f"/explore/lenders?lang={language}" in home
    # What was published last comes first, what is not known to be published last.
    newest = [home.index(name) for name in ("New loans", "Old &lt;loans&gt;", ", three</a>")]
    assert newest == sorted(newest)
    assert "The Gazette" in home


def test_without_marks_the_first_questions_stand_there(tmp_path: Path) -> None:
    with running(Settings(release=make_release(tmp_path / "release"))) as client:
        home = main_of(client.get("/?lang=en", headers={"Accept": "text/html"}).text)
    assert home.count('<li class="card">') == 3
    assert "<figure" not in home
    assert "Newest articles" not in home


def test_the_page_is_there_when_the_engine_is_not(tmp_path: Path) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        backend = f"http://127.0.0.1:{nobody.getsockname()[1]}/"
        with running(Settings(release=full_release(tmp_path / "release"), backend=backend)) as client:
            response = client.get("/?lang=en", headers={"Accept": "text/html"})
            document = client.get("/", headers={"Accept": "application/json"}).json()
    home = main_of(response.text)
    assert response.status_code == 200
    assert "The articles cannot be listed at the moment." in home
    assert "<figure" not in home
    assert home.count('<li class="card">') == 2
    assert document["description"]["en"] == "Who lent what. And to whom."
