"""A build that dies between any two changes of the disk leaves a whole release; the next is as if it had not begun."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.support.stores import dump_store
from tests.unit.build import corpora
from tests.unit.build.test_run import EDITS, WHOLE, built, files

from kg_builder.release.verify import verify

CHILD = Path(__file__).with_name("killed.py")


@pytest.mark.long
@pytest.mark.parametrize("edit", ["a fact that another article states too", "an article goes", "a query changes"])
def test_a_build_killed_at_any_change_is_made_up_for(tmp_path: Path, edit: str) -> None:
    root, clean = tmp_path / "edited", tmp_path / "clean"
    corpora.write(clean, EDITS[edit])
    wanted = files(built(clean).release.path)
    corpora.write(root, WHOLE)
    before = built(root).release.id
    corpora.write(root, EDITS[edit])
    shutil.copytree(root, tmp_path / "start", symlinks=True)
    with subprocess.Popen(
        [sys.executable, str(CHILD), str(root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        step, ended = 0, -signal.SIGKILL
        while ended == -signal.SIGKILL:
            child.stdin.write(f"{step}\n")
            child.stdin.flush()
            ended = int(child.stdout.readline())
            assert ended in {0, -signal.SIGKILL}
            current = (root / "build/current").resolve()
            assert verify(current) == []
            assert current.name in {before, Path(wanted_id(wanted)).name}
            # The next build, and the one after that builds on its state.
            assert files(built(root).release.path) == wanted
            corpora.write(root, WHOLE)
            assert built(root).release.id == before
            corpora.write(root, EDITS[edit])
            again = built(root).release.path
            assert files(again) == wanted
            assert dump_store(again / "store") == (again / "kg.nq").read_bytes()
            shutil.rmtree(root)
            shutil.copytree(tmp_path / "start", root, symlinks=True)
            step += 1
        child.stdin.close()
    assert step > 20


def wanted_id(wanted: dict[str, bytes]) -> str:
    import json

    return str(json.loads(wanted["manifest.json"])["release"])
