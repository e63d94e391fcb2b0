"""`manifest.json`: what a release holds, what it was made from, and the hashes that prove it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Final

from kg_builder.errors import ReleaseError

MANIFEST_FILE: Final = "manifest.json"
FORMAT: Final = 1
_LAID_OUT = 1_000
"""Shards up to which a manifest has a line for each."""


@dataclass(frozen=True, slots=True)
class Shard:
    """One file of `shards/`: the SHA-256 of its bytes, in hex, and its number of quads."""

    sha256: str
    quads: int


@dataclass(frozen=True, slots=True)
class Dump:
    """One file that people download: the SHA-256 of its bytes, their number, and its media type."""

    sha256: str
    bytes: int
    media_type: str


@dataclass(frozen=True, slots=True)
class Counts:
    """How much of everything a release holds; `graphs` counts quads by the IRI of the named graph.

    The writer of the release counts the first three, the caller the others.
    """

    quads: int = 0
    triples_default: int = 0
    graphs: Mapping[str, int] = field(default_factory=dict)
    articles: int = 0
    entities: int = 0
    asserted: int = 0
    attestations: int = 0
    conveyed: int = 0
    spans: int = 0
    derived: int = 0
    verified: int = 0
    trusted: int = 0


@dataclass(frozen=True, slots=True)
class Manifest:
    """A release in figures and hashes. Only `built` (ISO 8601, UTC) differs between two builds of equal inputs.

    `presentation` is the SHA-256 of what shapes the dumps beside the quads.
    """

    release: str
    built: str
    title: Mapping[str, str]
    base: str
    prefixes: Mapping[str, str]
    license: str
    counts: Counts
    shards: Mapping[str, Shard]
    dumps: Mapping[str, Dump]
    inputs: Mapping[str, str]
    inputs_hash: str
    versions: Mapping[str, str]
    presentation: str = ""
    description: Mapping[str, str] = field(default_factory=dict)
    format: int = FORMAT

    def to_json(self) -> bytes:
        r"""Return the manifest as JSON in UTF-8: sorted keys, a final newline; laid out for people unless it is long.

        >>> manifest = Manifest("0" * 16, "2024-05-01T00:00:00Z", {"en": "Museum loans"}, "https://example.org/", {},
        ...                     "CC0-1.0", Counts(quads=2), {"a1": Shard("ab", 2)}, {}, {}, inputs_hash({}), {})
        >>> Manifest.from_json(manifest.to_json()) == manifest
        True
        """
        # Not `asdict`, which copies what may be tens of thousands of entries.
        data = {each.name: getattr(self, each.name) for each in fields(self)} | {
            "counts": {each.name: getattr(self.counts, each.name) for each in fields(self.counts)},
            "shards": {name: {"sha256": each.sha256, "quads": each.quads} for name, each in self.shards.items()},
            "dumps": {name: asdict(each) for name, each in self.dumps.items()},
        }
        indent = 2 if len(self.shards) <= _LAID_OUT else None
        return (json.dumps(data, ensure_ascii=False, indent=indent, sort_keys=True) + "\n").encode()

    @classmethod
    def from_json(cls, data: bytes) -> Manifest:
        """Read what `to_json` wrote; raises ReleaseError for anything else.

        >>> Manifest.from_json(b"[]")
        Traceback (most recent call last):
        ...
        kg_builder.errors.ReleaseError: the manifest is not readable: not a JSON object
        """
        try:
            fields: dict[str, Any] = _object(json.loads(data))
            fields["counts"] = Counts(**_object(fields["counts"]))
            fields["shards"] = {name: Shard(**_object(shard)) for name, shard in _object(fields["shards"]).items()}
            fields["dumps"] = {name: Dump(**_object(dump)) for name, dump in _object(fields["dumps"]).items()}
            manifest = cls(**fields)
        except (ValueError, TypeError, KeyError) as error:
            raise ReleaseError(f"the manifest is not readable: {error}") from error
        if manifest.format != FORMAT:
            raise ReleaseError(f"the manifest has format {manifest.format}; this version reads format {FORMAT}")
        return manifest

    @classmethod
    def read(cls, release: Path) -> Manifest:
        """Read the manifest of the release in that directory; raises ReleaseError when there is none."""
        try:
            return cls.from_json((release / MANIFEST_FILE).read_bytes())
        except OSError as error:
            raise ReleaseError(f"{release.name}: no manifest: {error.strerror}") from error


def inputs_hash(inputs: Mapping[str, str]) -> str:
    """Return one SHA-256, in hex, over the paths of the inputs and their hashes, whatever order they come in.

    >>> inputs_hash({"a.yaml": "01", "b.yaml": "02"}) == inputs_hash({"b.yaml": "02", "a.yaml": "01"})
    True
    """
    return hashlib.sha256("".join(f"{path} {sha}\n" for path, sha in sorted(inputs.items())).encode()).hexdigest()


def _object(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError("not a JSON object")
    return value
