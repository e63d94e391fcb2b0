"""`rujukan text add` as a person runs it: pages and addresses, what is known, what has changed."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from tests.support import museum as m
from tests.support.website import CANONICAL, DATED, HTML, PARAGRAPHS, TITLE, Answer, Website, page, website

from kg_builder.cli.main import main

OK, INVALID, UNAVAILABLE = 0, 1, 3
NEW = ("--new", "--curator", "curators")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    m.write(tmp_path)
    return tmp_path


@pytest.fixture
def site() -> Iterator[Website]:
    article = Answer(page(*PARAGRAPHS, head=DATED + CANONICAL).encode(), headers=HTML)
    moved = Answer(status=301, headers={"Location": "/2025/02/topeng-kayu"})
    with website({"/2025/02/topeng-kayu": article, "/17": moved}) as running:
        yield running


class Add:
    def __init__(self, capsys: pytest.CaptureFixture[str], root: Path, *arguments: str) -> None:
        capsys.readouterr()
        self.code = main(["--project", str(root), "text", "add", *arguments])
        self.out, self.err = capsys.readouterr()

    @property
    def data(self) -> Any:  # noqa: ANN401 - JSON is any plain data
        return json.loads(self.out)[0]


def files(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_an_address_becomes_a_record_that_the_check_accepts(
    root: Path, site: Website, capsys: pytest.CaptureFixture[str]
) -> None:
    done = Add(capsys, root, f"{site.url}/17", *NEW)
    assert (done.code, done.err) == (OK, "")
    assert "new record data/articles/topeng-kayu.yaml" in done.out
    assert "language id (told by its words)" in done.out
    assert "unknown" not in done.out
    record = (root / "data/articles/topeng-kayu.yaml").read_text("utf-8")
    assert "# By Sari Lestari.\n" in record
    assert f"  title: '{TITLE.replace(chr(39), chr(39) * 2)}'\n" in record
    assert "  url: 'https://kabar.example.org/2025/02/topeng-kayu'\n  publisher: museum-bahari\n" in record
    assert "  published: 2025-02-04\n" in record
    text = (root / "data/texts/topeng-kayu.txt").read_text("utf-8")
    assert all(paragraph in text for paragraph in PARAGRAPHS)
    assert m.problems_of(root) == []
    assert main(["--project", str(root), "build"]) == OK
    kept = (root / "build/current/facts.ttl").read_text("utf-8")
    assert TITLE in kept
    assert "Sari Lestari" not in kept


def test_the_same_page_is_noticed_whatever_way_it_comes(
    root: Path, site: Website, capsys: pytest.CaptureFixture[str]
) -> None:
    assert Add(capsys, root, f"{site.url}/17", *NEW).code == OK
    before = files(root)
    again = Add(capsys, root, f"{site.url}/2025/02/topeng-kayu", "--json")
    assert (again.code, again.data["match"], again.data["article"]) == (OK, "exact", "topeng-kayu")
    saved = root / "saved.html"
    saved.write_bytes(page(*PARAGRAPHS, charset="windows-1252").encode("cp1252"))
    assert "the text of topeng-kayu, byte for byte; it is here already" in Add(capsys, root, str(saved)).out
    # Another text at the same address is a changed one, and not a second article.
    more = page(*PARAGRAPHS, "Pameran dibuka sampai akhir tahun, kata Ratna Wijaya kepada para tamu.", head=CANONICAL)
    saved.write_text(more, "utf-8")
    changed = Add(capsys, root, str(saved), "--json")
    assert (changed.code, changed.data["match"], changed.data["article"]) == (INVALID, "changed", "topeng-kayu")
    wrong = Add(capsys, root, str(saved), *NEW)
    assert "topeng-kayu.yaml exists and has another text: take this one with --update" in wrong.err
    assert files(root) == before | {"saved.html": more.encode()}
    # Unless somebody says that it is another.
    told = Add(capsys, root, str(saved), *NEW, "--id", "pameran")
    assert (told.code, "topeng-kayu is of the same address; if it is the same" in told.err) == (OK, True)
    assert m.problems_of(root) == []


@pytest.mark.parametrize("form", ["NFD", "NFKD"])
def test_a_text_in_another_normalisation_is_the_same(
    root: Path, capsys: pytest.CaptureFixture[str], form: Literal["NFD", "NFKD"]
) -> None:
    first, second = root / "kafe.txt", root / "lain.txt"
    first.write_text("Pada hari itu kafé ini dibuka untuk para tamu.\n", "utf-8")
    second.write_text(unicodedata.normalize(form, first.read_text("utf-8")), "utf-8")
    assert Add(capsys, root, str(first), *NEW).code == OK
    done = Add(capsys, root, str(second), *NEW)
    assert done.code == INVALID
    assert "the words of kafe, but its Unicode normalisation differs, first at code point 17 (line 1)" in done.err
    assert not (root / "data/articles/lain.yaml").exists()


def test_a_changed_text_is_compared_and_nothing_written(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = root / "baru.txt"
    file.write_text(f"Kota Karang. {m.TEXTS[m.ONE].replace('1.200', '2.000')}", "utf-8")
    before = files(root)
    for arguments in ((), ("--id", m.ONE)):
        done = Add(capsys, root, str(file), *arguments)
        assert done.code == INVALID
        assert (
            f"another text of {m.ONE}: 0 of 20 phrases stand where they stood, 17 moved, 0 unsure, 3 gone" in done.out
        )
        assert "@68 → @81 «Senin (3/2/2025)»  loan-mask: date 2025-02-03" in done.out
        assert "gone «lebih dari 1.200»  this-masks: more-than 1200" in done.out
        assert f"nothing was written; to take it: rujukan text add {file} --id {m.ONE} --update" in done.err
    assert files(root) == before


def test_likeness_alone_replaces_no_text(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = root / "baru.txt"
    file.write_text(f"Kota Karang. {m.TEXTS[m.ONE]}", "utf-8")
    before = files(root)
    done = Add(capsys, root, str(file), "--update", "--json")
    assert (done.code, done.data["match"], done.data["article"], done.data["added"]) == (INVALID, "alike", m.ONE, False)
    assert files(root) == before
    beside = Add(capsys, root, str(file), *NEW)
    assert beside.code == OK
    assert f"much like {m.ONE}; if it is the same article, keep one of the two" in beside.err


def test_an_update_moves_what_is_sure_and_marks_the_rest_until_it_is_read_again(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, record = root / "baru.txt", root / f"data/articles/{m.ONE}.yaml"
    former = record.read_text("utf-8")
    file.write_text(f"Kota Karang. {m.TEXTS[m.ONE].replace('1.200', '2.000')}", "utf-8")
    done = Add(capsys, root, str(file), "--id", m.ONE, "--update", "--json")
    assert (done.code, done.data["added"], len(done.data["open"])) == (INVALID, True, 3)
    assert {shift["place"] - shift["former"] for shift in done.data["shifts"] if shift["place"]} == {13}
    written = record.read_text("utf-8")
    # Comments, order and everything but positions and the head's figures are as they were.
    assert "museum-bahari:   # the lender" in written
    assert len(written.splitlines()) == len(former.splitlines())
    assert '"@81 Senin (3/2/2025)"' in written
    assert written.count('"@? ') == 3
    assert (root / f"data/texts/{m.ONE}.txt").read_bytes() == file.read_bytes()
    (kept,) = (root / "data/texts/former").iterdir()
    assert kept.read_text("utf-8") == m.TEXTS[m.ONE]
    for command in ("check", "build", "status"):
        capsys.readouterr()
        assert main(["--project", str(root), command]) == INVALID
        assert capsys.readouterr().err.count("lost its place when the text changed") == 3
    # Also where the text is not: the marks are in the record.
    file.unlink()
    (root / f"data/texts/{m.ONE}.txt").unlink()
    assert len(m.problems_of(root)) == 3
    for old, new in (
        ("@? menyimpan lebih dari 1.200 topeng", "menyimpan lebih dari 2.000 topeng"),
        ("@? lebih dari 1.200", "lebih dari 2.000"),
        ("@? 1.200 topeng", "2.000 topeng"),
        ("more-than 1200", "more-than 2000"),
    ):
        m.edit(root, f"data/articles/{m.ONE}.yaml", old, new)
    file.write_text(f"Kota Karang. {m.TEXTS[m.ONE].replace('1.200', '2.000')}", "utf-8")
    assert Add(capsys, root, str(file)).code == OK
    assert main(["--project", str(root), "anchor", m.ONE]) == OK
    assert m.problems_of(root) == []


def test_an_update_of_white_space_decides_everything(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = root / "baru.txt"
    file.write_text(m.TEXTS[m.ONE].replace(". ", ".  "), "utf-8")
    done = Add(capsys, root, str(file), "--update", "--json")
    assert (done.code, done.data["open"]) == (OK, [])
    assert m.problems_of(root) == []


def test_what_cannot_be_had_does_not_keep_out_the_rest(
    root: Path, site: Website, capsys: pytest.CaptureFixture[str]
) -> None:
    (root / "siang.txt").write_text("Pada hari itu para tamu datang ke kota ini.\n", "utf-8")
    site.answers["/picture"] = Answer(b"...", headers={"Content-Type": "image/png"})
    capsys.readouterr()
    sources = [f"{site.url}/none", f"{site.url}/picture", "ftp://example.org/a", str(root / "siang.txt")]
    code = main(["--project", str(root), "text", "add", *sources, *NEW, "--json"])
    out, err = capsys.readouterr()
    outcomes = json.loads(out)
    assert code == INVALID
    assert [outcome["added"] for outcome in outcomes] == [False, False, False, True]
    assert outcomes[0]["problems"][0]["code"] == "fetch"
    assert f"{site.url}/none: {site.url}/none answers 404 Not Found: check the address" in err
    assert "is image/png, not a page: save its text as a UTF-8 file" in err


def test_one_id_is_for_one_article(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    done = Add(capsys, root, "a.txt", "b.txt", "--id", "c")
    assert (done.code, "one id is for one article" in done.err) == (INVALID, True)


def test_a_plain_text_from_an_address(root: Path, site: Website, capsys: pytest.CaptureFixture[str]) -> None:
    body = "Pada hari itu para tamu datang ke kota ini, “kafé”.\n"
    site.answers["/kota.txt"] = Answer(body.encode("cp1252"), headers={"Content-Type": "text/plain; charset=cp1252"})
    assert Add(capsys, root, f"{site.url}/kota.txt", *NEW).code == OK
    assert (root / "data/texts/kota.txt").read_text("utf-8") == body
    assert f"url: '{site.url}/kota.txt'" in (root / "data/articles/kota.yaml").read_text("utf-8")


def test_a_text_file_has_the_day_of_its_dateline(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "siang.txt").write_text("KOTA KARANG (4/2/2025) – Pada hari itu para tamu datang ke kota ini.\n", "utf-8")
    done = Add(capsys, root, str(root / "siang.txt"), *NEW)
    assert "published 2025-02-04" in done.out
    assert "  unknown: title, url, publisher; write what you know into the head" in done.out
    record = (root / "data/articles/siang.yaml").read_text("utf-8")
    assert "# The day of publication is that of the dateline: correct it where you know better.\n" in record
    assert "  published: 2025-02-04\n" in record
    assert m.problems_of(root) == []


@pytest.mark.parametrize(
    ("text", "says"), [("", "holds no words"), (" \n\n", "holds no words"), ("a " * 500_001, "is it the right file")]
)
def test_what_is_no_article_is_told(root: Path, capsys: pytest.CaptureFixture[str], text: str, says: str) -> None:
    (root / "a.txt").write_text(text, "utf-8")
    before = files(root)
    assert main(["--project", str(root), "text", "add", str(root / "a.txt"), "--new", "--curator", "curators"]) == 1
    assert says in capsys.readouterr().err
    assert files(root) == before


def test_a_text_file_has_the_title_of_its_heading(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "Museum Laut Terima Dua Belas Topeng\n\nTopeng itu tiba di ruang yang baru dibuka untuk umum.\n"
    (root / "topeng.txt").write_text(text, "utf-8")
    assert (
        main(["--project", str(root), "text", "add", str(root / "topeng.txt"), "--new", "--curator", "curators"]) == 0
    )
    record = (root / "data/articles/topeng.yaml").read_text("utf-8")
    assert "title: 'Museum Laut Terima Dua Belas Topeng'" in record
    assert "# The title is the text's first line" in record
    assert "next: rujukan review topeng" in capsys.readouterr().out
