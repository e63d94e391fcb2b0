"""Every saved query answers, on the project's own graph, what was read in the articles and written down here.

The answer of ``queries/<name>.rq`` with its default parameters is ``tests/golden/queries/<name>.tsv`` (SPARQL 1.1 TSV).
After a change of the data or of a query, write the answers anew, then read the difference against the articles before
committing it:

    RUJUKAN_GOLDEN=write .venv/bin/python -m pytest tests/golden && git diff tests/golden
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib

from kg_builder.errors import Problem
from kg_builder.namespaces import EDTF, RDF, RJ, SCHEMA, SOSA
from kg_builder.release.query import Reader, saved_query
from kg_builder.sources.project import Project
from kg_builder.sources.queries import load_queries

ROOT = Path(__file__).parents[2]
GOLDEN = Path(__file__).parent / "queries"
NAMES = sorted(path.stem for path in (ROOT / "queries").glob("*.rq"))
LEAST = 25
MOST_WORDS = 12  # a phrase has at most eight; a name, which is quoted whole, may have more

OTHER = {
    ("claims-of", "person"): "id:syarif-bando",
    ("co-participation", "person"): "id:joko-santoso",
    ("conference-sessions", "conference"): "id:exhibition-kuteinsky",
    ("delegation", "visit"): None,
    ("derivations", "rule"): "<https://w3id.org/rujukan/diplomacy/rule/signed-on>",
    ("evidence-of-a-fact", "property"): "dp:signature",
    ("evidence-of-a-fact", "subject"): "id:signing-perpusnas-rudomino",
    ("evidence-of-an-entity", "entity"): "id:vadim-duda",
    ("facts-on-one-phrase", "entity"): "id:russian-state-library",
    ("head-of-library", "date"): "2023-10-20",
    ("names-as-printed", "entity"): "id:vadim-gigin",
    ("organisers-and-funders", "event"): None,
    ("partners-timeline", "library"): "id:russian-state-library",
    ("said-by", "person"): "id:roman-golovchenko",
    ("signed-with", "library"): "id:national-library-of-belarus",
}
"""Another value for each parameter; None where the graph holds one thing only to ask about: no answer then."""

_PREFIX = re.compile(r"^PREFIX (\w+): <([^>]*)>$", re.MULTILINE)
_LITERAL = re.compile(r'"((?:[^"\\]|\\.)*)"(@[a-z]+)?')


@pytest.fixture(scope="session")
def in_rdflib(project: Project, reader: Reader) -> rdflib.Dataset:
    """The graph in another tool, with the default graph that the quads have."""
    dataset = rdflib.Dataset(default_union=False)
    dataset.parse(project.build / "releases" / reader.manifest.release / "kg.nq", format="nquads")
    return dataset


def solutions(reader: Reader, name: str, values: Mapping[str, str] | None = None) -> ox.QuerySolutions:
    found = reader.solutions(*saved_query(reader, name, values or {}))
    assert isinstance(found, ox.QuerySolutions)
    return found


def answer(reader: Reader, name: str, values: Mapping[str, str] | None = None) -> str:
    return (solutions(reader, name, values).serialize(format=ox.QueryResultsFormat.TSV) or b"").decode()


def column(reader: Reader, name: str, variable: str, values: Mapping[str, str] | None = None) -> set[str]:
    return {getattr(row[variable], "value", "") for row in solutions(reader, name, values)}


def parameters(reader: Reader) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for query in reader.saved:
        listed = query["parameters"]
        assert isinstance(listed, list)
        found.extend((str(query["name"]), str(parameter["name"])) for parameter in listed)
    return found


@pytest.mark.parametrize("name", NAMES)
def test_the_answer_is_the_golden_one(reader: Reader, name: str) -> None:
    path = GOLDEN / f"{name}.tsv"
    found = answer(reader, name)
    if os.environ.get("RUJUKAN_GOLDEN") == "write":
        path.write_text(found, "utf-8")
    assert path.is_file(), "no golden answer yet: see this file's first lines"
    assert found == path.read_text("utf-8")


def test_every_query_has_a_golden_answer_and_every_golden_answer_a_query() -> None:
    assert {path.name for path in GOLDEN.iterdir()} == {f"{name}.tsv" for name in NAMES}
    assert len(NAMES) >= LEAST


def test_headers_are_whole_and_titles_are_questions(project: Project) -> None:
    problems: list[Problem] = []
    queries = load_queries(project, problems)
    assert not problems
    assert sorted(query.name for query in queries) == NAMES
    for query in queries:
        assert query.title["en"] != query.title["id"]
        assert query.description["en"] != query.description["id"]
        assert all(title.endswith("?") for title in query.title.values()), query.name
        assert all(text.endswith(".") for text in query.description.values()), query.name
        assert all(parameter.label["en"] and parameter.label["id"] for parameter in query.parameters)


@pytest.mark.parametrize("name", NAMES)
def test_prefixes_are_declared_and_are_those_of_the_house(reader: Reader, name: str) -> None:
    text, _ = saved_query(reader, name, {})
    ox.Store().query(text)  # without the release's prefixes
    declared = dict(_PREFIX.findall(text))
    assert list(declared) == sorted(declared)
    body = _PREFIX.sub("", text)
    for prefix, namespace in declared.items():
        assert reader.manifest.prefixes[prefix] == namespace
        assert re.search(rf"(?<![\w:]){prefix}:\w", body), f"{prefix}: is declared and not used"


@pytest.mark.parametrize("name", NAMES)
def test_no_query_takes_a_union_of_graphs(reader: Reader, name: str) -> None:
    text, _ = saved_query(reader, name, {})
    assert not re.search(r"\bFROM\b", text)
    for graph in re.findall(r"\bGRAPH\s+(\S+)", text):
        if graph.startswith("?"):
            assert re.search(rf"\{graph} a schema:NewsArticle\b", text), f"{graph} may be any graph"
        else:
            assert graph[1:-1] in reader.manifest.counts.graphs


@pytest.mark.parametrize("name", NAMES)
def test_terms_of_the_house_are_those_of_the_ontology(reader: Reader, name: str) -> None:
    text, bound = saved_query(reader, name, {})
    ontology = ox.NamedNode(reader.manifest.base + "graph/ontology")
    for prefix, local in set(re.findall(r"\b(dp|rj):(\w+)", text)):
        term = ox.NamedNode(reader.manifest.prefixes[prefix] + local)
        assert next(reader.store.quads_for_pattern(term, None, None, ontology), None), f"{prefix}:{local} is no term"
    mentioned = {ox.NamedNode(reader.manifest.prefixes["id"] + local) for local in re.findall(r"\bid:([\w-]+)", text)}
    mentioned |= {term for term in bound.values() if isinstance(term, ox.NamedNode)}
    for node in mentioned:
        assert next(reader.store.quads_for_pattern(node, None, None), None), f"{node} is nothing in the graph"


@pytest.mark.parametrize("name", NAMES)
def test_every_row_comes_once(reader: Reader, name: str) -> None:
    rows = answer(reader, name).splitlines()
    assert len(rows) == len(set(rows))


def test_each_parameter_changes_the_answer(reader: Reader) -> None:
    assert sorted(parameters(reader)) == sorted(OTHER)
    for (name, parameter), value in OTHER.items():
        _, bound = saved_query(reader, name, {})
        by_default = {tuple(row[variable] for variable in columns(reader, name)) for row in solutions(reader, name)}
        assert by_default
        assert {row[parameter] for row in solutions(reader, name)} == {bound[parameter]}
        values = {parameter: value or "id:indonesia"}
        found = {tuple(row[variable] for variable in columns(reader, name)) for row in solutions(reader, name, values)}
        assert bool(found) is (value is not None), name
        assert found != by_default, name


def columns(reader: Reader, name: str) -> list[str]:
    """The names of an answer's columns that are no parameters."""
    given = {parameter for query, parameter in parameters(reader) if query == name}
    return [variable.value for variable in solutions(reader, name).variables if variable.value not in given]


@pytest.mark.parametrize("name", sorted({name for name, _ in OTHER}))
def test_a_query_pasted_elsewhere_answers_at_least_what_its_defaults_give(reader: Reader, name: str) -> None:
    text, _ = saved_query(reader, name, {})
    pasted = reader.store.query(text)
    assert isinstance(pasted, ox.QuerySolutions)
    wanted = columns(reader, name)
    assert in_columns(pasted, wanted) >= in_columns(solutions(reader, name), wanted)


def in_columns(found: ox.QuerySolutions, wanted: list[str]) -> set[tuple[str, ...]]:
    """The rows in some columns, as TSV writes their terms: many times as fast as asking for each term."""
    head, *lines = (found.serialize(format=ox.QueryResultsFormat.TSV) or b"").decode().splitlines()
    places = [head.split("\t").index(f"?{variable}") for variable in wanted]
    return {tuple(line.split("\t")[place] for place in places) for line in lines}


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("name", NAMES)
def test_another_tool_gives_the_same_rows_in_the_same_order(
    reader: Reader, in_rdflib: rdflib.Dataset, name: str
) -> None:
    text, bound = saved_query(reader, name, {})
    variables = [variable.value for variable in solutions(reader, name).variables]
    # Read to its end before the other tool begins: what that leaves in cycles with this frame may be collected by any
    # thread, and solutions must end on the thread that made them.
    expected = [[plain(row[variable]) for variable in variables] for row in solutions(reader, name)]
    theirs = in_rdflib.query(text, initBindings={variable: in_rdflib_terms(term) for variable, term in bound.items()})
    found = [[plain(row.get(rdflib.Variable(variable))) for variable in variables] for row in theirs.bindings]
    assert found == expected


def in_rdflib_terms(term: ox.NamedNode | ox.Literal) -> rdflib.term.Identifier:
    if isinstance(term, ox.NamedNode):
        return rdflib.URIRef(term.value)
    return rdflib.Literal(term.value, datatype=rdflib.URIRef(term.datatype.value))


def plain(term: object) -> str:
    """A term without what the two tools write differently, such as a truth value's capital letter."""
    if term is None:
        return ""
    return f"{getattr(term, 'value', term) if isinstance(term, (ox.NamedNode, ox.Literal)) else term}".lower()


@pytest.mark.parametrize("name", NAMES)
def test_a_golden_answer_holds_no_sentence(name: str) -> None:
    for text, language in _LITERAL.findall((GOLDEN / f"{name}.tsv").read_text("utf-8")):
        assert language == "@en" or len(text.split()) <= MOST_WORDS, text


def node(reader: Reader, written: str) -> ox.NamedNode:
    return ox.NamedNode(reader.iri(written))


def rows(reader: Reader, store: ox.Store, name: str) -> set[tuple[str, ...]]:
    """A query's answer on another store, each row as the values of its terms."""
    text, _ = saved_query(reader, name, {})
    found = store.query(text)
    assert isinstance(found, ox.QuerySolutions)
    return {tuple(getattr(term, "value", "") for term in row) for row in found}


def test_heads_are_those_of_the_day(reader: Reader) -> None:
    in_2023 = column(reader, "head-of-library", "personName", {"date": "2023-10-20"})
    assert in_2023 == {"Muhammad Syarif Bando", "Vadim Gigin"}
    in_2024 = column(reader, "head-of-library", "personName", {"date": "2024-06-28"})
    assert in_2024 == {"E. Aminudin Aziz", "Maria V. Belokolenko", "Vadim Duda"}
    assert not column(reader, "head-of-library", "personName", {"date": "2024-01-01"})


def test_only_the_two_heads_that_no_sentence_names_as_signing_are_inferred(reader: Reader) -> None:
    found = {
        getattr(row["signerName"], "value", None): getattr(row["certainty"], "value", "").removeprefix(RJ)
        for row in solutions(reader, "signatories")
    }
    assert found == {
        "E. Aminudin Aziz": "Stated",
        "Maria V. Belokolenko": "Inferred",
        "Vadim Duda": "Inferred",
        None: "",
    }


def test_the_library_in_moscow_is_not_the_one_in_st_petersburg(reader: Reader) -> None:
    links = {
        getattr(row["entity"], "value", ""): getattr(row["wikidata"], "value", "").rpartition("/")[2]
        for row in solutions(reader, "wikidata-links")
    }
    assert links[reader.iri("russian-state-library")] == "Q1048694"
    assert "Q267566" not in links.values()


def test_a_plan_that_was_followed_by_an_event_is_no_longer_open(
    reader: Reader, copy_of_graph: Callable[[], ox.Store]
) -> None:
    store = copy_of_graph()
    before = rows(reader, store, "plans-without-outcome")
    plan, followed_by = node(reader, "seminar-indonesia-russia"), node(reader, "dp:followedBy")
    store.add(ox.Quad(plan, followed_by, node(reader, "return-visit-rudomino")))
    assert rows(reader, store, "plans-without-outcome") == before, "a plan is no outcome"
    store.add(ox.Quad(plan, followed_by, node(reader, "conference-belarus-2023")))
    after = rows(reader, store, "plans-without-outcome")
    assert after < before
    assert {row[0] for row in before - after} == {plan.value}


def test_what_one_more_article_says_shows_as_agreement_or_disagreement(
    reader: Reader, copy_of_graph: Callable[[], ox.Store]
) -> None:
    store = copy_of_graph()
    assert not rows(reader, store, "disagreements")
    agreed = rows(reader, store, "corroborated-facts")
    article = ox.NamedNode(reader.manifest.base + "article/made-up")
    store.add(ox.Quad(article, ox.NamedNode(f"{RDF}type"), ox.NamedNode(f"{SCHEMA}NewsArticle")))

    def say(subject: ox.NamedNode, predicate: ox.NamedNode, value: ox.NamedNode | ox.Literal) -> None:
        store.add(ox.Quad(subject, predicate, value))
        store.add(ox.Quad(subject, predicate, value, article))

    signing, figure = node(reader, "signing-perpusnas-rudomino"), node(reader, "made-up/items")
    edtf = ox.NamedNode(f"{RJ}edtf")
    say(signing, edtf, ox.Literal("2024-06-29", datatype=ox.NamedNode(EDTF)))
    say(signing, node(reader, "dp:place"), node(reader, "moscow"))
    say(signing, node(reader, "dp:participant"), node(reader, "joko-santoso"))
    say(node(reader, "rudomino-library"), node(reader, "dp:founding"), node(reader, "rudomino-library/founded/1922"))
    say(figure, ox.NamedNode(f"{SOSA}hasFeatureOfInterest"), node(reader, "rudomino-works-in-indonesian"))
    say(figure, ox.NamedNode(f"{SOSA}observedProperty"), node(reader, "items"))
    say(figure, ox.NamedNode(f"{SCHEMA}value"), ox.Literal(2700))

    disputed = {(row[0], row[1], row[2], row[4]) for row in rows(reader, store, "disagreements")}
    founding = reader.iri("rudomino-library/founded/")
    assert disputed == {
        (signing.value, edtf.value, "2024-06-28", "2024-06-29"),
        (reader.iri("rudomino-library"), reader.iri("dp:founding"), f"{founding}1921", f"{founding}1922"),
        (reader.iri("rudomino-works-in-indonesian"), f"{SCHEMA}value", "2600", "2700"),
    }
    place = (signing.value, reader.iri("dp:place"), reader.iri("moscow"), "2")
    assert rows(reader, store, "corroborated-facts") == agreed | {place}
