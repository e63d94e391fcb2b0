from __future__ import annotations

import io
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, parse
from tests.support.stores import dump_store
from tests.unit.release.synthetic import BASE, description, line, shards
from tests.unit.release.writing import write_release

from kg_builder.errors import ReleaseError
from kg_builder.release.export import FORMATS, export
from kg_builder.release.manifest import Manifest
from kg_builder.release.shards import release_id
from kg_builder.release.store import open_store
from kg_builder.release.terms.lines import DEFAULT_GRAPH, split_line
from kg_builder.release.verify import verify
from kg_builder.release.writer import Release, current_release
from kg_server.describe.current import Hold


@pytest.fixture
def build(tmp_path: Path) -> Path:
    return tmp_path / "build"


@pytest.fixture
def release(build: Path) -> Release:
    return write_release(build, shards(), description())


def test_a_release_has_every_file_and_verifies(build: Path, release: Release) -> None:
    assert sorted(path.name for path in release.path.iterdir()) == [
        "facts.ttl",
        "kg.jsonld",
        "kg.nq",
        "kg.trig",
        "kg.ttl",
        "manifest.json",
        "queries.json",
        "shapes.ttl",
        "shards",
        "store",
    ]
    assert verify(release.path, deep=True) == []
    assert (build / "current").resolve() == release.path.resolve()
    assert not release.reused
    assert release.id == release_id(release.manifest.shards, release.manifest.presentation) == release.path.name
    assert Manifest.read(release.path) == release.manifest
    assert list((build / "tmp").iterdir()) == []


def test_every_dump_says_the_same(release: Release) -> None:
    lines = (release.path / "kg.nq").read_text().splitlines(keepends=True)
    assert lines == sorted(set().union(*shards().values()))
    assert dump_store(release.path / "store").decode() == "".join(lines)
    default = {each for each in lines if split_line(each)[3] == DEFAULT_GRAPH}
    for name, syntax, expected in [
        ("kg.trig", RdfFormat.TRIG, set(lines)),
        ("kg.jsonld", RdfFormat.JSON_LD, set(lines)),
        ("kg.ttl", RdfFormat.TURTLE, default),
        (
            "facts.ttl",
            RdfFormat.TURTLE,
            {each for each in default if "/statement/" not in each and "#char" not in each},
        ),
    ]:
        said = {f"{quad} .\n".replace("  .", " .") for quad in parse(path=str(release.path / name), format=syntax)}
        assert said == expected, name


def test_the_manifest_counts_and_hashes(release: Release) -> None:
    counts = release.manifest.counts
    lines = (release.path / "kg.nq").read_bytes().splitlines()
    assert counts.quads == len(lines)
    assert counts.triples_default + sum(counts.graphs.values()) == counts.quads
    assert counts.graphs[f"{BASE}graph/entities"] == 21
    assert (counts.articles, counts.entities) == (3, 7)
    assert release.manifest.built == "2023-11-14T22:13:20Z"
    assert release.manifest.dumps["kg.nq"].bytes == (release.path / "kg.nq").stat().st_size
    assert json.loads((release.path / "queries.json").read_bytes()) == [{"name": "loans"}]


def test_building_the_same_again_reuses_the_release(build: Path, release: Release) -> None:
    before = {path: path.stat().st_mtime_ns for path in release.path.rglob("*")}
    again = write_release(build, shards(), replace(description(), built=datetime.fromisoformat("2030-01-01T00:00Z")))
    assert again == replace(release, reused=True)
    assert {path: path.stat().st_mtime_ns for path in release.path.rglob("*")} == before


def test_a_changed_input_of_equal_content_only_renews_the_manifest(build: Path, release: Release) -> None:
    again = write_release(build, shards(), description(note="ab"))
    assert (again.reused, again.id) == (True, release.id)
    assert Manifest.read(again.path).inputs["data/note"] == "ab"
    assert verify(again.path) == []


def test_an_earlier_content_makes_its_release_current_again(build: Path, release: Release) -> None:
    other = write_release(build, shards(1), description(1))
    assert other.id != release.id
    again = write_release(build, shards(), description())
    assert (again.reused, again.id) == (True, release.id)
    assert (build / "current").resolve() == release.path.resolve()


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-5])


def cut_store(release: Path) -> None:
    for table in (release / "store").glob("*.sst"):
        cut(table)


def empty_store(release: Path) -> None:
    shutil.rmtree(release / "store")
    (release / "store").mkdir()


DAMAGES: dict[str, Callable[[Path], object]] = {
    "a dump is cut": lambda path: cut(path / "kg.ttl"),
    "a dump is gone": lambda path: (path / "kg.jsonld").unlink(),
    "a shard is changed": lambda path: (path / "shards" / "a1.nq").write_text("x"),
    "the manifest is gone": lambda path: (path / "manifest.json").unlink(),
    "the manifest is cut": lambda path: cut(path / "manifest.json"),
    "the store is gone": lambda path: shutil.rmtree(path / "store"),
    "the store is cut": cut_store,
    "the store is empty": empty_store,
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
@pytest.mark.parametrize("is_current", [True, False])
def test_a_damaged_release_is_noticed_and_replaced(
    build: Path, release: Release, damage: Callable[[Path], object], is_current: bool
) -> None:
    if not is_current:
        write_release(build, shards(1), description(1))
    damage(release.path)
    assert verify(release.path) != []
    again = write_release(build, shards(), description())
    assert (again.id, again.reused) == (release.id, False)
    assert verify(again.path, deep=True) == []
    assert (build / "current").resolve() == release.path.resolve()
    assert not list((build / "releases").glob("*.stand-in"))


@pytest.mark.parametrize("what", ["prefixes", "queries_json", "title"])
def test_what_changes_a_dump_gives_another_release_and_leaves_the_former_as_it_was(
    build: Path, release: Release, what: str
) -> None:
    made = description()
    changed = {
        "prefixes": replace(made, prefixes={**made.prefixes, "loan": f"{BASE}id/a0/"}),
        "queries_json": replace(made, queries_json=b'[{"name": "a"}]\n'),
        "title": replace(made, title={"en": "Another title"}),
    }
    again = write_release(build, shards(), changed[what])
    assert again.id != release.id
    assert again.manifest.shards == release.manifest.shards
    assert verify(release.path, deep=True) == verify(again.path, deep=True) == []
    assert ("loan:loan-1" in (again.path / "kg.ttl").read_text()) is (what == "prefixes")


def test_old_releases_go_and_a_reader_keeps_its_own(build: Path, release: Release) -> None:
    held = Hold(release.path)
    reader = open_store(release.path / "store")
    ids = [write_release(build, shards(seed), description(seed), keep=2).id for seed in range(1, 5)]
    assert {path.name for path in (build / "releases").iterdir()} == {release.id, *ids[-2:]}
    assert len(list(reader)) == release.manifest.counts.quads
    del held


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ("_:b <x:p> <x:o> .\n", "blank nodes"),
        (line("<x:a>", "<x:p>", '"05"^^<http://www.w3.org/2001/XMLSchema#integer>'), "would hold"),
        ("<not an IRI> <x:p> <x:o> .\n", "not a canonical"),
    ],
)
def test_a_build_that_fails_leaves_the_former_release(build: Path, release: Release, bad: str, message: str) -> None:
    with pytest.raises(ReleaseError, match=message):
        write_release(build, {**shards(1), "bad": [bad]}, description(1))
    assert current_release(build) == replace(release, reused=True)
    assert [path.name for path in (build / "releases").iterdir()] == [release.id]
    assert list((build / "tmp").iterdir()) == []


def test_the_time_of_a_build_needs_a_zone(build: Path) -> None:
    with pytest.raises(ReleaseError, match="time zone"):
        write_release(build, {}, replace(description(), built=datetime(2024, 5, 1)))  # noqa: DTZ001 - the point


def test_an_empty_graph_is_a_release(build: Path) -> None:
    assert verify(write_release(build, {"a1": []}, description()).path, deep=True) == []


def test_progress_is_told(build: Path) -> None:
    told: list[str] = []
    write_release(build, shards(), description(), progress=told.append)
    assert told[0] == "4 shards written"
    assert "into place" in told[-2]
    assert "writing the dumps" in told[-1]


@pytest.mark.parametrize("name", FORMATS)
def test_export_copies_a_dump(release: Release, name: str) -> None:
    out = io.BytesIO()
    export(release.path, name, out)
    assert out.getvalue() == (release.path / FORMATS[name]).read_bytes()


def test_export_refuses_what_is_not_there(release: Release) -> None:
    with pytest.raises(ReleaseError, match="no format «csv»; there are facts, jsonld"):
        export(release.path, "csv", io.BytesIO())
    (release.path / "kg.ttl").unlink()
    with pytest.raises(ReleaseError, match=r"no kg\.ttl"):
        export(release.path, "turtle", io.BytesIO())
