"""From a snapshot to rows that a person accepts or refuses: a name alone never decides."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import sssom_pydantic
from tests.support.linking import AUTHORITY, MAPPING, SNAPSHOT, link, project, proposed

from kg_builder.cli.main import main


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return project(tmp_path_factory.mktemp("linking"))


@pytest.fixture
def root(built: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "project"
    shutil.copytree(built, copy, symlinks=True)
    return copy


def snapshot(root: Path, text: str) -> None:
    (root / "data" / "linking-snapshot.yaml").write_text(text, "utf-8")


def test_the_head_decides_and_not_the_name(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    # Another one has the very name; this one has the head, whose name the snapshot has in Cyrillic.
    assert link(root, "museum-bahari") == 0
    (row,) = proposed(root)
    assert row[:6] == [
        "id:museum-bahari", "Maritime Museum", "skos:exactMatch", "au:Q10", "State Maritime Museum",
        "semapv:CompositeMatching",
    ]  # fmt: skip
    assert row[6] == "rujukan link"
    assert float(row[8]) < 0.9
    assert "a list of museums, row 7" in row[9]
    assert "Head agrees" in row[9] or "head agrees" in row[9]
    assert "Q10 State Maritime Museum" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('head: "Ратна Виджая", ', ""),  # nobody knows the head
        ("Ратна Виджая", "Somebody Else"),  # the head is another
        ("State Maritime Museum", "Botanical Garden"),  # the head agrees, the name does not at all
    ],
)
def test_it_abstains(root: Path, capsys: pytest.CaptureFixture[str], old: str, new: str) -> None:
    snapshot(root, SNAPSHOT.replace(old, new))
    assert link(root, "museum-bahari") == 0
    assert proposed(root) == []
    said = capsys.readouterr().out
    assert "left open: a name alone does not decide" in said
    assert "Q11 Maritime Museum: name 1.00" in said


def test_two_that_are_confirmed_are_left_to_a_person(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    snapshot(root, SNAPSHOT.replace("{city: Newport}", "{head: Ratna Wijaya}"))
    link(root, "museum-bahari")
    assert proposed(root) == []
    assert "several candidates are confirmed" in capsys.readouterr().out


def test_of_some_kinds_the_name_is_enough_if_no_other_has_it(root: Path) -> None:
    mask = "Q20: {label: Wooden mask, kinds: [artefact], seen: a list}\n"
    snapshot(root, mask)
    link(root, "mask")
    assert [row[3] for row in proposed(root)] == ["au:Q20"]
    assert float(proposed(root)[0][8]) == pytest.approx(0.6)
    snapshot(root, mask + "Q21: {label: Wooden masks, seen: a list}\nQ22: {label: Wooden mask, seen: a list}\n")
    link(root, "mask")
    # What was proposed before is no longer.
    assert proposed(root) == []


def test_what_is_refused_is_not_offered_again(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    link(root, "museum-bahari")
    assert link(root, "refuse", "museum-bahari", "Q10", "--by", "Rini") == 0
    assert proposed(root) == []
    refused = (root / "data" / "links" / "refused.sssom.tsv").read_text("utf-8")
    assert "id:museum-bahari" in refused
    assert "\tNot\tau:Q10\t" in refused
    capsys.readouterr()
    assert link(root, "museum-bahari", "--json") == 0
    (verdict,) = json.loads(capsys.readouterr().out)
    assert verdict["proposed"] is None
    assert [each["id"] for each in verdict["candidates"]] == ["Q11"]


def declare_prefix(root: Path) -> None:
    for name in ("accepted", "refused"):
        path = root / "data" / "links" / f"{name}.sssom.tsv"
        path.write_text(path.read_text("utf-8").replace("#   wd:", f"#   au: {AUTHORITY}\n#   wd:"), "utf-8")


def test_the_build_reads_what_a_person_accepted_and_nothing_else(root: Path) -> None:
    declare_prefix(root)
    link(root, "museum-bahari")
    assert main(["--project", str(root), "build"]) == 0
    same = f"<{AUTHORITY}Q10>"
    assert same not in (root / "build/current/kg.nq").read_text("utf-8")
    assert link(root, "accept", "museum-bahari", "Q10", "--by", "Rini") == 0
    assert main(["--project", str(root), "build"]) == 0
    assert same in (root / "build/current/kg.nq").read_text("utf-8")
    accepted = (root / "data" / "links" / "accepted.sssom.tsv").read_text("utf-8")
    row = next(line for line in accepted.splitlines() if "au:Q10" in line)
    assert "\tsemapv:ManualMappingCuration\tRini\t" in row


def test_what_has_a_match_is_passed_over(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    declare_prefix(root)
    link(root, "museum-bahari")
    link(root, "accept", "museum-bahari", "Q10", "--by", "Rini")
    capsys.readouterr()
    assert link(root, "museum-bahari") == 0
    assert "has a match already" in capsys.readouterr().err
    # What is one thing here is no other.
    assert link(root) == 0
    assert proposed(root) == []


@pytest.mark.parametrize(
    "arguments", [["nobody"], ["accept", "museum-bahari", "Q10"], ["accept", "museum-bahari", "Q99", "--by", "R"]]
)
def test_what_cannot_be_is_told(root: Path, arguments: list[str]) -> None:
    assert link(root, *arguments) == 4


def test_a_dry_run_writes_nothing(root: Path) -> None:
    before = sorted(path.name for path in (root / "data").rglob("*"))
    assert link(root, "--dry-run") == 0
    assert sorted(path.name for path in (root / "data").rglob("*")) == before


def test_proposals_are_sssom(root: Path) -> None:
    link(root, "museum-bahari")
    mappings, _, _ = sssom_pydantic.read(root / "data" / "links" / "proposed.sssom.tsv")
    assert [each.object.curie for each in mappings] == ["au:Q10"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("linking-snapshot.yaml", "Q1: {label: x}\n"),
        ("linking-snapshot.yaml", "Q1: x\n"),
        ("linking.yaml", "authority: {prefix: au}\n"),
        ("linking.yaml", MAPPING + "other: x\n"),
        ("linking.yaml", MAPPING.replace("address:", "adress:")),
        ("linking-cache.jsonl", "{}\n"),
    ],
)
def test_files_that_are_wrong_are_told(root: Path, name: str, text: str) -> None:
    (root / "data" / name).write_text(text, "utf-8")
    assert link(root, "museum-bahari", "--service", "http://127.0.0.1:9/", "--offline") == 1
