"""Guard, evaluate and serialise one question over a store; runs in a query process."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TypedDict

import pyoxigraph as ox

from kg_server.backends.base import Answer, Question, Term, Wanted
from kg_server.backends.rows import exceeds
from kg_server.guard import check, explain_syntax_error
from kg_server.http.formats import BINDINGS, GRAPHS, Choice, available
from kg_server.http.problems import (
    AnswerTooLarge,
    BadRequest,
    EvaluationFailed,
    NotAcceptable,
    Problem,
    ReleaseError,
)
from kg_server.unsupported import explain_unsupported

_RESULTS = {
    "json": ox.QueryResultsFormat.JSON,
    "xml": ox.QueryResultsFormat.XML,
    "csv": ox.QueryResultsFormat.CSV,
    "tsv": ox.QueryResultsFormat.TSV,
}
_RDF = {
    "turtle": ox.RdfFormat.TURTLE,
    "ntriples": ox.RdfFormat.N_TRIPLES,
    "jsonld": ox.RdfFormat.JSON_LD,
    "rdfxml": ox.RdfFormat.RDF_XML,
    "nquads": ox.RdfFormat.N_QUADS,
    "trig": ox.RdfFormat.TRIG,
    "n3": ox.RdfFormat.N3,
}


class _Options(TypedDict, total=False):
    prefixes: dict[str, str]
    base_iri: str
    default_graph: list[ox.NamedNode | ox.BlankNode | ox.DefaultGraph]
    named_graphs: list[ox.NamedNode | ox.BlankNode]
    substitutions: dict[ox.Variable, ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple]


class _Sink:
    """Collects an answer, up to a size."""

    def __init__(self, limit: int) -> None:
        self._limit, self._parts, self._size = limit, list[bytes](), 0

    def write(self, data: bytes) -> int:
        self._size += len(data)
        if self._size > self._limit:
            message = f"The answer has more than {self._limit} bytes. Add a LIMIT, or use one of the dumps."
            raise AnswerTooLarge(message, limit=self._limit)
        self._parts.append(data)
        return len(data)

    def flush(self) -> None:
        """Nothing to do: the bytes stay here until they are whole."""

    def bytes(self) -> bytes:
        return b"".join(self._parts)


class Evaluator:
    """Answers questions from a store on disk, opened read-only.

    Args:
        path: the store's folder.
        prefixes: what queries need not declare.
        base: against which relative IRIs of a query are resolved.
        answer_bytes: the largest answer.
        answer_rows: the longest answer, in rows or triples.

    Raises:
        ReleaseError: when the store cannot be opened.
    """

    def __init__(
        self, path: Path, *, prefixes: Mapping[str, str], base: str | None, answer_bytes: int, answer_rows: int
    ) -> None:
        try:
            self._store = ox.Store.read_only(str(path))
        except OSError as error:
            message = f"The store at {path} cannot be opened: {error}"
            raise ReleaseError(message) from error
        self._prefixes = dict(prefixes)
        self._base = base
        self._bytes, self._rows = answer_bytes, answer_rows

    def answer(self, question: Question, wanted: Wanted) -> Answer:
        """Return the whole answer (see `Backend`); blocks for as long as the query runs."""
        form = check(question.query, self._prefixes, self._base)
        # The form is known before anything is evaluated, so a result that nobody can read is never computed.
        if form in {"SELECT", "ASK"}:
            _acceptable(wanted.bindings, wanted, graph=False)
        elif form is not None:
            _acceptable(wanted.graph, wanted, graph=True)
        options = self._options(question)
        sink = _Sink(self._bytes)
        try:
            results = self._store.query(question.query, **options)
            if isinstance(results, ox.QueryTriples):
                choice = _acceptable(wanted.graph, wanted, graph=True)
                some = self._at_most(results)
                ox.serialize(some, sink, format=_RDF[choice.format.key], prefixes=self._prefixes)  # type: ignore[arg-type]
                return Answer("graph", choice, sink.bytes())
            choice = _acceptable(wanted.bindings, wanted, graph=False)
            results.serialize(sink, format=_RESULTS[choice.format.key])  # type: ignore[arg-type]
        except SyntaxError as error:
            raise explain_syntax_error(question.query, str(error), frozenset(self._prefixes)) from error
        except (RuntimeError, ValueError, OSError) as error:
            unsupported = explain_unsupported(question.query, str(error), self._prefixes)
            raise unsupported or _evaluation_failed(question, error) from error
        body = sink.bytes()
        if exceeds(body, choice.format.key, self._rows):
            raise self._too_long("rows")
        return Answer("bindings", choice, body)

    def _at_most(self, triples: ox.QueryTriples) -> Iterable[ox.Triple]:
        yield from itertools.islice(triples, self._rows)
        for _ in triples:
            raise self._too_long("triples")

    def _too_long(self, what: str) -> AnswerTooLarge:
        message = f"The answer has more than {self._rows} {what}. Add a LIMIT, or use one of the dumps."
        return AnswerTooLarge(message, limit=self._rows)

    def _options(self, question: Question) -> _Options:
        options = _Options(prefixes=self._prefixes)
        if self._base:
            options["base_iri"] = self._base
        if question.default_graphs or question.named_graphs:
            # Given either, the protocol's dataset holds nothing else (SPARQL 1.1 Protocol, section 2.1.4).
            options["default_graph"] = [_node(iri) for iri in question.default_graphs]
            options["named_graphs"] = [_node(iri) for iri in question.named_graphs]
        if question.bindings:
            options["substitutions"] = {ox.Variable(name): _term(term) for name, term in question.bindings}
        return options


def _acceptable(choice: Choice | None, wanted: Wanted, *, graph: bool) -> Choice:
    if choice is None:
        raise NotAcceptable(wanted.accept, available(GRAPHS if graph else BINDINGS))
    return choice


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


def _evaluation_failed(question: Question, error: Exception) -> Problem:
    if question.bindings and "SELECT projection" in str(error):
        names = ", ".join("?" + name for name, _ in question.bindings)
        message = f"A parameter can be bound only when the query selects it; select all of {names}. ({error})"
        return EvaluationFailed(message)
    return EvaluationFailed(f"The store could not evaluate the query: {error}")
