"""The command ``rujukan``: its parser, and how errors become exit codes."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from kg_builder.cli import assess, build, diff, explain, link, query, review, serve, suggest, text, verify
from kg_builder.cli.common import CommandParser
from kg_builder.cli.output import BAD_QUERY, INTERRUPTED, INVALID, UNAVAILABLE, report, tell
from kg_builder.errors import KgError, QueryError, SourceError

FAMILIES = (build, assess, diff, serve, query, explain, text, suggest, review, link, verify)


class _Version(argparse.Action):
    """Looks the version up when it is asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib import metadata

        sys.stdout.write(f"rujukan {metadata.version('rujukan')}\n")
        parser.exit()


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    parser = argparse.ArgumentParser(
        prog="rujukan",
        description="Build, check, query and serve a knowledge graph whose every triple shows its source.",
        epilog="example: rujukan build && rujukan serve",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--project", type=Path, default=None, metavar="DIR", help="the project's folder (default: here or above)"
    )
    parser.add_argument("--version", action=_Version, nargs=0, default=argparse.SUPPRESS, help="print the version")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True, parser_class=CommandParser)
    for family in FAMILIES:
        family.add(commands)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    options = build_parser().parse_args(arguments)
    try:
        code = int(options.run(options))
        sys.stdout.flush()  # a full disk or a closed pipe shows here, not after the exit code is settled
    except SourceError as error:
        report(error, as_json=bool(getattr(options, "json", False)))
        return INVALID
    except (BrokenPipeError, KeyboardInterrupt):
        _drop_output()
        return INTERRUPTED
    except (KgError, OSError) as error:
        _drop_output()
        tell(f"rujukan: {_said(error)}")
        return BAD_QUERY if isinstance(error, QueryError) else UNAVAILABLE
    return code


def _said(error: KgError | OSError) -> str:
    if not isinstance(error, OSError) or not error.strerror:
        return str(error)
    return f"{error.filename}: {error.strerror}" if error.filename else error.strerror


def _drop_output() -> None:
    # What could not be written would be tried again, and reported once more, when the interpreter ends.
    with suppress(OSError, ValueError):
        sys.stdout.flush()
        return
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main())
