"""The log is written whatever the disk does, line by line, and nobody can write lines into it."""

from __future__ import annotations

import json
import logging
import os
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.release_fixture import wait_until

from kg_server.operations.journal import Form, Journal, JournalHandler, as_json, as_text


@given(st.dictionaries(st.sampled_from(["method", "why", "event"]), st.text() | st.integers() | st.none()))
def test_whatever_the_values_a_line_is_one_line(fields: dict[str, object]) -> None:
    assert json.loads(as_json(fields)) == fields
    for line in (as_json(fields), as_text(fields)):
        assert line.isascii()
        assert line.isprintable()
        assert len(line.splitlines()) <= 1


def test_a_value_cannot_forge_a_field_of_a_text_line() -> None:
    assert as_text({"why": 'x" outcome=answered', "more": "a=b"}) == 'why="x\\" outcome=answered" more="a=b"'


def test_lines_come_in_order_and_are_all_there_when_it_is_closed(tmp_path: Path) -> None:
    journal = Journal("json", tmp_path / "log")
    for number in range(3000):
        journal.event("counted", number=number)
    journal.close()
    lines = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines()]
    assert [line["number"] for line in lines] == list(range(3000))
    assert journal.lost == 0
    assert (tmp_path / "log").stat().st_mode & 0o007 == 0


def test_a_file_that_was_moved_away_is_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "log"
    journal = Journal("json", path)
    journal.event("first")
    wait_until(lambda: "first" in path.read_text())
    path.rename(tmp_path / "log.1")
    journal.event("second")
    journal.close()
    assert "second" in path.read_text()
    assert "second" not in (tmp_path / "log.1").read_text()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
def test_a_full_disk_costs_lines_and_nothing_else() -> None:
    journal = Journal("json", Path("/dev/full"))
    journal.event("one")
    journal.event("two")
    wait_until(lambda: journal.lost == 2)
    journal.event("three")
    journal.close()
    assert journal.lost == 3


def test_a_closed_pipe_costs_lines_and_nothing_else(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    journal = Journal("json", pipe)
    os.close(reader)
    journal.event("one")
    wait_until(lambda: journal.lost == 1)
    journal.close()


def test_a_reader_that_stalls_stalls_nobody(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        journal = Journal("json", pipe)
        began = time.monotonic()
        for _ in range(60_000):
            journal.event("more", text="x" * 100)
        assert journal.lost > 0
        assert time.monotonic() - began < 20
        journal.close()  # waits for two seconds at most
        assert time.monotonic() - began < 25
    finally:
        os.close(reader)


def test_what_the_process_says_becomes_lines(tmp_path: Path) -> None:
    journal = Journal("json", tmp_path / "log")
    logger, handler = logging.getLogger(f"any.{tmp_path.name}"), JournalHandler(journal)
    logger.addHandler(handler)
    logger.warning("Odd: %s", "a\nb", extra={"event": "odd", "pid": 7})
    try:
        int("not\none")
    except ValueError:
        logger.exception("It went wrong.")
    journal.close()
    first, second = map(json.loads, (tmp_path / "log").read_text().splitlines())
    assert (first["event"], first["message"], first["pid"]) == ("odd", "Odd: a\nb", 7)
    assert (second["event"], second["level"]) == ("log", "error")
    assert "ValueError" in second["trace"]


def test_a_log_that_cannot_be_opened_is_said_at_once(tmp_path: Path) -> None:
    before = threading.active_count()
    with pytest.raises(OSError, match="No such file"):
        Journal("json", tmp_path / "none" / "log")
    assert threading.active_count() == before


@pytest.mark.parametrize("form", ["json", "text"])
def test_one_of_several_processes_says_which_it_is(tmp_path: Path, form: Form) -> None:
    journal = Journal(form, tmp_path / "log", process=2)
    journal.event("started", release="x")
    journal.close()
    line = (tmp_path / "log").read_text()
    assert line.endswith('"release":"x","process":2}\n' if form == "json" else " release=x process=2\n")


def test_lines_of_several_processes_stay_whole_in_one_pipe() -> None:
    reader, writer = os.pipe()
    texts: list[str] = []

    def read() -> None:
        with os.fdopen(reader, encoding="ascii") as lines:
            texts.extend(lines)

    reading = threading.Thread(target=read)
    reading.start()
    journals = [Journal("json", Path(f"/dev/fd/{writer}"), process=number) for number in (1, 2)]
    for number in range(4000):
        journals[number % 2].event("counted", number=number, text="x" * (number % 700))
    for journal in journals:
        journal.close()
        assert journal.lost == 0
    os.close(writer)
    reading.join()
    found = [json.loads(text) for text in texts]
    assert sorted(line["number"] for line in found) == list(range(4000))
    assert all(line["process"] == 1 + line["number"] % 2 for line in found)
