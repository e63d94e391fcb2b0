"""What the benchmarks share: the project, a copy of it, runs against the clock, and how results are told."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from kg_builder.sources.project import Project, load_project

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ("data", "ontology", "queries")
"""The folders that make a project; the rest of this one is the engine."""


def options(description: str) -> argparse.Namespace:
    """Return what the command line asks for: ``json`` and ``runs``."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    parser.add_argument("--runs", type=int, default=5, help="how often each thing is measured (default: %(default)s)")
    return parser.parse_args()


@contextmanager
def copied_project() -> Iterator[Project]:
    """Yield a copy of this project in a temporary folder, without its releases."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name in SOURCES:
            shutil.copytree(ROOT / name, root / name)
        yield load_project(root)


def best_seconds(runs: int, action: Callable[[], object], before: Callable[[], object] = lambda: None) -> float:
    """Return the shortest time of an action; what goes before each run is not measured.

    The shortest, because what else the machine does can only add to it.
    """
    taken = []
    for _ in range(runs):
        before()
        start = time.perf_counter()
        action()
        taken.append(time.perf_counter() - start)
    return min(taken)


def silent(_: str) -> None:
    """Take a line of progress and print nothing."""


def tell(result: Mapping[str, object], lines: list[str], *, as_json: bool) -> None:
    """Print a result: lines for people or, with ``--json``, JSON for programs and the lines where errors go."""
    if as_json:
        sys.stderr.write("\n".join(lines) + "\n")
        sys.stdout.write(json.dumps(rounded(result), indent=2) + "\n")
    else:
        sys.stdout.write("\n".join(lines) + "\n")


def rounded(value: object) -> object:
    """Return a result with three decimals, four digits where that would be nothing, in each number of it.

    >>> rounded({"seconds": [1.23456, 0.00012345], "runs": 3})
    {'seconds': [1.235, 0.0001234], 'runs': 3}
    """
    if isinstance(value, float):
        return round(value, 3) if abs(value) >= 1 else float(f"{value:.4g}")
    if isinstance(value, Mapping):
        return {name: rounded(each) for name, each in value.items()}
    return [rounded(each) for each in value] if isinstance(value, list | tuple) else value
