"""Guard, evaluate and serialise one question; runs in a query process."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping

import pyoxigraph as ox

from kg_server.backends.base import Answer, Question, Wanted
from kg_server.backends.rows import exceeds
from kg_server.backends.source import Source
from kg_server.guard import check
from kg_server.http.formats import BINDINGS, GRAPHS, Choice, available
from kg_server.http.origins import Origin
from kg_server.http.problems import AnswerTooLarge, NotAcceptable

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
    """Answers questions from a source, after the guard has let them pass.

    Args:
        source: what evaluates.
        prefixes: what queries need not declare.
        base: against which relative IRIs of a query are resolved.
        answer_bytes: the largest answer.
        answer_rows: the longest answer, in rows or triples.
        services: the origins that SERVICE may ask.
    """

    def __init__(  # noqa: PLR0913 - what a query process is told
        self,
        source: Source,
        *,
        prefixes: Mapping[str, str],
        base: str | None,
        answer_bytes: int,
        answer_rows: int,
        services: frozenset[Origin] = frozenset(),
    ) -> None:
        self._source = source
        self._prefixes = dict(prefixes)
        self._base = base
        self._bytes, self._rows = answer_bytes, answer_rows
        self._services = services

    def answer(self, question: Question, wanted: Wanted) -> Answer:
        """Return the whole answer (see `Backend`); blocks for as long as the query runs."""
        form = check(question.query, self._prefixes, self._base, self._services)
        # The form is known before anything is evaluated, so a result that nobody can read is never computed.
        if form in {"SELECT", "ASK"}:
            _acceptable(wanted.bindings, wanted, graph=False)
        elif form is not None:
            _acceptable(wanted.graph, wanted, graph=True)
        sink = _Sink(self._bytes)
        try:
            results = self._source.query(question)
            if not isinstance(results, (ox.QuerySolutions, ox.QueryBoolean)):
                choice = _acceptable(wanted.graph, wanted, graph=True)
                some = self._at_most(results)
                ox.serialize(some, sink, format=_RDF[choice.format.key], prefixes=self._prefixes)  # type: ignore[arg-type]
                return Answer("graph", choice, sink.bytes())
            choice = _acceptable(wanted.bindings, wanted, graph=False)
            results.serialize(sink, format=_RESULTS[choice.format.key])  # type: ignore[arg-type]
        except (SyntaxError, RuntimeError, ValueError, OSError) as error:
            raise self._source.explain(question, error) from error
        finally:
            self._source.done()
        body = sink.bytes()
        if exceeds(body, choice.format.key, self._rows):
            raise self._too_long("rows")
        return Answer("bindings", choice, body)

    def _at_most(self, triples: Iterable[ox.Triple]) -> Iterable[ox.Triple]:
        rest = iter(triples)
        yield from itertools.islice(rest, self._rows)
        for _ in rest:
            raise self._too_long("triples")

    def _too_long(self, what: str) -> AnswerTooLarge:
        message = f"The answer has more than {self._rows} {what}. Add a LIMIT, or use one of the dumps."
        return AnswerTooLarge(message, limit=self._rows)


def _acceptable(choice: Choice | None, wanted: Wanted, *, graph: bool) -> Choice:
    if choice is None:
        raise NotAcceptable(wanted.accept, available(GRAPHS if graph else BINDINGS))
    return choice
