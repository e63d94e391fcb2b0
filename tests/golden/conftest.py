"""The project's own graph, built once for the tests of saved queries."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest

from kg_builder.build.run import build
from kg_builder.release.query import Reader, open_release
from kg_builder.sources.project import Project, load_project

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A copy of the project without the articles' texts, as a fresh clone is."""
    root = tmp_path_factory.mktemp("project")
    for folder in ("data", "ontology", "queries"):
        shutil.copytree(ROOT / folder, root / folder, ignore=shutil.ignore_patterns("texts"))
    return load_project(root)


@pytest.fixture(scope="session")
def reader(project: Project) -> Reader:
    build(project, lambda _: None)
    return open_release(project.build)


@pytest.fixture(scope="session")
def copy_of_graph(project: Project, reader: Reader) -> Callable[[], ox.Store]:
    """Makes a store with the graph to which a test may add."""
    quads = (project.build / "releases" / reader.manifest.release / "kg.nq").read_bytes()

    def make() -> ox.Store:
        store = ox.Store()
        store.bulk_load(input=quads, format=ox.RdfFormat.N_QUADS)
        return store

    return make
