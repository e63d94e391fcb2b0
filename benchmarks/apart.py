"""Measurements that get a process of their own, so that none warms another up and its memory is its own.

The memory is that of the process and of all that it starts at their common peak; what they share is counted once.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread

import pyoxigraph as ox
from benchmarks.common import silent

from kg_builder.build.mapping import Mapper, context_of, given_of
from kg_builder.build.run import Options, build
from kg_builder.errors import Problem, SourceError
from kg_builder.sources.entities import load_authority
from kg_builder.sources.project import load_project
from kg_builder.sources.schema import load_schema

EVERY = 0.1
"""Seconds between two looks at the memory."""
MAPPED = 100
"""How many articles are mapped at most to tell what mapping costs."""


def measured(what: str, folder: Path) -> dict[str, float]:
    """Return what a measurement of a project's folder took; memory is in bytes.

    Args:
        what: ``build``, ``serve`` (a build without the dumps), ``load`` or ``map``.
        folder: of the project.

    Raises:
        CalledProcessError: it failed.
    """
    command = [sys.executable, "-m", "benchmarks.apart", what, str(folder)]
    output, most = watched(command)
    found: dict[str, float] = json.loads(output.splitlines()[-1])
    return {**found, "memory": max(most, found["memory"])}


def watched(command: Sequence[str], environment: Mapping[str, str] | None = None) -> tuple[str, int]:
    """Run a command; return what it printed, and the most memory that it and its children had, in bytes.

    Raises:
        CalledProcessError: it failed; its errors were printed.
    """
    paths = os.pathsep.join(each for each in sys.path if each)
    most, over = [0], Event()
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": paths, **(environment or {})}
    ) as process:

        def look() -> None:
            while not over.wait(EVERY):
                most[0] = max(most[0], sum(map(_memory, family(process.pid))))

        watcher = Thread(target=look)
        watcher.start()
        try:
            output, _ = process.communicate()
        finally:
            over.set()
            watcher.join()
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return output, most[0]


def family(process: int) -> Iterator[int]:
    """Yield a process and all that descend from it; on Linux only, and nothing where it has ended."""
    if Path(f"/proc/{process}").exists():
        yield process
    for children in Path("/proc").glob(f"{process}/task/*/children"):
        with suppress(OSError):
            for child in children.read_text().split():
                yield from family(int(child))


def _memory(process: int) -> int:
    with suppress(OSError, StopIteration):
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
        return int(next(line for line in lines if line.startswith("Pss:")).split()[1]) * 1024
    return 0


def _build(folder: Path) -> dict[str, float]:
    """Build as the sources stand: seconds until the release is current, and until its dumps are written."""
    began, served, done = _timed(folder, Options())
    return {"began": began, "served": served, "done": done}


def _serve(folder: Path) -> dict[str, float]:
    """Build without the dumps: seconds until the release is current."""
    began, served, _ = _timed(folder, Options(dumps=False))
    return {"began": began, "served": served}


def _timed(folder: Path, options: Options) -> tuple[float, float, float]:
    project = load_project(folder)
    began, start = time.time(), time.perf_counter()
    built = build(project, silent, options)
    done = time.perf_counter() - start
    # The link is made right before it becomes the current one, and so tells when that was.
    moved = (project.build / "current").lstat().st_mtime - began
    return began, done if built.unchanged else min(max(moved, 0.0), done), done


def _load(folder: Path) -> dict[str, float]:
    """Load the quads of the current release into a new store, and do nothing else."""
    with tempfile.TemporaryDirectory(dir=folder) as alone:
        start = time.perf_counter()
        store = ox.Store(alone)
        store.bulk_load(path=str(folder / "build/current/kg.nq"), format=ox.RdfFormat.N_QUADS)
        store.flush()
        return {"seconds": time.perf_counter() - start}


def _map(folder: Path) -> dict[str, float]:
    """Map articles on one core: records and texts to checked, sorted lines."""
    project = load_project(folder)
    problems: list[Problem] = []
    schema = load_schema(folder, problems)
    declared = load_authority(project, schema, problems).declared
    given = [given_of(project, path) for path in sorted(project.articles.glob("*.yaml"))[:MAPPED]]
    mapper = Mapper(context_of(project, schema, declared))
    start = time.perf_counter()
    mapped = [mapper.map(each) for each in given]
    seconds = time.perf_counter() - start
    problems.extend(problem for each in mapped for problem in each.problems)
    if problems:
        raise SourceError(problems)
    return {"seconds": seconds, "quads": sum(each.quads for each in mapped)}


def fresh(folder: Path) -> None:
    """Take away all that builds of a project have left, so that the next one is a full one."""
    shutil.rmtree(folder / "build", ignore_errors=True)


def _tell(found: dict[str, float]) -> None:
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    print(json.dumps({**found, "memory": memory}), flush=True)


def main() -> None:
    """Make the measurement that the first argument names, of the folder in the second, and print it as JSON."""
    kinds: dict[str, Callable[[Path], dict[str, float]]] = {
        "build": _build,
        "serve": _serve,
        "load": _load,
        "map": _map,
    }
    _tell(kinds[sys.argv[1]](Path(sys.argv[2])))


if __name__ == "__main__":
    main()
