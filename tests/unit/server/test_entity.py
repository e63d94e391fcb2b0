"""What a page says of one thing: gathered from a graph, named, sorted into sections, with what each fact rests on."""

from __future__ import annotations

import asyncio
import csv
import io
from dataclasses import replace
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.memory import BASE, MemoryBackend, release_of

from kg_builder.namespaces import RDF, RDFS, RJ
from kg_server.describe.entity import COUNTED, FACTS, LISTED, SAMPLE, Entity, find_entity
from kg_server.describe.ontology import Ontologies, Ontology, parse_shapes, read_shapes
from kg_server.describe.statements import read_statements
from kg_server.http.problems import QueryTimeout
from kg_server.pages.entity import view_of
from kg_server.pages.entity_table import COLUMNS, table_of
from kg_server.pages.names import Namer
from kg_server.pages.neighbours import graph_of, offices_of, timeline_of
from kg_server.pages.view import Fact, View

TERMS = """
GRAPH <graph/ontology> {
  ex:Deal rdfs:label "Deal"@en . ex:Loan rdfs:subClassOf ex:Deal ; rdfs:label "Loan"@en, "Pinjaman"@id .
  ex:Visit rdfs:subClassOf rj:Event . ex:Promise rdfs:subClassOf rj:PlannedEvent .
  ex:Museum rdfs:subClassOf schema:Organization .
  ex:Mooted skos:closeMatch rj:PlannedEvent ; rdfs:label "mooted"@en .
  ex:party rdfs:label "party"@en . ex:head rdfs:label "head"@en .
  <rule/partners> rdfs:comment "Who lends is a partner."@en .
}
"""
GRAPH = (
    TERMS
    + """
id:sea a ex:Museum ; rdfs:label "Sea Museum"@en, "Museum Laut"@id ; skos:altLabel "SM"@en ;
  schema:sameAs <http://www.wikidata.org/entity/Q1> ; ex:founding <id/sea/founding/1921>, <id/sea/founding/1922> ;
  ex:partner id:hill .
<id/sea/founding/1921> a ex:Founding ; rj:edtf "1921"^^<http://id.loc.gov/datatypes/edtf/EDTF> .
<id/sea/founding/1922> a ex:Founding ; rj:edtf "1922"^^<http://id.loc.gov/datatypes/edtf/EDTF> .
id:hill a ex:Museum ; rdfs:label "Hill Museum"@en .
id:loan a ex:Loan ; rdfs:label "The loan"@en ; ex:party id:sea, id:hill ; ex:lasts "P2Y"^^xsd:duration .
id:mooted a ex:Loan ; rdfs:label "Another loan"@en ; ex:party id:sea ; ex:status ex:Mooted .
id:visit a ex:Visit ; rdfs:label "The visit"@en ; ex:visited id:sea ;
  rj:edtf "2024-06-28"^^<http://id.loc.gov/datatypes/edtf/EDTF> ; rj:earliest "2024-06-28"^^xsd:date .
id:return a ex:Promise ; rdfs:label "The return"@en ; ex:visited id:sea .
id:anna a schema:Person ; rdfs:label "Anna"@en ; org:hasMembership <id/anna/post/sea> .
<id/anna/post/sea> a org:Membership ; org:role id:head ; org:organization id:sea ; rj:capacity rj:Acting ;
  rj:attestedAt id:visit .
id:head a org:Role ; rdfs:label "Head"@en .
<id/one/maps> a sosa:Observation ; sosa:hasFeatureOfInterest id:sea ; sosa:observedProperty id:map ; rj:moreThan 1200 ;
  rj:asPrinted "more than 1,200"@en .
<id/two/maps> a sosa:Observation ; sosa:hasFeatureOfInterest id:sea ; sosa:observedProperty id:map ; schema:value 900 .
id:map rdfs:label "maps"@en .
<id/one/hope> a schema:Quotation ; rj:speaker id:anna ; rj:manner rj:Indirect ; rj:act rj:Hope ; schema:about id:sea .
<article/one> a schema:NewsArticle ; schema:publisher id:hill ; rj:curator id:anna ; rj:curated "2025-01-02"^^xsd:date ;
  schema:inLanguage "id" ; rj:edtf "2024-07"^^<http://id.loc.gov/datatypes/edtf/EDTF> ; schema:mentions id:sea .
<statement/1> rdf:subject id:loan ; rdf:predicate ex:party ; rdf:object id:sea ; rj:certainty rj:Inferred ;
  rj:note "It seems so."@en ; prov:wasDerivedFrom <article/one#char=9,12>, <article/one#char=0,3> .
<statement/2> rdf:subject id:hill ; rdf:predicate ex:near ; rdf:object id:sea ; rj:conveyedIn <id/one/hope> ;
  prov:wasDerivedFrom <article/one#char=0,3> .
<statement/3> rdf:subject id:sea ; rdf:predicate ex:near ; rdf:object id:hill ; rj:rank rj:Deprecated ;
  prov:wasDerivedFrom <article/one#char=0,3> .
<statement/4> rdf:subject id:visit ; rdf:predicate ex:visited ; rdf:object id:sea ; rj:accordingTo id:anna ;
  prov:wasDerivedFrom <article/one#char=0,3> .
<statement/5> rdf:subject <id/one/hope> ; rdf:predicate rdf:type ; rdf:object schema:Quotation ;
  prov:wasDerivedFrom <article/one#char=9,12> .
<statement/6> rdf:subject id:sea ; rdf:predicate ex:founding ; rdf:object <id/sea/founding/1921> ;
  prov:wasDerivedFrom <article/one#char=0,3> .
<statement/7> rdf:subject id:sea ; rdf:predicate ex:founding ; rdf:object <id/sea/founding/1922> ;
  prov:wasDerivedFrom <article/one#char=9,12> .
<derivation/1> a rj:Derivation ; rdf:subject id:sea ; rdf:predicate ex:partner ; rdf:object id:hill ;
  rj:rule <rule/partners> ; prov:used <statement/1>, <graph/entities> .
<article/one#char=0,3> oa:exact "one" ; rj:article <article/one> ; oa:start 0 ; oa:end 3 .
<article/one#char=9,12> rj:firstWords "two" ; rj:lastWords "ten" ; rj:article <article/one> ; oa:start 9 ; oa:end 12 .
"""
)
SHAPES = f"""
@prefix ex: <{BASE}terms#> . @prefix s: <{BASE}shapes#> . @prefix sh: <http://www.w3.org/ns/shacl#> .
s:one sh:path ex:founding ; sh:maxCount 1 .
s:of sh:path [ sh:inversePath ex:party ] ; sh:name "party to"@en, "pihak dalam"@id .
s:Loan sh:property [ sh:path ex:party ; sh:maxCount 1 ] .
"""


def found(folder: Path, iri: str, trig: str = GRAPH, *, refused: tuple[str, ...] = ()) -> tuple[Entity, Namer]:
    (folder / "shapes.ttl").write_text(SHAPES, "utf-8")
    release = release_of(trig, folder, refused)

    async def find() -> tuple[Entity | None, Ontology]:
        ontology = await Ontologies().get(release)
        return await find_entity(release, ontology, BASE + iri), ontology

    entity, ontology = asyncio.run(find())
    assert entity is not None
    return entity, Namer(BASE, "", "en", {}, ontology, entity.nodes)


def facts(view: View, key: str) -> dict[str, dict[str, Fact]]:
    """The facts of a section: by the name of the property, by the name of the value."""
    (section,) = (each for each in view.sections if each.key == key)
    return {row.name.text: {fact.value.text: fact for fact in row.facts} for row in section.rows}


@pytest.fixture
def sea(tmp_path: Path) -> tuple[Entity, Namer]:
    return found(tmp_path, "id/sea")


def test_facts_stand_in_sections_by_the_kind_of_the_other_end(sea: tuple[Entity, Namer]) -> None:
    view = view_of(*sea)
    assert [each.key for each in view.sections] == [
        "description", "office", "people", "own-Deal", "events", "planned", "figures", "speech", "articles",
    ]  # fmt: skip
    # The topmost class of the release's own names its section, and the shapes name what leads here.
    assert {each.title for each in view.sections if each.key == "own-Deal"} == {"Deal"}
    assert set(facts(view, "own-Deal")["party to"]) == {"The loan", "Another loan"}
    # Without such a name it is read from its subject.
    assert set(facts(view, "events")["terms#visited → this"]) == {"The visit"}
    assert facts(view, "events")["terms#visited → this"]["The visit"].when == "28 June 2024"


def test_what_is_planned_is_marked_by_its_class_or_its_status(sea: tuple[Entity, Namer]) -> None:
    view = view_of(*sea)
    deals = facts(view, "own-Deal")["party to"]
    assert (deals["The loan"].planned, deals["Another loan"].planned) == (False, True)
    assert facts(view, "planned")["terms#visited → this"]["The return"].planned
    assert not view.planned


def test_a_fact_has_its_phrases_in_order_with_article_certainty_note_and_curator(sea: tuple[Entity, Namer]) -> None:
    (proof,) = facts(view_of(*sea), "own-Deal")["party to"]["The loan"].proofs
    assert [(each.text, each.language) for each in proof.quotes] == [("one", "id"), ("two … ten", "id")]
    assert proof.quotes[0].link == "/article/one?lang=en#char=0,3"
    assert (proof.certainty, proof.sure) == ("rj:Inferred", False)
    assert [each.text for each in proof.notes] == ["It seems so."]
    assert proof.source is not None
    assert proof.source.name.text == "Article one"
    assert (proof.source.published, proof.source.curated) == ("July 2024", "2 January 2025")
    assert proof.source.publisher is not None
    assert proof.source.publisher.text == "Hill Museum"
    assert proof.link == "/statement/1?lang=en"


def test_whose_claim_it_is_stands_with_the_fact(sea: tuple[Entity, Namer]) -> None:
    visit = facts(view_of(*sea), "events")["terms#visited → this"]["The visit"]
    assert [each.text for each in visit.speakers] == ["Anna"]


def test_a_conclusion_names_its_rule_and_premises(sea: tuple[Entity, Namer]) -> None:
    (proof,) = facts(view_of(*sea), "people")["terms#partner"]["Hill Museum"].proofs
    assert proof.rule is not None
    assert proof.rule.text == "Who lends is a partner."
    assert [each.text for each in proof.premises] == [
        "what a curator stated without an article",
        "The loan · party · Sea Museum",
    ]


def test_speech_is_set_apart_with_speaker_manner_and_act(sea: tuple[Entity, Namer]) -> None:
    view = view_of(*sea)
    (saying,) = view.said
    assert [each.text for each in saying.speech.speakers] == ["Anna"]
    assert (saying.speech.manner, saying.speech.act) == ("rj:Indirect", "rj:Hope")
    assert [each.text for each in saying.quotes] == ["two … ten"]
    (sentence,) = saying.sentences
    assert (sentence.subject.text, sentence.value.text) == ("Hill Museum", "Sea Museum")
    stated = {fact.key for each in view.sections for row in each.rows for fact in row.facts}
    assert sentence.key not in stated
    (hope,) = facts(view, "speech")["about this"].values()
    assert [each.key for each in hope.conveys] == [sentence.key]


def test_what_was_withdrawn_is_no_fact(sea: tuple[Entity, Namer]) -> None:
    view = view_of(*sea)
    assert [each.property.text for each in view.withdrawn] == ["terms#near"]
    assert view.withdrawn[0].proofs[0].withdrawn


def test_a_term_of_office_without_dates_says_when_it_is_shown(sea: tuple[Entity, Namer]) -> None:
    entity, namer = sea
    view = view_of(entity, namer)
    anna = facts(view, "office")["in office here"]["Anna"]
    assert anna.lead == "Head (rj:Acting)"
    assert anna.when == "shown in office: 28 June 2024; beginning and end are not stated"
    (section,) = (each for each in view.sections if each.key == "office")
    drawn = offices_of(section, namer)
    assert drawn is not None
    assert [(each.label, each.start, each.kind) for each in drawn.items] == [
        ("Anna: Head (rj:Acting)", "2024-06-28", "beginning and end are not stated")
    ]


def test_figures_are_read_with_their_bound(sea: tuple[Entity, Namer]) -> None:
    figures = facts(view_of(*sea), "figures")["counted of it"]
    assert set(figures) == {"more than 1,200 maps", "900 maps"}
    (row,) = figures["more than 1,200 maps"].rows
    assert (row.name.text, [each.value.text for each in row.facts]) == ("rj:asPrinted", ["more than 1,200"])


def test_sources_that_disagree_are_named(sea: tuple[Entity, Namer]) -> None:
    view = view_of(*sea)
    assert [(each.property.text, [name.text for name, _ in each.values]) for each in view.conflicts] == [
        ("terms#founding", ["terms#Founding, Sea Museum, 1921", "terms#Founding, Sea Museum, 1922"]),
        ("maps", ["900 maps", "more than 1,200 maps"]),
    ]
    founded = facts(view, "description")["terms#founding"]
    assert {text: fact.conflict for text, fact in founded.items()} == {"1921": True, "1922": True}
    assert all(fact.conflict for fact in facts(view, "figures")["counted of it"].values())


def test_names_are_in_all_languages_and_links_lead_elsewhere(sea: tuple[Entity, Namer]) -> None:
    entity, namer = sea
    view = view_of(entity, namer)
    assert [(each.name.text, each.languages, each.preferred) for each in view.called] == [
        ("Sea Museum", ("en",), True), ("Museum Laut", ("id",), True), ("SM", ("en",), False),
    ]  # fmt: skip
    assert [each.value.text for each in view.elsewhere] == ["Wikidata Q1"]
    graph, timeline = graph_of(entity, view, namer), timeline_of(view, namer)
    assert graph is not None
    assert {each.label for each in graph.nodes} >= {"Sea Museum", "Hill Museum", "Anna", "The loan", "The return"}
    assert {(each.label, each.planned, each.said) for each in graph.edges} >= {
        ("party", True, False), ("party", False, False), ("terms#near", False, True),
        ("Head (rj:Acting)", False, False),
    }  # fmt: skip
    assert timeline is not None
    assert [(each.label, each.start) for each in timeline.items] == [
        ("1921", "1921"), ("1922", "1922"), ("The visit", "2024-06-28"),
    ]  # fmt: skip


def test_a_quotation_shows_its_words_and_what_it_conveys(tmp_path: Path) -> None:
    entity, namer = found(tmp_path, "id/one/hope")
    view = view_of(entity, namer)
    assert view.spoken is not None
    assert [each.text for each in view.spoken.quotes] == ["two … ten"]
    assert [each.value.text for each in view.conveyed] == ["Sea Museum"]
    assert view.said == ()


def test_a_speaker_shows_what_is_stated_on_that_word(tmp_path: Path) -> None:
    view = view_of(*found(tmp_path, "id/anna"))
    assert [each.subject.text for each in view.reported] == ["The visit"]


def test_the_table_has_a_row_for_each_phrase(sea: tuple[Entity, Namer]) -> None:
    rows = list(csv.DictReader(io.StringIO(table_of(*sea).decode())))
    assert tuple(rows[0]) == COLUMNS
    party = [each for each in rows if each["statement"].endswith("statement/1")]
    assert [(each["status"], each["phrase"], each["certainty"]) for each in party] == [
        ("stated", "one", "rj:Inferred"), ("stated", "two … ten", "rj:Inferred"),
    ]  # fmt: skip
    status = {each["statement"].rpartition("/")[2]: each["status"] for each in rows}
    assert (status["2"], status["3"], status[""]) == ("said", "withdrawn", "curated")
    assert {each["status"] for each in rows if each["rule"]} == {"concluded"}
    assert {each["speaker"] for each in rows if each["status"] == "said"} == {"Anna"}


def test_a_page_goes_without_what_is_not_answered_but_not_without_its_facts(tmp_path: Path) -> None:
    entity, namer = found(tmp_path, "id/sea", refused=("wasDerivedFrom", "rj:rule"))
    assert {"attested", "derived", "leading"} <= set(entity.missing)
    assert facts(view_of(entity, namer), "own-Deal")["party to"]["The loan"].proofs == ()
    with pytest.raises(QueryTimeout):
        found(tmp_path, "id/sea", refused=("?property ?value .\n} LIMIT",))


def test_few_rounds_and_each_question_once(tmp_path: Path) -> None:
    entity, _ = found(tmp_path, "id/sea")
    release = release_of(GRAPH, tmp_path)
    backend = release.backend
    assert isinstance(backend, MemoryBackend)
    asyncio.run(find_entity(release, Ontology(), entity.iri))
    assert len(backend.asked) == len(set(backend.asked)) <= 16


def test_a_hub_shows_some_of_each_property_and_says_of_how_many(tmp_path: Path) -> None:
    many = 3 * FACTS
    own = " ".join(f'ex:near id:n{n} ; ex:code "{n}" ;' for n in range(many))
    into = "\n".join(f"id:n{n} ex:at id:hub ." for n in range(many))
    attested = "\n".join(
        f"<statement/{n}> rdf:subject id:hub ; rdf:predicate ex:near ; rdf:object id:n{n} ; "
        f"prov:wasDerivedFrom <article/one#char={n},{n + 1}> ."
        f'<article/one#char={n},{n + 1}> rj:article <article/one> ; oa:start {n} ; oa:exact "w{n}" .'
        for n in range(many)
    )
    entity, namer = found(tmp_path, "id/hub", f'{TERMS} id:hub {own} rdfs:label "Hub"@en .\n{into}\n{attested}')
    view = view_of(entity, namer)
    rows = {row.name.text: row for each in view.sections for row in each.rows}
    near, at = rows["terms#near"], rows["terms#at → this"]
    assert (len(near.facts), near.total, len(at.facts), at.total) == (SAMPLE, many, SAMPLE, many)
    assert many < COUNTED
    # Those that are shown have their evidence, and the list of what leads here goes on.
    assert all(each.proofs for each in near.facts)
    assert entity.more
    assert sum(len(row.facts) for row in view.listed) == len(entity.incoming) == LISTED


def test_inverse_names_and_single_properties_come_from_the_shapes(tmp_path: Path) -> None:
    names, single = parse_shapes(SHAPES.encode())
    assert names == {f"{BASE}terms#party": {"en": "party to", "id": "pihak dalam"}}
    # What holds within one shape alone does not hold everywhere.
    assert single == {f"{BASE}terms#founding"}
    assert read_shapes(tmp_path) == ({}, frozenset())


@given(content=st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_shapes_that_are_none_are_passed_over(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    folder = tmp_path_factory.mktemp("release", numbered=True)
    (folder / "shapes.ttl").write_bytes(content)
    names, single = read_shapes(folder)
    assert all(isinstance(each, str) for each in (*names, *single))


NODES = st.sampled_from([ox.NamedNode(f"{BASE}statement/{n}") for n in range(3)])
ANY = NODES | st.text(max_size=5).map(ox.Literal) | st.integers().map(ox.Literal) | st.just(ox.BlankNode("b"))
NAMED = [
    "statement", "subject", "property", "value", "span", "article", "start", "words", "first", "last", "certainty",
    "rank", "source", "quotation", "note", "rule", "premise",
]  # fmt: skip


@given(rows=st.lists(st.dictionaries(st.sampled_from(NAMED), ANY), max_size=8))
def test_rows_of_any_kind_make_statements_or_none(
    rows: list[dict[str, ox.NamedNode | ox.Literal | ox.BlankNode]],
) -> None:
    for iri, statement in read_statements(rows, f"{BASE}id/sea").items():
        assert statement.iri == iri
        assert sorted(statement.phrases, key=lambda each: (each.article, each.start)) == list(statement.phrases)


@given(
    known=st.dictionaries(
        st.sampled_from([f"{BASE}{path}" for path in ("statement/1", "statement/2", "id/a/b/c", "id/a/b/c/d/e")]),
        st.dictionaries(
            st.sampled_from(
                [RDF + "type", RDF + "subject", RDF + "predicate", RDF + "object", RDFS + "label", RJ + "edtf"]
            ),
            st.lists(
                st.sampled_from(
                    [
                        ox.NamedNode(f"{BASE}{path}")
                        for path in ("statement/1", "statement/2", "id/a/b/c", "id/a/b/c/d/e")
                    ]
                )
                | st.text(max_size=5).map(ox.Literal),
                max_size=2,
            ).map(tuple),
        ),
    )
)
def test_everything_has_a_name_even_what_speaks_of_itself(
    known: dict[str, dict[str, tuple[ox.NamedNode | ox.Literal, ...]]],
) -> None:
    namer = Namer(BASE, "", "id", {}, Ontology(), known)
    for iri in (*known, f"{BASE}id/none", "urn:x"):
        assert namer.name(iri).text
        assert namer.part(iri)


@pytest.mark.parametrize(
    ("literal", "text"),
    [
        ('"P1Y6M"^^xsd:duration', "1 year 6 months"),
        ('"PT5H"^^xsd:duration', "PT5H"),
        ("4500000", "4,500,000"),
        ("true", "yes"),
        ('"javascript:alert(1)"^^xsd:anyURI', "javascript:alert(1)"),
        ('"196X/198X"^^<http://id.loc.gov/datatypes/edtf/EDTF>', "the 1960s – the 1980s"),
    ],
)
def test_literals_read_as_people_write_them(tmp_path: Path, literal: str, text: str) -> None:
    entity, namer = found(tmp_path, "id/x", f"id:x ex:says {literal} .")
    name = namer.value(entity.facts[0][1])
    assert (name.text, name.link) == (text, None)


def test_a_part_is_told_by_its_date_or_by_what_it_leads_to(sea: tuple[Entity, Namer]) -> None:
    _, namer = sea
    assert namer.part(f"{BASE}id/sea/founding/1921") == "1921"
    assert namer.part(f"{BASE}id/anna/post/sea") == "Sea Museum, Head, The visit"
    assert namer.owner(f"{BASE}id/anna/post/sea") == f"{BASE}id/anna"
    assert namer.owner(f"{BASE}id/one/hope") is None
    assert replace(namer.name(f"{BASE}article/one#char=0,3"), link=None).text == "Article one, characters 0–3"
