"""Read a release's `changes.json`: what it says that the release before it did not (format 1)."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from kg_server.describe.ask import Node
from kg_server.describe.release import CHANGES_FILE, read_json
from kg_server.http.problems import ReleaseError

_FORMAT = 1
_MOST_BYTES = 16 << 20


@dataclass(frozen=True, slots=True)
class Amount:
    """How much came and how much went, of what `iri` names."""

    iri: str
    added: int
    removed: int


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed since the former release.

    Attributes:
        former: its id.
        built: when it was built, in ISO 8601.
        quads: of all graphs.
        facts: of the direct layer, the triples of `facts.ttl`.
        graphs: quads by named graph; the default graph has no name.
        classes: things by class.
        properties: facts by property.
        added: the first facts that came.
        removed: the first facts that went.
        names: labels by IRI and language, also of what is gone.
    """

    former: str
    built: str
    quads: Amount
    facts: Amount
    graphs: tuple[Amount, ...]
    classes: tuple[Amount, ...]
    properties: tuple[Amount, ...]
    added: tuple[ox.Triple, ...]
    removed: tuple[ox.Triple, ...]
    names: Mapping[str, Mapping[str, str]]

    @property
    def none(self) -> bool:
        """Whether both releases say the same."""
        return not (self.quads.added or self.quads.removed)


def read_changes(folder: Path, release: str) -> Changes | None:
    """Read what changed; None where nothing is known of a former release, or of what changed.

    Args:
        folder: of the release.
        release: its id; a list made for another release is not its own.
    """
    path = folder / CHANGES_FILE
    try:
        if not path.exists():
            return None
        if path.stat().st_size > _MOST_BYTES:
            trouble = "it is larger than such a file can be"
        else:
            _, data = read_json(path)
            if (data["format"], data["release"]) == (_FORMAT, release):
                return _changes(data)
            trouble = "it is of another format or release"
    except (ReleaseError, OSError, KeyError, TypeError, ValueError, AttributeError) as error:
        trouble = str(error)
    logging.getLogger("kg_server").warning("%s is passed over: %s", path, trouble)
    return None


def _changes(data: Mapping[str, Any]) -> Changes:
    return Changes(
        former=str(data["former"]["release"]),
        built=str(data["former"]["built"]),
        quads=_amount("", data["quads"]),
        facts=_amount("", data["facts"]),
        graphs=_amounts(data["graphs"]),
        classes=_amounts(data["classes"]),
        properties=_amounts(data["properties"]),
        added=tuple(_triple(each) for each in data["listed"]["added"]),
        removed=tuple(_triple(each) for each in data["listed"]["removed"]),
        names={
            str(iri): {str(code): str(text) for code, text in texts.items()} for iri, texts in data["names"].items()
        },
    )


def _amount(iri: str, data: Mapping[str, Any]) -> Amount:
    return Amount(iri, int(data["added"]), int(data["removed"]))


def _amounts(data: Mapping[str, Any]) -> tuple[Amount, ...]:
    found = (_amount(str(iri), each) for iri, each in data.items())
    return tuple(sorted(found, key=lambda each: (-each.added - each.removed, each.iri)))


def _triple(data: Any) -> ox.Triple:  # noqa: ANN401 - as JSON has it
    subject, predicate, value = (_term(each) for each in data)
    return ox.Triple(subject, predicate, value)  # type: ignore[arg-type]


def _term(data: Mapping[str, str]) -> Node:
    """Read a term of SPARQL 1.1 Query Results JSON (section 3.2.2)."""
    if data["type"] == "uri":
        return ox.NamedNode(data["value"])
    if "xml:lang" in data:
        return ox.Literal(data["value"], language=data["xml:lang"])
    return ox.Literal(data["value"], datatype=ox.NamedNode(data["datatype"]) if "datatype" in data else None)
