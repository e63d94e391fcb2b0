"""What is offered to be written for a proposal: ``data/drafts.yaml``, which is the project's and knows its keys."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kg_builder.errors import Problem, SourceError
from kg_builder.sources import tree
from kg_builder.sources.reading import only_keys, read_yaml, relative, scalar

_PART = re.compile(r"<([a-z0-9.A-Z-]+|\?)(?:\|([^<>]*))?>")
ASKED = "?"


@dataclass(frozen=True, slots=True)
class Line:
    """A fact with parts to be filled in: its key, its settings, and whether its words are the thing's mentions."""

    key: str
    settings: Mapping[str, str] = field(default_factory=dict)
    mentions: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """Facts about one thing: of one of the kinds ``about``, or the article's own, of the kind ``own``."""

    about: tuple[str, ...]
    own: str
    called: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Templates:
    """Blocks by the kind of a proposal, and by parts what a record calls what the suggester calls otherwise."""

    blocks: Mapping[str, tuple[Block, ...]]
    values: Mapping[str, Mapping[str, str]]

    def fill(self, text: str, value: Mapping[str, Any]) -> Iterator[str]:
        """Yield a text with its parts filled in: once, or for each item of a list; not at all where one is missing.

        >>> given = {"who": ["a", "b"], "of": {"x": "y"}}
        >>> list(Templates({}, {}).fill("party <who>", given)), list(Templates({}, {}).fill("date <iso>", given))
        (['party a', 'party b'], [])
        """
        for item in items(text, value):
            found = self.one(text, value, item)
            if found is not None:
                yield found

    def one(self, text: str, value: Mapping[str, Any], item: Any) -> str | None:  # noqa: ANN401 - a value of JSON
        """Return a text with its parts filled in, lists standing for one of their items; None where one is missing."""
        whole = True

        def part(match: re.Match[str]) -> str:
            nonlocal whole
            name, otherwise = match[1], match[2]
            if name == ASKED or name.isdigit():
                return match[0]
            given = item if isinstance(value.get(name.split(".")[0]), list) else value.get(name)
            if "." in name:
                given = item.get(name.split(".")[1]) if isinstance(item, dict) else None
            if given is None or isinstance(given, (list, dict)):
                if otherwise is None:
                    whole = False
                return "<?>" if otherwise == ASKED else otherwise or ""
            return self.values.get(name.split(".")[-1], {}).get(str(given), str(given))

        filled = _PART.sub(part, text)
        return filled if whole else None


def items(text: str, value: Mapping[str, Any]) -> list[Any]:
    """Return the items of the list that a text has a part of; one that is nothing where there is no list."""
    for match in _PART.finditer(text):
        listed = value.get(match[1].split(".")[0])
        if isinstance(listed, list):
            return listed
    return [None]


def load_templates(root: Path) -> Templates:
    """Read a project's templates; a project without the file has none, and each proposal is filled in by hand.

    Raises:
        SourceError: the file is not right; every problem at once.
    """
    path = root / "data" / "drafts.yaml"
    problems: list[Problem] = []
    if not path.is_file():
        return Templates({}, {})
    blocks: dict[str, tuple[Block, ...]] = {}
    values: dict[str, dict[str, str]] = {}
    for name, node in read_yaml(path, relative(path, root), problems).items:
        if name.text == "values" and isinstance(node, tree.Mapping):
            values = {key.text: _texts(inner, problems) for key, inner in node.items}
        elif isinstance(node, tree.Sequence):
            blocks[name.text] = tuple(_block(each, problems) for each in node.items if isinstance(each, tree.Mapping))
        else:
            message = f"«{name.text}» needs a list of blocks: - {{about: [kind], facts: {{…}}}}"
            problems.append(Problem(node.mark, message, "type"))
    if problems:
        raise SourceError(problems)
    return Templates(blocks, values)


def _block(node: tree.Mapping, problems: list[Problem]) -> Block:
    only_keys(node, ("about", "own", "called", "facts"), "a block", problems)
    about, facts = node.get("about"), node.get("facts")
    kinds = tuple(scalar(each, "a kind", problems) for each in about.items) if isinstance(about, tree.Sequence) else ()
    lines = tuple(_line(*each, problems) for each in facts.items) if isinstance(facts, tree.Mapping) else ()
    if not lines:
        problems.append(Problem(node.mark, "a block needs «facts»", "missing"))
    given = {key: scalar(inner, key, problems) for key in ("own", "called") if (inner := node.get(key))}
    return Block(kinds, given.get("own", ""), given.get("called", ""), lines)


def _line(key: tree.Scalar, node: tree.Node, problems: list[Problem]) -> Line:
    settings = _texts(node, problems) if isinstance(node, tree.Mapping) else {}
    return Line(key.text, settings, mentions=settings.pop("quote", "") == "name")


def _texts(node: tree.Node, problems: list[Problem]) -> dict[str, str]:
    if not isinstance(node, tree.Mapping):
        problems.append(Problem(node.mark, "{name: word} is needed here", "type"))
        return {}
    return {key.text: scalar(value, key.text, problems) for key, value in node.items}
