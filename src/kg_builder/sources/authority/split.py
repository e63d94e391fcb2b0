"""An authority file cut into the texts of its entries, so that only those that changed are parsed.

The cut is by lines and agrees with the YAML parser: each line that begins in the first column is a plain key, a remark
or empty, and each piece is YAML by itself with that one key. Where that is not so, the whole file is parsed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import NoReturn

from kg_builder.errors import KgError, Problem
from kg_builder.sources.stamps import digest
from kg_builder.sources.tree import Mapping, Node, Scalar, read_tree

_TOP = re.compile(rb"^(?:([a-z0-9]+(?:-[a-z0-9]+)*):(?=[ \n]|\Z)|[^ \n#])", re.MULTILINE)
_REMARKS = re.compile(rb"(?: *(?:#[^\n]*)?(?:\n|\Z))*")
# Line ends besides "\n", which YAML counts, and the byte order mark, which it does not.
_STRANGE = (b"\r", "\x85".encode(), "\u2028".encode(), "\u2029".encode(), "\ufeff".encode())


class NotIndexedError(KgError):
    """The sources are not right: the full reader says what is wrong."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One entry of a file.

    Attributes:
        slug: its id.
        line, column: where the id stands.
        digest: of its text; of the whole file's where that is not cut.
        text: empty where the file was parsed as a whole; then ``node`` is what stands after the id.
    """

    slug: str
    line: int
    column: int
    digest: str
    text: bytes = b""
    node: tuple[Scalar, Node] | None = None

    def read(self, file: str) -> tuple[Scalar, Node]:
        """Return key and value; of a piece that was cut out, lines are counted from its own first.

        Raises:
            NotIndexedError: it is not one entry.
        """
        if self.node:
            return self.node
        items = _parsed(self.text, file).items
        if len(items) != 1 or items[0][0].text != self.slug:
            _refuse(file)
        return items[0]


def pieces(content: bytes, file: str, *, whole: bool = False) -> list[Piece]:
    r"""Return a file's entries in its order.

    Args:
        content: the file.
        file: its name, for messages.
        whole: parse it as a whole, whatever its lines are.

    Raises:
        NotIndexedError: it has a problem.

    >>> [(piece.slug, piece.line, piece.text) for piece in pieces(b"# all\na: {is: x}\nb:\n  is: y\n", "x.yaml")]
    [('a', 2, b'a: {is: x}\n'), ('b', 3, b'b:\n  is: y\n')]
    """
    cut = None if whole or any(sign in content for sign in _STRANGE) else _cut(content)
    if cut is None:
        return list(_whole(content, file))
    head = content[: cut[0][0]] if cut else content
    if not _REMARKS.fullmatch(head) or _parsed(head, file).items:
        return list(_whole(content, file))
    return list(_pieces(content, cut, head.count(b"\n") + 1))


def _cut(content: bytes) -> list[tuple[int, str]] | None:
    found = []
    for match in _TOP.finditer(content):
        if match[1] is None:
            return None
        found.append((match.start(), match[1].decode()))
    return found


def _pieces(content: bytes, cut: list[tuple[int, str]], line: int) -> Iterator[Piece]:
    for (start, slug), (end, _) in pairwise([*cut, (len(content), "")]):
        text = content[start:end]
        yield Piece(slug, line, 1, digest(text), text)
        line += text.count(b"\n")


def _whole(content: bytes, file: str) -> Iterator[Piece]:
    name = digest(content)
    for key, node in _parsed(content, file).items:
        yield Piece(key.text, key.mark.line, key.mark.column, name, node=(key, node))


def _parsed(content: bytes, file: str) -> Mapping:
    problems: list[Problem] = []
    try:
        tree = read_tree(content.decode(), file, problems)
    except UnicodeDecodeError:
        _refuse(file)
    if problems:
        _refuse(file)
    return tree


def _refuse(file: str) -> NoReturn:
    raise NotIndexedError(f"{file} has a problem")
