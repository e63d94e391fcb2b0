"""A build that is killed at any moment leaves a whole release being served, and the next build is good."""

from __future__ import annotations

import itertools
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import pytest
from pyoxigraph import QuerySolutions
from tests.unit.release.synthetic import BASE

from kg_builder.release.store import open_store
from kg_builder.release.verify import verify
from kg_builder.release.writer import current_release

CHILD = Path(__file__).with_name("build_child.py")
KILLS = 55
ASK = f"SELECT (COUNT(*) AS ?n) WHERE {{ ?loan a <{BASE}vocab#Loan> }}"


@dataclass
class Builder:
    """A process that forks builds on request."""

    build: Path
    process: subprocess.Popen[str]

    def run(self, seed: int, *, delay: float = -1, step: int = -1) -> int:
        """Build, killed after some seconds or at a step of its own if one is given; return how the build ended."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{seed} {step} {delay}\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def timed(self, seed: int) -> float:
        """Build to the end, and return how many seconds that took."""
        started = time.perf_counter()
        assert self.run(seed) == 0
        return time.perf_counter() - started


@pytest.fixture
def builder(tmp_path: Path) -> Iterator[Builder]:
    with subprocess.Popen(
        [sys.executable, str(CHILD), str(tmp_path / "build"), "serve"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield Builder(tmp_path / "build", process)
        assert process.stdin is not None
        process.stdin.close()


def served(build: Path) -> int:
    """Return the seed of the release being served, having seen that it is whole and answers."""
    release = current_release(build)
    assert release is not None
    assert verify(release.path) == []
    assert answers(release.path)
    return int(release.manifest.inputs["data/a.yaml"], 16)


def answers(path: Path) -> bool:
    rows = open_store(path / "store").query(ASK)
    assert isinstance(rows, QuerySolutions)
    return [int(row["n"].value) for row in rows] == [300]


def test_a_build_killed_at_any_moment_leaves_a_whole_release(builder: Builder) -> None:
    took = median(builder.timed(seed) for seed in range(1, 6))
    chance = random.Random(20240501)  # noqa: S311 - a spread, not a secret
    # One delay from each slice of a build's duration, and somewhat beyond, for a build may take longer than the median;
    # in a random order, and again for builds that were faster than their delay.
    delays = [took * 1.3 * (number + chance.random()) / KILLS for number in range(KILLS)]
    chance.shuffle(delays)
    killed, after_the_swap, seed = 0, 0, 5
    for delay in itertools.cycle(delays):
        former, seed = seed, seed + 1
        held = open_store(builder.build / "current" / "store")
        ended = builder.run(seed, delay=delay)
        assert ended in {0, -signal.SIGKILL}
        now = served(builder.build)
        assert now in {former, seed}
        assert len(held) > 0
        killed += ended == -signal.SIGKILL
        after_the_swap += ended == -signal.SIGKILL and now == seed
        assert builder.run(seed) == 0
        assert served(builder.build) == seed
        assert list((builder.build / "tmp").iterdir()) == []
        if killed == KILLS:
            break
    print(f"a build takes {took:.3f} s; {killed} of {seed - 5} killed, {after_the_swap} of them after the swap")


@pytest.mark.parametrize("damaged", [False, True])
def test_a_build_killed_around_each_rename_leaves_a_whole_release(builder: Builder, *, damaged: bool) -> None:
    assert builder.run(1) == 0
    step, seed, ended = -1, 1, -signal.SIGKILL
    while ended:
        step += 1
        seed = 1 if damaged else step + 2
        if damaged:
            (builder.build / "current" / "kg.ttl").unlink()
        ended = builder.run(seed, step=step)
        if damaged:
            assert answers(builder.build / "current")
        else:
            assert served(builder.build) in {seed - 1, seed}
        assert ended in {0, -signal.SIGKILL}
        assert builder.run(seed) == 0
        assert served(builder.build) == seed
    assert step >= (10 if damaged else 4)
