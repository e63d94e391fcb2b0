"""What an article speaks of: `schema:mentions` and the kind of every shared node that its facts refer to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kg_builder.model import Attestation, Term
from kg_builder.namespaces import RDF, RDFS, SCHEMA, SKOS
from kg_builder.terms import iri

MENTIONS, TYPE = iri(f"{SCHEMA}mentions"), iri(f"{RDF}type")
_NAMING = {iri(f"{RDFS}label"): 0, iri(f"{SKOS}altLabel"): 1, TYPE: 2}
_LEAST = len(_NAMING)


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
    for node, evidence in _evidence(given, shared).items():
        triples = [(article, MENTIONS, node), *((node, TYPE, kind) for kind in shared[node])]
        found.extend(
            Attestation(
                triple, evidence.article, "mentions", evidence.spans, evidence.mark, evidence.certainty, evidence.rank
            )
            for triple in triples
            if triple not in stated
        )
    return found


def _evidence(attestations: Iterable[Attestation], shared: Mapping[Term, object]) -> dict[Term, Attestation]:
    weights: dict[Term, int] = {}
    best: dict[Term, Attestation] = {}
    for attestation in attestations:
        if attestation.asserted:
            subject, predicate, target = attestation.triple
            for node, weight in ((subject, _NAMING.get(predicate, _LEAST)), (target, _LEAST)):
                if node in shared and weight < weights.get(node, _LEAST + 1):
                    weights[node] = weight
                    best[node] = attestation
    return best
