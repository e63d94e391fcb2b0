"""The benchmarks of builds and edits measure what they say, at the smallest size."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest
from benchmarks.build import measure, slope, table
from benchmarks.common import silent
from benchmarks.corpus import make_corpus
from benchmarks.incremental import EDITS
from benchmarks.report import benchmarks

from kg_builder.build.run import build
from kg_builder.sources.project import Project, load_project


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    make_corpus(tmp_path / "corpus", 5)
    return tmp_path / "corpus"


def test_what_a_full_build_costs(corpus: Path) -> None:
    cost = measure(corpus, 1)
    assert cost.articles == 5
    assert 0 < cost.served <= cost.done
    assert cost.unchanged < cost.done
    assert 0 < cost.of_limit < 1
    assert cost.memory > 10 * 2**20
    assert cost.nquads < cost.shards
    assert slope([cost]) == 0
    assert f"{cost.quads:,}" in "\n".join(table([cost]))


def test_each_edit_is_valid_and_its_question_tells_it_from_what_was(corpus: Path) -> None:
    project = load_project(corpus)
    build(project, silent)
    for edit, _ in EDITS.values():
        question = edit(corpus)
        assert not yes(project, question)
        build(project, silent)
        assert yes(project, question)


def yes(project: Project, question: str) -> bool:
    return bool(ox.Store.read_only(str(project.build / "current/store")).query(question))


def test_all_that_tell_figures_are_in_the_report() -> None:
    assert benchmarks()[:3] == ["build", "incremental", "rivals.compare"]
    assert {"endpoint", "pages", "queries", "search", "shacl_engines", "suggest"} <= set(benchmarks())
    assert not {"common", "apart", "corpus", "figures", "report", "chart"} & set(benchmarks())
