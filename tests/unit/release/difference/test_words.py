"""`rujukan diff` over the museums: every kind of change, told in words."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.support import museum as m
from tests.unit.release.difference.test_compare import difference

from kg_builder.cli.main import main
from kg_builder.namespaces import ORG, RDF, RDFS, RJ
from kg_builder.release.difference.report import report

OK, CHANGED, USAGE, UNAVAILABLE = 0, 1, 2, 3
ONE, TWO = f"data/articles/{m.ONE}.yaml", f"data/articles/{m.TWO}.yaml"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("museum")
    m.write(root)
    assert main(["--project", str(root), "build"]) == OK
    return root


@pytest.fixture
def root(built: Path, tmp_path: Path) -> Path:
    shutil.copytree(built, tmp_path / "p", symlinks=True)
    return tmp_path / "p"


def diff(root: Path, capsys: pytest.CaptureFixture[str], *arguments: str, code: int = OK) -> str:
    capsys.readouterr()
    assert main(["--project", str(root), "diff", *arguments]) == code
    return capsys.readouterr().out


def release(root: Path) -> str:
    return (root / "build/current").resolve().name


def change_much(root: Path) -> None:
    """Change a little of everything. Without the texts a phrase may be moved by hand."""
    shutil.rmtree(root / "data/texts")
    for name, old, new in (
        (ONE, "more-than 1200", "more-than 1500000"),
        (ONE, "    capacity: acting\n    certainty: inferred\n", "    capacity: acting\n"),
        (ONE, "date 2025-02-03", "date 2025-02"),
        (ONE, "@297 Pinjaman", "@299 Pinjaman"),
        (ONE, '"@26 topeng kayu Sumba"', '"@33 kayu Sumba"'),
        (ONE, "condition intact", "condition damaged"),
        (TWO, '  lender museum-bahari: "@39 Museum Bahari"\n', '  item mask: "@0 Topeng kayu Sumba"\n'),
        (TWO, "exactly 40.5", "exactly 41"),
        (TWO, 'this-show:\n  is exhibition: "@245 akan membuka pameran"\n', ""),
        (TWO, "  near this-show: ", "  near museum-laut: "),
        ("data/entities/museums.yaml", "en: Sea Museum", "en: Museum of the Sea"),
        (
            "data/entities/museums.yaml",
            "curators: {is",
            "drum: {is: artefact, label: {en: Drum, id: Gendang}}\ncurators: {is",
        ),
        ("data/links/accepted.sssom.tsv", "wd:Q1", "wd:Q3"),
    ):
        m.edit(root, name, old, new)


@pytest.mark.parametrize(
    ("name", "arguments"), [("museum.txt", []), ("museum.id.md", ["--format", "markdown", "--language", "id"])]
)
def test_every_kind_of_change_is_told(
    root: Path, capsys: pytest.CaptureFixture[str], name: str, arguments: list[str]
) -> None:
    change_much(root)
    told = diff(root, capsys, *arguments).replace(release(root), "{release}")
    golden = Path(__file__).with_name(name)
    if os.environ.get("RUJUKAN_GOLDEN") == "write":
        golden.write_text(told, "utf-8")
    assert told == golden.read_text("utf-8")


def test_json_holds_the_terms_and_the_words(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change_much(root)
    found = json.loads(diff(root, capsys, "--json"))
    assert found == json.loads(diff(root, capsys, "--format", "json"))
    assert (found["former"], found["present"], found["different"]) == (release(root), "sources", True)
    (figure,) = (each for each in found["things"] if each["iri"].endswith("/masks"))
    assert (figure["change"], figure["belongs_to"]) == ("changed", f"{m.BASE}id/museum-laut")
    assert [values["name"] for values in figure["values"]] == ["more than"]
    assert [len(each["present"]["quotes"]) for each in figure["evidence"] if each["present"]] == [1]
    museum = next(each for each in found["words"] if each["title"] == "Museum of the Sea (museum)")
    assert {"depth": 1, "sign": "~", "text": "same as: wd:Q1 → wd:Q3"} in museum["lines"]
    artefacts = next(kind for kind in found["kinds"] if kind["name"] == "artefact")
    assert (artefacts["added"], artefacts["removed"], artefacts["changed"]) == (1, 0, 1)


def test_nothing_changed(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert diff(root, capsys, "--exit-code") == f"Nothing changed from {release(root)} to the sources.\n"
    assert diff(root, capsys, "--format", "markdown") == f"Nothing changed from {release(root)} to the sources.\n"
    assert json.loads(diff(root, capsys, "--json"))["different"] is False


def test_two_releases_and_back(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = release(root)
    m.edit(root, "data/entities/museums.yaml", "en: Sea Museum", "en: Museum of the Sea")
    assert main(["--project", str(root), "build"]) == OK
    second = release(root)
    there = diff(root, capsys, first[:6], "--to", "current", "--exit-code", code=CHANGED)
    assert there.startswith(f"Changes from {first} to {second}\n\n  ~1 museum\n")
    assert "  ~ name: «Sea Museum» → «Museum of the Sea»\n" in there
    back = diff(root, capsys, second, "--to", str(root / "build/releases" / first))
    assert "  ~ name: «Museum of the Sea» → «Sea Museum»\n" in back
    assert diff(root, capsys) == f"Nothing changed from {second} to the sources.\n"


def git(root: Path, *arguments: str) -> None:
    name = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *name, *arguments], cwd=root, check=True, capture_output=True)


def test_since_a_revision(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    git(root, "init", "-q")
    git(root, "add", "data/articles", "data/entities", "data/links", "data/project.yaml", "ontology", "queries")
    git(root, "add", "data/redirects.yaml", "data/released-ids.txt")
    git(root, "commit", "-qm", "one")
    assert diff(root, capsys, "--since", "HEAD", "--exit-code") == "Nothing changed from HEAD to the sources.\n"
    m.edit(root, ONE, "more-than 1200", "more-than 1500")
    assert "more than 1,200 → 1,500" in diff(root, capsys, "--since", "HEAD")
    git(root, "commit", "-qam", "two")
    assert "more than 1,200 → 1,500" in diff(root, capsys, "--since", "HEAD~1")
    # Sources that the builder cannot read any more are told as those of then.
    m.edit(root, ONE, "more-than 1500", "more-then 1500")
    git(root, "commit", "-qam", "three")
    m.edit(root, ONE, "more-then 1500", "more-than 1500")
    diff(root, capsys, "--since", "HEAD", code=CHANGED)
    assert main(["--project", str(root), "diff", "--since", "HEAD"]) == CHANGED
    assert f"HEAD:{ONE}:" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["0000"], "no release «0000»: name a folder, `current` or an id (here: "),
        (["f"], "no release «f»"),
        (["current", "--to", "nothing"], "no release «nothing»"),
        (["--since", "no-such-revision"], "git has no sources of «no-such-revision» here: "),
        (["--since=--output=x"], "«--output=x» is not a revision"),
    ],
)
def test_what_is_not_there(root: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str) -> None:
    assert main(["--project", str(root), "diff", *arguments]) == UNAVAILABLE
    assert message in capsys.readouterr().err


def test_without_a_release(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    m.write(tmp_path)
    assert main(["--project", str(tmp_path), "diff"]) == UNAVAILABLE
    assert capsys.readouterr().err == "rujukan: no release yet: run `rujukan build` first\n"


def test_a_release_or_a_revision(root: Path) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--project", str(root), "diff", "current", "--since", "HEAD"])
    assert ended.value.code == USAGE


OFFICE = """\
<x:ana> <{label}> "Ana"@en .
<x:ana> <{org}hasMembership> <x:post> .
<x:head> <{label}> "Head"@en .
<x:house> <{label}> "House"@en .
<{rj}Acting> <{label}> "acting"@en <x:ontology> .
<x:post> <{org}organization> <x:house> .
<x:post> <{org}role> <x:head> .
<x:post> <{rdf}type> <{org}Membership> .
<x:post> <{rj}capacity> <{rj}Acting> .
""".format(label=f"{RDFS}label", org=ORG, rdf=RDF, rj=RJ)


def test_who_is_in_office(tmp_path: Path) -> None:
    none = {
        line for line in OFFICE.splitlines(keepends=True) if not line.startswith("<x:post>") and "Member" not in line
    }
    found = difference(tmp_path, none, set(OFFICE.splitlines(keepends=True)))
    (thing,) = report(found, "en").things
    assert (thing.sign, thing.title) == ("~", "Ana (thing)")
    assert [(line.sign, line.text) for line in thing.lines] == [("+", "membership: head (acting), House")]
