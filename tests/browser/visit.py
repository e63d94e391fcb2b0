"""A visit to every page outside of the tests: for the report on them and for their pictures."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tests.support.browser import ROOT, chromium, running_browser
from tests.support.museum import rujukan
from tests.support.served import command, served

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def build_project(root: Path) -> Path:
    """Build the project's own graph below a folder, as in a fresh clone, without the articles' texts."""
    for folder in ("data", "ontology", "queries"):
        shutil.copytree(ROOT / folder, root / folder, ignore=shutil.ignore_patterns("texts"))
    return build(root)


def build(root: Path) -> Path:
    """Build the project in a folder; the path of its release."""
    done = rujukan(root, "build")
    assert done.returncode == 0, done.stderr
    return root / "build" / "current"


@contextmanager
def visiting() -> Iterator[tuple[Browser, str]]:
    """A browser, and the address of a server of the project's own release."""
    if chromium() is None:
        sys.exit("There is no chromium here; on Debian: apt-get install chromium")
    with tempfile.TemporaryDirectory() as folder:
        release = build_project(Path(folder) / "project")
        with served(command(release), Path(folder) / "log") as site, running_browser() as browser:
            yield browser, site.url
