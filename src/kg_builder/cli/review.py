"""``rujukan review``: the page on which a person decides what a suggestion becomes."""

from __future__ import annotations

import argparse
from pathlib import PurePosixPath

from kg_builder.cli.common import Commands, command, port, project_of
from kg_builder.cli.serve import installed_server
from kg_builder.errors import ReleaseError


def add(commands: Commands) -> None:
    """Add the command."""
    parser = command(
        commands,
        "review",
        run_review,
        "Review an article's suggestions in a page on this machine; what is accepted goes into its record.",
        "rujukan review my-article",
    )
    parser.add_argument(
        "article", nargs="?", default="", help="an article's id (default: the first whose text is here)"
    )
    parser.add_argument("--port", type=port, default=0, help="port on the loopback interface (default: any free one)")
    parser.add_argument("--no-browser", action="store_true", help="print the address only, open no browser")


def run_review(options: argparse.Namespace) -> int:
    """Serve the page until it is stopped."""
    from kg_builder.curate.desk import Desk
    from kg_builder.sources.project import record_of

    server = installed_server()
    if server is None:
        raise ReleaseError("no server is installed: install the distribution «rujukan» whole, by `make serve`")
    project = project_of(options)
    article = record_of(project, options.article).stem if options.article else ""
    path = PurePosixPath("/", *(["review", article] if article else []))
    result: int = server.review(Desk(project), path, options.port, browser=not options.no_browser)
    return result
