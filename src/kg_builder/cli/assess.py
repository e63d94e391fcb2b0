"""``rujukan status``: what the graph holds, what it lacks, and what is open work."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from kg_builder.cli.common import Commands, command, json_option, project_of
from kg_builder.cli.output import OK, counted, progress, say, say_json

if TYPE_CHECKING:
    from kg_builder.sources.corpus import Corpus

UNKNOWN = ("title", "url", "publisher", "published")
"""What an article's head may leave out, and a reader would like to know."""


def add(commands: Commands) -> None:
    """Add the command."""
    parser = command(
        commands,
        "status",
        run_status,
        "Show coverage, what is unknown, and entities without a link to an authority.",
        "rujukan status --json",
    )
    json_option(parser)


def run_status(options: argparse.Namespace) -> int:
    """Read the sources and print their state."""
    from kg_builder.sources.corpus import load_corpus

    project = project_of(options)
    with progress(quiet=options.json) as tell:
        corpus = load_corpus(project, tell)
    status = _status(corpus)
    if options.json:
        say_json(status)
        return OK
    for article in status["articles"]:
        say(article["id"])
        say(
            f"  {counted(article['asserted'], 'fact')}, {article['conveyed']} conveyed, "
            f"{counted(article['attestations'], 'attestation')}, {counted(article['spans'], 'quote')}, "
            f"{article['share']:.1%} of the text quoted"
        )
        if article["unknown"]:
            say(f"  unknown: {', '.join(article['unknown'])}")
        if article["bare_sentences"] is None:
            say("  the text is not on this machine: sentences without a fact cannot be listed")
        elif article["bare_sentences"]:
            places = ", ".join(f"@{start}–{end}" for start, end in article["bare_sentences"])
            say(f"  {counted(len(article['bare_sentences']), 'sentence')} without a fact: {places}")
        else:
            say("  every sentence has a fact")
    release = status["release"]
    say(
        f"release: {release['id']}, {counted(release['quads'], 'quad')}"
        if release
        else "release: none; run `rujukan build`"
    )
    if release:
        say(f"quads per asserted triple: {release['quads_per_fact']}")
    if status["unpublished"]:
        say(f"ids that data/released-ids.txt does not guard yet: {', '.join(status['unpublished'])}")
    entities = counted(status["entities"], "entity", "entities")
    say(f"linked to an authority: {status['linked']} of {entities}; refused: {status['refused']}")
    for kind, slugs in status["unlinked"].items():
        say(f"  without a link, {kind}: {', '.join(slugs)}")
    return OK


def _status(corpus: Corpus) -> dict[str, Any]:
    from kg_builder.graph.coverage import coverage
    from kg_builder.release.writer import current_release
    from kg_builder.sources.texts import find_text

    project = corpus.project
    articles = []
    for loaded in corpus.records:
        article = loaded.record.article
        found = find_text(project.texts, article.id) if loaded.verified else None
        measured = coverage(loaded.record, found.text if found else None)
        said = " ".join(predicate for _, predicate, _ in article.statements)
        names = {"title": "rdf-schema#label", "url": "schema.org/url", "publisher": "publisher", "published": "ns#edtf"}
        articles.append(
            {
                "id": article.id,
                "verified": loaded.verified,
                "asserted": measured.asserted,
                "conveyed": measured.conveyed,
                "attestations": measured.attestations,
                "spans": measured.spans,
                "share": round(measured.share, 4),
                "share_with_repetition": round(measured.repeated / max(1, measured.length), 4),
                "unknown": [name for name in UNKNOWN if names[name] not in said],
                "bare_sentences": None if measured.bare is None else [[s.start, s.end] for s in measured.bare],
            }
        )
    linked = {link.slug for link in corpus.links.accepted}
    unlinked: dict[str, list[str]] = {}
    for slug, entity in corpus.authority.entities.items():
        if slug not in linked:
            unlinked.setdefault(entity.shape.key, []).append(slug)
    release = current_release(project.build)
    counts = release.manifest.counts if release else None
    return {
        "articles": articles,
        "entities": len(corpus.authority.entities),
        "unpublished": sorted(set(corpus.authority.entities) - corpus.authority.ledger),
        "linked": len(linked),
        "refused": len(corpus.links.refused),
        "unlinked": dict(sorted(unlinked.items())),
        "release": {
            "id": release.id,
            "quads": counts.quads,
            "quads_per_fact": round(counts.quads / max(1, counts.asserted), 2),
        }
        if release and counts
        else None,
    }
