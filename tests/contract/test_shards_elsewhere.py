"""The shards of a release, loaded one by one into a store of somebody else's making, are the whole graph."""

from __future__ import annotations

import subprocess
from itertools import chain
from pathlib import Path

import pytest
from tests.support import museum as m
from tests.support.engines import oxigraph_binary

from kg_builder.build.run import build
from kg_builder.sources.project import load_project


@pytest.mark.skipif(oxigraph_binary() is None, reason="oxigraph is not installed")
def test_oxigraph_holds_the_same_quads(tmp_path: Path) -> None:
    m.write(tmp_path / "project")
    release = build(load_project(tmp_path / "project"), lambda _: None).release.path
    shards = sorted((release / "shards").glob("*.nq"))
    graph = (release / "kg.nq").read_bytes()
    lines = [path.read_bytes().splitlines() for path in shards]
    assert sum(map(len, lines)) > len(set(chain(*lines))), "two articles state the same, so a quad is in two shards"
    command = [str(oxigraph_binary()), "load", "--location", str(tmp_path / "kg")]
    # Some now and the rest later, as machines bring them.
    for some in (shards[1:], shards[:1]):
        files = chain.from_iterable(("--file", str(path)) for path in some)
        subprocess.run([*command, *files], check=True, capture_output=True)
    dump = subprocess.run(
        [str(oxigraph_binary()), "dump", "--location", str(tmp_path / "kg"), "--format", "nq"],
        check=True,
        capture_output=True,
    )
    assert sorted(dump.stdout.splitlines()) == graph.splitlines()
