"""``rujukan serve``: hands the current release to the server, which is a package of its own."""

from __future__ import annotations

import argparse
from importlib import metadata
from typing import Any

from kg_builder.cli.common import Commands, command, project_of
from kg_builder.errors import ReleaseError

GROUP = "rujukan.serve"


def add(commands: Commands) -> None:
    """Add the command."""
    parser = command(
        commands, "serve", run_serve, "Serve the current release over HTTP, read-only.", "rujukan serve --port 8080"
    )
    parser.add_argument("--host", help="address to listen at (default: RUJUKAN_HOST, or 127.0.0.1)")
    parser.add_argument("--port", type=int, help="port to listen at (default: RUJUKAN_PORT, or 8000)")
    parser.add_argument(
        "--backend", metavar="URL", help="SPARQL endpoint of an engine to ask (default: RUJUKAN_BACKEND)"
    )


def run_serve(options: argparse.Namespace) -> int:
    """Start the server that is installed beside the builder."""
    project = project_of(options)
    found = [entry for entry in metadata.entry_points(group=GROUP) if entry.name == "serve"]
    if not found:
        raise ReleaseError("no server is installed: install the distribution «rujukan» whole, by `make serve`")
    serve: Any = found[0].load()
    result: int = serve(project.build / "current", options.host, options.port, backend=options.backend)
    return result
