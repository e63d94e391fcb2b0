"""The project's own shapes and records: what a curator may not forget, and where the message points."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.contract.test_build_real import copy

from kg_builder.errors import SourceError
from kg_builder.graph.assemble import assemble
from kg_builder.graph.validate import compile_shapes
from kg_builder.namespaces import PROV
from kg_builder.sources.corpus import load_corpus
from kg_builder.sources.project import load_project

FIRST = "data/articles/000_6f3b61c1860bea5f.yaml"

# what is forgotten: in which block, what stands there, and the key that the message names
AGREEMENT, SIGNING = "agreement-perpusnas-rudomino", "signing-perpusnas-rudomino"
FORGOTTEN = {
    "a party": (AGREEMENT, r"  party rudomino-library:\n(    .*\n)+", "party"),
    "a signatory's capacity": (SIGNING, r"    capacity: acting\n", "capacity"),
    "whom a signatory signs for": (SIGNING, r"    for: perpusnas\n", "for"),
    "the date of a signing": (SIGNING, r"  date 2024-06-28:\n(    .*\n)+?(?=  \w)", "date"),
    "which agreement is signed": (SIGNING, r"  agreement .*\n", "agreement"),
}


@pytest.fixture
def project(project_root: Path, tmp_path: Path) -> Path:
    return copy(project_root, tmp_path, None)


def block(source: str, slug: str) -> tuple[int, int]:
    start = re.search(rf"^{slug}:\n", source, re.MULTILINE)
    assert start
    end = re.compile(r"^\S", re.MULTILINE).search(source, start.end())
    return start.start(), end.start() if end else len(source)


def change(project: Path, slug: str, pattern: str, new: str = "") -> tuple[int, int]:
    """Change a block of the first record; return the lines between which the block then stands."""
    path = project / FIRST
    source = path.read_text("utf-8")
    start, end = block(source, slug)
    body, count = re.subn(pattern, new, source[start:end], count=1)
    assert count, pattern
    path.write_text(source[:start] + body + source[end:], "utf-8")
    first = source.count("\n", 0, start) + 1
    return first, first + body.count("\n")


def problems(project: Path) -> list[str]:
    with pytest.raises(SourceError) as caught:
        assemble(load_corpus(load_project(project)), lambda _: None)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize("what", FORGOTTEN)
def test_what_is_forgotten_is_named_at_its_place_in_the_record(project: Path, what: str) -> None:
    slug, pattern, key = FORGOTTEN[what]
    first, last = change(project, slug, pattern)
    found = [problem for problem in problems(project) if f"lacks «{key}»" in problem]
    assert len(found) == 1
    file, line, column, _ = found[0].split(":", 3)
    assert file == FIRST
    assert first <= int(line) <= last
    assert int(column) >= 1


def test_a_figure_says_what_it_counts(project: Path) -> None:
    source = (project / FIRST).read_text("utf-8")
    slug = next(name for name in re.findall(r"^(this-[a-z-]+):\n  is figure", source, re.MULTILINE))
    first, _ = change(project, slug, r"  counts .*\n(    .*\n)*")
    assert [
        problem for problem in problems(project) if problem.startswith(f"{FIRST}:{first}:1: ") and "«counts»" in problem
    ]


def test_a_figure_has_a_value_or_one_bound(project: Path) -> None:
    source = (project / FIRST).read_text("utf-8")
    slug = next(name for name in re.findall(r"^(this-[a-z-]+):\n  is figure", source, re.MULTILINE))
    first, _ = change(project, slug, r"  (exactly|more-than) (\S+): (.*)\n", r"  \1 \2: \3\n  at-least \2: \3\n")
    assert [
        problem
        for problem in problems(project)
        if problem.startswith(f"{FIRST}:{first}:1: ") and "exactly one" in problem
    ]


def test_a_fact_without_words_is_no_fact(project: Path) -> None:
    first, last = change(project, "agreement-perpusnas-rudomino", r"(  status signed:).*\n", r"\1\n")
    found = [problem for problem in problems(project) if "where the article's words belong" in problem]
    assert len(found) == 1
    assert first <= int(found[0].split(":")[1]) <= last


def test_an_attestation_without_a_span_breaks_the_shapes(project: Path) -> None:
    corpus = load_corpus(load_project(project))
    lines = [line for lines in assemble(corpus, lambda _: None).shards.values() for line in lines]
    triples = [line for line in lines if line.count(" <https://w3id.org/rujukan/diplomacy/graph/") == 0]
    shapes = compile_shapes(project / "ontology" / "shapes.ttl")
    statement = next(line.split(" ")[0] for line in triples if f" <{PROV}wasDerivedFrom> " in line)
    bare = [line for line in triples if not line.startswith(f"{statement} <{PROV}wasDerivedFrom> ")]
    text = "".join(line for line in bare if line.startswith(f"{statement} "))
    found = shapes.validate_text(text, format="ntriples").results
    assert {(result.focus_node, result.component) for result in found} == {(statement, "MinCountConstraintComponent")}
