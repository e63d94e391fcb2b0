"""Words in both languages, and nothing that a result holds becomes markup."""

from __future__ import annotations

import json
import string
from collections.abc import Iterator
from urllib.parse import urlsplit

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_builder.namespaces import OA, PROV, RDF, RJ
from kg_server.http.problems import BadRequest, Problem
from kg_server.pages.advice import ADVICE
from kg_server.pages.facts import Reader
from kg_server.pages.results import read_table
from kg_server.pages.words import LANGUAGES, MODULES, WORDS
from kg_server.settings import describe_settings


def test_both_languages_say_the_same() -> None:
    def fields(text: str) -> list[str]:
        return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name)

    english, indonesian = WORDS["en"], WORDS["id"]
    assert english.keys() == indonesian.keys()
    assert all(fields(english[key]) == fields(indonesian[key]) for key in english)


def test_each_word_has_one_home() -> None:
    homes: dict[str, list[str]] = {}
    for module in MODULES:
        name = module.__name__.rpartition(".")[2]
        for key in module.WORDS["en"]:
            homes.setdefault(key, []).append(name)
            # What a feature says is found by its name; only what every page says is in `base`.
            assert name == "base" or key.startswith(f"{name}_"), f"{name}.py: {key}"
    assert not {key: found for key, found in homes.items() if len(found) > 1}
    assert all(module.WORDS.keys() == LANGUAGES.keys() for module in MODULES)


@given(value=st.text())
def test_cells_hold_the_value_as_it_is(value: str) -> None:
    body = json.dumps({"head": {"vars": ["x"]}, "results": {"bindings": [{"x": {"type": "literal", "value": value}}]}})
    assert read_table(body.encode(), {}, "/sparql", 5).rows[0][0].text == value


def test_every_setting_is_described() -> None:
    assert all(name and variable and meaning for name, variable, _, meaning in describe_settings())


def test_every_problem_says_what_it_is() -> None:
    def below(kind: type[Problem]) -> set[type[Problem]]:
        return {kind}.union(*(below(each) for each in kind.__subclasses__()))

    slugs = [kind.slug for kind in below(BadRequest)]
    assert len(slugs) == len(set(slugs))
    assert all(400 <= kind.status < 600 for kind in below(Problem))


BASE = "https://example.org/loans/"


@given(local=st.text(max_size=30))
def test_a_link_to_the_base_stays_on_this_server(local: str) -> None:
    link = Reader(BASE, "", "en", {}, {}).link(BASE + local)
    if link is not None:
        parts = urlsplit(link)
        assert (parts.scheme, parts.netloc) == ("", "")
        assert link.startswith("/")
        assert not link.startswith(("//", "/\\"))
        assert link.isascii()


@pytest.mark.parametrize("iri", ["javascript:alert(1)", "data:text/html,x", "urn:x:y", "http:x", "file:///etc/passwd"])
def test_odd_schemes_are_no_links(iri: str) -> None:
    assert Reader(BASE, "", "en", {}, {}).link(iri) is None


@pytest.mark.parametrize(
    ("iri", "path"),
    [
        (BASE + "id/fair", "/id/fair?format=html"),
        (BASE + "/evil.example/x", "/sparql?"),
        (BASE + "article/one#char=1,2", "/sparql?"),
        ("https://example.org/other", "/sparql?"),
    ],
)
def test_results_lead_to_pages_where_there_are_pages(iri: str, path: str) -> None:
    body = json.dumps({"head": {"vars": ["x"]}, "results": {"bindings": [{"x": {"type": "uri", "value": iri}}]}})
    link = read_table(body.encode(), {}, "/sparql", 5, BASE).rows[0][0].link
    assert link is not None
    assert link.startswith(path)


def test_phrases_that_support_a_fact_together_stand_together() -> None:
    turtle = f"""
    <{BASE}statement/1> <{RDF}subject> <{BASE}id/fair> ; <{RDF}predicate> <{RJ}date> ; <{RDF}object> "2024" ;
      <{RJ}note> "So it seems." ; <{PROV}wasDerivedFrom> <{BASE}article/one#char=0,3>, <{BASE}article/one#char=9,12> .
    <{BASE}article/one#char=0,3> <{OA}exact> "one" ; <{RJ}article> <{BASE}article/one> .
    <{BASE}article/one#char=9,12> <{RJ}firstWords> "two" ; <{RJ}lastWords> "ten" ; <{RJ}article> <{BASE}article/one> .
    """
    evidence = [each.triple for each in ox.parse(turtle, format=ox.RdfFormat.TURTLE)]
    fact = ox.Triple(ox.NamedNode(f"{BASE}id/fair"), ox.NamedNode(f"{RJ}date"), ox.Literal("2024"))
    reader = Reader(BASE, "", "en", {}, {f"{RJ}date": {"en": "date", "id": "tanggal"}}, evidence)
    (group,) = reader.groups([fact])
    (value,) = group.values
    (proof,) = value.evidence
    assert group.name.text == "date"
    assert [each.text for each in proof.words] == ["one", "two … ten"]
    assert proof.note == "So it seems."
    assert proof.link == "/statement/1?lang=en"
    assert reader.name(f"{BASE}statement/1").text == "id/fair · date · 2024"
    assert reader.said([f"{BASE}id/fair"], [fact]) == ()
    assert len(reader.said([f"{BASE}id/fair"], [])) == 1


def test_a_triple_about_itself_is_named_without_end_of_it() -> None:
    node = ox.NamedNode(f"{BASE}statement/1")
    loop = [ox.Triple(node, ox.NamedNode(RDF + name), node) for name in ("subject", "predicate", "object")]
    assert Reader(BASE, "", "en", {}, {}, loop).name(node.value).text == " · ".join(["statement/1"] * 3)


def kinds(problem: type[Problem]) -> Iterator[type[Problem]]:
    yield problem
    for each in problem.__subclasses__():
        yield from kinds(each)


def test_every_kind_of_problem_has_a_name_and_advice_in_every_language() -> None:
    slugs = {each.slug for each in kinds(Problem)}
    for language in LANGUAGES:
        assert set(ADVICE[language]) == slugs
        assert all(each.title and each.text.endswith(".") for each in ADVICE[language].values())
    for slug in slugs:
        assert ADVICE["en"][slug].title != ADVICE["id"][slug].title


def test_a_date_shows_no_datatype() -> None:
    edtf = "http://id.loc.gov/datatypes/edtf/EDTF"
    cell = {"type": "literal", "value": "2024-06", "datatype": edtf}
    body = json.dumps({"head": {"vars": ["on"]}, "results": {"bindings": [{"on": cell}]}}).encode()
    assert read_table(body, {}, "/sparql", 5).rows[0][0].note is None
