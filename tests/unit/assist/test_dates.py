"""Dates: every form is written from a random date and read back."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_builder.assist.lexicon import Lexicon
from kg_builder.assist.suggest import Suggester

MONTHS = [
    "Januari",
    "Februari",
    "Maret",
    "April",
    "Mei",
    "Juni",
    "Juli",
    "Agustus",
    "September",
    "Oktober",
    "November",
    "Desember",
]
DAYS = ["Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu"]
DATES = st.dates(date(1950, 1, 1), date(2026, 12, 28))
FORMS = (
    "{w} ({d}/{m}/{y})",
    "{w} ({d:02}/{m:02}/{y})",
    "{w}, {d} {n} {y}",
    "{w} malam ({d}/{m}/{y})",
    "{w} ({d} {n} {y})",
    "pada {d} {n} {y}",
    "{d}{n} {y}",
    "{y}-{m:02}-{d:02}",
    "tanggal {d:02}-{m:02}-{y}",
)


def words(day: date) -> dict[str, object]:
    return {"w": DAYS[day.weekday()], "d": day.day, "m": day.month, "n": MONTHS[day.month - 1], "y": day.year}


def isos(suggester: Suggester, text: str, published: date | None = None) -> list[str]:
    return [p.value["iso"] for p in suggester.suggest(text, published) if p.kind == "date"]


@pytest.mark.parametrize("form", FORMS)
@given(day=DATES)
def test_a_day_is_read_back(suggester: Suggester, form: str, day: date) -> None:
    text = f"Acara itu berlangsung {form.format(**words(day))} di sana."
    found = [p for p in suggester.suggest(text) if p.kind == "date"]
    assert [p.value["iso"] for p in found] == [day.isoformat()]
    assert not found[0].value.get("flags")
    assert text[found[0].start : found[0].end] == found[0].exact


@given(day=DATES, length=st.integers(1, 20))
def test_a_range_is_read_back(suggester: Suggester, day: date, length: int) -> None:
    last = day + timedelta(days=length)
    if last.month == day.month:
        forms = [
            f"{day.day}-{last.day} {MONTHS[day.month - 1]} {day.year}",
            f"{DAYS[day.weekday()]}-{DAYS[last.weekday()]} ({day.day}-{last.day}/{day.month}/{day.year})",
            f"{day.day} hingga {last.day} {MONTHS[day.month - 1]} {day.year}",
        ]
    else:
        forms = [
            f"{day.day} {MONTHS[day.month - 1]} {day.year} sampai {last.day} {MONTHS[last.month - 1]} {last.year}",
            f"{DAYS[day.weekday()]} ({day:%d/%m/%Y}) hingga {DAYS[last.weekday()]} ({last:%d/%m/%Y})",
        ]
    for form in forms:
        assert isos(suggester, f"Pameran digelar {form}.") == [f"{day}/{last}"], form


@given(day=DATES)
def test_a_year_is_inferred_from_the_articles_day(suggester: Suggester, day: date) -> None:
    text = f"Hal itu disampaikan {DAYS[day.weekday()]} ({day.day}/{day.month})."
    found = [p for p in suggester.suggest(text, day + timedelta(days=1)) if p.kind == "date"]
    assert [(p.value["iso"], p.value["yearInferred"]) for p in found] == [(day.isoformat(), True)]


@given(day=DATES, wrong=st.integers(1, 6))
def test_a_weekday_that_contradicts_its_date_is_flagged(suggester: Suggester, day: date, wrong: int) -> None:
    text = f"{DAYS[(day.weekday() + wrong) % 7]} ({day.day}/{day.month}/{day.year})"
    found = [p for p in suggester.suggest(text) if p.kind == "date"]
    assert [p.value.get("flags") for p in found] == [["weekday-contradicts"]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sejak tahun 1922", ["1922"]),
        ("terbit tahun 1960-an hingga 1980-an", ["1960/1989"]),
        ("pada akhir 2023", ["2023"]),
        ("pada 2007 dan 2012", ["2007", "2012"]),
        ("berjalan 2018-2021", ["2018/2021"]),
        ("dari Juni 2019 hingga Mei 2020", ["2019-06/2020-05"]),
        ("naskah abad ke-19", ["1801/1900"]),
        ("24 dan 26 Oktober 2022", ["2022-10-24", "2022-10-26"]),
        ("pada Juni 2024 koleksinya 4,5 juta", ["2024-06"]),
        ("Undang-Undang Nomor 43 Tahun 2007", []),
        ("kongres (IFLA) 2018 di sana", []),
        ("mencapai 2000 naskah pada pukul 10.30", []),
        ("tanggal 31/2/2024", []),
        ("skor 3/4", []),
    ],
)
def test_forms(suggester: Suggester, text: str, expected: list[str]) -> None:
    assert isos(suggester, text) == expected


def test_a_year_stays_open_where_nothing_tells(suggester: Suggester) -> None:
    found = [p for p in suggester.suggest("Acara itu digelar pada 24 Mei.") if p.kind == "date"]
    assert [(p.value["iso"], p.value["flags"]) for p in found] == [("XXXX-05-24", ["year-unknown"])]


def test_the_words_are_those_of_the_lexicon(lexicon: Lexicon) -> None:
    assert [lexicon.terms("month")[name.lower()] for name in MONTHS] == [str(n) for n in range(1, 13)]
