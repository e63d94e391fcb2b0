"""``rujukan build`` and ``rujukan check``."""

from __future__ import annotations

import argparse
import time
from typing import Any

from kg_builder.cli.common import Commands, command, json_option, project_of
from kg_builder.cli.engine import engine_of, engine_options
from kg_builder.cli.output import OK, counted, progress, say, say_json


def add(commands: Commands) -> None:
    """Add the commands."""
    parser = command(
        commands, "build", run_build, "Build the graph into a release and make it current.", "rujukan build"
    )
    parser.add_argument("--force", action="store_true", help="build even where nothing changed")
    engine_options(parser)
    parser.add_argument("--watch", action="store_true", help="build again after each save, until Ctrl-C")
    json_option(parser)
    parser = command(
        commands,
        "check",
        run_check,
        "Check every record, quote, shape and link, or some articles' records alone, and publish nothing.",
        "rujukan check my-article",
    )
    parser.add_argument(
        "articles", nargs="*", metavar="ARTICLE", help="an article's id or its record's file (default: everything)"
    )
    json_option(parser)


def run_build(options: argparse.Namespace) -> int:
    """Build and say what was built; once, or after each save."""
    if options.watch:
        from kg_builder.cli.watch import run_watch

        return run_watch(options, project_of(options).root, lambda *, dumps: _build_once(options, dumps=dumps))
    outcome, lines = _build_once(options)
    if options.json:
        say_json(outcome)
        return OK
    for line in lines:
        say(line)
    if not outcome["unchanged"]:
        say("Look into build/current, or run: rujukan serve")
    return OK


def _build_once(options: argparse.Namespace, *, dumps: bool = True) -> tuple[dict[str, Any], list[str]]:
    """Build, and return what is told as JSON and what people read."""
    from kg_builder.build.run import Options, build

    project = project_of(options)
    start = time.monotonic()
    with progress(quiet=options.json) as tell:
        built = build(project, tell, Options(options.force, dumps, engine_of(options, project)))
    seconds = time.monotonic() - start
    counts = built.release.manifest.counts
    outcome = {
        "ok": True,
        "release": built.release.id,
        "path": project.name(built.release.path),
        "unchanged": built.unchanged,
        "seconds": round(seconds, 3),
        "quads": counts.quads,
    }
    if built.unchanged:
        return outcome, [f"Nothing changed; release {built.release.id} stays current ({seconds:.2f} s)."]
    line = (
        f"Release {built.release.id}: {counted(counts.articles, 'article')}, {counted(counts.asserted, 'fact')}, "
        f"{counted(counts.attestations, 'attestation')}, {counted(counts.spans, 'quote')} "
        f"({counts.verified:,} verified, {counts.trusted:,} trusted), {counted(counts.quads, 'quad')}; {seconds:.2f} s."
    )
    return outcome, [line]


def run_check(options: argparse.Namespace) -> int:
    """Check everything, or some articles, and say how much was verified."""
    return _check_some(options) if options.articles else _check_all(options)


def _check_some(options: argparse.Namespace) -> int:
    from kg_builder.build.check import check_articles

    found = check_articles(project_of(options), options.articles)
    records = [
        {"article": each.article, "verified": each.verified, "attestations": each.attestations, "quotes": each.spans}
        for each in found
    ]
    counts = {
        "asserted": sum(each.facts for each in found),
        "verified": sum(each.spans for each in found if each.verified),
        "trusted": sum(each.spans for each in found if not each.verified),
    }
    _say_checked(records, counts, as_json=options.json)
    return OK


def _check_all(options: argparse.Namespace) -> int:
    from kg_builder.graph.assemble import assemble
    from kg_builder.sources.corpus import load_corpus

    project = project_of(options)
    with progress(quiet=options.json) as tell:
        corpus = load_corpus(project, tell)
        graph = assemble(corpus, tell)
    records = [
        {
            "article": loaded.record.article.id,
            "verified": loaded.verified,
            "attestations": len(loaded.record.attestations),
            "quotes": len({span for a in loaded.record.attestations for span in a.spans}),
        }
        for loaded in corpus.records
    ]
    _say_checked(records, graph.counts, as_json=options.json)
    return OK


def _say_checked(records: list[dict[str, Any]], counts: dict[str, int], *, as_json: bool) -> None:
    if as_json:
        say_json({"ok": True, "problems": [], "records": records, "counts": counts})
        return
    for record in records:
        state = "verified against the text" if record["verified"] else "trusted (the text is not on this machine)"
        say(f"{record['article']}: {record['attestations']} attestations, {record['quotes']} quotes, {state}")
    derived = f", {counts['derived']:,} derived" if "derived" in counts else ""
    say(
        f"No problems. {counted(counts['verified'], 'quote')} verified, {counts['trusted']:,} trusted; "
        f"{counted(counts['asserted'], 'fact')}{derived}."
    )
