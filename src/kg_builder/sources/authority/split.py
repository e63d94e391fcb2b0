"""An authority file cut into the texts of its entries, so that only those that changed are parsed.

The cut is by lines and agrees with the YAML parser: each line that begins in the first column is a plain key, a remark
or empty, and each piece is YAML by itself with that one key. Where that is not so, the whole file is parsed.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import NoReturn

from kg_builder.errors import KgError, Problem
from kg_builder.sources.tree import Mapping, Node, Scalar, read_tree

_TOP = re.compile(rb"^(?:([a-z0-9]+(?:-[a-z0-9]+)*):(?=[ \n]|\Z)|[^ \n#])", re.MULTILINE)
_REMARKS = re.compile(rb"(?: *(?:#[^\n]*)?(?:\n|\Z))*")
# What follows a line's end where no key does; in a file that is cut, any other byte begins one.
_NO_KEY = (b" ", b"#", b"\n", b"")
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
    digest: bytes
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


def short_digest(content: bytes) -> bytes:
    """Return the hash by which texts of entries are compared."""
    return hashlib.blake2b(content, digest_size=12).digest()


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


@dataclass(frozen=True, slots=True)
class Part:
    """What differs between two states of a file.

    Attributes:
        pieces: the entries that stand in the part now.
        begin, end: lines of the former state between which it stood, ``end`` exclusive and None for the file's end.
        shift: by how many lines the entries below it moved.
    """

    pieces: list[Piece]
    begin: int = 0
    end: int | None = None
    shift: int = 0


def differing(former: bytes, content: bytes) -> Part | None:
    r"""Return the part in which a file differs from a former state, which was cut by its lines; None for all of it.

    >>> part = differing(b"a: 1\nb: 2\nc: 3\n", b"a: 1\nb: 9\nb2: 2\nc: 3\n")
    >>> [piece.slug for piece in part.pieces], part.begin, part.end, part.shift
    (['b', 'b2'], 2, 3, 1)
    """
    most = min(len(former), len(content))
    same = _alike(former, content, most)
    # Both the line's end and what follows it are the same in both states.
    begin = content.rfind(b"\n", 0, max(same - 1, 0))
    while begin >= 0 and content[begin + 1 : begin + 2] in _NO_KEY:
        begin = content.rfind(b"\n", 0, begin)
    tail = _alike(former[same:][::-1], content[same:][::-1], most - same)
    end = content.find(b"\n", len(content) - tail)
    while end >= 0 and content[end + 1 : end + 2] in _NO_KEY:
        end = content.find(b"\n", end + 1)
    if begin < 0:
        return None
    begin, end = begin + 1, end + 1 or len(content)
    part = content[begin:end]
    cut = _cut(part)
    if not cut or cut[0][0] or any(sign in part for sign in _STRANGE):
        return None
    first = content.count(b"\n", 0, begin) + 1
    former_end = end - len(content) + len(former)
    last = first + former.count(b"\n", begin, former_end)
    shift = first + part.count(b"\n") - last
    return Part(list(_pieces(part, cut, first)), first, None if end == len(content) else last, shift)


def _alike(one: bytes, other: bytes, most: int) -> int:
    """Return how many bytes are the same from the beginning, of so many."""
    step = 1 << 16
    for start in range(0, most, step):
        left, right = one[start : min(start + step, most)], other[start : min(start + step, most)]
        if left != right:
            return start + next(place for place, (a, b) in enumerate(zip(left, right, strict=True)) if a != b)
    return most


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
        yield Piece(slug, line, 1, short_digest(text), text)
        line += text.count(b"\n")


def _whole(content: bytes, file: str) -> Iterator[Piece]:
    name = short_digest(content)
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
