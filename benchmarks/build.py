"""What a full build costs as the corpus grows, beside the store's own loading of the same quads.

A build goes from records to a release that is current, with all checks on; its dumps may be written after that. The
limit is `bulk_load` of the same N-Quads into a new store, and nothing else, in turn with the builds. Both run in
processes of their own, which nothing has warmed up. The first row is this project itself.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.apart import fresh, measured
from benchmarks.common import copied_project, tell
from benchmarks.corpus import make_corpus

from kg_builder.release.manifest import Manifest

SIZES = (100,)
QUICK = (5, 10)
FEW = 100
"""Up to so many articles the best of several runs counts; beyond, there is one."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a full build of a corpus cost; times are in seconds, memory and files in bytes.

    Attributes:
        articles: in the corpus.
        quads: in the release.
        facts: asserted triples.
        served: until the release is the current one.
        done: until its dumps are written too.
        unchanged: of a build of the same sources again.
        load: of `bulk_load` of the same quads, and nothing else.
        mapped: of the map on one core, for a million quads.
        memory: of the build at its peak.
        load_memory: of the loading at its peak.
        nquads: the size of ``kg.nq``.
        dumps: of the other dumps together.
        shards: of the shards.
        store: of the store's folder.
    """

    articles: int
    quads: int
    facts: int
    served: float
    done: float
    unchanged: float
    load: float
    mapped: float
    memory: float
    load_memory: float
    nquads: int
    dumps: int
    shards: int
    store: int

    @property
    def of_limit(self) -> float:
        """Its quads a second, in those of `bulk_load`."""
        return self.load / self.served


def measure(folder: Path, runs: int) -> Cost:
    """Build a project's folder from nothing and load the same quads, so many times in turn; the best times count."""
    builds, loads = [], []
    for _ in range(runs):
        fresh(folder)
        builds.append(measured("build", folder))
        loads.append(measured("load", folder))
    mapped = measured("map", folder)
    release = (folder / "build/current").resolve()
    counts = Manifest.read(release).counts
    nquads = (release / "kg.nq").stat().st_size
    dumps = sum((release / name).stat().st_size for name in ("kg.trig", "kg.ttl", "kg.jsonld", "facts.ttl"))
    return Cost(
        articles=counts.articles,
        quads=counts.quads,
        facts=counts.asserted,
        served=min(each["served"] for each in builds),
        done=min(each["done"] for each in builds),
        unchanged=min(measured("build", folder)["done"] for _ in range(runs)),
        load=min(each["seconds"] for each in loads),
        mapped=mapped["seconds"] / mapped["quads"] * 1e6,
        memory=max(each["memory"] for each in builds),
        load_memory=max(each["memory"] for each in loads),
        nquads=nquads,
        dumps=dumps,
        shards=size(release / "shards"),
        store=size(release / "store"),
    )


def size(folder: Path) -> int:
    """Return the bytes of all files in a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def slope(costs: Sequence[Cost]) -> float:
    """Return by how many bytes the memory of a build grows with each quad between the two largest."""
    if not costs[1:]:
        return 0.0
    less, more = costs[-2:]
    return (more.memory - less.memory) / (more.quads - less.quads) if more.quads > less.quads else 0.0


def table(costs: Sequence[Cost]) -> list[str]:
    """Return the lines that people read."""
    lines = [
        "articles       quads quads/fact  served s    quads/s   load s  of the limit  all dumps s unchanged s   memory",
        *(
            f"{cost.articles:8,} {cost.quads:11,} {cost.quads / cost.facts:10.2f} {cost.served:9.2f} "
            f"{cost.quads / cost.served:10,.0f} {cost.load:8.2f} {cost.of_limit:13.2f} {cost.done:12.2f} "
            f"{cost.unchanged:11.2f} {cost.memory / 2**20:4,.0f} MiB"
            for cost in costs
        ),
    ]
    last = costs[-1]
    if costs[1:]:
        text = f"from {costs[-2].articles:,} to {last.articles:,} articles"
        lines.append(f"{text} memory grows by {slope(costs):,.0f} bytes a quad")
    million = last.quads / 1e6
    lines.append(
        f"for a million quads: map {last.mapped:.2f} s on one core, load {last.load / million:.2f} s; on disk N-Quads "
        f"{last.nquads / million / 1e6:,.0f} MB, other dumps {last.dumps / million / 1e6:,.0f} MB, shards "
        f"{last.shards / million / 1e6:,.0f} MB, store {last.store / million / 1e6:,.0f} MB"
    )
    return lines


def main() -> None:
    """Print a table of sizes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    parser.add_argument("--runs", type=int, default=3, help="how often the small ones are built (default: %(default)s)")
    parser.add_argument("--sizes", type=int, nargs="+", help=f"articles (default: {SIZES})")
    parser.add_argument("--quick", action="store_true", help=f"sizes {QUICK}, once")
    asked = parser.parse_args()
    costs = []
    with copied_project() as project:
        costs.append(measure(project.root, 1 if asked.quick else asked.runs))
    for articles in sorted(asked.sizes or (QUICK if asked.quick else SIZES)):
        with tempfile.TemporaryDirectory() as folder:
            make_corpus(Path(folder) / "corpus", articles)
            costs.append(measure(Path(folder) / "corpus", 1 if asked.quick or articles > FEW else asked.runs))
    result = {"sizes": [asdict(cost) for cost in costs], "memory_slope_bytes_a_quad": slope(costs)}
    tell(result, table(costs), as_json=asked.json)


if __name__ == "__main__":
    main()
