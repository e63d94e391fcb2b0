"""A layer's pieces hang on its content alone, whatever the edits that led to it, and an edit writes few of them."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from kg_builder.build.pieces import Edit, Piece, begins, cut, name_of, recut
from kg_builder.model import Term

Units = dict[Term, set[str]]

KEYS = st.integers(0, 4000).map(lambda number: Term(f"<https://example.org/{number}>"))
LINES = st.sets(st.integers(0, 9).map(lambda number: f"{number} .\n"), min_size=1, max_size=3)
BORDERS = [Term(f"<https://example.org/{n}>") for n in range(100_000) if begins(f"<https://example.org/{n}>")][:8]
SOME = st.one_of(KEYS, st.sampled_from(BORDERS))


def clean(units: Units) -> list[tuple[Piece, list[str]]]:
    return list(cut("layer", ((key, [f"{key} {line}" for line in units[key]]) for key in sorted(units))))


def lines_of(units: Units, key: Term) -> list[str]:
    return [f"{key} {line}" for line in units.get(key, ())]


@given(st.dictionaries(SOME, LINES), st.lists(st.dictionaries(SOME, st.one_of(st.just(set[str]()), LINES)), max_size=4))
def test_edits_lead_to_the_pieces_of_a_clean_cut(units: Units, edits: list[Units]) -> None:
    files = dict(clean(units))
    pieces = list(files)
    for edit in edits:
        given = {key: Edit(whole(edit, key), set(lines_of(edit, key))) for key in edit}
        units = {key: lines for key, lines in (units | edit).items() if lines}
        former = {piece: by_key(lines) for piece, lines in files.items()}
        done = recut("layer", pieces, given, former.__getitem__)
        files = {piece: done.written.get(piece, files.get(piece, [])) for piece in done.pieces}
        pieces = done.pieces
        assert list(files.items()) == clean(units)


def whole(edit: Units, key: Term) -> set[str] | None:
    # Both ways to say that what was there goes.
    return None if len(edit[key]) % 2 else {f"{key} {number} .\n" for number in range(10)}


def by_key(lines: list[str]) -> Mapping[Term, set[str]]:
    found: dict[Term, set[str]] = {}
    for line in lines:
        found.setdefault(Term(line.partition(" ")[0]), set()).add(line)
    return found


def test_an_edit_reads_and_writes_the_piece_that_it_touches() -> None:
    units: Units = {Term(f"<https://example.org/{number}>"): {"a .\n"} for number in range(20_000)}
    files = dict(clean(units))
    read = []

    def reading(piece: Piece) -> Mapping[Term, set[str]]:
        read.append(piece)
        return by_key(files[piece])

    key = Term("<https://example.org/777>")
    done = recut("layer", list(files), {key: Edit(set(), {f"{key} b .\n"})}, reading)
    assert len(files) > 20
    assert len(read) == len(done.written) == 1
    assert done.pieces == list(files)


def test_the_first_piece_has_the_name_of_the_layer() -> None:
    assert [piece.name for piece, _ in cut("layer", [])] == ["layer"]
    assert name_of("layer", "<https://example.org/1>").startswith("layer.")


def test_pieces_are_in_the_order_of_their_lines() -> None:
    units: Units = {Term(f"<https://example.org/{'a' * (n % 7)}-{n}>"): {"a .\n"} for n in range(5_000)}
    lines = [line for _, piece in clean(units) for line in piece]
    assert lines == sorted(lines)
