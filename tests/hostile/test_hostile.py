"""The hostile set, while polite clients work. `python -m tests.hostile` prints the same run as a page."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from tests.hostile.attack import all_cases
from tests.hostile.report import MOST_RATIO

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


def attack() -> dict[str, Any]:
    # A process of its own: it leaves the network for one that holds nothing but the loopback interface.
    done = subprocess.run(
        [sys.executable, "-m", "tests.hostile", "--json"],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        cwd=Path(__file__).parents[2],
        env={"PYTHONPATH": ":".join(path for path in sys.path if path), "PATH": "/usr/bin:/bin"},
    )
    assert done.returncode == 0, done.stderr[-4000:]
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_the_set_is_large_and_its_names_are_unique() -> None:
    cases = all_cases()
    assert len(cases) >= 120
    assert not [title for title, count in Counter(each.title for each in cases).items() if count > 1]
    assert all(each.expected for each in cases)
    # No limit of the server's own making may be a 500.
    assert not [each.title for each in cases if {500, 502} & each.expected]


def test_the_hostile_set_does_not_disturb_polite_clients() -> None:
    found = attack()
    if found["attacked_ms"] > MOST_RATIO * found["idle_ms"]:
        # The machine may have had other work in between; twice in a row it is the server.
        found = attack()
    assert not found["wrong"], "\n".join(found["wrong"])
    assert not found["failed"]
    assert found["polite"] > 100
    assert found["attacked_ms"] <= MOST_RATIO * found["idle_ms"]
    assert 0 < found["memory_mb"] < found["cap_mb"]
    assert "Traceback" not in found["log"], found["log"]
    assert not found["abroad"]
    assert found["reached"] == 0
    assert found["left"] in {0, None}
    assert found["alone"] == (found["left"] is not None)


def test_what_tries_to_leave_is_seen() -> None:
    code = """
import socket
from tests.hostile.namespace import attempts_to_leave, leave_the_network
print(leave_the_network())
before = attempts_to_leave()
with socket.socket() as one, socket.socket(type=socket.SOCK_DGRAM) as two:
    print(before, one.connect_ex(("192.0.2.1", 80)) != 0, two.connect_ex(("192.0.2.1", 53)) != 0)
print(attempts_to_leave())
"""
    paths = ":".join([str(Path(__file__).parents[2]), *(path for path in sys.path if path)])
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONPATH": paths}
    )
    alone, before, after = done.stdout.splitlines()
    if alone != "True":
        pytest.skip("no network of its own can be had here")
    assert before == "0 True True"
    assert int(after) == 2
