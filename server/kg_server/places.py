"""Where a query stops being SPARQL.

The engine's parser says how far it looked, not where it stopped: it compares a keyword of n letters with the next n
characters, and reports the place behind them. `ORDER ?loan` fails "at" two characters beyond `?loan`, for it expected
`BY`; near the end of the text every such place is the end. So the text is parsed once more with wide gaps between its
words, in which the parser's looking ahead ends, and the place is that of the word before it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

import pyoxigraph as ox

from kg_server.lexer import Token, position, tokens

# Longer than any keyword of SPARQL.
_GAP = " " * 40
_ERROR = re.compile(r"error at (\d+):(\d+): expected (.*)", re.DOTALL)
_LITERAL = re.compile(r'"(?:[^"\\]|\\.)*"')
_CLASS = re.compile(r"\['.*\]", re.DOTALL)
_KEYWORD = re.compile(r"\b[A-Z][A-Z0-9_]+\b")
# What the parser says in words of its own, beside what it expected.
_SENTENCE = re.compile(r"[^,\[\]\"]*[a-z]{2} [^,\[\]\"]+")
_BRACKETS = frozenset("(){}[];,")


@dataclass(frozen=True, slots=True)
class Failure:
    """Line and column, both from 1, in characters; what was expected there; a reason, if the parser gives one."""

    line: int
    column: int
    expected: tuple[str, ...] = ()
    reason: str = ""


def find_failure(query: str, message: str, known: Iterable[str]) -> Failure | None:
    r"""Return where and why a query does not parse, None when the message is not the parser's.

    Args:
        query: a text that does not parse.
        message: what the engine said of it, `error at LINE:COLUMN: expected ...`.
        known: the prefixes that need no declaration.

    >>> find_failure("SELECT *\n{ 😀 }", "error at 2:6: expected [_]", ())
    Failure(line=2, column=3, expected=('OPTIONAL',), reason='')
    >>> find_failure("ASK {} ORDER ?loan", "error at 1:19: expected BY", ()).column
    14
    """
    words = list(tokens(query))
    text, places = _spread(query, words)
    match = _ERROR.match(_parse(text, known) or "")
    if match is None:
        # Spread, it parses or fails otherwise: then the parser's own place is all there is.
        match, text, places = _ERROR.match(message), query, [each.start for each in words]
    if match is None:
        return None
    said = match[3].removeprefix("one of ")
    reached = _offset(text, int(match[1]), int(match[2]))
    number = bisect_right(places, reached) - 1
    end = len(query.rstrip())
    reason = _SENTENCE.search(said)
    bare = _CLASS.sub("", said)
    literals, keywords = _LITERAL.findall(bare), _KEYWORD.findall(_LITERAL.sub("", bare))
    expected = () if reason else tuple(dict.fromkeys([*literals, *keywords]))
    if number < 0:
        start = 0
    elif reason or literals or not keywords:
        inside = reached - places[number]
        following = words[number + 1].start if number + 1 < len(words) else end
        length = len(words[number].text)
        # Stopped right behind a word, before the gap: then the word is not what it should be.
        start = words[number].start + (inside if inside < length else 0) if inside <= length else following
    else:
        start = words[number].start
    if number == len(words) - 1 and words and reached - places[number] >= len(words[number].text) + len(_GAP):
        start = end
    return Failure(*position(query, min(start, end)), expected, reason[0].strip() if reason else "")


def _spread(query: str, words: list[Token]) -> tuple[str, list[int]]:
    """Return the text with gaps where white space may stand, and where its words begin then."""
    parts, places, size, done = list[str](), list[int](), 0, 0
    previous: Token | None = None
    for word in words:
        between = query[done : word.start]
        if between or (previous is not None and _apart(previous, word)):
            between += _GAP
        parts += [between, word.text]
        size += len(between)
        places.append(size)
        size += len(word.text)
        done, previous = word.start + len(word.text), word
    # A comment ends with its line.
    return "".join([*parts, query[done:], "\n", _GAP, _GAP]), places


def _apart(one: Token, other: Token) -> bool:
    """Tell whether two adjacent words stay what they are with white space between them."""
    return (one.text in _BRACKETS and other.kind != "other") or (other.text in _BRACKETS and one.kind != "other")


def _parse(text: str, known: Iterable[str]) -> str | None:
    prefixes = dict.fromkeys(known, "urn:x:")
    # A substitution for what no query has is refused after parsing, so nothing is ever evaluated.
    nobody, anything = ox.Variable("kg_server_parse_only"), ox.NamedNode("urn:x:")
    try:
        ox.Store().query(text, prefixes=prefixes, base_iri="http://x/", substitutions={nobody: anything})
    except SyntaxError as error:
        return str(error)
    except RuntimeError:
        return None
    return None


def _offset(text: str, line: int, column: int) -> int:
    start = 0
    for _ in range(line - 1):
        start = text.find("\n", start) + 1
    return start + column - 1
