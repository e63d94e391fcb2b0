"""Wrong input of every kind: each command names the place and what to do, and leaves every file as it was."""

from __future__ import annotations

import io
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.support import museum as m

from kg_builder.cli.main import main

INVALID, USAGE, UNAVAILABLE, BAD_QUERY = 1, 2, 3, 4
PROJECT = "data/project.yaml"
RECORD = f"data/articles/{m.ONE}.yaml"
RULE = "ontology/rules/own.rq"
SHAPES = "ontology/shapes.ttl"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    m.write(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("museum")
    m.write(root)
    assert main(["--project", str(root), "build"]) == 0
    return root


def files(root: Path) -> dict[str, bytes | None]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes() if path.is_file() else None
        for path in root.rglob("*")
        if "build" not in path.parts
    }


def in_place_of(folder: str) -> Callable[[Path], object]:
    def change(root: Path) -> None:
        shutil.rmtree(root / folder)
        (root / folder).write_text("x")

    return change


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda root: (root / PROJECT).write_text("a: [1\n"), f"{PROJECT}:2:1: not YAML: did not find"),
        (lambda root: (root / PROJECT).write_bytes(b"base: caf\xe9\n"), f"{PROJECT}:1:10: not UTF-8: save the file"),
        (lambda root: (root / RECORD).write_bytes(b"a: 1\nkaf\xc3\xa9: \xff\n"), f"{RECORD}:2:7: not UTF-8: save"),
        (lambda root: (root / "data/articles/x.yaml").symlink_to("x"), "data/articles/x.yaml:1:1: cannot be read"),
        (lambda root: (root / "queries/x.rq").symlink_to("nowhere"), "queries/x.rq:1:1: cannot be read: No"),
        (in_place_of("data/articles"), "data/articles:1:1: a folder of *.yaml files belongs here"),
        (lambda root: (root / RULE).write_text("# Why.\nCONSTRUCT { ?a"), f"{RULE}:2:13: not SPARQL: Expected"),
        (lambda root: (root / RULE).write_bytes(b"# Why\n#\xff"), f"{RULE}:2:2: not UTF-8: save the file as UTF-8"),
        (lambda root: (root / SHAPES).write_text("]"), f"{SHAPES}:1:1: not Turtle: ] is not a valid subject"),
        (lambda root: (root / SHAPES).write_text("# nothing\n"), f"{SHAPES}:1:1: holds no sh:NodeShape"),
        (lambda root: (root / SHAPES).unlink(), f"{SHAPES}:1:1: cannot be read: No such file or directory\n"),
    ],
)  # fmt: skip
def test_a_wrong_source_is_one_problem_at_its_place(
    root: Path, capsys: pytest.CaptureFixture[str], change: Callable[[Path], object], message: str
) -> None:
    change(root)
    before = files(root)
    assert main(["--project", str(root), "build"]) == INVALID
    said = capsys.readouterr().err
    assert said.startswith(message)
    assert said.endswith("\n1 problem in 1 file; nothing was changed\n")
    assert not (root / "build/current").exists()
    assert files(root) == before


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda build: build.write_text("x"), "build is not a folder: move it away"),
        (lambda build: (build / "current").mkdir(parents=True), "build/current is not a symbolic link; move it away"),
    ],
)
def test_what_stands_in_the_way_of_a_release_is_named(
    root: Path, capsys: pytest.CaptureFixture[str], change: Callable[[Path], object], message: str
) -> None:
    change(root / "build")
    assert main(["--project", str(root), "build"]) == UNAVAILABLE
    assert message in capsys.readouterr().err


@pytest.mark.parametrize("folder", ["nowhere", PROJECT, "data"])
def test_a_project_that_is_none_is_named_with_its_option(
    root: Path, capsys: pytest.CaptureFixture[str], folder: str
) -> None:
    assert main(["--project", str(root / folder), "build"]) == INVALID
    assert f"{root / folder}:1:1: --project: no data/project.yaml in this folder" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["check", "anchor", "review"])
def test_a_record_that_is_not_there_is_told_with_the_nearest(
    root: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    assert main(["--project", str(root), command, f"{m.ONE}s"]) == INVALID
    assert f"data/articles:1:1: no record «{m.ONE}s»; did you mean «{m.ONE}»?" in capsys.readouterr().err


@pytest.mark.parametrize("port", ["99999", "-1", "x", "²"])
def test_a_port_that_is_none_is_wrong_usage(root: Path, capsys: pytest.CaptureFixture[str], port: str) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--project", str(root), "review", f"--port={port}"])
    assert ended.value.code == USAGE
    assert f"argument --port: «{port}» is no port" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("--kind=figur", "argument --kind: no kind «figur»: there are date, figure, "),
        ("--published=soon", "argument --published: «soon» is no day: write 2024-06-28"),
    ],
)
def test_an_option_of_suggest_that_means_nothing_is_wrong_usage(
    root: Path, capsys: pytest.CaptureFixture[str], option: str, message: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--project", str(root), "suggest", m.ONE, option])
    assert ended.value.code == USAGE
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["eval"], "eval of what? name folders with gold.json, or give --records"),
        (["link", "refresh", "--offline"], "refresh asks the authority anew, so it cannot be --offline"),
    ],
)
def test_options_that_ask_for_nothing_or_for_two_things_are_told(
    root: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    (root / "data/linking.yaml").write_text("authority: {prefix: wd, namespace: 'x:', name: W}\n")
    assert main(["--project", str(root), *arguments]) == BAD_QUERY
    assert message in capsys.readouterr().err


def test_a_text_to_suggest_from_must_be_utf8(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = root / "own.txt"
    path.write_bytes(b"satu\ndua \xff")
    assert main(["--project", str(root), "suggest", str(path)]) == INVALID
    assert capsys.readouterr().err.startswith(f"{path}:2:5: not UTF-8: save the file as UTF-8\n")


def test_what_is_no_release_cannot_be_verified(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--project", str(root), "verify"]) == UNAVAILABLE
    assert capsys.readouterr().err == "rujukan: no release yet: run `rujukan build` first\n"
    assert main(["--project", str(root), "verify", str(root)]) == UNAVAILABLE
    assert f"no release at {root}: it holds no manifest.json" in capsys.readouterr().err


def test_a_query_that_cannot_be_read(
    built: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "own.rq"
    assert main(["--project", str(built), "query", str(path)]) == BAD_QUERY
    assert capsys.readouterr().err == f"rujukan: {path} cannot be read: No such file or directory\n"
    path.write_bytes(b"ASK {}\n# \xff")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(path.read_bytes())))
    for written in ("-", str(path)):
        assert main(["--project", str(built), "query", written]) == BAD_QUERY
        assert capsys.readouterr().err == "rujukan: the query is not UTF-8: 2:3 is no character\n"


@pytest.mark.parametrize("what", ["turtle", "schema"])
@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("nowhere/out", "No such file or directory"),
        ("data", "Is a directory"),
        ("/dev/full", "No space left on device"),
    ],
)
def test_an_export_that_cannot_be_written_names_its_file(
    built: Path, capsys: pytest.CaptureFixture[str], what: str, target: str, reason: str
) -> None:
    before = files(built)
    path = built / target
    assert main(["--project", str(built), "export", what, "--output", str(path)]) == UNAVAILABLE
    assert capsys.readouterr().err == f"rujukan: {path}: {reason}\n"
    assert files(built) == before


def test_an_export_that_breaks_off_leaves_the_former_file(built: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.ttl"
    out.write_bytes(b"former")
    dump = (built / "build/current").resolve() / "kg.ttl"
    kept = dump.rename(dump.with_name("kept"))
    try:
        assert main(["--project", str(built), "export", "turtle", "--output", str(out)]) == UNAVAILABLE
    finally:
        kept.rename(dump)
    assert [path.name for path in tmp_path.iterdir()] == ["out.ttl"]
    assert out.read_bytes() == b"former"
    assert main(["--project", str(built), "export", "turtle", "--output", str(out)]) == 0
    assert out.read_bytes() == dump.read_bytes()
