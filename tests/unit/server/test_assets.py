"""The bundles are read whole or not at all."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from kg_server.pages.assets import AssetsError, packaged_assets, read_assets
from kg_server.pages.render import Pages

MANIFEST = {
    "inputs": "x",
    "entries": {
        "site.js": {"file": "site-A.js", "chunks": ["chunk-B.js"], "lazy": []},
        "site.css": {"file": "site-C.css", "chunks": [], "lazy": []},
    },
    "files": {name: {"bytes": 1, "gzip": 1} for name in ("site-A.js", "chunk-B.js", "site-C.css", "licences.json")},
}


@pytest.fixture
def static(tmp_path: Path) -> Path:
    (tmp_path / "manifest.json").write_text(json.dumps(MANIFEST), "utf-8")
    (tmp_path / "licences.json").write_text('[{"name": "a", "version": "1", "licence": "MIT", "text": "As it is."}]')
    for name in ("site-A.js", "chunk-B.js", "site-C.css"):
        (tmp_path / name).write_text(name)
    return tmp_path


def test_files_are_known_by_their_names_and_no_others(static: Path) -> None:
    (static / "secret.js").write_text("x")
    pages = Pages("/kg", read_assets(static))
    assert pages.static("site-A.js") == (b"site-A.js", "text/javascript; charset=utf-8")
    assert pages.static("site-C.css") == (b"site-C.css", "text/css; charset=utf-8")
    assert all(pages.static(name) is None for name in ("secret.js", "manifest.json", "../x", "licences.json", ""))
    assert pages.asset("site.js") == "/kg/static/site-A.js"
    assert pages.loads("site.js") == ["/kg/static/chunk-B.js"]
    assert [each.name for each in pages.assets.licences] == ["a"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("manifest.json", None),
        ("manifest.json", "{"),
        ("manifest.json", "[]"),
        ("manifest.json", '{"entries": {}}'),
        ("chunk-B.js", None),
        ("licences.json", None),
        ("licences.json", '[{"name": "a"}]'),
    ],
)
def test_what_is_not_whole_says_what_to_do(static: Path, name: str, content: str | None) -> None:
    if content is None:
        (static / name).unlink()
    else:
        (static / name).write_text(content)
    with pytest.raises(AssetsError, match="`make web` makes them"):
        read_assets(static)


def test_what_is_served_is_what_the_pages_ask_for() -> None:
    assets = packaged_assets()
    assert {"site.js", "site.css", "theme.js", "query.js", "icon.svg"} <= assets.entries.keys()
    assert all(
        entry.file in assets.files and assets.files.keys() >= set(entry.chunks) for entry in assets.entries.values()
    )
    # A name that holds a hash of what is in the file may be kept for ever.
    assert all(re.search(r"-[A-Z0-9]{8}\.", name) for name in assets.files)
    assert all(each.text and each.licence for each in assets.licences)
