"""What is taken for a few triple patterns is read as SPARQL parsers read it, and never costs more than was reckoned."""

from __future__ import annotations

from collections import Counter
from itertools import permutations

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdflib import URIRef, Variable
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.parserutils import CompValue

from kg_server.backends.shape import TYPE, Extent, Extents, Pattern, patterns_of

PREFIXES = {"ex": "urn:ex:", "": "urn:none:"}
SUBJECTS = ["?a", "?b", "?c", "<urn:n:1>", "ex:n2", ":n3"]
VERBS = ["<urn:p:1>", "ex:p2", "a", ":p-3"]
OBJECTS = [*SUBJECTS, '"x"', '"x # y"@en', '"a ; b . c"', "5"]
SPACES = [" ", "\n", " # <urn:p:9> ?x .\n", "\t "]


@st.composite
def questions(draw: st.DrawFn) -> str:
    space = st.sampled_from(SPACES)
    parts = []
    for _ in range(draw(st.integers(1, 3))):
        verbs = []
        for _ in range(draw(st.integers(1, 2))):
            objects = draw(st.lists(st.sampled_from(OBJECTS), min_size=1, max_size=2))
            verbs.append(f"{draw(st.sampled_from(VERBS))}{draw(space)}" + f" ,{draw(space)}".join(objects))
        parts.append(f"{draw(st.sampled_from(SUBJECTS))}{draw(space)}" + f" ;{draw(space)}".join(verbs))
    form = draw(st.sampled_from(["SELECT *", "SELECT DISTINCT ?a ?b", "select ?c where", "ASK", "ASK WHERE"]))
    declared = draw(st.sampled_from(["", "PREFIX ex: <urn:other:>\n", "prefix z:<urn:z> "]))
    after = draw(st.sampled_from(["", "LIMIT 5", " limit 5 OFFSET 2 # end"])) if form[:3] != "ASK" else ""
    return f"{declared}{form}{draw(space)}{{{draw(space)}" + f" .{draw(space)}".join(parts) + f"{draw(space)}}}{after}"


def read_by_rdflib(query: str) -> Counter[tuple[bool, str, bool]]:
    found: Counter[tuple[bool, str, bool]] = Counter()
    pending = [prepareQuery(query, initNs=PREFIXES).algebra]
    while pending:
        node = pending.pop()
        for subject, verb, target in node.triples if node.name == "BGP" else ():
            found[isinstance(subject, Variable), str(verb), isinstance(target, Variable)] += 1
            assert isinstance(verb, URIRef)
        pending += [each for name, each in node.items() if isinstance(each, CompValue) and name != "where"]
    return found


@given(questions())
def test_patterns_are_those_that_another_parser_reads(query: str) -> None:
    patterns = patterns_of(query, PREFIXES)
    if patterns is not None:
        assert Counter((s is not None, p, o is not None) for s, p, o, _ in patterns) == read_by_rdflib(query)
    else:
        # More than four patterns, or a class that is no IRI.
        assert sum(read_by_rdflib(query).values()) > 4 or ' "' in query or " 5" in query or "a" in query


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?s { ?s ?p ?o }",
        "SELECT ?s { ?s <urn:p>* ?o }",
        "SELECT ?s { ?s <urn:p>/<urn:q> ?o }",
        "SELECT ?s { ?s ^<urn:p> ?o }",
        "SELECT ?s { ?s <urn:p> ?o FILTER(?o > 1) }",
        "SELECT ?s { ?s <urn:p> ?o } ORDER BY ?s",
        "SELECT (COUNT(*) AS ?n) { ?s <urn:p> ?o }",
        "SELECT ?s { SERVICE <urn:x> { ?s <urn:p> ?o } }",
        "SELECT ?s { GRAPH <urn:x> { ?s <urn:p> ?o } }",
        "SELECT ?s FROM <urn:g> { ?s <urn:p> ?o }",
        "SELECT ?s { { ?s <urn:p> ?o } UNION { ?s <urn:q> ?o } }",
        "SELECT ?s { ?s <urn:p> ?o OPTIONAL { ?s <urn:q> ?o } }",
        "SELECT ?s { ?s <urn:p> [] }",
        "SELECT ?s { ?s <urn:p> (1 2) }",
        "SELECT ?s { ?s <urn:p> 5.5 }",
        "SELECT ?s { ?s ex:a.b ?o }",
        "SELECT ?s { ?s ex:a:b ?o }",
        "SELECT ?s { ?s ex:a%41 ?o }",
        "SELECT ?s { ?s ex:é ?o }",
        "SELECT ?s { ?s unknown:p ?o }",
        r"SELECT ?s { ?s <urn:\u0070> ?o }",
        'SELECT ?s { ?s <urn:p> """x""" }',
        'SELECT ?s { ?s <urn:p> "x"^^<urn:t> }',
        "BASE <urn:x> SELECT ?s { ?s <urn:p> ?o }",
        "CONSTRUCT { ?s <urn:p> ?o } WHERE { ?s <urn:p> ?o }",
        "SELECT ?s { ?s <urn:p> ?o } VALUES ?s { <urn:a> }",
        "# PREFIX ex: <urn:small>\nPREFIX ex: # PREFIX ex: <urn:small>\n<urn:large> SELECT ?s { ?s ex:p ?o }",
        "SELECT ?s { ?s <urn:p> ?o } #" + "x" * 2000,
        "",
    ],
)
def test_anything_else_is_none_of_them(query: str) -> None:
    assert patterns_of(query, PREFIXES) is None


@given(st.text(alphabet='?ab<>:urnp.;,{} #\n"SELECTAK*', max_size=60))
def test_nothing_makes_it_fail(text: str) -> None:
    patterns_of(text, PREFIXES)
    patterns_of("SELECT * {" + text + "}", PREFIXES)


@pytest.mark.parametrize("piece", ["# ", "<urn:a", '"', "?a ", ";,", "a ", " \n", "ex:a-", "<a:"])
def test_long_nonsense_is_read_in_one_go(piece: str) -> None:
    # Backtracking would take longer than the life of the machine.
    patterns_of("SELECT ?s { ?s <urn:p> " + piece * 300, PREFIXES)
    patterns_of(piece * 300, PREFIXES)


TRIPLES = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 2), st.integers(0, 4)), max_size=40, unique=True)


def reach(triples: list[tuple[int, int, int]]) -> Extents:
    properties = {}
    for verb in {p for _, p, _ in triples}:
        own = [(s, o) for s, p, o in triples if p == verb]
        most = [max(Counter(pair[side] for pair in own).values()) for side in (0, 1)]
        properties[f"urn:p:{verb}"] = Extent(len(own), *most)
    return Extents(properties, {})


def rows_of(triples: list[tuple[int, int, int]], patterns: tuple[Pattern, ...]) -> int:
    store = ox.Store()
    for s, p, o in triples:
        store.add(ox.Quad(*(ox.NamedNode(each) for each in (f"urn:n:{s}", f"urn:p:{p}", f"urn:n:{o}"))))
    text = " . ".join(f"{s or '<urn:n:1>'} <{p}> {o or '<urn:n:2>'}" for s, p, o, _ in patterns)
    results = store.query(f"SELECT * {{ {text} }}")
    assert isinstance(results, ox.QuerySolutions)
    return sum(1 for _ in results)


NODES = st.sampled_from(["?a", "?b", "?c", None])


@given(TRIPLES, st.lists(st.tuples(NODES, st.integers(0, 2), NODES), min_size=1, max_size=3))
def test_no_join_has_more_rows_than_its_work(
    triples: list[tuple[int, int, int]], asked: list[tuple[str | None, int, str | None]]
) -> None:
    patterns: tuple[Pattern, ...] = tuple((s, f"urn:p:{p}", o, None) for s, p, o in asked)
    work = reach(triples).work(patterns)
    for order in permutations(patterns):
        assert sum(rows_of(triples, order[:end]) for end in range(1, len(order) + 1)) <= work


def test_a_class_counts_its_instances() -> None:
    extents = Extents({TYPE: Extent(1000, 3, 900)}, {"urn:Fair": 4})
    assert extents.work((("?a", TYPE, None, "urn:Fair"),)) == 4
    assert extents.work((("?a", TYPE, None, "urn:Other"),)) == float("inf")
    assert extents.work((("?a", TYPE, "?b", None),)) == 1000
    assert extents.work(((None, TYPE, "?b", None),)) == 3
    assert extents.work((("?a", "urn:unknown", "?b", None),)) == float("inf")
