"""How long the saved queries take on the project's own graph, beside the limit that each keeps."""

from __future__ import annotations

from functools import partial

from benchmarks.common import best_seconds, copied_project, options, silent, tell

from kg_builder.build.run import build
from kg_builder.release.query import open_release, saved_query

LIMIT = 0.1
"""Seconds: what a reader does not notice."""


def main() -> None:
    """Print the slowest saved queries with their default values, and how much of the limit they take."""
    asked = options(main.__doc__ or "")
    with copied_project() as project:
        build(project, silent)
        reader = open_release(project.build)
        taken: dict[str, float] = {}
        for saved in reader.saved:
            name = str(saved["name"])
            asking = partial(reader.rows, *saved_query(reader, name, {}))
            taken[name] = best_seconds(asked.runs, asking)
    within = sum(each < LIMIT for each in taken.values())
    slowest = sorted(taken, key=lambda name: -taken[name])[:5]
    tell(
        {"queries": len(taken), "within_limit": within} | {name: taken[name] for name in slowest},
        [
            f"{within} of {len(taken)} saved queries take less than {LIMIT * 1000:.0f} ms",
            *(f"{name:40} {taken[name] * 1000:6.1f} ms  {taken[name] / LIMIT:5.2f} of the limit" for name in slowest),
        ],
        as_json=asked.json,
    )


if __name__ == "__main__":
    main()
