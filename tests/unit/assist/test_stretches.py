"""Long and hostile texts: the time grows with the length, and what is found stands where it is said to stand."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support import museum

from kg_builder.assist.lexicon import load_lexicon
from kg_builder.assist.stretches import MOST, stretches
from kg_builder.assist.suggest import Suggester


@pytest.fixture(scope="module")
def suggester() -> Suggester:
    return Suggester(load_lexicon(museum.ROOT))


def seconds(suggester: Suggester, text: str) -> float:
    start = time.process_time()
    suggester.suggest(text)
    return time.process_time() - start


# Each of these took time by the square of its length: four times the text, sixteen times as long.
HOSTILE = {
    "honorifics": "Dr. ",
    "years": "1999-",
    "days": "5/3/2025 ",
    "digits": "7",
    "quotations": '"Kami ingin datang," kata Budi. ',
    "he said": "ia berkata ",
    "initials": "A. B, ",
    "one sentence": "Kepala Museum Bahari Budi Santoso menandatangani nota kesepahaman, ",
}


@pytest.mark.parametrize("unit", HOSTILE.values(), ids=HOSTILE)
def test_time_grows_with_the_length(suggester: Suggester, unit: str) -> None:
    short, long = ((unit * (length // len(unit) + 1))[:length] for length in (MOST, 4 * MOST))
    # Linear is 4, by the square 16; a machine with other work to do may disturb one measurement, not each.
    assert any(seconds(suggester, long) < 9 * max(seconds(suggester, short), 0.05) for _ in range(3))


def test_what_a_long_text_says_stands_where_it_is_said_to(suggester: Suggester) -> None:
    paragraph = (
        "Kepala Museum Bahari, Ratna Wijaya, datang pada Rabu (5/3/2025). Kata Ratna, koleksinya 1.200 lukisan 🏛.\n"
    )
    text = paragraph * (2 * MOST // len(paragraph))
    found = suggester.suggest(text)
    places = [(each.start, each.end) for each in found]
    assert places == sorted(places)
    assert all(text[each.start : each.end] == each.exact for each in found)
    mentions = [tuple(place) for each in found if each.kind == "person" for place in each.value["mentions"]]
    assert {text[start:end] for start, end in mentions} == {"Ratna Wijaya", "Ratna"}
    assert len(mentions) == 2 * text.count(paragraph)
    assert sum(each.kind == "figure" for each in found) == text.count(paragraph)


@given(st.text(alphabet="ab.\n ", max_size=200), st.integers(1, 30))
def test_stretches_are_the_text(text: str, most: int) -> None:
    cut = list(stretches(text, most))
    assert "".join(text[start:end] for start, end in cut) == text
    assert all(0 < end - start <= most for start, end in cut)
