"""Shards and stores from lines that a test made up, and what a store holds."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pyoxigraph import RdfFormat, Store

from kg_builder.release.files import write_pieces
from kg_builder.release.manifest import Shard
from kg_builder.release.shards import shard_path
from kg_builder.release.store import open_store


def write_shard(folder: Path, name: str, lines: Iterable[str]) -> Shard:
    """Write `<name>.nq` from N-Quads lines, newline included, in any order: sorted, each once."""
    written = write_pieces(shard_path(folder, name), (line.encode() for line in sorted(set(lines))))
    return Shard(written.sha256, written.pieces)


def load_store(nquads: Path, folder: Path) -> None:
    """Load a file of N-Quads into a new store in `folder`, and close it."""
    store = Store(str(folder))
    store.bulk_load(path=str(nquads), format=RdfFormat.N_QUADS)
    store.optimize()
    store.flush()


def dump_store(folder: Path) -> bytes:
    """Return everything that a store holds as sorted N-Quads."""
    dumped = open_store(folder).dump(format=RdfFormat.N_QUADS)
    assert dumped is not None
    return b"".join(sorted(dumped.splitlines(keepends=True)))
