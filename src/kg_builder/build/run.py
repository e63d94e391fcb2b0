"""The build: what changed in the sources becomes a release, and where nothing did, nothing is done.

Everything is built afresh where there is no release to build on, or where something changed that bears on every
article: the ontology, a rule, the project's own file, the builder. Else the release before is copied, by links, and
what changed is brought into it. Both ways lead to the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from kg_builder.build.engines import Engine, LocalEngine
from kg_builder.build.increment import build_on
from kg_builder.build.inputs import changed_since, context_hash, input_hashes, package_versions
from kg_builder.build.sources import open_sources
from kg_builder.build.stage import Stage
from kg_builder.build.state import State, open_state
from kg_builder.build.whole import build_whole
from kg_builder.build.work import ArticleFiles, Work
from kg_builder.errors import ReleaseError
from kg_builder.graph.layers import AUTHORITY, DERIVED
from kg_builder.release.dumps import MEDIA_TYPES
from kg_builder.release.lock import build_lock
from kg_builder.release.manifest import inputs_hash
from kg_builder.release.swap import workspace
from kg_builder.release.verify import signature, verify
from kg_builder.release.writer import (
    Release,
    add_dumps,
    changes_since,
    former_release,
    prune_releases,
    put_release,
)
from kg_builder.sources.project import Project
from kg_builder.sources.stamps import Stamps

_RECORDS: Final = "data/articles/"

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Built:
    """What a build gave; ``unchanged`` says that the current release was right already and nothing was done."""

    release: Release
    unchanged: bool


@dataclass(frozen=True, slots=True)
class Options:
    """How to build.

    Attributes:
        force: build everything afresh, even where nothing changed.
        dumps: write the dumps once the release is current; else they are left to a later build.
        engine: runs the map over the articles.
    """

    force: bool = False
    dumps: bool = True
    engine: Engine = field(default_factory=LocalEngine)


def build(project: Project, progress: Progress, options: Options | None = None) -> Built:
    """Build the project's graph into a release and make it the current one.

    Args:
        project: where the sources lie.
        progress: is told the stage, for people.
        options: how; by default what changed alone, here.

    Raises:
        SourceError: the sources are wrong; the current release stays.
        ReleaseError: the release cannot be written, or another build runs; the current release stays.
        OSError: a file cannot be read or written; the current release stays.
    """
    how = options or Options()
    cache = project.build / "cache"
    with build_lock(project.build), open_state(cache) as state, workspace(project.build) as scratch:
        stamps = Stamps(cache / "stamps.json")
        inputs, versions = input_hashes(project, stamps), package_versions()
        stamps.save()
        former, meta = former_release(project.build, progress), state.meta()
        whole = former is not None and _is_whole(former, meta)
        if former and whole and not how.force and _is_of(former, inputs, versions):
            if how.dumps and not former.manifest.dumps.keys() >= MEDIA_TYPES.keys():
                description = open_sources(project).description(inputs, versions)
                former = add_dumps(former, description, scratch, progress)
                _sign(state, former)
            return Built(former, unchanged=True)
        context = context_hash(inputs, versions)
        pieces = {layer: state.pieces(layer) for layer in (AUTHORITY, DERIVED)}
        known = (meta.get("release"), meta.get("context")) == (former.id if former else None, context)
        base = former if whole and known and all(pieces.values()) and not how.force else None
        progress("reading the sources")
        sources = open_sources(project)
        if base:
            sources.remember_rules(meta["rules"])
        state.begin(afresh=base is None)
        stage = Stage(scratch / "release", base)
        work = Work(sources, article_files(inputs), stage, how.engine, scratch, progress, state, meta, pieces)
        made = build_on(base, work) if base else build_whole(work)
        description = sources.description(inputs, versions)
        if changed := changed_since(inputs, project, stamps):
            # Else what was read later would be known by the hash of what was there before.
            message = f"{changed[0]} changed while the build read it: build again"
            raise ReleaseError(message)
        # Who forces a build does not trust what is there.
        signatures = {} if how.force else meta.get("signatures", {})
        changes = changes_since(former, made.draft, description, progress)
        draft = replace(made.draft, changes=changes, signatures=signatures)
        release = put_release(project.build, draft, description, scratch, progress)
        remembered = {
            "release": release.id,
            "context": context,
            "signatures": _signed(signatures, release),
            "rules": sources.rules_json(),
            "authority": sources.authority.revision,
            "redirects": sorted(sources.authority.redirects),
        }
        state.finish(remembered, made.pieces)
        if how.dumps:
            release = add_dumps(release, description, scratch, progress)
            _sign(state, release)
        prune_releases(project.build, project.keep, scratch, progress)
    return Built(release, unchanged=False)


def _is_whole(release: Release, meta: Mapping[str, Any]) -> bool:
    """Tell whether a release is what it was when it was made, by a look at its files; else by reading them all."""
    try:
        seen = signature(release.path)
    except OSError:
        return False
    return meta.get("signatures", {}).get(release.id) == seen or not verify(release.path)


def _is_of(release: Release, inputs: Mapping[str, str], versions: Mapping[str, str]) -> bool:
    manifest = release.manifest
    return manifest.inputs_hash == inputs_hash(inputs) and manifest.versions == dict(versions)


def _sign(state: State, release: Release) -> None:
    """Remember what a release looks like after its dumps have come to it."""
    state.note(signatures=_signed(state.meta().get("signatures", {}), release))


def _signed(signatures: Mapping[str, str], release: Release) -> dict[str, str]:
    """Return the signatures of the releases that are still there, and that of a new one."""
    kept = {name: each for name, each in signatures.items() if (release.path.parent / name).exists()}
    return kept | {release.id: signature(release.path)}


def article_files(inputs: Mapping[str, str]) -> dict[str, ArticleFiles]:
    """Return the hashes of each article's files out of those of all inputs, by the article's id.

    >>> article_files({"data/articles/a.yaml": "01", "data/texts/a.txt": "02", "data/articles/b.yaml": "03"})["a"]
    ArticleFiles(record='01', text='02')
    """
    found = {}
    for name, value in inputs.items():
        if name.startswith(_RECORDS):
            article = name[len(_RECORDS) : -len(".yaml")]
            found[article] = ArticleFiles(value, inputs.get(f"data/texts/{article}.txt", ""))
    return found
