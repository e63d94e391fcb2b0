"""The index of the authority file says what the full reader says, after any edits and whatever became of its file."""

from __future__ import annotations

import json
import multiprocessing
import os
import pickle
import shutil
import signal
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support import museum as m

from kg_builder.errors import Problem
from kg_builder.sources import stamps
from kg_builder.sources.authority import index, refresh
from kg_builder.sources.authority.database import database_file
from kg_builder.sources.authority.index import OpenAuthority, open_authority
from kg_builder.sources.authority.reading import Change
from kg_builder.sources.entities import Authority, Entity, load_authority
from kg_builder.sources.project import Project, load_project
from kg_builder.sources.schema import Schema, load_schema


@pytest.fixture(autouse=True, scope="module")
def _small_files_are_compared_with_copies() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(index, "LARGE", -1)
        yield


@pytest.fixture
def root(tmp_path: Path) -> Path:
    m.write(tmp_path)
    return tmp_path


def read(root: Path) -> tuple[Project, Schema]:
    return load_project(root), load_schema(root, [])


def opened(root: Path) -> OpenAuthority:
    problems: list[Problem] = []
    found = open_authority(*read(root), problems)
    assert not problems
    return found


def plain(authority: Authority) -> tuple[object, ...]:
    return (
        [*authority.entities.items()],
        [*authority.redirects.items()],
        {slug: (found.iri, found.shape.key) for slug, found in authority.declared.items()},
        set(authority.ledger),
    )


def same_as_read(root: Path, found: OpenAuthority, problems: list[Problem]) -> None:
    expected: list[Problem] = []
    assert plain(found) == plain(load_authority(*read(root), expected))
    assert problems == expected
    assert (found.database is None) == bool(expected)


def said(entity: Entity) -> tuple[object, ...]:
    return entity.shape.key, entity.labels, [item.triple for item in entity.triples]


def difference(before: Mapping[str, Entity], now: Mapping[str, Entity]) -> tuple[Change, ...]:
    return tuple(
        Change(slug, before[slug].shape.key if slug in before else None, now[slug].shape.key if slug in now else None)
        for slug in sorted({*before, *now})
        if slug not in before or slug not in now or said(before[slug]) != said(now[slug])
    )


# Entries that are right and wrong by themselves and by what others say; in forms that can be cut by lines and cannot.
SLUGS = ("a", "b", "c-1")
ENTRIES = st.sampled_from(
    [
        "{slug}: {{is: museum, label: {{en: One, id: Satu}}}}\n",
        "{slug}: {{is: artefact, label: {{en: Two}}, near: a, inventory: x}}\n",
        "# remark\n{slug}:\n  is: person\n  label: {{en: Three,\n    id: Tiga}}\n  near: [b, c-1]\n\n",
        "{slug}:\n  is: museum\n  near: a\n  alt:\n    - {{text: Four, language: en}}\n",
        "{slug}: {{is: museum, label: {{en: 'Five\n  and more'}}}}\n",
        "{slug}: {{is: museum, label: {{en: 'x\na: y'}}}}\n",
        "{slug}: {{is: museum,\nlabel: {{en: Six}}}}\n",
        "{slug}: {{is: museum, label: {{en: Seven}}}}\r\n",
        '"{slug}": {{is: museum, label: {{en: Eight}}}}\n',
        "{slug}: {{is: loan, lender: a}}\n",
        "{slug}: {{is: nothing}}\n",
        "{slug}: {{is: museum\n",
        "{slug}: {{is: museum, weight: much}}\n",
    ]
)
FILES = st.dictionaries(
    st.sampled_from(["x.yaml", "y.yaml"]),
    st.lists(st.builds(lambda form, slug: form.format(slug=slug), ENTRIES, st.sampled_from(SLUGS)), max_size=3),
    max_size=2,
)
STATES = st.lists(
    st.tuples(FILES, st.sampled_from(["", "old: a\n", "b: a\n"]), st.sampled_from(["", "a\n", "#x\nold\n"])),
    min_size=2,
    max_size=5,
)


def put(root: Path, state: tuple[dict[str, list[str]], str, str]) -> None:
    files, redirects, ledger = state
    folder = root / "data/entities"
    shutil.rmtree(folder)
    folder.mkdir()
    for name, entries in files.items():
        (folder / name).write_text("".join(entries), "utf-8", newline="")
    (root / "data/redirects.yaml").write_text(redirects, "utf-8")
    (root / "data/released-ids.txt").write_text(ledger, "utf-8")


@settings(max_examples=80)
@given(STATES)
def test_after_any_edits_it_says_what_the_full_reader_says(states: list[tuple[dict[str, list[str]], str, str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        m.write(root)
        known: list[tuple[OpenAuthority, Authority]] = []
        for state in states:
            put(root, state)
            problems: list[Problem] = []
            found = open_authority(*read(root), problems)
            same_as_read(root, found, problems)
            if found.database is None:
                continue
            now = load_authority(*read(root), [])
            for former, then in known:
                assert found.changed_since(former.revision) == difference(then.entities, now.entities)
                assert plain(former) == plain(then)  # what was opened before stays as it was
            if known:
                former, then = known[-1]
                equal = (difference(then.entities, now.entities), then.redirects) == ((), now.redirects)
                assert (found.revision == former.revision) == equal
                assert found.revision >= former.revision
            known.append((found, now))


def test_an_entry_that_did_not_change_is_not_parsed(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = opened(root)
    path = next((root / "data/entities").glob("*.yaml"))
    path.write_text(f"new-one: {{is: person, label: {{en: New, id: Baru}}}}\n{path.read_text('utf-8')}", "utf-8")
    parsed: list[str] = []
    real = vars(refresh)["read_entry"]

    def noting(key, body, schema, problems):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
        parsed.append(key.text)
        return real(key, body, schema, problems)

    monkeypatch.setitem(vars(refresh), "read_entry", noting)
    second = opened(root)
    assert parsed == ["new-one"]
    assert second.changed_since(first.revision) == (Change("new-one", None, "person"),)
    same_as_read(root, second, [])
    assert opened(root).revision == second.revision
    assert parsed == ["new-one"]


def test_a_reference_is_checked_again_when_what_it_names_is_of_another_kind(root: Path) -> None:
    folder = root / "data/entities"
    (folder / "n.yaml").write_text("one: {is: museum}\n", "utf-8")
    (folder / "o.yaml").write_text("two: {is: artefact, near: one}\n", "utf-8")
    first = opened(root)
    (folder / "n.yaml").write_text("one: {is: person}\n", "utf-8")
    second = opened(root)
    same_as_read(root, second, [])
    assert second.changed_since(first.revision) == (Change("one", "museum", "person"),)
    (folder / "o.yaml").write_text("two: {is: loan, lender: one}\n", "utf-8")
    problems: list[Problem] = []
    same_as_read(root, open_authority(*read(root), problems), problems)
    assert [problem.message for problem in problems] == ["«lender» takes museum, but «one» is of kind person"]
    (folder / "n.yaml").write_text("one: {is: museum}\n", "utf-8")
    opened(root)
    for written, said in (("person", "«lender» takes museum, but «one» is of kind person"), ("", "no entity «one»")):
        (folder / "n.yaml").write_text(f"one: {{is: {written}}}\n" if written else "", "utf-8")
        problems = []
        same_as_read(root, open_authority(*read(root), problems), problems)
        assert [problem.message.split(";")[0] for problem in problems] == [said]


def test_another_schema_or_base_makes_another_index(root: Path) -> None:
    first = opened(root)
    shapes = root / "ontology/shapes.ttl"
    shapes.write_text(shapes.read_text("utf-8").replace('rj:key "museum"', 'rj:key "house"'), "utf-8")
    for path in (root / "data/entities").glob("*.yaml"):
        path.write_text(path.read_text("utf-8").replace("is: museum", "is: house"), "utf-8")
    second = opened(root)
    same_as_read(root, second, [])
    assert second.changed_since(first.revision) is None
    project = root / "data/project.yaml"
    project.write_text(project.read_text("utf-8").replace(m.BASE, "https://example.org/other/"), "utf-8")
    same_as_read(root, opened(root), [])


@settings(max_examples=40)
@given(st.data())
def test_a_damaged_index_is_read_anew(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        m.write(root)
        opened(root)
        path = database_file(load_project(root))
        content = path.read_bytes()
        cut = data.draw(st.integers(0, len(content)))
        path.write_bytes(content[:cut] + data.draw(st.binary(max_size=64)))
        same_as_read(root, opened(root), [])
        stamps = path.with_suffix(".stamps.json")
        if stamps.exists():
            stamps.write_bytes(data.draw(st.binary(max_size=64)))
        same_as_read(root, opened(root), [])


def test_an_index_that_is_damaged_while_it_is_read_gives_way_to_the_sources(root: Path) -> None:
    found = opened(root)
    path = database_file(load_project(root))
    with path.open("r+b") as file:
        file.truncate(4096)
    same_as_read(root, opened(root), [])
    assert plain(found) == plain(opened(root))


def test_a_wrong_hash_that_was_kept_is_found_out(root: Path) -> None:
    for path in (root / "data").rglob("*"):
        os.utime(path, (1, 1))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stamps, "_QUIET_NS", -(10**18))
        opened(root)
        kept = database_file(load_project(root)).with_suffix(".stamps.json")
        told = json.loads(kept.read_bytes())
        told["sha256"] = {name: f"{known.rpartition(' ')[0]} {'0' * 64}" for name, known in told["sha256"].items()}
        kept.write_text(json.dumps(told), "utf-8")
        assert opened(root).database
        same_as_read(root, opened(root), [])
        assert "0" * 64 not in kept.read_text("utf-8")


def test_a_folder_that_takes_nothing_is_no_error(root: Path) -> None:
    (root / "build").mkdir()
    (root / "build/cache").write_text("", "utf-8")
    problems: list[Problem] = []
    found = open_authority(*read(root), problems)
    assert plain(found) == plain(load_authority(*read(root), []))
    assert not problems
    assert found.changed_since(found.revision) is None


def _open_and_die(root: Path, statements: int) -> None:
    real = sqlite3.connect
    left = [statements]

    def counting(_: str) -> None:
        left[0] -= 1
        if left[0] < 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def connect(*arguments: Any, **named: Any) -> sqlite3.Connection:  # noqa: ANN401
        connection: sqlite3.Connection = real(*arguments, **named)
        if not named.get("uri"):
            connection.set_trace_callback(counting)
        return connection

    vars(refresh)["sqlite3"] = SimpleNamespace(connect=connect, IntegrityError=sqlite3.IntegrityError)
    opened(root)


@pytest.mark.parametrize("statements", [0, 3, 15, 40, 60])
@pytest.mark.parametrize("before", [True, False])
def test_a_writer_that_is_killed_leaves_the_former_index(root: Path, statements: int, before: bool) -> None:
    former = opened(root) if before else None
    path = root / "data/entities/people.yaml"
    path.write_text("".join(f"p-{number}: {{is: person}}\n" for number in range(9)) + path.read_text("utf-8"), "utf-8")
    child = multiprocessing.get_context("fork").Process(target=_open_and_die, args=(root, statements))
    child.start()
    child.join()
    assert child.exitcode == -signal.SIGKILL
    found = opened(root)
    same_as_read(root, found, [])
    folder = database_file(load_project(root)).parent
    assert not [path.name for path in folder.iterdir() if path.suffix == ".tmp"]
    if former:
        assert found.changed_since(former.revision) == tuple(Change(f"p-{n}", None, "person") for n in range(9))


def _look(found: OpenAuthority, answers: multiprocessing.Queue[object]) -> None:
    answers.put(plain(found))


def test_other_processes_read_it_forked_or_pickled(root: Path) -> None:
    found = opened(root)
    expected = plain(found)
    context = multiprocessing.get_context("fork")
    answers = context.Queue()
    child = context.Process(target=_look, args=(found, answers))
    child.start()
    assert answers.get(timeout=60) == expected
    child.join()
    copy = pickle.loads(pickle.dumps(found.declared))  # noqa: S301 - our own
    assert type(copy) is dict
    assert copy == dict(found.declared.items())


def _open_often(root: Path, number: int) -> None:
    path = root / f"data/entities/p{number}.yaml"
    for turn in range(8):
        temporary = path.with_suffix(".new")
        temporary.write_text(f"p-{number}-{turn}: {{is: person, label: {{en: A, id: B}}}}\n", "utf-8")
        temporary.replace(path)
        found = opened(root)
        assert f"p-{number}-{turn}" in found.declared
        assert f"p-{number}-{turn - 1}" not in found.declared


def test_several_processes_open_it_while_the_sources_change(root: Path) -> None:
    context = multiprocessing.get_context("fork")
    children = [context.Process(target=_open_often, args=(root, number)) for number in range(3)]
    for child in children:
        child.start()
    for child in children:
        child.join(120)
    assert [child.exitcode for child in children] == [0, 0, 0]
    same_as_read(root, opened(root), [])
