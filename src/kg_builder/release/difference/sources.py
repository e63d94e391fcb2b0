"""Where a graph to compare comes from: a release, the sources as they are, or the sources of a git revision."""

from __future__ import annotations

import io
import subprocess
import tarfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from kg_builder.errors import Problem, ReleaseError, SourceError
from kg_builder.graph.assemble import assemble
from kg_builder.release.difference.words import SOURCES
from kg_builder.release.dumps import KG_NQ
from kg_builder.release.files import write_pieces
from kg_builder.release.manifest import MANIFEST_FILE, Manifest
from kg_builder.release.swap import CURRENT, RELEASES
from kg_builder.sources.corpus import load_corpus
from kg_builder.sources.project import Project, load_project

_FOLDERS = ("data", "ontology", "queries")
_LEAST = 4


@dataclass(frozen=True, slots=True)
class Graph:
    """A graph on disk: what people call it, its sorted N-Quads, its prefixes."""

    name: str
    path: Path
    prefixes: dict[str, str]


def release_graph(build_dir: Path, written: str) -> Graph:
    """Return the graph of a release, named by its folder, by ``current``, or by (the beginning of) its id.

    Raises:
        ReleaseError: there is no such release, or several.
    """
    folder = _folder(build_dir, written).resolve()
    manifest = Manifest.read(folder)
    return Graph(manifest.release, folder / KG_NQ, dict(manifest.prefixes))


def _folder(build_dir: Path, written: str) -> Path:
    if written == CURRENT:
        if not (build_dir / CURRENT).exists():
            raise ReleaseError("no release yet: run `rujukan build` first")
        return build_dir / CURRENT
    if (Path(written) / MANIFEST_FILE).is_file():
        return Path(written)
    found = sorted(path for path in (build_dir / RELEASES).glob("*") if path.name.startswith(written))
    if len(written) < _LEAST or not found:
        known = ", ".join(path.name for path in sorted((build_dir / RELEASES).glob("*"))) or "none"
        raise ReleaseError(f"no release «{written}»: name a folder, `{CURRENT}` or an id (here: {known})")
    if len(found) > 1:
        raise ReleaseError(f"«{written}» begins several ids: {', '.join(path.name for path in found)}")
    return found[0]


def sources_graph(project: Project, scratch: Path, progress: Callable[[str], None], name: str = SOURCES) -> Graph:
    """Build a project's sources into a graph in an empty folder; no release is made.

    Raises:
        SourceError: the sources have problems.
    """
    shards = assemble(load_corpus(project, progress), progress).shards
    lines = sorted({line.encode() for shard in shards.values() for line in shard})
    path = scratch / KG_NQ
    write_pieces(path, lines)
    return Graph(name, path, project.prefixes)


def revision_graph(project: Project, revision: str, scratch: Path, progress: Callable[[str], None]) -> Graph:
    """Build the sources as they were at a git revision, in an empty folder, with the builder as it is.

    Raises:
        ReleaseError: git knows no such revision, or this is no repository.
        SourceError: the sources of then have problems; its places name the revision.
    """
    progress(f"taking the sources of {revision}")
    if revision.startswith("-"):
        raise ReleaseError(f"«{revision}» is not a revision")
    try:
        done = subprocess.run(  # noqa: S603 - a revision that git itself resolves, and no shell
            ["git", "archive", "--format=tar", revision],  # noqa: S607 - whatever git the person uses
            cwd=project.root,
            capture_output=True,
            check=False,
        )
    except FileNotFoundError as error:
        raise ReleaseError("git is not installed, so --since cannot be used: name a release") from error
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().partition("\n")[0]
        raise ReleaseError(f"git has no sources of «{revision}» here: {said.removeprefix('fatal: ')}")
    root = scratch / "sources"
    root.mkdir()
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        members = [member for member in archive if member.name.split("/")[0] in _FOLDERS]
        archive.extractall(root, members, filter="data")
    try:
        return sources_graph(load_project(root), scratch, progress, revision)
    except SourceError as error:
        there = (problem.mark._replace(file=f"{revision}:{problem.mark.file}") for problem in error.problems)
        raise SourceError(
            Problem(mark, problem.message, problem.code) for mark, problem in zip(there, error.problems, strict=True)
        ) from error
