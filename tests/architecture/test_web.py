"""What runs in the browser: text never becomes markup, nothing comes from elsewhere, styles use the tokens."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

# Ways from text to markup, to code, or to an inline style that the policy of the pages forbids.
FORBIDDEN = re.compile(
    r"\b(?:innerHTML|outerHTML|insertAdjacentHTML|createContextualFragment|DOMParser|setHTML(?:Unsafe)?|srcdoc)\b"
    r"|\bdocument\.write|\beval\(|\bnew Function\b|\bsetAttribute\(\s*[\"']style|\bstyle:|\b(?:on[a-z]+)=\s*[\"'`]"
)
ELSEWHERE = re.compile(r"(?:url\(|from|import|fetch)\s*\(?\s*[\"']?(?:https?:)?//")
COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}\b|\b(?:hsl|oklch|lab|lch)\(")
# Where colours are chosen; paper is white.
COLOURS_IN = ("tokens.css", "print.css")


def sources(root: Path, *endings: str) -> dict[str, str]:
    folders = (root / "server/web/src", root / "server/web/styles")
    paths = [path for folder in folders for path in sorted(folder.rglob("*")) if path.suffix in endings]
    return {path.relative_to(root / "server/web").as_posix(): path.read_text("utf-8") for path in paths}


def found(pattern: re.Pattern[str], files: Mapping[str, str]) -> Iterator[str]:
    for name, text in files.items():
        for number, line in enumerate(text.splitlines(), 1):
            if pattern.search(line) and not line.lstrip().startswith(("//", "*", "/*")):
                yield f"{name}:{number}: {line.strip()}"


def test_text_never_becomes_markup_or_code(root: Path) -> None:
    scripts = sources(root, ".ts")
    assert scripts
    assert not list(found(FORBIDDEN, scripts))


def test_nothing_is_fetched_from_elsewhere(root: Path) -> None:
    assert not list(found(ELSEWHERE, sources(root, ".ts", ".css")))


def test_colours_come_from_the_tokens(root: Path) -> None:
    styles = sources(root, ".css")
    assert len(styles) > len(COLOURS_IN)
    others = {name: text for name, text in styles.items() if not name.endswith(COLOURS_IN)}
    assert not list(found(COLOUR, others))


def test_no_script_is_too_long(root: Path) -> None:
    scripts = sources(root, ".ts", ".css")
    assert not {name: lines for name, text in scripts.items() if (lines := len(text.splitlines())) > 400}


def test_the_lock_file_names_versions_hashes_and_no_host(root: Path) -> None:
    lock = json.loads((root / "server/web/package-lock.json").read_text("utf-8"))
    packages = {name: each for name, each in lock["packages"].items() if name}
    assert packages
    assert all(each["integrity"].startswith("sha512-") and "resolved" not in each for each in packages.values())
    wanted = json.loads((root / "server/web/package.json").read_text("utf-8"))
    versions = [*wanted["dependencies"].values(), *wanted["devDependencies"].values()]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in versions)


@pytest.mark.parametrize(
    "line",
    [
        "node.innerHTML = text;",
        'element.setAttribute("style", x)',
        "new DOMParser()",
        "document.write(x)",
        'h("p", { style: "color: red" })',
        "eval(text)",
    ],
)
def test_a_way_to_markup_is_seen(line: str) -> None:
    assert list(found(FORBIDDEN, {"x.ts": line}))


def test_elsewhere_is_seen() -> None:
    for line in (
        'fetch("https://example.org/x")',
        "url(//example.org/font.woff2)",
        'import x from "https://a.example"',
    ):
        assert list(found(ELSEWHERE, {"x": line}))
    assert list(found(COLOUR, {"x.css": "color: #fff;"}))
    assert not list(found(FORBIDDEN, {"x.ts": "element.textContent = text; // innerHTML would"[:28]}))
