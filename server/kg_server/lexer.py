"""A small SPARQL lexer (SPARQL 1.1 Query, section 19.8), for messages.

What it says decides nothing about safety: grammar alone tells a less-than sign from the start of an IRI. `guard`
decides by asking the real parser; this module finds the words to point at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal["comment", "iri", "string", "variable", "pname", "blank", "lang", "word", "number", "other"]

_TOKEN = re.compile(
    r"""
      (?P<space>\s+)
    | (?P<comment>\#[^\r\n]*)
    | (?P<iri><(?:[^\x00-\x20<>"{}|^`\\]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*>)
    | (?P<string>\"\"\"(?:"{0,2}(?:[^"\\]|\\.))*\"\"\"|'''(?:'{0,2}(?:[^'\\]|\\.))*'''
        |"(?:[^"\\\r\n]|\\.)*"|'(?:[^'\\\r\n]|\\.)*')
    | (?P<variable>[?$]\w+)
    | (?P<blank>_:\w[\w.-]*)
    | (?P<pname>(?:[^\W\d_][\w.\-·]*)?:(?:(?:[\w\-·.:]|%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?\#@%])*))
    | (?P<lang>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)
    | (?P<word>[A-Za-z]\w*)
    | (?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)
    | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a query: what it is, its text, where it starts (characters, from 0)."""

    kind: Kind
    text: str
    start: int


def tokens(query: str) -> Iterator[Token]:
    """Yield the tokens of a query, comments included, white space left out.

    >>> [t.kind for t in tokens('ASK { ?event a ex:Loan ; ex:note "SERVICE" } # end')]
    ['word', 'other', 'variable', 'word', 'pname', 'other', 'pname', 'string', 'other', 'comment']
    """
    for match in _TOKEN.finditer(query):
        kind = match.lastgroup
        if kind is not None and kind != "space":
            yield Token(kind, match.group(), match.start())  # type: ignore[arg-type]


def position(query: str, offset: int) -> tuple[int, int]:
    r"""Return line and column of an offset, both from 1, in characters.

    >>> position("ASK\n{ }", 4)
    (2, 1)
    """
    before = query[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1


def excerpt(query: str, line: int, column: int, width: int = 60) -> str:
    r"""Return the part of a line around a place, and below it a caret that points to the place.

    >>> print(excerpt("ASK {\n  ?loan ex:items }", 2, 18))
      ?loan ex:items }
                     ^
    """
    lines = query.split("\n")
    text = lines[line - 1].rstrip("\r") if line <= len(lines) else ""
    start = max(0, column - 1 - width)
    # Tabs stay tabs, so that the caret stands below its place however wide they are shown.
    padding = "".join("\t" if each == "\t" else " " for each in text[start : column - 1])
    padding += " " * (column - 1 - start - len(padding))
    return f"{text[start : column - 1 + width]}\n{padding}^"


def first_keyword(query: str) -> Token | None:
    """Return the word that says what the request is, after BASE, PREFIX and VERSION; None when there is none.

    >>> first_keyword("PREFIX ex: <https://example.org/> SELECT * {}").text
    'SELECT'
    """
    for token in tokens(query):
        if token.kind == "word" and token.text.upper() not in {"BASE", "PREFIX", "VERSION"}:
            return token
        if token.kind not in {"word", "comment", "iri", "pname", "string"}:
            return None
    return None


def undeclared_prefixes(query: str, known: frozenset[str]) -> list[Token]:
    """Return the prefixed names whose prefix neither the query nor `known` declares.

    >>> [t.text for t in undeclared_prefixes("ASK { ?s a ex:Loan }", frozenset())]
    ['ex:Loan']
    """
    declared, missing, previous = set(known), [], ""
    for token in tokens(query):
        if token.kind == "pname":
            prefix = token.text.partition(":")[0]
            if previous.upper() == "PREFIX":
                declared.add(prefix)
            elif prefix not in declared:
                missing.append(token)
        if token.kind != "comment":
            previous = token.text
    return missing
