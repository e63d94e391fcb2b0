from __future__ import annotations

import json
from dataclasses import replace

import pytest

from kg_builder.errors import ReleaseError
from kg_builder.release.manifest import Counts, Dump, Manifest, Shard, inputs_hash

MANIFEST = Manifest(
    release="0123456789abcdef",
    built="2024-05-01T00:00:00Z",
    title={"id": "Pinjaman", "en": "Loans"},
    base="https://example.org/loans/",
    prefixes={"v": "https://example.org/loans/vocab#"},
    license="CC0-1.0",
    counts=Counts(quads=3, triples_default=2, graphs={"https://example.org/g": 1}, articles=1),
    shards={"a1": Shard("ab" * 32, 3)},
    dumps={"kg.nq": Dump("cd" * 32, 120, "application/n-quads")},
    inputs={"b.yaml": "02", "a.yaml": "01"},
    inputs_hash=inputs_hash({"a.yaml": "01", "b.yaml": "02"}),
    versions={"rujukan": "0.1.0"},
)


def test_a_manifest_is_read_as_it_was_written() -> None:
    assert Manifest.from_json(MANIFEST.to_json()) == MANIFEST


def test_its_json_has_sorted_keys_and_the_agreed_fields() -> None:
    data = json.loads(MANIFEST.to_json())
    assert list(data) == sorted(data)
    assert list(data["inputs"]) == ["a.yaml", "b.yaml"]
    assert (data["format"], data["release"]) == (1, "0123456789abcdef")
    assert data["shards"] == {"a1": {"quads": 3, "sha256": "ab" * 32}}
    assert data["dumps"] == {"kg.nq": {"bytes": 120, "media_type": "application/n-quads", "sha256": "cd" * 32}}
    assert set(data["counts"]) == {
        "articles",
        "asserted",
        "attestations",
        "conveyed",
        "derived",
        "entities",
        "graphs",
        "quads",
        "spans",
        "triples_default",
        "trusted",
        "verified",
    }


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"null",
        b"\xff",
        b'{"format": 1}',
        MANIFEST.to_json()[:-20],
        MANIFEST.to_json().replace(b'"quads": 3,\n      "sha', b'"quads": 3,\n      "more": 1,\n      "sha'),
        MANIFEST.to_json().replace(b'"a1": {', b'"a0": 5, "a1": {'),
        replace(MANIFEST, format=2).to_json(),
    ],
)
def test_anything_else_is_refused(data: bytes) -> None:
    with pytest.raises(ReleaseError, match="the manifest"):
        Manifest.from_json(data)
