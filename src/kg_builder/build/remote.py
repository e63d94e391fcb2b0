"""What a worker on another machine does: it maps an article as this machine would, or refuses to."""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import platform
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from kg_builder.build.inputs import builder_hashes, package_versions
from kg_builder.build.mapping import Context, Given, Mapped, Mapper
from kg_builder.build.storage import Piece, read, write
from kg_builder.errors import ReleaseError
from kg_builder.release.files import hash_file

Builder = tuple[tuple[str, str], ...]
"""What decides how an article is mapped besides its files: names and versions."""


@dataclass(frozen=True, slots=True)
class Job:
    """What all articles of a run share.

    Attributes:
        context: the pickled `Context`.
        builder: of the machine that builds.
    """

    context: Piece
    builder: Builder


@dataclass(frozen=True, slots=True)
class Sent:
    """An article as a worker is given it.

    Attributes:
        article: its id.
        record: its record.
        text: its text; None where it is not at hand.
        shard: address of the file that takes its lines.
    """

    article: str
    record: Piece
    text: Piece | None
    shard: str


@dataclass(frozen=True, slots=True)
class Refused:
    """What a worker says that must not map, for its lines might be others.

    Attributes:
        worker: its machine and process.
        reason: in words that follow it.
    """

    worker: str
    reason: str


@cache
def this_builder() -> Builder:
    """Return the builder of this process: Python, whose tables of characters differ, the packages, and our code."""
    code = hashlib.sha256(json.dumps(builder_hashes(hash_file), sort_keys=True).encode()).hexdigest()
    python = ".".join(platform.python_version_tuple()[:2])
    return ("Python", python), *sorted(package_versions().items()), ("code", code[:16])


def differences(there: Builder, here: Builder) -> str:
    """Return in words how a worker's builder differs from the one that builds; nothing where it does not.

    >>> differences((("Python", "3.12"), ("code", "ab")), (("Python", "3.11"), ("code", "ab")))
    'Python 3.12, not 3.11'
    """
    ours = dict(here)
    return ", ".join(
        f"{name} {version}, not {ours.get(name, 'unknown')}" for name, version in there if version != ours.get(name)
    )


def map_there(job: Job, sent: Sent) -> Mapped | Refused:
    """Map one article from address to address, with the same bytes as any machine.

    Raises:
        OSError: a file cannot be read or written.
        ReleaseError: a file is not what was written there.
    """
    if differing := differences(this_builder(), job.builder):
        return Refused(f"the worker on {platform.node()}, process {os.getpid()},", f"has another builder ({differing})")
    mapper = _mapper(job.context)
    text = read(sent.text) if sent.text else None
    mapped = mapper.map(Given(sent.article, read(sent.record), text))
    if not mapped.problems:
        write(sent.shard, mapped.lines)
    return replace(mapped, lines=b"")


# A worker may serve several builds in turn; what it keeps of each is as big as the authority file.
@lru_cache(maxsize=2)
def _mapper(piece: Piece) -> Mapper:
    context = pickle.loads(read(piece))  # noqa: S301 - its hash came with the task
    if not isinstance(context, Context):
        message = f"{piece.url}: not what articles are mapped by"
        raise ReleaseError(message)
    return Mapper(context)
