"""What an article speaks of: `schema:mentions` and the kind of every shared node that its facts refer to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from kg_builder.model import Attestation, Term
from kg_builder.namespaces import RDF, RDFS, SCHEMA, SKOS
from kg_builder.terms import iri

MENTIONS, TYPE = iri(f"{SCHEMA}mentions"), iri(f"{RDF}type")
_NAMING = (iri(f"{RDFS}label"), iri(f"{SKOS}altLabel"), TYPE)


def mentions(
    article: Term, attestations: Iterable[Attestation], shared: Mapping[Term, tuple[Term, ...]]
) -> list[Attestation]:
    """Return what an article's asserted facts imply of each shared node: that it is spoken of, and as what.

    The words that name the node are the evidence; where none do, the words of the first fact that refers to it.

    Args:
        article: the article's IRI.
        attestations: its facts, in the order of the record.
        shared: the nodes that articles have in common (those of the authority file), with their classes.
    """
    given = list(attestations)
    stated = {attestation.triple for attestation in given if attestation.asserted}
    found: list[Attestation] = []
    for node, attestation in _evidence(given, shared).items():
        triples = [(article, MENTIONS, node), *((node, TYPE, kind) for kind in shared[node])]
        found.extend(
            replace(attestation, triple=triple, key="mentions", note="", according_to=None)
            for triple in triples
            if triple not in stated
        )
    return found


def _evidence(attestations: Iterable[Attestation], shared: Mapping[Term, object]) -> dict[Term, Attestation]:
    best: dict[Term, tuple[int, Attestation]] = {}
    for attestation in attestations:
        for node, weight in _nodes(attestation):
            if node in shared and (node not in best or weight < best[node][0]):
                best[node] = (weight, attestation)
    return {node: attestation for node, (_, attestation) in best.items()}


def _nodes(attestation: Attestation) -> Iterator[tuple[Term, int]]:
    if attestation.asserted:
        subject, predicate, target = attestation.triple
        yield subject, _NAMING.index(predicate) if predicate in _NAMING else len(_NAMING)
        yield target, len(_NAMING)
