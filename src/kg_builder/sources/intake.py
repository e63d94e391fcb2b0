"""Taking in a text: which record it belongs to, and what to say when it belongs to none."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from kg_builder.errors import Problem
from kg_builder.sources.project import Project
from kg_builder.sources.reading import read_yaml
from kg_builder.sources.texts import Text, fingerprint
from kg_builder.sources.tree import Mapping, Scalar


class Match(Enum):
    """How a text fits a record."""

    EXACT = "exact"
    WHITE_SPACE = "white space differs"
    NONE = "no record"


@dataclass(frozen=True, slots=True)
class Head:
    """What a record's head says of its text."""

    article: str
    path: Path
    sha256: str
    fingerprint: str


def heads(project: Project) -> list[Head]:
    """Return the head of every record that can be read; what cannot is `rujukan check`'s to report."""
    found = []
    for path in sorted(project.articles.glob("*.yaml")):
        ignored: list[Problem] = []
        head = read_yaml(path, project.name(path), ignored).get("article")
        if isinstance(head, Mapping):
            values = {key.text: node.text for key, node in head.items if isinstance(node, Scalar)}
            found.append(Head(path.stem, path, values.get("sha256", ""), values.get("fingerprint", "")))
    return found


def match(text: Text, records: Iterable[Head]) -> tuple[Match, Head | None]:
    """Return how a text fits the records, and the record it fits: by its hash, else by its words alone."""
    known = list(records)
    for head in known:
        if head.sha256 == text.sha256:
            return Match.EXACT, head
    mark = fingerprint(text.text)
    for head in known:
        if head.fingerprint == mark:
            return Match.WHITE_SPACE, head
    return Match.NONE, None
