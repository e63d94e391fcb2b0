"""An article's quads are made in blocks; line by line they would be the same, sorted and each once."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from kg_builder.errors import Mark
from kg_builder.graph.quads import (
    article_quads,
    article_triples,
    attestation_iri,
    in_default_graph,
    line,
    record_lines,
)
from kg_builder.ids import Iris
from kg_builder.model import Article, Attestation, Certainty, Rank, Record, Span, Triple
from kg_builder.namespaces import OA, PROV, RDF, RDFS, RJ, XSD
from kg_builder.terms import iri, text, typed

IRIS = Iris("https://example.org/")
NODE = IRIS.article("a")
MARK = Mark("a.yaml")
ALIKE = ["a", "a-b", "a-b-c", "b"]
"""Ids of which some begin with others: where a sort by blocks could go astray."""

words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=6)
nodes = st.sampled_from([NODE, *map(IRIS.entity, ALIKE), *(IRIS.local("a", f"this-{each}") for each in ALIKE)])
predicates = st.sampled_from([iri(f"https://example.org/{each}") for each in ALIKE] + [iri(f"{RDFS}label")])
literals = st.builds(text, words, st.sampled_from(["", "en", "zh-Hant"])) | st.builds(
    typed, st.integers(-5, 5).map(str), st.just(f"{XSD}integer")
)
triples = st.tuples(nodes, predicates, nodes | literals)
places = st.integers(0, 3)
spans = st.builds(
    lambda start, size, exact, outer: Span("a", start, start + size, exact, *("" if exact else each for each in outer)),
    places,
    places,
    st.just("") | words,
    st.tuples(words, words, st.just("0123456789abcdef")),
)
attestations = st.builds(
    Attestation,
    triple=triples,
    article=st.just("a"),
    key=st.sampled_from(["s/p o", "mentions"]),
    spans=st.lists(spans, max_size=3).map(tuple),
    mark=st.just(MARK),
    certainty=st.sampled_from(Certainty),
    rank=st.sampled_from(Rank),
    note=st.just("") | words,
    according_to=st.none() | nodes,
    conveyed_in=st.none() | nodes,
)


def article(statements: list[Triple]) -> Article:
    who = IRIS.entity("who")
    return Article("a", NODE, "id", "00", 9, "11", who, "2026-01-02", MARK, tuple(statements), note="«x»")


def described(made: Attestation) -> Iterator[Triple]:
    node = attestation_iri(made, IRIS)
    subject, predicate, target = made.triple
    yield node, iri(f"{RDF}type"), iri(f"{RDF}Statement")
    yield node, iri(f"{RDF}subject"), subject
    yield node, iri(f"{RDF}predicate"), predicate
    yield node, iri(f"{RDF}object"), target
    yield from ((node, iri(f"{PROV}wasDerivedFrom"), IRIS.span(span)) for span in made.spans)
    if made.certainty is not Certainty.STATED:
        yield node, iri(f"{RJ}certainty"), iri(f"{RJ}{made.certainty.value.title()}")
    if made.rank is not Rank.NORMAL:
        yield node, iri(f"{RJ}rank"), iri(f"{RJ}{made.rank.value.title()}")
    if made.note:
        yield node, iri(f"{RJ}note"), text(made.note, "en")
    if made.according_to:
        yield node, iri(f"{RJ}accordingTo"), made.according_to
    if made.conveyed_in:
        yield node, iri(f"{RJ}conveyedIn"), made.conveyed_in


def selected(span: Span) -> Iterator[Triple]:
    node = IRIS.span(span)
    yield from ((node, iri(f"{RDF}type"), iri(f"{OA}Text{kind}Selector")) for kind in ("Position", "Quote"))
    yield node, iri(f"{RJ}article"), NODE
    yield node, iri(f"{OA}start"), typed(str(span.start), f"{XSD}integer")
    yield node, iri(f"{OA}end"), typed(str(span.end), f"{XSD}integer")
    if span.exact:
        yield node, iri(f"{OA}exact"), text(span.exact)
    else:
        yield node, iri(f"{RJ}firstWords"), text(span.first)
        yield node, iri(f"{RJ}lastWords"), text(span.last)
        yield node, iri(f"{RJ}textHash"), text(span.digest)


def line_by_line(record: Record) -> set[str]:
    default: set[Triple] = set(article_triples(record.article))
    lines = {line(triple, IRIS.graph("entities")) for triple in default}
    for made in record.attestations:
        default.update(described(made))
        for span in made.spans:
            default.update(selected(span))
        if made.asserted:
            default.add(made.triple)
            lines.add(line(made.triple, NODE))
    return lines | set(map(line, default))


@given(st.lists(attestations, max_size=6), st.lists(st.tuples(st.just(NODE), predicates, nodes), max_size=2))
def test_blocks_in_order_are_lines_in_order(found: list[Attestation], statements: list[Triple]) -> None:
    # What an article says of itself may be attested too, and then stands in two graphs.
    said = [made._replace(triple=triple) for made, triple in zip(found, statements, strict=False)]
    record = Record(article(statements), (*found, *said))
    expected = sorted(line_by_line(record))
    assert record_lines(record, IRIS) == expected
    made = article_quads(record, IRIS)
    assert made.lines == "".join(expected).encode()
    assert made.attestations.keys() == {attestation_iri(each, IRIS) for each in record.attestations}
    assert made.facts == {each.triple for each in record.attestations if each.asserted}
    default = [*map(line, made.head | made.facts), *made.described.values()]
    assert set("".join(default).split("\n")) == {each[:-1] for each in expected if in_default_graph(each)} | {""}
