"""Internal links of the documentation resolve, to the heading."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest

FENCED = re.compile(r"^\s*(```|~~~).*?^\s*\1\s*$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)")
LINK = re.compile(r"\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)|^\s*\[[^\]]+\]:\s+<?([^\s>]+)", re.MULTILINE)
HEADING = re.compile(r"^#+ +(.*?) *#*$", re.MULTILINE)
EXTERNAL = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)


def anchors(text: str) -> set[str]:
    """The anchors of the headings, as the common code hosts make them."""
    found: dict[str, int] = {}
    for heading in HEADING.findall(FENCED.sub("", text)):
        shown = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        slug = re.sub(r"[^\w\- ]", "", shown.lower()).replace(" ", "-")
        count = found.get(slug, 0)
        found[slug] = count + 1
        if count:
            found[f"{slug}-{count}"] = 1
    return set(found)


def links(text: str) -> Iterator[str]:
    for match in LINK.finditer(CODE.sub("", FENCED.sub("", text))):
        target = match[1] or match[2]
        if not EXTERNAL.match(target):
            yield target


def broken(root: Path, page: Path) -> Iterator[str]:
    text = page.read_text("utf-8")
    for target in links(text):
        path, _, anchor = target.partition("#")
        goal = (page.parent / unquote(path)).resolve() if path else page
        name = page.relative_to(root)
        if not goal.is_relative_to(root.resolve()):
            yield f"{name}: {target} leads out of the project"
        elif not goal.exists():
            yield f"{name}: {target} does not exist"
        elif anchor and goal.suffix == ".md" and anchor not in anchors(goal.read_text("utf-8")):
            yield f"{name}: {target}: no such heading"


def unlisted(folder: Path) -> list[str]:
    """Pages of a folder that its README.md does not link."""
    listed = {
        unquote(target.partition("#")[0]).removeprefix("./")
        for target in links((folder / "README.md").read_text("utf-8"))
    }
    return sorted(page.name for page in folder.glob("*.md") if page.name not in {*listed, "README.md"})


def pages(root: Path) -> list[Path]:
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "*.md"],
        cwd=root,
        capture_output=True,
        check=False,
    )
    if listing.returncode:
        pytest.skip("not a git work tree: there is no list of the project's files")
    return [root / name for name in listing.stdout.decode().split("\0") if name and (root / name).is_file()]


def test_internal_links_resolve(root: Path) -> None:
    found = [problem for page in pages(root) for problem in broken(root, page)]
    assert not found, "\n".join(found)


def test_every_decision_is_listed(root: Path) -> None:
    assert not unlisted(root / "docs/decisions")


def test_a_broken_link_is_seen(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    (tmp_path / "other.md").write_text("# A `b`, c\n# Twice\n# Twice\n```\n# Not one\n```\n")
    for link, fine in {
        "[x](other.md)": True,
        "[x](./other.md#a-b-c)": True,
        "[x](other.md#twice-1)": True,
        "[x](other.md#not-one)": False,
        "[x](other.md#twice-2)": False,
        "![x](gone.png)": False,
        "[x](../secret.md)": False,
        "[x](https://example.org/gone)": True,
        "`[x](gone.md)`": True,
        "```\n[x](gone.md)\n```\n": True,
        "[x]: gone.md": False,
        "# Here\n[x](#here)": True,
        "# Here\n[x](#there)": False,
    }.items():
        page.write_text(link)
        assert (not list(broken(tmp_path, page))) is fine, link


def test_an_unlisted_page_is_seen(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("[one](0001-one.md)")
    (tmp_path / "0001-one.md").touch()
    assert not unlisted(tmp_path)
    (tmp_path / "0002-two.md").touch()
    assert unlisted(tmp_path) == ["0002-two.md"]
