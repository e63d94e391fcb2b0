"""The benchmark of the map: every part is measured, and on the quads that a build would write."""

from __future__ import annotations

from pathlib import Path

import pytest
from benchmarks.corpus import make_corpus
from benchmarks.mapping import measure

from kg_builder.graph.quads import record_lines
from kg_builder.sources.corpus import load_corpus
from kg_builder.sources.project import load_project


def test_each_part_takes_its_time_and_the_quads_are_those_of_the_records(tmp_path: Path) -> None:
    root = tmp_path / "corpus"
    make_corpus(root, 2)
    found = measure(root, runs=1)
    project = load_project(root)
    quads = sum(len(record_lines(each.record, project.iris)) for each in load_corpus(project).records)
    assert (found["articles"], found["quads"]) == (2, quads)
    assert found["map_seconds"] == pytest.approx(
        found["yaml_seconds"] + found["facts_seconds"] + found["lines_seconds"]
    )
    assert found["map_quads_per_second"] * found["map_seconds"] == pytest.approx(quads)
    # A difference of two times, which a busy machine may turn round in so few articles.
    assert min(value for name, value in found.items() if name != "facts_seconds") > 0
