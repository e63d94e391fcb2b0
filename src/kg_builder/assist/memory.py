"""What a reviewer answered: proposals that were refused, or answered otherwise, are not offered again.

One file for each article, ``data/review/<article>.yaml``. It holds positions and hashes, none of the article's words.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from kg_builder.assist.proposals import Proposal
from kg_builder.errors import Problem
from kg_builder.ids import digest
from kg_builder.sources.project import Project
from kg_builder.sources.reading import read_text
from kg_builder.sources.tree import Mapping, Scalar, Sequence, read_tree

_HEAD = "# Proposals that were refused or answered otherwise: they are not offered again (docs/review.md).\nanswered:\n"
_DIGITS = 16


class Answer(Enum):
    """What became of a proposal."""

    REFUSED = "refused"
    OTHERWISE = "otherwise"


@dataclass(frozen=True, slots=True)
class Remembered:
    """A proposal, known by where it stands and what it says, and what a reviewer answered."""

    kind: str
    start: int
    end: int
    value: str
    answer: Answer


def value_digest(proposal: Proposal) -> str:
    """Return the digits by which what a proposal says is known, whatever its score and its other mentions.

    >>> len(value_digest(Proposal("date", 0, 4, "1921", 0.9, "year", {"iso": "1921"})))
    16
    """
    said = {name: value for name, value in proposal.value.items() if name != "mentions"}
    return digest([proposal.kind, proposal.exact, json.dumps(said, sort_keys=True, ensure_ascii=False)], _DIGITS)


def memory_file(project: Project, article: str) -> Path:
    """Return the file that keeps the answers of one article."""
    return project.root / "data" / "review" / f"{article}.yaml"


def read_memory(project: Project, article: str, problems: list[Problem]) -> frozenset[Remembered]:
    """Return what was answered for an article; nothing where there is no file. What is wrong goes to the problems."""
    path = memory_file(project, article)
    source = read_text(path, project.name(path), problems) if path.is_file() else None
    return frozenset() if source is None else parse_memory(source, project.name(path), problems)


def parse_memory(source: str, name: str, problems: list[Problem]) -> frozenset[Remembered]:
    """Return the answers that a file holds."""
    tree = read_tree(source, name, problems)
    listed = tree.get("answered")
    found = set()
    for item in listed.items if isinstance(listed, Sequence) else ():
        values = (
            {key.text: node.text for key, node in item.items if isinstance(node, Scalar)}
            if isinstance(item, Mapping)
            else {}
        )
        try:
            start, _, end = values["at"].partition("-")
            answer = Answer(values["answer"])
            found.add(Remembered(values["kind"], int(start), int(end), values["value"], answer))
        except (KeyError, ValueError):
            message = "an answer needs {answer: refused | otherwise, kind: …, at: start-end, value: …}"
            problems.append(Problem(item.mark, message, "review"))
    return frozenset(found)


def remember(source: str, proposal: Proposal, answer: Answer, day: str) -> str:
    r"""Return a file of answers with one more.

    >>> text = remember("", Proposal("date", 0, 4, "1921", 0.9, "year", {}), Answer.REFUSED, "2026-01-01")
    >>> text.splitlines()[-1][:50]
    '  - {answer: refused, kind: date, at: 0-4, value: '
    """
    begun = source or _HEAD
    line = f"{{answer: {answer.value}, kind: {proposal.kind}, at: {proposal.start}-{proposal.end}, "
    line += f"value: {value_digest(proposal)}, on: {day}}}"
    return f"{begun}{'' if begun.endswith(chr(10)) else chr(10)}  - {line}\n"


def not_answered(proposals: Iterable[Proposal], memory: frozenset[Remembered]) -> list[Proposal]:
    """Return the proposals that nobody has answered."""
    known = {(each.kind, each.start, each.end, each.value) for each in memory}
    return [each for each in proposals if (each.kind, each.start, each.end, value_digest(each)) not in known]
