"""The same inputs give the same bytes, whatever the process that builds looks like."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

CHILD = Path(__file__).with_name("build_child.py")


def built(folder: Path, **environment: str) -> dict[str, bytes]:
    release = subprocess.run(
        [sys.executable, str(CHILD), str(folder), "once", "7"],
        env={**os.environ, **environment},
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    root = folder / "releases" / release
    files = {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and path.parent.name != "store"
    }
    manifest = json.loads(files["manifest.json"])
    del manifest["built"]
    return {**files, "manifest.json": json.dumps(manifest).encode()}


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return built(tmp_path_factory.mktemp("reference") / "build", PYTHONHASHSEED="0", TZ="UTC", LC_ALL="C.UTF-8")


@pytest.mark.parametrize(
    "environment",
    [
        {"PYTHONHASHSEED": "1", "TZ": "Asia/Jakarta"},
        {"PYTHONHASHSEED": "12345", "TZ": "America/St_Johns", "LC_ALL": "C", "TEST_UMASK": "077"},
        {"PYTHONHASHSEED": "4294967295", "LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"PYTHONHASHSEED": "77", "LANG": "tr_TR.UTF-8", "LC_ALL": "tr_TR.ISO-8859-9", "TEST_UMASK": "002"},
    ],
)
def test_bytes_do_not_depend_on_the_process(
    tmp_path: Path, reference: dict[str, bytes], environment: dict[str, str]
) -> None:
    assert built(tmp_path / "another place" / "build", **environment) == reference
