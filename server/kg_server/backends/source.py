"""What query processes get results from: a store on disk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Protocol, TypedDict

import pyoxigraph as ox

from kg_server.backends.base import Question, Term
from kg_server.http.problems import BadRequest, ReleaseError


class _Options(TypedDict, total=False):
    prefixes: dict[str, str]
    base_iri: str
    default_graph: list[ox.NamedNode | ox.BlankNode | ox.DefaultGraph]
    named_graphs: list[ox.NamedNode | ox.BlankNode]
    substitutions: dict[ox.Variable, ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple]


class Source(Protocol):
    """What evaluates queries and hands out results one by one."""

    def query(self, question: Question) -> ox.QuerySolutions | ox.QueryBoolean | Iterable[ox.Triple]:
        """Begin to evaluate.

        Raises:
            SyntaxError, RuntimeError, ValueError, OSError, Problem.
        """
        ...


class StoreSource:
    """A store on disk, opened read-only.

    Args:
        path: the store's folder.
        prefixes: what queries need not declare.
        base: against which relative IRIs of a query are resolved.

    Raises:
        ReleaseError: when the store cannot be opened.
    """

    def __init__(self, path: Path, prefixes: Mapping[str, str], base: str | None) -> None:
        try:
            self._store = ox.Store.read_only(str(path))
        except OSError as error:
            message = f"The store at {path} cannot be opened: {error}"
            raise ReleaseError(message) from error
        self._prefixes = {prefix + ":": (prefix, iri) for prefix, iri in prefixes.items()}
        self._base = base

    def query(self, question: Question) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
        """Begin to evaluate (see `Source`)."""
        query = question.query
        # Each prefix that is handed over is parsed anew for each query.
        used = {prefix: iri for word, (prefix, iri) in self._prefixes.items() if word in query}
        options = _Options(prefixes=used)
        if self._base:
            options["base_iri"] = self._base
        if question.default_graphs or question.named_graphs:
            # Given either, the protocol's dataset holds nothing else (SPARQL 1.1 Protocol, section 2.1.4).
            options["default_graph"] = [_node(iri) for iri in question.default_graphs]
            options["named_graphs"] = [_node(iri) for iri in question.named_graphs]
        if question.bindings:
            options["substitutions"] = {ox.Variable(name): _term(term) for name, term in question.bindings}
        return self._store.query(query, **options)


def _node(iri: str) -> ox.NamedNode:
    try:
        return ox.NamedNode(iri)
    except ValueError as error:
        message = f"'{iri}' is not an absolute IRI."
        raise BadRequest(message) from error


def _term(term: Term) -> ox.NamedNode | ox.Literal:
    if term.datatype is None:
        return _node(term.value)
    return ox.Literal(term.value, datatype=ox.NamedNode(term.datatype))
