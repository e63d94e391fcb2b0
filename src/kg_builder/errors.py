"""The errors of the builder: one tree, and the located problem that a curator reads."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple


class Mark(NamedTuple):
    """A place in a file that a person wrote: path, line and column, both counted from 1.

    >>> str(Mark("data/articles/a.yaml", 11, 9))
    'data/articles/a.yaml:11:9'
    """

    file: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        """Return ``file:line:column``, the form that editors make clickable."""
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong, where it stands, and what to do about it.

    >>> str(Problem(Mark("a.yaml", 3, 1), "no entity «x»; did you mean «y»?"))
    'a.yaml:3:1: no entity «x»; did you mean «y»?'
    """

    mark: Mark
    message: str
    code: str = field(default="invalid", compare=False)

    def __str__(self) -> str:
        """Return ``file:line:column: message``."""
        return f"{self.mark}: {self.message}"

    def as_json(self) -> dict[str, Any]:
        """Return the problem as plain data for ``--json``."""
        return {
            "file": self.mark.file,
            "line": self.mark.line,
            "column": self.mark.column,
            "code": self.code,
            "message": self.message,
        }


def not_utf8(file: str, error: UnicodeDecodeError) -> Problem:
    r"""Return the problem of a file that is not UTF-8, at the first byte that is of no character.

    >>> try:
    ...     b"a\nb\xff".decode()
    ... except UnicodeDecodeError as error:
    ...     print(not_utf8("a.yaml", error))
    a.yaml:2:2: not UTF-8: save the file as UTF-8
    """
    before = error.object[: error.start].decode("utf-8")
    mark = Mark(file, before.count("\n") + 1, len(before) - before.rfind("\n"))
    return Problem(mark, "not UTF-8: save the file as UTF-8", "encoding")


class KgError(Exception):
    """Root of every error that the builder raises on purpose."""


class SourceError(KgError):
    """What people wrote is not right: carries every problem found, in file order."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        """Keep the problems, sorted by file, line and column, each once."""
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(map(str, self.problems)))


class FetchError(KgError):
    """A page cannot be had from the network, or holds no article; the message says what to do."""


class ReleaseError(KgError):
    """A release cannot be written, read or moved into place."""


class QueryError(KgError):
    """A query, a query's name or one of its parameters is not right."""
