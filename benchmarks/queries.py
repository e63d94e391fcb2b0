"""How long the saved queries take: on the project's own graph, and on a corpus that is made four times as large.

On the own graph each has a limit. On the others the time of the larger is set beside that of the smaller: what follows
its answer grows about four times; what grows much more is the next to be written anew.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import pyoxigraph as ox
from benchmarks.common import best_seconds, copied_project, options, silent, tell
from benchmarks.corpus import make_corpus

from kg_builder.build.run import build
from kg_builder.release.query import Reader, open_release, saved_query
from kg_builder.sources.project import load_project

LIMIT = 0.1
"""Seconds: what a reader does not notice."""
ARTICLES, TIMES = 40, 4
SHOWN = 5
FIRST = "-0"
"""What follows the id of something of a made corpus's first article."""


def main() -> None:
    """Print the slowest saved queries with their default values, their share of the limit, and how they grow."""
    asked = options(main.__doc__ or "")
    with copied_project() as project:
        build(project, silent)
        own = times(open_release(project.build), asked.runs)
    few, many = (times(made(articles), asked.runs) for articles in (ARTICLES, ARTICLES * TIMES))
    growth = {name: many[name] / few[name] for name in many}
    within = sum(each < LIMIT for each in own.values())
    tell(
        {
            "queries": len(own),
            "within_limit": within,
            "growth": max(growth[name] for name in slowest(many)),
            **{name: own[name] for name in slowest(own)},
            "articles": ARTICLES * TIMES,
            "large": {name: many[name] for name in slowest(many)},
        },
        [
            f"{within} of {len(own)} saved queries take less than {LIMIT * 1000:.0f} ms",
            *(f"{name:40} {own[name] * 1000:6.1f} ms  {own[name] / LIMIT:5.2f} of the limit" for name in slowest(own)),
            f"with {ARTICLES * TIMES} articles, and as many times the time that it takes with {ARTICLES}",
            *(f"{name:40} {many[name] * 1000:6.1f} ms  {growth[name]:5.2f} times" for name in slowest(many)),
        ],
        as_json=asked.json,
    )


def made(articles: int) -> Reader:
    """Return a release of so many made articles; what it is read from is open, so its folder may go."""
    with tempfile.TemporaryDirectory() as folder:
        make_corpus(Path(folder), articles)
        project = load_project(Path(folder))
        build(project, silent)
        return open_release(project.build)


def times(reader: Reader, runs: int) -> dict[str, float]:
    """Return the shortest time of each saved query."""
    taken = {}
    for saved in reader.saved:
        query, bound = saved_query(reader, str(saved["name"]), values(reader, saved))
        taken[str(saved["name"])] = best_seconds(runs, partial(reader.rows, query, bound))
    return taken


def values(reader: Reader, saved: Mapping[str, object]) -> dict[str, str]:
    """Return values for the parameters of whose defaults a made corpus has only copies."""
    parameters = saved["parameters"]
    assert isinstance(parameters, list)
    defaults = {str(each["name"]): str(each["default"]) for each in parameters if each["type"] == "iri"}
    copies = {name: default + FIRST for name, default in defaults.items() if not default.endswith(">")}
    return {
        name: copy
        for name, copy in copies.items()
        if any(reader.store.quads_for_pattern(ox.NamedNode(reader.iri(copy)), None, None))
    }


def slowest(taken: Mapping[str, float]) -> list[str]:
    """Return the names of those that take longest."""
    return sorted(taken, key=lambda name: -taken[name])[:SHOWN]


if __name__ == "__main__":
    main()
