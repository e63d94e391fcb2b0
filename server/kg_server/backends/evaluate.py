"""Guard, evaluate and serialise one question; runs in a query process."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

import pyoxigraph as ox

from kg_server.backends.base import Answer, Kind, Question, Wanted
from kg_server.backends.lasting import is_lasting
from kg_server.backends.rows import RowGate, count_rows
from kg_server.backends.serialisations import RDF_FORMATS
from kg_server.backends.sink import Sink, Spool, Written
from kg_server.backends.source import Results, Source
from kg_server.guard import check
from kg_server.http.formats import BINDINGS, GRAPHS, Choice, available
from kg_server.http.origins import Origin
from kg_server.http.problems import TYPE_BASE, AnswerTooLarge, KgServerError, NotAcceptable

_RESULTS = {
    "json": ox.QueryResultsFormat.JSON,
    "xml": ox.QueryResultsFormat.XML,
    "csv": ox.QueryResultsFormat.CSV,
    "tsv": ox.QueryResultsFormat.TSV,
}

_SOLUTIONS = (ox.QuerySolutions, ox.QueryBoolean)

_HEAD_END = b'},"results"'
_LINK = f',"link":["{TYPE_BASE}{AnswerTooLarge.slug}"]'.encode()


@dataclass(frozen=True, slots=True)
class Most:
    """How long an answer may be, and what happens to a longer one.

    Attributes:
        size: bytes before compression.
        rows: rows or triples.
        held: bytes up to which an answer is not written to a file.
        cut: whether an answer of more rows is cut; otherwise it is refused.
    """

    size: int
    rows: int
    held: int
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """An answer as a query process has written it; the fields are those of `Answer`."""

    kind: Kind
    written: Written
    rows: int
    total: int
    lasting: bool
    cut: bool = False


class Evaluator:
    """Guards, evaluates and serialises questions.

    Args:
        source: what answers.
        prefixes: what queries need not declare.
        base: against which relative IRIs of a query are resolved.
        most: how long an answer may be.
        spool: where long answers go.
        services: the origins that SERVICE may ask.
    """

    def __init__(  # noqa: PLR0913 - what a query process is told
        self,
        source: Source,
        *,
        prefixes: Mapping[str, str],
        base: str | None,
        most: Most,
        spool: Spool | None = None,
        services: frozenset[Origin] = frozenset(),
    ) -> None:
        self._source, self._prefixes, self._base = source, dict(prefixes), base
        self._most, self._spool, self._services = most, spool, services

    def answer(self, question: Question, wanted: Wanted) -> Result:
        """Return the whole answer (see `Backend`); blocks for as long as the query runs."""
        form = check(question.query, self._prefixes, self._base, self._services)
        # The form is known before anything is evaluated, so a result that nobody can read is never computed.
        if form in {"SELECT", "ASK"}:
            _acceptable(wanted.bindings, wanted, graph=False)
        elif form is not None:
            _acceptable(wanted.graph, wanted, graph=True)
        try:
            results = self._source.query(question)
            if isinstance(results, _SOLUTIONS):
                return self._solutions(question, wanted, results)
            return self._triples(question, wanted, results)
        except (SyntaxError, RuntimeError, ValueError, OSError) as error:
            raise self._source.explain(question, error) from error
        finally:
            self._source.done()

    def answer_small(self, question: Question, wanted: Wanted, choice: Choice) -> Answer:
        """Return the answer to a SELECT or an ASK whose rows are known to be few; raises as `answer` does.

        Args:
            question: that needs no guard.
            wanted: all rows.
            choice: the format.
        """
        key = choice.format.key
        results: Results | None = None
        try:
            results = self._source.query(question)
            if not isinstance(results, _SOLUTIONS):
                raise NotAcceptable(wanted.accept, available(GRAPHS))
            sink = Sink(self._most.size, self._most.size, None, wanted.coding)
            results.serialize(sink, format=_RESULTS[key])  # type: ignore[arg-type]
            rows = count_rows(key, sink.held())
            written = sink.close()
        except (SyntaxError, RuntimeError, ValueError, OSError) as error:
            raise self._source.explain(question, error) from error
        finally:
            # Solutions must end on the thread that made them; the frame of an error may be collected on another.
            del results
        return Answer("bindings", choice, written.body, written.etag, rows, rows, written.coding, lasting=True)

    def _solutions(self, question: Question, wanted: Wanted, results: ox.QuerySolutions | ox.QueryBoolean) -> Result:
        choice = _acceptable(wanted.bindings, wanted, graph=False)
        key = choice.format.key
        result = self._serialise(question, wanted, results, key, b"")
        if result.cut and key == "json":
            # The place for a remark is the beginning, which is over when the end is known; so it is made twice.
            again = self._source.query(question)
            if isinstance(again, ox.QuerySolutions):
                if self._spool is not None and result.written.file is not None:
                    self._spool.remove(result.written.file)
                return self._serialise(question, wanted, again, key, _LINK)
        return result

    def _serialise(
        self,
        question: Question,
        wanted: Wanted,
        results: ox.QuerySolutions | ox.QueryBoolean,
        key: str,
        link: bytes,
    ) -> Result:
        gate = RowGate(key, self._most.rows, wanted.window)
        with Sink(self._most.size, self._most.held, self._spool, wanted.coding) as sink:
            gated = _Gated(gate, sink, link)
            with suppress(_FullError):
                results.serialize(gated, format=_RESULTS[key])  # type: ignore[arg-type]
                gated.end()
            if gate.full:
                self._check_cut("rows")
                sink.write(_close_cut(key, self._most.rows))
            else:
                sink.write(gate.rest())
            written = sink.close()
        return Result("bindings", written, gate.passed, gate.rows, is_lasting(question.query), gate.full)

    def _triples(self, question: Question, wanted: Wanted, results: Iterable[ox.Triple]) -> Result:
        choice = _acceptable(wanted.graph, wanted, graph=True)
        key = choice.format.key
        count = _Count(results, self._most.rows)
        with Sink(self._most.size, self._most.held, self._spool, wanted.coding) as sink:
            ox.serialize(count, sink, format=RDF_FORMATS[key], prefixes=self._prefixes)  # type: ignore[arg-type]
            if count.more:
                self._check_cut("triples")
                sink.write(_mark_cut(key, self._most.rows))
            written = sink.close()
        return Result("graph", written, count.rows, count.rows, is_lasting(question.query), count.more)

    def _check_cut(self, what: str) -> None:
        if not self._most.cut:
            message = f"The answer has more than {self._most.rows} {what}. Add a LIMIT, or use one of the dumps."
            raise AnswerTooLarge(message, limit=self._most.rows)


class _FullError(KgServerError):
    """More rows than may be; ends the serialiser."""


class _Gated:
    """What Oxigraph's serialiser writes to.

    Args:
        gate: for the rows.
        sink: for what passes.
        link: put at the end of the head (SPARQL 1.1 Query Results JSON, section 3.1.2), if there is one.
    """

    def __init__(self, gate: RowGate, sink: Sink, link: bytes) -> None:
        self._gate, self._sink, self._link, self._head = gate, sink, link, b""
        self._first: bytes | None = b""

    def write(self, data: bytes) -> int:
        """Take a piece; the first one waits, for most results have no other."""
        if self._first == b"" and not self._link:
            self._first = data
            return len(data)
        first, self._first = self._first, None
        if first:
            self._pass(first)
        return self._pass(data)

    def end(self) -> None:
        """Pass on what waits."""
        if self._first and self._gate.count(self._first):
            self._sink.write(self._first)
        elif self._first:
            self._gate.rows = 0
            self._pass(self._first)

    def _pass(self, data: bytes) -> int:
        size = len(data)
        if self._link:
            self._head += data
            if _HEAD_END not in self._head:
                return size
            data, self._link = self._head.replace(_HEAD_END, self._link + _HEAD_END, 1), b""
        self._sink.write(self._gate.feed(data))
        if self._gate.full:
            raise _FullError
        return size

    def flush(self) -> None:
        """Nothing to do: the sink keeps the bytes until they are whole."""


class _Count:
    """Hands triples on, up to a number, and counts them."""

    def __init__(self, triples: Iterable[ox.Triple], limit: int) -> None:
        self._triples, self._limit = triples, limit
        self.rows, self.more = 0, False

    def __iter__(self) -> Iterator[ox.Triple]:
        for triple in self._triples:
            if self.rows == self._limit:
                self.more = True
                return
            self.rows += 1
            yield triple


def _remark(rows: int) -> str:
    return f"cut after {rows} rows, the most that an answer here may have"


def _close_cut(key: str, rows: int) -> bytes:
    """Return what ends solutions in the middle of their rows, and says so where the format has a place for it."""
    if key == "json":
        return b"]}}"
    return f"</results><!-- {_remark(rows)} --></sparql>".encode() if key == "xml" else b""


def _mark_cut(key: str, rows: int) -> bytes:
    """Return what says at the end of triples that some are missing, where the format has a place for it."""
    if key == "rdfxml":
        return f"<!-- {_remark(rows)} -->\n".encode()
    return b"" if key == "jsonld" else f"# {_remark(rows)}\n".encode()


def _acceptable(choice: Choice | None, wanted: Wanted, *, graph: bool) -> Choice:
    if choice is None:
        raise NotAcceptable(wanted.accept, available(GRAPHS if graph else BINDINGS))
    return choice
