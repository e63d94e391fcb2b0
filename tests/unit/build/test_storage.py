"""What goes to a storage is whole, named by its content, and what comes from it is what was put there."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_builder.build.storage import Piece, Storage, read, shown, take, write
from kg_builder.errors import ReleaseError


@given(st.binary(max_size=100))
def test_what_is_put_is_read_again(content: bytes) -> None:
    storage = Storage("memory://kg")
    assert read(storage.put(content)) == content


def test_what_is_there_is_not_put_again(tmp_path: Path) -> None:
    piece = Storage(tmp_path.as_uri()).put(b"one")
    [path] = (tmp_path / "build/engine/inputs").iterdir()
    before = path.stat()
    assert Storage(tmp_path.as_uri()).put(b"one") == piece
    assert path.stat().st_mtime_ns == before.st_mtime_ns
    assert path.stat().st_ino == before.st_ino


def test_other_bytes_under_that_name_are_refused(tmp_path: Path) -> None:
    piece = Storage(tmp_path.as_uri()).put(b"one")
    [path] = (tmp_path / "build/engine/inputs").iterdir()
    path.write_bytes(b"on")
    with pytest.raises(ReleaseError, match=r"inputs/7692c3ad\w+: 2 bytes that are not those"):
        read(piece)


def test_a_file_in_a_shared_folder_is_read_where_it_is(tmp_path: Path) -> None:
    storage = Storage((tmp_path / "project").as_uri())
    inside, outside = tmp_path / "project/a b.txt", tmp_path / "project-2.txt"
    inside.parent.mkdir()
    for path in (inside, outside):
        path.write_text(path.name)
    assert read(storage.send(inside)) == b"a b.txt"
    assert storage.send(inside) == Piece(str(inside))
    assert "/build/engine/inputs/" in storage.send(outside).url


def test_what_is_taken_is_compared_first_and_removed_there(tmp_path: Path) -> None:
    url, path = "memory://kg/a.nq", tmp_path / "a.nq"
    write(url, b"lines")
    with pytest.raises(ReleaseError, match="5 bytes that are not those"):
        take(Piece(url, "00"), path)
    assert list(tmp_path.iterdir()) == []
    take(Piece(url), path)
    assert [each.name for each in tmp_path.iterdir()] == ["a.nq"]
    assert path.read_bytes() == b"lines"
    with pytest.raises(FileNotFoundError):
        read(Piece(url))


def test_the_folder_of_a_run_goes_with_all_that_is_in_it(tmp_path: Path) -> None:
    storage = Storage(tmp_path.as_uri())
    with storage.run() as one, storage.run() as other:
        write(f"{one}/a.nq", b"a")
        write(f"{other}/a.nq", b"b")
        assert (read(Piece(f"{one}/a.nq")), read(Piece(f"{other}/a.nq"))) == (b"a", b"b")
    assert list((tmp_path / "build/engine/runs").iterdir()) == []


@pytest.mark.parametrize("url", ["nothing://kg", "s3fs-is-not-here://x"])
def test_a_file_system_that_nobody_knows_is_told(url: str) -> None:
    with pytest.raises(ReleaseError, match=f"^{url}: ValueError: Protocol not known"):
        Storage(url)


def test_messages_hold_no_password(tmp_path: Path) -> None:
    assert shown("ftp://u:p@h:21/kg?x=@") == "ftp://h:21/kg?x=@"
    assert shown("s3://bucket/a@b") == "s3://bucket/a@b"
    assert shown(str(tmp_path)) == str(tmp_path)
