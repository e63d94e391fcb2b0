"""Every command as a person runs it: help, results, exit codes, JSON."""

from __future__ import annotations

import argparse
import csv
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from rdflib import Graph
from tests.support import museum as m

from kg_builder.cli.main import build_parser, main
from kg_builder.sources.files import write_whole
from kg_builder.sources.intake import Known, new_record
from kg_builder.sources.texts import decode

OK, INVALID, USAGE, UNAVAILABLE, BAD_QUERY = 0, 1, 2, 3, 4
LENT = "SELECT ?a ?b WHERE { ?a ml:lentTo ?b }"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("museum")
    m.write(root)
    assert main(["--project", str(root), "build"]) == OK
    return root


@pytest.fixture
def root(tmp_path: Path) -> Path:
    m.write(tmp_path)
    return tmp_path


class Run:
    """One command in this process: its exit code and what it said."""

    def __init__(self, capsys: pytest.CaptureFixture[str], root: Path, *arguments: str) -> None:
        capsys.readouterr()
        self.code = main(["--project", str(root), *arguments])
        self.out, self.err = capsys.readouterr()

    @property
    def data(self) -> Any:  # noqa: ANN401 - JSON is any plain data
        return json.loads(self.out)


def parsers(parser: argparse.ArgumentParser) -> list[argparse.ArgumentParser]:
    found = [parser]
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for inner in action.choices.values():
                found.extend(parsers(inner))
    return found


@pytest.mark.parametrize("name", [parser.prog for parser in parsers(build_parser())])
def test_every_help_has_an_example(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*name.split()[1:], "--help"])
    assert ended.value.code == OK
    shown = capsys.readouterr().out
    _, found, example = shown.partition("example:")
    assert found
    assert "rujukan" in example


def test_the_examples_parse() -> None:
    for parser in parsers(build_parser())[1:]:
        for line in (parser.epilog or "").splitlines()[1:]:
            words = line.split("'")[0].split()
            assert words[0] == "rujukan"
            if "'" not in line:
                build_parser().parse_args(words[1:])


@pytest.mark.parametrize(
    "arguments", [[], ["nothing"], ["build", "--nothing"], ["query", "--format", "nothing"], ["export"]]
)
def test_wrong_usage_is_two(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == USAGE
    assert "usage:" in capsys.readouterr().err


def test_check_says_what_is_verified_and_what_is_trusted(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    done = Run(capsys, root, "check")
    assert done.code == OK
    assert "No problems. 24 quotes verified, 0 trusted; 48 facts, 3 derived." in done.out
    (root / f"data/texts/{m.ONE}.txt").unlink()
    data = Run(capsys, root, "check", "--json").data
    assert data["ok"] is True
    assert [(record["article"], record["verified"]) for record in data["records"]] == [(m.TWO, True), (m.ONE, False)]
    assert (data["counts"]["verified"], data["counts"]["trusted"]) == (9, 15)
    assert not (root / "build").exists()


def test_problems_come_as_text_or_as_json(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    m.edit(root, f"data/articles/{m.ONE}.yaml", "  item mask:", "  itme mask:")
    for command in ("check", "build", "status"):
        done = Run(capsys, root, command)
        assert (done.code, done.out) == (INVALID, "")
        assert done.err.splitlines()[-1] == "1 problem in 1 file; nothing was changed"
        as_json = Run(capsys, root, command, "--json")
        assert (as_json.code, as_json.err) == (INVALID, "")
        assert as_json.data == {
            "ok": False,
            "problems": [
                {
                    "file": f"data/articles/{m.ONE}.yaml",
                    "line": 20,
                    "column": 3,
                    "code": "unknown-key",
                    "message": "a loan has no key «itme»; did you mean «item»?",
                }
            ],
        }


@pytest.mark.parametrize(
    "arguments", [["query", "borrowers"], ["query", "--list"], ["explain", "mask", "label"], ["export", "nquads"]]
)
def test_without_a_release_every_reader_says_how_to_make_one(
    root: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    done = Run(capsys, root, *arguments)
    assert (done.code, done.out) == (UNAVAILABLE, "")
    assert done.err == "rujukan: no release yet: run `rujukan build` first\n"


def test_a_folder_that_is_no_project(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert Run(capsys, tmp_path, "check").code == INVALID


def test_a_damaged_release_says_what_to_do(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert Run(capsys, root, "build").code == OK
    (root / "build/current/queries.json").write_text("{", "utf-8")
    done = Run(capsys, root, "query", "borrowers")
    assert done.code == UNAVAILABLE
    assert "is damaged" in done.err
    assert "run `rujukan build --force`" in done.err


def test_a_saved_query_with_its_default_and_with_a_value(built: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "id:museum-laut" in Run(capsys, built, "query", "borrowers").out
    assert Run(capsys, built, "query", "borrowers", "--param", "lender=id:museum-laut").out.endswith("(0 rows)\n")
    for written in ("museum-bahari", "?lender=id:museum-bahari", f"lender=<{m.BASE}id/museum-bahari>"):
        value = written if "=" in written else f"lender={written}"
        assert "(1 row)" in Run(capsys, built, "query", "borrowers", "--param", value).out
    assert "borrowers: To whom did a museum lend?" in Run(capsys, built, "query", "--list").out
    assert Run(capsys, built, "query", "--list", "--json").data[0]["parameters"][0]["type"] == "iri"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["borrowers", "--param", "lendr=x"], "«borrowers» has no parameter «lendr»; did you mean «lender»?"),
        (["borrowers", "--param", "lender"], "--param takes NAME=VALUE, not «lender»"),
        (
            ["borrowers", "--param", "lender=x y"],
            "parameter «lender»: «x y» names no thing: write an id, prefix:name or <iri>",
        ),
        (["borrowers", "--param", "lender=idd:x"], "parameter «lender»: no prefix «idd:»"),
        (["borrowrs"], "no saved query «borrowrs»; did you mean «borrowers»?; `rujukan query --list` shows all"),
        ([], "which query? name one, or --list them"),
        (["SELECT * WHERE {"], "not a SPARQL query: "),
        (["INSERT DATA { ml:a ml:b ml:c }"], "not a SPARQL query: "),
        (["missing.rq"], "missing.rq cannot be read: "),
        ([LENT, "--param", "a=b"], "--param binds the parameters of a saved query"),
        (["SELECT (<x:f>(1) AS ?a) {}"], "the query cannot be evaluated: "),
        ([LENT, "--format", "turtle"], "this answer is a table; choose one of table, json, xml, csv, tsv"),
        (
            ["CONSTRUCT WHERE { ?a ml:lentTo ?b }", "--format", "csv"],
            "a graph cannot be written as csv; choose one of turtle, ",
        ),
    ],
)
def test_a_wrong_query_is_four_and_says_why(
    built: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    done = Run(capsys, built, "query", *arguments)
    assert (done.code, done.out) == (BAD_QUERY, "")
    assert done.err.startswith(f"rujukan: {message}")


@pytest.mark.filterwarnings("ignore:.*is deprecated, use Dataset:DeprecationWarning")  # rdflib of itself
def test_answers_in_every_format(built: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lender, borrower = f"{m.BASE}id/museum-bahari", f"{m.BASE}id/museum-laut"
    assert list(csv.reader(io.StringIO(Run(capsys, built, "query", LENT, "--format", "csv").out)))[:2] == [
        ["a", "b"],
        [lender, borrower],
    ]
    assert f"<{lender}>\t<{borrower}>" in Run(capsys, built, "query", LENT, "--format", "tsv").out
    for found in (Run(capsys, built, "query", LENT, "--format", "json"), Run(capsys, built, "query", LENT, "--json")):
        assert found.data["results"]["bindings"][0]["a"]["value"] == lender
    assert borrower in ET.tostring(ET.fromstring(Run(capsys, built, "query", LENT, "--format", "xml").out), "unicode")  # noqa: S314
    assert Run(capsys, built, "query", "ASK { ?a ml:lentTo ?b }").out == "yes\n"
    assert Run(capsys, built, "query", "ASK { ?b ml:lendsNothing ?b }").out == "no\n"
    assert Run(capsys, built, "query", "ASK { ?a ml:lentTo ?b }", "--json").data["boolean"] is True
    for name, parser in (
        ("turtle", "turtle"),
        ("ntriples", "nt"),
        ("rdfxml", "xml"),
        ("jsonld", "json-ld"),
        ("json", "json-ld"),
    ):
        text = Run(capsys, built, "query", "CONSTRUCT WHERE { ?a ml:lentTo ?b }", "--format", name).out
        assert len(Graph().parse(data=text, format=parser)) == 1


def test_a_query_from_a_file_and_from_standard_input(
    built: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "own.rq"
    path.write_text(LENT, "utf-8")
    assert "(1 row)" in Run(capsys, built, "query", str(path)).out
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(LENT.encode())))
    assert "(1 row)" in Run(capsys, built, "query", "-").out


def test_explain_a_stated_fact(built: Path, capsys: pytest.CaptureFixture[str]) -> None:
    done = Run(capsys, built, "explain", "loan-mask", "signature")
    assert done.code == OK
    assert "«ditandatangani Ratna Wijaya»" in done.out
    assert "@101–128" in done.out
    assert "Perjanjian itu «ditanda" in done.out
    assert "certainty: rj:Inferred" in done.out
    assert "note: The name stands beside the verb." in done.out
    assert "curated by id:curators, 2026-01-02" in done.out
    two = Run(capsys, built, "explain", "loan-mask", "lender", "museum-bahari", "--json").data
    assert [quote["article"] for support in two[0]["supports"] for quote in support["quotes"]] == [m.TWO, m.ONE] or [
        quote["article"] for support in two[0]["supports"] for quote in support["quotes"]
    ] == [m.ONE, m.TWO]


def test_explain_a_derived_fact(built: Path, capsys: pytest.CaptureFixture[str]) -> None:
    done = Run(capsys, built, "explain", "museum-bahari", "ml:lentTo", "museum-laut")
    assert done.code == OK
    assert "Who lends at a loan lends to whoever borrows at it." in done.out
    assert "because id:loan-mask ml:lender id:museum-bahari" in done.out
    further = Run(capsys, built, "explain", "museum-laut", "partner")
    assert "because id:museum-bahari ml:lentTo id:museum-laut" in further.out


def test_explain_what_is_only_conveyed_or_curated(built: Path, capsys: pytest.CaptureFixture[str]) -> None:
    conveyed = Run(capsys, built, "explain", "mask", "condition")
    assert conveyed.code == OK
    assert "(not asserted: only conveyed, or deprecated)" in conveyed.out
    assert Run(capsys, built, "explain", "mask", "condition", "--json").data[0]["asserted"] is False
    label = Run(capsys, built, "explain", "mask", "rdfs:label", "Wooden mask")
    assert label.code == OK
    assert "stated by a curator, without an article" in label.out
    deprecated = Run(capsys, built, "explain", "loan-mask", "party", "museum-laut", "--json").data
    assert deprecated[0]["asserted"] is True


def test_explain_what_the_graph_does_not_say(built: Path, capsys: pytest.CaptureFixture[str]) -> None:
    done = Run(capsys, built, "explain", "mask", "lender")
    assert (done.code, done.out) == (INVALID, "")
    assert done.err.startswith("rujukan: the graph says nothing of id:mask ml:lender; it says rdf:type, rdfs:label, ")
    assert "ml:lendr; did you mean «ml:lender»?" in Run(capsys, built, "explain", "loan-mask", "lendr").err
    nobody = Run(capsys, built, "explain", "maks", "lender")
    assert nobody.err == "rujukan: the graph says nothing of id:maks; `rujukan query` finds what it knows\n"
    nothing = Run(capsys, built, "explain", "loan-mask", "lender", "nobody")
    assert "id:loan-mask ml:lender nobody; leave the object out" in nothing.err
    assert Run(capsys, built, "explain", "loan-mask", "lender", "two words").code == INVALID
    assert Run(capsys, built, "explain", "mask", "x:y").code == BAD_QUERY
    for wrong in ("id:a>b", "a/b>c", "<x>"):
        assert Run(capsys, built, "explain", wrong, "rdfs:label").err.endswith("\n")
        assert Run(capsys, built, "explain", wrong, "rdfs:label").code == BAD_QUERY


def test_explain_gives_no_deprecated_reason_for_a_premise(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    m.edit(
        root,
        f"data/articles/{m.TWO}.yaml",
        '  borrower museum-laut: "@18 tiba di Museum Laut"',
        '  borrower museum-laut: {quote: "@18 tiba di Museum Laut", rank: deprecated}',
    )
    Run(capsys, root, "build")
    done = Run(capsys, root, "explain", "museum-bahari", "ml:lentTo", "museum-laut")
    assert "«kepada Museum Laut»" in done.out
    assert "«tiba di Museum Laut»" not in done.out


def test_explain_shows_no_context_of_another_text(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Run(capsys, root, "build")
    text = root / f"data/texts/{m.ONE}.txt"
    text.write_text(f"Hawa. {m.TEXTS[m.ONE]}", "utf-8")
    done = Run(capsys, root, "explain", "loan-mask", "signature")
    assert f"{m.ONE} @101–128  «ditandatangani Ratna Wijaya»\n" in done.out


def test_serve_leaves_host_and_port_to_the_settings() -> None:
    options = build_parser().parse_args(["serve"])
    assert (options.host, options.port) == (None, None)


def test_status_tells_what_is_open(built: Path, capsys: pytest.CaptureFixture[str]) -> None:
    done = Run(capsys, built, "status")
    assert done.code == OK
    assert "1 sentence without a fact: @89–101" in done.out
    assert "unknown: title, url, publisher, published" in done.out
    assert "without a link, person: dewi-kartasasmita, ratna-wijaya" in done.out
    data = Run(capsys, built, "status", "--json").data
    assert data["unlinked"]["artefact"] == ["mask"]
    assert data["linked"] == 1
    assert data["release"]["quads"] > 0


def test_status_without_texts_or_release(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    m.write(tmp_path, texts=False)
    done = Run(capsys, tmp_path, "status")
    assert done.code == OK
    assert "the text is not on this machine" in done.out
    assert "release: none; run `rujukan build`" in done.out


def test_a_text_is_added_byte_for_byte(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    m.write(tmp_path, texts=False)
    file = tmp_path / "any name.txt"
    file.write_bytes(m.TEXTS[m.ONE].encode())
    done = Run(capsys, tmp_path, "text", "add", str(file))
    assert done.code == OK
    assert f"the text of {m.ONE}, byte for byte" in done.out
    assert (tmp_path / f"data/texts/{m.ONE}.txt").read_bytes() == file.read_bytes()
    data = Run(capsys, tmp_path, "text", "add", str(file), "--json").data
    assert data == [{"file": str(file), "match": "exact", "added": True, "article": m.ONE}]


def test_a_text_with_other_white_space_is_reported_and_not_added(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = root / "a.txt"
    file.write_bytes(m.TEXTS[m.ONE].replace("Museum Laut", "Museum  Laut", 1).encode())
    done = Run(capsys, root, "text", "add", str(file))
    assert done.code == INVALID
    place = m.TEXTS[m.ONE].index("Museum Laut") + len("Museum ")
    assert f"its white space differs, first at code point {place} (line 1)" in done.err
    assert (root / f"data/texts/{m.ONE}.txt").read_bytes() == m.TEXTS[m.ONE].encode()


def test_an_unknown_text_begins_a_record_only_when_asked(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = root / "berita-tiga.txt"
    file.write_text("Berita lain.\n", "utf-8")
    done = Run(capsys, root, "text", "add", str(file))
    assert done.code == INVALID
    assert "no record has this text" in done.err
    assert not (root / "data/articles/berita-tiga.yaml").exists()
    wrong = Run(capsys, root, "text", "add", str(file), "--new", "--curator", "curator")
    assert wrong.code == INVALID
    assert "--curator: no entity «curator»; did you mean «curators»?" in wrong.err
    unclear = Run(capsys, root, "text", "add", str(file), "--new", "--curator", "curators")
    assert "the words do not show which language it is: add --language" in unclear.err
    added = Run(capsys, root, "text", "add", str(file), "--new", "--curator", "curators", "--language", "id")
    assert added.code == OK
    assert m.problems_of(root) == []
    assert Run(capsys, root, "build").code == OK
    assert Run(capsys, root, "status").code == OK
    other = root / "elsewhere"
    other.mkdir()
    (other / "berita-tiga.txt").write_text("Lain lagi.\n", "utf-8")
    taken = Run(capsys, root, "text", "add", str(other / "berita-tiga.txt"), "--new", "--curator", "curators")
    assert "exists and has another text: take this one with --update" in taken.err


@pytest.mark.parametrize(
    ("file", "more", "message"),
    [
        (("a.txt", b"satu\n\xff"), [], "a.txt:2:1: not UTF-8: save the file as UTF-8"),
        (("dua kata.txt", b"x"), [], "«dua kata» cannot be an article's id"),
        (("a.txt", b"x"), ["--language", "bahasa indonesia"], "--language: «bahasa indonesia» is not a language tag"),
    ],
)
def test_a_text_that_cannot_be_taken(
    root: Path, capsys: pytest.CaptureFixture[str], file: tuple[str, bytes], more: list[str], message: str
) -> None:
    (root / file[0]).write_bytes(file[1])
    done = Run(capsys, root, "text", "add", str(root / file[0]), "--new", "--curator", "curators", *more)
    assert done.code == INVALID
    assert message in done.err


def test_an_empty_text_does_not_break_the_status(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "data/texts/kosong.txt").write_bytes(b"")
    record = new_record("kosong", decode(b""), "curators", "2026-01-03", Known("id"))
    (root / "data/articles/kosong.yaml").write_text(record, "utf-8")
    assert Run(capsys, root, "status").code == OK


def test_a_text_that_is_not_there(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    done = Run(capsys, root, "text", "add", str(root / "none.txt"))
    assert done.code == UNAVAILABLE
    assert "No such file" in done.err


def test_anchor_says_what_it_would_do_and_then_does_it(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = root / f"data/articles/{m.ONE}.yaml"
    m.edit(root, f"data/articles/{m.ONE}.yaml", '"@26 topeng kayu Sumba"', '"topeng kayu Sumba"   # why')
    m.edit(root, f"data/articles/{m.ONE}.yaml", '"@68 Senin (3/2/2025)"', '"Museum Laut"')
    before = path.read_bytes()
    dry = Run(capsys, root, "anchor", m.ONE, "--dry-run")
    assert dry.code == INVALID
    assert f"{m.ONE}: 1 phrase would be placed, 0 moved, 0 lost, 1 for you to decide" in dry.out
    assert "@51 " in dry.err
    assert "@186 " in dry.err
    assert path.read_bytes() == before
    data = Run(capsys, root, "anchor", "--json").data
    assert [(item["article"], item["placed"], len(item["open"])) for item in data] == [(m.TWO, 0, 0), (m.ONE, 1, 1)]
    assert path.read_bytes() == before.replace(b'"topeng kayu Sumba"   # why', b'"@26 topeng kayu Sumba"   # why')


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["berita-saty"], INVALID, "no record «berita-saty»; did you mean «berita-satu»?"),
        ([], OK, ""),
        ([m.ONE], INVALID, "its text is not on this machine; run `rujukan text add FILE` first"),
    ],
)
def test_anchor_without_a_text_or_a_record(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, message: str
) -> None:
    m.write(tmp_path, texts=False)
    done = Run(capsys, tmp_path, "anchor", *arguments)
    assert done.code == code
    assert message in done.err


def test_anchor_of_files_that_are_not_utf8(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / f"data/texts/{m.ONE}.txt").write_bytes(b"\xff")
    assert Run(capsys, root, "anchor", m.ONE).code == INVALID
    assert Run(capsys, root, "check").code == INVALID
    (root / f"data/articles/{m.TWO}.yaml").write_bytes(b"article: {}\n\xff")
    done = Run(capsys, root, "anchor", m.TWO)
    assert done.code == INVALID
    assert f"data/articles/{m.TWO}.yaml:2:1: not UTF-8" in done.err


@pytest.mark.filterwarnings("ignore:.*is deprecated, use Dataset:DeprecationWarning")  # rdflib of itself
@pytest.mark.parametrize(
    ("what", "parser"),
    [("turtle", "turtle"), ("trig", "trig"), ("nquads", "nquads"), ("jsonld", "json-ld"), ("facts", "turtle")],
)
def test_every_export_is_readable(
    built: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path, what: str, parser: str
) -> None:
    from rdflib import Dataset

    file = tmp_path / "out"
    assert Run(capsys, built, "export", what, "--output", str(file)).code == OK
    assert len(Dataset(default_union=True).parse(data=file.read_bytes(), format=parser)) > 40


def test_exports_of_sources(built: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert Run(capsys, built, "export", "schema").data["title"] == "A Rujukan record"
    assert "museum-laut\n" in Run(capsys, built, "export", "ids").out


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("arguments", [["query", LENT], ["export", "nquads"], ["status"], ["check", "--json"]])
def test_output_to_a_full_disk_is_told_once(built: Path, arguments: list[str]) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "kg_builder.cli.main", "--project", str(built), *arguments],
            stdout=full,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            check=False,
            env={"PYTHONPATH": str(m.ROOT / "src"), "PATH": ""},
        )
    assert done.returncode == UNAVAILABLE
    assert done.stderr.startswith("rujukan: ")
    assert "No space left on device" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_reader_that_leaves_early_is_no_error(built: Path) -> None:
    command = f"{sys.executable} -m kg_builder.cli.main --project {built} export nquads | head -c 10"
    done = subprocess.run(
        ["/bin/bash", "-c", f"{command}; exit ${{PIPESTATUS[0]}}"],
        capture_output=True,
        check=False,
        env={"PYTHONPATH": str(m.ROOT / "src"), "PATH": "/usr/bin:/bin"},
    )
    assert done.stderr == b""
    assert done.returncode in {OK, 130}


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "deeper" / "a.txt"
    write_whole(path, b"old")
    path.chmod(0o640)

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(OSError, match="No space left"):
        write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    assert [item.name for item in path.parent.iterdir()] == ["a.txt"]
    monkeypatch.undo()
    write_whole(path, b"new")
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_link_to_a_file_stays_a_link(tmp_path: Path) -> None:
    path, link = tmp_path / "file", tmp_path / "link"
    path.write_bytes(b"old")
    link.symlink_to(path)
    write_whole(link, b"new")
    assert link.is_symlink()
    assert path.read_bytes() == b"new"


def test_one_text_that_cannot_be_added_does_not_keep_out_the_others(
    root: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    bad, good = tmp_path / "bad.txt", tmp_path / "good.txt"
    bad.write_bytes(b"satu\n\xff")
    source = next(iter(sorted((root / "data/texts").glob("*.txt"))))
    good.write_bytes(source.read_bytes())
    source.unlink()
    done = Run(capsys, root, "text", "add", str(bad), str(good), "--json")
    assert done.code == 1
    assert [outcome["added"] for outcome in done.data] == [False, True]
    assert "bad.txt:2:1: not UTF-8" in done.err
    assert source.read_bytes() == good.read_bytes()


def test_status_lists_ids_that_the_ledger_does_not_guard(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = Run(capsys, root, "status", "--json").data["unpublished"]
    assert before
    assert Run(capsys, root, "export", "ids", "--output", str(root / "data/released-ids.txt")).code == 0
    assert Run(capsys, root, "status", "--json").data["unpublished"] == []


def test_verify_tells_a_whole_release_from_a_damaged_one(root: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["--project", str(root), "build"]) == OK
    assert main(["--project", str(root), "verify"]) == OK
    assert "is whole" in capfd.readouterr().out
    facts = (root / "build/current").resolve() / "facts.ttl"
    facts.chmod(0o644)
    facts.write_bytes(facts.read_bytes() + b"\n")
    assert main(["--project", str(root), "verify", str(facts.parent)]) == INVALID
    assert "facts.ttl" in capfd.readouterr().err
