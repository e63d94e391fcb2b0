"""Workers that are started for a build; what becomes of clusters is in test_cluster.py, which takes longer."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.support.mapped import Corpus, files

from kg_builder.build.engine_dask import DaskEngine


def test_two_workers_of_this_machine_give_the_same_bytes(corpus: Corpus, tmp_path: Path) -> None:
    corpus.assert_same(DaskEngine(2, corpus.project.root.as_uri()), tmp_path / "out")


def test_an_article_with_problems_has_no_shard(corpus: Corpus, tmp_path: Path) -> None:
    first, second, *_ = corpus.tasks(tmp_path / "out")
    broken = tmp_path / "broken.yaml"
    broken.write_bytes(Path(first.record).read_bytes() + b"nobody-declared: {}\n")
    engine = DaskEngine(1, tmp_path.as_uri())
    mapped = {each.article: each for each in engine.run(corpus.context, [replace(first, record=str(broken)), second])}
    assert mapped[first.article].problems
    assert not mapped[second.article].problems
    assert list(files(tmp_path / "out")) == [f"{second.article}.nq"]


def test_nothing_to_map_starts_nothing(corpus: Corpus, tmp_path: Path) -> None:
    assert list(DaskEngine("tcp://127.0.0.1:9", tmp_path.as_uri()).run(corpus.context, [])) == []
