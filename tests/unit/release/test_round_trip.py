from __future__ import annotations

import random

import pytest
import rdflib
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, RdfFormat, parse
from tests.support.documents import canonical_lines, jsonld, trig, turtle

from kg_builder.model import Term
from kg_builder.namespaces import RDF, RDFS, XSD
from kg_builder.release.terms.order import TypeOrder

# rdflib warns of its own classes, and of the odd literals that these tests are about.
pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib"),
    pytest.mark.filterwarnings("ignore::UserWarning:rdflib"),
]

BASE = "https://example.org/loans/"
PREFIXES = {
    "ex": "https://example.org/",
    "id": f"{BASE}id/",
    "long": f"{BASE}id/deep/er/",
    "odd": "https://example.org/odd",
    "rdf": RDF,
    "rdfs": RDFS,
    "v": f"{BASE}vocab#",
    "xsd": XSD,
}
ORDER = TypeOrder((Term(f"<{BASE}vocab#Loan>"),), (Term(f"<{RDF}Statement>"),))

LOCAL_PARTS = st.one_of(
    st.sampled_from(
        [
            "",
            "a",
            "0",
            "-",
            "a.",
            ".a",
            "..",
            "a/../b",
            "a/./b",
            "a//b",
            "/a",
            "a/",
            "a:b",
            "a#char=1,20",
            "#x",
            "?q=1",
            "a?q=1",
            "é",
            "a%20b",
            "deep/er/x",
            "x-y_z.w",
            "a;b",
            "a'b",
            "a(b)",
            "a@b",
            "true",
        ]
    ),
    st.text("abc019._-~/#", max_size=6),
)


def is_iri(term: str) -> bool:
    try:
        list(parse(f"{term} <x:p> <x:o> .", format=RdfFormat.N_TRIPLES))
    except SyntaxError:
        return False
    return True


IRIS = st.builds(
    lambda namespace, local: Term(f"<{namespace}{local}>"),
    st.sampled_from([*PREFIXES.values(), BASE, "http://other.example/", "urn:x:"]),
    LOCAL_PARTS,
).filter(is_iri)
TEXTS = st.one_of(
    st.text(max_size=12),
    st.text('a"\\\n\t\r ', max_size=10),
    st.sampled_from(['"', '""', '"""', '\n"', '"\n', '"\n"', '\n"""\n', "\n\\", 'a "quoted" word\nand more']),
)
NUMBERS = ["0", "5", "-5", "+5", "05", "-0", "4.5", "4.50", "-0.5", ".5", "5.0", "true", "1", "9" * 20, "x", "1.5E0"]
LITERALS = st.one_of(
    TEXTS.map(lambda text: Term(str(Literal(text)))),
    st.builds(lambda text, tag: Term(str(Literal(text, language=tag))), TEXTS, st.sampled_from(["en", "id", "en-gb"])),
    st.builds(
        lambda text, datatype: Term(str(Literal(text, datatype=NamedNode(XSD + datatype)))),
        st.sampled_from(NUMBERS),
        st.sampled_from(["integer", "decimal", "boolean", "double", "date", "nonNegativeInteger"]),
    ),
    TEXTS.map(lambda text: Term(str(Literal(text, datatype=NamedNode(f"{BASE}vocab#Type/a"))))),
)
PREDICATES = st.one_of(st.sampled_from([Term(f"<{RDF}type>"), Term(f"<{RDFS}label>")]), IRIS)
OBJECTS = st.one_of(IRIS, LITERALS)
TRIPLES = st.lists(st.tuples(IRIS, PREDICATES, OBJECTS), max_size=12)
GRAPHS = st.sampled_from([Term(""), Term(f"<{BASE}article/a1>"), Term(f"<{BASE}graph/entities>"), Term("<urn:x:g>")])
QUADS = st.lists(st.tuples(IRIS, PREDICATES, OBJECTS, GRAPHS), max_size=12)
BASES = st.sampled_from(["", BASE])


def oxigraph_lines(text: str, syntax: RdfFormat) -> set[str]:
    return {
        " ".join([str(quad.subject), str(quad.predicate), str(quad.object)])
        + (f" {quad.graph_name}" if isinstance(quad.graph_name, NamedNode) else "")
        + " .\n"
        for quad in parse(text, format=syntax)
    }


def rdflib_quads(text: str, syntax: str) -> set[tuple[str, ...]]:
    dataset = rdflib.Dataset()
    dataset.parse(data=text, format=syntax)
    return {tuple(map(shown, quad)) for quad in dataset.quads()}


def shown(term: object) -> str:
    if isinstance(term, rdflib.Literal):
        return f"{term!s} {term.language} {term.datatype}"
    return f"<{term}>"


@settings(max_examples=120, deadline=None)
@given(TRIPLES, BASES, st.randoms(use_true_random=False))
def test_turtle_says_what_the_triples_say_in_any_order(
    triples: list[tuple[Term, Term, Term]], base: str, shuffle: random.Random
) -> None:
    text = turtle(triples, PREFIXES, base=base, order=ORDER)
    lines = canonical_lines(triples)
    assert oxigraph_lines(text, RdfFormat.TURTLE) == set(lines)
    assert rdflib_quads(text, "turtle") == rdflib_quads("".join(lines), "nt")
    shuffle.shuffle(triples)
    assert turtle(triples, PREFIXES, base=base, order=ORDER) == text


@settings(max_examples=120, deadline=None)
@given(QUADS, BASES, st.randoms(use_true_random=False))
def test_trig_says_what_the_quads_say_in_any_order(
    quads: list[tuple[Term, Term, Term, Term]], base: str, shuffle: random.Random
) -> None:
    text = trig(quads, PREFIXES, base=base, order=ORDER)
    lines = canonical_lines(quads)
    assert oxigraph_lines(text, RdfFormat.TRIG) == set(lines)
    assert rdflib_quads(text, "trig") == rdflib_quads("".join(lines), "nquads")
    shuffle.shuffle(quads)
    assert trig(quads, PREFIXES, base=base, order=ORDER) == text


@settings(max_examples=120, deadline=None)
@given(QUADS, BASES, st.randoms(use_true_random=False))
def test_json_ld_says_what_the_quads_say_in_any_order(
    quads: list[tuple[Term, Term, Term, Term]], base: str, shuffle: random.Random
) -> None:
    text = jsonld(quads, PREFIXES, base=base, order=ORDER)
    lines = canonical_lines(quads)
    assert oxigraph_lines(text, RdfFormat.JSON_LD) == set(lines)
    assert rdflib_quads(text, "json-ld") == rdflib_quads("".join(lines), "nquads")
    shuffle.shuffle(quads)
    assert jsonld(quads, PREFIXES, base=base, order=ORDER) == text
