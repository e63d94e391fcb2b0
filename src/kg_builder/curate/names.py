"""Who is meant: the names of everything that may be referred to, and which of them a key of a record takes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from anyascii import anyascii
from rapidfuzz import fuzz, process

from kg_builder.ids import LOCAL, is_slug
from kg_builder.model import Attestation, Term
from kg_builder.sources.entities import ALTERNATIVE, LABEL, Authority
from kg_builder.sources.schema import Kind, NodeShape, PropertyShape, Schema
from kg_builder.terms import literal_parts

_NAMING = (LABEL, ALTERNATIVE)
_NEAR, _FOUND = 80, 12
_LONGEST = 60


@dataclass(frozen=True, slots=True)
class Named:
    """Something that may be referred to: its id, its kind, its names, and in which languages it has a label.

    The first name is the one that pages show.
    """

    slug: str
    kind: str
    names: tuple[str, ...]
    labelled: frozenset[str] = frozenset()


class Names:
    """Finds entities by their names."""

    def __init__(self, schema: Schema, authority: Authority, attested: Iterable[Attestation] = ()) -> None:
        """Take the authority file, and facts that give names."""
        self._schema = schema
        by_iri = {entity.iri: slug for slug, entity in authority.entities.items()}
        found: dict[str, dict[str, None]] = {
            slug: dict.fromkeys(entity.labels.values()) for slug, entity in authority.entities.items()
        }
        triples = [each.triple for entity in authority.entities.values() for each in entity.triples]
        labelled = {slug: set(entity.labels) for slug, entity in authority.entities.items()}
        for subject, predicate, target in [*triples, *(each.triple for each in attested if each.asserted)]:
            if predicate in _NAMING and subject in by_iri:
                name, language, _ = literal_parts(target)
                found[by_iri[subject]][name] = None
                if predicate == LABEL:
                    labelled[by_iri[subject]].add(language)
        self.all = {
            slug: Named(slug, authority.entities[slug].shape.key, tuple(names) or (slug,), frozenset(labelled[slug]))
            for slug, names in found.items()
        }
        self._by_name: dict[str, list[str]] = {}
        for slug, each in self.all.items():
            for name in each.names:
                self._by_name.setdefault(folded(name), []).append(slug)
        self._kinds: dict[str, Counter[str]] = {}
        for each in self.all.values():
            for word in {word for name in each.names for word in _outer(name)}:
                self._kinds.setdefault(word, Counter())[each.kind] += 1

    def resolve(self, name: str, kinds: tuple[str, ...]) -> str:
        """Return the id of the only thing that is called so and is of one of the kinds (any, where none is given)."""
        called = [slug for slug in dict.fromkeys(self._by_name.get(folded(name), [])) if self._is(slug, kinds)]
        if name in self.all and self._is(name, kinds):
            return name
        return called[0] if len(called) == 1 else ""

    def likely(self, name: str, kinds: tuple[str, ...]) -> tuple[str, ...]:
        """Return kinds with those first whose things have names that begin or end with the same word."""
        known = sum((self._kinds.get(word, Counter()) for word in _outer(name)), Counter[str]())
        return tuple(sorted(kinds, key=lambda kind: -known[kind]))

    def search(self, text: str, kinds: tuple[str, ...]) -> list[Named]:
        """Return what is called like a text, the nearest first."""
        wanted = folded(text)
        choices = {
            (slug, place): folded(name)
            for slug, each in self.all.items()
            if self._is(slug, kinds)
            for place, name in enumerate((*each.names, slug.replace("-", " ")))
        }
        order = [key for key, name in choices.items() if name == wanted]
        order += [key for key, name in choices.items() if name.startswith(wanted)]
        order += [key for key, name in choices.items() if wanted in name]
        parts = wanted.split()
        order += [key for key, name in choices.items() if all(f" {part}" in f" {name}" for part in parts)]
        near = process.extract(wanted, choices, scorer=fuzz.WRatio, limit=_FOUND, score_cutoff=_NEAR)
        order += [key for _, _, key in near]
        return [self.all[slug] for slug in list(dict.fromkeys(slug for slug, _ in order))[:_FOUND]]

    def _is(self, slug: str, kinds: tuple[str, ...]) -> bool:
        return not kinds or self.all[slug].kind in kinds


def _outer(name: str) -> set[str]:
    words = folded(name).split()
    return {*words[:1], *words[-1:]}


def folded(name: str) -> str:
    """Return a name without case, marks and signs, by which equal names are found.

    >>> folded("Muséum  Laut ")
    'museum laut'
    """
    return " ".join(re.findall(r"[a-z0-9]+", anyascii(name).lower()))


def new_slug(name: str, taken: Iterable[str], *, own: bool = False) -> str:
    """Return an id for something new.

    >>> new_slug("Ratna Wijaya", ["ratna-wijaya"]), new_slug("topeng", [], own=True)
    ('ratna-wijaya-2', 'this-topeng')
    """
    words = folded(name)[:_LONGEST].strip().replace(" ", "-") or "thing"
    base = f"{LOCAL}{words}" if own else words.removeprefix(LOCAL) or "thing"
    known, number = set(taken), 2
    slug = base
    while slug in known or not is_slug(slug):
        slug, number = f"{base}-{number}", number + 1
    return slug


def takes(schema: Schema, shape: PropertyShape) -> tuple[str, ...]:
    """Return the kinds that a key takes; none where it takes any."""
    return tuple(sorted(_kinds(schema, shape.targets)))


def choices(schema: Schema, shape: PropertyShape) -> tuple[str, ...]:
    """Return the words that a key is one of; none where it takes anything else."""
    return tuple(sorted(key for target in shape.targets for key in schema.individuals.get(target, {})))


def filled(schema: Schema, shape: PropertyShape) -> PropertyShape:
    """Return what the value in a key is: of a key that makes a node, the property of that node."""
    inner = schema.by_iri.get(shape.node) if shape.node else None
    if shape.kind is not Kind.NODE or inner is None or shape.value is None:
        return shape
    return inner.by_path.get(shape.value) or PropertyShape("", shape.value, Kind.REFERENCE)


def inside(schema: Schema, shape: PropertyShape) -> NodeShape | None:
    """Return the node that a key makes, whose keys are its qualifiers."""
    return schema.by_iri.get(shape.node) if shape.kind is Kind.NODE and shape.node else None


def _kinds(schema: Schema, targets: tuple[Term, ...]) -> Iterator[str]:
    for key, shape in schema.shapes.items():
        classes = {up for kind in shape.classes for up in (kind, *schema.superclasses.get(kind, ()))}
        if classes & set(targets):
            yield key
