"""``data/linking.yaml``: how entities are compared with another authority's, and how facts are handed back to it."""

from __future__ import annotations

from collections.abc import Mapping as Map
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kg_builder.errors import Mark, Problem, SourceError
from kg_builder.sources.project import Project
from kg_builder.sources.reading import only_keys, read_yaml
from kg_builder.sources.tree import Mapping, Node, Sequence

FILE = "data/linking.yaml"
SNAPSHOT = "data/linking-snapshot.yaml"
CACHE = "data/linking-cache.jsonl"
_KEYS = ("authority", "service", "entities", "evidence", "types", "statements", "references")
_REFERENCES = ("address", "retrieved", "quotation")


@dataclass(frozen=True, slots=True)
class Evidence:
    """Something besides the name by which two things are compared.

    Attributes:
        key: what it is called here and in the snapshot.
        path: property path that leads to it in this graph; empty where the graph does not say it.
        property: that property's id at the authority; empty where it has none.
        telling: whether it tells two things of one kind apart, as a head or an address does and a country does not.
    """

    key: str
    path: str
    property: str
    telling: bool


@dataclass(frozen=True, slots=True)
class Kind:
    """What a class of this graph is elsewhere.

    Attributes:
        ids: of classes at the authority.
        word: that the snapshot has for it; empty for none.
        named: whether a name is enough, as a country's is.
    """

    ids: tuple[str, ...]
    word: str
    named: bool

    @property
    def all(self) -> frozenset[str]:
        """Whatever names it."""
        return frozenset({*self.ids, *([self.word] if self.word else [])})


@dataclass(frozen=True, slots=True)
class LinkSettings:
    """The mapping file.

    Attributes:
        prefix, namespace, name: of the authority.
        service: address of its reconciliation service.
        entities: address that says of ids whether they moved (MediaWiki's ``wbgetentities``).
        evidence: what is compared.
        kinds: by class, as this graph abbreviates it.
        statements: property of this graph to the authority's, of facts that are handed back.
        references: the authority's ids of address, day and quotation of a reference.
    """

    prefix: str
    namespace: str
    name: str
    service: str
    entities: str
    evidence: tuple[Evidence, ...]
    kinds: Map[str, Kind] = field(default_factory=dict)
    statements: Map[str, str] = field(default_factory=dict)
    references: Map[str, str] = field(default_factory=dict)


def plain(node: Node) -> Any:  # noqa: ANN401 - what a file holds is known when it is read
    """Return a node as dicts, lists and texts."""
    if isinstance(node, Mapping):
        return {key.text: plain(value) for key, value in node.items}
    if isinstance(node, Sequence):
        return [plain(each) for each in node.items]
    return node.text


def read_mapping(path: Path, project: Project) -> Mapping:
    """Read a file of this room.

    Raises:
        SourceError: it is not there, or no mapping.
    """
    problems: list[Problem] = []
    tree = read_yaml(path, project.name(path), problems)
    if problems:
        raise SourceError(problems)
    return tree


def load_settings(project: Project) -> LinkSettings:
    """Read the mapping file of a project.

    Raises:
        SourceError: it is missing or wrong.
    """
    tree = read_mapping(project.root / FILE, project)
    problems: list[Problem] = []
    only_keys(tree, _KEYS, "the mapping file", problems)
    found = plain(tree)
    try:
        authority = found["authority"]
        settings = LinkSettings(
            authority["prefix"],
            authority["namespace"],
            authority["name"],
            found.get("service", ""),
            found.get("entities", ""),
            tuple(_evidence(key, each) for key, each in found.get("evidence", {}).items()),
            {
                key: Kind(tuple(each.get("ids", ())), each.get("word", ""), each.get("named") == "true")
                for key, each in found.get("types", {}).items()
            },
            {key: each["property"] for key, each in found.get("statements", {}).items()},
            {key: found.get("references", {})[key]["property"] for key in found.get("references", {})},
        )
    except KeyError as error:
        problems.append(Problem(tree.mark, f"the mapping file lacks «{error.args[0]}»: see docs/links.md", "linking"))
        raise SourceError(problems) from error
    except (TypeError, AttributeError) as error:
        problems.append(Problem(tree.mark, f"the mapping file is not whole: {error}", "linking"))
        raise SourceError(problems) from error
    problems += [
        Problem(tree.mark, f"«references» has no key «{key}»", "unknown-key")
        for key in settings.references
        if key not in _REFERENCES
    ]
    if problems:
        raise SourceError(problems)
    return settings


def _evidence(key: str, given: dict[str, str]) -> Evidence:
    return Evidence(key, given.get("path", ""), given.get("property", ""), given.get("telling") == "true")


def wrong(path: str, message: str) -> SourceError:
    """Return the error for a file that cannot be used."""
    return SourceError([Problem(Mark(path), message, "linking")])
