"""Phrases in a text: every character once, every phrase where it stands, whatever overlaps."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_builder.sentences import sentences
from kg_server.pages.passages import (
    Gap,
    Layout,
    Marked,
    Phrase,
    Piece,
    Sentence,
    Words,
    covered,
    lay_out_phrases,
    lay_out_text,
)

TEXT = "🏛 Satu dua. Tiga empat lima.\n\nEnam “tujuh” delapan."


def phrase(text: str, start: int, end: int) -> Phrase:
    return Phrase(f"https://example.org/article/a#char={start},{end}", start, end, text[start:end])


@st.composite
def marked_texts(draw: st.DrawFn) -> tuple[str, list[Phrase]]:
    text = draw(st.text(st.sampled_from("ab. \n🏛"), min_size=1, max_size=60))
    places = st.integers(0, len(text) - 1)
    spans = draw(st.lists(st.tuples(places, places), max_size=12))
    return text, [phrase(text, min(pair), max(pair) + 1) for pair in spans]


def flat(pieces: Iterable[Piece], inside: tuple[str, ...] = ()) -> Iterator[tuple[str, tuple[str, ...], Phrase | None]]:
    """Every character (a gap as so many spaces), the phrases around it, and the innermost as the leaf has it."""
    for each in pieces:
        if isinstance(each, Marked):
            yield from flat(each.pieces, (*inside, each.phrase.iri))
        else:
            for character in each.text if isinstance(each, Words) else " " * each.size:
                yield character, inside, each.phrase


def begun(pieces: Iterable[Piece]) -> Iterator[str]:
    for each in pieces:
        if isinstance(each, Marked):
            yield from [each.phrase.iri] if each.begins else []
            yield from begun(each.pieces)


def everything(layout: Layout) -> list[Piece]:
    return [*layout.pieces, *(piece for sentence in layout.sentences() for piece in sentence.pieces)]


@given(marked_texts())
def test_every_character_stands_once_inside_its_phrases(given_text: tuple[str, list[Phrase]]) -> None:
    text, phrases = given_text
    found = list(lay_out_text(text, phrases).sentences())
    assert [(each.start, each.end) for each in found] == [(each.start, each.end) for each in sentences(text)]
    for sentence in found:
        characters = list(flat(sentence.pieces))
        assert "".join(character for character, _, _ in characters) == text[sentence.start : sentence.end]
        for place, (_, inside, innermost) in enumerate(characters, sentence.start):
            around = {each.iri for each in phrases if each.start <= place < each.end}
            assert set(inside) == around
            assert len(inside) == len(set(inside))
            assert (innermost.iri if innermost else None) == (inside[-1] if inside else None)
        touched = any(each.start < sentence.end and sentence.start < each.end for each in phrases)
        assert sentence.bare == (not touched)


@given(marked_texts())
def test_every_phrase_begins_once(given_text: tuple[str, list[Phrase]]) -> None:
    text, phrases = given_text
    anchors = list(begun(everything(lay_out_text(text, phrases))))
    assert len(anchors) == len(set(anchors))
    seen = {each.iri for each in phrases if text[each.start : each.end].strip()}
    assert seen <= set(anchors)
    assert sorted(begun(lay_out_phrases(len(text), phrases).pieces)) == sorted({each.iri for each in phrases})


@given(marked_texts())
def test_without_the_text_only_its_phrases_are_known(given_text: tuple[str, list[Phrase]]) -> None:
    text, phrases = given_text
    known = {place for each in phrases for place in range(each.start, each.end)}
    characters = list(flat(lay_out_phrases(len(text), phrases).pieces))
    expected = "".join(character if place in known else " " for place, character in enumerate(text))
    assert "".join(character for character, _, _ in characters) == expected
    assert covered(phrases, len(text)) == len(known)


def test_paragraphs_are_those_of_the_text() -> None:
    layout = lay_out_text(TEXT, [])
    assert [[each.number for each in paragraph.sentences] for paragraph in layout.paragraphs] == [[1, 2], [3]]
    assert all(each.bare for each in layout.sentences())


def test_one_that_overlaps_another_goes_on_behind_it() -> None:
    first, second = phrase(TEXT, 2, 10), phrase(TEXT, 7, 16)
    one, two = list(lay_out_text(TEXT, [second, first]).sentences())[:2]
    assert one.pieces == (
        Words("🏛 "),
        Marked(
            first,
            begins=True,
            pieces=(Words("Satu ", first), Marked(second, begins=True, pieces=(Words("dua", second),))),
        ),
        Marked(second, begins=False, pieces=(Words(".", second),)),
    )
    assert two.pieces[0] == Marked(second, begins=False, pieces=(Words("Tiga", second),))


def test_the_middle_of_a_long_phrase_is_a_gap() -> None:
    long = Phrase("#char=2,26", 2, 26, first="Satu", last="lima", digest="00")
    assert lay_out_phrases(len(TEXT), [long]).pieces == (
        Gap(2),
        Marked(long, begins=True, pieces=(Words("Satu", long), Gap(16, long), Words("lima", long))),
        Gap(len(TEXT) - 26),
    )
    assert long.words == "Satu … lima"


@pytest.mark.parametrize(("start", "end"), [(-3, 2), (5, 5), (9, 4), (10**9, 10**9 + 5)])
def test_a_place_outside_the_text_is_not_marked(start: int, end: int) -> None:
    odd = Phrase("#odd", start, end, "x")
    assert not list(begun(everything(lay_out_text(TEXT, [odd]))))
    assert lay_out_phrases(len(TEXT), [odd]).pieces == (Gap(len(TEXT)),)
    assert covered([odd], len(TEXT)) == 0


def test_phrases_nested_without_end_keep_their_anchors() -> None:
    text = "a" * 500
    phrases = [phrase(text, place, 500 - place) for place in range(240)]
    (sentence,) = lay_out_text(text, phrases).sentences()
    assert isinstance(sentence, Sentence)
    assert len(list(begun(sentence.pieces))) == 240
    assert "".join(character for character, _, _ in flat(sentence.pieces)) == text


def test_a_phrase_is_compared_with_the_text() -> None:
    assert phrase(TEXT, 2, 6).stands_in(TEXT)
    assert not phrase(TEXT, 2, 6).stands_in(" " + TEXT)
    digest = hashlib.sha256(TEXT[2:27].encode()).hexdigest()[:16]
    long = Phrase("#char=2,27", 2, 27, first="Satu", last="lima", digest=digest)
    assert long.stands_in(TEXT)
    assert not long.stands_in(TEXT.replace("empat", "emoat"))
