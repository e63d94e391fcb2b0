"""Bind the variables of a query in its text, where an engine takes no bindings beside it.

A block of VALUES behind the brace of each group that names a variable does what a binding of the whole query does: a
group is evaluated by itself, so a FILTER in it sees only what the group binds (SPARQL 1.1 Query, section 18.2). A
subquery shares only what it selects; elsewhere in it the name is another variable.
"""

from __future__ import annotations

from collections.abc import Mapping

from kg_server.http.problems import EvaluationFailed
from kg_server.lexer import Token, tokens


def bind(query: str, terms: Mapping[str, str]) -> str:
    """Return a query with some of its variables bound.

    Args:
        query: valid SPARQL, of the project's own: where braces stand is taken from the lexer, so parse what returns.
        terms: by name without `?`, each as a serialiser wrote it.

    Raises:
        EvaluationFailed: when it has no group in which something could be bound, as `CONSTRUCT WHERE`.

    >>> bind("SELECT ?n { ?n a ?kind }", {"n": "<urn:example:1>"})
    'SELECT ?n { VALUES (?n) { (<urn:example:1>) } ?n a ?kind }'
    """
    if not terms:
        return query
    walk = _Walk(query, frozenset(terms))
    walk.query()
    for at, wanted in sorted(walk.places.items(), reverse=True):
        some = sorted(wanted)
        variables, values = " ".join(f"?{each}" for each in some), " ".join(terms[each] for each in some)
        query = f"{query[:at]} VALUES ({variables}) {{ ({values}) }}{query[at:]}"
    return query


class _Walk:
    """Goes through a query once and notes behind which braces which variables are to be bound."""

    def __init__(self, query: str, bound: frozenset[str]) -> None:
        self._tokens = [each for each in tokens(query) if each.kind != "comment"]
        self._index = 0
        self._bound = bound
        self.places: dict[int, frozenset[str]] = {}

    def query(self) -> None:
        while (word := self._word()) not in {"SELECT", "ASK", "DESCRIBE", "CONSTRUCT"}:
            if self._token() is None:
                raise EvaluationFailed("The query has no form.")
            self._index += 1
        if word == "SELECT":
            self._select(self._bound, outermost=True)
            return
        self._index += 1
        if word == "CONSTRUCT" and self._is("{"):
            self._skip_block()
        elif word == "CONSTRUCT":
            raise EvaluationFailed("Parameters cannot be bound in the short form 'CONSTRUCT WHERE'; write both parts.")
        while not self._is("{"):
            if self._token() is None:
                raise EvaluationFailed("The query has no pattern in which its parameters could be bound.")
            self._index += 1
        self._group(self._bound, outermost=True)
        self._rest(self._bound)

    def _select(self, visible: frozenset[str], *, outermost: bool) -> None:
        selected, depth = set[str](), 0
        while (token := self._token()) is not None and not (depth == 0 and self._is("{")):
            if self._is("{"):
                self._group(visible, outermost=False)
                continue
            depth += self._is("(") - self._is(")")
            if token.kind == "variable" and depth == 0:
                selected.add(token.text[1:])
            elif self._is("*") and depth == 0:
                selected |= visible
            self._index += 1
        shared = visible if outermost else visible & selected
        self._group(shared, outermost=outermost)
        self._rest(shared)

    def _group(self, visible: frozenset[str], *, outermost: bool) -> None:
        opening = self._token()
        self._index += 1
        if opening is None:
            return
        named = set[str]()
        if self._word() == "SELECT":
            self._select(visible, outermost=outermost)
        else:
            named = self._rest(visible)
            wanted = visible if outermost else visible & named
            if wanted:
                self.places[opening.start + 1] = wanted
        self._index += 1

    def _rest(self, visible: frozenset[str]) -> set[str]:
        """Go on to the end of the group, or of the query; return the variables named outside of inner groups."""
        named = set[str]()
        while (token := self._token()) is not None and not self._is("}"):
            if self._word() == "VALUES":
                while self._token() is not None and not self._is("{"):
                    self._index += 1
                self._skip_block()
            elif self._is("{"):
                self._group(visible, outermost=False)
            else:
                if token.kind == "variable":
                    named.add(token.text[1:])
                self._index += 1
        return named

    def _skip_block(self) -> None:
        depth = 0
        while self._token() is not None:
            depth += self._is("{") - self._is("}")
            self._index += 1
            if depth == 0:
                return

    def _token(self) -> Token | None:
        return self._tokens[self._index] if self._index < len(self._tokens) else None

    def _is(self, text: str) -> bool:
        token = self._token()
        return token is not None and token.kind == "other" and token.text == text

    def _word(self) -> str:
        token = self._token()
        return token.text.upper() if token is not None and token.kind == "word" else ""
