"""From a draft to a release in place: the swap first, then the dumps."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from kg_builder.errors import ReleaseError
from kg_builder.release.changes import CHANGES_FILE, Side, list_changes
from kg_builder.release.dumps import KG_NQ, MEDIA_TYPES, QUERIES_JSON, SHAPES_TTL, write_dumps
from kg_builder.release.files import Written, sync, write_pieces
from kg_builder.release.manifest import MANIFEST_FILE, Counts, Dump, Manifest, Shard, inputs_hash
from kg_builder.release.prune import prune
from kg_builder.release.shards import SHARDS_FOLDER, merge_files, release_id, shard_path
from kg_builder.release.swap import current_path, install, point_current, release_path, replace_file
from kg_builder.release.terms.names import Names
from kg_builder.release.terms.order import TypeOrder
from kg_builder.release.verify import signature, verify

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


@dataclass(frozen=True, slots=True)
class Draft:
    """What is to become a release: its shards and its store lie in a folder of the workspace.

    Attributes:
        folder: holds `shards/` and `store/`.
        shards: by name.
        counts: of everything, the writer's own three included.
        changes: the content of `changes.json`; None for no such file.
        differing: what each shard lost and gained since the current release; None where that is not known yet.
        signatures: of earlier releases, by their ids; one that has its signature still is whole without being read.
    """

    folder: Path
    shards: Mapping[str, Shard]
    counts: Counts
    changes: bytes | None = None
    differing: Sequence[tuple[set[bytes], set[bytes]]] | None = None
    signatures: Mapping[str, str] = field(default_factory=dict)


def put_release(
    build_dir: Path,
    draft: Draft,
    description: Description,
    scratch: Path,
    progress: Progress = lambda _: None,
) -> Release:
    """Make a draft a release, `build_dir/releases/<id>`, and the current one; its dumps may follow.

    Where a release of equal content is there and whole, it becomes current, and its manifest takes up changed inputs,
    versions and counts. The caller holds the lock and the workspace `scratch`. Raises OSError and ReleaseError; what
    was current before is current then.
    """
    presentation = _presentation(description)
    manifest = Manifest(
        release=release_id(draft.shards, presentation),
        built=_iso(description.built),
        title=description.title,
        base=description.base,
        prefixes=description.prefixes,
        license=description.license,
        counts=draft.counts,
        shards=draft.shards,
        dumps={},
        inputs=description.inputs,
        inputs_hash=inputs_hash(description.inputs),
        versions=description.versions,
        presentation=presentation,
        description=description.description,
    )
    found = release_path(build_dir, manifest.release)
    former = _whole(found, draft)
    if former:
        progress(f"release {manifest.release} is there already")
        manifest = replace(manifest, built=former.built, dumps=former.dumps)
        if manifest != former:
            replace_file(found / MANIFEST_FILE, manifest.to_json(), scratch)
        if draft.changes is not None and draft.changes != _listed(found):
            replace_file(found / CHANGES_FILE, draft.changes, scratch)
        point_current(build_dir, found, scratch)
        return Release(manifest.release, found, reused=True, manifest=manifest)
    small = {QUERIES_JSON: description.queries_json, SHAPES_TTL: description.shapes_ttl}
    written = {name: write_pieces(draft.folder / name, [content]) for name, content in small.items()}
    manifest = replace(manifest, dumps={name: _dump(name, file) for name, file in written.items()})
    progress(f"moving release {manifest.release} into place")
    (draft.folder / MANIFEST_FILE).write_bytes(manifest.to_json())
    if draft.changes is not None:
        (draft.folder / CHANGES_FILE).write_bytes(draft.changes)
    install(build_dir, draft.folder, manifest.release, scratch)
    return Release(manifest.release, found, reused=False, manifest=manifest)


def _whole(found: Path, draft: Draft) -> Manifest | None:
    """Return the manifest of a release that is there and whole, and holds what a draft of the same id does."""
    if not found.exists() or (draft.signatures.get(found.name) != signature(found) and verify(found)):
        return None
    manifest = Manifest.read(found)
    # The same shards give the same quads: a store of another number, even if its manifest says so, is not of them.
    return manifest if manifest.counts.quads == draft.counts.quads else None


def add_dumps(
    release: Release, description: Description, scratch: Path, progress: Progress = lambda _: None
) -> Release:
    """Write the dumps of a release that is in place, and list them in its manifest; those that are listed stay.

    Until then the release is whole without them. The caller holds the lock and the workspace `scratch`.

    Raises:
        ReleaseError: the shards hold another number of quads than the store.
        OSError: a file cannot be written.
    """
    if release.manifest.dumps.keys() >= MEDIA_TYPES.keys():
        return release
    progress(f"writing the dumps of {release.manifest.counts.quads:,} quads")
    folder = scratch / "dumps"
    folder.mkdir()
    paths = [shard_path(release.path / SHARDS_FOLDER, name) for name in release.manifest.shards]
    written = {KG_NQ: merge_files(paths, folder / KG_NQ, scratch)}
    if written[KG_NQ].pieces != release.manifest.counts.quads:
        held = f"the shards hold {written[KG_NQ].pieces:,} quads, the store {release.manifest.counts.quads:,}"
        message = f"{release.id}: {held}; run `rujukan build --force`"
        raise ReleaseError(message)
    names = Names(description.prefixes, description.base)
    written |= write_dumps(folder, names, description.order, scratch).written
    for name in written:
        sync(folder / name)
        (folder / name).replace(release.path / name)
    sync(release.path)
    dumps = {**release.manifest.dumps, **{name: _dump(name, file) for name, file in written.items()}}
    manifest = replace(release.manifest, dumps=dumps)
    replace_file(release.path / MANIFEST_FILE, manifest.to_json(), scratch)
    return replace(release, manifest=manifest)


def prune_releases(build_dir: Path, keep: int, scratch: Path, progress: Progress = lambda _: None) -> None:
    """Remove old releases, and tell of each."""
    for name in prune(build_dir, keep, scratch):
        progress(f"removed the old release {name}")


def former_release(build_dir: Path, progress: Progress) -> Release | None:
    """Return the current release as what a build follows; None where there is none, or it cannot be read."""
    try:
        return current_release(build_dir)
    except ReleaseError as error:
        # A damaged release is no reason to stop a build: the build is what repairs it.
        progress(f"the former release cannot be read: {error}")
        return None


def current_release(build_dir: Path) -> Release | None:
    """Return the release that `build_dir/current` names, or None when there is no such link.

    Raises ReleaseError when the link leads nowhere or to a directory without a manifest.
    """
    path = current_path(build_dir)
    if path is None:
        return None
    manifest = Manifest.read(path)
    return Release(manifest.release, path, reused=True, manifest=manifest)


def changes_since(
    former: Release | None, draft: Draft, description: Description, progress: Progress = lambda _: None
) -> bytes | None:
    """Return the list of changes since a former release; None when there is none, or it cannot be read.

    Where that release is of the same id, so that it is reused or mended, its own list stays.
    """
    if former is None:
        return None
    try:
        before = Side(former.path, former.manifest.shards, former.id, former.manifest.built)
        after = Side(draft.folder, draft.shards, release_id(draft.shards, _presentation(description)))
        if before.release == after.release:
            return _listed(former.path)
        progress("listing what changed")
        return list_changes(before, after, description.order, draft.differing)
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


def _dump(name: str, file: Written) -> Dump:
    return Dump(file.sha256, file.bytes, MEDIA_TYPES[name])


def _iso(moment: datetime) -> str:
    if moment.tzinfo is None:
        raise ReleaseError("the time of a build needs a time zone")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
