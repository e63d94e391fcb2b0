"""A release that grows keeps shards by links, and tells what sets it apart from the one before."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg_builder.build.pieces import Piece
from kg_builder.build.stage import Stage, by_subject
from kg_builder.errors import ReleaseError
from kg_builder.release.manifest import Counts, Manifest, Shard
from kg_builder.release.writer import Release

A, B = "<x:a> <x:p> <x:b> .\n", '<x:b> <x:p> "\u2028 and \x85" .\n'


def release(folder: Path, shards: dict[str, list[str]]) -> Release:
    stage = Stage(folder, None)
    for name, lines in shards.items():
        stage.write(name, lines)
    manifest = Manifest("r", "", {}, "", {}, "", Counts(), stage.shards, {}, {}, "", {})
    return Release("r", folder, reused=False, manifest=manifest)


def test_a_shard_is_kept_by_a_link_and_another_is_written_beside_it(tmp_path: Path) -> None:
    former = release(tmp_path / "former", {"one": [A], "two": [A, B]})
    stage = Stage(tmp_path / "fresh", former)
    stage.keep("one")
    assert stage.write("two", [B]) == B.encode()
    assert stage.path("one").samefile(former.path / "shards/one.nq")
    assert (former.path / "shards/two.nq").read_text() == A + B
    assert stage.shards == {"one": former.manifest.shards["one"], "two": Shard(stage.shards["two"].sha256, 1)}


def test_differences_are_of_shards_that_are_not_as_they_were(tmp_path: Path) -> None:
    former = release(tmp_path / "former", {"kept": [A], "less": [A, B], "gone": [A], "other": [A]})
    stage = Stage(tmp_path / "fresh", former)
    stage.keep("kept")
    stage.write("less", [B])
    stage.write("new", [A, B])
    a, b = A.encode(), B.encode()
    assert [*stage.differences(lambda name: name != "other")] == [({a}, set()), ({a}, set()), (set(), {a, b})]


def test_a_shard_of_other_bytes_is_refused_and_one_that_never_was_is_empty(tmp_path: Path) -> None:
    former = release(tmp_path / "former", {"one": [A]})
    stage = Stage(tmp_path / "fresh", former)
    assert (stage.old("one"), stage.old("never")) == (A.encode(), b"")
    (former.path / "shards/one.nq").write_text(B)
    with pytest.raises(ReleaseError, match=r"«one» .* build --force"):
        stage.old("one")
    with pytest.raises(ReleaseError, match="«one»"):
        stage.units(Piece("one", ""))


def test_there_is_nothing_to_keep_without_a_former_release(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="no former release"):
        Stage(tmp_path / "fresh", None).keep("one")


def test_lines_end_at_line_feeds_alone() -> None:
    assert by_subject(A + B) == {"<x:a>": {A}, "<x:b>": {B}}
