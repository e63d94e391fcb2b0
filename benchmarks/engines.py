"""The map over the articles by each engine: this process, two processes, two workers of a cluster on this machine."""

from __future__ import annotations

import resource
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.common import options, tell
from benchmarks.corpus import make_corpus

from kg_builder.build.engine_dask import DaskEngine
from kg_builder.build.engines import Engine, LocalEngine, Task
from kg_builder.build.mapping import Context, context_of
from kg_builder.sources.entities import load_authority
from kg_builder.sources.project import Project, load_project
from kg_builder.sources.schema import load_schema

ARTICLES = 100


@dataclass(frozen=True, slots=True)
class Mapping:
    """One run of the map: quads, seconds until the first article was mapped, in all, and of processors."""

    quads: int
    first: float
    seconds: float
    processor: float

    @property
    def speed(self) -> float:
        """Quads a second, start-up included."""
        return self.quads / self.seconds

    @property
    def later(self) -> float:
        """Quads a second once the workers work: the first article left out."""
        return self.quads * (1 - 1 / ARTICLES) / (self.seconds - self.first)


def mapped(engine: Engine, context: Context, project: Project) -> Mapping:
    """Map all articles of a project once."""
    with tempfile.TemporaryDirectory() as out:
        tasks = [
            Task(path.stem, str(path), str(project.texts / f"{path.stem}.txt"), f"{out}/{path.stem}.nq")
            for path in sorted(project.articles.glob("*.yaml"))
        ]
        before, start = processor_seconds(), time.perf_counter()
        results = iter(engine.run(context, tasks))
        quads = next(results).quads
        first = time.perf_counter() - start
        quads += sum(each.quads for each in results)
        return Mapping(quads, first, time.perf_counter() - start, processor_seconds() - before)


def processor_seconds() -> float:
    """Return what this process and those that it started, and that have ended, used of processors."""
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def main() -> None:
    """Map a corpus by each engine and print quads a second and their ratios."""
    asked = options(main.__doc__ or "")
    with tempfile.TemporaryDirectory() as folder:
        make_corpus(Path(folder) / "corpus", ARTICLES)
        project = load_project(Path(folder) / "corpus")
        schema = load_schema(project.root, [])
        context = context_of(project, schema, load_authority(project, schema, []).declared)
        elsewhere = Path(folder) / "elsewhere"
        engines: dict[str, Engine] = {
            "local:1": LocalEngine(1),
            "local:2": LocalEngine(2),
            "dask:2": DaskEngine(2, project.root.as_uri()),
            "dask:2, storage elsewhere": DaskEngine(2, elsewhere.as_uri()),
        }
        # In turn, so that what else the machine does meets all of them.
        runs = [{name: mapped(each, context, project) for name, each in engines.items()} for _ in range(asked.runs)]
        best = {name: min((run[name] for run in runs), key=lambda each: each.seconds) for name in engines}
    alone = best["local:1"]
    result: dict[str, float | int | bool] = {"articles": ARTICLES, "quads": alone.quads}
    lines = [f"{ARTICLES} articles, {alone.quads:,} quads"]
    for name, each in best.items():
        result |= {
            f"{name} quads/s": each.speed,
            f"{name} ratio": each.speed / alone.speed,
            f"{name} ratio at work": each.later / alone.later,
            f"{name} start": each.first,
            f"{name} processor seconds": each.processor,
        }
        lines.append(
            f"{name:26} {each.speed:9,.0f} quads/s   {each.speed / alone.speed:4.2f} of local:1   "
            f"{each.later / alone.later:4.2f} once at work   first article after {each.first:.2f} s   "
            f"{each.processor:5.2f} s of processors"
        )
    tell(result, lines, as_json=asked.json)


if __name__ == "__main__":
    main()
