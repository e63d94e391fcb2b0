"""Whatever befalls a build or what it builds on, the current release stays whole and the next build is right."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.unit.build import corpora
from tests.unit.build.test_run import EDITS, WHOLE, agree, built

from kg_builder.build.engines import LocalEngine, Task
from kg_builder.build.mapping import Context, Mapped
from kg_builder.build.run import Options, build
from kg_builder.errors import ReleaseError
from kg_builder.release.lock import build_lock
from kg_builder.release.verify import verify
from kg_builder.sources.project import load_project

AFTER = EDITS["a fact that another article states too"]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project that was built, and edited since."""
    corpora.write(tmp_path / "edited", WHOLE)
    built(tmp_path / "edited")
    corpora.write(tmp_path / "edited", AFTER)
    corpora.write(tmp_path / "clean", AFTER)
    return tmp_path / "edited"


def right(root: Path) -> None:
    """See that the next build comes to what a clean one comes to."""
    agree(root, root.with_name("clean"))
    assert verify((root / "build/current").resolve(), deep=True) == []


def build_while(root: Path, stage: str, what: Callable[[], None]) -> None:
    """Build, and do something when the build says that it is at a stage."""

    def progress(said: str) -> None:
        if said.startswith(stage):
            what()

    build(load_project(root), progress)


@dataclass(frozen=True)
class Meddling:
    """An engine before which somebody changes a file."""

    path: Path

    def run(self, context: Context, tasks: Sequence[Task]) -> Iterator[Mapped]:
        self.path.write_text(self.path.read_text("utf-8").replace("@0 topeng", "@0 tapeng"), "utf-8")
        yield from LocalEngine(1).run(context, tasks)


def test_a_record_that_changes_while_it_is_read_is_not_taken_for_what_it_was(root: Path) -> None:
    path = root / "data/articles/a.yaml"
    before = path.read_bytes()
    with pytest.raises(ReleaseError, match="the record or the text of «a» changed"):
        build(load_project(root), lambda _: None, Options(engine=Meddling(path)))
    assert path.read_bytes() != before
    path.write_bytes(before)
    right(root)


@pytest.mark.parametrize("name", ["data/entities/all.yaml", "ontology/rules/lent-to.rq", "queries/borrowers.rq"])
def test_another_file_that_changes_while_it_is_read_stops_the_build(root: Path, name: str) -> None:
    before = (root / name).read_bytes()
    former = (root / "build/current").resolve()

    def change() -> None:
        (root / name).write_bytes(before + b"# more\n")

    with pytest.raises(ReleaseError, match=f"{name} changed while the build read it"):
        build_while(root, "reading the sources", change)
    assert (root / "build/current").resolve() == former
    (root / name).write_bytes(before)
    right(root)


@pytest.mark.parametrize("stage", ["reading the sources", "facts of", "rules", "shapes", "moving release"])
def test_the_cache_may_go_at_any_moment(root: Path, stage: str) -> None:
    with suppress(ReleaseError):
        build_while(root, stage, lambda: shutil.rmtree(root / "build/cache"))
    assert verify((root / "build/current").resolve()) == []
    right(root)


@pytest.mark.parametrize("seed", [0, 3, 5])
def test_a_damaged_state_is_forgotten(root: Path, seed: int) -> None:
    path = root / "build/cache/state.sqlite"
    content = bytearray(path.read_bytes())
    chance = random.Random(seed)  # noqa: S311 - a spread, not a secret
    for _ in range(1 + 10 * seed):
        place = chance.randrange(100, len(content) - 64)
        content[place : place + 64] = chance.randbytes(64)
    path.write_bytes(content)
    with suppress(ReleaseError):
        built(root)
    right(root)


def test_the_state_of_another_release_is_not_believed(root: Path, tmp_path: Path) -> None:
    corpora.write(tmp_path / "other", EDITS["an article comes"])
    built(tmp_path / "other")
    for path in (root / "build/cache").glob("state.sqlite*"):
        path.unlink()
    shutil.copy(tmp_path / "other/build/cache/state.sqlite", root / "build/cache/state.sqlite")
    right(root)


def test_a_second_build_is_refused_and_harms_nothing(root: Path) -> None:
    def second() -> None:
        with pytest.raises(ReleaseError, match="another build is running"):
            built(root)

    for stage in ("reading the sources", "shapes", "writing the dumps"):
        build_while(root, stage, second)
        corpora.write(root, WHOLE if stage != "shapes" else AFTER)
    corpora.write(root, AFTER)
    right(root)


def test_a_build_that_waits_for_nobody_leaves_what_another_is_making(root: Path) -> None:
    with build_lock(root / "build"):
        held = root / "build/tmp/another"
        held.mkdir(parents=True)
        with pytest.raises(ReleaseError, match="another build is running"):
            built(root)
        assert held.exists()
    right(root)


@pytest.mark.parametrize("part", ["shards", "store"])
def test_a_release_that_goes_away_while_it_is_built_on_is_made_again(root: Path, part: str) -> None:
    former = (root / "build/current").resolve()
    with pytest.raises((ReleaseError, OSError)):
        build_while(root, "facts of", lambda: shutil.rmtree(former / part))
    right(root)


def damage(path: Path) -> None:
    """Change bytes in the middle of a file, and set its time back."""
    times = path.stat()
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 8] = bytes(each ^ 1 for each in content[middle : middle + 8])
    path.write_bytes(content)
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


@pytest.mark.parametrize("name", ["a", "derived"])
def test_a_damaged_shard_that_is_read_is_not_built_on(root: Path, name: str) -> None:
    damage(root / f"build/current/shards/{name}.nq")
    with pytest.raises(ReleaseError, match="build --force"):
        built(root)
    assert not built(root, force=True).unchanged
    right(root)


def test_a_damaged_store_is_not_built_on(root: Path) -> None:
    for path in (root / "build/current/store").glob("*.sst"):
        damage(path)
    with pytest.raises((ReleaseError, OSError)):
        built(root)
    assert not built(root, force=True).unchanged
    right(root)
