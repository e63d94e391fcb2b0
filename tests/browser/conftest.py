"""A browser for each file of tests, and two servers for all of them: the project's own release and a neutral one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.browser.visit import build, build_project
from tests.support import museum
from tests.support.browser import Tab, chromium, opened, running_browser
from tests.support.served import Served, command, served

if TYPE_CHECKING:
    from playwright.sync_api import Browser

Opener = Callable[..., Tab]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One for each file: while it runs, `asyncio.run` does not, and the files of a worker may be of any kind."""
    if chromium() is None:
        pytest.skip("there is no chromium here; on Debian: apt-get install chromium")
    with running_browser() as found:
        yield found


@pytest.fixture(scope="session")
def project_release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's own graph, built as in a fresh clone, without the articles' texts."""
    return build_project(tmp_path_factory.mktemp("project"))


@pytest.fixture(scope="session")
def museum_release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small neutral graph whose articles' texts are at hand."""
    root = tmp_path_factory.mktemp("museum")
    museum.write(root)
    return build(root)


@pytest.fixture(scope="session")
def site(project_release: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The server on the project's own release."""
    with served(command(project_release), tmp_path_factory.mktemp("site") / "log") as running:
        yield running


@pytest.fixture(scope="session")
def museum_site(museum_release: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The server on the neutral release."""
    with served(command(museum_release), tmp_path_factory.mktemp("museum_site") / "log") as running:
        yield running


@pytest.fixture
def open_tab(browser: Browser, site: Served) -> Iterator[Opener]:
    """Opens pages: `open_tab("/explore", theme="dark", size="phone")`; `base=` names another server.

    When the test is over, a page that complained, or asked anything of another host, fails it.
    """
    with ExitStack() as stack:
        tabs = []

        def open_one(path: str, *, base: str = site.url, **options: object) -> Tab:
            make = partial(opened, browser, base, **options)  # type: ignore[arg-type]
            tabs.append(stack.enter_context(make()))
            return tabs[-1].go(path)

        yield open_one
        complaints = [complaint for tab in tabs for complaint in tab.complaints()]
    assert not complaints, "\n".join(complaints)
