"""From the lines of all shards to a release in place: the stages of this package in order."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from kg_builder.errors import ReleaseError
from kg_builder.release.changes import CHANGES_FILE, list_changes
from kg_builder.release.dumps import KG_NQ, MEDIA_TYPES, QUERIES_JSON, SHAPES_TTL, write_dumps
from kg_builder.release.files import Written, write_pieces
from kg_builder.release.lock import build_lock
from kg_builder.release.manifest import MANIFEST_FILE, Counts, Dump, Manifest, Shard, inputs_hash
from kg_builder.release.prune import prune
from kg_builder.release.shards import SHARDS_FOLDER, merge_files, release_id, shard_path, write_shard
from kg_builder.release.store import STORE_FOLDER, compare_store, load_store
from kg_builder.release.swap import current_path, install, point_current, release_path, replace_file, workspace
from kg_builder.release.terms.names import Names
from kg_builder.release.terms.order import TypeOrder
from kg_builder.release.verify import verify

Progress = Callable[[str], None]
"""Takes one short line about what is being done now."""


@dataclass(frozen=True, slots=True)
class Description:
    """What a release is beyond its quads.

    `built` is an aware time, and the only thing here that may differ between two builds of equal inputs. `order` sorts
    the dumps and says what is no fact. `counts` holds the caller's figures; `quads`, `triples_default` and `graphs`
    are counted by the writer. `inputs` is path to SHA-256 in hex, `versions` package to version.
    """

    title: Mapping[str, str]
    base: str
    prefixes: Mapping[str, str]
    license: str
    built: datetime
    order: TypeOrder = field(default_factory=TypeOrder)
    queries_json: bytes = b"[]\n"
    shapes_ttl: bytes = b""
    counts: Counts = field(default_factory=Counts)
    inputs: Mapping[str, str] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    description: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Release:
    """A release in place; `reused` says that one with the same content was there already."""

    id: str
    path: Path
    reused: bool
    manifest: Manifest


def write_release(
    build_dir: Path,
    shards: Mapping[str, Iterable[str]],
    description: Description,
    keep: int = 5,
    progress: Progress = lambda _: None,
) -> Release:
    """Write `build_dir/releases/<id>`, move `build_dir/current` to it and prune to the newest `keep` releases.

    `shards` maps names to N-Quads lines, newline included, in any order. Where a release of equal content is there and
    whole, it becomes current, and its manifest takes up changed inputs, versions and counts. Raises ReleaseError
    (another build runs; a line is out of form or holds a blank node; the store would rewrite a literal) and OSError;
    what was current before is current then.
    """
    with build_lock(build_dir), workspace(build_dir) as scratch:
        fresh = scratch / "release"
        manifest, found = _write_files(build_dir, fresh, shards, description, progress)
        reused = found.exists() and _same_content(manifest, found)
        changes = _changes(build_dir, fresh, manifest.release, description.order, progress)
        if reused:
            progress(f"release {manifest.release} is there already")
            former = Manifest.read(found)
            manifest = replace(manifest, built=former.built)
            if manifest != former:
                replace_file(found / MANIFEST_FILE, manifest.to_json(), scratch)
            if changes is not None and changes != _listed(found):
                replace_file(found / CHANGES_FILE, changes, scratch)
            point_current(build_dir, found, scratch)
        else:
            progress("comparing the store with kg.nq")
            _prove_store(fresh, found, scratch)
            progress(f"moving release {manifest.release} into place")
            (fresh / MANIFEST_FILE).write_bytes(manifest.to_json())
            if changes is not None:
                (fresh / CHANGES_FILE).write_bytes(changes)
            install(build_dir, fresh, manifest.release, scratch)
        for name in prune(build_dir, keep, scratch):
            progress(f"removed the old release {name}")
    return Release(manifest.release, found, reused, manifest)


def current_release(build_dir: Path) -> Release | None:
    """Return the release that `build_dir/current` names, or None when there is no such link.

    Raises ReleaseError when the link leads nowhere or to a directory without a manifest.
    """
    path = current_path(build_dir)
    if path is None:
        return None
    manifest = Manifest.read(path)
    return Release(manifest.release, path, reused=True, manifest=manifest)


def unchanged_release(build_dir: Path, inputs: Mapping[str, str], versions: Mapping[str, str]) -> Release | None:
    """Return the current release if it was made from these inputs by these versions and is whole, otherwise None.

    A build may stop there: it would give the same release.
    """
    try:
        release = current_release(build_dir)
    except ReleaseError:
        # A damaged release is no reason to stop a build: the build is what repairs it.
        return None
    if release is None or release.manifest.inputs_hash != inputs_hash(inputs):
        return None
    return release if release.manifest.versions == dict(versions) and not verify(release.path) else None


def _write_files(
    build_dir: Path,
    fresh: Path,
    shards: Mapping[str, Iterable[str]],
    description: Description,
    progress: Progress,
) -> tuple[Manifest, Path]:
    names = Names(description.prefixes, description.base)
    folder = fresh / SHARDS_FOLDER
    folder.mkdir(parents=True)
    written_shards: dict[str, Shard] = {}
    for name, lines in sorted(shards.items()):
        written_shards[name] = write_shard(folder, name, lines)
    presentation = _presentation(description)
    release = release_id(written_shards, presentation)
    found = release_path(build_dir, release)
    progress(f"{len(written_shards)} shards written")
    paths = [shard_path(folder, name) for name in written_shards]
    written = {KG_NQ: merge_files(paths, fresh / KG_NQ, fresh.parent)}
    progress(f"writing the dumps and the store of {written[KG_NQ].pieces:,} quads")
    with ThreadPoolExecutor(1) as pool:
        # Loading leaves the interpreter to the dumps. Where the release seems to be there already, its store will do.
        store = None if found.exists() else pool.submit(load_store, fresh / KG_NQ, fresh / STORE_FOLDER)
        run = write_dumps(fresh, names, description.order, fresh.parent)
        if store:
            store.result()
    written |= run.written
    written[QUERIES_JSON] = write_pieces(fresh / QUERIES_JSON, [description.queries_json])
    written[SHAPES_TTL] = write_pieces(fresh / SHAPES_TTL, [description.shapes_ttl])
    counts = replace(
        description.counts,
        quads=written[KG_NQ].pieces,
        triples_default=run.graphs.get("", 0),
        graphs={graph[1:-1]: number for graph, number in run.graphs.items() if graph},
    )
    manifest = Manifest(
        release=release,
        built=_iso(description.built),
        title=description.title,
        base=description.base,
        prefixes=description.prefixes,
        license=description.license,
        counts=counts,
        shards=written_shards,
        dumps={name: _dump(name, file) for name, file in written.items()},
        inputs=description.inputs,
        inputs_hash=inputs_hash(description.inputs),
        versions=description.versions,
        presentation=presentation,
        description=description.description,
    )
    return manifest, found


def _changes(build_dir: Path, fresh: Path, release: str, order: TypeOrder, progress: Progress) -> bytes | None:
    """Return the list of changes since what is current; None when there is no such release, or it cannot be read.

    Where the current release is of the same id, so that it is reused or mended, its own list stays.
    """
    try:
        former = current_path(build_dir)
        if former is None:
            return None
        if Manifest.read(former).release == release:
            return _listed(former)
        progress("listing what changed")
        return list_changes(former, fresh, order, release)
    except (ReleaseError, OSError) as error:
        progress(f"the former release cannot be compared: {error}")
        return None


def _listed(release: Path) -> bytes | None:
    path = release / CHANGES_FILE
    return path.read_bytes() if path.exists() else None


def _presentation(description: Description) -> str:
    shown = [
        sorted(description.title.items()),
        description.base,
        sorted(description.prefixes.items()),
        description.license,
        description.order.kinds,
        description.order.apparatus,
        *(hashlib.sha256(file).hexdigest() for file in (description.queries_json, description.shapes_ttl)),
    ]
    return hashlib.sha256(json.dumps(shown, ensure_ascii=False).encode()).hexdigest()


def _prove_store(fresh: Path, found: Path, scratch: Path) -> None:
    store = fresh / STORE_FOLDER
    if not store.exists():
        try:
            # The very files that a reader of the former directory may have open, under the same names.
            shutil.copytree(found / STORE_FOLDER, store, copy_function=os.link)
            compare_store(store, fresh / KG_NQ, scratch)
        except (ReleaseError, OSError):
            # The store is what was damaged: it is loaded anew.
            shutil.rmtree(store, ignore_errors=True)
        else:
            return
        load_store(fresh / KG_NQ, store)
    compare_store(store, fresh / KG_NQ, scratch)


def _same_content(manifest: Manifest, found: Path) -> bool:
    return not verify(found) and Manifest.read(found).dumps == manifest.dumps


def _dump(name: str, file: Written) -> Dump:
    return Dump(file.sha256, file.bytes, MEDIA_TYPES[name])


def _iso(moment: datetime) -> str:
    if moment.tzinfo is None:
        raise ReleaseError("the time of a build needs a time zone")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
