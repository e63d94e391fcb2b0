"""What an article states: in reading order, by phrase, and as it is meant."""

from __future__ import annotations

from collections.abc import Iterable

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_builder.namespaces import OA, RDF, RDFS, RJ, SCHEMA
from kg_server.describe import statements
from kg_server.describe.ontology import Ontology
from kg_server.describe.statements import Statement, Target
from kg_server.pages.article import Account, Topic, read_phrases
from kg_server.pages.names import Namer
from kg_server.pages.passages import Phrase, lay_out_phrases, lay_out_text

BASE = "https://example.org/loans/"
ARTICLE = BASE + "article/a"
TEXT = "Satu dua tiga. Empat lima. Enam."
PLAN, QUOTATION = BASE + "vocab#Plan", SCHEMA + "Quotation"
ONTOLOGY = Ontology(
    labels={PLAN: {"en": "plan"}, QUOTATION: {"en": "quotation"}, RJ + "Hope": {"en": "hope", "id": "harapan"}},
    above={PLAN: (RJ + "PlannedEvent",)},
)


def phrase(start: int, end: int) -> Phrase:
    return Phrase(f"{ARTICLE}#char={start},{end}", start, end, TEXT[start:end])


PHRASES = (phrase(0, 4), phrase(5, 8), phrase(15, 20))


def stated(
    number: int, places: Iterable[Phrase], subject: str, predicate: str, target: str, **more: object
) -> Statement:
    value = ox.NamedNode(target) if ":" in target else ox.Literal(target)
    phrases = tuple(statements.Phrase(each.iri, ARTICLE, each.start, each.exact) for each in places)
    iri, node = f"{BASE}statement/{number}", subject if ":" in subject else BASE + "id/" + subject
    return Statement(iri, node, predicate, value, phrases, **more)  # type: ignore[arg-type]


def account(said: Iterable[Statement], kinds: dict[str, str] | None = None, language: str = "en") -> Account:
    nodes: dict[str, dict[str, tuple[Target, ...]]] = {}
    nodes |= {BASE + "id/" + name: {RDF + "type": (ox.NamedNode(kind),)} for name, kind in (kinds or {}).items()}
    nodes[BASE + "id/anna"] = {RDFS + "label": (ox.Literal("Anna", language="en"), ox.Literal("Ana", language="id"))}
    nodes.setdefault(BASE + "id/hope", {}).update(
        {RJ + "speaker": (ox.NamedNode(BASE + "id/anna"),), RJ + "act": (ox.NamedNode(RJ + "Hope"),)}
    )
    namer = Namer(BASE, "", language, {}, ONTOLOGY, nodes)
    return Account(ARTICLE, namer, said, {each.iri: each for each in PHRASES})


def topics(made: Account) -> list[Topic]:
    sections = made.sections(lay_out_phrases(40, PHRASES))
    return [topic for section in sections for block in section.blocks for topic in block.topics]


def test_facts_are_numbered_as_they_are_read() -> None:
    late = stated(1, PHRASES[2:], "anna", RJ + "about", "2024")
    early = stated(2, PHRASES[:1], "anna", RJ + "about", "2025")
    assert [(each.number, each.value.text) for each in account([late, early]).facts] == [(1, "2025"), (2, "2024")]


def test_phrases_that_support_a_fact_together_are_one_fact() -> None:
    made = account([stated(1, (PHRASES[2], PHRASES[0]), "anna", RJ + "about", "2024")])
    (fact,) = made.facts
    assert fact.phrases == (PHRASES[0], PHRASES[2])
    (section, *others) = made.sections(lay_out_text(TEXT, PHRASES))
    assert section.blocks[0].phrase == PHRASES[0]
    assert not any(each.blocks for each in others)
    # The second phrase leads to the fact, for no fact begins with it.
    assert made.targets() == {PHRASES[0].iri: "facts-0-4", PHRASES[2].iri: "fact-1"}


def test_sections_are_the_sentences_and_what_has_no_place_comes_last() -> None:
    nowhere = Phrase(f"{ARTICLE}#nowhere", 0, 1)
    said = [stated(1, PHRASES[2:], "anna", RJ + "about", "2"), stated(2, [nowhere], "anna", RJ + "about", "3")]
    sections = account(said).sections(lay_out_text(TEXT, PHRASES))
    assert [each.sentence.number if each.sentence else None for each in sections] == [1, 2, 3, None]
    assert [each.total for each in sections] == [0, 1, 0, 1]
    (whole,) = account(said).sections(lay_out_phrases(len(TEXT), PHRASES))
    assert (whole.sentence, whole.total) == (None, 2)
    assert account([]).sections(lay_out_phrases(0, [])) == ()


def test_how_facts_are_meant() -> None:
    note = ox.Literal("So it seems.", language="en")
    withdrawn = {"rank": RJ + "Deprecated", "certainty": RJ + "Ambiguous"}
    said = [
        stated(1, PHRASES[:1], "anna", RJ + "about", "1", quotations=(BASE + "id/hope",)),
        stated(2, PHRASES[:1], "anna", RJ + "about", "2", **withdrawn),
        stated(3, PHRASES[1:2], "fair", RJ + "about", "3", sources=(BASE + "id/anna",), notes=(note,)),
        stated(4, PHRASES[2:], "anna", RJ + "occasion", BASE + "id/fair", rank=RJ + "Preferred"),
    ]
    made = account(said, {"fair": PLAN}, "id")
    assert [[(mark.kind, mark.text) for mark in each.marks] for each in made.facts] == [
        [("said", "dikatakan: Ana, harapan")],
        [("ambiguous", "taksa"), ("deprecated", "ditarik")],
        [("reported", "menurut Ana"), ("planned", "direncanakan")],
        [("preferred", "diutamakan"), ("planned", "direncanakan")],
    ]
    assert [[(each.text, each.language) for each in fact.notes] for fact in made.facts][2] == [("So it seems.", "en")]
    tally = made.tally()
    assert (tally.facts, tally.said, tally.planned, tally.inferred, tally.phrases) == (2, 1, 2, 1, 3)


@pytest.mark.parametrize(
    ("said", "style"),
    [
        ([{}], "stated"),
        ([{"certainty": RJ + "Inferred"}], "inferred"),
        ([{"certainty": RJ + "Inferred"}, {}], "stated"),
        ([{}, {"quotations": (BASE + "id/hope",)}], "said"),
    ],
)
def test_a_phrase_is_drawn_as_its_facts_are_meant(said: list[dict[str, object]], style: str) -> None:
    made = account([stated(n, PHRASES[:1], "anna", RJ + "about", str(n), **more) for n, more in enumerate(said)])
    assert made.styles() == {PHRASES[0].iri: style}


def test_the_words_of_a_quotation_are_speech_and_those_of_a_plan_planned() -> None:
    said = [
        stated(1, PHRASES[:1], "hope", RDF + "type", QUOTATION),
        stated(2, PHRASES[1:2], "fair", RDFS + "label", "Fair"),
    ]
    styles = account(said, {"hope": QUOTATION, "fair": PLAN}).styles()
    assert styles == {PHRASES[0].iri: "said", PHRASES[1].iri: "planned"}


def test_what_an_article_only_mentions_stands_apart() -> None:
    made = account([stated(1, PHRASES[:1], ARTICLE, SCHEMA + "mentions", BASE + "id/anna")])
    (section,) = made.sections(lay_out_phrases(40, PHRASES))
    (block,) = section.blocks
    assert block.topics == ()
    assert [each.value.text for each in block.mentions] == ["Anna"]
    assert made.styles() == {}


def test_the_bounds_of_a_date_are_folded_where_the_date_is_given() -> None:
    names = ("edtf", "earliest", "latest", "date")
    said = [stated(n, PHRASES[:1], "anna", RJ + name, "2024") for n, name in enumerate(names)]
    (topic,) = topics(account(said))
    assert (len(topic.properties), len(topic.folded)) == (1, 3)
    (topic,) = topics(account(said[1:]))
    assert (len(topic.properties), len(topic.folded)) == (3, 0)


def spans(**values: str) -> list[ox.Triple]:
    node = ox.NamedNode(f"{ARTICLE}#char=1,3")
    known = {OA + "start": "1", OA + "end": "3", OA + "exact": "at", **values}
    return [
        ox.Triple(node, ox.NamedNode(RJ + "article"), ox.NamedNode(ARTICLE)),
        *(ox.Triple(node, ox.NamedNode(name), ox.Literal(value)) for name, value in known.items()),
    ]


def test_phrases_are_read_from_their_triples() -> None:
    assert read_phrases(spans(), ARTICLE) == {f"{ARTICLE}#char=1,3": Phrase(f"{ARTICLE}#char=1,3", 1, 3, "at")}
    assert read_phrases(spans(), ARTICLE + "b") == {}


@given(start=st.text(max_size=6), end=st.sampled_from(["-1", "1e3", "٣", "9" * 5000, "", " 3", "3.0"]))
def test_a_place_that_is_none_is_left_out(start: str, end: str) -> None:
    assert read_phrases(spans(**{OA + "end": end}), ARTICLE) == {}
    for each in read_phrases(spans(**{OA + "start": start}), ARTICLE).values():
        assert each.start == int(start)
