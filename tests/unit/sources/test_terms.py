from __future__ import annotations

from datetime import date

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_builder.ids import Iris, digest, is_slug, nearest
from kg_builder.model import Span, Term
from kg_builder.namespaces import XSD
from kg_builder.terms import canonical, iri, iri_text, is_iri, literal_parts, text, typed

S, P = iri("https://example.org/s"), iri("https://example.org/p")
anything = st.text(st.characters(exclude_categories=["Cs"]))
control = st.text(
    st.sampled_from(
        [*map(chr, range(32)), "\x7f", "\x80", "\x85", "\u2028", "\ufffe", "\uffff", '"', "\\", "'", "a", "🏛"]
    )
)


def dumped(term: Term) -> str:
    """The line of a store that was given a term, as the store itself writes it."""
    store = ox.Store()
    store.bulk_load(input=f"{S} {P} {term} .\n".encode(), format=ox.RdfFormat.N_QUADS)
    return (store.dump(format=ox.RdfFormat.N_QUADS) or b"").decode()


def assert_canonical(term: Term) -> None:
    assert dumped(term) == f"{S} {P} {term} .\n"


@given(anything | control)
def test_texts_are_written_as_the_store_writes_them(value: str) -> None:
    assert_canonical(text(value))
    assert literal_parts(text(value)) == (value, "", "")


@given(anything, st.sampled_from(["en", "id", "ID", "zh-Hant-TW", "no"]))
def test_tagged_texts_are_written_as_the_store_writes_them(value: str, language: str) -> None:
    assert_canonical(text(value, language))
    assert literal_parts(text(value, language)) == (value, language.lower(), "")


@given(st.integers(), st.integers(0, 3), st.sampled_from(["", "+"]))
def test_integers(number: int, zeros: int, plus: str) -> None:
    written = f"-{'0' * zeros}{-number}" if number < 0 else f"{plus}{'0' * zeros}{number}"
    term = typed(written, f"{XSD}integer")
    assert_canonical(term)
    assert literal_parts(term) == (str(number), "", f"{XSD}integer")


@given(st.from_regex(r"[+-]?([0-9]{1,25}(\.[0-9]{0,25})?|\.[0-9]{1,25})", fullmatch=True))
def test_decimals(written: str) -> None:
    term = typed(written, f"{XSD}decimal")
    assert_canonical(term)
    assert canonical(canonical(written, f"{XSD}decimal"), f"{XSD}decimal") == canonical(written, f"{XSD}decimal")


@given(st.dates())
def test_dates(day: date) -> None:
    assert_canonical(typed(day.isoformat(), f"{XSD}date"))


@given(
    st.from_regex(
        r"-?P([0-9]{1,3}Y)?([0-9]{1,3}M)?([0-9]{1,3}D)?(T[0-9]{1,3}H([0-9]{1,3}M)?([0-9]{1,3}(\.[0-9]{1,4})?S)?)?",
        fullmatch=True,
    )
)
def test_durations(written: str) -> None:
    if written.endswith("P"):
        with pytest.raises(ValueError, match="is not a duration"):
            typed(written, f"{XSD}duration")
    else:
        assert_canonical(typed(written, f"{XSD}duration"))


@pytest.mark.parametrize(
    ("written", "datatype", "stored"),
    [
        ("P24M", "duration", "P2Y"),
        ("PT48H", "duration", "P2D"),
        ("P0D", "duration", "PT0S"),
        ("P10Y", "duration", "P10Y"),
        ("1.50", "decimal", "1.5"),
        ("-0.0", "decimal", "0"),
        ("05", "nonNegativeInteger", "5"),
        ("1.0E1", "double", "10"),
        ("2024", "gYear", "2024"),
        ("2024-01-01T00:00:00.50Z", "dateTime", "2024-01-01T00:00:00.5Z"),
    ],
)
def test_the_stores_lexical_form_is_taken_before_anything_is_hashed(written: str, datatype: str, stored: str) -> None:
    assert canonical(written, f"{XSD}{datatype}") == stored
    assert_canonical(typed(written, f"{XSD}{datatype}"))


@pytest.mark.parametrize(
    ("written", "datatype", "message"),
    [
        ("4,5", "decimal", "«4,5» is not a number: write digits with a point, such as 4.5"),
        ("4.500.000", "integer", "«4.500.000» is not a whole number: write digits only, such as 4500000"),
        ("٣", "integer", "«٣» is not a whole number: write digits only, such as 4500000"),
        ("", "integer", "«» is not a whole number: write digits only, such as 4500000"),
        ("1e3", "decimal", "«1e3» is not a number: write digits with a point, such as 4.5"),
        ("yes", "boolean", "«yes» is neither true nor false"),
        ("2024-02-30", "date", "«2024-02-30» is no day of the calendar (day is out of range for month)"),
        ("28/6/2024", "date", "«28/6/2024» is not a date: write YYYY-MM-DD"),
        ("٢٢٢٢-٢٢-٢٢", "date", "«٢٢٢٢-٢٢-٢٢» is not a date: write YYYY-MM-DD"),
        ("P", "duration", "«P» is not a duration: write P2D, P10Y or PT3H"),
        ("P1DT", "duration", "«P1DT» is not a duration: write P2D, P10Y or PT3H"),
        ("2 days", "duration", "«2 days» is not a duration: write P2D, P10Y or PT3H"),
    ],
)
def test_a_value_of_another_type_is_refused_in_words(written: str, datatype: str, message: str) -> None:
    with pytest.raises(ValueError, match="«") as caught:
        canonical(written, f"{XSD}{datatype}")
    assert str(caught.value) == message


@pytest.mark.parametrize(
    "written",
    [
        "",
        "foo",
        "/a",
        "https://e.org/a b",
        "https://e.org/<a>",
        "http://[",
        'https://e.org/"',
        "https://e.org/%zz",
        "https://e.org/\n",
    ],
)
def test_what_no_store_takes_is_no_iri(written: str) -> None:
    with pytest.raises(ValueError, match="is not an IRI"):
        iri(written)


@pytest.mark.parametrize("written", ["e n", "x_y", "é", "abcdefghijk", "-", "en-", "1"])
def test_what_no_store_takes_is_no_language(written: str) -> None:
    with pytest.raises(ValueError, match="is not a language tag"):
        text("words", written)


@given(anything)
def test_an_iri_is_told_from_a_literal_that_looks_like_one(value: str) -> None:
    assert is_iri(S)
    assert iri_text(S) == "https://example.org/s"
    assert not is_iri(text(f"<{value}>"))


@given(st.lists(st.text()), st.lists(st.text()))
def test_digests_of_different_parts_differ(one: list[str], other: list[str]) -> None:
    clean = [[part.replace("\x1f", "") for part in parts] for parts in (one, other)]
    nonempty = [parts or [""] for parts in clean]
    assert (digest(nonempty[0]) == digest(nonempty[1])) is (nonempty[0] == nonempty[1])
    assert len(digest(one)) == 24


@given(st.text())
def test_a_slug_is_always_the_end_of_an_iri(name: str) -> None:
    if is_slug(name):
        assert Iris("https://example.org/").entity(name) == f"<https://example.org/id/{name}>"


@pytest.mark.parametrize("name", ["", "-", "a-", "-a", "a--b", "A", "a b", "a_b", "é", "a\n", "a/b"])
def test_what_is_no_slug(name: str) -> None:
    assert not is_slug(name)


def test_the_nearest_name_is_offered_only_where_one_is_near() -> None:
    assert nearest("rudomno", ["rudomino", "rome"]) == "; did you mean «rudomino»?"
    assert nearest("zzz", ["rudomino"]) == ""


@given(anything)
def test_a_nested_nodes_iri_is_always_an_iri(value: str) -> None:
    made = Iris("https://example.org/").nested(S, "founded", value)
    assert str(ox.NamedNode(made[1:-1])) == made


def test_a_doubtful_date_makes_another_node_than_a_sure_one() -> None:
    made = {Iris("https://example.org/").nested(S, "founded", value) for value in ("1921", "1921?", "1921~", "1921%")}
    assert len(made) == 4


def test_an_attestations_iri_depends_on_triple_article_and_key() -> None:
    iris = Iris("https://example.org/")
    made = {
        iris.statement((S, P, S), "a", "k"),
        iris.statement((S, P, P), "a", "k"),
        iris.statement((S, P, S), "b", "k"),
        iris.statement((S, P, S), "a", "l"),
    }
    assert len(made) == 4
    premises = [(S, P, S), (P, P, S)]
    assert iris.derivation("r", (S, P, P), premises) == iris.derivation("r", (S, P, P), reversed(premises))
    assert iris.span(Span("a", 1, 5, "word")) == "<https://example.org/article/a#char=1,5>"
    assert iris.local("a", "this-x") == "<https://example.org/id/a/x>"
