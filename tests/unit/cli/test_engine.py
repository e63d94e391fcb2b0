from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

import pytest
from tests.support import museum as m

from kg_builder.build.engine_dask import DaskEngine
from kg_builder.build.engines import Engine, LocalEngine
from kg_builder.cli.engine import chosen, engine_of, engine_options
from kg_builder.errors import ReleaseError
from kg_builder.sources.project import Project, load_project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    m.write(tmp_path)
    return load_project(tmp_path)


def named(project: Project, *arguments: str) -> Engine:
    parser = argparse.ArgumentParser()
    engine_options(parser)
    return engine_of(parser.parse_args(arguments), project)


def test_each_engine_by_its_name(project: Project) -> None:
    here = project.root.as_uri()
    assert named(project) == LocalEngine()
    assert named(project, "--engine", "local:3") == LocalEngine(3)
    assert named(project, "--engine", "dask:2") == DaskEngine(2, here)
    assert named(project, "--engine", "dask:desk.example.org:8786") == DaskEngine("desk.example.org:8786", here)
    assert named(project, "--engine", "dask:tls://[::1]:8786", "--storage", "s3://kg") == DaskEngine(
        "tls://[::1]:8786", "s3://kg"
    )


@pytest.mark.parametrize("written", ["", "locale", "local:", "local:0", "dask", "dask:", "dask:0", "ray:2", "dask:a b"])
def test_others_are_refused(written: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="is no engine: local, local:PROCESSES"):
        chosen(written)


def test_a_storage_without_workers_elsewhere_is_refused(project: Project) -> None:
    with pytest.raises(ReleaseError, match="--storage is for workers elsewhere"):
        named(project, "--storage", "s3://kg")


def test_without_the_extra_it_says_what_to_install(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    monkeypatch.delitem(sys.modules, "kg_builder.build.engine_dask")
    with pytest.raises(ReleaseError, match="no package distributed: install the extra «dask»"):
        named(project, "--engine", "dask:2")


def test_the_engine_is_loaded_only_when_it_is_named() -> None:
    code = (
        "import sys, kg_builder.cli.main as m; m.build_parser(); print('dask' in sys.modules, 'fsspec' in sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout == "False False\n"
