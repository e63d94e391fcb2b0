"""A release is served while its dumps are still being written, and lists them when another manifest does."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox
import pytest
from tests.support.release_fixture import BASE, make_release, running, wait_until

from kg_server.settings import Settings

if TYPE_CHECKING:
    import httpx2 as httpx

DCAT, VOID = "http://www.w3.org/ns/dcat#", "http://rdfs.org/ns/void#"
LATER = ["kg.nq", "kg.trig", "kg.ttl", "kg.jsonld", "facts.ttl"]
HTML = {"Accept": "text/html"}


def listed(path: Path, media_type: str) -> dict[str, Any]:
    content = path.read_bytes()
    return {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content), "media_type": media_type}


def replace_manifest(folder: Path, dumps: dict[str, Any]) -> None:
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    new = folder / "manifest.new"
    new.write_text(json.dumps({**manifest, "dumps": dumps}), "utf-8")
    new.replace(folder / "manifest.json")


def make_early_release(folder: Path, release: str) -> Path:
    made = make_release(folder, release=release)
    (made / "kg.nq").rename(made / "kg.nq.part")
    replace_manifest(made, {"queries.json": listed(made / "queries.json", "application/json")})
    return made


def finish(folder: Path) -> None:
    (folder / "kg.nq.part").rename(folder / "kg.nq")
    for name in LATER[1:]:
        (folder / name).write_text("")
    early = json.loads((folder / "manifest.json").read_text("utf-8"))["dumps"]
    replace_manifest(folder, early | {name: listed(folder / name, "application/n-quads") for name in LATER})


@pytest.fixture
def early(tmp_path: Path) -> Path:
    return make_early_release(tmp_path / "releases" / "aaaa1111", "aaaa1111")


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "log"


@pytest.fixture
def client(early: Path, log: Path, tmp_path: Path) -> Iterator[httpx.Client]:
    current = tmp_path / "current"
    current.symlink_to(early)
    with running(Settings(release=current, log="json", log_file=str(log))) as running_client:
        yield running_client


def events(log: Path) -> list[str]:
    lines = log.read_text("utf-8").splitlines()
    return [each["event"] for each in map(json.loads, lines) if each.get("event") in {"dumps_ready", "release_changed"}]


def described(client: httpx.Client, path: str, predicate: str) -> tuple[list[str], str | None]:
    response = client.get(path, params={"format": "ntriples"})
    triples = ox.parse(response.content, format=ox.RdfFormat.N_TRIPLES)
    found = [str(each.object.value) for each in triples if each.predicate.value == predicate]
    return found, response.headers.get("rujukan-cut")


def test_what_is_not_there_yet_is_said(client: httpx.Client) -> None:
    missing = client.get("/dumps/kg.nq")
    assert (missing.status_code, missing.headers["content-type"]) == (404, "application/problem+json")
    assert int(missing.headers["retry-after"]) == missing.json()["retry_after"]
    assert missing.json()["type"].endswith("#dump-pending")
    assert missing.json()["available"] == ["queries.json"]
    assert client.get("/dumps/kg.xml").headers.get("retry-after") is None
    page = client.get("/dumps/kg.ttl", headers=HTML)
    assert page.status_code == 404
    assert "still being made" in page.text

    for path in ("/manifest.json", "/dumps/SHA256SUMS", "/data"):
        response = client.get(path)
        assert (response.status_code, response.headers.get("rujukan-cut")) == (200, "dumps"), path
    assert client.get("/", params={"format": "json"}).json()["dumps_later"] == LATER
    page = client.get("/data")
    assert all(name in page.text for name in LATER)
    assert "/dumps/queries.json" in page.text
    assert '/dumps/kg.nq"' not in page.text
    assert "Masih dibuat" in client.get("/data", params={"lang": "id"}).text

    comment = f"Dumps of this release that are still being made: {', '.join(LATER)}"
    for path, predicate in (("/dumps", DCAT + "downloadURL"), ("/.well-known/void", VOID + "dataDump")):
        found, cut = described(client, path, predicate)
        assert not [each for each in found if "/kg." in each], path
        assert cut == "dumps", path
        assert comment in described(client, path, "http://www.w3.org/2000/01/rdf-schema#comment")[0], path


def test_all_else_is_served(client: httpx.Client) -> None:
    asked = client.get("/sparql", params={"query": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", "format": "csv"})
    assert asked.text.split() == ["n", "15"]
    for path in ("/", "/id/spring", "/search", "/queries", "/gaps", "/vocab", "/explore", "/sparql", "/licences"):
        assert client.get(path, headers=HTML).status_code in {200, 404}, path
    assert client.get("/id/spring", headers=HTML).status_code == 200
    assert client.get("/health").json()["status"] == "ok"
    assert client.get("/data/CITATION.cff").status_code == 200


def test_the_dumps_are_listed_when_they_are_there(client: httpx.Client, early: Path, log: Path) -> None:
    query = {"query": "SELECT * { ?s ?p ?o }", "format": "csv"}
    client.get("/sparql", params=query)
    finish(early)
    # Nobody asks for anything meanwhile.
    wait_until(lambda: "dumps_ready" in log.read_text("utf-8"))
    whole = client.get("/dumps/kg.nq")
    assert (whole.status_code, whole.content) == (200, (early / "kg.nq").read_bytes())
    assert set(client.get("/manifest.json").json()["dumps"]) == {"queries.json", *LATER}
    for path in ("/manifest.json", "/dumps/SHA256SUMS", "/data", "/dumps", "/.well-known/void"):
        assert "rujukan-cut" not in client.get(path).headers, path
    assert '/dumps/kg.nq"' in client.get("/data").text
    assert (
        f"{client.base_url}/dumps/kg.nq".replace("//dumps", "/dumps")
        in described(client, "/dumps", DCAT + "downloadURL")[0]
    )
    # What has been answered stays known, for the release is the same.
    hits = cache_hits(client)
    client.get("/sparql", params=query)
    assert cache_hits(client) == hits + 1
    assert events(log) == ["dumps_ready"]


def cache_hits(client: httpx.Client) -> float:
    lines = client.get("/metrics").text.splitlines()
    return next(float(line.split()[-1]) for line in lines if line.startswith("rujukan_cache") and "hit" in line)


def test_a_newer_release_is_followed_without_a_request(client: httpx.Client, tmp_path: Path, log: Path) -> None:
    newer = make_early_release(tmp_path / "releases" / "bbbb2222", "bbbb2222")
    link = tmp_path / "next"
    link.symlink_to(newer)
    link.replace(tmp_path / "current")
    wait_until(lambda: events(log) == ["release_changed"])
    assert client.get("/health").json()["release"] == "bbbb2222"
    assert BASE in client.get("/manifest.json").text
