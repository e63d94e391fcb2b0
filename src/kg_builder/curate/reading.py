"""One article as it lies on disk, read for review: its text, its record, what it says already, what was answered."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from kg_builder.assist.memory import Remembered, memory_file, read_memory
from kg_builder.errors import Problem
from kg_builder.model import Attestation
from kg_builder.sources.entities import Authority, load_authority
from kg_builder.sources.project import Project
from kg_builder.sources.records import LoadedRecord, load_record
from kg_builder.sources.schema import Schema, load_schema
from kg_builder.sources.texts import Text, find_text

_LINKED = ("articles", "entities", "review")


@dataclass(frozen=True, slots=True)
class Said:
    """A fact that the record has: its block, its key, its line, and the places of its words."""

    block: str
    key: str
    line: int
    spans: tuple[tuple[int, int], ...]

    @property
    def relation(self) -> str:
        """The first word of the key."""
        return self.key.partition(" ")[0]

    @property
    def value(self) -> str:
        """What follows it."""
        return self.key.partition(" ")[2]


@dataclass(frozen=True, slots=True)
class Opened:
    """An article and all that is needed to judge what is written of it. ``problems`` are those of its own files."""

    project: Project
    article: str
    schema: Schema
    authority: Authority
    text: Text | None
    record: LoadedRecord | None
    memory: frozenset[Remembered]
    problems: tuple[Problem, ...]

    def said(self) -> list[Said]:
        """Return what the record says, in the order of the file."""
        attestations: tuple[Attestation, ...] = self.record.record.attestations if self.record else ()
        found: dict[tuple[str, int], Said] = {}
        for each in attestations:
            block, _, key = each.key.partition("/")
            if not each.spans or not key:
                continue
            spans = tuple((span.start, span.end) for span in each.spans)
            known = found.get((each.key, each.mark.line))
            found[each.key, each.mark.line] = Said(
                block, key, each.mark.line, tuple(dict.fromkeys((*(known.spans if known else ()), *spans)))
            )
        return list(found.values())


def record_file(project: Project, article: str) -> Path:
    """Return the file of an article's record."""
    return project.articles / f"{article}.yaml"


def open_article(project: Project, article: str) -> Opened:
    """Read one article and the authority file, with every problem of theirs.

    Raises:
        SourceError: the text is not UTF-8.
    """
    problems: list[Problem] = []
    schema = load_schema(project.root, problems)
    authority = load_authority(project, schema, problems)
    record = load_record(record_file(project, article), project, schema, authority, problems)
    memory = read_memory(project, article, problems)
    text = find_text(project.texts, article)
    return Opened(project, article, schema, authority, text, record, memory, tuple(sorted(set(problems))))


def content(path: Path) -> bytes | None:
    """Return a file's bytes; None where there is none."""
    return path.read_bytes() if path.is_file() else None


def version(project: Project, article: str) -> str:
    """Return what the record and the answers of an article are known by, as they lie on disk now."""
    parts = (content(record_file(project, article)), content(memory_file(project, article)))
    return hashlib.sha256(b"\0".join(part or b"" for part in parts)).hexdigest()[:16]


@contextmanager
def overlaid(project: Project, files: Mapping[Path, bytes | None]) -> Iterator[Project]:
    """Give the project as it would be with other contents of some files; the project itself is not touched.

    Args:
        project: that is.
        files: by their paths in it; None is for a file that would be gone.
    """
    with TemporaryDirectory(prefix="rujukan-review-") as name:
        root = Path(name)
        (root / "data").mkdir()
        for each in project.root.iterdir():
            if each.name in {"ontology", "queries"}:
                (root / each.name).symlink_to(each.resolve())
        for each in (project.root / "data").iterdir():
            if each.name not in _LINKED:
                (root / "data" / each.name).symlink_to(each.resolve())
        for folder in _LINKED:
            (root / "data" / folder).mkdir()
            source = project.root / "data" / folder
            for each in source.iterdir() if source.is_dir() else ():
                if each not in files:
                    (root / "data" / folder / each.name).symlink_to(each.resolve())
        for path, new in files.items():
            if new is not None:
                (root / path.relative_to(project.root)).write_bytes(new)
        yield dataclasses.replace(project, root=root)
