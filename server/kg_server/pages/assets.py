"""What pages load: scripts, styles, pictures, made by server/web and named in static/manifest.json."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Any

from kg_server.http.problems import StartError

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

MANIFEST = "manifest.json"
LICENCES = "licences.json"
# A page may be read by any site, so types are told here and not guessed by the machine's own tables.
_TYPES = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "json": "application/json",
    "svg": "image/svg+xml",
}


class AssetsError(StartError):
    """The bundles are not there, or not whole; the message says how to make them."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What a page asks for by name: its file, and the files that load with it."""

    file: str
    chunks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Licensed:
    """A package that is in the bundles: its licence by name (SPDX) and in full."""

    name: str
    version: str
    licence: str
    text: str


@dataclass(frozen=True, slots=True)
class Assets:
    """The bundles: entries by their names, files with their media types by theirs, and whose work is in them."""

    entries: Mapping[str, Entry]
    files: Mapping[str, tuple[bytes, str]]
    licences: tuple[Licensed, ...]


def packaged_assets() -> Assets:
    """Read the bundles of this installation.

    Raises:
        AssetsError: when they have not been made.
    """
    return read_assets(resources.files("kg_server").joinpath("static"))


def read_assets(folder: Traversable) -> Assets:
    """Read the bundles in a folder.

    Raises:
        AssetsError: when they have not been made, or one is missing.
    """
    try:
        manifest = json.loads(folder.joinpath(MANIFEST).read_text("utf-8"))
        entries = {name: _entry(each) for name, each in manifest["entries"].items()}
        names = [name for name in manifest["files"] if name != LICENCES]
        files = {name: (folder.joinpath(name).read_bytes(), _TYPES[name.rpartition(".")[2]]) for name in names}
        licences = tuple(Licensed(**each) for each in json.loads(folder.joinpath(LICENCES).read_text("utf-8")))
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        message = (
            f"The pages' scripts and styles are not whole in {folder}: {error}. "
            "In a checkout, `make web` makes them; a wheel holds them."
        )
        raise AssetsError(message) from error
    return Assets(entries, files, licences)


def _entry(data: Mapping[str, Any]) -> Entry:
    return Entry(str(data["file"]), tuple(map(str, data["chunks"])))
