"""Saved queries as an API: every format, pages of rows, and examples in OpenAPI that run."""

from __future__ import annotations

import csv
import io
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit
from xml.etree import ElementTree as ET

import pytest
from tests.support.museum import rujukan
from tests.support.release_fixture import PREFIXES, TRIG, make_release, running

from kg_server.settings import Settings

if TYPE_CHECKING:
    import httpx2 as httpx

LENDER = "/queries/loans-of-a-lender"
MORE = "".join(
    f'<https://example.org/loans/id/loan-{n:02}> ex:lender id:anna ; ex:items {n} ; rdfs:label "{n}, <result>" .\n'
    for n in range(21)
)


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    release = make_release(tmp_path_factory.mktemp("many") / "release", TRIG + MORE)
    with running(Settings(release=release)) as client:
        yield client


def links(response: httpx.Response) -> dict[str, str]:
    return {
        name: target
        for target, name in re.findall(r'<([^>]+)>; rel="(first|prev|next|last)"', response.headers.get("link", ""))
    }


def rows(response: httpx.Response) -> list[list[str]]:
    assert response.status_code == 200, response.text
    kind = response.headers["content-type"].partition(";")[0]
    if kind == "application/sparql-results+json":
        return [[cell["value"] for cell in row.values()] for row in response.json()["results"]["bindings"]]
    if kind == "application/sparql-results+xml":
        space = "{http://www.w3.org/2005/sparql-results#}"
        found = ET.fromstring(response.text).iter(f"{space}result")  # noqa: S314 - our own server's
        return [["".join(binding.itertext()) for binding in row] for row in found]
    if kind == "text/csv":
        return list(csv.reader(io.StringIO(response.text, newline="")))[1:]
    return [
        [cell.strip("<>") for cell in re.sub(r"\t\"(\d+)\"\^\^\S+", r"\t\1", line).split("\t")]
        for line in response.text.splitlines()[1:]
    ]


@pytest.mark.parametrize("form", ["json", "xml", "csv", "tsv"])
def test_pages_put_together_are_the_whole(many: httpx.Client, form: str) -> None:
    whole = rows(many.get(LENDER, params={"format": form}))
    assert len(whole) == 22
    response = many.get(LENDER, params={"format": form, "limit": "5"})
    found, pages = rows(response), 1
    while "next" in links(response):
        response = many.get(links(response)["next"])
        found += rows(response)
        pages += 1
    assert (found, pages) == (whole, 5)
    assert "prev" in links(response)


def test_links_lead_back_and_to_both_ends(many: httpx.Client) -> None:
    params = {"lender": "id:anna", "limit": "10", "offset": "10", "format": "csv"}
    response = many.get(LENDER, params=params)
    pages = {name: target for name, target in links(response).items() if name in {"first", "prev", "next", "last"}}
    places = {name: dict(parse_qsl(urlsplit(target).query)) for name, target in pages.items()}
    assert {name: place["offset"] for name, place in places.items()} == {
        "first": "0",
        "prev": "0",
        "next": "20",
        "last": "20",
    }
    assert all(place["lender"] == "id:anna" and place["format"] == "csv" for place in places.values())
    beyond = many.get(LENDER, params={**params, "offset": "1000"})
    assert rows(beyond) == []
    assert "next" not in links(beyond)
    assert rows(many.get(links(beyond)["prev"]))
    assert not links(many.get(LENDER))


@pytest.mark.parametrize("params", [{"format": "html"}, {"format": "csv"}, {"format": "csv", "limit": "5"}])
def test_answers_have_signposts(many: httpx.Client, params: dict[str, str]) -> None:
    response = many.get(LENDER, params=params)
    found = dict(re.findall(r'rel="([\w-]+)"(?:; type="([^"]+)")?', response.headers["link"]))
    assert {"cite-as", "describedby", "license", "collection", "service-desc"} <= set(found)
    assert ("next" in found) == ("limit" in params)
    assert '<https://example.org/loans/query/loans-of-a-lender>; rel="cite-as"' in response.headers["link"]


def test_a_page_for_people_has_the_same_pages(many: httpx.Client) -> None:
    text = many.get(LENDER, params={"format": "html", "limit": "5", "offset": "5"}).text
    assert 'rel="prev"' in text
    assert 'rel="next"' in text
    following = re.search(r'rel="next" href="([^"]+)"', text)
    assert following is not None
    assert many.get(following[1].replace("&amp;", "&")).status_code == 200


@pytest.mark.parametrize(
    "params",
    [
        "limit=0",
        "limit=-1",
        "limit=x",
        "limit=10001",
        "limit=",
        "offset=-1",
        "offset=1.5",
        "limit=1&limit=2",
        "limit=٣",
    ],
)
def test_bad_windows(client: httpx.Client, params: str) -> None:
    response = client.get(f"{LENDER}?{params}")
    assert (response.status_code, response.headers["content-type"]) == (400, "application/problem+json")


def test_a_graph_has_no_rows_to_count(client: httpx.Client) -> None:
    assert client.get("/queries/graph-of-loans?limit=3").status_code == 400
    for form in ("turtle", "ntriples", "jsonld", "rdfxml"):
        assert client.get("/queries/graph-of-loans", params={"format": form}).status_code == 200


def test_openapi_has_an_entry_with_an_example_for_each_query(client: httpx.Client) -> None:
    document = client.get("/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    assert document["servers"] == [{"url": str(client.base_url).rstrip("/")}]
    for each in client.get("/queries").json():
        operation = document["paths"][f"/queries/{each['name']}"]["get"]
        declared = {parameter["name"]: parameter for parameter in operation["parameters"]}
        for parameter in each["parameters"]:
            assert str(declared[parameter["name"]]["example"]) == parameter["default"]
        if each["name"] != "not-selected":
            response = client.get(operation["x-example-request"])
            assert response.status_code == 200, response.text
            given = {name: str(parameter["example"]) for name, parameter in declared.items() if "example" in parameter}
            again = client.get(f"/queries/{each['name']}", params=given)
            assert again.content == response.content
        for media_type in operation["responses"]["200"]["content"]:
            if each["name"] != "not-selected":
                reply = client.get(f"/queries/{each['name']}", headers={"Accept": media_type})
                assert reply.headers["content-type"].partition(";")[0] == media_type
    identifiers = [
        operation["operationId"] for path in document["paths"].values() for operation in path.values() if operation
    ]
    assert len(identifiers) == len(set(identifiers))


def test_every_example_of_the_real_queries_runs(project_root: Path, tmp_path: Path) -> None:
    for folder in ("data", "ontology", "queries"):
        shutil.copytree(project_root / folder, tmp_path / folder, ignore=shutil.ignore_patterns("texts"))
    assert rujukan(tmp_path, "build").returncode == 0
    with running(Settings(release=(tmp_path / "build/current").resolve())) as client:
        paths = client.get("/openapi.json").json()["paths"]
        operations = [path["get"] for path in paths.values() if "saved queries" in path["get"].get("tags", ())]
        examples = [each["x-example-request"] for each in operations]
        assert len(examples) == len(list((project_root / "queries").glob("*.rq")))
        for each in examples:
            response = client.get(each, headers={"Accept": "text/csv"})
            assert response.status_code == 200, response.text
            assert "limit=" not in each or len(list(csv.reader(io.StringIO(response.text, newline="")))) <= 6


def test_prefixes_of_the_release_abbreviate_parameters(client: httpx.Client) -> None:
    short = client.get(LENDER, params={"lender": "id:budi", "format": "csv"})
    assert rows(short) == rows(client.get(LENDER, params={"lender": PREFIXES["id"] + "budi", "format": "csv"}))
