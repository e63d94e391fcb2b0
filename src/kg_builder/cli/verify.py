"""``rujukan verify``: whether a release is what its manifest says."""

from __future__ import annotations

import argparse
from pathlib import Path

from kg_builder.cli.common import Commands, command, project_of
from kg_builder.cli.output import INVALID, tell


def add(commands: Commands) -> None:
    """Add the command."""
    parser = command(
        commands,
        "verify",
        run_verify,
        "Hash a release again, derive its id, and compare its store with its dump.",
        "rujukan verify build/releases/095379e0b2c786af",
    )
    parser.add_argument("release", nargs="?", type=Path, metavar="DIR", help="the release (default: the current one)")


def run_verify(options: argparse.Namespace) -> int:
    """Verify one release."""
    from kg_builder.release.verify import verify

    folder = (options.release or project_of(options).build / "current").resolve()
    problems = verify(folder, deep=True)
    for each in problems:
        tell(f"{folder.name}: {each}")
    if problems:
        return INVALID
    print(f"{folder.name} is whole.")
    return 0
