"""From what a curator writes after a key to RDF terms: references, dates, figures and words."""

from __future__ import annotations

from collections.abc import Mapping as AbstractMapping
from dataclasses import dataclass, field

from kg_builder.ids import Iris, nearest
from kg_builder.model import Term, Triple
from kg_builder.namespaces import EDTF, RJ, XSD
from kg_builder.sources.edtf import parse_edtf
from kg_builder.sources.schema import Kind, NodeShape, PropertyShape, Schema
from kg_builder.terms import iri, typed

_DATE, _LITERAL = Kind.DATE, Kind.LITERAL
EARLIEST, LATEST, DAY = (iri(f"{RJ}{name}") for name in ("earliest", "latest", "date"))


@dataclass(frozen=True, slots=True)
class Declared:
    """An id that may be referred to: its IRI and its kind."""

    iri: Term
    shape: NodeShape


@dataclass(frozen=True, slots=True)
class Scope:
    """What a reference may name: the ids that are declared in the authority file and, inside a record, its own."""

    schema: Schema
    iris: Iris
    declared: AbstractMapping[str, Declared]
    own: AbstractMapping[str, Declared] = field(default_factory=dict)
    _found: dict[tuple[str, tuple[Term, ...]], Term] = field(default_factory=dict, compare=False, repr=False)

    def reference(self, slug: str, shape: PropertyShape) -> Term:
        """Return what a slug names where a property shape expects it.

        Raises:
            ValueError: nothing is called so, or what is has another class; the message is for people.
        """
        known = self._found.get((slug, shape.targets))
        if known is None:
            known = self._found[slug, shape.targets] = self._refer(slug, shape)
        return known

    def find(self, slug: str) -> Declared | None:
        """Return what an id stands for."""
        return self.own.get(slug) or self.declared.get(slug)

    def nearest(self, slug: str) -> str:
        """Return the nearest id there is, as `nearest` does."""
        return nearest(slug, {**self.declared, **self.own})

    def _refer(self, slug: str, shape: PropertyShape) -> Term:
        choices = [each for target in shape.targets if (each := self.schema.individuals.get(target))]
        for each in choices:
            if slug in each:
                return each[slug]
        if choices:
            closed = {key for each in choices for key in each}
            message = f"«{shape.key}» is one of {', '.join(sorted(closed))}, not «{slug}»{nearest(slug, closed)}"
            raise ValueError(message)
        found = self.find(slug)
        if found is None:
            message = f"no entity «{slug}»{self.nearest(slug) or '; declare it in data/entities/'}"
            raise ValueError(message)
        if shape.targets and not any(self._is_a(kind, shape.targets) for kind in found.shape.classes):
            wanted = " or ".join(self._class_name(target) for target in shape.targets)
            message = f"«{shape.key}» takes {wanted}, but «{slug}» is of kind {found.shape.key}"
            raise ValueError(message)
        return found.iri

    def _is_a(self, kind: Term, targets: tuple[Term, ...]) -> bool:
        return kind in targets or not self.schema.superclasses.get(kind, frozenset()).isdisjoint(targets)

    def _class_name(self, target: Term) -> str:
        keys = [shape.key for shape in self.schema.shapes.values() if target in shape.classes]
        choices = self.schema.individuals.get(target)
        return f"{' | '.join(sorted(choices))}" if choices else (keys[0] if keys else target)

    def literal(self, value: str, shape: PropertyShape) -> Term:
        """Return a value as a literal of the first of the shape's datatypes that takes it.

        Raises:
            ValueError: none does.
        """
        errors = []
        for datatype in shape.datatypes:
            try:
                return typed(value, datatype)
            except ValueError as error:
                errors.append(str(error))
        raise ValueError(errors[-1])


def date_triples(subject: Term, path: Term, value: str) -> list[Triple]:
    """Return a date's triples: EDTF, and the days between which it lies as far as they are known.

    Raises:
        ValueError: the value is no date.

    >>> len(date_triples(iri("https://e.org/a"), iri("https://e.org/p"), "2024-06-28"))
    4
    """
    edtf = parse_edtf(value)
    triples = [(subject, path, Term(f'"{edtf.text}"^^<{EDTF}>'))]
    for predicate, day in ((EARLIEST, edtf.earliest), (LATEST, edtf.latest), (DAY, edtf.day)):
        if day:
            triples.append((subject, predicate, typed(day.isoformat(), f"{XSD}date")))
    return triples


def single_triple(subject: Term, shape: PropertyShape, value: str, scope: Scope) -> list[Triple]:
    """Return the triples that one plain value writes: a reference's, a literal's or a date's.

    Raises:
        ValueError: the value does not fit the shape; the message is for people.
    """
    kind = shape.kind
    if kind is _DATE:
        return date_triples(subject, shape.path, value)
    if kind is _LITERAL:
        return [(subject, shape.path, scope.literal(value, shape))]
    return [(subject, shape.path, scope.reference(value, shape))]
