"""`rujukan build` on the project's own sources, killed at random moments: a whole release is always served."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kg_builder.release.query import open_release
from kg_builder.release.verify import verify
from kg_builder.release.writer import current_release

ROOT = Path(__file__).parents[2]
KILLS = 50
ASK = "SELECT (COUNT(*) AS ?n) WHERE { ?statement a rdf:Statement }"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for folder in ("data", "ontology", "queries"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("texts"))
    return tmp_path


def start(project: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "kg_builder.cli.main", "--project", str(project), "build"]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=dict(os.environ))


def change(project: Path, number: int) -> None:
    """Change a source so that the next build gives another release."""
    path = project / "data" / "project.yaml"
    lines = path.read_text("utf-8").splitlines(keepends=True)
    place = next(place for place, line in enumerate(lines) if line.startswith("title:"))
    lines[place + 1] = f"  en: Title {number}\n"
    path.write_text("".join(lines), "utf-8")


def title(project: Path) -> str:
    """Return the title of the release being served, having seen that it is whole and answers."""
    release = current_release(project / "build")
    assert release is not None
    assert verify(release.path) == []
    reader = open_release(project / "build")
    assert int(reader.short(reader.rows(ASK)[0][0])) == release.manifest.counts.attestations
    return release.manifest.title["en"]


def test_a_real_build_killed_at_any_moment_leaves_a_whole_release(project: Path) -> None:
    change(project, 0)
    started = time.perf_counter()
    assert start(project).wait() == 0
    took = time.perf_counter() - started
    served = title(project)
    assert served == "Title 0"
    chance = random.Random(20261122)  # noqa: S311 - moments, not secrets
    killed = moved = 0
    for number in range(1, 4 * KILLS):
        change(project, number)
        process = start(project)
        time.sleep(chance.uniform(0, 1.2 * took))
        process.kill()
        if process.wait() == 0:
            served = f"Title {number}"  # it was quicker than the kill
        else:
            killed += 1
        found = title(project)
        assert found in {served, f"Title {number}"}
        moved += found != served
        served = found
        if killed >= KILLS:
            break
    assert killed >= KILLS
    change(project, -1)
    assert start(project).wait() == 0
    assert title(project) == "Title -1"
    assert not list((project / "build" / "tmp").glob("*"))
