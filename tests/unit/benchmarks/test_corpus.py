"""The generated corpus: built as it stands, with all evidence verified, and the same each time."""

from __future__ import annotations

from pathlib import Path

import pytest
from benchmarks.common import silent
from benchmarks.corpus import add_article, make_corpus

from kg_builder.build.run import build
from kg_builder.release.manifest import Manifest
from kg_builder.sources.project import load_project


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_same_size_and_seed_give_the_same_bytes(tmp_path: Path) -> None:
    for name, seed in (("one", 1), ("same", 1), ("other", 2)):
        make_corpus(tmp_path / name, 3, seed)
    assert files(tmp_path / "one") == files(tmp_path / "same")
    assert files(tmp_path / "one").keys() == files(tmp_path / "other").keys()
    assert files(tmp_path / "one") != files(tmp_path / "other")


@pytest.mark.parametrize("articles", [2, 7])
def test_it_builds_and_every_quote_stands_in_its_text(tmp_path: Path, articles: int) -> None:
    make_corpus(tmp_path / "corpus", articles)
    project = load_project(tmp_path / "corpus")
    build(project, silent)
    counts = Manifest.read((project.build / "current").resolve()).counts
    assert counts.articles == articles
    assert counts.verified == counts.spans
    assert counts.trusted == 0
    assert counts.asserted > 400 * articles


def test_an_article_that_is_added_is_that_of_the_larger_corpus(tmp_path: Path) -> None:
    make_corpus(tmp_path / "grown", 5)
    assert add_article(tmp_path / "grown", 5) == "000005_003"
    make_corpus(tmp_path / "made", 6)
    assert files(tmp_path / "grown") == files(tmp_path / "made")
