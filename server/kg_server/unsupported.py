"""Find what is wrong with a query that parses and still can be evaluated on no data at all, such as unknown functions.

The engine meets these before it looks at the data, but reports them as failures of evaluation. They are errors of the
request (SPARQL 1.1 Query, section 17.6; SPARQL 1.1 Protocol, section 2.1.6), so they get a 400 that shows the place.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from kg_server.http.problems import UnknownFunction
from kg_server.lexer import Token, excerpt, position, tokens

_UNKNOWN = re.compile(r"The custom (?:aggregate )?function <(?P<iri>[^>]*)> (?P<what>is not supported|requires .*)")


def explain_unsupported(query: str, message: str, prefixes: Mapping[str, str]) -> UnknownFunction | None:
    """Return the problem that an engine's message speaks of, None when it speaks of something else.

    Args:
        query: what was asked.
        message: what pyoxigraph said.
        prefixes: those that the query need not declare.

    >>> said = "The custom function <https://example.org/age> is not supported"
    >>> found = explain_unsupported("ASK { FILTER(ex:age(?loan)) }", said, {"ex": "https://example.org/"})
    >>> found.status, found.detail
    (400, 'The function <https://example.org/age> is not supported (line 1, column 14).')
    >>> explain_unsupported("ASK {}", "disk full", {}) is None
    True
    """
    match = _UNKNOWN.match(message)
    if match is None:
        return None
    iri = match["iri"]
    detail = f"The function <{iri}> {match['what'].rstrip('.')}"
    token = _call(query, iri, prefixes)
    if token is None:
        return UnknownFunction(f"{detail}.", function=iri)
    line, column = position(query, token.start)
    shown = excerpt(query, line, column)
    return UnknownFunction(
        f"{detail} (line {line}, column {column}).", function=iri, line=line, column=column, excerpt=shown
    )


def _call(query: str, iri: str, prefixes: Mapping[str, str]) -> Token | None:
    """Return the first name of a function that is written before a bracket."""
    known, previous = dict(prefixes), list[Token]()
    for token in tokens(query):
        if token.kind == "comment":
            continue
        if token.kind == "iri" and len(previous) > 1 and previous[-2].text.upper() == "PREFIX":
            known[previous[-1].text.partition(":")[0]] = token.text[1:-1]
        if token.text == "(" and previous and _names(previous[-1], iri, known):
            return previous[-1]
        previous = [*previous[-1:], token]
    return None


def _names(token: Token, iri: str, prefixes: Mapping[str, str]) -> bool:
    if token.kind == "iri":
        return token.text[1:-1] == iri
    prefix, colon, local = token.text.partition(":")
    return token.kind == "pname" and bool(colon) and prefixes.get(prefix, "") + local == iri
