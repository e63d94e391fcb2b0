"""A saved query's text with its parameters set, for those who run it elsewhere.

The server itself binds parameters by substitution, never by text. A query example is text by nature, and so is what
somebody goes on to edit; both must run as they stand, so the values are put into it as a VALUES block, each a term that
the serialiser wrote.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import pyoxigraph as ox

from kg_server.backends.base import Term
from kg_server.describe.queries import SavedQuery, bind
from kg_server.guard import syntax_error
from kg_server.lexer import first_keyword, tokens

# The IRI that a term ends with, its own or its datatype's; and what SPARQL takes as a local name without escapes.
_LAST_IRI = re.compile(r"<([^<>]*)>\Z")
_LOCAL = re.compile(r"[A-Za-z0-9_](?:[\w.-]*[\w-])?", re.ASCII)


def with_defaults(
    query: SavedQuery,
    prefixes: Mapping[str, str],
    base: str | None = None,
    given: Sequence[tuple[str, str]] = (),
) -> str:
    """Return the query's text with its defaults in a VALUES block at the beginning of its pattern.

    Where that is not possible (a CONSTRUCT WHERE has no room), or would not parse, the text stays as it is.

    Args:
        query: saved, with valid defaults.
        prefixes: what the query need not declare.
        base: against which its relative IRIs are resolved.
        given: parameters of a request, which stand in place of the defaults; valid ones.

    >>> from kg_server.describe.queries import Parameter
    >>> day = Parameter("day", "integer", "3", {})
    >>> print(with_defaults(SavedQuery("loans", {}, {}, (day,), "SELECT ?day { ?loan ?on ?day }"), {}))
    SELECT ?day {
      VALUES (?day) { ("3"^^<http://www.w3.org/2001/XMLSchema#integer>) }
     ?loan ?on ?day }
    """
    terms = bind(query, given, prefixes)
    place = _pattern(query.query)
    if not terms or place is None:
        return query.query
    names = " ".join(f"?{name}" for name, _ in terms)
    declared = _declared(query.query)
    data = " ".join(_written(term, declared) for _, term in terms)
    text = f"{query.query[:place]}\n  VALUES ({names}) {{ ({data}) }}\n{query.query[place:]}"
    return text if syntax_error(text, prefixes, base) is None else query.query


def _declared(query: str) -> dict[str, str]:
    """Return the prefixes that a query declares, by their namespaces."""
    found, words = {}, [each for each in tokens(query) if each.kind != "comment"]
    for word, name, iri in zip(words, words[1:], words[2:], strict=False):
        if word.text.upper() == "PREFIX" and name.kind == "pname" and iri.kind == "iri":
            found[iri.text[1:-1]] = name.text
    return found


def _written(term: Term, declared: Mapping[str, str]) -> str:
    def abbreviate(match: re.Match[str]) -> str:
        for namespace, prefix in declared.items():
            if match[1].startswith(namespace) and _LOCAL.fullmatch(match[1], len(namespace)):
                return prefix + match[1][len(namespace) :]
        return match[0]

    return _LAST_IRI.sub(abbreviate, str(_node(term)))


def _node(term: Term) -> ox.NamedNode | ox.Literal:
    if term.datatype is None:
        return ox.NamedNode(term.value)
    return ox.Literal(term.value, datatype=ox.NamedNode(term.datatype))


def _pattern(query: str) -> int | None:
    """Return where the pattern of a query begins, behind its bracket: the first one outside of expressions."""
    keyword = first_keyword(query)
    left = 1 if keyword is not None and keyword.text.upper() == "CONSTRUCT" else 0
    depth, where = 0, False
    for token in tokens(query):
        if token.kind == "word" and token.text.upper() == "WHERE" and not depth:
            where = True
        if token.kind != "other":
            continue
        if token.text == "{" and not depth:
            # The first bracket of a CONSTRUCT is its template's, if no WHERE stands before it.
            if not left:
                return token.start + 1
            if where:
                return None
            left -= 1
        depth += (token.text in "({") - (token.text in ")}")
    return None
