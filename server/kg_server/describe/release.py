"""Read a release's `manifest.json` (format 1)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kg_server.http.problems import ReleaseError

FORMAT = 1
MANIFEST_FILE = "manifest.json"
SHAPES_FILE = "shapes.ttl"
CHANGES_FILE = "changes.json"
LANGUAGES = ("en", "id")
QUADS_FILE = "kg.nq"
# A large release is current before these are written; what else there is to download is part of it from the start.
_LATER = (QUADS_FILE, "kg.trig", "kg.ttl", "kg.jsonld", "facts.ttl")


@dataclass(frozen=True, slots=True)
class Dump:
    """A file to download: its name, SHA-256 in hexadecimal, size in bytes, media type."""

    name: str
    sha256: str
    size: int
    media_type: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a release says of itself; `raw` is the file as it stands."""

    release: str
    built: str
    title: Mapping[str, str]
    base: str
    prefixes: Mapping[str, str]
    licence: str
    counts: Mapping[str, int]
    graphs: Mapping[str, int]
    dumps: tuple[Dump, ...]
    raw: bytes
    description: Mapping[str, str] = field(default_factory=dict)

    @property
    def vocabulary(self) -> str | None:
        """Return the name of the release's own vocabulary below the base, such as `vocab`; None when it has none."""
        names = (each.removeprefix(self.base) for each in self.prefixes.values() if each.startswith(self.base))
        return next((name.removesuffix("#") for name in names if name.endswith("#")), None)

    @property
    def later(self) -> tuple[str, ...]:
        """Return the dumps that are still being made; then another manifest takes the place of this one."""
        names = {each.name for each in self.dumps}
        # A release that lists nothing at all was made without dumps.
        return _LATER if names and names.isdisjoint(_LATER) else ()

    def text(self, texts: Mapping[str, str], language: str) -> str:
        """Return the text in a language, or in whatever language there is."""
        return texts.get(language) or next(iter(texts.values()), "")


def read_manifest(folder: Path) -> Manifest:
    """Read and check the manifest of a release.

    Raises:
        ReleaseError: when the folder has none, or it is of another format, or something is missing in it.
    """
    path = folder / MANIFEST_FILE
    raw, data = read_json(path)
    try:
        if data["format"] != FORMAT:
            message = f"{path} has format {data['format']!r}; this server reads format {FORMAT}."
            raise ReleaseError(message)
        counts = dict(data["counts"])
        graphs = counts.pop("graphs", {})
        return Manifest(
            release=str(data["release"]),
            built=str(data["built"]),
            title=_texts(data["title"]),
            base=str(data["base"]),
            prefixes={str(key): str(value) for key, value in data["prefixes"].items()},
            licence=str(data.get("license", "")),
            counts={str(key): int(value) for key, value in counts.items()},
            graphs={str(key): int(value) for key, value in graphs.items()},
            dumps=tuple(_dump(path, name, each) for name, each in data["dumps"].items()),
            raw=raw,
            description=_texts(data.get("description", {})),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        message = f"{path} is not a manifest of format {FORMAT}: {type(error).__name__} {error}"
        raise ReleaseError(message) from error


def read_json(path: Path) -> tuple[bytes, Any]:
    """Return a file's bytes and the JSON in them.

    Raises:
        ReleaseError: when the file cannot be read or is not JSON.
    """
    try:
        raw = path.read_bytes()
        return raw, json.loads(raw)
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror}."
        raise ReleaseError(message) from error
    except ValueError as error:
        message = f"{path} is not JSON: {error}"
        raise ReleaseError(message) from error


def _texts(value: Mapping[str, str] | str) -> Mapping[str, str]:
    return {"en": value} if isinstance(value, str) else {str(key): str(text) for key, text in value.items()}


def _dump(path: Path, name: str, data: Mapping[str, Any]) -> Dump:
    # A manifest is trusted, but a name that leads out of its folder is a mistake nobody should be able to make.
    if name != Path(name).name or name.startswith("."):
        message = f"{path} names a dump {name!r}, which is not a plain file name."
        raise ReleaseError(message)
    return Dump(name, str(data["sha256"]), int(data["bytes"]), str(data["media_type"]))
