"""Take pictures of every page: `python -m tests.browser.pictures [--only NAME]` renews docs/screenshots."""

from __future__ import annotations

import argparse
import base64
import sys
from typing import TYPE_CHECKING, Any

from tests.browser.places import PLACES
from tests.browser.visit import visiting
from tests.support.browser import ROOT, SIZES, THEMES, Size, Tab, opened

if TYPE_CHECKING:
    from pathlib import Path

FOLDER: Path = ROOT / "docs" / "screenshots"
# A picture shows what a reader sees first; together they stay below MOST_BYTES.
HEIGHTS: dict[Size, int] = {"desktop": 1000, "phone": 844}
SCALES: dict[Size, float] = {"desktop": 0.625, "phone": 0.75}
BAD = 400
QUALITY = 62
MOST_BYTES = 1_500_000


def picture(tab: Tab, size: Size) -> bytes:
    """The upper part of a page, in WebP."""
    session = tab.page.context.new_cdp_session(tab.page)
    clip = {"x": 0, "y": 0, "width": SIZES[size][0], "height": HEIGHTS[size], "scale": SCALES[size]}
    options = {"format": "webp", "quality": QUALITY, "clip": clip, "captureBeyondViewport": True}
    taken: dict[str, Any] = session.send("Page.captureScreenshot", options)
    return base64.b64decode(taken["data"])


def main() -> int:
    """Take them; return 1 when they are too large together."""
    parser = argparse.ArgumentParser(prog="python -m tests.browser.pictures", description=__doc__)
    parser.add_argument("--only", help="pages whose name holds this")
    options = parser.parse_args()
    FOLDER.mkdir(parents=True, exist_ok=True)
    wanted = [place for place in PLACES if (options.only or "") in place.name]
    with visiting() as (browser, base):
        for place in wanted:
            for size in SIZES:
                for theme in THEMES:
                    with opened(browser, base, theme=theme, size=size, problem=True) as tab:
                        tab.go(place.address("en" if size == "desktop" else "id"))
                        assert (tab.status < BAD) == (place.kind != "problem"), f"{place.path}: {tab.status}"
                        name = f"{place.name}-{size}-{theme}.webp"
                        (FOLDER / name).write_bytes(picture(tab, size))
    known = {f"{place.name}-{size}-{theme}.webp" for place in PLACES for size in SIZES for theme in THEMES}
    for path in FOLDER.glob("*.webp"):
        if path.name not in known:
            path.unlink()
    total = sum(path.stat().st_size for path in FOLDER.glob("*.webp"))
    print(f"{len(known)} pictures, {total / 1000:.0f} kB of {MOST_BYTES // 1000}")
    return 1 if total > MOST_BYTES else 0


if __name__ == "__main__":
    sys.exit(main())
