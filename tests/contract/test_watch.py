"""`rujukan build --watch` over real files: what is saved is built, what is broken is told, and Ctrl-C alone ends it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.support import museum as m
from watchfiles import watch

from kg_builder.release.lock import build_lock

RECORD = f"data/articles/{m.ONE}.yaml"
LIMIT = 120


@pytest.fixture
def root(tmp_path: Path) -> Path:
    m.write(tmp_path)
    return tmp_path


class Watching:
    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        assert process.stdout is not None
        self._lines = process.stdout

    def next(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self._lines.readline())
        return told

    def until(self, release: str) -> None:
        """Read on until a release is told: git writes many files, and a build may see some of them first."""
        while self.next().get("release") != release:
            pass

    def end(self) -> str:
        self.process.send_signal(signal.SIGINT)
        _, err = self.process.communicate(timeout=LIMIT)
        assert self.process.returncode == 130
        return err


@contextmanager
def watching(root: Path, *options: str) -> Iterator[Watching]:
    command = [sys.executable, "-m", "kg_builder.cli.main", "--project", str(root), "build", "--watch", *options]
    path = os.pathsep.join([str(m.ROOT / "src"), str(m.ROOT / "server")])
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
    )
    late = threading.Timer(LIMIT, process.kill)
    late.start()
    try:
        yield Watching(process)
    finally:
        late.cancel()
        process.kill()
        process.communicate()


def current(root: Path) -> str:
    return (root / "build/current").resolve().name


def save(path: Path, content: str) -> None:
    """Save as editors do: a file beside it, and a rename."""
    temporary = path.with_name(f".{path.name}.swp")
    temporary.write_text(content, "utf-8")
    temporary.replace(path)


def test_each_save_is_built_and_what_is_broken_leaves_the_former_release(root: Path) -> None:
    record, written = root / RECORD, (root / RECORD).read_text("utf-8")
    with watching(root, "--json") as seen:
        first = seen.next()
        assert (first["ok"], first["release"]) == (True, current(root))
        save(record, written.replace("    certainty: inferred\n", ""))
        second = seen.next()
        assert second["release"] == current(root) != first["release"]
        save(record, written.replace("  item mask:", "  item msak:"))
        broken = seen.next()
        assert [problem["file"] for problem in broken["problems"]] == [RECORD]
        assert current(root) == second["release"]
        record.write_text(written, "utf-8")  # in place
        assert seen.next()["release"] == current(root) == first["release"]
        query = root / "queries/borrowers.rq"
        save(query, query.read_text("utf-8").replace("One row per borrower.", "A row per borrower."))
        assert seen.next()["release"] == current(root) != first["release"]
        shapes = root / "ontology/shapes.ttl"
        save(shapes, f"{shapes.read_text('utf-8')}\nbroken")
        assert [problem["code"] for problem in seen.next()["problems"]] == ["turtle"]
        err = seen.end()
    assert err == "Watching data/, ontology/, queries/; Ctrl-C ends it.\n"


def test_folders_that_are_replaced_are_watched_on(root: Path) -> None:
    with watching(root, "--json") as seen:
        first = seen.next()["release"]
        shutil.copytree(root / "data", root / "other")
        (root / "data").rename(root / "former")
        (root / "other").rename(root / "data")
        path = root / "data/entities/people.yaml"
        save(path, path.read_text("utf-8").replace("en: Head", "en: Chief"))
        told = seen.next()
        while not told["ok"]:  # it may be built between the two renames
            told = seen.next()
        while told["release"] == first:
            told = seen.next()
        new = root / "entities"
        (root / "data/entities").rename(new)
        save(new / "people.yaml", (root / "former/entities/people.yaml").read_text("utf-8"))
        new.rename(root / "data/entities")
        seen.until(first)
        seen.end()


def test_a_checkout_of_another_commit_is_built(root: Path) -> None:
    def git(*arguments: str) -> None:
        identity = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
        subprocess.run(["git", *identity, *arguments], cwd=root, check=True, capture_output=True)

    git("init", "-q")
    git("add", "data", "ontology", "queries")
    git("commit", "-qm", "one")
    with watching(root, "--json") as seen:
        first = seen.next()["release"]
        for number in range(40):
            (root / f"data/entities/p{number}.yaml").write_text(
                f"p-{number}: {{is: person, label: {{en: A, id: B}}}}\n", "utf-8"
            )
        git("add", "data")
        git("commit", "-qm", "two")
        git("checkout", "-q", "HEAD~1")
        git("checkout", "-q", "-")
        git("checkout", "-q", "HEAD~1")
        (root / "data/redirects.yaml").write_text("gone: mask\nold-mask: mask\n", "utf-8")
        last = seen.next()
        while last.get("release") in {None, first} or last["release"] != current(root):
            last = seen.next()
        git("checkout", "-q", ".")
        seen.until(first)
        seen.end()


def test_dumps_follow_when_nothing_is_saved(root: Path) -> None:
    with watching(root, "--json") as seen:
        seen.next()
        manifest = root / "build/current/manifest.json"
        for _ in watch(root / "build/releases", rust_timeout=500, yield_on_timeout=True):
            if "kg.nq" in json.loads(manifest.read_bytes())["dumps"]:
                break
        seen.end()


def test_it_tries_again_when_another_build_is_done(root: Path) -> None:
    with ExitStack() as other:
        other.enter_context(build_lock(root / "build"))
        with watching(root, "--json") as seen:
            told = seen.next()
            assert not told["ok"]
            assert "another build is running" in told["error"]
            other.close()
            assert seen.next()["release"] == current(root)
            seen.end()


def test_people_read_what_was_built_and_what_is_wrong(root: Path) -> None:
    with watching(root) as seen:
        assert seen.process.stdout is not None
        assert seen.process.stderr is not None
        assert seen.process.stdout.readline().startswith("Release ")
        assert seen.process.stderr.readline() == "Watching data/, ontology/, queries/; Ctrl-C ends it.\n"
        m.edit(root, RECORD, "  item mask:", "  item msak:")
        assert seen.process.stderr.readline().startswith(f"{RECORD}:")
        assert seen.process.stderr.readline() == "1 problem in 1 file; nothing was changed\n"
        m.edit(root, RECORD, "  item msak:", "  item mask:")
        assert seen.process.stdout.readline().startswith("Nothing changed; release ")
        assert seen.end() == ""
