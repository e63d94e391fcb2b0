"""What a build is made from is known by hash, and what changes meanwhile is noticed."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support import museum as m

from kg_builder.build.inputs import changed_since, context_hash, input_hashes
from kg_builder.build.run import article_files
from kg_builder.graph.rules import load_rules
from kg_builder.sources.project import Project
from kg_builder.sources.stamps import Stamps


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return m.write(tmp_path)


def hashes(project: Project) -> dict[str, str]:
    return input_hashes(project, Stamps(project.root / "stamps.json"))


def changed(before: dict[str, str], project: Project) -> list[str]:
    return changed_since(before, project, Stamps(project.root / "stamps.json"))


def test_every_file_that_is_read_is_hashed(project: Project) -> None:
    found = hashes(project)
    read = {
        path.relative_to(project.root).as_posix()
        for folder in ("data", "ontology", "queries")
        for path in (project.root / folder).rglob("*")
        if path.is_file()
    }
    assert {name for name in found if not name.startswith("kg_builder/")} == read
    assert found["data/project.yaml"] == m.digest(project.root / "data/project.yaml")
    assert "kg_builder/build/inputs.py" in found
    files = article_files(found)
    assert files[m.ONE].text == m.digest(project.root / f"data/texts/{m.ONE}.txt")


@pytest.mark.parametrize(
    "name", ["data/project.yaml", "data/entities/museums.yaml", "data/links/accepted.sssom.tsv", "queries/borrowers.rq"]
)
def test_a_file_that_changes_comes_or_goes_is_noticed(project: Project, name: str) -> None:
    before = hashes(project)
    assert changed(before, project) == []
    path = project.root / name
    content = path.read_bytes()
    path.write_bytes(content + b"\n")
    assert changed(before, project) == [name]
    path.unlink()
    assert changed(before, project) == [name]
    without = hashes(project)
    path.write_bytes(content)
    assert changed(without, project) == [name]
    assert changed(before, project) == []


def test_articles_are_compared_elsewhere(project: Project) -> None:
    before = hashes(project)
    (project.root / f"data/articles/{m.ONE}.yaml").unlink()
    (project.root / "data/texts/new.txt").write_text("x")
    assert changed(before, project) == []


def test_what_an_editor_keeps_beside_a_file_is_no_source(project: Project) -> None:
    before = hashes(project)
    for name in ("entities/.#museums.yaml", "articles/.#one.yaml", "../queries/.#one.rq", "../ontology/rules/.#one.rq"):
        (project.root / "data" / name).write_text("no source")
    (project.root / "ontology/.#terms.ttl").write_text("no source")
    assert hashes(project) == before
    load_rules(project)
    assert m.problems_of(project.root) == []


@pytest.mark.parametrize(
    ("name", "bears"),
    [
        ("data/project.yaml", True),
        ("ontology/rules/lent-to.rq", True),
        ("ontology/terms.ttl", True),
        ("kg_builder/build/run.py", True),
        ("data/entities/museums.yaml", False),
        (f"data/articles/{m.ONE}.yaml", False),
        ("queries/borrowers.rq", False),
    ],
)
def test_the_context_is_what_bears_on_every_article(project: Project, name: str, *, bears: bool) -> None:
    before = hashes(project)
    assert (context_hash(before | {name: "00"}, {}) != context_hash(before, {})) is bears
    assert context_hash(before, {"shacl": "1"}) != context_hash(before, {"shacl": "2"})
