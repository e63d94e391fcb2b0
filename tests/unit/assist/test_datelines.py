"""Datelines: the day of the telling, told from the days of what is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_builder.assist.datelines import dateline_day
from kg_builder.assist.dates import Dates
from kg_builder.assist.lexicon import load_lexicon


@pytest.fixture(scope="module")
def dates() -> Dates:
    return Dates(load_lexicon(Path(__file__).parents[3]))


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("KOTA KARANG, 4 Februari 2025 – Museum Laut menerima topeng.", "2025-02-04"),
        ("Topeng tiba\n\nKota Karang (4/2/2025) -- Museum Laut menerima topeng.", "2025-02-04"),
        ("Kota Karang, Kabar.example (Selasa, 4/2/2025) — Museum Laut menerima topeng.", "2025-02-04"),
        ("SEAVIEW, 3 May 2025: A team came.", "2025-05-03"),
        ("Museum Laut menerima topeng pada Senin (3/2/2025) – yang ketiga.", ""),
        ("KOTA KARANG, 4 Februari – Museum Laut menerima topeng.", ""),
        ("KOTA KARANG, 3-4 Februari 2025 – Museum Laut menerima topeng.", ""),
        ("KOTA KARANG, 4 Februari 2025, adalah hari itu.", ""),
        ("", ""),
    ],
)
def test_the_day_of_a_dateline(dates: Dates, text: str, day: str) -> None:
    assert dateline_day(text, dates) == day


@given(st.text(max_size=120))
def test_any_text_has_a_day_or_none(dates: Dates, text: str) -> None:
    assert len(dateline_day(text, dates)) in {0, 10}
