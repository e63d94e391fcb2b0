"""``rujukan diff``: what changed in the graph, in words."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from kg_builder.cli.common import Commands, command, json_option, project_of
from kg_builder.cli.output import INVALID, OK, progress, say_json

if TYPE_CHECKING:
    from kg_builder.release.difference.model import Difference


def add(commands: Commands) -> None:
    """Add the command."""
    parser = command(
        commands,
        "diff",
        run_diff,
        "Say in words what changed in the graph, from a release or a git revision to the sources as they are.",
        "rujukan diff\n  rujukan diff --since origin/main --format markdown\n  rujukan diff 48eb4726 --to current",
    )
    former = parser.add_mutually_exclusive_group()
    former.add_argument(
        "release", nargs="?", default="", metavar="RELEASE", help="a release's folder or id (default: current)"
    )
    former.add_argument("--since", default="", metavar="REV", help="compare with the sources of a git revision")
    parser.add_argument("--to", default="", metavar="RELEASE", help="compare to a release instead of the sources")
    parser.add_argument(
        "--format", choices=("text", "markdown", "json"), default="text", help="form (default: %(default)s)"
    )
    parser.add_argument("--language", choices=("en", "id"), default="en", help="language (default: %(default)s)")
    parser.add_argument("--all", action="store_true", help="show everything, however long it is")
    parser.add_argument("--exit-code", action="store_true", help="end with 1 where something changed, as git diff does")
    json_option(parser)


def run_diff(options: argparse.Namespace) -> int:
    """Print the difference."""
    from kg_builder.release.difference.plain import as_json
    from kg_builder.release.difference.report import report
    from kg_builder.release.difference.show import as_markdown, as_text

    found = _compare(options)
    if options.json or options.format == "json":
        say_json(as_json(found, options.language))
    else:
        show = as_markdown if options.format == "markdown" else as_text
        print(show(report(found, options.language), options.language, everything=options.all), end="")
    return INVALID if found and options.exit_code else OK


def _compare(options: argparse.Namespace) -> Difference:
    import tempfile
    from pathlib import Path

    from kg_builder.release.difference.compare import compare
    from kg_builder.release.difference.side import open_side
    from kg_builder.release.difference.sources import release_graph, revision_graph, sources_graph

    project = project_of(options)
    with (
        progress(quiet=options.json) as tell,
        tempfile.TemporaryDirectory() as before,
        tempfile.TemporaryDirectory() as after,
    ):
        former = (
            revision_graph(project, options.since, Path(before), tell)
            if options.since
            else release_graph(project.build, options.release or "current")
        )
        present = release_graph(project.build, options.to) if options.to else sources_graph(project, Path(after), tell)
        tell("comparing")
        with (
            open_side(former.name, former.path, former.prefixes) as one,
            open_side(present.name, present.path, present.prefixes) as other,
        ):
            return compare(one, other)
