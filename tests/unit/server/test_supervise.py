"""What keeps serving processes, with real ones that serve nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.support.release_fixture import wait_until

SCRIPT = """
import ctypes, os, signal, sys
from kg_server.supervise import keep

folder, number, kind = sys.argv[1], int(sys.argv[2]), sys.argv[3]

def note(name):
    with open(f"{folder}/{name}", "a") as out:
        out.write(f"{os.getpid()}\\n")

def run(turn):
    note(f"run{turn.process}{'first' if turn.first else ''}")
    if kind == "cannot":
        return 3
    if kind == "second cannot" and turn.process == 1:
        return 3
    turn.ready()
    if kind == "parent" and not os.fork():
        note("grandchild")
        signal.pause()
    try:
        signal.pause()
    except KeyboardInterrupt:
        return 7
    return 0

if kind == "parent":
    # As the first process of a container: what has lost its parent becomes its child.
    ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)
sys.exit(keep(run, number, ended=lambda process: note(f"ended{process}"), told=lambda: note("told")))
"""


@contextmanager
def kept(folder: Path, number: int, kind: str = "serves") -> Iterator[subprocess.Popen[str]]:
    paths = os.pathsep.join(path for path in sys.path if path)
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT, folder, str(number), kind],
        env={**os.environ, "PYTHONPATH": paths},
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()
            for name in ("run0", "run0first", "run1", "run2", "grandchild"):
                for each in noted(folder, name):
                    try:
                        os.kill(each, signal.SIGKILL)
                    except ProcessLookupError:
                        continue


def noted(folder: Path, name: str) -> list[int]:
    path = folder / name
    return [int(line) for line in path.read_text().splitlines()] if path.exists() else []


def test_one_that_is_killed_is_started_again_and_the_others_go_on(tmp_path: Path) -> None:
    with kept(tmp_path, 3) as keeper:
        wait_until(lambda: bool(noted(tmp_path, "run1") and noted(tmp_path, "run2")))
        (first,), (second,) = noted(tmp_path, "run0first"), noted(tmp_path, "run1")
        os.kill(second, signal.SIGKILL)
        wait_until(lambda: len(noted(tmp_path, "run1")) == 2)
        assert noted(tmp_path, "ended1") == [keeper.pid]
        assert not noted(tmp_path, "ended0")
        os.kill(first, 0)
        os.kill(first, signal.SIGSEGV)
        wait_until(lambda: len(noted(tmp_path, "run0")) == 1)
        keeper.send_signal(signal.SIGTERM)
        assert keeper.wait(20) == 0
        assert noted(tmp_path, "told") == [keeper.pid]
        for name in ("run0", "run1", "run2"):
            with pytest.raises(ProcessLookupError):
                os.kill(noted(tmp_path, name)[-1], 0)
        assert keeper.stderr is not None
        said = keeper.stderr.read()
    assert "Process 2 has ended (SIGKILL); it is started again." in said
    assert "Process 1 has ended (SIGSEGV); it is started again." in said


def test_what_keeps_the_first_from_serving_keeps_all(tmp_path: Path) -> None:
    with kept(tmp_path, 2, "cannot") as keeper:
        assert keeper.wait(20) == 3
    assert len(noted(tmp_path, "run0first")) == 1
    assert not noted(tmp_path, "run1")


def test_one_that_cannot_serve_is_tried_again_while_another_serves(tmp_path: Path) -> None:
    with kept(tmp_path, 2, "second cannot") as keeper:
        wait_until(lambda: len(noted(tmp_path, "run1")) >= 2)
        keeper.send_signal(signal.SIGTERM)
        assert keeper.wait(20) == 3 or keeper.returncode == 0
        assert len(noted(tmp_path, "run0first")) == 1


def parent_of(process: int) -> int:
    return int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])


@pytest.mark.skipif(sys.platform != "linux", reason="prctl")
def test_what_a_killed_one_leaves_is_buried(tmp_path: Path) -> None:
    with kept(tmp_path, 2, "parent") as keeper:
        wait_until(lambda: len(noted(tmp_path, "grandchild")) == 2)
        (parent,) = noted(tmp_path, "run0first")
        (left,) = (each for each in noted(tmp_path, "grandchild") if parent_of(each) == parent)
        os.kill(parent, signal.SIGKILL)
        wait_until(lambda: len(noted(tmp_path, "run0")) == 1)
        for each in noted(tmp_path, "grandchild"):
            os.kill(each, signal.SIGKILL)
        wait_until(lambda: not Path(f"/proc/{left}").exists())
        assert keeper.poll() is None


def test_a_signal_in_the_pause_before_a_new_start_is_heard(tmp_path: Path) -> None:
    with kept(tmp_path, 1) as keeper:
        wait_until(lambda: bool(noted(tmp_path, "run0first")))
        os.kill(noted(tmp_path, "run0first")[0], signal.SIGKILL)
        assert keeper.stderr is not None
        assert "The server has ended (SIGKILL)" in keeper.stderr.readline()
        keeper.send_signal(signal.SIGTERM)
        assert keeper.wait(20) == 0
    assert not noted(tmp_path, "run0")


def test_the_exit_code_of_those_that_were_told_is_the_keepers(tmp_path: Path) -> None:
    with kept(tmp_path, 2) as keeper:
        wait_until(lambda: bool(noted(tmp_path, "run1")))
        keeper.send_signal(signal.SIGINT)
        assert keeper.wait(20) == 7
