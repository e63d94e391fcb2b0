"""Everything beside `/sparql`: home page, saved queries, dumps, the move to a new release."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.support.markup import foreign_scripts, main_of
from tests.support.release_fixture import TRIG, make_release, running, wait_until

from kg_server.settings import Settings

if TYPE_CHECKING:
    import httpx2 as httpx


@pytest.mark.parametrize(
    ("params", "accept_language", "language", "title"),
    [
        ({}, None, "en", "Museum loans in the news"),
        ({}, "id-ID, en;q=0.5", "id", "Pinjaman museum dalam berita"),
        ({"lang": "id"}, "en", "id", "Pinjaman museum dalam berita"),
        ({"lang": "xx"}, "fr", "en", "Museum loans in the news"),
    ],
)
def test_home_in_two_languages(
    client: httpx.Client, params: dict[str, str], accept_language: str | None, language: str, title: str
) -> None:
    headers = {"Accept": "text/html"} | ({"Accept-Language": accept_language} if accept_language else {})
    response = client.get("/", params=params, headers=headers)
    assert response.headers["content-language"] == language
    assert f'<html lang="{language}">' in response.text
    assert f"<h1>{title}</h1>" in response.text


def test_every_link_of_the_home_page_works(client: httpx.Client) -> None:
    whole = client.get("/").text
    home = main_of(whole)
    links = {link.replace("&amp;", "&") for link in re.findall(r'(?:href|action)="([^"#]+)"', home)}
    assert len(links) > 10
    for link in links:
        # The fixture says nothing of its vocabulary, and one of its queries cannot be asked.
        if not link.startswith(("https://", "/vocab")) and "not-selected" not in link:
            response = client.get(link, headers={"Accept": "text/html, */*;q=0.5"})
            assert response.status_code == 200, link
    assert not foreign_scripts(whole)
    assert "style=" not in whole
    dump = client.get("/manifest.json").json()["dumps"]["kg.nq"]
    assert dump["sha256"] in client.get("/data", headers={"Accept": "text/html"}).text


def test_home_as_json(client: httpx.Client) -> None:
    document = client.get("/", headers={"Accept": "application/json"}).json()
    assert document["release"] == "aaaa1111"
    assert document["counts"]["articles"] == 2
    for each in [*document["queries"], *document["dumps"]]:
        if each["name"] != "not-selected":
            assert client.get(each["url"]).status_code == 200
    assert client.get("/", params={"format": "json"}).json() == document
    assert client.get("/", headers={"Accept": "image/png"}).status_code == 406


def test_saved_queries(client: httpx.Client) -> None:
    names = [each["name"] for each in client.get("/queries").json()]
    assert names[:2] == ["loans-of-a-lender", "loans-before"]
    plain = {"Accept": "text/csv"}
    default = client.get("/queries/loans-of-a-lender", headers=plain).text
    assert "id/spring" in default
    assert "id/autumn" not in default
    for value in ("id:budi", "https://example.org/loans/id/budi", "<https://example.org/loans/id/budi>"):
        other = client.get("/queries/loans-of-a-lender", params={"lender": value}, headers=plain).text
        assert other.splitlines()[1:] == ["https://example.org/loans/id/budi,https://example.org/loans/id/autumn,7"]


def test_parameters_that_are_selected_and_grouped_are_bound(client: httpx.Client) -> None:
    params = {"day": "2025-01-01", "least": "8", "format": "csv"}
    response = client.get("/queries/loans-before", params=params)
    assert response.text.splitlines() == ["day,least,n", "2025-01-01,8,1"]
    assert 'filename="loans-before.csv"' in response.headers["content-disposition"]


def test_a_graph_query_and_a_page(client: httpx.Client) -> None:
    assert client.get("/queries/graph-of-loans").headers["content-type"].startswith("text/turtle")
    page = client.get("/queries/loans-before", headers={"Accept": "text/html"}).text
    assert 'type="date"' in page
    assert "<td" in page


@pytest.mark.parametrize(
    ("params", "detail"),
    [
        ("lendr=id:anna", "Did you mean 'lender'?"),
        ("lender=id:anna&lender=id:budi", "more than once"),
        ("lender=anna", "neither an IRI"),
        ("lender=%3Curn:x%3E%20%3Furn", "neither an IRI"),
        ("lender=%22%7D%20SERVICE", "neither an IRI"),
    ],
)
def test_bad_parameters(client: httpx.Client, params: str, detail: str) -> None:
    response = client.get(f"/queries/loans-of-a-lender?{params}")
    assert response.status_code == 400
    assert detail in response.json()["detail"]


@pytest.mark.parametrize("value", ["2024-02-30", "2024-6-1", "yesterday", '2024-01-01"', ""])
def test_bad_dates(client: httpx.Client, value: str) -> None:
    assert client.get("/queries/loans-before", params={"day": value}).status_code == 400


def test_a_parameter_that_is_not_selected_is_an_error_and_never_ignored(client: httpx.Client) -> None:
    response = client.get("/queries/not-selected")
    assert response.status_code == 500
    assert "select all of ?lender" in response.json()["detail"]


def test_unknown_query(client: httpx.Client) -> None:
    assert client.get("/queries/none").status_code == 404


def test_dumps(client: httpx.Client, release: Path) -> None:
    whole = client.get("/dumps/kg.nq")
    assert whole.headers["content-type"] == "application/n-quads"
    assert whole.content == (release / "kg.nq").read_bytes()
    digest = hashlib.sha256(whole.content).hexdigest()
    assert whole.headers["etag"] == f'"{digest}"'
    unchanged = client.get("/dumps/kg.nq", headers={"If-None-Match": whole.headers["etag"]})
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    part = client.get("/dumps/kg.nq", headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, whole.content[10:20])
    changed = client.get("/dumps/kg.nq", headers={"Range": "bytes=10-19", "If-Range": '"other"'})
    assert changed.status_code == 200
    head = client.head("/dumps/kg.nq")
    assert (head.headers["content-length"], head.content) == (str(len(whole.content)), b"")
    beyond = client.get("/dumps/kg.nq", headers={"Range": "bytes=999999999-"})
    assert beyond.status_code == 416


@pytest.mark.parametrize("name", ["none.nq", "manifest.json", "queries.json", "..%2Fmanifest.json", "store"])
def test_only_dumps_are_dumps(client: httpx.Client, name: str) -> None:
    assert client.get(f"/dumps/{name}").status_code == 404


def test_health_manifest_and_files(client: httpx.Client, release: Path) -> None:
    assert client.get("/health").json()["status"] == "ok"
    assert client.get("/manifest.json").content == (release / "manifest.json").read_bytes()
    assert client.get("/static/other.css").status_code == 404
    assert client.get("/docs").status_code == 404
    assert "/queries/{name}" in client.get("/openapi.json").json()["paths"]


def point(link: Path, target: str) -> None:
    fresh = link.with_name("fresh")
    fresh.symlink_to(target)
    fresh.replace(link)


def test_a_moved_release_is_picked_up(tmp_path: Path) -> None:
    make_release(tmp_path / "releases" / "one", release="one")
    make_release(tmp_path / "releases" / "two", TRIG.replace("12", "13"), release="two")
    link = tmp_path / "current"
    point(link, "releases/one")
    query = {"query": "SELECT ?n { id:spring ex:items ?n }", "format": "csv"}
    with running(Settings(release=link)) as client:
        assert client.get("/sparql", params=query).text.split() == ["n", "12"]
        point(link, "releases/two")
        wait_until(lambda: client.get("/sparql", params=query).text.split() == ["n", "13"])
        assert client.get("/health").json()["release"] == "two"
        former = str(tmp_path / "releases" / "one" / "store")
        descriptors = Path("/proc/self/fd")
        if descriptors.is_dir():
            wait_until(lambda: former not in " ".join(opened(descriptors)))


def opened(descriptors: Path) -> list[str]:
    found = []
    for each in descriptors.iterdir():
        try:
            found.append(str(each.readlink()))
        except OSError:
            continue  # closed while we looked
    return found


def test_a_broken_release_leaves_the_former_one_served(tmp_path: Path) -> None:
    make_release(tmp_path / "releases" / "one", release="one")
    (tmp_path / "releases" / "broken").mkdir()
    link = tmp_path / "current"
    point(link, "releases/one")
    with running(Settings(release=link)) as client:
        point(link, "releases/broken")
        assert client.get("/sparql?query=ASK{}").json()["boolean"] is True
        health = client.get("/health").json()
        assert (health["status"], health["release"]) == ("degraded", "one")
        assert "manifest.json" in health["trouble"]
        link.unlink()
        assert client.get("/sparql?query=ASK{}").status_code == 200
