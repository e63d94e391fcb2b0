"""How soon one article is checked in corpora of several sizes, and how soon the command starts."""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.common import best_seconds, tell
from benchmarks.corpus import make_corpus

SIZES = (100, 1000)


def run(*arguments: str) -> None:
    """Run Python as the command does."""
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True)


def seconds(runs: int, *arguments: str) -> float:
    """Return the shortest time of a run, from the start of its process to its end."""
    return best_seconds(runs, lambda: run(*arguments))


def checked(articles: int, runs: int) -> float:
    """Return how long one article's check takes in a corpus of so many, with what is kept between checks at hand."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "project"
        make_corpus(root, articles)
        record = min((root / "data/articles").glob("*.yaml")).stem
        asked = ("-m", "kg_builder.cli.main", "--project", str(root), "check", record)
        run(*asked)
        return seconds(runs, *asked)


def main() -> None:
    """Print times, and their ratios to a Python that does nothing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    parser.add_argument("--runs", type=int, default=5, help="how often each thing is measured (default: %(default)s)")
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES), help="articles (default: %(default)s)")
    asked = parser.parse_args()
    nothing = seconds(asked.runs, "-c", "pass")
    times = {
        "version": seconds(asked.runs, "-m", "kg_builder.cli.main", "--version"),
        "help": seconds(asked.runs, "-m", "kg_builder.cli.main", "--help"),
        **{f"check_of_{size}": checked(size, asked.runs) for size in asked.sizes},
    }
    result = {"nothing_seconds": nothing}
    for name, taken in times.items():
        result |= {f"{name}_seconds": taken, f"{name}_to_nothing": taken / nothing}
    lines = [f"python -c pass                        {nothing:6.3f} s"]
    for name, taken in times.items():
        size = name.removeprefix("check_of_")
        what = f"check of one article of {int(size):,}" if name != size else f"rujukan --{name}"
        lines.append(f"{what:37} {taken:6.3f} s   {taken / nothing:5.1f} x that")
    tell(dict(result), lines, as_json=asked.json)


if __name__ == "__main__":
    main()
