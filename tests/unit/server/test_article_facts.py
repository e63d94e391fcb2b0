"""What an article states, read from rows: in order, by phrase, and as it is meant."""

from __future__ import annotations

from collections.abc import Iterable

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_builder.namespaces import OA, RDF, RDFS, RJ, SCHEMA
from kg_server.pages.article import Account, Row, Topic, read_phrases
from kg_server.pages.facts import Reader
from kg_server.pages.passages import Phrase, lay_out_phrases, lay_out_text
from kg_server.pages.words import WORDS

BASE = "https://example.org/loans/"
ARTICLE = BASE + "article/a"
TEXT = "Satu dua tiga. Empat lima. Enam."
PLAN, QUOTATION = BASE + "vocab#Plan", SCHEMA + "Quotation"


def phrase(start: int, end: int) -> Phrase:
    return Phrase(f"{ARTICLE}#char={start},{end}", start, end, TEXT[start:end])


PHRASES = (phrase(0, 4), phrase(5, 8), phrase(15, 20))


def row(number: int, place: Phrase, subject: str, predicate: str, target: str, **more: str) -> Row:
    nodes = {name: ox.NamedNode(value) for name, value in more.items() if name != "note"}
    return {
        "statement": ox.NamedNode(f"{BASE}statement/{number}"),
        "phrase": ox.NamedNode(place.iri),
        "subject": ox.NamedNode(BASE + "id/" + subject),
        "predicate": ox.NamedNode(predicate),
        "object": ox.NamedNode(target) if ":" in target else ox.Literal(target),
        **nodes,
        **({"note": ox.Literal(more["note"], language="en")} if "note" in more else {}),
    }


def account(rows: Iterable[Row], kinds: dict[str, tuple[str, ...]] | None = None, language: str = "en") -> Account:
    labels = {BASE + "id/anna": {"en": "Anna", "id": "Ana"}, PLAN: {"en": "plan"}, QUOTATION: {"en": "quotation"}}
    return Account(
        ARTICLE,
        Reader(BASE, "", language, {}, labels),
        WORDS[language],
        rows,
        {each.iri: each for each in PHRASES},
        {BASE + "id/" + name: found for name, found in (kinds or {}).items()},
        frozenset({PLAN}),
        {BASE + "id/hope": {RJ + "speaker": (BASE + "id/anna",)}},
    )


def test_facts_are_numbered_as_they_are_read() -> None:
    late, early = row(1, PHRASES[2], "anna", RJ + "date", "2024"), row(2, PHRASES[0], "anna", RJ + "date", "2025")
    facts = account([late, early]).facts
    assert [(each.number, each.target.value.text) for each in facts] == [(1, "2025"), (2, "2024")]


def test_phrases_that_support_a_fact_together_are_one_fact() -> None:
    rows = [row(1, each, "anna", RJ + "date", "2024") for each in (PHRASES[2], PHRASES[0])]
    made = account(rows)
    (fact,) = made.facts
    assert fact.phrases == (PHRASES[0], PHRASES[2])
    (section, *others) = made.sections(lay_out_text(TEXT, PHRASES))
    assert section.blocks[0].phrase == PHRASES[0]
    assert not any(each.blocks for each in others)
    # The second phrase leads to the fact, for no fact begins with it.
    assert made.targets() == {PHRASES[0].iri: "facts-0-4", PHRASES[2].iri: "fact-1"}


def test_sections_are_the_sentences_and_what_has_no_place_comes_last() -> None:
    nowhere = Phrase(f"{ARTICLE}#nowhere", 0, 1)
    rows = [row(1, PHRASES[2], "anna", RJ + "date", "2"), row(2, nowhere, "anna", RJ + "date", "3")]
    sections = account(rows).sections(lay_out_text(TEXT, PHRASES))
    assert [each.sentence.number if each.sentence else None for each in sections] == [1, 2, 3, None]
    assert [each.total for each in sections] == [0, 1, 0, 1]
    (whole,) = account(rows).sections(lay_out_phrases(len(TEXT), PHRASES))
    assert (whole.sentence, whole.total) == (None, 2)
    assert account([]).sections(lay_out_phrases(0, [])) == ()


def test_how_facts_are_meant() -> None:
    rows = [
        row(1, PHRASES[0], "anna", RJ + "date", "1", conveyedIn=BASE + "id/hope"),
        row(2, PHRASES[0], "anna", RJ + "date", "2", rank=RJ + "Deprecated", certainty=RJ + "Ambiguous"),
        row(3, PHRASES[1], "fair", RJ + "date", "3", accordingTo=BASE + "id/anna", note="So it seems."),
        row(4, PHRASES[2], "anna", RJ + "occasion", BASE + "id/fair", rank=RJ + "Preferred"),
    ]
    made = account(rows, {"fair": (PLAN,)}, "id")
    assert [[(mark.kind, mark.text) for mark in each.marks] for each in made.facts] == [
        [("said", "dikatakan: Ana")],
        [("ambiguous", "taksa"), ("deprecated", "ditarik")],
        [("reported", "menurut Ana"), ("planned", "direncanakan")],
        [("preferred", "diutamakan"), ("planned", "direncanakan")],
    ]
    assert [each.asserted for each in made.facts] == [False, False, True, True]
    note = made.facts[2].note
    assert note is not None
    assert (note.text, note.language) == ("So it seems.", "en")
    tally = made.tally()
    assert (tally.facts, tally.said, tally.planned, tally.inferred, tally.phrases) == (2, 1, 2, 1, 3)


@pytest.mark.parametrize(
    ("rows", "style"),
    [
        ([{}], "stated"),
        ([{"certainty": RJ + "Inferred"}], "inferred"),
        ([{"certainty": RJ + "Inferred"}, {}], "stated"),
        ([{}, {"conveyedIn": BASE + "id/hope"}], "said"),
    ],
)
def test_a_phrase_is_drawn_as_its_facts_are_meant(rows: list[dict[str, str]], style: str) -> None:
    made = account([row(n, PHRASES[0], "anna", RJ + "date", str(n), **more) for n, more in enumerate(rows)])
    assert made.styles() == {PHRASES[0].iri: style}


def test_the_words_of_a_quotation_are_speech_and_those_of_a_plan_planned() -> None:
    rows = [row(1, PHRASES[0], "hope", RDF + "type", QUOTATION), row(2, PHRASES[1], "fair", RDFS + "label", "Fair")]
    styles = account(rows, {"hope": (QUOTATION,), "fair": (PLAN,)}).styles()
    assert styles == {PHRASES[0].iri: "said", PHRASES[1].iri: "planned"}


def topics(made: Account) -> list[Topic]:
    return [
        topic
        for section in made.sections(lay_out_phrases(40, PHRASES))
        for block in section.blocks
        for topic in block.topics
    ]


def test_what_has_no_name_is_called_by_its_kind_and_the_articles_words() -> None:
    rows = [
        row(1, PHRASES[0], "hope", RDF + "type", QUOTATION),
        row(2, PHRASES[1], "anna", RJ + "occasion", BASE + "id/hope"),
    ]
    made = account(rows, {"hope": (QUOTATION,)})
    names = [(each.name.value.text, each.name.words) for each in topics(made)]
    assert names == [("quotation", "Satu"), ("Anna", "")]
    target = made.facts[1].target
    assert (target.value.text, target.value.title, target.words) == ("quotation", "id/hope", "Satu")


def test_what_an_article_only_mentions_stands_apart() -> None:
    mention = {**row(1, PHRASES[0], "x", SCHEMA + "mentions", BASE + "id/anna"), "subject": ox.NamedNode(ARTICLE)}
    made = account([mention])
    (section,) = made.sections(lay_out_phrases(40, PHRASES))
    (block,) = section.blocks
    assert block.topics == ()
    assert [each.target.value.text for each in block.mentions] == ["Anna"]
    assert made.styles() == {}


def test_the_bounds_of_a_date_are_folded_where_the_date_is_given() -> None:
    names = ("edtf", "earliest", "latest", "date")
    rows = [row(n, PHRASES[0], "anna", RJ + name, "2024") for n, name in enumerate(names)]
    (topic,) = topics(account(rows))
    assert (len(topic.properties), len(topic.folded)) == (1, 3)
    (topic,) = topics(account(rows[1:]))
    assert (len(topic.properties), len(topic.folded)) == (3, 0)


def spans(**values: str) -> list[ox.Triple]:
    node = ox.NamedNode(f"{ARTICLE}#char=1,3")
    known = {RJ + "article": ARTICLE, OA + "start": "1", OA + "end": "3", OA + "exact": "at", **values}
    made = []
    for name, value in known.items():
        made.append(ox.Triple(node, ox.NamedNode(name), ox.NamedNode(value) if ":" in value else ox.Literal(value)))
    return made


def test_phrases_are_read_from_their_triples() -> None:
    assert read_phrases(spans(), ARTICLE) == {f"{ARTICLE}#char=1,3": Phrase(f"{ARTICLE}#char=1,3", 1, 3, "at")}
    assert read_phrases(spans(), ARTICLE + "b") == {}


@given(start=st.text(max_size=6), end=st.sampled_from(["-1", "1e3", "٣", "9" * 5000, "", " 3", "3.0"]))
def test_a_place_that_is_none_is_left_out(start: str, end: str) -> None:
    assert read_phrases(spans(**{OA + "end": end}), ARTICLE) == {}
    for each in read_phrases(spans(**{OA + "start": start}), ARTICLE).values():
        assert each.start == int(start)
