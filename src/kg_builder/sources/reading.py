"""Small strict readers that every source file shares: a file's text, a mapping's known keys, a date."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from kg_builder.errors import Mark, Problem, not_utf8
from kg_builder.ids import nearest
from kg_builder.namespaces import XSD
from kg_builder.sources.tree import Mapping, Node, Scalar, read_tree
from kg_builder.terms import canonical


def relative(path: Path, root: Path) -> str:
    """Return a path as messages name it: below the project's folder, with forward slashes.

    >>> relative(Path("/p/data/a.yaml"), Path("/p"))
    'data/a.yaml'
    """
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()


def read_text(path: Path, name: str, problems: list[Problem]) -> str | None:
    """Return a file's text as UTF-8 with its line ends as they are; a problem and None where that fails."""
    try:
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        problems.append(not_utf8(name, error))
    except OSError as error:
        problems.append(Problem(Mark(name), f"cannot be read: {error.strerror}", "file"))
    return None


def read_yaml(path: Path, name: str, problems: list[Problem]) -> Mapping:
    """Read a YAML file as a tree; what is wrong goes to the problems, what can be read is returned."""
    source = read_text(path, name, problems)
    return Mapping((), Mark(name)) if source is None else read_tree(source, name, problems)


def scalar(node: Node, what: str, problems: list[Problem]) -> str:
    """Return the text of a scalar; anything else is a problem and reads as nothing."""
    if isinstance(node, Scalar):
        return node.text
    problems.append(Problem(node.mark, f"{what} must be one text, not a list or a mapping", "type"))
    return ""


def only_keys(mapping: Mapping, allowed: Sequence[str], what: str, problems: list[Problem]) -> None:
    """Report every key that is not one of the allowed ones, with the nearest right name."""
    for key, _ in mapping.items:
        if key.text not in allowed:
            problems.append(
                Problem(key.mark, f"{what} has no key «{key.text}»{nearest(key.text, allowed)}", "unknown-key")
            )


def day(node: Node, what: str, problems: list[Problem]) -> str:
    """Return a calendar day in ISO form, or report why the node is none."""
    written = scalar(node, what, problems)
    try:
        return canonical(written, f"{XSD}date") if written else ""
    except ValueError as error:
        problems.append(Problem(node.mark, f"{what}: {error}", "date"))
        return ""
