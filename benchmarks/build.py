"""How long builds take: a full one, an unchanged one, and the store's loading alone for comparison."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pyoxigraph as ox
from benchmarks.common import best_seconds, copied_project, options, silent, tell

from kg_builder.build.run import build
from kg_builder.release.manifest import Manifest


def load(nquads: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = ox.Store(folder)
        store.bulk_load(path=str(nquads), format=ox.RdfFormat.N_QUADS)
        store.flush()


def main() -> None:
    """Build a copy of the project and print the times, and their ratios to `bulk_load` of the same `kg.nq`."""
    asked = options(main.__doc__ or "")
    with copied_project() as project:
        full = best_seconds(
            asked.runs,
            lambda: build(project, silent),
            before=lambda: shutil.rmtree(project.build, ignore_errors=True),
        )
        unchanged = best_seconds(asked.runs, lambda: build(project, silent))
        assert build(project, silent).unchanged, "a build of the same sources did something"
        current = project.build / "current"
        counts = Manifest.read(current.resolve()).counts
        loading = best_seconds(asked.runs, lambda: load(current / "kg.nq"))
    tell(
        {
            "quads": counts.quads,
            "quads_per_fact": counts.quads / counts.asserted,
            "full_seconds": full,
            "unchanged_seconds": unchanged,
            "bulk_load_seconds": loading,
            "full_to_bulk_load": full / loading,
            "full_to_unchanged": full / unchanged,
        },
        [
            f"{counts.quads:,} quads, {counts.quads / counts.asserted:.2f} for each asserted triple",
            f"full build       {full:6.2f} s   {full / loading:5.1f} x bulk_load",
            f"unchanged build  {unchanged:6.2f} s   1/{full / unchanged:.0f} of a full build",
            f"bulk_load alone  {loading:6.2f} s   the same kg.nq into a new store",
        ],
        as_json=asked.json,
    )


if __name__ == "__main__":
    main()
