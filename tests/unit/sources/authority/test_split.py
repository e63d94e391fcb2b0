"""Files cut by their lines: the pieces, and the part in which two states differ."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg_builder.errors import Problem
from kg_builder.sources.authority.split import NotIndexedError, Piece, differing, pieces
from kg_builder.sources.tree import read_tree

ENTRY = st.builds(
    lambda slug, rest: f"{slug}:{rest}\n",
    st.sampled_from(["a", "a-b", "a1", "b"]),
    st.sampled_from(
        ["", " x", " {b: c}", "\n  b: c", "\n  b: >\n    c\n\n", " 'x'\n# a: b", "  \n \n", "\n  - 1\n  - 2", " é"]
    ),
)
TEXT = st.lists(ENTRY, max_size=8).map("".join)
HEAD = st.sampled_from(["", "# remark\n", "\n# a: b\n"])


def outline(found: list[Piece]) -> list[tuple[str, int, bytes]]:
    return [(piece.slug, piece.line, piece.text) for piece in found]


@given(HEAD, TEXT)
def test_pieces_are_what_the_parser_reads(head: str, text: str) -> None:
    content = (head + text).encode()
    found = pieces(content, "x")
    assert b"".join(piece.text for piece in found) == content[len(head.encode()) :]
    problems: list[Problem] = []
    tree = read_tree(head + text, "x", problems)
    if not problems:
        assert [(piece.slug, piece.line) for piece in found] == [(key.text, key.mark.line) for key, _ in tree.items]
        for piece, (_, node) in zip(found, tree.items, strict=True):
            inner = read_tree(piece.text.decode(), "x", [])
            assert repr(inner.items[0][1]).count("Scalar") == repr(node).count("Scalar")


EDIT = st.tuples(st.integers(0, 8), st.integers(0, 8), TEXT, st.booleans())
"""From which line to which something else is written, and whether the file's last line has no end then."""


@settings(max_examples=500)
@given(HEAD, TEXT, EDIT)
def test_what_differs_and_what_does_not_make_the_new_state(
    head: str, text: str, edit: tuple[int, int, str, bool]
) -> None:
    begin, end, new, cut_short = edit
    lines = text.splitlines(keepends=True)
    former = (head + text).encode()
    changed = "".join([*lines[:begin], new, *lines[max(begin, end) :]])
    content = (head + (changed[:-1] if cut_short else changed)).encode()
    try:
        then, now = pieces(former, "x"), pieces(content, "x")
    except NotIndexedError:
        return
    if not all(piece.text for piece in [*then, *now]):
        return
    part = differing(former, content)
    if part is None:
        return
    above = [piece for piece in then if piece.line < part.begin]
    last = part.end
    below = [] if last is None else [replace(p, line=p.line + part.shift) for p in then if p.line >= last]
    assert outline([*above, *part.pieces, *below]) == outline(now)


def test_a_part_in_the_middle_is_found() -> None:
    entries = [f"e{number}: {{is: x}}\n" for number in range(100)]
    former = "".join(entries).encode()
    entries[50] = "e50: {is: y}\nnew: {is: x}\n"
    part = differing(former, "".join(entries).encode())
    assert part is not None
    assert [piece.slug for piece in part.pieces] == ["e50", "new"]
    assert (part.begin, part.end, part.shift) == (51, 52, 1)


@pytest.mark.parametrize("content", [b"a: b\n\xff", b"a: [\n", b"a: *x\n", b"a: b\n---\nc: d\n", b"a: b\na: c\n---\n"])
def test_what_has_a_problem_is_refused(content: bytes) -> None:
    with pytest.raises(NotIndexedError):
        _ = [piece.read("x") for piece in pieces(content, "x")]
