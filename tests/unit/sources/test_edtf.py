from __future__ import annotations

import time
from datetime import date

import edtf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_builder.sources.edtf import parse_edtf

days = st.dates(date(1000, 1, 1), date(9999, 12, 31)).map(date.isoformat)
months = days.map(lambda day: day[:7])
years = days.map(lambda day: day[:4])
vague = st.integers(100, 999).map(lambda decade: f"{decade}X") | st.integers(10, 99).map(lambda century: f"{century}XX")
marks = st.sampled_from(["", "", "?", "~", "%"])
single = st.tuples(days | months | years, marks).map("".join) | vague
ends = days | months | years | st.just("..")
subset = single | st.tuples(ends, ends).map("/".join)


def bound(value: object) -> date | None:
    if not isinstance(value, time.struct_time):
        return None
    return date(value.tm_year, value.tm_mon, value.tm_mday)


@given(subset)
def test_bounds_agree_with_the_reference_library(written: str) -> None:
    if written == "../..":
        with pytest.raises(ValueError, match="names no date"):
            parse_edtf(written)
        return
    found = edtf.parse_edtf(written)
    lower, upper = bound(found.lower_strict()), bound(found.upper_strict())
    if lower and upper and lower > upper:
        with pytest.raises(ValueError, match="ends before it begins"):
            parse_edtf(written)
        return
    parsed = parse_edtf(written)
    assert (parsed.earliest, parsed.latest, parsed.text) == (lower, upper, written)


@given(days, days)
def test_one_of_a_range_agrees_with_the_reference_library(one: str, other: str) -> None:
    first, last = sorted([one, other])
    written = f"[{first}..{last}]"
    parsed, found = parse_edtf(written), edtf.parse_edtf(written)
    assert parsed.earliest == bound(found.lower_strict())
    assert parsed.latest == bound(found.upper_strict())
    assert parsed.day is None


@given(st.text(max_size=14) | st.from_regex(r"[0-9X./?~\[\]-]{1,20}", fullmatch=True))
def test_any_text_is_a_date_or_a_value_error(written: str) -> None:
    try:
        parsed = parse_edtf(written)
    except ValueError as error:
        assert f"«{written}»" in str(error)  # noqa: PT017 - most texts are none
        return
    assert written.isascii()
    assert edtf.parse_edtf(written) or written.startswith("[")
    assert parsed.earliest is None or parsed.latest is None or parsed.earliest <= parsed.latest


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("2023-02-29", "«2023-02-29» is no day of the calendar: 2023-02 has 28 days"),
        ("2024-02-30", "«2024-02-30» is no day of the calendar: 2024-02 has 29 days"),
        ("1900-02-29", "«1900-02-29» is no day of the calendar: 1900-02 has 28 days"),
        ("2024-06-31", "«2024-06-31» is no day of the calendar: 2024-06 has 30 days"),
        ("2024-06-00", "«2024-06-00» is no day of the calendar: 2024-06 has 30 days"),
        ("2024-13", "«2024-13» is no month of the calendar"),
        ("2024-00", "«2024-00» is no month of the calendar"),
        ("196X-05", "«196X-05» is no month of the calendar"),
        ("0000", "«0000»: the year 0000 is not supported"),
        ("2024/2023", "«2024/2023» ends before it begins"),
        ("2024-05-02/2024-05-01", "«2024-05-02/2024-05-01» ends before it begins"),
        ("198X/196X", "«198X/196X» ends before it begins"),
        ("[2024..2023]", "«[2024..2023]» ends before it begins"),
        ("[..2023]", "«[..2023]» needs a date on both sides of «..»"),
        ("../..", "«../..» names no date: give at least one end"),
    ],
)
def test_an_impossible_date_is_refused_in_words(written: str, message: str) -> None:
    with pytest.raises(ValueError, match="«") as caught:
        parse_edtf(written)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    "written",
    [
        *("", "Juni 2024", "28/6/2024", "2024-6-28", "24", "20240628", "2024-06-28T10:00", " 2024", "2024 "),
        *("٢٠٢٤", "2024/", "2024/2025/2026"),
    ],
)
def test_what_is_no_date_is_never_completed(written: str) -> None:
    with pytest.raises(ValueError, match="is not a date"):
        parse_edtf(written)


def test_a_day_is_known_only_where_one_day_is_written() -> None:
    assert parse_edtf("2024-06-28").day == date(2024, 6, 28)
    for written in ("2024-06-28?", "2024-06-28/2024-06-28", "[2024-06-28..2024-06-28]", "2024-06", "2024", "196X"):
        assert parse_edtf(written).day is None
