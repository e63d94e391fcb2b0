"""A release from lines that a test made up, by the stages that a build goes through."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from tests.support.stores import load_store, write_shard

from kg_builder.release.dumps import KG_NQ
from kg_builder.release.lock import build_lock
from kg_builder.release.shards import SHARDS_FOLDER, merge_files, shard_path
from kg_builder.release.store import STORE_FOLDER, compare_store
from kg_builder.release.swap import workspace
from kg_builder.release.terms.lines import split_line
from kg_builder.release.writer import (
    Description,
    Draft,
    Progress,
    Release,
    add_dumps,
    changes_since,
    former_release,
    prune_releases,
    put_release,
)


def write_release(
    build_dir: Path,
    shards: Mapping[str, Iterable[str]],
    description: Description,
    keep: int = 5,
    progress: Progress = lambda _: None,
) -> Release:
    """Write `build_dir/releases/<id>` from lines, move `build_dir/current` to it and prune to the newest `keep`.

    `shards` maps names to N-Quads lines, newline included, in any order.
    """
    with build_lock(build_dir), workspace(build_dir) as scratch:
        former = former_release(build_dir, progress)
        draft = _draft(scratch / "release", shards, description, scratch, progress)
        draft = replace(draft, changes=changes_since(former, draft, description, progress))
        release = put_release(build_dir, draft, description, scratch, progress)
        release = add_dumps(release, description, scratch, progress)
        prune_releases(build_dir, keep, scratch, progress)
    return release


def _draft(
    folder: Path,
    shards: Mapping[str, Iterable[str]],
    description: Description,
    scratch: Path,
    progress: Progress,
) -> Draft:
    shards_folder = folder / SHARDS_FOLDER
    shards_folder.mkdir(parents=True)
    written = {name: write_shard(shards_folder, name, lines) for name, lines in sorted(shards.items())}
    progress(f"{len(written)} shards written")
    merged = scratch / KG_NQ
    merge_files([shard_path(shards_folder, name) for name in written], merged, scratch)
    graphs = count_graphs(merged)
    load_store(merged, folder / STORE_FOLDER)
    progress("comparing the store with its quads")
    compare_store(folder / STORE_FOLDER, merged, scratch)
    counts = replace(
        description.counts,
        quads=sum(graphs.values()),
        triples_default=graphs.get("", 0),
        graphs={graph: number for graph, number in graphs.items() if graph},
    )
    return Draft(folder, written, counts)


def count_graphs(nquads: Path) -> dict[str, int]:
    """Return how many quads of a file each graph has, by its IRI; that of the default graph is empty."""
    found: Counter[str] = Counter()
    with nquads.open(encoding="utf-8", newline="\n") as file:
        for line in file:
            found[split_line(line)[3][1:-1]] += 1
    return dict(found)
