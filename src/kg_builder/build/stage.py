"""The shards of a release that is being made: kept from the one before, or new; and what sets the two apart."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from kg_builder.build.pieces import Piece
from kg_builder.errors import ReleaseError
from kg_builder.model import Term
from kg_builder.release.manifest import Shard
from kg_builder.release.shards import SHARDS_FOLDER, shard_file, shard_path
from kg_builder.release.writer import Release

Differing = tuple[set[bytes], set[bytes]]
"""The lines that a shard lost, and those that it gained."""


@dataclass(slots=True)
class Stage:
    """A folder of the workspace in which a release grows.

    Attributes:
        folder: of the release to be.
        former: the release that it follows, whose shards may be kept; None where there is none to build on.
        shards: those that are there, by name.
        compared: what shards lost and gained, by name, as far as it was asked for.
    """

    folder: Path
    former: Release | None
    shards: dict[str, Shard] = field(default_factory=dict)
    compared: dict[str, Differing] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Make the folder of the shards."""
        (self.folder / SHARDS_FOLDER).mkdir(parents=True)

    def path(self, name: str) -> Path:
        """Return where a shard lies or is to be written."""
        return shard_path(self.folder / SHARDS_FOLDER, name)

    def keep(self, name: str) -> None:
        """Take a shard over from the former release, by a hard link; raises OSError."""
        if self.former is None:
            message = f"there is no former release to keep {name} of"
            raise OSError(message)
        file = f"{SHARDS_FOLDER}/{shard_file(name)}"
        os.link(f"{self.former.path}/{file}", f"{self.folder}/{file}")
        self.shards[name] = self.former.manifest.shards[name]

    def write(self, name: str, lines: Iterable[str]) -> bytes:
        """Write a shard from sorted lines, each once, and return its bytes; raises OSError."""
        content = "".join(lines).encode()
        self.path(name).write_bytes(content)
        self.shards[name] = Shard(hashlib.sha256(content).hexdigest(), content.count(b"\n"))
        return content

    def wrote(self, name: str, shard: Shard) -> None:
        """Say that somebody else wrote a shard."""
        self.shards[name] = shard

    def units(self, piece: Piece) -> dict[Term, set[str]]:
        """Return a piece of a layer of the former release by subject; raises OSError."""
        return by_subject(self.old(piece.name).decode())

    def old(self, name: str) -> bytes:
        """Return the lines of a shard of the former release; nothing where it had none.

        Raises:
            ReleaseError: the shard is not what it was.
            OSError: it cannot be read.
        """
        if self.former is None or name not in self.former.manifest.shards:
            return b""
        content = shard_path(self.former.path / SHARDS_FOLDER, name).read_bytes()
        if hashlib.sha256(content).hexdigest() != self.former.manifest.shards[name].sha256:
            message = f"the bytes of the shard «{name}» of the release before have changed: run `rujukan build --force`"
            raise ReleaseError(message)
        return content

    def differences(self, of: Callable[[str], bool] = bool) -> Iterator[Differing]:
        """Yield for each shard that is not as it was the lines that it lost and those that it gained.

        Args:
            of: tells by its name whether a shard matters; by default each does.
        """
        before = self.former.manifest.shards if self.former else {}
        for name in sorted(before.keys() | self.shards.keys()):
            if before.get(name) != self.shards.get(name) and of(name):
                if name not in self.compared:
                    old = set(self.old(name).splitlines(keepends=True))
                    new = set(self.path(name).read_bytes().splitlines(keepends=True)) if name in self.shards else set()
                    self.compared[name] = old - new, new - old
                yield self.compared[name]


def by_subject(text: str) -> dict[Term, set[str]]:
    r"""Return lines by their subject.

    >>> by_subject("<x:a> <x:p> <x:b> .\n")
    {'<x:a>': {'<x:a> <x:p> <x:b> .\n'}}
    """
    found: dict[Term, set[str]] = {}
    # Not `splitlines`, which ends a line at more than a line feed.
    for line in text.split("\n")[:-1]:
        found.setdefault(Term(line.partition(" ")[0]), set()).add(f"{line}\n")
    return found
