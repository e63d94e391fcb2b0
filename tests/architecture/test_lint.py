"""The linter leaves out no file: an exclusion by a folder's name once hid a whole package."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_every_python_file_is_linted(root: Path, project_files: list[Path]) -> None:
    command = [sys.executable, "-m", "ruff", "check", "--no-cache", "--show-files"]
    listing = subprocess.run(command, cwd=root, capture_output=True, check=True, text=True)
    linted = {Path(line).resolve().relative_to(root.resolve()) for line in listing.stdout.splitlines()}
    assert {path for path in project_files if path.suffix == ".py"} <= linted
