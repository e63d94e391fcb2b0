"""Measure every page: `python -m tests.browser.report [--write]` prints the tables of docs/pages.md, or renews them."""

from __future__ import annotations

import argparse
import re
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.browser.places import PLACES, Place
from tests.browser.visit import visiting
from tests.support.browser import ROOT, SIZES, THEMES, opened

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PAGE = ROOT / "docs" / "pages.md"
BAD = 400
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"


@dataclass(frozen=True, slots=True)
class Measured:
    """A page: how many violations axe found in each theme and size, and what it weighs."""

    place: Place
    violations: dict[str, int]
    html: int
    script: int
    style: int
    requests: int


def measure(browser: Browser, base: str, place: Place) -> Measured:
    """Visit a page in both sizes and themes."""
    violations, weights = {}, (0, 0, 0, 0)
    for size in SIZES:
        with opened(browser, base, size=size, problem=place.kind == "problem") as tab:
            tab.go(place.address("en"))
            assert (tab.status < BAD) == (place.kind != "problem"), f"{place.path}: {tab.status}"
            weights = (
                len(tab.page.content().encode()), tab.weight(".js"), tab.weight(".css"), len(tab.requests),
            )  # fmt: skip
            for theme in THEMES:
                tab.page.emulate_media(color_scheme=theme)
                violations[f"{theme} {size}"] = len(tab.axe())
    return Measured(place, violations, *weights)


def tables(measured: list[Measured]) -> str:
    """The results, in Markdown."""
    modes = [f"{theme} {size}" for size in SIZES for theme in THEMES]
    lines = [
        "| page | " + " | ".join(f"axe, {mode}" for mode in modes) + " | script | style | requests |",
        "|---" * (len(modes) + 4) + "|",
    ]
    for each in measured:
        found = " | ".join(str(each.violations[mode]) for mode in modes)
        path = each.place.path.partition("?")[0]
        lines.append(
            f"| {each.place.name} (`{path}`) | {found} | {kilobytes(each.script)} of {each.place.budget // 1000} kB "
            f"| {kilobytes(each.style)} kB | {each.requests} |"
        )
    return "\n".join([*lines, "", *pictures()])


def pictures() -> list[str]:
    """The pictures that there are, in Markdown."""
    kinds = [(size, theme) for size in SIZES for theme in THEMES]
    lines = ["| page | " + " | ".join(f"{size}, {theme}" for size, theme in kinds) + " |", "|---" * 5 + "|"]
    for place in PLACES:
        names = [f"{place.name}-{size}-{theme}.webp" for size, theme in kinds]
        if all((PAGE.parent / "screenshots" / name).is_file() for name in names):
            shown = " | ".join(f"![{name.removesuffix('.webp')}](screenshots/{name})" for name in names)
            lines.append(f"| {place.name} | {shown} |")
    return lines


def kilobytes(size: int) -> str:
    """A number of bytes in thousands.

    >>> kilobytes(1234)
    '1.2'
    """
    return f"{size / 1000:.1f}"


def renewed(page: str, text: str) -> str:
    """A page with another text between its marks.

    >>> renewed(f"a {BEGIN} b {END} c", "x").splitlines()[2]
    'x'
    """
    pattern = re.compile(f"{re.escape(BEGIN)}.*{re.escape(END)}", re.DOTALL)
    assert pattern.search(page), f"no place for the tables: {BEGIN}"
    return pattern.sub(lambda _: f"{BEGIN}\n\n{text}\n\n{END}", page)


def main() -> int:
    """Print the tables; return 1 if axe found something or a page is too heavy."""
    parser = argparse.ArgumentParser(prog="python -m tests.browser.report", description=__doc__)
    parser.add_argument("--write", action="store_true", help="renew docs/pages.md")
    options = parser.parse_args()
    with visiting() as (browser, base):
        measured = [measure(browser, base, place) for place in PLACES]
    text = tables(measured)
    print(text)
    if options.write:
        PAGE.write_text(renewed(PAGE.read_text("utf-8"), text), "utf-8")
    bad = [each.place.name for each in measured if any(each.violations.values()) or each.script > each.place.budget]
    if bad:
        print(f"Not as it should be: {', '.join(bad)}", file=sys.stderr)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
