"""``rujukan build`` and ``rujukan check``."""

from __future__ import annotations

import argparse
import time

from kg_builder.cli.common import Commands, command, json_option, project_of
from kg_builder.cli.output import OK, counted, progress, say, say_json


def add(commands: Commands) -> None:
    """Add the commands."""
    parser = command(
        commands, "build", run_build, "Build the graph into a release and make it current.", "rujukan build"
    )
    parser.add_argument("--force", action="store_true", help="build even where nothing changed")
    json_option(parser)
    parser = command(
        commands,
        "check",
        run_check,
        "Check every record, quote, shape and link without writing anything.",
        "rujukan check --json",
    )
    json_option(parser)


def run_build(options: argparse.Namespace) -> int:
    """Build and say what was built."""
    from kg_builder.build.run import Options, build

    project = project_of(options)
    start = time.monotonic()
    with progress(quiet=options.json) as tell:
        built = build(project, tell, Options(force=options.force))
    seconds = time.monotonic() - start
    manifest = built.release.manifest
    if options.json:
        say_json(
            {
                "ok": True,
                "release": built.release.id,
                "path": project.name(built.release.path),
                "unchanged": built.unchanged,
                "seconds": round(seconds, 3),
                "quads": manifest.counts.quads,
            }
        )
        return OK
    if built.unchanged:
        say(f"Nothing changed; release {built.release.id} stays current ({seconds:.2f} s).")
        return OK
    counts = manifest.counts
    say(
        f"Release {built.release.id}: {counted(counts.articles, 'article')}, {counted(counts.asserted, 'fact')}, "
        f"{counted(counts.attestations, 'attestation')}, {counted(counts.spans, 'quote')} "
        f"({counts.verified:,} verified, {counts.trusted:,} trusted), {counted(counts.quads, 'quad')}; {seconds:.2f} s."
    )
    say(f"Look into {project.name(project.build)}/current, or run: rujukan serve")
    return OK


def run_check(options: argparse.Namespace) -> int:
    """Check everything and say how much was verified."""
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
    if options.json:
        say_json({"ok": True, "problems": [], "records": records, "counts": graph.counts})
        return OK
    for record in records:
        state = "verified against the text" if record["verified"] else "trusted (the text is not on this machine)"
        say(f"{record['article']}: {record['attestations']} attestations, {record['quotes']} quotes, {state}")
    say(
        f"No problems. {counted(graph.counts['verified'], 'quote')} verified, {graph.counts['trusted']:,} trusted; "
        f"{counted(graph.counts['asserted'], 'fact')}, {graph.counts['derived']:,} derived."
    )
    return OK
