"""The interface between the endpoint and whatever evaluates SPARQL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from kg_server.backends.spool import Spooled
from kg_server.backends.watch import Watch
from kg_server.http.encoding import Coding
from kg_server.http.formats import Choice
from kg_server.http.window import Window

XSD_STRING = "http://www.w3.org/2001/XMLSchema#string"

Kind = Literal["bindings", "graph"]


@dataclass(frozen=True, slots=True)
class Term:
    """An RDF term to bind a parameter to: an IRI, or a literal when `datatype` is set."""

    value: str
    datatype: str | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """A query that passed the guard, with its dataset and its bound variables (name without `?`, term)."""

    query: str
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    bindings: tuple[tuple[str, Term], ...] = ()


ALL_ROWS = Window()


@dataclass(frozen=True, slots=True)
class Wanted:
    """How an answer is wanted.

    Attributes:
        bindings: the format for solutions, None when the client accepts none.
        graph: the format for triples, None when the client accepts none.
        accept: what the client accepts, for an error.
        coding: the content coding for what is long enough to be worth it.
        window: the rows of a SELECT.
    """

    bindings: Choice | None
    graph: Choice | None
    accept: str = "*/*"
    coding: Coding | None = None
    window: Window = ALL_ROWS


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that is whole: nothing can go wrong with it any more.

    Attributes:
        kind: solutions (or the answer of an ASK) or triples.
        choice: the format that the bytes follow.
        body: the bytes, or the file that holds them.
        etag: a strong entity tag of the bytes, in quotes.
        rows: rows or triples in it.
        total: rows or triples of the whole, of which a window or a limit may have left some out.
        coding: how the bytes are coded.
        lasting: whether the same question to the same release has the same answer.
        cut: whether rows are missing because of a limit (not because of a window).
    """

    kind: Kind
    choice: Choice
    body: bytes | Spooled
    etag: str
    rows: int
    total: int
    coding: Coding | None = None
    lasting: bool = False
    cut: bool = False

    @property
    def size(self) -> int:
        """The length of the body in bytes."""
        return self.body.size if isinstance(self.body, Spooled) else len(self.body)

    def read(self, most: int | None = None) -> bytes:
        """Return the body, or its first bytes; blocks while a file is read."""
        return self.body.read(most) if isinstance(self.body, Spooled) else self.body[:most]


class Backend(Protocol):
    """Evaluates queries. It never sends part of an answer: it returns all of it or raises a `Problem`."""

    async def answer(self, question: Question, wanted: Wanted, watch: Watch | None = None) -> Answer:
        """Evaluate and serialise, and tell the watch when work on the question begins and ends.

        Raises:
            MalformedQuery, NotAcceptable, AnswerTooLarge, EvaluationFailed, Overloaded, QueryTimeout.
        """
        ...

    def at_once(self, question: Question, wanted: Wanted) -> Answer | None:
        """Return the answer to a question that is proved to be small, without waiting; None for any other."""
        ...
