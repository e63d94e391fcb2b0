r"""Write a question as text that any SPARQL 1.1 engine reads as the guard read it.

The guard's parser has judged the text by its own reading; the engine has another parser. So whatever readers are known
to disagree on is written otherwise or refused here:

- `\uXXXX` is replaced by its character, or refused where that is not a letter, digit or space: some engines replace it
  before they look for quotes, and `'\u0027 } SERVICE …'` is a string to one and a request to the other.
- An IRI of a scheme that no data uses is refused: engines run code by such names. Virtuoso's `bif:http_get` reaches
  other hosts, Jena's `java:` calls Java.
- SERVICE must be absent also to a reader that takes the longest token.

Prefixes and base are declared in front; parameters are bound by VALUES in each group that names them, with terms that
a serialiser wrote (`binding`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from kg_server.backends.base import Question
from kg_server.backends.binding import bind
from kg_server.backends.source import graph_name, node
from kg_server.guard import check, explain_syntax_error, syntax_error, without_services
from kg_server.http.origins import Origin
from kg_server.http.problems import EvaluationFailed, MalformedQuery, QueryRefused, ServiceRefused
from kg_server.lexer import position, tokens, undeclared_prefixes

SCHEMES = frozenset({"ark", "doi", "geo", "http", "https", "info", "mailto", "tag", "tel", "urn"})

_ESCAPE = re.compile(r"(\\+)(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8}))")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_ASCII = 0x80
_NO_CHARACTERS = (range(0x80, 0xA0), range(0x2028, 0x202A), range(0xD800, 0xE000), range(0xFDD0, 0xFDF0))


def portable(
    question: Question, prefixes: Mapping[str, str], base: str | None, services: frozenset[Origin] = frozenset()
) -> str:
    """Parse a question that passed the guard, and return its text for another engine.

    Args:
        question: its dataset is not part of the text.
        prefixes: what its text need not declare.
        base: against which its relative IRIs are to be resolved.
        services: the origins that SERVICE may ask.

    Raises:
        MalformedQuery, ServiceRefused: when it does not parse, or engines could read it in different ways.
        QueryRefused: when an IRI is of a scheme that engines run code by.
        EvaluationFailed: when the parameters cannot be bound.

    >>> print(portable(Question("SELECT ?n { ?s ex:n ?n }"), {"ex": "https://example.org/"}, None))
    PREFIX ex: <https://example.org/>
    SELECT ?n { ?s ex:n ?n }
    """
    error = syntax_error(question.query, prefixes, base)
    if error is not None:
        raise explain_syntax_error(question.query, error, frozenset(prefixes))
    text = bind(question.query, {name: str(node(term)) for name, term in question.bindings})
    text = _declare(_without_escapes(text), prefixes, base)
    _check_schemes(text)
    _check_words(text, services)
    if text != question.query:
        # What was added is proved by the parser, not by the lexer that found the places.
        try:
            check(text, {}, None, services)
        except MalformedQuery as refused:
            if not question.bindings:
                raise
            message = f"The parameters cannot be bound in this query for another engine: {refused.detail}"
            raise EvaluationFailed(message) from refused
    return text


def names(text: str, keyword: str) -> bool:
    """Tell whether a keyword stands in a query, at least as a word.

    >>> names("SELECT * FROM <urn:a> {}", "FROM"), names("SELECT ?from {}", "FROM")
    (True, False)
    """
    return keyword in text.upper() and any(
        each.kind == "word" and keyword in each.text.upper() for each in tokens(text)
    )


def _without_escapes(text: str) -> str:
    def change(match: re.Match[str]) -> str:
        code = int(match[2] or match[3], 16)
        letter = chr(code) if code <= 0x10FFFF else ""  # noqa: PLR2004 - the last code point
        plain = letter.isalnum() or letter == " " if code < _ASCII else not any(code in each for each in _NO_CHARACTERS)
        if len(match[1]) > 1 or not letter or not plain:
            line, column = position(text, match.start())
            message = (
                f"'{match.group()}' at line {line}, column {column} means different things to different engines; "
                "write the character itself, or leave it out."
            )
            raise MalformedQuery(message, line=line, column=column)
        return letter

    return _ESCAPE.sub(change, text) if "\\" in text else text


def _check_schemes(text: str) -> None:
    before = ""
    for token in tokens(text):
        if token.kind == "iri":
            scheme = _SCHEME.match(token.text, 1)
            relative = scheme is None
            if (relative and before in {"PREFIX", "BASE"}) or (scheme and scheme[1].lower() not in SCHEMES):
                line, column = position(text, token.start)
                message = (
                    f"{token.text} at line {line}, column {column} is not passed on: "
                    f"IRIs may be of the schemes {', '.join(sorted(SCHEMES))}, and prefixes are absolute."
                )
                raise QueryRefused(message, line=line, column=column)
        if token.kind == "word":
            before = token.text.upper()
        elif token.kind not in {"comment", "pname"}:
            before = ""


def _check_words(text: str, services: frozenset[Origin]) -> None:
    if "service" not in text.lower():
        return
    for token in tokens(without_services(text, services)):
        if token.kind == "word" and "service" in token.text.lower():
            raise ServiceRefused("Some engines would read a SERVICE in this query; put spaces around '<' and '>'.")


def _declare(text: str, prefixes: Mapping[str, str], base: str | None) -> str:
    lines: list[str] = []
    found = list(tokens(text))
    if base and not any(each.kind == "word" and each.text.upper() == "BASE" for each in found):
        relative = (each for each in found if each.kind == "iri" and not _SCHEME.match(each.text, 1))
        if next(relative, None):
            lines.append(f"BASE {graph_name(base)}")
    missing = dict.fromkeys(each.text.partition(":")[0] for each in undeclared_prefixes(text, frozenset()))
    lines += [f"PREFIX {name}: {graph_name(prefixes[name])}" for name in missing if name in prefixes]
    return "\n".join([*lines, text])
