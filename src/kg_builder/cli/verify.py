"""``rujukan verify``: whether a release is what its manifest says."""

from __future__ import annotations

import argparse
from pathlib import Path

from kg_builder.cli.common import Commands, command, project_of
from kg_builder.cli.output import INVALID, tell
from kg_builder.errors import ReleaseError


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
    from kg_builder.release.manifest import MANIFEST_FILE
    from kg_builder.release.verify import verify

    given = options.release or project_of(options).build / "current"
    if options.release is None and not given.exists():
        raise ReleaseError("no release yet: run `rujukan build` first")
    folder = given.resolve()
    if not (folder / MANIFEST_FILE).exists():
        raise ReleaseError(f"no release at {given}: it holds no {MANIFEST_FILE}; name a folder of build/releases")
    problems = verify(folder, deep=True)
    for each in problems:
        tell(f"{folder.name}: {each}")
    if problems:
        tell("This release is damaged; where it is the current one, `rujukan build` makes it anew.")
        return INVALID
    print(f"{folder.name} is whole.")
    return 0
