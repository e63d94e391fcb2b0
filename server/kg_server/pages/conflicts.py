"""Where sources disagree about one thing: values of which only one can be true, and numbers that exclude each other."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import pyoxigraph as ox

from kg_server.describe.entity import Entity
from kg_server.describe.statements import Target
from kg_server.pages.evidence import Prover
from kg_server.pages.names import BOUNDS, COUNTED, FIGURES, PRINTED, TYPE, Namer
from kg_server.pages.view import Conflict, Triple

_INFINITE = float("inf")
_MOST_FIGURES = 60


def find_conflicts(entity: Entity, namer: Namer, prover: Prover) -> tuple[tuple[Conflict, ...], frozenset[Triple]]:
    """Return where sources disagree about a thing, and the triples that are concerned.

    A property of which the vocabulary says that it is single (`owl:FunctionalProperty`) has two values, of which a
    curator may have withdrawn one; or two figures count the same of it, and no number fits both.
    """
    found: list[Conflict] = []
    concerned: set[Triple] = set()
    for subject, predicate, targets in _single(entity, namer, prover):
        keys = [(subject, predicate, each) for each in targets]
        values = tuple((namer.value(each[2]), tuple(map(prover.proof, prover.statements(*each)))) for each in keys)
        found.append(Conflict(namer.name(predicate), values))
        concerned.update(keys)
    for one, other in _figures(entity, namer):
        keys = [one, other]
        values = tuple((namer.name(each[0]), prover.proofs(*each)) for each in keys)
        counted = namer.of(one[0], COUNTED)
        found.append(Conflict(namer.value(counted[0]) if counted else namer.name(one[1]), values))
        concerned.update(keys)
    return tuple(found), frozenset(concerned)


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


def _range(figure: str, namer: Namer) -> tuple[float, float, bool] | None:
    """Return the least and the greatest number that a figure allows, and whether these two are outside."""
    for name, bound in BOUNDS.items():
        for each in namer.of(figure, name):
            try:
                number = float(each.value)
            except ValueError:
                return None
            return {
                "exact": (number, number, False),
                "more": (number, _INFINITE, True),
                "least": (number, _INFINITE, False),
                "less": (-_INFINITE, number, True),
                "most": (-_INFINITE, number, False),
            }.get(bound)
    return None


def _exclude(one: tuple[float, float, bool] | None, other: tuple[float, float, bool] | None) -> bool:
    """Tell whether no number fits both; an approximate one excludes nothing.

    >>> _exclude((12, 12, False), (12, float("inf"), True)), _exclude((13, 13, False), (12, float("inf"), True))
    (True, False)
    """
    if one is None or other is None:
        return False
    least, greatest = max(one[0], other[0]), min(one[1], other[1])
    return least > greatest or (least == greatest and (one[2] or other[2]))
