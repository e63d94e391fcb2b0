"""The interface between the endpoint and whatever evaluates SPARQL."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, Protocol

from kg_server.http.formats import Choice

XSD_STRING = "http://www.w3.org/2001/XMLSchema#string"


@dataclass(frozen=True, slots=True)
class Term:
    """An RDF term to bind a parameter to: an IRI, or a literal when `datatype` is set."""

    value: str
    datatype: str | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """A query that passed the guard, with its dataset, its bound variables (name without `?`, term), and who asks."""

    query: str
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    bindings: tuple[tuple[str, Term], ...] = ()
    client: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Wanted:
    """The formats that the client accepts, for either kind of result; None when it accepts none of that kind."""

    bindings: Choice | None
    graph: Choice | None
    accept: str = "*/*"


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer: its bytes and the choice that they follow."""

    kind: Literal["bindings", "graph"]
    choice: Choice
    body: bytes


class Backend(Protocol):
    """Evaluates queries. It never sends part of an answer: it returns all of it or raises a `Problem`."""

    async def answer(self, question: Question, wanted: Wanted) -> Answer:
        """Evaluate and serialise.

        Raises:
            MalformedQuery, NotAcceptable, AnswerTooLarge, EvaluationFailed, Overloaded, QueryTimeout.
        """
        ...
