"""Nodes judged a few at a time, or those alone that a change bears on, are judged as in the whole graph."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pyoxigraph as ox
import pytest
import shacl
from hypothesis import given, settings
from hypothesis import strategies as st

from kg_builder.build.described import Descriptions
from kg_builder.build.facts import Facts
from kg_builder.build.judge import Judge
from kg_builder.build.reach import reach_of
from kg_builder.graph.quads import TYPE
from kg_builder.graph.validate import results_of, shapes_of
from kg_builder.ids import Iris
from kg_builder.model import Term

PREFIXES = """\
@prefix : <https://example.org/id/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix rj: <https://w3id.org/rujukan/ns#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
"""
HIERARCHY = (
    "<https://example.org/id/B> <http://www.w3.org/2000/01/rdf-schema#subClassOf> <https://example.org/id/A> .\n"
)
NODES = ("a", "b", "c")

Triples = frozenset[str]

triples = st.frozensets(
    st.one_of(
        st.builds(":{} a :{} .".format, st.sampled_from(NODES), st.sampled_from("ABC")),
        st.builds(":{} :{} :{} .".format, st.sampled_from(NODES), st.sampled_from("pq"), st.sampled_from(NODES)),
        st.builds(':{} :{} "{}" .'.format, st.sampled_from(NODES), st.sampled_from("pq"), st.sampled_from("xy")),
    ),
    max_size=9,
)
forward = st.sampled_from([":p", ":q"])
paths = st.one_of(
    forward,
    forward,
    forward,
    forward.map("[ sh:inversePath {} ]".format),
    st.builds("( {} {} )".format, forward, forward),
)
simple = st.sampled_from(
    ["sh:class :A", "sh:class :B", "sh:nodeKind sh:IRI", "sh:hasValue :a", "sh:in ( :a :b )", "sh:not [ sh:class :B ]"]
)
counts = st.sampled_from(["sh:minCount 1", "sh:maxCount 1", "sh:minCount 2", "sh:equals :q", "sh:disjoint :q"])


def deeper(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    shape = st.one_of(inner.map("[ {} ]".format), st.sampled_from(["s:One", "s:Two"]))
    return st.one_of(
        shape.map("sh:node {}".format),
        shape.map("sh:not {}".format),
        st.builds("sh:{} ( {} {} )".format, st.sampled_from(["or", "and", "xone"]), shape, shape),
        st.builds("sh:property [ sh:path {} ; {} ]".format, paths, st.one_of(inner, counts)),
        st.just("sh:closed true ; sh:ignoredProperties ( rdf:type :p )"),
    )


constraints = st.recursive(simple, deeper, max_leaves=4)
properties = st.builds("sh:property [ sh:path {} ; {} ]".format, paths, st.one_of(counts, constraints))
targets = st.sampled_from(["sh:targetClass :A", "sh:targetClass :B", "sh:targetClass :A , :C"])
others = st.sampled_from([*["sh:targetClass :C"] * 4, "sh:targetNode :a", "sh:targetObjectsOf :p", "a rdfs:Class"])


@st.composite
def shapes(draw: st.DrawFn) -> str:
    # What has a name does not lead back to itself, as SHACL leaves that open.
    leaf = draw(st.sampled_from(["sh:property [ sh:path :q ; sh:minCount 1 ]", "sh:class :B", "sh:nodeKind sh:IRI"]))
    back = draw(st.sampled_from(["[ sh:inversePath :p ]", ":p"]))
    return (
        f"{PREFIXES}@prefix s: <https://example.org/s/> .\n"
        f"s:One a sh:NodeShape ; {leaf} .\n"
        f"s:Two a sh:NodeShape ; sh:property [ sh:path {back} ; sh:maxCount 1 ] .\n"
        f"s:X a sh:NodeShape ; {draw(targets)} ; {draw(properties)} ; {draw(st.one_of(properties, constraints))} .\n"
        f":C a sh:NodeShape ; {draw(others)} ; {draw(properties)} .\n"
    )


SEVERAL = 240
"""Articles whose nodes come in several groups."""


def flat(turtle: str) -> str:
    return (ox.serialize(ox.parse(turtle, format=ox.RdfFormat.TURTLE), format=ox.RdfFormat.N_TRIPLES) or b"").decode()


def judge(written: str, said: Triples) -> Judge:
    store = ox.Store()
    store.load(PREFIXES + "\n".join(said), format=ox.RdfFormat.TURTLE)
    return Judge(Facts(store, Iris("https://example.org/")), flat(written), HIERARCHY)


Result = tuple[str, ...]


def told(results: list[shacl.Result]) -> set[Result]:
    return {(each.focus_node, each.component, str(each.path), str(each.value)) for each in results}


def whole(written: str, said: Triples) -> set[Result]:
    return told(results_of(shapes_of(flat(written)), [flat(PREFIXES + "\n".join(sorted(said))), HIERARCHY]))


def check_alike(written: str, before: Triples, after: Triples) -> None:
    now, wanted = judge(written, after), whole(written, after)
    reach = now.reach
    with (
        TemporaryDirectory() as folder,
        Descriptions(Path(folder), SEVERAL, reach.inverse, reach.properties) as described,
    ):
        for line in flat(PREFIXES + "\n".join(after)).splitlines(keepends=True):
            described.add(line.encode(), ())
        assert told([*now.results_of(described.groups())]) == wanted
    if whole(written, before):
        return  # a release breaks no shape
    changed = [
        (Term(str(each.subject)), Term(str(each.predicate)), Term(str(each.object)))
        for each in ox.parse(PREFIXES + "\n".join(before ^ after), format=ox.RdfFormat.TURTLE)
    ]
    # As `increment` asks it.
    nodes = {subject for subject, _, _ in changed}
    retyped = {subject for subject, predicate, _ in changed if predicate == TYPE}
    nodes |= {target for _, predicate, target in changed if predicate in now.reach.inverse}
    assert told([*now.results(sorted(nodes | now.also(nodes, retyped)))]) == wanted


NESTED = f"""{PREFIXES}:X a sh:NodeShape ; sh:targetClass :A ;
  sh:property [ sh:path :p ; sh:property [ sh:path :p ; sh:class :A ] ] ."""


@pytest.mark.parametrize("before", [(), (":a :p :a .", ":b :p :a ."), (":b a :A .", ":b :p :a .", ":a :p :b .")])
def test_a_value_that_no_shape_is_for_may_be_what_is_wrong(before: tuple[str, ...]) -> None:
    wrong = {":b a :A .", ":b :p :a .", ":a :p :a ."}
    assert {node for node, *_ in whole(NESTED, frozenset(wrong))} == {"<https://example.org/id/a>"}
    check_alike(NESTED, frozenset(before), frozenset(wrong))


@settings(max_examples=150)
@given(shapes(), triples, triples)
def test_some_nodes_are_judged_as_in_the_whole_graph(written: str, before: Triples, more: Triples) -> None:
    check_alike(written, before, before ^ more)


@pytest.mark.long
@settings(max_examples=5_000)
@given(shapes(), triples, triples)
def test_some_nodes_are_judged_as_in_the_whole_graph_many_times(written: str, before: Triples, more: Triples) -> None:
    check_alike(written, before, before ^ more)


@pytest.mark.parametrize(
    "shape",
    [
        "sh:targetClass :A ; sh:property [ sh:path ( :p :q ) ; sh:minCount 1 ]",
        "sh:targetClass :A ; sh:property [ sh:path [ sh:zeroOrMorePath :p ] ; sh:class :B ]",
        "sh:targetClass :A ; sh:property [ sh:path [ sh:inversePath :p ] ; sh:class :B ]",
        "sh:targetClass :A ; sh:property [ sh:path [ sh:inversePath rdf:subject ] ; sh:minCount 1 ]",
        "sh:targetClass :A ; sh:property [ sh:path :p ; sh:qualifiedValueShape [ ] ; sh:qualifiedMinCount 1 ]",
        "sh:targetClass rj:Derivation ; sh:property [ sh:path rj:rule ; sh:maxCount 1 ]",
        "sh:targetSubjectsOf :p ; sh:property [ sh:path :p ; sh:maxCount 1 ]",
        "sh:targetNode :a ; sh:property [ sh:path :p ; sh:maxCount 1 ]",
        "a owl:Class ; sh:property [ sh:path :p ; sh:maxCount 1 ]",
    ],
)
def test_what_reaches_further_is_judged_in_the_whole_graph(shape: str) -> None:
    assert reach_of(flat(f"{PREFIXES}:S a sh:NodeShape ; {shape} ."), HIERARCHY).whole


def test_a_reach_names_what_shapes_look_at() -> None:
    written = (
        f"{PREFIXES}:S a sh:NodeShape ; sh:targetClass :A ; sh:property [ sh:path :kind ; sh:class :B ] ,"
        " [ sh:path :value ; sh:or ( :T [ sh:nodeKind sh:Literal ] ) ] ,"
        " [ sh:path [ sh:inversePath :into ] ; sh:minCount 1 ] ,"
        " [ sh:path :plain ; sh:maxCount 1 ] . :T a sh:NodeShape ; sh:property [ sh:path :deep ; sh:class :B ] ."
    )
    reach = reach_of(flat(written), HIERARCHY)
    base = "<https://example.org/id/"
    assert reach.targets == {f"{base}A>", f"{base}B>"}
    assert reach.kinds == {f"{base}kind>", f"{base}value>", f"{base}deep>"}
    assert reach.values == {f"{base}value>"}
    assert reach.inverse == {f"{base}into>"}
    assert not reach.whole
