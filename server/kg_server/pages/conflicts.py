"""Where sources disagree about one thing: values of which only one can be true, and numbers that exclude each other."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations

import pyoxigraph as ox

from kg_server.describe.entity import Entity
from kg_server.describe.statements import Target
from kg_server.pages.evidence import Prover
from kg_server.pages.names import BOUNDS, COUNTED, FIGURES, PRINTED, TYPE, Namer
from kg_server.pages.view import Conflict, Side, Triple

_INFINITE = float("inf")
_NUMBER = re.compile(r"-?[0-9]{1,18}(?:\.[0-9]{1,18})?")
_MOST_FIGURES = 60


@dataclass(frozen=True, slots=True)
class _Range:
    """The least number and whether it is itself outside; the greatest number and whether it is itself inside."""

    least: tuple[float, bool]
    greatest: tuple[float, bool]


def find_conflicts(entity: Entity, namer: Namer, prover: Prover) -> tuple[tuple[Conflict, ...], frozenset[Triple]]:
    """Return where sources disagree about a thing, and the triples that are concerned.

    A property that can have one value only has two, of which a curator may have withdrawn one; or two figures count the
    same of it, and no number fits both.
    """
    found: list[Conflict] = []
    concerned: set[Triple] = set()
    for subject, predicate, targets in _single(entity, namer, prover):
        keys = [(subject, predicate, each) for each in targets]
        values = tuple((namer.value(each[2]), tuple(map(prover.proof, prover.statements(*each)))) for each in keys)
        found.append(Conflict(namer.name(predicate), _sorted(values)))
        concerned.update(keys)
    for one, other in _figures(entity, namer):
        keys = [one, other]
        values = tuple((namer.name(each[0]), prover.proofs(*each)) for each in keys)
        counted = namer.of(one[0], COUNTED)
        found.append(Conflict(namer.value(counted[0]) if counted else namer.name(one[1]), _sorted(values)))
        concerned.update(keys)
    return tuple(found), frozenset(concerned)


def _sorted(values: Iterable[Side]) -> tuple[Side, ...]:
    return tuple(sorted(values, key=lambda side: side[0].text))


def _single(entity: Entity, namer: Namer, prover: Prover) -> Iterator[tuple[str, str, list[Target]]]:
    own: dict[str, dict[Target, None]] = {}
    for predicate, target in entity.facts:
        own.setdefault(predicate, {})[target] = None
    for statement in entity.statements.values():
        if statement.subject == entity.iri and statement.withdrawn:
            own.setdefault(statement.predicate, {})[statement.target] = None
    parts = [iri for iri in namer.nodes if iri.startswith(f"{entity.iri}/")]
    known = [
        (entity.iri, own),
        *((iri, {name: dict.fromkeys(each) for name, each in namer.nodes[iri].items()}) for iri in parts),
    ]
    for subject, properties in known:
        for predicate, targets in properties.items():
            attested = [each for each in targets if prover.statements(subject, predicate, each)]
            if len(attested) > 1 and not namer.ontology.single.isdisjoint(namer.ontology.kinds(predicate)):
                yield subject, predicate, attested


def _figures(entity: Entity, namer: Namer) -> Iterator[tuple[Triple, Triple]]:
    """Yield pairs of figures that count the same of a thing and exclude each other."""
    node = ox.NamedNode(entity.iri)
    figures = [
        (thing, predicate, node) for thing, predicate in entity.shown if not set(FIGURES).isdisjoint(namer.kinds(thing))
    ][:_MOST_FIGURES]
    for one, other in combinations(figures, 2):
        if _counts(one[0], namer) == _counts(other[0], namer) and _exclude(
            _range(one[0], namer), _range(other[0], namer)
        ):
            yield one, other


def _counts(figure: str, namer: Namer) -> frozenset[tuple[str, Target]]:
    """Return what a figure says beside its number: what is counted, of what, in which unit."""
    left_out = {TYPE, PRINTED, *BOUNDS}
    return frozenset(
        (name, each) for name, found in namer.nodes.get(figure, {}).items() for each in found if name not in left_out
    )


def _range(figure: str, namer: Namer) -> _Range | None:
    """Return which numbers a figure allows; None where any, for it gives none or an approximate one."""
    for name, bound in BOUNDS.items():
        for each in namer.of(figure, name):
            if not _NUMBER.fullmatch(each.value):
                return None
            number = float(each.value)
            return {
                "exact": _Range((number, False), (number, True)),
                "more": _Range((number, True), (_INFINITE, True)),
                "least": _Range((number, False), (_INFINITE, True)),
                "less": _Range((-_INFINITE, False), (number, False)),
                "most": _Range((-_INFINITE, False), (number, True)),
            }.get(bound)
    return None


def _exclude(one: _Range | None, other: _Range | None) -> bool:
    """Tell whether no number is in both.

    >>> more = _Range((12, True), (float("inf"), True))
    >>> [_exclude(_Range((number, False), (number, True)), more) for number in (12, 13)]
    [True, False]
    """
    if one is None or other is None:
        return False
    (least, beyond), (greatest, reached) = max(one.least, other.least), min(one.greatest, other.greatest)
    return least > greatest or (least == greatest and (beyond or not reached))
