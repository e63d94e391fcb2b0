"""What the rivals get: all quads of a release, in each of the forms; and plain rdflib writes them again."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from pathlib import Path

import pytest
from benchmarks.common import silent
from benchmarks.corpus import make_corpus
from benchmarks.rivals.compare import RIVALS, run
from benchmarks.rivals.export import Named, Table, lines, read, write_csv
from benchmarks.rivals.linkml_schema import write_linkml

from kg_builder.build.run import build
from kg_builder.sources.project import load_project

Graph = tuple[list[Table], list[Named], set[str]]


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Graph:
    folder = tmp_path_factory.mktemp("rivals") / "corpus"
    make_corpus(folder, 2)
    build(load_project(folder), silent)
    nquads = folder / "build/current/kg.nq"
    return *read(nquads), set(lines(nquads))


def test_plain_rdflib_writes_the_same_quads(graph: Graph, tmp_path: Path) -> None:
    tables, named, wanted = graph
    result = run(RIVALS["rdflib"], tables, named, wanted, tmp_path)
    assert result.all_quads
    assert result.quads == len(wanted)
    assert result.rate > 0


def test_a_rival_that_writes_less_or_else_is_found_out(graph: Graph, tmp_path: Path) -> None:
    tables, named, wanted = graph
    with pytest.raises(AssertionError, match="left out 1 quads"):
        run(RIVALS["rdflib"], tables, named[1:], wanted, tmp_path)
    with pytest.raises(AssertionError, match="wrote 1 other quads"):
        run(RIVALS["rdflib"], tables, named, wanted - {min(wanted)}, tmp_path)


def test_the_tables_of_morph_kgc_hold_each_quad_once(graph: Graph, tmp_path: Path) -> None:
    tables, named, wanted = graph
    columns = defaultdict(list)
    for column in write_csv(tables, named, tmp_path):
        columns[column.file].append(column)
    held = 0
    for file, each in columns.items():
        with (tmp_path / file).open(encoding="utf-8", newline="") as opened:
            held += sum(bool(row[column.name]) for row in csv.DictReader(opened) for column in each)
    assert held == len(wanted)


def test_the_instances_of_linkml_hold_all_that_it_can_express(graph: Graph, tmp_path: Path) -> None:
    tables, named, wanted = graph
    write_linkml(tables, tmp_path)
    data = json.loads((tmp_path / "instances.json").read_text("utf-8"))
    values = (value for nodes in data.values() for node in nodes for value in node.values())
    held = sum(len(value) if isinstance(value, list) else 1 for value in values)
    in_languages = sum(
        len(each)
        for table in tables
        for node in table.nodes.values()
        for slot, each in node.items()
        if slot.kind == "words"
    )
    # A node's id stands for the quad that tells its class.
    assert all(table.iri for table in tables)
    assert held == len(wanted) - len(named) - in_languages
