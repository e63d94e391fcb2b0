"""YAML with positions: a strict subset in which every scalar is text and knows its line and column.

The subset is YAML 1.2 less anchors, aliases, tags, several documents and keys that are not scalars. No scalar
is given a type, so ``no``, ``1921`` and ``2024-06-28`` stay what the curator wrote.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import yaml

from kg_builder.errors import Mark, Problem


class Scalar(NamedTuple):
    """A text; ``words`` tells double-quoted ones, which are an article's; ``offset`` is where it starts in the file."""

    text: str
    mark: Mark
    words: bool = False
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list of nodes."""

    items: tuple[Node, ...]
    mark: Mark


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys and values in the order of the file; keys are unique."""

    items: tuple[tuple[Scalar, Node], ...]
    mark: Mark

    def get(self, key: str) -> Node | None:
        """Return the value of a key, or None."""
        for name, value in self.items:
            if name.text == key:
                return value
        return None


Node = Scalar | Sequence | Mapping

_new = tuple.__new__


@dataclass(slots=True)
class _Reader:
    file: str
    problems: list[Problem]
    events: Iterator[yaml.Event]
    skipped: int = 0

    def mark(self, event: yaml.Event) -> Mark:
        place = event.start_mark
        return Mark(self.file, place.line + 1, place.column + 1) if place else Mark(self.file)

    def complain(self, event: yaml.Event, message: str, code: str) -> None:
        self.problems.append(Problem(self.mark(event), message, code))

    def node(self, event: yaml.Event) -> Node:
        if isinstance(event, yaml.ScalarEvent):
            if event.anchor or event.tag:
                self.plain(event)
            place = event.start_mark
            # Made as tuples, which takes half the time of calling the classes.
            mark = _new(Mark, (self.file, place.line + 1, place.column + 1)) if place else Mark(self.file)
            return _new(Scalar, (event.value, mark, event.style == '"', (place.index if place else 0) + self.skipped))
        mark = self.mark(event)
        if isinstance(event, yaml.AliasEvent):
            self.complain(event, f"aliases are not allowed (*{event.anchor}): repeat the text itself", "anchor")
            return Scalar("", mark)
        if isinstance(event, yaml.CollectionStartEvent):
            self.plain(event)
        if isinstance(event, yaml.SequenceStartEvent):
            return Sequence(tuple(self.sequence()), mark)
        return Mapping(tuple(self.mapping()), mark)

    def plain(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> None:
        if event.anchor:
            self.complain(
                event, f"anchors are not allowed (&{event.anchor}): write the value where it is used", "anchor"
            )
        if event.tag:
            self.complain(event, f"tags are not allowed ({event.tag}): every value is text, remove the tag", "tag")

    def sequence(self) -> list[Node]:
        items = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            items.append(self.node(event))
        return items

    def mapping(self) -> list[tuple[Scalar, Node]]:
        items: dict[str, tuple[Scalar, Node]] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key, value = self.node(event), self.node(next(self.events))
            if not isinstance(key, Scalar):
                self.complain(event, "a key must be a plain text, not a list or a mapping", "key")
            elif first := items.get(key.text):
                line = first[0].mark.line
                message = f"«{key.text}» stands twice: here and in line {line}; join the two or rename one"
                self.complain(event, message, "duplicate-key")
            else:
                items[key.text] = (key, value)
        return list(items.values())


_ADVICE = {
    "tab character": "indent with spaces",
    "cannot start any token": "indent with spaces, not tabs, and put the article's words («@…») in double quotes",
    "mapping values are not allowed": "a text that holds «: » goes in single quotes; else a line above lacks its colon",
    "could not find expected ':'": "this line or the one above lacks its colon, or is not indented",
    "did not find expected key": "the indentation differs from the lines above, or a quote is not closed",
    "found unexpected": "a quote is not closed",
}


def _explain(error: yaml.MarkedYAMLError) -> str:
    said = error.problem or error.context or str(error)
    begun = error.context_mark
    since = f" (what is read here began in line {begun.line + 1})" if begun and "unexpected" in said else ""
    advice = next((advice for sign, advice in _ADVICE.items() if sign in said), "")
    return f"{said}{since}; {advice}" if advice else f"{said}{since}"


def read_tree(source: str, file: str, problems: list[Problem]) -> Mapping:
    r"""Read one YAML document whose root is a mapping.

    Args:
        source: the file's text.
        file: its name, for messages.
        problems: everything that is wrong is appended here; what can still be read is returned.

    >>> found = []
    >>> tree = read_tree("a:\n  b: no\n", "x.yaml", found)
    >>> tree.get("a").get("b").text, found
    ('no', [])
    """
    start = Mark(file)
    # libyaml does not count a byte order mark, which some editors put before the first character.
    skipped = len(source) - len(source.removeprefix("\ufeff"))
    reader = _Reader(file, problems, iter(yaml.CBaseLoader(source).get_event, None), skipped)
    root: Node | None = None
    try:
        for event in reader.events:
            if isinstance(event, (yaml.StreamStartEvent, yaml.StreamEndEvent, yaml.DocumentEndEvent)):
                continue
            if isinstance(event, yaml.DocumentStartEvent):
                if root is not None:
                    reader.complain(event, "a file holds one document: remove this «---» and what follows", "document")
                    break
                continue
            root = reader.node(event)
    except yaml.MarkedYAMLError as error:
        place = error.problem_mark or error.context_mark
        mark = Mark(file, place.line + 1, place.column + 1) if place else start
        problems.append(Problem(mark, f"not YAML: {_explain(error)}", "syntax"))
    except yaml.reader.ReaderError as error:
        before = source.encode()[: error.position].decode(errors="ignore")  # libyaml counts bytes here
        mark = Mark(file, before.count("\n") + 1, len(before) - before.rfind("\n"))
        problems.append(Problem(mark, f"a character that YAML forbids: {error.reason}", "syntax"))
    except RecursionError:
        problems.append(Problem(start, "nested too deep: a record has a few levels only", "syntax"))
    if isinstance(root, Mapping):
        return root
    if root is not None:
        problems.append(Problem(start, "the file must be a mapping: «key: value» lines", "type"))
    return Mapping((), start)
