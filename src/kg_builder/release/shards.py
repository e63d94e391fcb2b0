"""Shards: sorted N-Quads, one file per article and per layer; the release's id hangs on their hashes alone."""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from itertools import chain
from pathlib import Path
from typing import Final

from kg_builder.release.files import Written, write_pieces
from kg_builder.release.manifest import Shard

SHARDS_FOLDER: Final = "shards"

# Below the usual limit of open files, 256 on some systems and 1,024 on most.
_FAN_IN = 200


def shard_path(folder: Path, name: str) -> Path:
    """Return where a shard of that name lies.

    >>> shard_path(Path("shards"), "entities").as_posix()
    'shards/entities.nq'
    """
    return folder / shard_file(name)


def shard_file(name: str) -> str:
    """Return what the file of a shard is called; there may be ten thousand, and a path of each takes its time."""
    return f"{name}.nq"


def release_id(shards: Mapping[str, Shard], presentation: str) -> str:
    r"""Return the id of a release: 16 hex digits of the SHA-256 over the sorted lines `<name> <sha256>` of its shards.

    The last line is `presentation`, the SHA-256 of all that shapes the dumps beside the quads (prefixes, titles, order,
    saved queries): a release never changes, so what changes any of its files gives another id.

    >>> shards = {"b": Shard("02", 1), "a": Shard("01", 9)}
    >>> release_id(shards, "03") == hashlib.sha256(b"a 01\nb 02\n03\n").hexdigest()[:16]
    True
    """
    lines = "".join(f"{name} {shard.sha256}\n" for name, shard in sorted(shards.items()))
    return hashlib.sha256(f"{lines}{presentation}\n".encode()).hexdigest()[:16]


def merge_files(paths: Sequence[Path], out: Path, folder: Path) -> Written:
    """Merge files of sorted lines into one of sorted, unique lines; streams, and opens few files at a time.

    `folder` takes the intermediate files of a merge of very many. Raises OSError.
    """
    level = 0
    while len(paths) > _FAN_IN:
        groups = [paths[start : start + _FAN_IN] for start in range(0, len(paths), _FAN_IN)]
        merged = [folder / f"merge-{level}-{number}" for number in range(len(groups))]
        for group, target in zip(groups, merged, strict=True):
            write_pieces(target, merge_lines(group))
        paths, level = merged, level + 1
    return write_pieces(out, merge_lines(paths))


def merge_lines(paths: Sequence[Path]) -> Iterator[bytes]:
    """Yield the lines of sorted files in order, each once, with all files open; raises OSError."""
    with ExitStack() as stack:
        files = [stack.enter_context(path.open("rb")) for path in paths]
        last = b""
        for line in heapq.merge(*files) if len(files) > 1 else chain(*files):
            if line != last:
                yield line
                last = line
