"""The benchmark of going over to a new release: it sees the new release, and what it tells."""

from __future__ import annotations

import json
from pathlib import Path

import pyoxigraph as ox
from benchmarks.pickup import Pickup, measure, successors, table
from tests.support.release_fixture import make_release


def quads(release: Path) -> set[str]:
    return {str(each) for each in ox.Store.read_only(str(release / "store"))}


def test_successors_differ_in_one_quad(tmp_path: Path) -> None:
    release = make_release(tmp_path / "release")
    (tmp_path / "made").mkdir()
    before = quads(release)
    made = successors(release, tmp_path / "made", 2)
    assert quads(release) == before
    for number, each in enumerate(made):
        (added,) = quads(each) - before
        assert f'"{number}"' in added
        assert json.loads((each / "manifest.json").read_text("utf-8"))["release"] == each.name


def test_a_server_is_seen_to_move(tmp_path: Path) -> None:
    release = make_release(tmp_path / "release")
    found = measure(release, 2)
    assert (found.articles, found.quads) == (2, 17)
    assert 0 < found.answer <= found.longest + 1
    assert found.home > 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["release"]


def test_each_size_is_told_beside_the_smallest() -> None:
    found = [Pickup(1000, 10, 1, 0.3, 0.3, 0.1, 1 << 20), Pickup(10, 1, 1, 0.2, 0.2, 0.1, 0)]
    small, large = table(found)[1:]
    assert small.split()[0] == "10"
    assert "1.00" in small.split()
    assert large.split()[0] == "1,000"
    assert "1.50" in large.split()
