"""How the cost of a full build grows with the corpus, beside the store's own loading of the same quads."""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path

import pyoxigraph as ox
from benchmarks.common import silent
from benchmarks.corpus import make_corpus

from kg_builder.build.run import build
from kg_builder.release.manifest import Manifest
from kg_builder.sources.project import load_project

SIZES = (10, 100)


@dataclass(frozen=True, slots=True)
class Cost:
    """What a full build of a corpus cost.

    Attributes:
        articles: in the corpus.
        quads: in the release.
        facts: asserted triples.
        build: seconds from records to a release that is served, with all checks and dumps.
        load: seconds of `bulk_load` of the same quads, and nothing else.
        memory: bytes that the build had in memory at its peak.
    """

    articles: int
    quads: int
    facts: int
    build: float
    load: float
    memory: int


def measure(articles: int) -> Cost:
    """Build a corpus of so many articles, once, in this process; the memory is that of the process."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "project"
        make_corpus(root, articles)
        project = load_project(root)
        start = time.perf_counter()
        build(project, silent)
        built = time.perf_counter() - start
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        current = project.build / "current"
        start = time.perf_counter()
        store = ox.Store(str(Path(folder) / "alone"))
        store.bulk_load(path=str(current / "kg.nq"), format=ox.RdfFormat.N_QUADS)
        store.flush()
        loaded = time.perf_counter() - start
        counts = Manifest.read(current.resolve()).counts
    return Cost(articles, counts.quads, counts.asserted, built, loaded, memory)


def apart(articles: int) -> Cost:
    """Measure in a process of its own, so that its peak of memory is its own."""
    command = [sys.executable, "-m", "benchmarks.growth", "--one", str(articles)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return Cost(**json.loads(done.stdout))


def table(costs: list[Cost]) -> list[str]:
    """Return the lines that people read."""
    lines = ["articles      quads  quads/fact   build s   quads/s   load s  of the limit   memory"]
    lines.extend(
        f"{cost.articles:8,} {cost.quads:10,} {cost.quads / cost.facts:11.1f} {cost.build:9.2f} "
        f"{cost.quads / cost.build:9,.0f} {cost.load:8.2f} {cost.load / cost.build:13.2f} "
        f"{cost.memory / 2**20:5,.0f} MiB"
        for cost in costs
    )
    for less, more in pairwise(costs):
        slope = (more.memory - less.memory) / (more.quads - less.quads)
        lines.append(f"from {less.articles:,} to {more.articles:,} articles memory grows by {slope:,.0f} bytes a quad")
    return lines


def main() -> None:
    """Print a table of sizes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES), help="articles (default: %(default)s)")
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        print(json.dumps(asdict(measure(asked.one))))
        return
    costs = [apart(size) for size in asked.sizes]
    print(json.dumps([asdict(cost) for cost in costs], indent=2) if asked.json else "\n".join(table(costs)))


if __name__ == "__main__":
    main()
