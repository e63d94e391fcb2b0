"""What a query process asks: a store on disk, or an engine elsewhere (`fetch`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Protocol, TypedDict

import pyoxigraph as ox

from kg_server.backends.base import Question, Term
from kg_server.backends.outbound import refuse_inner
from kg_server.guard import asked_origins, explain_syntax_error
from kg_server.http.origins import Origin
from kg_server.http.problems import BadRequest, EvaluationFailed, Problem, ReleaseError
from kg_server.unsupported import explain_unsupported

Results = ox.QuerySolutions | ox.QueryBoolean | Iterable[ox.Triple]


class Source(Protocol):
    """Evaluates one question at a time; the results are read before the next one is asked."""

    def query(self, question: Question) -> Results:
        """Return the results, which may still be on their way.

        Raises:
            Problem, SyntaxError, RuntimeError, ValueError, OSError; reading the results may raise the same.
        """
        ...

    def explain(self, question: Question, error: Exception) -> Problem:
        """Return the problem to tell the client of, for an error that is none yet."""
        ...

    def done(self) -> None:
        """Learn that nobody reads the results any more."""
        ...


class _Options(TypedDict, total=False):
    prefixes: dict[str, str]
    base_iri: str
    default_graph: list[ox.NamedNode | ox.BlankNode | ox.DefaultGraph]
    named_graphs: list[ox.NamedNode | ox.BlankNode]
    substitutions: dict[ox.Variable, ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple]


class StoreSource:
    """A store on disk, opened read-only.

    Args:
        path: the store's folder.
        prefixes: what queries need not declare.
        base: against which relative IRIs of a query are resolved.
        services: the origins that SERVICE may ask.

    Raises:
        ReleaseError: when the store cannot be opened.
    """

    def __init__(
        self, path: Path, prefixes: Mapping[str, str], base: str | None, services: frozenset[Origin] = frozenset()
    ) -> None:
        try:
            self._store = ox.Store.read_only(str(path))
        except OSError as error:
            message = f"The store at {path} cannot be opened: {error}"
            raise ReleaseError(message) from error
        self._prefixes = dict(prefixes)
        self._words = {prefix + ":": (prefix, iri) for prefix, iri in prefixes.items()}
        self._base = base
        self._services = services

    def query(self, question: Question) -> Results:
        """Evaluate in this process."""
        if self._services:
            refuse_inner(asked_origins(question.query, self._services))
        return self._store.query(question.query, **self._options(question))

    def explain(self, question: Question, error: Exception) -> Problem:
        """Point at the place in the query, or repeat what the store says."""
        if isinstance(error, SyntaxError):
            return explain_syntax_error(question.query, str(error), frozenset(self._prefixes))
        unsupported = explain_unsupported(question.query, str(error), self._prefixes)
        if unsupported:
            return unsupported
        if question.bindings and "SELECT projection" in str(error):
            names = ", ".join("?" + name for name, _ in question.bindings)
            message = f"A parameter can be bound only when the query selects it; select all of {names}. ({error})"
            return EvaluationFailed(message)
        return EvaluationFailed(f"The store could not evaluate the query: {error}")

    def done(self) -> None:
        """Nothing to do: the store computes a row when it is asked for."""

    def _options(self, question: Question) -> _Options:
        # Each prefix that is handed over is parsed anew for each query.
        used = {prefix: iri for word, (prefix, iri) in self._words.items() if word in question.query}
        options = _Options(prefixes=used)
        if self._base:
            options["base_iri"] = self._base
        if question.default_graphs or question.named_graphs:
            # Given either, the protocol's dataset holds nothing else (SPARQL 1.1 Protocol, section 2.1.4).
            options["default_graph"] = [graph_name(iri) for iri in question.default_graphs]
            options["named_graphs"] = [graph_name(iri) for iri in question.named_graphs]
        if question.bindings:
            options["substitutions"] = {ox.Variable(name): node(term) for name, term in question.bindings}
        return options


def graph_name(iri: str) -> ox.NamedNode:
    """Return an IRI of a request as a node.

    Raises:
        BadRequest: when it is not absolute.
    """
    try:
        return ox.NamedNode(iri)
    except ValueError as error:
        message = f"'{iri}' is not an absolute IRI."
        raise BadRequest(message) from error


def node(term: Term) -> ox.NamedNode | ox.Literal:
    """Return a term to bind as a node.

    >>> str(node(Term("1", "http://www.w3.org/2001/XMLSchema#integer")))
    '"1"^^<http://www.w3.org/2001/XMLSchema#integer>'
    """
    if term.datatype is None:
        return graph_name(term.value)
    return ox.Literal(term.value, datatype=ox.NamedNode(term.datatype))
