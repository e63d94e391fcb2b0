"""What passes between the server and its query processes: frames of a JSON head and a raw body.

A frame is the length of its head (4 bytes), the length of its body (8 bytes), both big-endian, the head, the body.
JSON and not pickle, because nothing that a query process says may become code in the server.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from kg_server.backends.base import Answer, Question, Term, Wanted
from kg_server.backends.spool import Spooled
from kg_server.http.formats import BINDINGS, GRAPHS, Choice, Format
from kg_server.http.problems import EvaluationFailed, KgServerError, Problem
from kg_server.http.window import Window

if TYPE_CHECKING:
    # The server's own process evaluates nothing.
    from kg_server.backends.evaluate import Result

_LENGTHS = struct.Struct("!IQ")
_MAX_HEAD = 1 << 24
# Making one for each frame would take longer than the frame.
_ENCODER = json.JSONEncoder(separators=(",", ":"))

Head = dict[str, Any]


class WireError(KgServerError):
    """The other side sent what is no frame, or one longer than agreed."""


def frame(head: Head, body: bytes = b"") -> bytes:
    r"""Return a frame.

    >>> frame({}, b"ab")
    b'\x00\x00\x00\x02\x00\x00\x00\x00\x00\x00\x00\x02{}ab'
    """
    encoded = _ENCODER.encode(head).encode()
    return _LENGTHS.pack(len(encoded), len(body)) + encoded + body


class Frames:
    """Puts frames together from whatever pieces arrive.

    Args:
        max_body: the longest body that is taken, in bytes.

    >>> frames = Frames(10)
    >>> [list(frames.feed(bytes([byte]))) for byte in frame({"a": 1}, b"xy")][-1]
    [({'a': 1}, b'xy')]
    """

    def __init__(self, max_body: int) -> None:
        self._max_body = max_body
        self._buffer = bytearray()
        self._needed = _LENGTHS.size

    def feed(self, data: bytes) -> Iterator[tuple[Head, bytes]]:
        """Take some bytes and yield the frames that are whole now.

        Raises:
            WireError: when a length is beyond what was agreed, or a head is no JSON object.
        """
        buffer = self._buffer
        buffer += data
        while len(buffer) >= self._needed:
            head_size, body_size = _LENGTHS.unpack_from(buffer)
            if head_size > _MAX_HEAD or body_size > self._max_body:
                raise WireError(f"A frame of {head_size} and {body_size} bytes is longer than agreed.")
            start = _LENGTHS.size + head_size
            self._needed = start + body_size
            if len(buffer) < self._needed:
                return
            head, body = bytes(buffer[_LENGTHS.size : start]), bytes(memoryview(buffer)[start : self._needed])
            del buffer[: self._needed]
            self._needed = _LENGTHS.size
            yield _object(head), body


def _object(head: bytes) -> Head:
    try:
        value = json.loads(head)
    except ValueError as error:
        raise WireError(f"A head is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise WireError("A head is not a JSON object.")
    return value


def pack_question(question: Question, wanted: Wanted) -> bytes:
    """Return the frame that asks a query process a question."""
    head: Head = {"query": question.query, "wanted": _pack_wanted(wanted)}
    if question.default_graphs or question.named_graphs:
        head["dataset"] = (question.default_graphs, question.named_graphs)
    if question.bindings:
        head["bindings"] = [(name, term.value, term.datatype) for name, term in question.bindings]
    return frame(head)


def unpack_question(head: Head) -> tuple[Question, Wanted]:
    """Read what `pack_question` wrote; of the formats only the serialisation is known on this side.

    >>> question = Question("ASK {}", bindings=(("x", Term("urn:example:1")),))
    >>> head, _ = next(Frames(0).feed(pack_question(question, Wanted(None, None))))
    >>> unpack_question(head)[0] == question
    True
    """
    default, named = head.get("dataset", ((), ()))
    bindings = tuple((name, Term(value, datatype)) for name, value, datatype in head.get("bindings", ()))
    return Question(head["query"], tuple(default), tuple(named), bindings), _unpack_wanted(tuple(head["wanted"]))


# Clients repeat themselves in what they want more than in what they ask.
@lru_cache(256)
def _pack_wanted(wanted: Wanted) -> tuple[str | int | None, ...]:
    keys = [each.format.key if each else None for each in (wanted.bindings, wanted.graph)]
    return (*keys, wanted.accept, wanted.coding, wanted.window.offset, wanted.window.limit)


@lru_cache(256)
def _unpack_wanted(row: tuple[Any, ...]) -> Wanted:
    bindings, graph, accept, coding, offset, limit = row
    return Wanted(_choice(bindings, BINDINGS), _choice(graph, GRAPHS), accept, coding, Window(offset, limit))


def pack_result(result: Result) -> tuple[Head, bytes]:
    """Return the head and body of the frame that carries an answer."""
    written = result.written
    fields = (written.etag, result.rows, result.total, written.coding, result.lasting, result.cut, written.file)
    return {"kind": result.kind, "answer": fields}, written.body


def unpack_result(head: Head, body: bytes, wanted: Wanted, open_file: Callable[[str], Spooled]) -> Answer:
    """Return the answer that a query process gave.

    Args:
        head: of its frame.
        body: of its frame.
        wanted: what was asked for.
        open_file: opens a spool file by its name.

    Raises:
        EvaluationFailed: when it is not what was asked for.
        SpoolFull: when there is no room for it.
    """
    choice = {"bindings": wanted.bindings, "graph": wanted.graph}.get(head.get("kind", ""))
    if choice is None:
        raise EvaluationFailed("The query process answered with what was not asked for.")
    etag, rows, total, coding, lasting, cut, name = head["answer"]
    held = body if name is None else open_file(name)
    return Answer(head["kind"], choice, held, etag, rows, total, coding, lasting, cut)


def file_of(head: Head) -> str | None:
    """Return the name of the spool file that holds an answer, None when there is none.

    >>> file_of({"kind": "bindings", "answer": ['"tag"', 1, 1, None, True, False, "4711-0"]})
    '4711-0'
    """
    fields = head.get("answer")
    return fields[-1] if fields else None


def _choice(key: str | None, formats: tuple[Format, ...]) -> Choice | None:
    found = next((each for each in formats if each.key == key), None)
    return Choice(found, found.media_types[0]) if found else None


def pack_problem(problem: Problem) -> Head:
    """Return the head that carries a problem to the server."""
    return {
        "problem": problem.slug,
        "detail": problem.detail,
        "headers": problem.headers,
        "extensions": problem.extensions,
    }


def unpack_problem(head: Head) -> Problem:
    """Return the problem that a query process met.

    >>> from kg_server.http.problems import NotAcceptable
    >>> problem = unpack_problem(pack_problem(NotAcceptable("'Accept: image/png'", ["text/csv"])))
    >>> type(problem).__name__, problem.status, problem.extensions
    ('NotAcceptable', 406, {'available': ['text/csv']})
    """
    kind = next((each for each in _problems(Problem) if each.slug == head["problem"]), Problem)
    # Some kinds compose their message from other arguments; here it is composed already.
    problem = kind.__new__(kind)
    Problem.__init__(problem, head["detail"], headers=head["headers"], **head["extensions"])
    return problem


def _problems(kind: type[Problem]) -> Iterator[type[Problem]]:
    yield kind
    for each in kind.__subclasses__():
        yield from _problems(each)
