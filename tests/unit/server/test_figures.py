"""Figures: rows become what is drawn, whatever they hold; dates and numbers are written as people write them."""

from __future__ import annotations

import json
import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_builder.namespaces import RJ, SCHEMA
from kg_builder.sources.edtf import parse_edtf
from kg_server.describe.queries import View as NamedView
from kg_server.pages.dates import date_text
from kg_server.pages.drawing import draw, unnamed
from kg_server.pages.figures import VIEWS, Bar, Chart, Graph, Map, Timeline, View, decimal, script_words
from kg_server.pages.results import Cell, Table
from kg_server.pages.words import WORDS
from kg_server.pages.words.figure import SCRIPT_WORDS

PAGE = "https://example.org/id/"


def iri(name: str) -> Cell:
    return Cell(f"id:{name}", link=f"/id/{name}?format=html", title=PAGE + name)


def table(columns: str, *rows: tuple[Cell | str, ...]) -> Table:
    cells = tuple(tuple(Cell(each) if isinstance(each, str) else each for each in row) for row in rows)
    return Table(tuple(columns.split()), cells, len(cells))


def test_rows_of_a_graph_are_nodes_and_edges_each_once() -> None:
    found = draw(
        "graph",
        table(
            "from fromLabel fromKind relation to planned said",
            (iri("a"), "Anna", iri("person"), iri("lends"), iri("b"), "false", "true"),
            (iri("a"), "Anna", iri("person"), iri("lends"), iri("b"), "false", "true"),
            (iri("b"), "Budi", "", "knows", iri("a"), "true", ""),
        ),
        {PAGE + "lends": {"en": "lends to", "id": "meminjami"}, PAGE + "b": {"": "B."}},
        "id",
    )
    assert isinstance(found, Graph)
    assert [(each.id, each.label, each.kind, each.href) for each in found.nodes] == [
        (PAGE + "a", "Anna", "id:person", "/id/a?format=html&lang=id"),
        # The column of the label comes late; the name of the thing is shown until then.
        (PAGE + "b", "Budi", None, "/id/b?format=html&lang=id"),
    ]
    assert [(each.label, each.planned, each.said) for each in found.edges] == [
        ("meminjami", False, True),
        ("knows", True, False),
    ]


def test_items_of_a_timeline_keep_their_dates_as_they_are_known() -> None:
    found = draw(
        "timeline",
        table(
            "item label start earliest latest kind planned",
            (iri("a"), "Loan", "[2024-03-20..2024-03-21]", "2024-03-20", "2024-03-21", iri("loan"), "false"),
            (iri("b"), "Return", "", "", "", "", "true"),
            (iri("c"), "", "2024", "", "", "", ""),
        ),
        {PAGE + "loan": {"en": "Loan"}},
        "en",
    )
    assert isinstance(found, Timeline)
    first, second = found.items
    assert (first.when("en"), first.kind, first.planned) == ("between 20 and 21 March 2024", "Loan", False)
    assert (second.when("en"), second.planned) == ("", True)


def test_rows_of_one_place_are_one_circle() -> None:
    found = draw(
        "map",
        table(
            "country place placeLabel item label value",
            ("ID", iri("indonesia"), "Indonesia", iri("a"), "Anna", "2"),
            ("ID", iri("indonesia"), "Indonesia", iri("a"), "Anna", "3"),
            ("ID", iri("indonesia"), "Indonesia", iri("b"), "Budi", ""),
            ("", iri("moon"), "The Moon", iri("c"), "Cipta", ""),
            ("", "", "", iri("d"), "Dewi", ""),
        ),
        {},
        "en",
    )
    assert isinstance(found, Map)
    assert [(each.label, each.country, each.count("en"), len(each.items)) for each in found.places] == [
        ("Indonesia", "ID", "5", 2),
        ("The Moon", None, "1", 1),
    ]


def test_points_need_both_degrees() -> None:
    found = draw("map", table("lat lon label", ("-6.2", "106.8", "Here"), ("1", "", "Nowhere")), {}, "en")
    assert isinstance(found, Map)
    assert [(each.label, each.lat, each.lon) for each in found.places] == [("Here", -6.2, 106.8)]


def test_bars_keep_their_bound() -> None:
    rows = [
        ("x", "4500000", Cell("more", link="/", title=bound)) for bound in (RJ + "moreThan", SCHEMA + "value", "urn:x")
    ]
    found = draw(
        "chart", table("label value bound", *rows, ("y", "many", ""), ("z", "inf", ""), ("", "1.50", "")), {}, "en"
    )
    assert isinstance(found, Chart)
    assert [(each.label, each.value, each.bound) for each in found.bars] == [
        ("x", 4500000, "more"),
        ("x", 4500000, "exact"),
        ("", 1.5, "exact"),
    ]


@pytest.mark.parametrize("view", VIEWS)
def test_what_has_nothing_to_draw_is_no_figure(view: View) -> None:
    assert draw(view, table("x", ("a",)), {}, "en") is None
    assert draw(view, Table((), (), 0), {}, "en") is None


def test_names_are_asked_for_where_no_column_gives_them() -> None:
    rows = table("from to toLabel relation article", (iri("a"), iri("b"), "B", iri("lends"), iri("one")))
    assert sorted(unnamed("graph", rows)) == [PAGE + "a", PAGE + "lends"]
    assert unnamed("chart", table("label value", ("a", "1"))) == []


TEXT = st.one_of(st.text(max_size=12), st.sampled_from(["1", "-2.5", "nan", "1e999", "true", "2024", "ID", "", "1_0"]))
CELL = st.builds(Cell, TEXT, st.none() | st.just("/id/x?format=html"), st.none() | TEXT, st.none() | st.just("en"))
ROLES = "from to fromLabel toKind relation planned label start end earliest item country lat lon value bound unit group"


@given(view=st.sampled_from(VIEWS), data=st.data())
def test_any_rows_are_drawn_or_not_and_never_break_the_page(view: View, data: st.DataObject) -> None:
    columns = data.draw(st.lists(st.sampled_from(ROLES.split()), unique=True, min_size=1, max_size=8))
    cells = st.tuples(*(CELL for _ in columns))
    rows = tuple(data.draw(st.lists(cells, max_size=4)))
    found = draw(view, Table(tuple(columns), rows, len(rows)), {}, "id")
    if found is not None:
        assert found.view == view
        # What is no number in JSON would end the page's script.
        json.dumps(found.data(), allow_nan=False)


def test_what_is_off_or_empty_is_left_out_and_zero_is_not() -> None:
    assert Chart((Bar("a", 0, group=""),)).data() == {"bars": [{"label": "a", "value": 0, "bound": "exact"}]}


@given(value=st.integers(-(10**15), 10**15) | st.decimals(-(10**6), 10**6, places=3).map(float))
def test_a_number_is_read_back_from_how_it_is_written(value: float) -> None:
    english, indonesian = decimal(value, "en"), decimal(value, "id")
    assert float(english.replace(",", "")) == value
    assert indonesian.translate(str.maketrans(".,", ",.")) == english


@given(first=st.dates(date(1000, 1, 1)), last=st.dates(date(1000, 1, 1)))
def test_every_date_of_a_record_is_in_words(first: date, last: date) -> None:
    first, last = sorted((first, last))
    for edtf in (f"{first}", f"{first}/{last}", f"[{first}..{last}]", f"{first:%Y-%m}", f"{first}/..", f"../{last}"):
        parse_edtf(edtf)
        for language in ("en", "id"):
            text = date_text(edtf, language)
            assert text != edtf
            assert not re.search(r"\d-\d|\.\.|/", text), text
    assert str(last.year) in date_text(f"{first}/{last}", "en")


@pytest.mark.parametrize("text", ["", "soon", "2024-13", "2024-13-01/2024", "a/b", "[a..b]", "2024/soon", "/", ".."])
def test_what_is_no_date_stays_as_it_is(text: str) -> None:
    assert date_text(text, "en") == text


def test_doubt_is_said() -> None:
    assert [date_text(each, "en") for each in ("1623~", "1623?", "1623%", "19XX", "196X")] == [
        "about 1623",
        "1623 (uncertain)",
        "about 1623 (uncertain)",
        "between 1900 and 1999",
        "the 1960s",
    ]


def test_scripts_have_their_words() -> None:
    assert set(SCRIPT_WORDS) == {"all", *VIEWS}
    for view in VIEWS:
        assert set(script_words(view)) <= WORDS["en"].keys()


def test_a_release_names_the_views_that_pages_draw() -> None:
    assert set(NamedView.__args__) == set(VIEWS)  # type: ignore[attr-defined]
