"""Numbers and figures: what is written in words or digits is read back."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_builder.assist.lexicon import Lexicon
from kg_builder.assist.numbers import Numbers, digits
from kg_builder.assist.suggest import Suggester

ONES = ["nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan"]


def spell(number: int) -> str:
    """Write a number as Indonesian does."""
    if number < 10:
        return ONES[number]
    if number < 20:
        return {10: "sepuluh", 11: "sebelas"}.get(number, f"{ONES[number - 10]} belas")
    for size, name, alone in (
        (10**6, "juta", ""),
        (1000, "ribu", "seribu"),
        (100, "ratus", "seratus"),
        (10, "puluh", ""),
    ):
        if number >= size:
            many, rest = divmod(number, size)
            head = alone if many == 1 and alone else f"{spell(many)} {name}"
            return f"{head} {spell(rest)}" if rest else head
    raise AssertionError(number)


@given(number=st.integers(1, 999_999_999))
def test_a_number_in_words_is_read_back(lexicon: Lexicon, number: int) -> None:
    assert Numbers(lexicon).spelled(spell(number).split()) == number


@given(number=st.integers(0, 10**12))
def test_a_number_in_digits_is_read_back(number: int) -> None:
    assert digits(f"{number:,}".replace(",", ".")) == number
    assert digits(str(number)) == digits(str(number), "en") == digits(f"{number:,}", "en") == number


@given(whole=st.integers(0, 9999), tenths=st.integers(1, 9))
def test_a_decimal_is_read_back(whole: int, tenths: int) -> None:
    assert digits(f"{whole:,}".replace(",", ".") + f",{tenths}") == Decimal(f"{whole}.{tenths}")


@given(st.text(alphabet="0123456789.,", max_size=12))
def test_no_text_breaks_it(text: str) -> None:
    value = digits(text)
    assert value is None or value >= 0


@pytest.mark.parametrize(
    ("text", "value", "bound", "unit"),
    [
        ("memiliki lebih dari 4,5 juta koleksi", 4_500_000, "more-than", "items"),
        ("ada 2.600 koleksi", 2600, None, "items"),
        ("naik 10%", 10, None, "percent"),
        ("menghasilkan 5 (lima) produk", 5, None, "products"),
        ("menjangkau ribuan warga", None, "about-1000s", "people"),
        ("sekitar 300 peserta", 300, "about", "people"),
        ("hampir 1.200 naskah", 1200, "almost", "manuscripts"),
        ("setidaknya 15 negara", 15, "at-least", "countries"),
        ("mencapai 3,2 juta judul", 3_200_000, None, "titles"),
        ("selama tiga tahun", 3, None, "years"),
        ("300-an naskah", 300, "about", "manuscripts"),
        ("300 orang lebih", 300, "more-than", "people"),
        ("Rp5,2 miliar", 5_200_000_000, None, "IDR"),
        ("Naskah itu berjumlah 1417", 1417, None, "manuscripts"),
        ("The museum in the harbour holds more than 12,000 maps of the coast", 12_000, "more-than", "maps"),
    ],
)
def test_figures(suggester: Suggester, text: str, value: int | None, bound: str | None, unit: str) -> None:
    found = [p.value for p in suggester.suggest(text) if p.kind == "figure"]
    assert [(v.get("value"), v.get("bound"), v.get("unit")) for v in found] == [(value, bound, unit)]


@pytest.mark.parametrize(
    "text",
    ["salah satu lembaga", "pukul 10.00 WIB", "Covid-19", "Industri 4.0", "Nomor 43", "lantai 24", "(28/6/2024)"],
)
def test_no_figures(suggester: Suggester, text: str) -> None:
    assert not [p for p in suggester.suggest(text) if p.kind == "figure"]
