"""What is remembered is of one release, kept whole or not at all, and never in the way."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from kg_builder.build.pieces import Piece
from kg_builder.build.state import STATE_FILE, Row, State, open_state
from kg_builder.errors import ReleaseError

PIECES = {
    "entities": [Piece("entities", ""), Piece("entities.ab", "<https://example.org/id/b>")],
    "derived": [Piece("derived", "")],
}


def fact(number: int) -> bytes:
    return bytes([number]) * 16


def row(article: str, *facts: int) -> Row:
    attests = b"".join(fact(number) + article.encode().ljust(12, b"\0") for number in facts)
    return Row(article, "01", "", "02", 9, 3, 2, 1, 4, True, "03", attests)  # noqa: FBT003 - a row as it stands


def test_what_was_taken_is_found_again(tmp_path: Path) -> None:
    with open_state(tmp_path) as state:
        assert (state.meta(), state.articles(), state.pieces("entities")) == ({}, {}, [])
        state.begin(afresh=True)
        state.take(row("b", 1, 2), [("mask", "artefact"), ("gone", "")])
        state.take(row("a", 1), [("mask", "artefact")])
        state.finish({"release": "r", "redirects": ["x"]}, PIECES)
    with open_state(tmp_path) as state:
        assert state.meta() == {"release": "r", "redirects": ["x"]}
        assert state.articles()["b"] == row("b")
        assert state.pieces("entities") == PIECES["entities"]
        assert sorted(state.naming("mask")) == [("a", "artefact"), ("b", "artefact")]
        assert (state.attesting(fact(1)), state.attesting(fact(1), 1), state.attesting(fact(2))) == (
            ["a", "b"],
            ["a"],
            ["b"],
        )
        assert state.attestations(fact(2), "b") == [b"b".ljust(12, b"\0")]


def test_an_article_that_is_taken_again_or_forgotten_leaves_nothing(tmp_path: Path) -> None:
    with open_state(tmp_path) as state:
        state.begin(afresh=True)
        state.take(row("a", 1, 2), [("mask", "artefact")])
        state.take(row("a", 2, 3), [("loan", "loan")])
        assert (state.attesting(fact(1)), state.attesting(fact(3))) == ([], ["a"])
        assert [*state.naming("mask")] == []
        state.forget("a")
        assert (state.articles(), state.attesting(fact(3)), [*state.naming("loan")]) == ({}, [], [])


def test_what_is_not_finished_is_as_if_it_had_not_begun(tmp_path: Path) -> None:
    with open_state(tmp_path) as state:
        state.begin(afresh=True)
        state.take(row("a", 1), [])
        state.finish({"release": "r"}, PIECES)
    with open_state(tmp_path) as state:
        state.begin(afresh=False)
        state.forget("a")
        state.take(row("b", 1), [])
        with state.before() as before:
            assert (before.attesting(fact(1)), state.attesting(fact(1))) == (["a"], ["b"])
            assert before.meta() == {"release": "r"}
        assert state.meta() == {}
    with open_state(tmp_path) as state:
        assert (state.meta(), [*state.articles()], state.pieces("derived")) == (
            {"release": "r"},
            ["a"],
            PIECES["derived"],
        )


@pytest.mark.parametrize("content", [b"no database", b"SQLite format 3\0" + b"\xa6" * 5000])
def test_a_file_that_is_no_state_is_begun_anew(tmp_path: Path, content: bytes) -> None:
    (tmp_path / STATE_FILE).write_bytes(content)
    with open_state(tmp_path) as state:
        assert state.meta() == {}


@pytest.mark.parametrize("statement", ["PRAGMA user_version = 99", "DROP TABLE meta"])
def test_the_state_of_another_version_is_forgotten(tmp_path: Path, statement: str) -> None:
    with open_state(tmp_path) as state:
        state.note(release="r")
    with sqlite3.connect(tmp_path / STATE_FILE) as connection:
        connection.execute(statement)
    connection.close()
    with open_state(tmp_path) as state:
        assert (state.meta(), state.articles()) == ({}, {})


def _articles_without_their_table(state: State, path: Path) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.execute("DROP TABLE article")
    state.articles()


def test_a_state_that_breaks_on_the_way_is_forgotten_and_told(tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match="build again"), open_state(tmp_path) as state:
        _articles_without_their_table(state, tmp_path / STATE_FILE)
    assert not (tmp_path / STATE_FILE).exists()
