"""The text that goes to another engine means what the guard read, to every reader, whatever is bound in it."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg_server.backends.base import XSD_STRING, Question, Term
from kg_server.backends.binding import bind
from kg_server.backends.portable import SCHEMES, names, portable
from kg_server.backends.source import node
from kg_server.http.origins import parse_origins
from kg_server.http.problems import BadRequest, EvaluationFailed, MalformedQuery, Problem, QueryRefused, ServiceRefused
from kg_server.lexer import tokens

BASE = "https://example.org/"
PREFIXES = {"ex": BASE + "vocab#", "id": BASE + "id/"}
DATE = "http://www.w3.org/2001/XMLSchema#date"


def write(query: str, **bound: Term) -> str:
    return portable(Question(query, bindings=tuple(bound.items())), PREFIXES, BASE)


def test_what_is_missing_is_declared_and_nothing_else() -> None:
    assert write("SELECT * { ?s a <http://example.org/a> }") == "SELECT * { ?s a <http://example.org/a> }"
    text = write("PREFIX ex: <urn:mine:> SELECT * { ?s a ex:Loan, id:anna, <relative> } # ex:no nowhere:x")
    assert text.startswith(f"BASE <{BASE}>\nPREFIX id: <{BASE}id/>\nPREFIX ex: <urn:mine:>")
    assert write("BASE <urn:b:> ASK { <a> <b> <c> }").count("BASE") == 1
    assert names("SELECT * { GRAPH ?g {} }", "GRAPH")
    assert not names("SELECT * { ?graph ?p 'GRAPH' } # GRAPH", "GRAPH")


def test_escapes_become_characters() -> None:
    assert write(r"SELECT ('\u00e9\U0001F600\u0041\u0020' AS ?x) {}") == "SELECT ('é😀A ' AS ?x) {}"
    assert write(r"""SELECT ("a\n\"\\" AS ?x) {}""") == r"""SELECT ("a\n\"\\" AS ?x) {}"""


@pytest.mark.parametrize(
    "query",
    [
        r"SELECT ('\u0027 . SERVICE <http://127.0.0.1/> {} #' AS ?x) {}",
        r"SELECT ('\U00000027' AS ?x) {}",
        r"SELECT ('\u005C' AS ?x) {}",
        r"SELECT ('\\u0027' AS ?x) {}",
        r"SELECT ('\\\u0041' AS ?x) {}",
        r"SELECT * {} # \u000A SERVICE <http://127.0.0.1/> {}",
        r"SELECT * { ?s ?p <urn:a\u003E> }",
        r"SELECT ('\u0000\u0085\u2028' AS ?x) {}",
        r"SELECT ('\uD800' AS ?x) {}",
        r"SELECT ('\UFFFFFFFF' AS ?x) {}",
    ],
)
def test_escapes_that_engines_read_in_different_ways_are_refused(query: str) -> None:
    with pytest.raises(MalformedQuery) as caught:
        write(query)
    assert {"line", "column"} <= caught.value.extensions.keys()


@pytest.mark.parametrize(
    "query",
    [
        "SELECT (<bif:http_get>('http://127.0.0.1/') AS ?x) {}",
        "PREFIX f: <bif:> SELECT (f:http_get('http://127.0.0.1/') AS ?x) {}",
        "PREFIX f: <BIF:> SELECT (f:http_get('http://127.0.0.1/') AS ?x) {}",
        "PREFIX f: <bif> SELECT (f::http_get('http://127.0.0.1/') AS ?x) {}",
        "PREFIX f: <> SELECT (f:bif('http://127.0.0.1/') AS ?x) {}",
        "BASE <bif:> SELECT (<http_get>('http://127.0.0.1/') AS ?x) {}",
        "BASE # <\n <bif:> SELECT (<http_get>('http://127.0.0.1/') AS ?x) {}",
        "PREFIX f: <java:java.lang.> SELECT (f:System(1) AS ?x) {}",
        "SELECT * FROM <file:///etc/passwd> { ?s ?p ?o }",
        "SELECT (<sql:user_name>() AS ?x) {}",
    ],
)
def test_names_by_which_engines_run_code_are_refused(query: str) -> None:
    with pytest.raises(QueryRefused):
        write(query)


def test_service_is_refused_to_a_reader_of_long_tokens_too() -> None:
    with pytest.raises(ServiceRefused):
        write("SELECT * { ?s ?p ?o FILTER(1 <2) SERVICE <http://127.0.0.1/> {} }")
    allowed = Question("SELECT * { SERVICE SILENT <https://query.wikidata.org/sparql> { ?s ?p ?o } }")
    assert portable(allowed, {}, None, parse_origins("https://query.wikidata.org")) == allowed.query


GRAPH = """
PREFIX ex: <https://example.org/vocab#> PREFIX id: <https://example.org/id/>
id:a a ex:Loan ; ex:lender id:anna ; ex:items 12 ; ex:note "it's \\"quoted\\" \\\\ and } SERVICE" .
id:b a ex:Loan ; ex:lender id:budi ; ex:items 7 ; ex:of id:a . id:c a ex:Loan ; ex:items 3 ; ex:of id:b .
id:anna ex:name "Anna" . id:budi ex:name "Budi" .
"""
STORE = ox.Store()
QUERIES = [
    "SELECT ?x ?y { ?y ex:lender ?x }",
    "SELECT ?x (COUNT(*) AS ?n) { ?y ex:items ?i FILTER(?i < ?x) } GROUP BY ?x",
    "SELECT DISTINCT ?x ?y WHERE { { ?y ex:lender ?x } UNION { ?y ex:items ?i FILTER(?i = ?x) } }",
    "SELECT ?x ?y ?n { ?y a ex:Loan OPTIONAL { ?y ex:items ?n FILTER(?n > ?x) } }",
    "SELECT ?x ?y { ?y a ex:Loan FILTER NOT EXISTS { ?y ex:lender ?x } }",
    "SELECT ?x ?y { ?y a ex:Loan FILTER EXISTS { ?z ex:of ?y ; ex:items ?i FILTER(?i <= ?x) } } ORDER BY ?y",
    "SELECT ?x ?y { ?y a ex:Loan MINUS { ?y ex:lender ?x } }",
    "SELECT ?x ?y { { SELECT ?x ?y { ?y ex:lender ?x } } }",
    "SELECT ?x ?y { ?y a ex:Loan { SELECT (MAX(?x) AS ?most) { ?z ex:items ?x } } ?y ex:items ?most }",
    "SELECT ?x ?y { VALUES ?y { id:a id:b } ?y ex:lender ?x } LIMIT 5",
    "SELECT ?x ?y { ?y ex:items ?i BIND(COALESCE(?x, 5) AS ?z) FILTER(?i > ?z) }",
    "SELECT ?x ?s { ?s ex:of* ?x FILTER(isIRI(?s)) } ORDER BY ?s",
    "SELECT ?x (EXISTS { ?s ex:lender ?x } AS ?is) {}",
    "SELECT ?x ?y { ?y ex:note ?x } # { ?x",
    "SELECT ?x ?y { ?y ex:lender ?x } VALUES ?y { id:a }",
    "SELECT ?x ?y { ?y ex:lender ?x } GROUP BY ?x ?y HAVING (COUNT(*) > 0)",
]
TERMS = [
    Term(BASE + "id/anna"),
    Term(BASE + "id/a"),
    Term("7", "http://www.w3.org/2001/XMLSchema#integer"),
    Term('it\'s "quoted" \\ and } SERVICE', XSD_STRING),
]


def answers(query: str, options: Mapping[str, object]) -> list[str]:
    if not len(STORE):
        STORE.load(GRAPH.encode(), format=ox.RdfFormat.TURTLE)
    found = STORE.query(query, **options)  # type: ignore[arg-type]
    return sorted(str(each) for each in found)  # type: ignore[union-attr]


@pytest.mark.parametrize(("query", "term"), list(itertools.product(QUERIES, TERMS)))
def test_bound_in_the_text_is_bound_as_by_the_store(query: str, term: Term) -> None:
    substituted = {"prefixes": PREFIXES, "substitutions": {ox.Variable("x"): node(term)}}
    try:
        expected = answers(query, substituted)
    except (RuntimeError, SyntaxError) as error:
        pytest.skip(f"the store itself cannot: {error}")
    assert answers(write(query, x=term), {}) == expected


def test_construct_ask_and_describe_are_bound_too() -> None:
    anna = Term(BASE + "id/anna")
    assert write("ASK { ?y ex:lender ?x }", x=anna).endswith(
        f"ASK {{ VALUES (?x) {{ (<{BASE}id/anna>) }} ?y ex:lender ?x }}"
    )
    assert "{ ?x a ex:L } WHERE { VALUES" in write("CONSTRUCT { ?x a ex:L } WHERE { ?y ex:lender ?x }", x=anna)
    assert "DESCRIBE ?x { VALUES" in write("DESCRIBE ?x { ?y ex:lender ?x }", x=anna)
    for query in ("CONSTRUCT WHERE { ?y ex:lender ?x }", "DESCRIBE ex:a"):
        with pytest.raises(EvaluationFailed):
            write(query, x=anna)


HOSTILE = st.text(
    alphabet="ab'\"\\{}<>()#?$:;., \n\r\t\x00u0027SERVICE\u00e9\u2028\U0001f600", max_size=30
) | st.sampled_from(
    ['" } SERVICE <http://127.0.0.1/> { ?s ?p ?o } #', "\\", "\\u0022", '"""', "' UNION {", "\\\\u0022 ) } #", "*/ --"]
)


@settings(max_examples=400)
@given(first=HOSTILE, second=HOSTILE)
def test_no_text_leaves_its_literal(first: str, second: str) -> None:
    query = "SELECT ?x ?y { ?s ex:note ?x ; ex:other ?y }"
    try:
        text = write(query, x=Term(first, XSD_STRING), y=Term(second, XSD_STRING))
    except (MalformedQuery, ValueError):
        # An engine could misread it, or it is no text of RDF: nothing is sent.
        return
    kinds = [each.kind for each in tokens(text)]
    assert kinds == [each.kind for each in tokens(write(query, x=Term("a", XSD_STRING), y=Term("b", XSD_STRING)))]
    plain = "SELECT ?x ?y " + text[text.index("{") :].replace("?s ex:note ?x ; ex:other ?y", "")
    (row,) = ox.Store().query(plain)  # type: ignore[misc]
    assert (row["x"].value, row["y"].value) == (first, second)
    assert not re.search(r"\\u[0-9a-f]{4}", text, re.IGNORECASE)


@settings(max_examples=400)
@given(text=HOSTILE)
def test_no_text_leaves_its_iri(text: str) -> None:
    try:
        written = write("SELECT ?x { ?s ex:lender ?x }", x=Term("https://example.org/" + text))
    except (BadRequest, MalformedQuery):
        return
    kinds = [each.kind for each in tokens(written)]
    assert kinds == [each.kind for each in tokens(write("SELECT ?x { ?s ex:lender ?x }", x=Term("urn:a:b")))]


def test_a_scheme_that_runs_code_cannot_be_bound() -> None:
    with pytest.raises(QueryRefused):
        write("SELECT ?x { ?s ex:lender ?x }", x=Term("bif:http_get"))
    assert "bif" not in SCHEMES


@given(st.text(alphabet="SELECTWHR{}()[]?xyCONUVALASK*'\"<>.; \n", max_size=60))
def test_binding_ends_whatever_it_is_given(text: str) -> None:
    try:
        bind(text, {"x": "1"})
    except Problem as problem:
        assert isinstance(problem, EvaluationFailed)  # noqa: PT017 - some texts are bound, some are refused


def test_dates_are_written_with_their_type() -> None:
    text = write("SELECT ?x { ?s ex:on ?on FILTER(?on < ?x) }", x=Term("2024-06-01", DATE))
    assert f'VALUES (?x) {{ ("2024-06-01"^^<{DATE}>) }}' in text
