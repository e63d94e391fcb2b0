"""How soon the home page is complete in a browser that has never been here, on a server that was just started."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.common import ROOT, options, tell
from tests.support.browser import chromium, opened, running_browser
from tests.support.museum import rujukan
from tests.support.served import command, served

if TYPE_CHECKING:
    from playwright.sync_api import Browser

MOST_SECONDS = 1.0
# When all that the page loads is there, and when its largest part was painted (milliseconds after the navigation).
LOADED = "performance.getEntriesByType('navigation')[0].loadEventEnd"
PAINTED = """new Promise(resolve => new PerformanceObserver(list => resolve(list.getEntries().at(-1).startTime))
    .observe({type: 'largest-contentful-paint', buffered: true}))"""


def visit(browser: Browser, release: Path, log: Path) -> tuple[float, float]:
    """Start a server and open its home page as its first request; seconds until it is complete and painted."""
    with served(command(release), log) as site, opened(browser, site.url) as tab:
        tab.go("/")
        return tab.page.evaluate(LOADED) / 1000, tab.page.evaluate(PAINTED) / 1000


def main() -> int:
    """Print the median of several cold visits to the home page; return 1 when it is not below a second."""
    asked = options(main.__doc__ or "")
    if chromium() is None:
        sys.stdout.write("There is no chromium here; on Debian: apt-get install chromium\n")
        return 0
    with tempfile.TemporaryDirectory() as folder, running_browser() as browser:
        rujukan(ROOT, "build")
        visits = [visit(browser, ROOT / "build/current", Path(folder) / "log") for _ in range(asked.runs)]
    complete, painted = median(each[0] for each in visits), median(each[1] for each in visits)
    tell(
        {"home_complete_seconds": complete, "home_painted_seconds": painted, "limit_seconds": MOST_SECONDS},
        [
            f"The home page on a cold server, median of {asked.runs} visits with nothing kept:",
            f"  complete {complete:.2f} s (limit {MOST_SECONDS:.0f} s), largest part painted {painted:.2f} s",
        ],
        as_json=asked.json,
    )
    return 0 if complete < MOST_SECONDS else 1


if __name__ == "__main__":
    sys.exit(main())
