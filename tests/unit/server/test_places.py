"""The place of a syntax error, in characters, whatever stands before it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_server.guard import explain_syntax_error, syntax_error
from kg_server.lexer import position, tokens
from kg_server.places import find_failure

QUERIES = (
    'SELECT ?loan (COUNT(*) AS ?n) WHERE { ?loan a <urn:Loan> ; <urn:note> "😀 \\u00e9"@en . } GROUP BY ?loan LIMIT 5',
    "ASK {\r\n\t?loan ?p 12 .\r\n\tFILTER(?p != <urn:x>)\r\n}",
    "CONSTRUCT { ?a ?b ?c } WHERE { { ?a ?b ?c } UNION { ?a <urn:x>/<urn:y>* ?c } OPTIONAL { ?a ?b ?d } }",
    "DESCRIBE <urn:x> WHERE { VALUES ?x { 1 2 } BIND(1 + 2 AS ?y) MINUS { ?x ?y ?z } } ORDER BY DESC(?x) OFFSET 3",
)


@pytest.mark.parametrize(
    ("query", "line", "column", "says"),
    [
        ("SELECT * { 😀 }", 1, 12, ""),
        ("SELECT *\n{ ?loan ?p }", 2, 12, ""),
        ('SELECT *\r\n{ ?loan ?p "😀😀" . x }', 2, 19, ""),
        ("SELECT *\r\n\t\t{ x }", 2, 5, ""),
        ("ASK {} ORDER ?loan", 1, 14, "BY"),
        ("ASK {} extra", 1, 8, ""),
        ("SELECT ?x WERE { ?x ?y ?z }", 1, 11, "WHERE"),
        ("SELECT * { ?s ?p ?o } LIMIT ten", 1, 29, ""),
        ("ASK { ?s ?p ?o", 1, 15, "}"),
        ("SELECT (1 AS ?x) (2 AS ?x) {}", 1, 30, "Duplicated variable name in SELECT"),
        ("SELECT ?s { ?s ?p ?o } GROUP BY ?p", 1, 35, "The SELECT contains a variable that is unbound"),
        ("", 1, 1, "empty"),
        ("ASK { ?x a ex:Loan }", 1, 12, "The prefix 'ex:'"),
    ],
)
def test_places(query: str, line: int, column: int, says: str) -> None:
    message = syntax_error(query, {})
    assert message is not None
    problem = explain_syntax_error(query, message, frozenset())
    assert (problem.extensions["line"], problem.extensions["column"]) == (line, column), problem.detail
    assert says in problem.detail


@given(st.sampled_from(QUERIES), st.integers(0, 40), st.sampled_from(["§", "😀", "}", "¤ "]))
def test_what_does_not_belong_is_found_where_it_stands(query: str, number: int, stray: str) -> None:
    starts = [token.start for token in tokens(query)]
    start = starts[number % len(starts)]
    broken = f"{query[:start]}{stray} {query[start:]}"
    message = syntax_error(broken, {})
    if message is None:
        return
    found = find_failure(broken, message, ())
    assert found is not None
    line, column = position(broken, start)
    # A bracket may close what is open, and then the error shows later; nothing shows before it stands there.
    assert (found.line, found.column) >= (line, column)
    if stray != "}":
        assert (found.line, found.column) == (line, column)


def test_the_caret_stands_below_the_place() -> None:
    message = syntax_error("ASK {\n\t\tx }", {})
    assert message is not None
    excerpt = explain_syntax_error("ASK {\n\t\tx }", message, frozenset()).extensions["excerpt"]
    assert excerpt == "\t\tx }\n\t\t^"
