from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kg_builder.errors import ReleaseError
from kg_builder.release.lock import build_lock, unless_held
from kg_builder.release.manifest import Counts, Manifest
from kg_builder.release.prune import prune
from kg_builder.release.swap import current_path, install, point_current, release_path, replace_file, workspace
from kg_server.describe.current import Hold


@pytest.fixture
def build(tmp_path: Path) -> Path:
    return tmp_path / "build"


@pytest.fixture
def scratch(build: Path) -> Iterator[Path]:
    with workspace(build) as folder:
        yield folder


def fresh(scratch: Path, content: str) -> Path:
    folder = scratch / f"fresh-{content}"
    (folder / "store").mkdir(parents=True)
    (folder / "store" / "table").write_text(content)
    manifest = Manifest("", content, {}, "", {}, "", Counts(), {}, {}, {}, "", {})
    (folder / "manifest.json").write_bytes(manifest.to_json())
    return folder


def served(build: Path) -> str:
    return (build / "current" / "store" / "table").read_text()


def test_one_build_at_a_time(build: Path) -> None:
    script = "import sys; from pathlib import Path; from kg_builder.release.lock import build_lock\n"
    script += "with build_lock(Path(sys.argv[1])): pass"
    with build_lock(build):
        other = subprocess.run(
            [sys.executable, "-c", script, str(build)], capture_output=True, text=True, check=False, env=os.environ
        )
        assert f"another build is running in {build} (process {os.getpid()}); wait for it" in other.stderr
    with build_lock(build):
        pass


def test_the_workspace_clears_what_killed_builds_left(build: Path) -> None:
    rubbish = build / "tmp" / "abc" / "release"
    rubbish.mkdir(parents=True)
    (rubbish / "kg.nq").write_text("half")
    with workspace(build) as folder:
        assert list((build / "tmp").iterdir()) == [folder]
    assert list((build / "tmp").iterdir()) == []


def test_current_moves_by_a_relative_link(build: Path, scratch: Path) -> None:
    assert current_path(build) is None
    for content in ("a", "b"):
        path = install(build, fresh(scratch, content), content * 16, scratch)
        assert current_path(build) == path == release_path(build, content * 16)
        assert (build / "current").readlink() == Path("releases", content * 16)
        assert served(build) == content


def test_a_damaged_release_makes_way_while_current_stays_whole(
    build: Path, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(build, fresh(scratch, "old"), "a" * 16, scratch)
    seen = []
    rename = Path.rename

    def watched(path: Path, target: Path) -> Path:
        seen.append(served(build))
        result = rename(path, target)
        seen.append(served(build))
        return result

    monkeypatch.setattr(Path, "rename", watched)
    install(build, fresh(scratch, "new"), "a" * 16, scratch)
    assert set(seen) == {"old", "new"}
    assert seen == sorted(seen, reverse=True)
    assert [path.name for path in (build / "releases").iterdir()] == ["a" * 16]
    assert (build / "current").readlink() == Path("releases", "a" * 16)


def test_a_stand_in_that_a_killed_build_left_current_is_taken_over(build: Path, scratch: Path) -> None:
    stand_in = build / "releases" / ("a" * 16 + ".stand-in")
    fresh(scratch, "old").rename(stand_in)
    point_current(build, stand_in, scratch)
    install(build, fresh(scratch, "new"), "a" * 16, scratch)
    assert served(build) == "new"
    assert not stand_in.exists()


def test_a_link_that_leads_nowhere_and_a_directory_in_its_place_are_reported(build: Path, scratch: Path) -> None:
    (build / "current").symlink_to("releases/none")
    with pytest.raises(ReleaseError, match="does not exist"):
        current_path(build)
    (build / "current").unlink()
    (build / "current").mkdir()
    with pytest.raises(ReleaseError, match="not a symbolic link"):
        current_path(build)
    assert scratch.exists()


def test_one_file_is_replaced_whole(build: Path, scratch: Path) -> None:
    path = build / "file"
    path.write_bytes(b"old")
    with path.open("rb") as reader:
        replace_file(path, b"new", scratch)
        assert (reader.read(), path.read_bytes()) == (b"old", b"new")


def test_pruning_keeps_the_newest_and_all_that_somebody_needs(build: Path, scratch: Path) -> None:
    for number in range(9):
        install(build, fresh(scratch, f"{number}"), f"{number}" * 16, scratch)
    point_current(build, release_path(build, "0" * 16), scratch)
    (build / "cited.txt").write_text(f"# cited in a paper\n{'1' * 16}  # the paper\n")
    (release_path(build, "2" * 16) / "keep").touch()
    (release_path(build, "8" * 16) / "manifest.json").unlink()
    held = Hold(release_path(build, "3" * 16))
    assert prune(build, 3, scratch) == [name * 16 for name in "845"]
    del held
    assert prune(build, 3, scratch) == ["3" * 16]
    assert sorted(path.name[0] for path in (build / "releases").iterdir()) == list("01267")
    with pytest.raises(ReleaseError, match="at least one"):
        prune(build, 0, scratch)


def test_pruning_follows_a_link_that_a_person_made(build: Path, scratch: Path) -> None:
    for number in range(3):
        install(build, fresh(scratch, f"{number}"), f"{number}" * 16, scratch)
    (build / "current").unlink()
    (build / "current").symlink_to(release_path(build, "0" * 16).resolve())
    assert prune(build, 1, scratch) == ["1" * 16, "2" * 16]


def test_a_reader_holds_what_current_named_then(build: Path, scratch: Path) -> None:
    first = install(build, fresh(scratch, "a"), "a" * 16, scratch)
    held = Hold((build / "current").resolve())
    install(build, fresh(scratch, "b"), "b" * 16, scratch)
    with unless_held(first) as free:
        assert not free
    del held
    with unless_held(first) as free:
        assert free
