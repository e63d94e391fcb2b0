"""Two real parties: `rujukan link` asks the reconciliation service that the server offers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support import linking
from tests.support.release_fixture import BASE, make_release, running

from kg_server.settings import Settings

SPACE = linking.AUTHORITY
ITEMS = f"""
PREFIX ex: <{BASE}vocab#>
PREFIX id: <{BASE}id/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
id:state-maritime a ex:Museum ; rdfs:label "State Maritime Museum"@en ; ex:head id:ratna ; ex:city id:coral-town .
id:maritime a ex:Museum ; rdfs:label "Maritime Museum"@en ; ex:head id:dewi ; ex:city id:newport .
id:ratna a ex:Person ; rdfs:label "Ratna Widjaja"@en . id:dewi a ex:Person ; rdfs:label "Dewi Sartika"@en .
id:coral-town a ex:City ; rdfs:label "Coral Town"@en . id:newport a ex:City ; rdfs:label "Newport"@en .
"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    release = make_release(tmp_path_factory.mktemp("authority") / "release", ITEMS.replace(BASE + "id/", SPACE))
    manifest = release / "manifest.json"
    described = json.loads(manifest.read_text("utf-8"))
    described["base"] = SPACE.removesuffix("id/")
    described["prefixes"]["id"] = SPACE
    manifest.write_text(json.dumps(described), "utf-8")
    with running(Settings(release=release)) as client:
        yield f"{client.base_url}/reconcile".replace("//reconcile", "/reconcile")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return linking.project(tmp_path / "project", snapshot="")


def test_the_service_proposes_and_the_head_decides(root: Path, address: str) -> None:
    assert linking.link(root, "museum-bahari", "--service", address, "--interval", "0") == 0
    (row,) = linking.proposed(root)
    assert row[3:5] == ["au:state-maritime", "State Maritime Museum"]
    assert address in row[9]


def test_what_was_answered_is_not_asked_again(root: Path, address: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert linking.link(root, "museum-bahari", "--service", address, "--offline") == 3
    assert "without --offline" in capsys.readouterr().err
    assert linking.link(root, "museum-bahari", "--service", address, "--interval", "0", "--dry-run") == 0
    cache = root / "data" / "linking-cache.jsonl"
    recorded = cache.read_bytes()
    lines = [json.loads(line) for line in recorded.splitlines()]
    assert {each["service"] for each in lines} == {address}
    assert all({"request", "response", "date"} <= set(each) for each in lines)
    # Every item that is proposed stands in the cache beside its label.
    assert b'"id": "state-maritime", "name": "State Maritime Museum"' in recorded
    assert linking.link(root, "museum-bahari", "--service", address, "--offline") == 0
    assert [row[3] for row in linking.proposed(root)] == ["au:state-maritime"]
    assert cache.read_bytes() == recorded


def test_a_service_that_speaks_of_other_things_is_refused(
    root: Path, address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    mapping = root / "data" / "linking.yaml"
    mapping.write_text(mapping.read_text("utf-8").replace(SPACE, "https://other.example/"), "utf-8")
    assert linking.link(root, "museum-bahari", "--service", address, "--interval", "0") == 3
    assert "identifies things by" in capsys.readouterr().err


def test_nothing_is_asked_without_a_word(root: Path) -> None:
    # The mapping file names a service where nobody listens.
    assert linking.link(root) == 0
    assert not (root / "data" / "linking-cache.jsonl").exists()
