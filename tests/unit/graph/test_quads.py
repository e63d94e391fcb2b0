from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support import museum as m

from kg_builder.errors import Mark, Problem
from kg_builder.graph.assemble import assemble
from kg_builder.graph.coverage import coverage, quoted_characters
from kg_builder.graph.quads import in_default_graph, line, record_lines
from kg_builder.ids import Iris
from kg_builder.model import Article, Attestation, Certainty, Rank, Record, Span, Term, Triple
from kg_builder.namespaces import OA, PROV, RDF, RJ, SCHEMA, XSD
from kg_builder.sources.texts import decode
from kg_builder.terms import iri, text, typed

IRIS = Iris("https://example.org/")
NODE = IRIS.article("a")
SUBJECT, PREDICATE = IRIS.entity("s"), iri("https://example.org/p")
MARK = Mark("a.yaml")


def article() -> Article:
    return Article("a", NODE, "id", "00", 9, "11", IRIS.entity("who"), "2026-01-02", MARK)


def attestation(target: str, **settings: object) -> Attestation:
    spans = (Span("a", 2, 6, "kata"),)
    made = Attestation((SUBJECT, PREDICATE, IRIS.entity(target)), "a", f"s/p {target}", spans, MARK)
    return made._replace(**settings)  # type: ignore[arg-type]


def facts_about(lines: list[str], node: Term) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for quad in lines:
        if quad.startswith(f"{node} "):
            _, predicate, rest = quad.split(" ", 2)
            found.setdefault(predicate, []).append(rest.removesuffix(" .\n"))
    return found


def test_one_stated_fact_is_written_in_these_quads_and_no_others() -> None:
    made = attestation("o")
    lines = record_lines(Record(article(), (made,)), IRIS)
    node = IRIS.statement(made.triple, "a", "s/p o")
    span = "<https://example.org/article/a#char=2,6>"
    whole = typed("6", f"{XSD}integer")
    head = [
        (NODE, iri(f"{RDF}type"), iri(f"{SCHEMA}NewsArticle")),
        (NODE, iri(f"{SCHEMA}inLanguage"), text("id")),
        (NODE, iri(f"{RJ}textHash"), text("00")),
        (NODE, iri(f"{RJ}textLength"), typed("9", f"{XSD}integer")),
        (NODE, iri(f"{RJ}curator"), IRIS.entity("who")),
        (NODE, iri(f"{RJ}curated"), typed("2026-01-02", f"{XSD}date")),
    ]
    evidence: list[Triple] = [
        (node, iri(f"{RDF}type"), iri(f"{RDF}Statement")),
        (node, iri(f"{RDF}subject"), SUBJECT),
        (node, iri(f"{RDF}predicate"), PREDICATE),
        (node, iri(f"{RDF}object"), IRIS.entity("o")),
        (node, iri(f"{PROV}wasDerivedFrom"), Term(span)),
        (Term(span), iri(f"{RDF}type"), iri(f"{OA}TextPositionSelector")),
        (Term(span), iri(f"{RDF}type"), iri(f"{OA}TextQuoteSelector")),
        (Term(span), iri(f"{RJ}article"), NODE),
        (Term(span), iri(f"{OA}start"), typed("2", f"{XSD}integer")),
        (Term(span), iri(f"{OA}end"), whole),
        (Term(span), iri(f"{OA}exact"), text("kata")),
    ]
    expected = {line(made.triple), line(made.triple, NODE), *map(line, evidence)}
    for triple in head:
        expected |= {line(triple), line(triple, IRIS.graph("entities"))}
    assert lines == sorted(expected)


def test_what_differs_from_the_usual_is_said() -> None:
    made = attestation(
        "o",
        certainty=Certainty.INFERRED,
        rank=Rank.PREFERRED,
        note='a "note"',
        according_to=IRIS.entity("who"),
    )
    lines = record_lines(Record(article(), (made,)), IRIS)
    found = facts_about(lines, IRIS.statement(made.triple, "a", made.key))
    assert found[f"<{RJ}certainty>"] == [f"<{RJ}Inferred>"]
    assert found[f"<{RJ}rank>"] == [f"<{RJ}Preferred>"]
    assert found[f"<{RJ}note>"] == ['"a \\"note\\""@en']
    assert found[f"<{RJ}accordingTo>"] == [IRIS.entity("who")]
    assert line(made.triple) in lines


@pytest.mark.parametrize("settings", [{"rank": Rank.DEPRECATED}, {"conveyed_in": IRIS.entity("q")}])
def test_what_is_deprecated_or_conveyed_is_attested_and_not_asserted(settings: dict[str, object]) -> None:
    made = attestation("o", **settings)
    lines = record_lines(Record(article(), (made,)), IRIS)
    assert line(made.triple) not in lines
    assert line(made.triple, NODE) not in lines
    assert facts_about(lines, IRIS.statement(made.triple, "a", made.key))


def test_a_fact_asserted_once_and_conveyed_once_is_asserted() -> None:
    both = (attestation("o", conveyed_in=IRIS.entity("q"), key="q/s/p o"), attestation("o"))
    lines = record_lines(Record(article(), both), IRIS)
    assert line(both[0].triple) in lines
    assert sum(f"<{RDF}Statement>" in quad for quad in lines) == 2


def test_a_long_span_keeps_its_outer_words_and_a_hash() -> None:
    span = Span("a", 0, 9, "", "satu", "sembilan", "0123456789abcdef")
    lines = record_lines(Record(article(), (attestation("o", spans=(span,)),)), IRIS)
    found = facts_about(lines, IRIS.span(span))
    assert f"<{OA}exact>" not in found
    assert found[f"<{RJ}firstWords>"] == ['"satu"']
    assert found[f"<{RJ}lastWords>"] == ['"sembilan"']
    assert found[f"<{RJ}textHash>"] == ['"0123456789abcdef"']


@given(st.text(), st.booleans())
def test_a_quad_is_told_from_a_triple_whatever_its_literal_holds(value: str, named: bool) -> None:
    value = value.encode("utf-8", "ignore").decode()
    for target in (text(value), text(f"{value}> <g:x> .\n"), text(value, "en")):
        assert in_default_graph(line((SUBJECT, PREDICATE, target), NODE if named else None)) is not named


def test_the_fixture_is_valid_rdf_without_blank_nodes(tmp_path: Path) -> None:
    m.write(tmp_path)
    graph = assemble(m.load(tmp_path), lambda _: None)
    for name, lines in graph.shards.items():
        assert lines == sorted(set(lines)), name
        for quad in ox.parse(input="".join(lines).encode(), format=ox.RdfFormat.N_QUADS):
            assert not isinstance(quad.subject, ox.BlankNode)
            assert not isinstance(quad.object, ox.BlankNode)


def test_every_qualifier_and_setting_of_the_fixture_reaches_the_graph(tmp_path: Path) -> None:
    m.write(tmp_path)
    lines = assemble(m.load(tmp_path), lambda _: None).shards[m.ONE]
    base = f"{m.BASE}id/loan-mask/signature/ratna-wijaya"
    terms = f"{m.BASE}terms#"
    for expected in (
        f"<{m.BASE}id/loan-mask> <{terms}signature> <{base}> .\n",
        f"<{base}> <{terms}signer> <{m.BASE}id/ratna-wijaya> .\n",
        f"<{base}> <{terms}onBehalfOf> <{m.BASE}id/museum-bahari> .\n",
        f"<{base}> <http://www.w3.org/ns/org#role> <{m.BASE}id/no> .\n",
        f"<{base}> <{RJ}capacity> <{RJ}Acting> .\n",
        f'<{m.BASE}id/loan-mask> <{terms}lasts> "P2Y"^^<{XSD}duration> .\n',
        f'<{m.BASE}id/loan-mask> <{RJ}date> "2025-02-03"^^<{XSD}date> .\n',
        f'<{m.BASE}id/berita-satu/masks> <{RJ}asPrinted> "1.200 topeng"@id .\n',
        f'<{m.BASE}id/museum-bahari> <http://www.w3.org/2004/02/skos/core#altLabel> "Museum Bahari meminjamkan"@id .\n',
    ):
        assert expected in lines, expected
    assert f"<{m.BASE}id/mask> <{terms}condition> <{terms}Intact> .\n" not in lines
    conveyed = [quad for quad in lines if f"<{RJ}conveyedIn>" in quad]
    assert len(conveyed) == 1
    notes = [quad for quad in lines if f"<{RJ}note>" in quad]
    assert len(notes) == 1, "the note explains the fact once"


def test_coverage_counts_positions_once_and_lists_bare_sentences(tmp_path: Path) -> None:
    m.write(tmp_path)
    record = next(r.record for r in m.load(tmp_path).records if r.record.article.id == m.TWO)
    measured = coverage(record, m.TEXTS[m.TWO])
    assert [m.TEXTS[m.TWO][s.start : s.end] for s in measured.bare or ()] == ["Cuaca cerah."]
    assert measured.quoted <= measured.repeated
    assert measured.share == measured.quoted / len(m.TEXTS[m.TWO])
    assert coverage(record, None).bare is None


spans = st.builds(lambda start, size: Span("a", start, start + size, "x" * size), st.integers(0, 30), st.integers(1, 8))


@given(st.lists(spans))
def test_quoted_characters_are_a_union(found: list[Span]) -> None:
    assert quoted_characters(found) == len({place for span in found for place in range(span.start, span.end)})


def test_a_text_that_is_decoded_keeps_its_code_points() -> None:
    assert decode("é🏛".encode()).length == 2
    assert Problem(MARK, "x").as_json()["line"] == 1
