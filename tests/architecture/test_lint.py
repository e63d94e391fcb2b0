"""The linter and pytest leave out no file: an exclusion by a folder's name once hid a whole package from both."""

from __future__ import annotations

import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

import pytest


def test_every_python_file_is_linted(root: Path, project_files: list[Path]) -> None:
    command = [sys.executable, "-m", "ruff", "check", "--no-cache", "--show-files"]
    listing = subprocess.run(command, cwd=root, capture_output=True, check=True, text=True)
    linted = {Path(line).resolve().relative_to(root.resolve()) for line in listing.stdout.splitlines()}
    assert {path for path in project_files if path.suffix == ".py"} <= linted


def test_pytest_looks_into_every_folder(pytestconfig: pytest.Config, project_files: list[Path]) -> None:
    folders = {part for path in project_files if path.suffix == ".py" for part in path.parent.parts}
    left_out = pytestconfig.getini("norecursedirs")
    assert not {folder for folder in folders for pattern in left_out if fnmatch(folder, pattern)}
