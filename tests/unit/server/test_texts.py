"""A text is shown when it is the curated one to the byte, and nothing outside its folder is ever read."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_server.describe.texts import Found, Text, TextFolder

TEXT = "Satu 🏛 dua.\r\nTiga.\n"


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def put(folder: Path, content: bytes, name: str = "one.txt") -> TextFolder:
    (folder / name).write_bytes(content)
    return TextFolder(folder)


def test_the_text_is_given_as_it_lies_on_disk(tmp_path: Path) -> None:
    found = put(tmp_path, TEXT.encode()).read("one", sha256(TEXT.encode()), len(TEXT))
    assert found == Text(Found.PRESENT, TEXT)


@pytest.mark.parametrize("content", [TEXT.replace("\r", "").encode(), b"", TEXT.encode() + b" ", b"\xff\xfe"])
def test_another_text_is_not_given(tmp_path: Path, content: bytes) -> None:
    assert put(tmp_path, content).read("one", sha256(TEXT.encode()), len(TEXT)) == Text(Found.OTHER)


def test_what_is_not_utf8_is_no_text_though_its_hash_is_right(tmp_path: Path) -> None:
    assert put(tmp_path, b"\xff").read("one", sha256(b"\xff"), 1) == Text(Found.OTHER)


def test_no_more_is_read_than_the_text_can_take(tmp_path: Path) -> None:
    content = b"a" * 4000
    assert put(tmp_path, content).read("one", sha256(content), 4000).found is Found.PRESENT
    assert put(tmp_path, content).read("one", sha256(content), 999).found is Found.OTHER


@pytest.mark.parametrize(
    "name",
    ["../one", "/etc/passwd", "sub/one", ".", "..", "", ".hidden", "a\x00b", "x" * 5000, "none", "folder", "\ud800"],
)
def test_nothing_outside_the_folder_is_read(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "texts"
    (folder / "sub").mkdir(parents=True)
    (folder / "folder.txt").mkdir()
    for path in (tmp_path / "one.txt", folder / "sub/one.txt", folder / ".hidden.txt"):
        path.write_bytes(TEXT.encode())
    assert TextFolder(folder).read(name, sha256(TEXT.encode()), len(TEXT)) == Text(Found.ABSENT)


def test_a_pipe_holds_nobody_up(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "one.txt")
    assert TextFolder(tmp_path).read("one", sha256(b""), 0).found is Found.ABSENT


@given(name=st.text(max_size=20))
def test_any_name_is_answered(name: str) -> None:
    assert TextFolder(Path("/proc/none")).read(name, "00", 5).found is Found.ABSENT
    assert TextFolder().read(name, "00", 5).found is Found.OFF
