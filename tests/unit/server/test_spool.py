"""Long answers go through files that nobody has to clean up."""

from __future__ import annotations

import gc
import gzip
import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_server.backends.sink import Sink, Spool
from kg_server.backends.spool import Room, Spooled, SpoolFolder, sweep
from kg_server.http.encoding import Coding
from kg_server.http.problems import AnswerTooLarge, EvaluationFailed, SpoolFull

PARTS = st.lists(st.binary(max_size=600), max_size=12)


def read(path: Path) -> bytes:
    return path.read_bytes()


@given(parts=PARTS, held=st.integers(0, 2000), coding=st.sampled_from([None, "gzip"]))
def test_what_is_written_is_what_is_read(
    tmp_path_factory: pytest.TempPathFactory, parts: list[bytes], held: int, coding: Coding | None
) -> None:
    folder = tmp_path_factory.mktemp("spool")
    sink = Sink(10**6, held, Spool(folder, 1), coding)
    for part in parts:
        assert sink.write(part) == len(part)
    written = sink.close()
    body = read(folder / written.file) if written.file else written.body
    assert bool(written.file) == (sum(map(len, parts)) > held)
    assert written.etag == f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    assert (gzip.decompress(body) if written.coding else body) == b"".join(parts)


def test_what_is_too_large_is_refused_and_removed(tmp_path: Path) -> None:
    def write() -> None:
        with Sink(1000, 100, Spool(tmp_path, 1), None) as sink:
            sink.write(b"x" * 900)
            assert len(list(tmp_path.iterdir())) == 1
            sink.write(b"x" * 101)

    with pytest.raises(AnswerTooLarge) as caught:
        write()
    assert caught.value.extensions["limit"] == 1000
    assert not list(tmp_path.iterdir())


def test_a_file_that_cannot_be_read_back_is_told_and_removed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_bytes(b"secret")
    (tmp_path / "1-0").symlink_to(outside)
    room = Room(10)
    with pytest.raises(SpoolFull):
        Spooled(tmp_path / "1-0", room)
    assert list(tmp_path.iterdir()) == [outside]
    assert room.taken == 0


@pytest.mark.parametrize("name", ["../outside", "/etc/hostname", "1-0/..", "1-0\n", "", "1-"])
def test_a_process_can_name_only_files_of_the_folder(tmp_path: Path, name: str) -> None:
    folder = SpoolFolder(tmp_path)
    with pytest.raises(EvaluationFailed):
        folder.file(name)
    folder.close()


def test_a_full_disk_is_told() -> None:
    if not Path("/dev/full").exists():
        pytest.skip("there is no /dev/full to write to")
    code = """
import sys
from kg_server.backends.sink import Sink
from kg_server.http.problems import SpoolFull
class Full:
    def open(self):
        return "full", open("/dev/full", "wb", buffering=0)
    def remove(self, name): pass
try:
    Sink(10**6, 10, Full(), None).write(b"x" * 100)
except SpoolFull as error:
    print(error)
"""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert "No space left" in done.stdout


def test_a_file_goes_with_its_answer(tmp_path: Path) -> None:
    (tmp_path / "1-0").write_bytes(b"abc" * 1000)
    room = Room(10_000)
    spooled = Spooled(tmp_path / "1-0", room)
    assert not list(tmp_path.iterdir())
    assert (spooled.size, room.taken, spooled.read(3), spooled.read()) == (3000, 3000, b"abc", b"abc" * 1000)
    assert b"".join(spooled.pieces()) == b"abc" * 1000
    del spooled
    gc.collect()
    assert room.taken == 0


def test_answers_on_their_way_out_are_bounded(tmp_path: Path) -> None:
    room = Room(1500, retry_seconds=7)
    for name in ("1-0", "1-1"):
        (tmp_path / name).write_bytes(b"x" * 1000)
    first = Spooled(tmp_path / "1-0", room)
    with pytest.raises(SpoolFull) as caught:
        Spooled(tmp_path / "1-1", room)
    assert caught.value.headers["Retry-After"] == "7"
    assert first.read(1) == b"x"
    assert room.taken == 1000
    assert not list(tmp_path.iterdir())


def test_a_folder_goes_with_its_server_and_leftovers_are_swept(tmp_path: Path) -> None:
    living = SpoolFolder(tmp_path)
    (living.path / "7-0").write_bytes(b"x")
    (living.path / "8-0").write_bytes(b"x")
    living.discard(7)
    assert [each.name for each in living.path.iterdir()] == ["8-0"]
    left = tmp_path / "rujukan-spool-left"
    left.mkdir()
    (left / "1-0").write_bytes(b"x")
    sweep(tmp_path)
    assert list(tmp_path.iterdir()) == [living.path]
    living.close()
    assert not list(tmp_path.iterdir())
