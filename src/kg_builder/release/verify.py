"""Whether a release is what its manifest says."""

from __future__ import annotations

import hashlib
import stat
import tempfile
from pathlib import Path

from kg_builder.errors import ReleaseError
from kg_builder.release.dumps import EARLY, KG_NQ, MEDIA_TYPES
from kg_builder.release.files import hash_file, stats
from kg_builder.release.manifest import Manifest
from kg_builder.release.shards import SHARDS_FOLDER, merge_files, release_id, shard_path
from kg_builder.release.store import STORE_FOLDER, compare_store, count_quads


def verify(release: Path, *, deep: bool = False) -> list[str]:
    """Return what is wrong with the release in that directory, one sentence each; an empty list when it is whole.

    Hashes every shard and dump again, derives the id from the shards, opens the store and counts it. `deep` also
    compares the store with the shards, quad by quad. A release whose dumps are still to come is whole.
    """
    try:
        manifest = Manifest.read(release)
    except ReleaseError as error:
        return [str(error)]
    problems = []
    if manifest.release != release_id(manifest.shards, manifest.presentation):
        problems.append(f"the shards do not give the id {manifest.release}")
    if manifest.dumps.keys() != EARLY:
        problems += [f"{name}: missing from the manifest" for name in MEDIA_TYPES if name not in manifest.dumps]
    hashes = {shard_path(Path(SHARDS_FOLDER), name): shard.sha256 for name, shard in manifest.shards.items()}
    hashes |= {Path(name): dump.sha256 for name, dump in manifest.dumps.items()}
    for path, sha256 in sorted(hashes.items()):
        try:
            if hash_file(release / path) != sha256:
                problems.append(f"{path.as_posix()}: its bytes have changed")
        except OSError as error:
            problems.append(f"{path.as_posix()}: {error.strerror}")
    return problems + _store_problems(release, manifest, deep=deep)


def _store_problems(release: Path, manifest: Manifest, *, deep: bool) -> list[str]:
    folder = release / STORE_FOLDER
    try:
        held = count_quads(folder)
        if held != manifest.counts.quads:
            return [f"the store holds {held} quads, not {manifest.counts.quads}"]
        if deep:
            with tempfile.TemporaryDirectory() as name:
                scratch = Path(name)
                paths = [shard_path(release / SHARDS_FOLDER, each) for each in manifest.shards]
                merge_files(paths, scratch / KG_NQ, scratch)
                compare_store(folder, scratch / KG_NQ, scratch)
    except (ReleaseError, OSError) as error:
        return [str(error)]
    return []


def signature(release: Path) -> str:
    """Return what a release's files look like from outside: names, sizes and times, as one hash; raises OSError.

    A release never changes, so that a release with the signature that it had is what it was.
    """
    seen = [
        f"{name} {found.st_size} {found.st_mtime_ns}\n"
        for name, found in stats(release)
        if not stat.S_ISDIR(found.st_mode)
    ]
    return hashlib.sha256("".join(sorted(seen)).encode()).hexdigest()
