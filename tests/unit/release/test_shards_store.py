from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import NamedNode
from tests.support.stores import dump_store, load_store, write_shard
from tests.unit.release.synthetic import line, shards

from kg_builder.errors import ReleaseError
from kg_builder.namespaces import XSD
from kg_builder.release import shards as shards_module
from kg_builder.release import store as store_module
from kg_builder.release.shards import merge_files, shard_path
from kg_builder.release.store import compare_store, count_quads, open_store

A, P = "<https://example.org/a>", "<https://example.org/p>"


def merged(folder: Path, made: dict[str, set[str]]) -> Path:
    for name, lines in made.items():
        write_shard(folder, name, lines)
    merge_files([shard_path(folder, name) for name in made], folder / "kg.nq", folder)
    return folder / "kg.nq"


def loaded(folder: Path, *lines: str) -> tuple[Path, Path]:
    nquads = folder / "kg.nq"
    nquads.write_text("".join(lines), encoding="utf-8")
    load_store(nquads, folder / "store")
    return folder / "store", nquads


@given(st.lists(st.sets(st.sampled_from("abcdefgh")), max_size=8), st.integers(2, 4))
def test_merging_gives_every_line_once_in_order(
    tmp_path_factory: pytest.TempPathFactory, texts: list[set[str]], fan_in: int
) -> None:
    folder = tmp_path_factory.mktemp("merge")
    made = {f"s{number}": {line(A, P, f'"{text}"') for text in some} for number, some in enumerate(texts)}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shards_module, "_FAN_IN", fan_in)
        nquads = merged(folder, made)
    assert nquads.read_text().splitlines(keepends=True) == sorted(set().union(*made.values()))


def test_the_store_holds_what_the_file_says(tmp_path: Path) -> None:
    nquads = merged(tmp_path, shards(articles=2, facts=20))
    load_store(nquads, tmp_path / "store")
    assert dump_store(tmp_path / "store") == nquads.read_bytes()
    assert count_quads(tmp_path / "store") == nquads.read_bytes().count(b"\n")
    compare_store(tmp_path / "store", nquads, tmp_path)


def test_a_dump_too_large_for_memory_is_sorted_on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module, "_HELD", 5)
    nquads = merged(tmp_path, shards(articles=1, facts=20))
    load_store(nquads, tmp_path / "store")
    compare_store(tmp_path / "store", nquads, tmp_path)
    assert len(list(tmp_path.glob("run-*"))) > 3


@pytest.mark.parametrize(
    ("literal", "rewritten"),
    [
        (f'"05"^^<{XSD}integer>', '"5"'),
        (f'"1.50"^^<{XSD}decimal>', '"1.5"'),
        (f'"1"^^<{XSD}boolean>', '"true"'),
        ('"a"@EN', '"a"@en'),
        (r'"\u0041"', '"A"'),
    ],
)
def test_a_literal_that_the_store_rewrites_is_refused(tmp_path: Path, literal: str, rewritten: str) -> None:
    lines = sorted([line(A, P, '"a"'), line(A, P, '"b"'), line(A, P, literal)])
    store, nquads = loaded(tmp_path, *lines)
    with pytest.raises(ReleaseError) as error:
        compare_store(store, nquads, tmp_path)
    message = str(error.value).replace("\\\\", "\\")
    assert message.startswith(f"kg.nq:{lines.index(line(A, P, literal)) + 1}: ")
    assert literal in message.partition("would hold")[0]
    assert rewritten in message.partition("would hold")[2]


def test_a_line_too_many_or_too_few_is_named(tmp_path: Path) -> None:
    store, nquads = loaded(tmp_path, line(A, P, '"a"'), line(A, P, '"c"'))
    nquads.write_text("".join(line(A, P, f'"{text}"') for text in "abc"))
    with pytest.raises(ReleaseError, match=r'kg\.nq:2: the store does not hold .*"b"'):
        compare_store(store, nquads, tmp_path)
    nquads.write_text(line(A, P, '"a"'))
    with pytest.raises(ReleaseError, match=r'the store holds .*"c".*, which is not in kg\.nq'):
        compare_store(store, nquads, tmp_path)


def test_a_damaged_store_is_an_error_of_ours(tmp_path: Path) -> None:
    store, _ = loaded(tmp_path, line(A, P, '"a"'))
    with pytest.raises(ReleaseError, match="does not open"):
        open_store(tmp_path / "nowhere")
    for table in store.glob("*.sst"):
        table.write_bytes(table.read_bytes()[:-10])
    with pytest.raises(ReleaseError):
        count_quads(store)


def test_many_readers_open_one_store(tmp_path: Path) -> None:
    store, _ = loaded(tmp_path, line(A, P, '"a"'))
    readers = [open_store(store) for _ in range(3)]
    assert [len(list(reader.quads_for_pattern(NamedNode(A[1:-1]), None, None))) for reader in readers] == [1, 1, 1]
