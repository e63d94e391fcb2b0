"""Alignment of two texts, and what becomes of phrases when a text changes."""

from __future__ import annotations

from itertools import pairwise
from urllib.parse import quote

from hypothesis import given
from hypothesis import strategies as st

from kg_builder.errors import Problem
from kg_builder.sources.alignment import align
from kg_builder.sources.anchor import Anchored, anchor
from kg_builder.sources.intake import Known, new_record, page_key
from kg_builder.sources.texts import decode

WORDS = st.lists(st.sampled_from(["satu", "dua", "tiga", "é🏛", ".", " ", "\n"]), max_size=30).map("".join)


@given(WORDS, WORDS)
def test_what_was_kept_has_the_same_words_in_the_same_order(former: str, text: str) -> None:
    kept = align(former, text).kept
    for old, new, length in kept:
        assert length > 0
        assert former[old : old + length] == text[new : new + length]
    for one, other in pairwise(kept):
        assert one[0] + one[2] <= other[0]
        assert one[1] + one[2] <= other[1]


@given(WORDS, WORDS, WORDS)
def test_what_stands_around_an_insertion_is_found(before: str, new: str, after: str) -> None:
    former, text = f"{before} | {after}", f"{before} | {new} | {after}"
    alignment = align(former, text)
    for start in range(len(former)):
        place = alignment.place(start, start + 1)
        assert place is None or text[place[0] : place[1]] == former[start : start + 1]
    assert align(former, former).place(0, len(former)) == (0, len(former))


def changed(phrases: list[str], former: str, text: str, *, known: bool = True) -> Anchored:
    problems: list[Problem] = []
    facts = "".join(f'  key {number}: "{phrase}"\n' for number, phrase in enumerate(phrases))
    head = new_record("a", decode(former.encode()), "someone", "2026-01-01", Known("id"))
    old = decode(former.encode())
    first = anchor(f"{head}\nblock:\n{facts}", "a", old, problems)
    found = anchor(first.source, "a", decode(text.encode()), problems, old if known else None)
    assert not problems
    return found


def test_a_phrase_moves_with_the_words_around_it_even_where_it_stands_twice() -> None:
    former = "The mask came. It was old. The mask left again."
    text = "On Monday the mask came. The mask was shown. It was old. The mask left again."
    place = former.rindex("The mask")
    found = changed([f"@{place} The mask", "It was old"], former, text)
    assert [(shift.former, shift.place) for shift in found.shifts] == [
        (place, text.rindex("The mask")),
        (former.index("It was"), text.index("It was")),
    ]
    assert found.shifts[0].fact == "block: key 0"
    assert (found.phrases, found.moved, found.lost, found.open) == (2, 2, 0, ())
    # Without the former text nothing tells which of the two it was.
    unsure = changed([f"@{place} The mask", "It was old"], former, text, known=False)
    assert (unsure.moved, unsure.lost, len(unsure.open)) == (1, 1, 1)
    assert unsure.shifts[0].place is None
    assert "@? The mask" in unsure.source


def test_words_that_were_not_kept_are_offered_or_gone_and_never_moved() -> None:
    former = "They have 12 masks. They have 12 boats."
    text = "They have 30 masks. They have 12 boats."
    found = changed([f"@{former.index('12')} 12", "12 masks", "12 boats"], former, text)
    assert [(shift.place, shift.offered) for shift in found.shifts] == [(None, (text.index("12"),)), (None, ())]
    assert '"@? 12"' in found.source
    assert '"@? 12 masks"' in found.source
    assert len(found.open) == 2


def test_a_paragraph_that_changed_its_place_takes_its_phrases_along() -> None:
    one, other = "Rain fell over the whole bay that day.", "A ship came in with a mask on board, at noon."
    found = changed(["Rain fell", "A ship"], f"{one}\n{other}\n", f"{other}\n{one}\n")
    assert found.lost == 0
    assert {shift.place for shift in found.shifts} == {0, len(other) + 1}


@given(st.sampled_from(["utm_source", "fbclid", "gclid"]), st.text(max_size=30))
def test_an_address_is_one_page_however_it_was_reached(parameter: str, text: str) -> None:
    value = quote(text)
    for plain in ("https://example.org/a", f"https://example.org/a?p={value}"):
        mark = "&" if "?" in plain else "?"
        assert page_key(f"{plain}{mark}{parameter}={value}#x") == page_key(plain.replace("https://", "http://www."))
    assert page_key(f"https://example.org/a?p={value}x") != page_key(f"https://example.org/a?p={value}")
    assert isinstance(page_key(text), str)
