"""One article's share of the graph is a pure function of its record, its text and the kinds of what it names."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
from tests.support import museum as m

from kg_builder.build.mapping import Context, Given, Mapper, context_of, given_of
from kg_builder.graph.assemble import assemble
from kg_builder.graph.quads import TYPE
from kg_builder.sources.entities import load_authority
from kg_builder.sources.project import load_project
from kg_builder.sources.schema import load_schema


@pytest.fixture
def root(tmp_path: Path) -> Path:
    m.write(tmp_path)
    return tmp_path


def context(root: Path) -> Context:
    project = load_project(root)
    schema = load_schema(root, [])
    return context_of(project, schema, load_authority(project, schema, []).declared)


def given(root: Path, article: str = m.ONE) -> Given:
    return given_of(load_project(root), root / f"data/articles/{article}.yaml")


def test_the_lines_are_those_of_the_whole_graph_also_in_another_process(root: Path) -> None:
    mapper = Mapper(pickle.loads(pickle.dumps(context(root))))  # noqa: S301 - our own bytes
    graph = assemble(m.load(root), lambda _: None)
    for article in (m.ONE, m.TWO):
        mapped = mapper.map(given(root, article))
        assert not mapped.problems
        assert mapped.lines.decode().splitlines(keepends=True) == graph.shards[article]
        assert mapped.quads == len(graph.shards[article])
    counts = [mapper.map(given(root, article)) for article in (m.ONE, m.TWO)]
    assert sum(each.spans for each in counts) == graph.counts["spans"]
    assert sum(each.attestations for each in counts) == graph.counts["attestations"]


def test_it_tells_what_it_names_with_its_kind(root: Path) -> None:
    named = dict(Mapper(context(root)).map(given(root)).named)
    assert named["museum-laut"] == "museum"
    assert all(named.values())


def test_what_is_not_declared_is_told_too(root: Path) -> None:
    record = given(root)
    bare = context(root)
    without = Context(bare.project, bare.schema, {}, bare.shapes, bare.hierarchy)
    mapped = Mapper(without).map(record)
    assert mapped.problems
    assert dict(mapped.named)["museum-laut"] == ""


def test_problems_are_those_of_the_whole_graph(root: Path) -> None:
    m.edit(root, f"data/articles/{m.ONE}.yaml", "loan-mask:\n", "loan-masque:\n")
    mapped = Mapper(context(root)).map(given(root))
    assert [str(each) for each in mapped.problems] == m.problems_of(root)
    assert mapped.lines == b""


def test_bytes_that_are_no_text_are_a_problem_with_its_line(root: Path) -> None:
    broken = Given(m.ONE, b"article:\n  id: \xff\n", b"a\n\xff")
    problems = [str(each) for each in Mapper(context(root)).map(broken).problems]
    assert problems == [
        f"data/articles/{m.ONE}.yaml:2:7: not UTF-8: save the file as UTF-8",
        f"data/texts/{m.ONE}.txt:2:1: not UTF-8: save the file as UTF-8",
    ]


def test_no_article_is_called_as_a_layer(root: Path) -> None:
    problems = Mapper(context(root)).map(Given("derived", given(root).record)).problems
    assert any("names a layer" in each.message for each in problems)


def test_shapes_judge_the_evidence(root: Path) -> None:
    whole = context(root)
    shape = (
        f"\n<https://e.org/Never> {TYPE} <http://www.w3.org/ns/shacl#NodeShape> ."
        "\n<https://e.org/Never> <http://www.w3.org/ns/shacl#targetClass> "
        "<http://www.w3.org/1999/02/22-rdf-syntax-ns#Statement> ."
        "\n<https://e.org/Never> <http://www.w3.org/ns/shacl#property> _:p ."
        "\n_:p <http://www.w3.org/ns/shacl#path> <https://e.org/p> ."
        '\n_:p <http://www.w3.org/ns/shacl#minCount> "1"^^<http://www.w3.org/2001/XMLSchema#integer> .\n'
    )
    asking = Context(whole.project, whole.schema, whole.declared, whole.shapes + shape, whole.hierarchy)
    problems = Mapper(asking).map(given(root)).problems
    assert problems
    assert all(each.mark.file == f"data/articles/{m.ONE}.yaml" and "lacks" in each.message for each in problems)
