"""The identifiers that a reconciliation client sees: of entities, of types, and of properties or paths of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from kg_builder.namespaces import PREFIXES
from kg_server.describe.ask import is_iri
from kg_server.describe.release import Manifest
from kg_server.http.problems import BadParameter

MOST_STEPS = 4
_PART = re.compile(r"\s*(\^?)\s*(?:<([^<>]*)>|([^/^<>\s]+))\s*")
_LOCAL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?")


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a path: a property, read from its object where it is inverse."""

    iri: str
    inverse: bool = False


@dataclass(frozen=True, slots=True)
class Identifiers:
    """Turns identifiers into IRIs and back.

    Args:
        base: of the release; entities are what is below `id/`.
        prefixes: for the names of types and properties.

    >>> known = Identifiers("https://example.org/", {"ex": "https://example.org/vocab#"})
    >>> known.entity("ana"), known.entity("https://example.org/id/ana"), known.local("https://example.org/id/ana")
    ('https://example.org/id/ana', 'https://example.org/id/ana', 'ana')
    >>> known.term("ex:Person"), known.short("https://example.org/vocab#Person")
    ('https://example.org/vocab#Person', 'ex:Person')
    >>> known.path("^ex:lender/ex:items")
    '^<https://example.org/vocab#lender>/<https://example.org/vocab#items>'
    """

    base: str
    prefixes: Mapping[str, str]

    @classmethod
    def of(cls, manifest: Manifest) -> Identifiers:
        """Return those of a release."""
        return cls(manifest.base, {**PREFIXES, **manifest.prefixes})

    @property
    def space(self) -> str:
        """The identifier space: the IRI of an entity is this and its identifier."""
        return self.base + "id/"

    def entity(self, identifier: str) -> str | None:
        """Return the IRI of an entity, by its identifier, its IRI or its prefixed name; None for what is none."""
        prefix, colon, local = identifier.partition(":")
        if colon and self.prefixes.get(prefix) == self.space:
            identifier = local
        iri = identifier if identifier.startswith(self.space) else self.space + identifier
        return iri if identifier and is_iri(iri) else None

    def local(self, iri: str) -> str | None:
        """Return the identifier of an entity; None for an IRI that is none."""
        return iri.removeprefix(self.space) or None if iri.startswith(self.space) else None

    def term(self, name: str) -> str | None:
        """Return the IRI of a type or a property, by its prefixed name or its IRI."""
        prefix, colon, local = name.partition(":")
        if colon and prefix in self.prefixes and not local.startswith("//"):
            name = self.prefixes[prefix] + local
        return name if is_iri(name) else None

    def short(self, iri: str) -> str:
        """Return the name of a type or a property that clients see: prefixed where a prefix is known."""
        fitting = [
            (len(space), f"{prefix}:{iri[len(space) :]}")
            for prefix, space in self.prefixes.items()
            if iri.startswith(space) and _LOCAL.fullmatch(iri[len(space) :])
        ]
        return max(fitting)[1] if fitting else iri

    def steps(self, name: str) -> tuple[Step, ...]:
        """Read a property, or a path of them: steps between `/`, each with `^` where it is inverse.

        Raises:
            BadParameter: it is neither, or has too many steps.
        """
        if name.startswith(("http://", "https://")):
            return (Step(name),) if is_iri(name) else self._wrong(name)
        steps: list[Step] = []
        at = 0
        while part := _PART.match(name, at):
            iri = part[2] if part[2] is not None else self.term(part[3])
            if iri is None or not is_iri(iri):
                return self._wrong(name)
            steps.append(Step(iri, inverse=bool(part[1])))
            at = part.end()
            if at == len(name):
                return tuple(steps) if len(steps) <= MOST_STEPS else self._wrong(name)
            if name[at] != "/":
                break
            at += 1
        return self._wrong(name)

    def path(self, name: str) -> str:
        """Return a property or path as SPARQL has it (SPARQL 1.1, section 9); raises what `steps` raises."""
        return "/".join(f"{'^' * step.inverse}<{step.iri}>" for step in self.steps(name))

    @staticmethod
    def _wrong(name: str) -> tuple[Step, ...]:
        message = (
            f"'{name[:200]}' is no property: give an IRI or a prefixed name, or up to {MOST_STEPS} of them with '/' "
            "between, and '^' before one that leads the other way."
        )
        raise BadParameter(message, parameter="pid")
