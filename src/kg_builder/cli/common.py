"""What the families of commands share: finding the project, adding a command."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kg_builder.errors import Mark, Problem, SourceError

if TYPE_CHECKING:
    from kg_builder.sources.project import Project

Commands = Any
"""What `add_subparsers` returns; argparse keeps the type private."""

_LAST_PORT = 65535


class CommandParser(argparse.ArgumentParser):
    """Parses one command.

    Attributes:
        complete: adds options that are looked up only when this command is the one that is run; None for none.
    """

    complete: Callable[[argparse.ArgumentParser], None] | None = None

    def parse_known_args(  # type: ignore[override]
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> tuple[argparse.Namespace, list[str]]:
        """Parse, with the options that were waited for."""
        complete, self.complete = self.complete, None
        if complete is not None:
            complete(self)
        return super().parse_known_args(args, namespace)


def command(
    commands: Commands, name: str, run: Callable[[argparse.Namespace], int], summary: str, example: str
) -> CommandParser:
    """Add a command with its help, an example and the function that runs it."""
    parser: CommandParser = commands.add_parser(
        name,
        help=summary,
        description=summary,
        epilog=f"example:\n  {example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)
    return parser


def json_option(parser: argparse.ArgumentParser) -> None:
    """Add ``--json``."""
    parser.add_argument("--json", action="store_true", help="print the result as JSON")


def port(written: str) -> int:
    """Return the number of a TCP port; 0 is any free one.

    Raises:
        ArgumentTypeError: it is none.

    >>> port("8000")
    8000
    """
    if not (written.isascii() and written.isdigit()) or int(written) > _LAST_PORT:
        raise argparse.ArgumentTypeError(f"«{written}» is no port: a number from 0 to {_LAST_PORT}")
    return int(written)


def project_of(options: argparse.Namespace) -> Project:
    """Return the project that the options name, or the one here or above.

    Raises:
        SourceError: there is none, or its file is wrong.
    """
    from kg_builder.sources.project import find_root, load_project

    if options.project is None:
        return load_project(find_root(Path.cwd()))
    if not (options.project / "data" / "project.yaml").exists():
        message = "--project: no data/project.yaml in this folder; name the folder that holds data/"
        raise SourceError([Problem(Mark(str(options.project)), message, "project")])
    return load_project(options.project.resolve())
