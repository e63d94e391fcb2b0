"""What a store says of facts: who states them, and whether anybody still does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import pyoxigraph as ox

from kg_builder.graph.layers import AUTHORITY, DERIVED, LINKS
from kg_builder.graph.quads import DERIVED_FROM, OBJECT, PREDICATE, SUBJECT
from kg_builder.ids import Iris
from kg_builder.model import Term, Triple
from kg_builder.terms import iri_text, is_iri, literal_parts

_MOST_TERMS = 1 << 16


@lru_cache(_MOST_TERMS)
def node(term: Term) -> ox.NamedNode | ox.Literal:
    """Return a term as the store takes it.

    >>> node(Term('"buku"@id')).language
    'id'
    """
    if is_iri(term):
        return ox.NamedNode(iri_text(term))
    value, language, datatype = literal_parts(term)
    if language:
        return ox.Literal(value, language=language)
    return ox.Literal(value, datatype=ox.NamedNode(datatype)) if datatype else ox.Literal(value)


def resource(term: Term) -> ox.NamedNode:
    """Return an IRI as the store takes it."""
    return ox.NamedNode(iri_text(term))


def quad(triple: Triple, graph: Term | None = None) -> ox.Quad:
    """Return a quad as the store takes it; None is the default graph."""
    subject, predicate, target = triple
    where = resource(graph) if graph else ox.DefaultGraph()
    return ox.Quad(resource(subject), resource(predicate), node(target), where)


def triple_of(found: ox.Quad) -> Triple:
    """Return the triple of a quad in our terms."""
    return Term(str(found.subject)), Term(str(found.predicate)), Term(str(found.object))


@dataclass(frozen=True, slots=True)
class Facts:
    """A store that holds a graph, asked about its facts.

    A fact stands in the default graph and in the graph of each who states it; so who states it, and whether anybody
    still does, is what the store itself knows.

    Attributes:
        store: holds the graph.
        iris: the maker of its IRIs.
    """

    store: ox.Store
    iris: Iris

    def graphs(self, triple: Triple) -> Iterator[Term]:
        """Yield the named graphs that hold a triple, but for those that only describe."""
        subject, predicate, target = triple
        article, own = self._article_prefix(), {self.iris.graph(name) for name in (AUTHORITY, LINKS, DERIVED)}
        for each in self.store.quads_for_pattern(resource(subject), resource(predicate), node(target), None):
            if isinstance(each.graph_name, ox.NamedNode):
                graph = Term(str(each.graph_name))
                if graph in own or graph.startswith(article):
                    yield graph

    def stated(self, triple: Triple) -> bool:
        """Tell whether an article asserts a triple."""
        article = self._article_prefix()
        return any(graph.startswith(article) for graph in self.graphs(triple))

    def is_fact(self, triple: Triple) -> bool:
        """Tell whether an article, the authority file or a link states a triple; what is said of articles is none."""
        article, authority = self._article_prefix(), self.iris.graph(AUTHORITY)
        of_article = triple[0].startswith(article)
        return any(
            graph != self.iris.graph(DERIVED) and not (of_article and graph == authority)
            for graph in self.graphs(triple)
        )

    def is_known(self, triple: Triple) -> bool:
        """Tell whether a triple of the default graph is a fact or derived from facts: what rules may rest on."""
        if triple[0].startswith(f"<{self.iris.base}id/"):
            return quad(triple) in self.store
        # Of what stands outside the graph, such as a link's target, a rule may conclude something.
        return self.is_fact(triple) or self.is_derived(triple)

    def is_derived(self, triple: Triple) -> bool:
        """Tell whether a triple is concluded by a rule, and nobody states it."""
        return quad(triple, self.iris.graph(DERIVED)) in self.store

    def states(self, article: Term, triple: Triple) -> bool:
        """Tell whether an article asserts a triple."""
        return quad(triple, article) in self.store

    def stated_by(self, article: Term) -> Iterator[Triple]:
        """Yield what an article asserts."""
        return map(triple_of, self.store.quads_for_pattern(None, None, None, resource(article)))

    def curated(self, triple: Triple) -> tuple[Term, ...]:
        """Return the graph of the authority file or that of the links, where one of them states a triple."""
        for name in (AUTHORITY, LINKS):
            graph = self.iris.graph(name)
            if quad(triple, graph) in self.store:
                return (graph,)
        return ()

    def article_of(self, statement: Term) -> Term | None:
        """Return the article that makes an attestation; None where the store does not know the attestation."""
        span = next(self._of(statement, DERIVED_FROM), None)
        return Term(f"{span.partition('#')[0]}>") if span else None

    def attested(self, statement: Term) -> Triple | None:
        """Return the triple that a statement is about; None where the store does not know the statement."""
        parts = []
        for predicate in (SUBJECT, PREDICATE, OBJECT):
            found = next(self._of(statement, predicate), None)
            if found is None:
                return None
            parts.append(found)
        return parts[0], parts[1], parts[2]

    def _of(self, subject: Term, predicate: Term) -> Iterator[Term]:
        found = self.store.quads_for_pattern(resource(subject), resource(predicate), None, ox.DefaultGraph())
        return (Term(str(each.object)) for each in found)

    def _article_prefix(self) -> str:
        return f"<{self.iris.base}article/"
