"""``rujukan serve``: hands the current release to the server, which is a package of its own."""

from __future__ import annotations

import argparse
from importlib import import_module
from typing import Any

from kg_builder.cli.common import Commands, command, project_of
from kg_builder.errors import ReleaseError

GROUP = "rujukan.serve"
_OWN = frozenset({"command", "project", "run"})


def add(commands: Commands) -> None:
    """Add the command."""
    summary = "Serve the current release over HTTP, read-only."
    parser = command(commands, "serve", run_serve, summary, "rujukan serve --port 8080")
    parser.complete = _add_options


def run_serve(options: argparse.Namespace) -> int:
    """Start the server that is installed beside the builder."""
    server = installed_server()
    if server is None:
        raise ReleaseError("no server is installed: install the distribution «rujukan» whole, by `make serve`")
    given = {name: value for name, value in vars(options).items() if name not in _OWN}
    project = project_of(options)
    defaults: dict[str, object] = {"release": project.build / "current", "supervise": 1}
    if project.texts.is_dir():
        defaults["texts"] = str(project.texts)
    result: int = server.serve(given, defaults=defaults)
    return result


def _add_options(parser: argparse.ArgumentParser) -> None:
    server = installed_server()
    if server is not None:
        server.add_options(parser)


def installed_server() -> Any:  # noqa: ANN401
    """Return the module that the server's entry point names; None when no server is installed."""
    from importlib import metadata  # it takes longer to import than most commands take to start

    found = [entry for entry in metadata.entry_points(group=GROUP) if entry.name == "serve"]
    return import_module(found[0].module) if found else None
