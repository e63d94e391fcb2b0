"""Another project with another ontology, no Python of its own: built, rebuilt, broken and mended."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pyoxigraph as ox
import pytest
from tests.support import measure
from tests.support import museum as m

from kg_builder.release.store import open_store

DUMPS = ("kg.nq", "kg.trig", "kg.ttl", "kg.jsonld", "facts.ttl", "queries.json", "shapes.ttl")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("museum")
    m.write(root)
    assert m.rujukan(root, "build").returncode == 0
    return root


@pytest.fixture
def root(tmp_path: Path) -> Path:
    m.write(tmp_path)
    return tmp_path


def dumps(root: Path) -> dict[str, str]:
    return {name: m.digest(root / "build/current" / name) for name in DUMPS}


def current(root: Path) -> str:
    return (root / "build/current").readlink().name


def test_the_store_holds_what_the_dump_says(built: Path) -> None:
    store = open_store(built / "build/current/store")
    lines = (store.dump(format=ox.RdfFormat.N_QUADS) or b"").decode().splitlines(keepends=True)
    assert sorted(lines) == (built / "build/current/kg.nq").read_text("utf-8").splitlines(keepends=True)


@pytest.mark.parametrize(
    ("texts", "environment"),
    [
        (True, {"PYTHONHASHSEED": "0", "TZ": "Pacific/Kiritimati", "LC_ALL": "C"}),
        (False, {"PYTHONHASHSEED": "4242", "TZ": "America/Los_Angeles", "LC_ALL": "C.UTF-8"}),
    ],
)
def test_every_build_is_the_same_bytes(built: Path, tmp_path: Path, texts: bool, environment: dict[str, str]) -> None:
    m.write(tmp_path, texts=texts)
    done = m.rujukan(tmp_path, "build", **environment)
    assert done.returncode == 0, done.stderr
    assert dumps(tmp_path) == dumps(built)


def test_nothing_changed_does_nothing_and_says_so(built: Path) -> None:
    seen = [path for path in (built / "build").rglob("*") if path.is_file() and path.parent.name != "cache"]
    before = {path: path.stat().st_mtime_ns for path in seen}
    done = m.rujukan(built, "build")
    assert done.returncode == 0
    assert done.stdout.startswith(f"Nothing changed; release {current(built)} stays current")
    assert json.loads(m.rujukan(built, "build", "--json").stdout)["unchanged"] is True
    after = {path: path.stat().st_mtime_ns for path in seen}
    assert {path.name for path in before if before[path] != after[path]} <= {".lock"}


def test_force_builds_the_same_release_again(root: Path) -> None:
    first = json.loads(m.rujukan(root, "build", "--json").stdout)
    made = dumps(root)
    again = json.loads(m.rujukan(root, "build", "--json", "--force").stdout)
    assert again["unchanged"] is False
    assert again["quads"] == first["quads"]
    assert dumps(root) == made


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        (f"data/articles/{m.ONE}.yaml", "  item mask:", "  itme mask:"),
        (f"data/articles/{m.ONE}.yaml", "    capacity: acting\n", ""),
        ("ontology/shapes.ttl", "s:Event a", "s:Event x"),
        ("queries/borrowers.rq", "WHERE {", "WHERE {{"),
        ("ontology/rules/partner.rq", "CONSTRUCT", "SELECT"),
    ],
)
def test_a_mistake_leaves_the_former_release_current(root: Path, file: str, old: str, new: str) -> None:
    assert m.rujukan(root, "build").returncode == 0
    before, made = current(root), dumps(root)
    m.edit(root, file, old, new)
    done = m.rujukan(root, "build")
    assert done.returncode == 1
    assert done.stderr.startswith(f"{file}:")
    assert done.stderr.splitlines()[-1].endswith("; nothing was changed")
    assert (current(root), dumps(root)) == (before, made)
    assert m.rujukan(root, "query", "borrowers").returncode == 0
    m.edit(root, file, new, old) if new else m.write(root)
    assert json.loads(m.rujukan(root, "build", "--json").stdout)["unchanged"] is True


def test_a_changed_fact_makes_another_release(root: Path) -> None:
    assert m.rujukan(root, "build").returncode == 0
    before = current(root)
    m.edit(root, "data/entities/museums.yaml", "en: Sea Museum", "en: Museum of the Sea")
    done = m.rujukan(root, "build")
    assert done.returncode == 0, done.stderr
    assert current(root) != before
    assert '"Museum of the Sea"@en' in (root / "build/current/kg.nq").read_text("utf-8")


def small(size: int) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def test_a_disk_that_is_full_leaves_the_former_release(root: Path) -> None:
    assert m.rujukan(root, "build").returncode == 0
    before, made = current(root), dumps(root)
    m.edit(root, "data/entities/museums.yaml", "en: Sea Museum", "en: Museum of the Sea")
    # A limit on the size of files stands for a disk without space: the write itself fails.
    done = subprocess.run(
        [sys.executable, "-m", "kg_builder.cli.main", "--project", str(root), "build"],
        capture_output=True,
        encoding="utf-8",
        check=False,
        env={**os.environ, "PYTHONPATH": str(m.ROOT / "src"), "PYTHONDONTWRITEBYTECODE": "1"},
        preexec_fn=lambda: small(20_000),
    )
    assert done.returncode == 3, done.stderr
    assert done.stderr.startswith("rujukan: ")
    assert "Traceback" not in done.stderr
    assert (current(root), dumps(root)) == (before, made)
    assert m.rujukan(root, "build").returncode == 0
    assert current(root) != before


def test_what_is_published_needs_no_python_and_no_word_of_another_graph(built: Path) -> None:
    content = (built / "build/current/kg.nq").read_text("utf-8")
    assert "diplomacy" not in content
    for path in built.rglob("*.py"):
        pytest.fail(f"{path} is Python")


def test_released_ids_grow_and_are_kept(root: Path) -> None:
    done = m.rujukan(root, "export", "ids", "--output", str(root / "data/released-ids.txt"))
    assert done.returncode == 0
    ids = (root / "data/released-ids.txt").read_text("utf-8").splitlines()[1:]
    assert ids == sorted(ids)
    assert {"mask", "old-mask", "no"} <= set(ids)
    m.edit(root, "data/entities/people.yaml", "dewi-kartasasmita:", "dewi-kartasasmitha:")
    assert any("«dewi-kartasasmita» was released and is gone" in problem for problem in m.problems_of(root))


def test_the_measure_of_coverage_is_no_rubber_stamp(built: Path) -> None:
    text = m.TEXTS[m.ONE]
    graph = measure.Graph((built / "build/current/kg.nq").read_text("utf-8").splitlines(keepends=True))

    def missed(part: str, *values: str) -> bool:
        start = text.index(part)
        statement = measure.Statement(1, start, start + len(part), values)
        return bool(measure.uncovered(measure.Reading(m.ONE, (statement,), frozenset()), graph))

    assert not missed("Senin (3/2/2025)", "2025-02-03")
    assert not missed("Senin (3/2/2025)", "2025")
    assert missed("Senin (3/2/2025)", "2025-02-04")
    assert missed("Senin (3/2/2025)", "1200")
    assert not missed("lebih dari 1.200 topeng", "1200")
    assert not missed("berlangsung dua tahun", "2")
    assert missed("berlangsung dua tahun", "3")
    assert missed("Kota Karang 🏛")
    assert missed(", pelaksana tugas kepala Museum Bahari, di Kota Karang 🏛. ")
    assert not missed("Museum Bahari meminjamkan topeng kayu")
