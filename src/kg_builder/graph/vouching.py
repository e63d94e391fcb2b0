"""What vouches for the premises of a derivation: as little as will do, however many articles say the same.

A premise is vouched for by its attestations in the articles that attest another premise of the same derivation too;
where no article does, by the authority file or the links; else by the attestations of the first article. So a
derivation costs what the articles cost that it comes from, and not what all articles cost that repeat a premise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

from kg_builder.graph.rules import Derivation
from kg_builder.model import Term, Triple

_MOST = 64
"""Articles that attest one fact, beyond which they are not gone through where another way leads to them."""


class Witnesses(Protocol):
    """Who knows what is attested."""

    def articles(self, triple: Triple, most: int | None = None) -> list[Term]:
        """Return the articles that assert a triple, `most` of them at most, in no order."""
        ...

    def states(self, article: Term, triple: Triple) -> bool:
        """Tell whether an article asserts a triple."""
        ...

    def attestations(self, triple: Triple, article: Term) -> tuple[Term, ...]:
        """Return the attestations by which an article asserts a triple, sorted."""
        ...

    def curated(self, triple: Triple) -> tuple[Term, ...]:
        """Return the graph of the authority file or that of the links, where one of them states a triple."""
        ...


class Vouching:
    """What vouches for the premises of derivations (decision 0032), each thing looked up once."""

    def __init__(self, witnesses: Witnesses) -> None:
        """Take who knows what is attested; it must not change meanwhile."""
        self._witnesses = witnesses
        self._articles: dict[Triple, list[Term]] = {}
        self._attestations: dict[tuple[Triple, Term], tuple[Term, ...]] = {}
        self._curated: dict[Triple, tuple[Term, ...]] = {}

    def sources(
        self, derivation: Derivation, concluding: Callable[[Triple], tuple[Term, ...]]
    ) -> dict[Triple, tuple[Term, ...]]:
        """Return what vouches for each premise of a derivation.

        Args:
            derivation: the application of a rule.
            concluding: returns the derivations that conclude a triple which nobody states.
        """
        return {
            premise: self._sources(premise, [each for each in derivation.premises if each != premise])
            or concluding(premise)
            for premise in derivation.premises
        }

    def _sources(self, premise: Triple, others: list[Triple]) -> tuple[Term, ...]:
        articles = self._together(premise, others) if others else self._all(premise)
        if not articles:
            if curated := self._by_curators(premise):
                return curated
            articles = sorted(self._all(premise), key=_name)[:1]
        return tuple(sorted({node for article in articles for node in self._by_article(premise, article)}))

    def _together(self, premise: Triple, others: Iterable[Triple]) -> list[Term]:
        """Return the articles that attest a premise and one of others."""
        found: set[Term] = set()
        for other in others:
            here, there = self._some(premise), self._some(other)
            if len(here) <= _MOST:
                found.update(article for article in here if self._witnesses.states(article, other))
            elif len(there) <= _MOST:
                found.update(article for article in there if self._witnesses.states(article, premise))
            else:
                found.update(set(self._all(premise)) & set(self._all(other)))
        return sorted(found)

    def _some(self, triple: Triple) -> list[Term]:
        """Return the articles that assert a triple; of very many, more than `_MOST`."""
        if triple not in self._articles:
            self._articles[triple] = self._witnesses.articles(triple, _MOST + 1)
        return self._articles[triple]

    def _all(self, triple: Triple) -> list[Term]:
        found = self._some(triple)
        if len(found) == _MOST + 1:
            found = self._articles[triple] = self._witnesses.articles(triple)
        return found

    def _by_article(self, triple: Triple, article: Term) -> tuple[Term, ...]:
        key = triple, article
        if key not in self._attestations:
            self._attestations[key] = self._witnesses.attestations(triple, article)
        return self._attestations[key]

    def _by_curators(self, triple: Triple) -> tuple[Term, ...]:
        if triple not in self._curated:
            self._curated[triple] = self._witnesses.curated(triple)
        return self._curated[triple]


def _name(article: Term) -> str:
    # Without the bracket that ends an IRI, in the order of the articles' ids.
    return article[:-1]
