"""The check of one article says what the check of everything says of it, and reads no other."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support import museum as m

from kg_builder.build.check import check_articles
from kg_builder.errors import SourceError
from kg_builder.graph.assemble import assemble
from kg_builder.sources.project import load_project

RECORD = f"data/articles/{m.ONE}.yaml"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    m.write(tmp_path)
    return tmp_path


def problems(root: Path, *articles: str) -> list[str]:
    try:
        check_articles(load_project(root), articles)
    except SourceError as error:
        return [str(problem) for problem in error.problems]
    return []


def all_problems(root: Path) -> list[str]:
    try:
        assemble(m.load(root), lambda _: None)
    except SourceError as error:
        return [str(problem) for problem in error.problems]
    return []


def test_what_is_right_is_counted(root: Path) -> None:
    one, two = check_articles(load_project(root), [m.ONE, f"data/articles/{m.TWO}.yaml"])
    assert (one.article, two.article) == (m.ONE, m.TWO)
    counts = assemble(m.load(root), lambda _: None).counts
    assert one.spans + two.spans == counts["verified"]
    assert one.attestations + two.attestations == counts["attestations"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Museum Bahari meminjamkan", "Museum Bahari meminjam"),
        ("  item mask:", "  item msak:"),
        ("  item mask:", "  thing mask:"),
        ("  lender museum-bahari:", "  lender mask:"),
        ("  item mask:", "  item this-hope:"),
        ("  manner direct:", "  manner loud:"),
        ("  date 2025-02-03:", "  date 2025-13-03:"),
        ("is quotation:", "is figure:"),
        ("  more-than 1200:", "  exactly 1200:"),
        ("  capacity: acting\n", ""),
        ("  language: id\n", ""),
    ],
)
def test_problems_are_those_of_the_whole_check(root: Path, old: str, new: str) -> None:
    path = root / RECORD
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
    assert problems(root, m.ONE) == all_problems(root)


@pytest.mark.parametrize(
    "line", ["  more-than 1200:", "  of museum-laut:", "  manner direct:", "  speaker ratna-wijaya:"]
)
def test_shapes_judge_the_nodes_that_the_article_alone_names(root: Path, line: str) -> None:
    path = root / RECORD
    path.write_text(
        "".join(x for x in path.read_text("utf-8").splitlines(keepends=True) if not x.startswith(line)), "utf-8"
    )
    assert problems(root, m.ONE) == all_problems(root) != []


def test_what_other_articles_or_rules_may_say_is_left_to_the_whole_check(root: Path) -> None:
    m.edit(root, RECORD, "  item mask:", "  #")
    assert problems(root, m.ONE) == []
    assert all_problems(root)
    shapes = root / "ontology/shapes.ttl"
    written = shapes.read_text("utf-8")
    path = root / RECORD
    kept = [
        line for line in path.read_text("utf-8").splitlines(keepends=True) if not line.startswith("  of museum-laut:")
    ]
    path.write_text("".join(kept), "utf-8")
    assert problems(root, m.ONE) != []
    rule = root / "ontology/rules/of.rq"
    rule.write_text("# Why.\nCONSTRUCT { ?f ml:of ?f }\nWHERE { ?f rj:moreThan ?n }\n", "utf-8")
    assert problems(root, m.ONE) == []
    rule.write_text("# Why.\nCONSTRUCT {", "utf-8")
    assert [each.partition(":")[0] for each in problems(root, m.ONE)] == [RECORD, "ontology/rules/of.rq"]
    assert shapes.read_text("utf-8") == written


def test_a_refused_match_is_seen(root: Path) -> None:
    shapes = root / "ontology/shapes.ttl"
    key = "s:Thing a sh:NodeShape ;\n    sh:property [ rj:key 'same' ; sh:path schema:sameAs ; sh:nodeKind sh:IRI ] ;"
    shapes.write_text(shapes.read_text("utf-8").replace("s:Thing a sh:NodeShape ;", key), "utf-8")
    links = root / "data/links/refused.sssom.tsv"
    links.write_text(links.read_text("utf-8").replace("wd:Q2", "id:museum-laut"), "utf-8")
    m.edit(root, RECORD, "museum-bahari:   # the lender\n", 'museum-bahari:\n  same museum-laut: "@0 Museum Bahari"\n')
    assert problems(root, m.ONE) == all_problems(root)
    assert "refused at" in problems(root, m.ONE)[0]


def test_no_other_record_is_read(root: Path) -> None:
    (root / f"data/articles/{m.TWO}.yaml").write_bytes(b"\xff")
    (root / "data/links/accepted.sssom.tsv").write_bytes(b"\xff")
    assert problems(root, m.ONE) == []
    assert problems(root, "berita-sat") == [
        "data/articles:1:1: no record «berita-sat»; did you mean «berita-satu»?",
    ]


def test_the_command_prints_and_tells_as_the_whole_check_does(root: Path) -> None:
    done = m.rujukan(root, "check", m.ONE)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[0] == m.rujukan(root, "check").stdout.splitlines()[1]
    m.edit(root, RECORD, "  item mask:", "  item msak:")
    some, every = m.rujukan(root, "check", m.ONE, "--json"), m.rujukan(root, "check", "--json")
    assert some.returncode == every.returncode == 1
    assert some.stdout == every.stdout
