"""Each style sheet of a feature stays on its own pages: all of them become one file, where a name means one thing."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pytest

STYLES = Path(__file__).parents[3] / "server/web/styles"
# What every page may use; a feature's rule needs a class of its own beside these.
SHARED = frozenset({"tokens.css", "base.css", "layout.css", "parts.css"})
# How pages are printed is said of all of them in one place.
PAPER = "print.css"
# Classes that a feature lends to the pages of others.
LENT = {"figure": "figures", "proof-words": "evidence"}
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_PRELUDE = re.compile(r"([^{};]+)\{")
_FRAME = re.compile(r"\s*(from|to|[\d.]+%)\s*")
_BETWEEN = re.compile(r",(?![^(\[]*[)\]])")
_FIRST = re.compile(r"(?:[^\s>+~(\[]|\([^)]*\)|\[[^\]]*\])+")
_CLASS = re.compile(r"\.(-?[A-Za-z_][\w-]*)")
_NOT = re.compile(r":not\([^)]*\)")
_WHERE = re.compile(r":where\([^)]*\)")
_MARK = re.compile(r"\[data-[\w-]+")


def selectors(sheet: str) -> Iterator[str]:
    """The selectors of a style sheet, one by one."""
    for prelude in _PRELUDE.findall(_COMMENT.sub("", sheet)):
        if not prelude.strip().startswith("@"):
            yield from (each.strip() for each in _BETWEEN.split(prelude) if not _FRAME.fullmatch(each))


def family(name: str) -> str:
    """The feature of a style sheet: `figures-map.css` is one of `figures`."""
    return name.removesuffix(".css").partition("-")[0]


def collisions(sheets: Mapping[str, str], shared: Iterable[str] = SHARED) -> list[str]:
    """Rules that no class of their own feature alone keeps on its pages."""
    common = frozenset(shared)
    users: defaultdict[str, set[str]] = defaultdict(set)
    for name, sheet in sheets.items():
        for selector in selectors(sheet):
            # Inside `:where` it is only said on whose pages a rule holds.
            for each in _CLASS.findall(_WHERE.sub("", selector)):
                users[each].add("shared" if name in common else LENT.get(each, family(name)))
    found = []
    for name, sheet in sheets.items():
        for selector in () if name in common else selectors(sheet):
            first = _FIRST.match(selector)
            scope = _NOT.sub("", first[0]) if first else ""
            if not _MARK.search(scope) and not any(users[each] <= {family(name)} for each in _CLASS.findall(scope)):
                found.append(f"{name}: {selector}")
    return found


def test_a_feature_styles_only_its_own() -> None:
    sheets = {path.name: path.read_text("utf-8") for path in sorted(STYLES.glob("*.css")) if path.name != PAPER}
    assert sheets.keys() > SHARED
    assert not collisions(sheets), "begin these with a class that no other feature names"


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        (".jump { a: b }", ".data .jump { a: b }", ["a.css: .jump"]),
        (".card { a: b }", ".b .x, .card:not(.y, .z) { a: b }", ["a.css: .card", "b.css: .card:not(.y, .z)"]),
        ("@media print { .a h2 { a: b } }", ".b h2 { a: b }", []),
        ("h2 { a: b }", "[data-b] p { a: b }", ["a.css: h2"]),
        ("@keyframes turn { from { a: b } 50% { a: b } }", "", []),
        (".tag { a: b }", ".tag.own { a: b }", ["a.css: .tag"]),
        (".a .x { a: b }", ":where(.a, .b) .x { a: b }", []),
    ],
)
def test_a_collision_is_seen(one: str, other: str, found: list[str]) -> None:
    assert collisions({"parts.css": ".tag { a: b }", "a.css": one, "b.css": other}) == found
