"""The Oxigraph store of a release: opened, counted, and proven to hold its quads, line for line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from pyoxigraph import RdfFormat, Store

from kg_builder.errors import ReleaseError
from kg_builder.release.sorting import sorted_lines

STORE_FOLDER: Final = "store"

# A quarter of a gigabyte.
_HELD = 1_500_000
# pyoxigraph raises OSError for what the system refuses and RuntimeError for what RocksDB finds corrupt.
_BROKEN = (OSError, RuntimeError)
_END = (0, None)


def open_store(folder: Path) -> Store:
    """Open a release's store for reading; many processes may. Raises ReleaseError when it cannot be opened."""
    try:
        return Store.read_only(str(folder))
    except _BROKEN as error:
        raise ReleaseError(f"the store does not open: {error}") from error


def count_quads(folder: Path) -> int:
    """Return how many quads a store holds, by reading one of its indexes; raises ReleaseError."""
    store = open_store(folder)
    try:
        return len(store)
    except _BROKEN as error:
        raise ReleaseError(f"the store cannot be read: {error}") from error


def _sorted_dump(folder: Path, scratch: Path) -> Iterator[bytes]:
    """Yield the lines of a store in order; `scratch`, a folder, takes what is too large to sort in memory.

    Raises ReleaseError and OSError.
    """
    dump = scratch / "dump.nq"
    store = open_store(folder)
    try:
        store.dump(str(dump), RdfFormat.N_QUADS)
    except _BROKEN as error:
        raise ReleaseError(f"the store cannot be read: {error}") from error
    with dump.open("rb") as file:
        yield from sorted_lines(file, scratch, "run", _HELD)


def compare_store(folder: Path, nquads: Path, scratch: Path) -> None:
    """Raise ReleaseError, naming the first line that differs, unless the store holds just what `nquads` says.

    A literal whose lexical form Oxigraph rewrites, such as `"05"^^xsd:integer`, shows here. `scratch` is a folder.
    """
    extra = None
    with nquads.open("rb") as file:
        all_given, all_held = enumerate(file, 1), _sorted_dump(folder, scratch)
        number, given = next(all_given, _END)
        held = next(all_held, None)
        while given or held:
            if given == held:
                number, given = next(all_given, _END)
                held = next(all_held, None)
            elif held is None or (given is not None and given < held):
                raise ReleaseError(
                    f"{nquads.name}:{number}: the store does not hold {given!r:.500} as it is written; "
                    f"it would hold {_as_held(given)!r:.500}",
                )
            else:
                extra = extra or held
                held = next(all_held, None)
    if extra:
        raise ReleaseError(f"the store holds {extra!r:.500}, which is not in {nquads.name}")


def _as_held(line: bytes | None) -> str:
    store = Store()
    store.load(line or b"", format=RdfFormat.N_QUADS)
    return "".join(f"{quad} .\n" for quad in store)
