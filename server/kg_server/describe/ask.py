"""Ask the backend what a description needs, and write triples as a client wants them.

Everything here goes through `Backend`, so a description is made of the same data, under the same limits, whichever
engine answers.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from typing import BinaryIO

import pyoxigraph as ox

from kg_builder.namespaces import PREFIXES, RDF, XSD
from kg_server.backends.base import Answer, Backend, Question, Wanted
from kg_server.backends.serialisations import RDF_FORMATS
from kg_server.backends.spool import Spooled
from kg_server.http.formats import BINDINGS, Choice
from kg_server.http.window import Window

Node = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
Row = Mapping[str, Node]

_JSON = Wanted(Choice(BINDINGS[0], BINDINGS[0].media_types[0]), None)
_NEVER_CUT = 1000
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|^`\\]+")


async def rows(backend: Backend, query: str) -> list[Row]:
    """Return the solutions of a SELECT; raises what the backend raises."""
    answer = await backend.answer(Question(query), _JSON)
    return _read_rows(answer.read())


async def pages(
    backend: Backend, query: str, take: Callable[[Iterator[Row]], None], *, size: int, most: int
) -> None:  # fmt: skip
    """Take the solutions of a SELECT in pieces, each asked for by itself and read beside the event loop.

    Args:
        backend: to ask; it may give fewer at once than it is asked for, as some engines do.
        query: without LIMIT and OFFSET.
        take: called in another thread, once for each piece; reads all rows that it is given.
        size: rows of a piece; what is long is read from a file, so that memory does not grow with it.
        most: rows after which no more are asked for.

    Raises:
        Problem: what the backend raises.
    """
    offset = former = 0
    while offset < most:
        answer = await backend.answer(Question(f"{query} OFFSET {offset} LIMIT {size}"), _JSON)
        if answer.rows:
            await asyncio.to_thread(_take_rows, answer, take)
        # An engine that cuts what is long gives as many each time; no engine cuts off so few.
        if answer.rows < max(former, min(size, _NEVER_CUT)):
            return
        offset, former = offset + answer.rows, answer.rows


def _take_rows(answer: Answer, take: Callable[[Iterator[Row]], None]) -> None:
    # Closed here whatever the taker does: the parser's object must end on this thread.
    if isinstance(answer.body, Spooled):
        with answer.body.stream() as file, closing(_iterate(file)) as found:
            take(found)
    else:
        with closing(_iterate(answer.body)) as found:
            take(found)


@dataclass(frozen=True, slots=True)
class Part:
    """Some rows of an answer.

    Attributes:
        columns: the variables of the query, in its order.
        rows: in the answer's order.
        total: how many there are in all.
        cut: whether there are more than were counted.
    """

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    total: int
    cut: bool = False


async def part(backend: Backend, question: Question, window: Window) -> Part:
    """Return the rows of a SELECT that a window shows; raises what the backend raises."""
    answer = await backend.answer(question, replace(_JSON, window=window))
    body = answer.read()
    return Part(_columns(body), tuple(_read_rows(body)), answer.total, answer.cut)


def _columns(body: bytes) -> tuple[str, ...]:
    return tuple(json.loads(body)["head"]["vars"])


def _read_rows(body: bytes) -> list[Row]:
    # In a function of its own: the parser's object must end on the thread that made it, and a coroutine's frame may
    # live on in a traceback that is collected on another.
    return list(_iterate(body))


def _iterate(body: bytes | BinaryIO) -> Generator[Row, None, None]:
    results = ox.parse_query_results(body, format=ox.QueryResultsFormat.JSON)
    if not isinstance(results, ox.QuerySolutions):
        message = "only a SELECT has rows"
        raise TypeError(message)
    names = [each.value for each in results.variables]
    for solution in results:
        yield {name: term for name in names if (term := solution[name]) is not None}


def is_iri(text: str) -> bool:
    """Tell whether a text can stand between `<` and `>` in SPARQL and is absolute.

    >>> is_iri("https://example.org/id/fair"), is_iri("https://example.org/> ?s"), is_iri("fair")
    (True, False, False)
    """
    if _IRI.fullmatch(text) is None:
        return False
    try:
        ox.NamedNode(text)
    except ValueError:
        # Characters that no IRI has (RFC 3987, section 2.2), such as U+FFFD.
        return False
    return True


def values(iris: Iterable[str]) -> str:
    """Return IRIs as the data of a VALUES block; one that cannot be written is left out.

    >>> values(["https://example.org/a", "no iri"])
    '<https://example.org/a>'
    """
    return " ".join(f"<{iri}>" for iri in iris if is_iri(iri))


def integer(row: Row, name: str) -> int:
    """Return a count from a row, 0 when it is not there."""
    term = row.get(name)
    return int(term.value) if isinstance(term, ox.Literal) else 0


def read_triples(found: Iterable[Row]) -> Iterator[tuple[str, str, ox.NamedNode | ox.Literal]]:
    """Yield the triples that rows of `s`, `p` and `o` hold; what is no triple of IRIs and literals is left out.

    >>> loan, to, fair = (ox.NamedNode(f"urn:{name}") for name in ("loan", "to", "fair"))
    >>> list(read_triples([{"s": loan, "p": to, "o": fair}, {"s": ox.BlankNode(), "p": to, "o": fair}]))
    [('urn:loan', 'urn:to', <NamedNode value=urn:fair>)]
    """
    for row in found:
        subject, predicate, target = (row.get(name) for name in ("s", "p", "o"))
        if (
            isinstance(subject, ox.NamedNode)
            and isinstance(predicate, ox.NamedNode)
            and isinstance(target, (ox.NamedNode, ox.Literal))
        ):
            yield subject.value, predicate.value, target


def read_incoming(found: Iterable[Row]) -> Iterator[tuple[str, str]]:
    """Yield the `thing` and the `property` of rows that tell what leads to something."""
    for row in found:
        thing, name = row.get("thing"), row.get("property")
        if isinstance(thing, ox.NamedNode) and isinstance(name, ox.NamedNode):
            yield thing.value, name.value


class Triples:
    """Collects triples; subjects and predicates are given as text, and so are objects that are IRIs."""

    def __init__(self) -> None:
        self._found: dict[ox.Triple, None] = {}

    def add(self, subject: str, predicate: str, *objects: Node | str) -> None:
        """Add a triple for each object."""
        for each in objects:
            node = ox.NamedNode(each) if isinstance(each, str) else each
            self._found[ox.Triple(ox.NamedNode(subject), ox.NamedNode(predicate), node)] = None

    def a(self, subject: str, *kinds: str) -> None:
        """Add types."""
        self.add(subject, RDF + "type", *kinds)

    def texts(self, subject: str, predicate: str, texts: Mapping[str, str]) -> None:
        """Add a text in each of its languages."""
        self.add(subject, predicate, *(ox.Literal(text, language=code) for code, text in texts.items() if text))

    def count(self, subject: str, predicate: str, number: int | None) -> None:
        """Add a whole number; nothing where it is not known."""
        if number is not None:
            self.add(subject, predicate, typed(str(number), "integer"))

    def __iter__(self) -> Iterator[ox.Triple]:
        """Go through the triples in the order in which they came."""
        return iter(self._found)


def typed(value: str, datatype: str) -> ox.Literal:
    """Return a literal of a type of XML Schema, named without its namespace."""
    return ox.Literal(value, datatype=ox.NamedNode(XSD + datatype))


def serialise(triples: Iterable[ox.Triple], key: str, prefixes: Mapping[str, str]) -> bytes:
    """Write triples in the format with this key (one of `GRAPHS`), with the prefixes of the engine and these."""
    # Writers stream: what is said of one subject is read together only where it comes together.
    by_subject: dict[object, list[ox.Triple]] = {}
    for each in triples:
        by_subject.setdefault(each.subject, []).append(each)
    ordered = (each for found in by_subject.values() for each in found)
    known = {**PREFIXES, **prefixes}
    unique = {iri: prefix for prefix, iri in known.items()}
    return ox.serialize(ordered, format=RDF_FORMATS[key], prefixes={v: k for k, v in unique.items()}) or b""
