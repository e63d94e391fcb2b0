from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import RdfFormat, Store
from tests.support.stores import write_shard
from tests.unit.release.synthetic import BASE, ORDER, description, line, shards
from tests.unit.release.writing import write_release

from kg_builder.namespaces import RDF, RDFS
from kg_builder.release.changes import CHANGES_FILE, MOST_LISTED, Side, list_changes
from kg_builder.release.manifest import Shard
from kg_builder.release.verify import verify
from kg_builder.release.writer import Release

LABEL = f"<{RDFS}label>"


def changes(release: Release) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((release.path / CHANGES_FILE).read_bytes())
    return found


@pytest.fixture
def build(tmp_path: Path) -> Path:
    return tmp_path / "build"


def renamed(old: str, new: str) -> Mapping[str, set[str]]:
    return {name: {each.replace(old, new) for each in lines} for name, lines in shards().items()}


def test_the_first_release_has_no_list(build: Path) -> None:
    assert not (write_release(build, shards(), description()).path / CHANGES_FILE).exists()


def test_what_came_and_went_is_counted_and_named(build: Path) -> None:
    first = write_release(build, shards(), description())
    made = renamed('"Museum 3"@en', '"Sea Museum"@en')
    new = f"<{BASE}id/harbour>"
    made["entities"] |= {line(new, f"<{RDF}type>", f"<{BASE}vocab#Museum>"), line(new, LABEL, '"Harbour \\"X\\""@en')}
    second = write_release(build, made, description())
    found = changes(second)
    assert (found["release"], found["former"]) == (second.id, {"release": first.id, "built": "2023-11-14T22:13:20Z"})
    # A label stands in the default graph and in that of the entities.
    assert found["quads"] == {"added": 4, "removed": 2}
    assert found["facts"] == {"added": 3, "removed": 1}
    assert found["graphs"] == {
        "": {"added": 3, "removed": 1},
        f"{BASE}graph/entities": {"added": 1, "removed": 1},
    }
    assert found["classes"] == {f"{BASE}vocab#Museum": {"added": 1, "removed": 0}}
    assert found["properties"] == {
        f"{RDF}type": {"added": 1, "removed": 0},
        f"{RDFS}label": {"added": 2, "removed": 1},
    }
    museum = {"type": "uri", "value": f"{BASE}id/museum-3"}
    label = {"type": "uri", "value": f"{RDFS}label"}
    assert found["listed"]["removed"] == [[museum, label, {"type": "literal", "value": "Museum 3", "xml:lang": "en"}]]
    assert [museum, label, {"type": "literal", "value": "Sea Museum", "xml:lang": "en"}] in found["listed"]["added"]
    assert found["names"] == {
        f"{BASE}id/museum-3": {"en": "Sea Museum", "fr": "Musée 3"},
        f"{BASE}id/harbour": {"en": 'Harbour "X"'},
    }
    assert verify(second.path, deep=True) == []


def test_what_went_keeps_the_name_it_had(build: Path) -> None:
    made = shards()
    write_release(build, made, description())
    gone = f"<{BASE}id/museum-6>"
    found = changes(
        write_release(build, {n: {e for e in ls if gone not in e} for n, ls in made.items()}, description())
    )
    assert found["facts"]["added"] == 0
    assert found["names"][f"{BASE}id/museum-6"] == {"en": "Museum 6", "fr": "Musée 6"}


def test_evidence_is_counted_and_not_listed(build: Path) -> None:
    write_release(build, shards(articles=2), description())
    found = changes(write_release(build, shards(articles=3), description()))
    assert found["classes"] == {
        f"{BASE}vocab#Loan": {"added": 10, "removed": 0},
        f"{RDF}Statement": {"added": 10, "removed": 0},
        "http://www.w3.org/ns/oa#TextPositionSelector": {"added": 10, "removed": 0},
    }
    assert found["facts"] == {"added": 30, "removed": 0}
    assert len(found["listed"]["added"]) == 30


def test_a_long_list_is_cut_and_the_counts_are_whole(build: Path) -> None:
    write_release(build, shards(facts=1), description())
    found = changes(write_release(build, shards(facts=100), description()))
    assert found["facts"] == {"added": 3 * 3 * 99, "removed": 0}
    assert len(found["listed"]["added"]) == MOST_LISTED < 3 * 3 * 99


def test_the_list_is_no_part_of_what_the_id_promises(build: Path, tmp_path: Path) -> None:
    write_release(build, shards(1), description(1))
    second = write_release(build, shards(), description())
    alone = write_release(tmp_path / "elsewhere", shards(), description())
    assert (second.id, second.manifest) == (alone.id, alone.manifest)
    assert CHANGES_FILE not in second.manifest.dumps
    # Shapes shape what people do with a release, and give another id.
    assert write_release(build, shards(), replace(description(), shapes_ttl=b"# none\n")).id != second.id


def test_going_back_lists_what_that_changes(build: Path) -> None:
    first = write_release(build, shards(), description())
    second = write_release(build, shards(1), description(1))
    back = write_release(build, shards(), description())
    assert (back.reused, back.id) == (True, first.id)
    forth, again = changes(second), changes(back)
    assert again["former"]["release"] == second.id
    assert again["listed"] == {"added": forth["listed"]["removed"], "removed": forth["listed"]["added"]}


def test_a_release_that_stays_or_is_mended_keeps_its_list(build: Path) -> None:
    write_release(build, shards(1), description(1))
    second = write_release(build, shards(), description())
    path = second.path / CHANGES_FILE
    before = path.read_bytes(), path.stat().st_mtime_ns
    assert write_release(build, shards(), description(note="ab")).reused
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
    (second.path / "kg.ttl").write_bytes(b"")
    mended = write_release(build, shards(), description())
    assert (mended.reused, mended.id) == (False, second.id)
    assert (mended.path / CHANGES_FILE).read_bytes() == before[0]


@pytest.mark.parametrize(("name", "content"), [("shards/a1.nq", b"nonsense\n"), ("manifest.json", b"{")])
def test_a_former_release_that_cannot_be_read_stops_nothing(build: Path, name: str, content: bytes) -> None:
    first = write_release(build, shards(1), description(1))
    (first.path / name).write_bytes(content)
    said: list[str] = []
    second = write_release(build, shards(), description(), progress=said.append)
    assert not (second.path / CHANGES_FILE).exists()
    assert any(re.search("cannot be (compared|read)", each) for each in said)


NAMES = st.sampled_from(["a", "a/b", "a-b", "ab", "ä", "a#char=1,2"])
LINES = st.builds(
    lambda s, p, o, g: f"<x:{s}> {p} {o} {g}.\n",
    NAMES,
    st.sampled_from([LABEL, f"<{RDF}type>", "<x:p>"]),
    st.sampled_from(['"one"@en', '"<x:a>"', "<x:b>", f"<{RDF}Statement>", '"\\"\\n ."']),
    st.sampled_from(["", "<x:g> "]),
)


@given(st.sets(LINES, max_size=12), st.sets(LINES, max_size=12))
@settings(deadline=None, max_examples=20)
def test_counts_are_those_of_the_difference(
    tmp_path_factory: pytest.TempPathFactory, before: set[str], after: set[str]
) -> None:
    root = tmp_path_factory.mktemp("pair")
    folders, written = [], list[dict[str, Shard]]()
    for name, lines in (("old", before), ("new", after)):
        folder = root / name / "shards"
        folder.mkdir(parents=True)
        half = {each for each in lines if hash(each) % 2}
        # A line that several shards hold, and one that is in another shard than before, are the same line.
        written.append({each: write_shard(folder, each, got) for each, got in (("a", lines), ("b", half))})
        store = Store(str(root / name / "store"))
        store.bulk_load("".join(lines).encode(), RdfFormat.N_QUADS)
        store.flush()
        del store
        folders.append(root / name)
    former, fresh = (Side(*each, str(number) * 16) for number, each in enumerate(zip(folders, written, strict=True)))
    listed = list_changes(former, fresh, ORDER)
    assert listed is not None
    found = json.loads(listed)
    assert found["quads"] == {"added": len(after - before), "removed": len(before - after)}
    for sign, lines, others in (("added", after, before), ("removed", before, after)):
        evidence = {each.split()[0] for each in before | after if f"<{RDF}type> <{RDF}Statement> ." in each}
        default = {each for each in lines - others if "<x:g> ." not in each}
        assert found["graphs"].get("", {}).get(sign, 0) == len(default)
        facts = {each for each in default if each.split()[0] not in evidence}
        assert found["facts"][sign] == len(facts) == len(found["listed"][sign])
        assert sum(each[sign] for each in found["properties"].values()) == len(facts)
