"""The page of an article: its facts tied to its phrases, with its text where that is at hand and the one curated."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest
from rdflib import Graph
from tests.support import museum
from tests.support.markup import foreign_scripts
from tests.support.release_fixture import running

from kg_builder.graph.coverage import coverage
from kg_builder.namespaces import RDF, RJ
from kg_builder.sources.corpus import load_corpus
from kg_builder.sources.project import Project
from kg_server.settings import Settings, SettingsError

if TYPE_CHECKING:
    import httpx2 as httpx

HTML = {"Accept": "text/html"}
ONE, TWO = f"/article/{museum.ONE}", f"/article/{museum.TWO}"
# Words of the texts on which no fact rests.
UNQUOTED = {ONE: "Perjanjian itu", TWO: "Cuaca cerah"}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    root = tmp_path_factory.mktemp("museum")
    made = museum.write(root)
    assert museum.rujukan(root, "build").returncode == 0
    return made


@pytest.fixture(scope="module")
def release(project: Project) -> Path:
    return (project.build / "current").resolve()


@pytest.fixture(scope="module")
def with_texts(project: Project, release: Path) -> Iterator[httpx.Client]:
    with running(Settings(release=release, texts=str(project.texts))) as client:
        yield client


@pytest.fixture(scope="module")
def without_texts(release: Path) -> Iterator[httpx.Client]:
    with running(Settings(release=release)) as client:
        yield client


@pytest.fixture(scope="module")
def with_other_texts(release: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    folder = tmp_path_factory.mktemp("texts")
    (folder / f"{museum.ONE}.txt").write_text(museum.TEXTS[museum.ONE].replace("Senin", "Selasa"), "utf-8")
    with running(Settings(release=release, texts=str(folder))) as client:
        yield client


def plain(markup: str) -> str:
    """The text that a reader sees, entities and all, without what screen readers alone are told."""
    shown = re.sub(r'<(a|span) class="number".*?</\1>|<span class="hidden">.*?</span>', "", markup, flags=re.DOTALL)
    return re.sub(r"<[^>]*>", "", shown)


def text_of(page: str) -> str:
    found = re.search(r'<div class="text[^>]*>(.*?)</div>', page, re.DOTALL)
    assert found
    return found[1]


@pytest.mark.parametrize("path", [ONE, TWO])
@pytest.mark.parametrize("language", ["en", "id"])
def test_the_text_is_there_whole_and_once(with_texts: httpx.Client, path: str, language: str) -> None:
    page = with_texts.get(path, headers=HTML, params={"lang": language})
    assert page.headers["content-language"] == language
    text = museum.TEXTS[path.rpartition("/")[2]]
    found = plain(text_of(page.text)).replace("&#34;", '"')
    assert found.split() == text.split()
    assert 'lang="id"' in page.text
    assert not foreign_scripts(page.text)


def test_each_phrase_leads_to_its_facts_and_back(with_texts: httpx.Client) -> None:
    for path in (ONE, TWO):
        page = with_texts.get(path, headers=HTML).text
        ids = re.findall(r'\sid="([^"]+)"', page)
        assert len(ids) == len(set(ids))
        fragments = {each for each in re.findall(r'href="#([^"]+)"', page) if each != "content"}
        assert fragments <= set(ids)
        # A phrase has its place in the text, and what rests on it names it.
        marked = set(re.findall(r'data-phrase="(\d+)"', page))
        named = {key for keys in re.findall(r'class="fact[^"]*" data-phrases="([^"]*)"', page) for key in keys.split()}
        assert marked == named
        assert {each for each in ids if each.startswith("char=")} <= fragments
        assert len([each for each in ids if each.startswith("char=")]) == len(marked)


def test_the_links_of_other_pages_land_on_the_phrase(with_texts: httpx.Client, without_texts: httpx.Client) -> None:
    for client in (with_texts, without_texts):
        page = client.get("/id/loan-mask", headers=HTML).text
        links = set(re.findall(r'href="(/article/[^"?]+)[^"#]*#([^"]+)"', page))
        assert len(links) > 3
        for path, fragment in links:
            assert f'id="{fragment}"' in client.get(path, headers=HTML).text, (path, fragment)


def test_every_attestation_of_the_article_is_on_its_page(with_texts: httpx.Client, release: Path) -> None:
    quads = list(ox.parse(path=release / "kg.nq", format=ox.RdfFormat.N_QUADS))
    spans = {str(quad.subject) for quad in quads if quad.predicate.value == RJ + "article" and TWO in str(quad.object)}
    resting = {quad.subject.value for quad in quads if str(quad.object) in spans and "/statement/" in str(quad.subject)}
    page = with_texts.get(TWO, headers=HTML).text
    shown = set(re.findall(r'<a class="full" href="/(statement/[^"?]+)', page))
    mentions = {
        quad.subject.value
        for quad in quads
        if quad.predicate.value == RDF + "predicate" and quad.object == ox.NamedNode("https://schema.org/mentions")
    }
    assert {each.removeprefix(museum.BASE) for each in resting - mentions} == shown
    assert page.count('id="fact-') == len(resting)


def test_facts_come_in_reading_order(with_texts: httpx.Client) -> None:
    for path in (ONE, TWO):
        page = with_texts.get(path, headers=HTML).text
        places = [(int(start), -int(end)) for start, end in re.findall(r'class="block" id="facts-(\d+)-(\d+)"', page)]
        assert len(places) > 5
        assert places == sorted(places)
        numbers = [int(each) for each in re.findall(r'id="facts-of-(\d+)"', page)]
        assert numbers == list(range(1, len(numbers) + 1))


def row(page: str, words: str) -> str:
    found = [each for each in re.findall(r"<dd id=.*?</dd>", page, re.DOTALL) if words in each]
    assert len(found) == 1, words
    return str(found[0])


def test_how_a_fact_is_meant_is_seen(with_texts: httpx.Client) -> None:
    one = with_texts.get(ONE, headers=HTML, params={"lang": "en"}).text
    two = with_texts.get(TWO, headers=HTML, params={"lang": "en"}).text
    # Somebody hopes it; the graph does not say so.
    said = row(one, ">ml:Intact</a>")
    assert 'class="fact said unasserted"' in said
    assert "said: Ratna Wijaya, hope" in said
    # The name beside the verb is read as that of the signatory.
    inferred = row(one, "The name stands beside the verb.")
    assert 'class="fact inferred"' in inferred
    assert ">inferred</span>" in inferred
    assert "according to Dewi Kartasasmita" in row(two, ">40.5 <")
    withdrawn = row(two, ">withdrawn</span>")
    assert 'class="fact deprecated unasserted"' in withdrawn
    planned = row(two, ">planned</span>")
    assert "ml:Exhibition" in planned
    assert 'class="topic planned"' in two
    assert 'class="topic planned"' not in one
    for kind, page in (("said", one), ("planned", two), ("stated", one)):
        assert f'<span class="phrase {kind}" id="char=' in page
    # In the other language the same is said in other words.
    indonesian = with_texts.get(ONE, headers=HTML, params={"lang": "id"}).text
    assert "dikatakan: Ratna Wijaya, harapan" in indonesian
    assert ">disimpulkan</span>" in indonesian


def test_coverage_is_that_of_the_builder(with_texts: httpx.Client, project: Project) -> None:
    bare = {}
    for loaded in load_corpus(project).records:
        identifier = loaded.record.article.id
        measured = coverage(loaded.record, museum.TEXTS[identifier])
        assert measured.bare is not None
        page = with_texts.get(f"/article/{identifier}", headers=HTML, params={"lang": "en"}).text
        found = re.findall(r'<span class="sentence bare" id="[^"]+">(.*?)</span>', page)
        texts = [museum.TEXTS[identifier][each.start : each.end] for each in measured.bare]
        assert [plain(each) for each in found] == texts
        bare[identifier] = len(texts)
        assert f"<dd>{measured.asserted}</dd>" in page
        assert f"Each of the {measured.spans} phrases stands in the text, letter for letter." in page
    assert bare == {museum.ONE: 0, museum.TWO: 1}
    page = with_texts.get(TWO, headers=HTML, params={"lang": "en"}).text
    assert re.search(r'1 of 5 sentences have no fact: <a class="bare" href="#sentence-3">3</a>', page)


def test_without_the_text_there_are_phrases_and_gaps(without_texts: httpx.Client) -> None:
    for path in (ONE, TWO):
        page = without_texts.get(path, headers=HTML, params={"lang": "en"})
        assert UNQUOTED[path] not in page.text
        assert "The text belongs to its publisher." in page.text
        assert "this server does not show it" in page.text
        assert "x-robots-tag" not in page.headers
        assert page.headers["access-control-allow-origin"] == "*"
        shown = text_of(page.text)
        text = museum.TEXTS[path.rpartition("/")[2]]
        # What stands between the gaps stands in the text, in that order.
        place = 0
        for run in re.split(r'<span class="gap">.*?</span>', shown):
            words = plain(run).strip("\n ").replace("&#34;", '"')
            assert words in text[place:]
            place = text.index(words, place) + len(words)
        assert re.search(r'<span class="gap"> … \d+ </span>', shown)
        assert 'id="char=' in shown


def test_a_text_that_is_not_the_curated_one_is_not_shown(with_other_texts: httpx.Client) -> None:
    one = with_other_texts.get(ONE, headers=HTML, params={"lang": "en"})
    assert "not the one that was curated" in one.text
    two = with_other_texts.get(TWO, headers=HTML, params={"lang": "en"})
    assert "It is not on this machine either" in two.text
    for page, path in ((one, ONE), (two, TWO)):
        assert UNQUOTED[path] not in page.text
        assert "Selasa" not in page.text
        assert "x-robots-tag" not in page.headers


def test_a_text_is_for_readers_of_this_site(with_texts: httpx.Client) -> None:
    headers = with_texts.get(ONE, headers={**HTML, "Origin": "https://elsewhere.example"}).headers
    assert headers["x-robots-tag"] == "noindex, noarchive"
    assert headers["access-control-allow-origin"] == str(with_texts.base_url).rstrip("/")
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["cache-control"] == "private, no-cache"


def test_no_other_answer_holds_the_text(with_texts: httpx.Client) -> None:
    paths = ["/", "/id/loan-mask", "/manifest.json", "/dumps/kg.nq", "/queries", "/graphs?default&format=turtle"]
    paths += [f"{path}?format={kind}&evidence=true" for path in (ONE, TWO) for kind in ("turtle", "jsonld", "ntriples")]
    for path in paths:
        found = with_texts.get(path, headers={"Accept": "*/*"})
        assert found.status_code == 200, path
        assert not [words for words in UNQUOTED.values() if words in found.text], path


def test_the_turtle_of_an_article_is_its_graph(with_texts: httpx.Client) -> None:
    page = with_texts.get(TWO, headers=HTML).text
    link = re.search(r'href="(/graphs\?[^"]+format=turtle)"', page)
    assert link
    graph = Graph().parse(data=with_texts.get(link[1].replace("&amp;", "&")).text, format="turtle")
    assert len(graph) == with_texts.get("/manifest.json").json()["counts"]["graphs"][museum.BASE + TWO[1:]]
    shown = re.search(r'<pre class="turtle"[^>]*><code>(@prefix.*?)</code>', page, re.DOTALL)
    assert shown
    turtle = shown[1].replace("&lt;", "<").replace("&gt;", ">").replace("&#34;", '"').replace("&amp;", "&")
    assert set(Graph().parse(data=turtle, format="turtle")) == set(graph)


def test_the_query_behind_the_page_runs(with_texts: httpx.Client) -> None:
    page = with_texts.get(TWO, headers=HTML).text
    links = [each.replace("&amp;", "&") for each in re.findall(r'href="(/sparql\?query[^"]+)"', page)]
    assert len(links) == 2
    answers = [with_texts.get(each) for each in links]
    assert [each.status_code for each in answers] == [200, 200]
    assert {"statement", "subject", "property", "value", "words"} <= set(answers[1].text.splitlines()[0].split(","))
    assert len(answers[1].text.splitlines()) > 10


def test_machines_get_what_they_got(with_texts: httpx.Client) -> None:
    response = with_texts.get(ONE, headers={"Accept": "text/turtle"})
    assert response.headers["content-type"].startswith("text/turtle")
    assert 'rel="cite-as"' in with_texts.get(ONE, headers=HTML).headers["link"]
    assert with_texts.head(ONE, headers=HTML).status_code == 200
    assert with_texts.get("/article/none", headers=HTML).status_code == 404


def test_the_command_shows_the_projects_texts_on_this_machine_alone(project: Project, tmp_path: Path) -> None:
    def texts(*options: str) -> str:
        done = museum.rujukan(project.root, "serve", "--print-settings", *options)
        return next(line for line in done.stdout.splitlines() if line.startswith("texts "))

    assert str(project.texts) in texts()
    assert "(empty)" in texts("--public-url", "https://graph.example.org")
    assert "(empty)" in texts("--texts", "")
    assert str(tmp_path) in texts("--public-url", "https://graph.example.org", "--texts", str(tmp_path))


def test_a_folder_that_is_not_there_is_said(release: Path, tmp_path: Path) -> None:
    with (
        pytest.raises(SettingsError, match="which is no folder"),
        running(Settings(release=release, texts=str(tmp_path / "none"))),
    ):
        pass
