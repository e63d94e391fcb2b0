"""Queries that want all memory, all time, or the parser's stack."""

# ruff: noqa: E501 - a line for each request
from __future__ import annotations

from collections.abc import Iterator

from tests.hostile.cases import Case, query_case

# Where a limit ends it: memory or the size of the answer (422), or the deadline (504).
TIME, SPACE, LIMIT = (504,), (422,), (422, 504)
QUICK, BAD = (200,), (400,)

_DIGITS = " ".join(map(str, range(60)))


def product(places: int, values: str = _DIGITS) -> str:
    return " ".join(f"VALUES ?v{place} {{ {values} }}" for place in range(places))


JOINED = "CONCAT(" + ", '-', ".join(f"STR(?v{place})" for place in range(5)) + ")"
FLOOD = f"ASK {{ {product(6)} FILTER(?v0 + ?v1 + ?v2 + ?v3 + ?v4 + ?v5 < 0) }}"
ALL = " ".join(f"?s{place} ?p{place} ?o{place} ." for place in range(4))


def cases() -> Iterator[Case]:
    for family in (
        _products,
        _paths,
        _values,
        _regex,
        _aggregates,
        _recursion,
        _constructs,
        _strings,
        _shapes,
        _like_small,
    ):
        yield from family()


def _products() -> Iterator[Case]:
    family = "Cartesian products"
    yield query_case(family, "of all triples, counted", f"SELECT (COUNT(*) AS ?n) {{ {ALL} }}", *TIME)
    yield query_case(family, "of all triples, sent", f"SELECT * {{ {ALL} }}", *LIMIT)
    yield query_case(family, "never true", f"ASK {{ {product(6)} FILTER(?v0 + ?v1 + ?v2 + ?v3 < 0) }}", *TIME)
    yield query_case(family, "distinct", f"SELECT DISTINCT * {{ {ALL} }}", *LIMIT)
    yield query_case(family, "distinct, counted", f"SELECT (COUNT(DISTINCT {JOINED}) AS ?n) {{ {product(5)} }}", *LIMIT)
    yield query_case(family, "limited late", f"SELECT * {{ {ALL} }} OFFSET 999999999999 LIMIT 1", *TIME)
    yield query_case(
        family, "of graphs", "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?a ?b ?c } ?d ?e ?f . ?g1 ?h ?i . ?j ?k ?l }", *TIME
    )
    yield query_case(
        family,
        "joined by a filter",
        "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(STR(?c) = STRBEFORE(STR(?f), STR(?i))) }",
        *LIMIT,
    )


def _paths() -> Iterator[Case]:
    family = "Property paths"
    near = "ex:near"
    yield query_case(
        family,
        "star from everywhere to everywhere",
        f"SELECT (COUNT(*) AS ?n) {{ ?a {near}* ?b . ?c {near}* ?d }}",
        *LIMIT,
    )
    yield query_case(family, "plus, four times", f"SELECT * {{ ?a {near}+/{near}+/{near}+/{near}+ ?b }}", *LIMIT)
    yield query_case(
        family, "stars of stars", f"ASK {{ ?a ((({near}*)*)*)* ?b . ?b (({near}+)*)+ ?c FILTER(?a = 1) }}", *LIMIT
    )
    yield query_case(family, "a negated set", "SELECT * { ?a (!(ex:none|^ex:none))* ?b }", *LIMIT)
    yield query_case(family, "both ways", f"SELECT * {{ ?a ({near}|^{near})* ?b . ?b ({near}|^{near})* ?c }}", *LIMIT)
    yield query_case(family, "a long chain", "ASK { ?a " + "/".join([near] * 2000) + " ?b }", 200, *LIMIT)
    yield query_case(family, "a long choice", "ASK { ?a " + "|".join([near] * 3000) + " ?b }", 200, *LIMIT)
    yield query_case(family, "a choice, starred", "SELECT * { ?a (" + "|".join([near] * 500) + ")* ?b }", *LIMIT)
    yield query_case(family, "many inversions", "ASK { ?a " + "^" * 30_000 + f"{near} ?b }}", 200, 400)
    yield query_case(family, "nested optionals", "ASK { ?a " + "(" * 100 + near + "?)" * 100 + " ?b }", 200, *LIMIT)
    yield query_case(
        family, "a name that is nowhere, starred", "SELECT * { ?a <urn:none>* ?b . ?c <urn:none>* ?d }", *LIMIT
    )


def _values() -> Iterator[Case]:
    family = "VALUES"
    many = " ".join(map(str, range(10_000)))
    yield query_case(family, "60 kB of numbers", f"SELECT * {{ VALUES ?v {{ {many} }} }}", *QUICK)
    yield query_case(
        family, "squared", f"SELECT * {{ VALUES ?v {{ {many[:25000]} }} VALUES ?w {{ {many[:25000]} }} }}", *LIMIT
    )
    yield query_case(
        family,
        "a wide table",
        "ASK { VALUES (" + " ".join(f"?v{n}" for n in range(4000)) + ") { (" + "1 " * 4000 + ") } }",
        *QUICK,
    )
    yield query_case(
        family,
        "undefined everywhere",
        "SELECT (COUNT(*) AS ?n) { VALUES (?s ?p ?o) { " + "(UNDEF UNDEF UNDEF)" * 2500 + " } ?s ?p ?o . ?s ?q ?r }",
        *LIMIT,
    )
    yield query_case(family, "longer than is read", f"ASK {{ VALUES ?v {{ {many * 3} }} }}", 413)
    yield query_case(
        family, "an IN list", f"SELECT * {{ ?s ?p ?o FILTER(?o IN ({', '.join(map(str, range(9000)))})) }}", 200, *LIMIT
    )


def _regex() -> Iterator[Case]:
    family = "Regular expressions"
    long = "a" * 20_000
    yield query_case(family, "nested quantifiers", f"ASK {{ FILTER(REGEX('{long}!', '^(a+)+$')) }}", *QUICK)
    yield query_case(family, "overlapping choices", f"ASK {{ FILTER(REGEX('{long}!', '^(a|aa|aaa)*$')) }}", *QUICK)
    yield query_case(
        family, "counted repetitions", "ASK { FILTER(REGEX('a', '((a{1,100}){1,100}){1,100}')) }", 200, *LIMIT
    )
    yield query_case(family, "a thousand dots", f"ASK {{ FILTER(REGEX('{long}', '{'.*' * 2000}x')) }}", 200, *LIMIT)
    yield query_case(
        family, "nested groups", f"ASK {{ FILTER(REGEX('a', '{'(' * 9000}a{')' * 9000}')) }}", 200, 400, *LIMIT
    )
    yield query_case(family, "an unknown flag", "ASK { FILTER(REGEX('a', 'a', 'zzzzzz')) }", *QUICK)
    yield query_case(
        family,
        "a class of everything",
        "ASK { ?s ?p ?o FILTER(REGEX(STR(?o), '[\\\\w\\\\W]{500}[\\\\p{L}]{500}', 'i')) }",
        200,
        *LIMIT,
    )
    yield query_case(
        family,
        "over a product",
        f"SELECT (COUNT(*) AS ?n) {{ {product(5)} FILTER(REGEX({JOINED}, '(.*1){{5}}')) }}",
        *TIME,
    )
    yield query_case(
        family,
        "another pattern for each row",
        f"SELECT (COUNT(*) AS ?n) {{ {product(4)} FILTER(REGEX('1', CONCAT(STR(?v0), '|', STR(?v1), '.*', STR(?v2)))) }}",
        *TIME,
    )


def _aggregates() -> Iterator[Case]:
    family = "Aggregates and orders"
    yield query_case(
        family, "GROUP_CONCAT of a product", f"SELECT (STRLEN(GROUP_CONCAT({JOINED})) AS ?n) {{ {product(5)} }}", *LIMIT
    )
    yield query_case(
        family,
        "GROUP_CONCAT with a long separator",
        f"SELECT (GROUP_CONCAT(?v0; SEPARATOR='{'-' * 30_000}') AS ?n) {{ {product(3)} }}",
        200,
        *LIMIT,
    )
    yield query_case(
        family, "GROUP_CONCAT DISTINCT", f"SELECT (GROUP_CONCAT(DISTINCT {JOINED}) AS ?n) {{ {product(5)} }}", *LIMIT
    )
    yield query_case(
        family,
        "a group for each row",
        f"SELECT ?x (COUNT(*) AS ?n) {{ {product(5)} BIND({JOINED} AS ?x) }} GROUP BY ?x",
        *LIMIT,
    )
    yield query_case(
        family,
        "a thousand aggregates",
        "SELECT " + " ".join(f"(SUM(?v0+{n}) AS ?n{n})" for n in range(1000)) + f" {{ {product(4)} }}",
        *LIMIT,
    )
    yield query_case(
        family, "ORDER BY over everything", f"SELECT * {{ {ALL} }} ORDER BY ?o3 ?o2 ?o1 ?o0 DESC(?s0)", *LIMIT
    )
    yield query_case(family, "ORDER BY RAND", f"SELECT ?v0 {{ {product(5)} }} ORDER BY RAND()", *LIMIT)
    yield query_case(
        family,
        "ORDER BY, one row",
        f"SELECT ?x {{ {product(5)} BIND({JOINED} AS ?x) }} ORDER BY DESC(?x) LIMIT 1",
        *LIMIT,
    )
    yield query_case(
        family,
        "a thousand orders",
        f"SELECT * {{ {product(2)} }} ORDER BY " + " ".join(["?v0 DESC(?v1)"] * 1000),
        200,
        *LIMIT,
    )
    yield query_case(family, "SAMPLE of nothing", "SELECT (SAMPLE(?x) AS ?y) (AVG(?x) AS ?z) {}", *QUICK)


def _recursion() -> Iterator[Case]:
    family = "Recursion in parsing"
    yield query_case(family, "braces", "ASK " + "{" * 20_000 + "}" * 20_000, *BAD)
    yield query_case(family, "braces, never closed", "ASK " + "{" * 50_000, *BAD)
    yield query_case(family, "parentheses", "ASK { FILTER" + "(" * 20_000 + "1" + ")" * 20_000 + " }", *BAD)
    yield query_case(family, "square brackets", "ASK { ?s ?p " + "[ ?p " * 8000 + "1" + "]" * 8000 + " }", *BAD)
    yield query_case(family, "collections", "ASK { ?s ?p " + "(" * 20_000 + "1" + ")" * 20_000 + " }", *BAD)
    yield query_case(family, "triple terms", "ASK { ?s ?p " + "<<( ?s ?p " * 4000 + "1" + " )>>" * 4000 + " }", *BAD)
    yield query_case(family, "annotations", "ASK { ?s ?p ?o " + "{| ?p ?o " * 5000 + "|}" * 5000 + " }", *BAD)
    yield query_case(family, "unions", "ASK { {} " + "UNION {} " * 6000 + "}", 200, *LIMIT)
    yield query_case(family, "negations", "ASK { FILTER(" + "!" * 60_000 + "true) }", 200, 400, *LIMIT)
    yield query_case(family, "minus signs", "ASK { FILTER(0 = " + "- " * 20_000 + "1) }", 200, 400, *LIMIT)
    yield query_case(family, "a sum", "ASK { FILTER(1 = 1" + "+1" * 25_000 + ") }", 200, *LIMIT)
    yield query_case(family, "conjunctions", "ASK { FILTER(true" + "&&true" * 9000 + ") }", 200, *LIMIT)
    yield query_case(family, "calls", "ASK { FILTER(" + "STR(" * 120 + "1" + ")" * 120 + ") }", 200, *LIMIT)
    yield query_case(
        family, "EXISTS in EXISTS", "ASK { " + "FILTER EXISTS { ?s ?p ?o " * 60 + "}" * 60 + " }", 200, *LIMIT
    )
    yield query_case(
        family, "brackets in strings", "ASK { FILTER('" + "'='".join(["{([" * 20] * 900) + "' = '') }", *BAD
    )
    yield query_case(family, "IF in IF", "ASK { FILTER(" + "IF(true," * 120 + "1" + ",0)" * 120 + ") }", 200, *LIMIT)
    yield query_case(family, "prefixes", "".join(f"PREFIX p{n}: <urn:{n}:>\n" for n in range(2500)) + "ASK {}", *QUICK)


def _constructs() -> Iterator[Case]:
    family = "CONSTRUCT and DESCRIBE"
    template = " ".join(f"?s0 <urn:p{n}> ?o{n % 4} ." for n in range(500))
    yield query_case(family, "a wide template over a product", f"CONSTRUCT {{ {template} }} {{ {ALL} }}", *LIMIT)
    yield query_case(family, "blank nodes without end", f"CONSTRUCT {{ [] ?p0 [ ?p1 [] ] }} {{ {ALL} }}", *LIMIT)
    yield query_case(
        family, "collections without end", f"CONSTRUCT {{ ?s0 ?p0 (?o0 ?o1 ?o2 ?o3) }} {{ {ALL} }}", *LIMIT
    )
    yield query_case(
        family,
        "as RDF/XML, with what it cannot name",
        "CONSTRUCT { ?s <urn:a/> ?o } { ?s ?p ?o }",
        200,
        422,
        format="rdfxml",
    )
    yield query_case(family, "DESCRIBE of everything", "DESCRIBE * { ?s ?p ?o . ?s1 ?p1 ?o1 . ?s2 ?p2 ?o2 }", *LIMIT)
    yield query_case(family, "DESCRIBE of many", "DESCRIBE " + " ".join(f"<urn:{n}>" for n in range(5000)), 200, 504)


def _strings() -> Iterator[Case]:
    family = "Strings"
    doubling = "".join(f"BIND(CONCAT(?x{n}, ?x{n}) AS ?x{n + 1}) " for n in range(40))
    yield query_case(
        family, "doubled forty times", f"SELECT (STRLEN(?x40) AS ?n) {{ BIND('a' AS ?x0) {doubling} }}", *LIMIT
    )
    yield query_case(
        family,
        "doubled and hashed",
        f"SELECT (SHA512(?x24) AS ?n) {{ BIND('a' AS ?x0) {doubling[:850]} }}",
        200,
        400,
        *LIMIT,
    )
    grown = "".join(f"BIND(REPLACE(?x{n}, 'a', 'aaaaaaaaaa') AS ?x{n + 1}) " for n in range(12))
    yield query_case(
        family, "REPLACE that grows", f"SELECT (STRLEN(?x12) AS ?n) {{ BIND('a' AS ?x0) {grown} }}", *LIMIT
    )
    yield query_case(
        family,
        "ENCODE_FOR_URI that grows",
        "SELECT (STRLEN(?x) AS ?n) { BIND(" + "ENCODE_FOR_URI(" * 100 + f"'{'%' * 20_000}'" + ")" * 100 + " AS ?x) }",
        200,
        *LIMIT,
    )
    yield query_case(
        family, "a huge answer from one row", f"SELECT ?x25 {{ BIND('a' AS ?x0) {doubling[:900]} }}", 200, 400, *LIMIT
    )
    yield query_case(family, "escapes", "ASK { FILTER('" + "\\u0000" * 5000 + "' = '') }", 200, 400)
    yield query_case(family, "surrogates", "ASK { FILTER('\\uD800' = '') }", 200, 400)
    yield query_case(
        family,
        "SUBSTR out of range",
        "SELECT (SUBSTR('abc', -1e308, 1e308) AS ?x) (SUBSTR('abc', 0/0) AS ?y) {}",
        *QUICK,
    )
    yield query_case(
        family,
        "numbers out of range",
        "SELECT (1e308*1e308 AS ?a) (9223372036854775807+1 AS ?b) (1/0 AS ?c) (-9223372036854775808/-1 AS ?d) (ABS(-9223372036854775808) AS ?e) {}",
        *QUICK,
    )
    yield query_case(
        family,
        "dates out of range",
        "SELECT (xsd:dateTime('999999999999-01-01T00:00:00Z') AS ?a) (YEAR('x'^^xsd:date) AS ?b) {}",
        *QUICK,
    )


def _shapes() -> Iterator[Case]:
    family = "Long and deep patterns"
    binds = " ".join(f"BIND(?x{n} + 1 AS ?x{n + 1})" for n in range(1500))
    yield query_case(family, "a chain of BIND", f"SELECT ?x1500 {{ BIND(1 AS ?x0) {binds} }}", 200, *LIMIT)
    yield query_case(
        family, "deep subselects", "SELECT * { " + "{ SELECT * { " * 60 + "?s ?p ?o" + " } }" * 60 + " }", 200, *LIMIT
    )
    yield query_case(
        family,
        "many OPTIONAL",
        "ASK { ?s ?p ?o " + "".join(f"OPTIONAL {{ ?s ?p{n} ?o{n} }} " for n in range(600)) + "}",
        200,
        *LIMIT,
    )
    yield query_case(
        family,
        "OPTIONAL, all rows",
        "SELECT * { ?s ?p ?o " + "".join(f"OPTIONAL {{ ?o{n} ?p{n} ?s }} " for n in range(30)) + "}",
        *LIMIT,
    )
    yield query_case(
        family, "many UNION", "SELECT * { { ?s ?p ?o } " + "UNION { ?s ?p ?o . ?o ?q ?r } " * 1200 + "}", 200, *LIMIT
    )
    yield query_case(
        family, "many MINUS", "SELECT * { ?s ?p ?o " + "MINUS { ?s ?x ?y . ?y ?z ?w } " * 400 + "}", 200, *LIMIT
    )
    yield query_case(
        family,
        "many patterns",
        "ASK { " + "".join(f"?s{n} ex:near ?s{n + 1} . " for n in range(2500)) + "}",
        200,
        *LIMIT,
    )
    yield query_case(
        family,
        "many variables",
        "SELECT * { " + "".join(f"?a{n} ?b{n} ?c{n} . " for n in range(2000)) + "} LIMIT 1",
        200,
        *LIMIT,
    )
    yield query_case(
        family,
        "a clique",
        "ASK { " + " ".join(f"?s{a} ex:near ?s{b} ." for a in range(14) for b in range(a)) + " FILTER(?s0 = ?s1) }",
        200,
        *LIMIT,
    )
    yield query_case(
        family,
        "LATERAL-like EXISTS",
        "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f FILTER NOT EXISTS { ?a ex:near+ ?d } }",
        *LIMIT,
    )


def _like_small() -> Iterator[Case]:
    """Of the shape of questions that are answered without a query process, and anything but small."""
    family = "Posing as small"
    apart = " ".join(f"?a{place} ex:near ?b{place} ." for place in range(4))
    yield query_case(family, "four patterns that share nothing", f"SELECT * {{ {apart} }}", *LIMIT)
    yield query_case(family, "the same, distinct", f"SELECT DISTINCT ?a0 {{ {apart} }}", *LIMIT)
    yield query_case(family, "the same, far behind", f"SELECT * {{ {apart} }} LIMIT 1 OFFSET 999999999", *LIMIT)
    chain = " . ".join(f"?a{place} ex:near ?a{place + 1}" for place in range(3))
    yield query_case(family, "a chain that nothing ends", f"ASK {{ {chain} . ?a3 ex:near ex:nowhere }}", *QUICK, *LIMIT)
    spelt = apart.replace("ex:near", "ex:%6eear")
    yield query_case(family, "another spelling of the property", f"SELECT * {{ {spelt} }}", *QUICK)
    yield query_case(
        family, "a prefix that is not the one", f"PREFIX ex: <urn:x> # PREFIX ex:\nSELECT * {{ {apart} }}", *QUICK
    )
