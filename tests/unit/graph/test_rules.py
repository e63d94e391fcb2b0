from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support import museum as m

from kg_builder.errors import SourceError
from kg_builder.graph import rules
from kg_builder.graph.about import name_blank_nodes, ontology_lines
from kg_builder.graph.assemble import assemble
from kg_builder.graph.rules import derivation_lines, derive, load_rules, parse_rule
from kg_builder.ids import Iris
from kg_builder.model import Term, Triple
from kg_builder.namespaces import PROV, XSD
from kg_builder.terms import iri, text, typed

NAMES = {"e": "https://e.org/"}


def e(name: str) -> Term:
    return iri(f"https://e.org/{name}")


def rule(body: str, name: str = "r") -> rules.Rule:
    return parse_rule(name, f"# Why.\n{body}", NAMES)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("CONSTRUCT { ?x e:p ?y } WHERE { OPTIONAL { ?x e:q ?y } }", "only basic patterns and filters, not LeftJoin"),
        ("CONSTRUCT { ?x e:p ?y } WHERE { { ?x e:q ?y } UNION { ?y e:q ?x } }", "not Union"),
        ("CONSTRUCT { ?x e:p ?y } WHERE { ?x e:q ?y MINUS { ?x e:r ?y } }", "not Minus"),
        ("CONSTRUCT { ?x e:p ?z } WHERE { ?x e:q ?y BIND(STR(?y) AS ?z) }", "not Extend"),
        ("CONSTRUCT { ?x e:p ?y } WHERE { ?x e:q ?y VALUES ?y { e:a } }", "not ToMultiSet"),
        ("CONSTRUCT { ?x e:p ?y } WHERE { GRAPH ?g { ?x e:q ?y } }", "not Graph"),
        ("CONSTRUCT { ?x e:p ?y } WHERE { SERVICE e:s { ?x e:q ?y } }", "not ServiceGraphPattern"),
        ("CONSTRUCT { ?x e:p ?y } WHERE { ?x e:q ?y } LIMIT 1", "not Slice"),
        ("CONSTRUCT { ?x e:p ?y } WHERE { ?x e:q+ ?y }", "property paths cannot be traced to premises"),
        ("CONSTRUCT { ?x e:p ?y } WHERE { ?x e:q [ e:r ?y ] }", "use variables, not blank nodes"),
        ("CONSTRUCT { ?x e:p [ e:q ?y ] } WHERE { ?x e:q ?y }", "use variables, not blank nodes"),
        ("CONSTRUCT { ?x e:p _:b } WHERE { ?x e:q ?y }", "use variables, not blank nodes"),
        ("CONSTRUCT { ?x e:p ?z } WHERE { ?x e:q ?y }", "?z is concluded but not bound in WHERE"),
        (
            "CONSTRUCT { ?x e:p ?y } WHERE { ?x e:q ?y FILTER NOT EXISTS { ?x e:r ?y } }",
            "a filter may not ask for what exists: a conclusion must not depend on what is absent",
        ),
        (
            "CONSTRUCT { ?x e:p ?y } WHERE { ?x e:q ?y FILTER(RAND() > 0.5) }",
            "a filter may not depend on chance or on the time of the build",
        ),
        (
            "CONSTRUCT { ?x e:p ?y } WHERE { ?x e:q ?y FILTER(?y < NOW()) }",
            "a filter may not depend on chance or on the time of the build",
        ),
        ("SELECT * WHERE { ?x e:q ?y }", "a rule is a CONSTRUCT"),
        (
            "CONSTRUCT WHERE { ?x e:q ?y }",
            "write «CONSTRUCT { … } WHERE { … }» with CONSTRUCT at the start of its line",
        ),
        ("CONSTRUCT { ?x e:p ?y } WHERE { ?x e:q ", "not SPARQL: "),
        ("CONSTRUCT { ?x f:p ?y } WHERE { ?x f:q ?y }", "not SPARQL: "),
    ],
)
def test_a_rule_of_another_form_is_refused_in_words(body: str, message: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        rule(body)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    "source", ["CONSTRUCT { ?x e:p ?y } WHERE { ?x e:q ?y }", "#\nCONSTRUCT { ?x e:p ?y } WHERE { ?x e:q ?y }"]
)
def test_a_rule_says_why(source: str) -> None:
    with pytest.raises(ValueError, match="the first line must be a comment that says why the rule holds"):
        parse_rule("r", source, NAMES)


def test_every_application_names_its_premises() -> None:
    found = derive(
        [rule("CONSTRUCT { ?x e:p ?z }\nWHERE { ?x e:q ?y . ?y e:r ?z FILTER(?x != ?z) }")],
        [(e("a"), e("q"), e("b")), (e("b"), e("r"), e("c")), (e("b"), e("r"), e("a")), (e("c"), e("q"), e("d"))],
        NAMES,
    )
    assert [(item.triple, item.premises) for item in found] == [
        ((e("a"), e("p"), e("c")), ((e("a"), e("q"), e("b")), (e("b"), e("r"), e("c"))))
    ]


def test_what_is_stated_is_not_derived() -> None:
    fact = (e("a"), e("p"), e("b"))
    assert derive([rule("CONSTRUCT { ?x e:p ?y } WHERE { ?x e:q ?y }")], [(e("a"), e("q"), e("b")), fact], NAMES) == []


def test_two_ways_to_one_conclusion_are_two_derivations() -> None:
    facts = [(e("a"), e("q"), e("m")), (e("m"), e("q"), e("b")), (e("a"), e("q"), e("n")), (e("n"), e("q"), e("b"))]
    found = derive([rule("CONSTRUCT { ?x e:p ?z } WHERE { ?x e:q ?y . ?y e:q ?z }")], facts, NAMES)
    assert {item.triple for item in found} == {(e("a"), e("p"), e("b"))}
    assert len(found) == 2


TRANSITIVE = "CONSTRUCT { ?x e:q ?z } WHERE { ?x e:q ?y . ?y e:q ?z FILTER(?x != ?z) }"
STEP = "CONSTRUCT { ?y e:on e:line } WHERE { ?x e:on e:line . ?x e:next ?y }"


@given(st.sets(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=10))
def test_the_fixpoint_is_the_closure(pairs: set[tuple[int, int]]) -> None:
    known = set(pairs)
    while True:
        more = {(x, w) for x, y in known for z, w in known if y == z and x != w} - known
        if not more:
            break
        known |= more
    found = derive([rule(TRANSITIVE)], [(e(f"n{x}"), e("q"), e(f"n{y}")) for x, y in pairs], NAMES)
    assert {item.triple for item in found} == {(e(f"n{x}"), e("q"), e(f"n{y}")) for x, y in known - pairs}
    for item in found:
        assert len(item.premises) == 2


def chain(length: int) -> list[Triple]:
    return [(e("n0"), e("on"), e("line")), *((e(f"n{i}"), e("next"), e(f"n{i + 1}")) for i in range(length))]


def test_a_long_chain_comes_to_rest() -> None:
    assert len(derive([rule(STEP)], chain(30), NAMES)) == 30


def test_rules_that_do_not_come_to_rest_stop_the_build(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "MOST_ROUNDS", 5)
    with pytest.raises(SourceError, match="the rules do not come to rest after 5 rounds"):
        derive([rule(STEP)], chain(30), NAMES)


def test_a_literal_is_never_a_subject() -> None:
    facts = [(e("a"), e("q"), text("words")), (e("a"), e("q"), e("b"))]
    found = derive([rule("CONSTRUCT { ?y e:p ?x } WHERE { ?x e:q ?y }")], facts, NAMES)
    assert [item.triple for item in found] == [(e("b"), e("p"), e("a"))]


def test_a_derivation_uses_attestations_graphs_and_other_derivations() -> None:
    facts = [(e("a"), e("q"), e("b")), (e("b"), e("r"), e("c"))]
    found = derive(
        [
            rule("CONSTRUCT { ?x e:p ?z } WHERE { ?x e:q ?y . ?y e:r ?z }", "one"),
            rule("CONSTRUCT { ?z e:back ?x } WHERE { ?x e:p ?z }", "two"),
        ],
        facts,
        NAMES,
    )
    iris = Iris("https://e.org/")
    lines = derivation_lines(found, {facts[0]: (e("s1"), e("s2")), facts[1]: (iris.graph("entities"),)}, iris)
    used = sorted(quad.split()[2] for quad in lines if f"<{PROV}used>" in quad)
    first = iris.derivation("one", found[0].triple, found[0].premises)
    assert used == sorted([e("s1"), e("s2"), iris.graph("entities"), first])
    assert lines == sorted(set(lines))


def test_rules_of_a_project_are_read_with_all_their_problems(tmp_path: Path) -> None:
    project = m.write(tmp_path)
    assert [found.name for found in load_rules(project)] == ["lent-to", "partner"]
    for name in ("lent-to", "partner"):
        (tmp_path / f"ontology/rules/{name}.rq").write_text("# Why.\nSELECT * WHERE { ?s ?p ?o }\n", "utf-8")
    with pytest.raises(SourceError) as caught:
        load_rules(project)
    assert [str(problem) for problem in caught.value.problems] == [
        "ontology/rules/lent-to.rq:1:1: a rule is a CONSTRUCT",
        "ontology/rules/partner.rq:1:1: a rule is a CONSTRUCT",
    ]


def test_what_is_only_conveyed_is_no_premise(tmp_path: Path) -> None:
    m.write(tmp_path)
    (tmp_path / "ontology/rules/whole.rq").write_text(
        "# What is intact is whole.\nCONSTRUCT { ?x ml:whole ?y }\nWHERE { ?x ml:condition ?y }\n", "utf-8"
    )
    graph = assemble(m.load(tmp_path), lambda _: None)
    assert not any("terms#whole" in quad for quad in graph.shards["derived"])


B1, B2, B3 = (Term(f"_:b{number}") for number in (1, 2, 3))


def test_blank_nodes_are_named_by_their_path() -> None:
    base = "https://e.org/g/f"
    first, rest = iri("http://x.org/first"), iri("http://x.org/rest")
    triples = [
        (e("a"), e("members"), B1),
        (B1, first, e("x")),
        (B1, rest, B2),
        (B2, first, e("y")),
        (B3, e("p"), e("z")),
    ]
    named = name_blank_nodes(triples, base)
    assert [triple[0] for triple in named] == [
        e("a"),
        iri(f"{base}/a/members-1"),
        iri(f"{base}/a/members-1"),
        iri(f"{base}/a/members-1/rest-1"),
        iri(f"{base}/axiom-1"),
    ]


def test_blank_nodes_of_names_that_end_alike_stay_apart() -> None:
    one, other = iri("https://one.org/Place"), iri("https://other.org/Place")
    triples = [(one, e("p"), B1), (other, e("p"), B2), (one, iri("https://f.org/p"), B3)]
    assert len({target for _, _, target in name_blank_nodes(triples, "https://e.org/f")}) == 3


def test_blank_nodes_that_only_know_each_other_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "ontology" / "vocabulary.ttl"
    path.parent.mkdir()
    path.write_text("_:a <x:p> _:b . _:b <x:p> _:a .")
    with pytest.raises(SourceError, match=r"^ontology/vocabulary\.ttl:1:1: blank nodes .*; give one of them an IRI$"):
        ontology_lines([path], [], Iris("https://e.org/"))


def test_a_premise_with_a_literal_is_found_in_the_facts_own_form() -> None:
    fact = (e("a"), e("weight"), typed("1.5", f"{XSD}decimal"))
    label = (e("a"), e("label"), text("Kata", "id"))
    found = derive(
        [rule('CONSTRUCT { ?x a e:Light } WHERE { ?x e:weight 1.50 ; e:label "Kata"@ID }')], [fact, label], NAMES
    )
    assert [set(item.premises) for item in found] == [{fact, label}]
    lines = derivation_lines(found, {fact: (e("s1"),), label: (e("s2"),)}, Iris("https://e.org/"))
    assert sum(f"<{PROV}used>" in quad for quad in lines) == 2


def test_literals_of_an_ontology_are_written_as_the_store_keeps_them(tmp_path: Path) -> None:
    path = tmp_path / "t.ttl"
    path.write_text(
        "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n"
        '<https://e.org/a> <https://e.org/p> 007, 1.50, "P12M"^^xsd:duration, "x"@EN, true, "words" .\n',
        "utf-8",
    )
    lines = ontology_lines([path], [], Iris("https://e.org/"))
    store = ox.Store()
    store.bulk_load(input="".join(lines).encode(), format=ox.RdfFormat.N_QUADS)
    dumped = (store.dump(format=ox.RdfFormat.N_QUADS) or b"").decode().splitlines(keepends=True)
    assert sorted(dumped) == lines
