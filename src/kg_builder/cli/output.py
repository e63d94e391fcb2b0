"""What every command says and how it ends: results on standard output, everything else on standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from kg_builder.errors import SourceError

OK, INVALID, USAGE, UNAVAILABLE, BAD_QUERY, INTERRUPTED = 0, 1, 2, 3, 4, 130
"""Exit codes: done; the sources have problems; wrong usage; no release or it cannot be written; query wrong; Ctrl-C."""


def say(text: str) -> None:
    """Print a result."""
    sys.stdout.write(f"{text}\n")


def tell(text: str) -> None:
    """Print a remark, which is no result."""
    sys.stderr.write(f"{text}\n")


def say_json(data: Any) -> None:  # noqa: ANN401 - JSON is any plain data
    """Print a result as JSON."""
    json.dump(data, sys.stdout, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")


def problems_as_json(error: SourceError) -> dict[str, Any]:
    """Return every problem as programs are told."""
    return {"ok": False, "problems": [problem.as_json() for problem in error.problems]}


def report(error: SourceError, *, as_json: bool) -> None:
    """Print every problem: for people on standard error, for programs as JSON on standard output."""
    if as_json:
        say_json(problems_as_json(error))
        return
    for problem in error.problems:
        tell(str(problem))
    count = len(error.problems)
    files = len({problem.mark.file for problem in error.problems})
    tell(f"{counted(count, 'problem')} in {counted(files, 'file')}; nothing was changed")


@contextmanager
def progress(*, quiet: bool = False) -> Iterator[Callable[[str], None]]:
    """Show what is being done while it takes long: on a terminal only, and gone when it is done."""
    if quiet or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console

    with Console(stderr=True).status("starting") as status:
        yield status.update


def counted(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun.

    >>> counted(1, "quote"), counted(2_000, "quote")
    ('1 quote', '2,000 quotes')
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"
