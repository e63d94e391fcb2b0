"""What a command may import: starting it must cost no more than it needs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tests.support import museum as m

RUN = """
import sys
before = set(sys.modules)
from kg_builder.cli.main import main
try:
    main(sys.argv[1:])
except SystemExit:
    pass
print("\\n" + " ".join(sorted(set(sys.modules) - before)))
"""
SLOW = {
    "asyncio",
    "email",
    "http",
    "importlib.metadata",
    "inspect",
    "json",
    "multiprocessing",
    "sqlite3",
    "urllib.request",
}
"""Modules of the standard library that take long; inspect comes with dataclasses, json with what prints it."""


def imported(*arguments: str) -> set[str]:
    done = subprocess.run([sys.executable, "-c", RUN, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.splitlines()[-1].split())


def others(modules: set[str]) -> set[str]:
    """Third parties' packages; what Cython puts beside them is not counted."""
    names = {name.partition(".")[0] for name in modules}
    return {name for name in names - sys.stdlib_module_names if not name.startswith(("_cython", "cython"))}


@pytest.mark.parametrize(
    ("arguments", "allowed"),
    [
        (["--help"], {"inspect", "json"}),
        (["check", "--help"], {"inspect", "json"}),
        (["--version"], {"inspect", "json", "importlib.metadata", "email"}),
    ],
)
def test_help_and_version_import_the_commands_and_nothing_else(arguments: list[str], allowed: set[str]) -> None:
    found = imported(*arguments)
    assert others(found) == {"kg_builder"}
    rooms = {name.split(".")[1] for name in found if name.startswith("kg_builder.")}
    assert rooms <= {"cli", "errors", "sources"}
    assert {name for name in found if name.startswith("kg_builder.sources.")} <= {"kg_builder.sources.files"}
    assert found & SLOW <= allowed


def test_the_check_of_an_article_imports_readers_and_shapes_alone(tmp_path: Path) -> None:
    m.write(tmp_path)
    found = imported("--project", str(tmp_path), "check", m.ONE)
    assert others(found) == {"kg_builder", "pyoxigraph", "shacl", "yaml", "_yaml"} & others(found)
    assert not found & {"rdflib", "rich", "asyncio", "multiprocessing", "importlib.metadata"}
    assert not {name for name in found if name.startswith(("kg_builder.release", "kg_builder.assist", "kg_server"))}
