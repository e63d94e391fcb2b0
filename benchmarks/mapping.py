"""How many quads a second one core makes of records, which part takes how long, and the store's loading beside it."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import pyoxigraph as ox
from benchmarks.common import best_seconds, tell
from benchmarks.corpus import make_corpus

from kg_builder.build.mapping import Mapper, context_of, given_of
from kg_builder.graph.quads import article_quads
from kg_builder.sources.corpus import load_corpus
from kg_builder.sources.project import load_project
from kg_builder.sources.records import Setting, read_record
from kg_builder.sources.texts import decode
from kg_builder.sources.tree import read_tree


def measure(root: Path, runs: int) -> dict[str, float | int | bool]:
    """Return what the map of a project's articles takes, in seconds, and how many quads a second that is.

    Args:
        root: the project's folder.
        runs: how often each thing is measured; the shortest time counts.
    """
    project = load_project(root)
    corpus = load_corpus(project)
    setting = Setting(project, corpus.schema, corpus.authority.declared)
    mapper = Mapper(context_of(project, corpus.schema, corpus.authority.declared))
    given = [given_of(project, path) for path in sorted(project.articles.glob("*.yaml"))]
    records = [loaded.record for loaded in corpus.records]

    def trees() -> None:
        for each in given:
            read_tree(each.record.decode(), each.article, [])

    def read() -> None:
        for each in given:
            read_record(each.article, each.record.decode(), decode(each.text) if each.text else None, setting, [])

    def lines() -> None:
        for each in records:
            article_quads(each, project.iris)

    def whole() -> None:
        for each in given:
            mapper.map(each)

    made = b"".join(article_quads(each, project.iris).lines for each in records)
    quads = made.count(b"\n")
    yaml, reading, writing = (best_seconds(runs, part) for part in (trees, read, lines))
    checked = best_seconds(runs, whole)
    loading = best_seconds(runs, lambda: load(made))
    return {
        "articles": len(given),
        "quads": quads,
        "yaml_seconds": yaml,
        "facts_seconds": reading - yaml,
        "lines_seconds": writing,
        "map_seconds": reading + writing,
        "checked_seconds": checked,
        "bulk_load_seconds": loading,
        "map_quads_per_second": quads / (reading + writing),
        "checked_quads_per_second": quads / checked,
        "bulk_load_quads_per_second": quads / loading,
        "map_to_bulk_load": loading / (reading + writing),
    }


def load(lines: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = ox.Store(folder)
        store.bulk_load(input=lines, format=ox.RdfFormat.N_QUADS)
        store.flush()


def main() -> None:
    """Make a corpus, map it on one core and print how fast that is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    parser.add_argument("--runs", type=int, default=5, help="how often each thing is measured (default: %(default)s)")
    parser.add_argument("--articles", type=int, default=100, help="size of the corpus (default: %(default)s)")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        make_corpus(Path(folder) / "corpus", asked.articles)
        found = measure(Path(folder) / "corpus", asked.runs)
    whole, checked, loading = (found[f"{name}_quads_per_second"] for name in ("map", "checked", "bulk_load"))
    parts = {name: found[f"{name}_seconds"] / found["map_seconds"] for name in ("yaml", "facts", "lines")}
    tell(
        found,
        [
            f"{found['articles']:,} articles, {found['quads']:,} quads",
            f"records to lines   {found['map_seconds']:6.2f} s   {whole:9,.0f} quads/s",
            *(f"  {name:<17}{found[f'{name}_seconds']:6.2f} s   {share:9.0%}" for name, share in parts.items()),
            f"with all checks    {found['checked_seconds']:6.2f} s   {checked:9,.0f} quads/s",
            f"bulk_load alone    {found['bulk_load_seconds']:6.2f} s   {loading:9,.0f} quads/s, the same lines",
            f"records to lines are made {whole / loading:.2f} x as fast as bulk_load takes them",
        ],
        as_json=asked.json,
    )


if __name__ == "__main__":
    main()
