"""Sorting lines that do not fit into memory: sorted runs in files, merged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from kg_builder.release.shards import merge_lines

_RUN = 500_000


def sorted_lines(lines: Iterable[bytes], folder: Path, name: str, most: int = _RUN) -> Iterator[bytes]:
    r"""Yield lines in order, each once.

    Args:
        lines: newline included.
        folder: takes the runs where there are more lines than `most`.
        name: begins the names of their files.
        most: lines that are held in memory.

    >>> list(sorted_lines([b"b\n", b"a\n", b"b\n"], Path(), "run"))
    [b'a\n', b'b\n']
    """
    waiting = iter(lines)
    runs: list[Path] = []
    while held := list(islice(waiting, most)):
        run = sorted(set(held))
        if not runs and len(held) < most:
            yield from run
            return
        runs.append(folder / f"{name}-{len(runs)}")
        with runs[-1].open("wb") as file:
            file.writelines(run)
    yield from merge_lines(runs)
