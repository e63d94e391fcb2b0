"""A difference of two graphs as data, which can be turned round."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kg_builder.model import Term, Triple


@dataclass(frozen=True, slots=True)
class Pair:
    """How many came, and how many went."""

    added: int = 0
    removed: int = 0

    def turned(self) -> Pair:
        """Return the pair of the way back."""
        return Pair(self.removed, self.added)


@dataclass(frozen=True, slots=True)
class Quote:
    """A phrase: where it stands (code points, end exclusive), and its words; of a long one the first and the last."""

    start: int
    end: int
    words: str


@dataclass(frozen=True, slots=True)
class Attested:
    """What an article says of a triple, on which words, and how; terms that are not said are empty."""

    article: Term
    quotes: tuple[Quote, ...]
    certainty: Term
    rank: Term
    note: str
    according_to: Term
    conveyed_in: Term


@dataclass(frozen=True, slots=True)
class Evidence:
    """An attestation that came, went or changed; ``triple`` is what it is about."""

    node: Term
    triple: Triple
    former: Attested | None
    present: Attested | None

    def turned(self) -> Evidence:
        """Return the change of the way back."""
        return Evidence(self.node, self.triple, self.present, self.former)


@dataclass(frozen=True, slots=True)
class Values:
    """The values of one property that came and that went, sorted."""

    predicate: Term
    added: tuple[Term, ...]
    removed: tuple[Term, ...]

    def turned(self) -> Values:
        """Return the change of the way back."""
        return Values(self.predicate, self.removed, self.added)


@dataclass(frozen=True, slots=True)
class Subject:
    """What changed of one thing.

    Attributes:
        iri: the thing.
        kind: its class; '' where it has none.
        owner: the named thing that it belongs to, for a figure, a signature and the like; '' for a thing of its own.
        former, present: all that the default graph says of it, before and after; empty where it was not there.
        values: the properties whose values changed.
        evidence: the attestations of its facts that changed.
    """

    iri: Term
    kind: Term
    owner: Term
    former: Mapping[Term, tuple[Term, ...]]
    present: Mapping[Term, tuple[Term, ...]]
    values: tuple[Values, ...]
    evidence: tuple[Evidence, ...]

    @property
    def sign(self) -> str:
        """``added``, ``removed`` or ``changed``."""
        if self.former and self.present:
            return "changed"
        return "added" if self.present else "removed"

    def turned(self) -> Subject:
        """Return the change of the way back."""
        return Subject(
            self.iri,
            self.kind,
            self.owner,
            self.present,
            self.former,
            tuple(value.turned() for value in self.values),
            tuple(each.turned() for each in self.evidence),
        )


@dataclass(frozen=True, slots=True)
class Difference:
    """What a graph says that a former one did not, and what it no longer says.

    Attributes:
        former, present: what the two are called.
        quads, facts, attestations, derivations: how many came and went; facts as in `facts.ttl`.
        graphs: quads by named graph, '' being the default graph.
        subjects: the things of which something changed, by IRI.
        labels: of every term that is shown, by language: those before and those after.
        prefixes: prefix to namespace.
    """

    former: str
    present: str
    quads: Pair
    facts: Pair
    attestations: Pair
    derivations: Pair
    graphs: Mapping[Term, Pair]
    subjects: tuple[Subject, ...]
    labels: tuple[Mapping[Term, Mapping[str, str]], Mapping[Term, Mapping[str, str]]]
    prefixes: Mapping[str, str]

    def __bool__(self) -> bool:
        """Tell whether anything differs."""
        return bool(self.quads.added or self.quads.removed)

    def turned(self) -> Difference:
        """Return the difference of the way back."""
        return Difference(
            self.present,
            self.former,
            self.quads.turned(),
            self.facts.turned(),
            self.attestations.turned(),
            self.derivations.turned(),
            {graph: pair.turned() for graph, pair in self.graphs.items()},
            tuple(subject.turned() for subject in self.subjects),
            (self.labels[1], self.labels[0]),
            self.prefixes,
        )
