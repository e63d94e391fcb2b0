"""Chromium, a tab that watches what its page does, and axe-core."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Page, Request

Theme = Literal["light", "dark"]
Size = Literal["desktop", "phone"]

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "server/kg_server/static"
AXE = ROOT / "server/web/node_modules/axe-core/axe.min.js"
SIZES: dict[Size, tuple[int, int]] = {"desktop": (1280, 900), "phone": (390, 844)}
THEMES: tuple[Theme, ...] = ("light", "dark")
# WCAG 2.2 AA and what was there before it, with axe's own good practices.
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Of axe's rules, those that look at colours: another theme of a page can break no other.
COLOURS = ["color-contrast", "link-in-text-block"]
# How long a page may load, in seconds; and the turns without a request after which it has.
PATIENCE, QUIET_TURNS, TURN_MS = 20.0, 10, 10
# The script of every page.
_FRAME = 'script[src*="/static/site-"]'
_ARGUMENTS = ("--no-sandbox", "--disable-background-networking", "--disable-gpu", "--disable-dev-shm-usage")
# What Chromium says of a page that is a problem; the tests that ask for one expect it.
_REFUSED = "Failed to load resource: the server responded with a status of "


def chromium() -> str | None:
    """The path of Debian's browser, or of one that is called the same."""
    return next(
        filter(None, map(shutil.which, ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"))),
        None,
    )


@contextmanager
def running_browser() -> Iterator[Browser]:
    """Chromium, ended whatever happens. While it runs, this thread has an event loop: no `asyncio.run` here."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium(), args=list(_ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()


@dataclass(slots=True)
class Tab:
    """A page in a browser, and what it asked for and complained of.

    Attributes:
        page: Playwright's.
        base: the address of the server, without a slash at its end.
        requests: the addresses of all that the page loaded, in order.
        errors: what was written to the console as an error (each breach of the content security policy is), what
            scripts threw, and requests that failed.
        scripts: whether they run.
        status: of the page that was opened last.
        pending: what was asked for and has not come yet.
    """

    page: Page
    base: str
    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    scripts: bool = True
    status: int = 0
    pending: set[Request] = field(default_factory=set)

    def go(self, path: str) -> Tab:
        """Open a page and wait until all that it loads is there and its scripts have begun."""
        response = self.page.goto(self.base + path)
        self.status = response.status if response is not None else 0
        if self.scripts and self.page.locator(_FRAME).count():
            self.page.wait_for_selector("html[data-ready]", state="attached")
        self.settle()
        return self

    def settle(self) -> None:
        """Wait until nothing is being loaded, and what has come had the time to ask for more."""
        deadline, quiet = time.monotonic() + PATIENCE, 0 if self.pending else QUIET_TURNS
        while quiet < QUIET_TURNS:
            assert time.monotonic() < deadline, [each.url for each in self.pending]
            # The browser's events are heard meanwhile.
            self.page.wait_for_timeout(TURN_MS)
            quiet = 0 if self.pending else quiet + 1

    def outside(self) -> list[str]:
        """What was asked of anybody but the server."""
        own = urlsplit(self.base).netloc
        return [each for each in self.requests if urlsplit(each).netloc != own and not each.startswith("data:")]

    def complaints(self) -> list[str]:
        """All that a page must not do."""
        return [*self.errors, *(f"asked of another host: {each}" for each in self.outside())]

    def loaded(self, suffix: str) -> set[str]:
        """The names of the bundles of a kind that the page loaded."""
        paths = (urlsplit(each).path for each in self.requests)
        return {path.rpartition("/")[2] for path in paths if "/static/" in path and path.endswith(suffix)}

    def weight(self, suffix: str = ".js") -> int:
        """The gzipped bytes of the bundles of a kind that the page loaded."""
        files = json.loads((STATIC / "manifest.json").read_text("utf-8"))["files"]
        return sum(files[name]["gzip"] for name in self.loaded(suffix))

    def axe_in_themes(self, *themes: Theme) -> list[str]:
        """Run axe-core in each theme, in the second and later ones the rules on colours alone."""
        found = []
        for index, theme in enumerate(themes or THEMES):
            self.page.emulate_media(color_scheme=theme)
            found += [f"{theme}: {each}" for each in self.axe(colours=index > 0)]
        return found

    def axe(self, within: str | None = None, *, colours: bool = False) -> list[str]:
        """Run axe-core, or its rules on colours alone; each violation as one line: rule, how bad, where, and why."""
        # Evaluated by the debugger, so that the page's policy stays as strict as it is.
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE.read_text("utf-8"))
        wanted = {"type": "rule", "values": COLOURS} if colours else {"type": "tag", "values": STANDARDS}
        options = {"runOnly": wanted, "resultTypes": ["violations"]}
        run = "([within, options]) => axe.run(within ?? document, options)"
        found: dict[str, Any] = self.page.evaluate(run, [within, options])
        return [
            f"{each['id']} ({each['impact']}): {' '.join(map(str, node['target']))}: "
            f"{' '.join(str(node.get('failureSummary', '')).split())}"
            for each in found["violations"]
            for node in each["nodes"]
        ]

    def overflow(self) -> int:
        """By how many pixels the page is wider than its window."""
        wide: int = self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )  # fmt: skip
        return wide


@contextmanager
def opened(  # noqa: PLR0913 - what a reader's browser is like
    browser: Browser,
    base: str,
    *,
    theme: Theme = "light",
    size: Size = "desktop",
    javascript: bool = True,
    language: str = "en",
    problem: bool = False,
) -> Iterator[Tab]:
    """A fresh tab, as of somebody who has never been here.

    Args:
        browser: that runs.
        base: the address of the server.
        theme: what the system prefers.
        size: of the window.
        javascript: whether scripts run.
        language: what the browser asks for.
        problem: whether the pages that will be opened are problems, whose status is no error.
    """
    width, height = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=theme,
        java_script_enabled=javascript,
        locale=language,
        reduced_motion="reduce",
        has_touch=size == "phone",
    )
    try:
        page = context.new_page()
        page.set_default_timeout(20_000)
        tab = Tab(page, base.rstrip("/"), scripts=javascript)

        def spoken(message: ConsoleMessage) -> None:
            if message.type == "error" and not (problem and message.text.startswith(_REFUSED)):
                tab.errors.append(message.text)

        def asked(request: Request) -> None:
            tab.requests.append(request.url)
            tab.pending.add(request)

        def failed(request: Request) -> None:
            tab.pending.discard(request)
            # What the page itself stopped has not failed; nor has a script that is asked for ahead and may not run.
            if request.failure != "net::ERR_ABORTED" and (javascript or request.resource_type != "script"):
                tab.errors.append(f"{request.url}: {request.failure}")

        page.on("request", asked)
        page.on("requestfinished", lambda request: tab.pending.discard(request))  # noqa: PLW0108 - it wants a function
        page.on("requestfailed", failed)
        page.on("console", spoken)
        page.on("pageerror", lambda error: tab.errors.append(f"thrown: {error}"))
        yield tab
    finally:
        context.close()
