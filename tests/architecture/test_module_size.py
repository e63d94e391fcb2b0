"""A module that hurts to read is split: 400 lines is where that starts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

MOST_LINES = 400


def too_long(sources: Mapping[str, str]) -> list[str]:
    return [
        f"{name}: {lines} lines, more than {MOST_LINES}"
        for name, source in sources.items()
        if (lines := len(source.splitlines())) > MOST_LINES
    ]


def test_no_module_is_too_long(root: Path) -> None:
    paths = [path for folder in ("src", "server") for path in sorted((root / folder).rglob("*.py"))]
    assert paths
    assert not too_long({str(path.relative_to(root)): path.read_text("utf-8") for path in paths})


def test_a_long_module_is_seen() -> None:
    assert too_long({"x.py": "\n" * 401})
    assert not too_long({"x.py": "\n" * 400})
