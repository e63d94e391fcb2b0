"""The data page: files, how to cite a release, and what changed since the one before."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import jsonschema
import pytest
import yaml
from tests.support import museum
from tests.support.markup import foreign_scripts
from tests.support.release_fixture import running

from kg_server.settings import Settings

if TYPE_CHECKING:
    import httpx2 as httpx

# What the Citation File Format 1.2.0 asks of these fields.
CFF = {
    "type": "object",
    "additionalProperties": False,
    "required": ["authors", "cff-version", "message", "title"],
    "properties": {
        "cff-version": {"const": "1.2.0"},
        "message": {"type": "string", "minLength": 1},
        "type": {"enum": ["dataset", "software"]},
        "title": {"type": "string", "minLength": 1},
        "abstract": {"type": "string", "minLength": 1},
        "authors": {
            "type": "array",
            "minItems": 1,
            "uniqueItems": True,
            "items": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}},
        },
        "version": {"type": "string", "minLength": 1},
        "date-released": {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"},
        "url": {"type": "string", "pattern": "^https?://"},
        "repository-artifact": {"type": "string", "pattern": "^https?://"},
        "license": {"enum": ["CC0-1.0", "CC-BY-4.0"]},
        "identifiers": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["type", "value"],
                "properties": {"type": {"const": "other"}, "value": {}, "description": {"type": "string"}},
            },
        },
    },
}


@pytest.fixture(scope="module")
def twice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that was built, changed and built again."""
    root = tmp_path_factory.mktemp("museum")
    museum.write(root)
    assert museum.rujukan(root, "build").returncode == 0
    museum.edit(root, "data/entities/museums.yaml", "en: Sea Museum", "en: Museum of the <Sea>")
    done = museum.rujukan(root, "build")
    assert done.returncode == 0, done.stderr
    return root / "build" / "current"


@pytest.fixture(scope="module")
def changed(twice: Path) -> Iterator[httpx.Client]:
    with running(Settings(release=twice)) as client:
        yield client


def test_every_file_stands_with_its_checksum(changed: httpx.Client, twice: Path) -> None:
    page = changed.get("/data", params={"lang": "en"}).text
    dumps = json.loads((twice / "manifest.json").read_bytes())["dumps"]
    assert set(dumps) == {"kg.nq", "kg.trig", "kg.ttl", "kg.jsonld", "facts.ttl", "queries.json", "shapes.ttl"}
    for name, dump in dumps.items():
        assert f'href="/dumps/{name}"' in page
        assert dump["sha256"] in page
    assert "sha256sum -c --ignore-missing SHA256SUMS" in page
    assert not foreign_scripts(page)


def test_the_citation_file_is_one(changed: httpx.Client, twice: Path) -> None:
    response = changed.get("/data/CITATION.cff", params={"lang": "en"})
    assert response.headers["content-disposition"] == 'attachment; filename="CITATION.cff"'
    document = yaml.safe_load(response.text)
    jsonschema.validate(document, CFF)
    manifest = json.loads((twice / "manifest.json").read_bytes())
    assert document["version"] == manifest["release"]
    assert document["date-released"] == manifest["built"][:10]
    assert document["url"] == manifest["base"]
    assert document["license"] == "CC0-1.0"
    assert changed.get(document["repository-artifact"].partition("://")[2].partition("/")[2]).status_code == 200


def test_the_entry_for_bibtex_names_the_release(changed: httpx.Client, twice: Path) -> None:
    release = json.loads((twice / "manifest.json").read_bytes())["release"]
    response = changed.get("/data/citation.bib", params={"lang": "en"})
    assert response.headers["content-type"].startswith("application/x-bibtex")
    assert f"version = {{{release}}}" in response.text
    assert response.text.count("{") == response.text.count("}")


@pytest.mark.parametrize(("language", "added"), [("en", "Facts that were added"), ("id", "Fakta yang ditambahkan")])
def test_what_changed_is_told_in_words(changed: httpx.Client, language: str, added: str) -> None:
    response = changed.get("/data", params={"lang": language})
    assert response.headers["content-language"] == language
    page = response.text[response.text.index('id="changes"') :]
    assert added in page
    assert "Museum of the &lt;Sea&gt;" in page
    # What is gone stands there by what it was called.
    assert "Sea Museum" in page
    assert page.index("Museum of the &lt;Sea&gt;") < page.index("Sea Museum")


def test_what_changed_is_had_as_json(changed: httpx.Client, twice: Path) -> None:
    response = changed.get("/data/changes.json")
    assert response.json() == json.loads((twice / "changes.json").read_bytes())
    assert response.json()["facts"] == {"added": 1, "removed": 1}


def test_a_first_release_says_that_there_is_none_before(client: httpx.Client) -> None:
    assert "No release before this one is known here" in client.get("/data", params={"lang": "en"}).text
    assert client.get("/data/changes.json").status_code == 404
    # Nobody is named as its curator.
    assert "Contributors to Museum loans in the news" in client.get("/data/CITATION.cff").text


@pytest.mark.parametrize(
    "content", ["{", "[]", '{"format": 2, "release": "aaaa1111"}', '{"format": 1, "release": "x"}']
)
def test_a_list_of_changes_that_cannot_be_read_is_none(release: Path, tmp_path: Path, content: str) -> None:
    from kg_server.describe.changes import read_changes

    assert read_changes(release, "aaaa1111") is None
    (tmp_path / "changes.json").write_text(content, "utf-8")
    assert read_changes(tmp_path, "aaaa1111") is None
