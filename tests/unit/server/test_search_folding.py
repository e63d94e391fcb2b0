"""Spellings that somebody may type for one name, and that they are made alike without ever failing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_builder.spelling import fold, resemblance, skeleton, sound
from kg_server.describe.search.draft import hear, joined, stems_of, variants
from kg_server.describe.search.lookup import LONGEST_QUERY, Sought
from kg_server.describe.search.marks import marks, parts
from kg_server.describe.search.nearness import LEAST, closeness, nearest

WORDS = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=24)


@pytest.mark.parametrize(
    "spellings",
    [
        # Russian and Belarusian names, by English, German, Dutch, French, Indonesian, ISO 9 and GOST 7.79 habits.
        "Gigin Hihin Гигин Гігін",
        "Vadim Vadzim Вадим Вадзім",
        "Dostoevsky Dostoyevskiy Dostojewskij Dostoïevski Достоевский",
        "Tolstoy Tolstoj Tolstoi Толстой",
        "Pushkin Puschkin Puškin Poesjkin Пушкин",
        "Gogol Hohol Gogol' Gogol’ Гоголь",
        "Chekhov Čexov Tchekhov Чехов",
        "Tsvetaeva Cvetaeva Tsvetayeva Цветаева",
        "Yuri Yury Jurij Iurii Юрий",
        "Yelena Elena Jelena Елена",
        "Rudomino Рудомино",
        "Haloŭčanka Галоўчанка",
        "Rossiya Rosija Россия",
        "Lukashenko Loekasjenko Лукашенко",
        # Indonesian, old spelling and new, and Arabic names in it.
        "Soekarno Sukarno",
        "Djakarta Jakarta",
        "Jogjakarta Yogyakarta",
        "Tjokroaminoto Cokroaminoto",
        "Syarif Sharif Sjarif",
        "Mohamad Muhammad Moehammad",
        # Marks and apostrophes.
        "Qur’an Qur'an Quran",
        "Dvořák Dvorak",
        "Ünal Unal",
        "Straße Strasse",
    ],
)
def test_spellings_of_one_name_sound_alike(spellings: str) -> None:
    heard = {sound(fold(each)) for each in spellings.split()}
    assert len(heard) == 1, heard


@pytest.mark.parametrize(("one", "other"), [("Duda", "Gigin"), ("Moskva", "Minsk"), ("Anna", "Berg"), ("Bali", "Oslo")])
def test_other_names_do_not(one: str, other: str) -> None:
    assert sound(fold(one)) != sound(fold(other))
    assert resemblance(sound(fold(one)), sound(fold(other))) < LEAST


@pytest.mark.parametrize("text", ["图书馆", "東京", "الإسكندرية", "Αθήνα", "서울", "กรุงเทพ"])
def test_other_scripts_can_be_typed_in_latin_letters(text: str) -> None:
    assert fold(text).isascii()
    assert fold(text)


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    folded = fold(text)
    assert fold(folded) == folded
    assert folded.isascii()
    assert folded == " ".join(folded.split())
    assert set(folded) <= set("abcdefghijklmnopqrstuvwxyz0123456789 ")


@given(WORDS)
def test_what_sounds_so_sounds_so_again(word: str) -> None:
    heard = sound(word)
    assert heard
    assert sound(heard) == heard
    assert skeleton(skeleton(heard)) == skeleton(heard)
    assert variants(heard)
    assert all(word.startswith(each) for word in (heard,) for each in stems_of(heard))


@given(st.text(), st.text())
def test_texts_of_all_kinds_are_read(text: str, query: str) -> None:
    words, sounds = hear(text)
    assert " ".join(words) == fold(text)
    assert len(joined(sounds)) <= max(0, len(sounds) - 1)
    sought = Sought.read(query)
    assert len(sought.words) == len(sought.sounds) <= 8
    places = marks(text, sought)
    assert "".join(part for part, _ in parts(text, places)) == text
    assert [text[start:end] for start, end in places] == [part for part, marked in parts(text, places) if marked]


@given(st.lists(WORDS, min_size=1, max_size=4), st.lists(WORDS, max_size=4))
def test_nearness_is_a_share(words: list[str], others: list[str]) -> None:
    assert closeness(tuple(words), words) == 1
    assert 0 <= closeness(tuple(words), others) <= 1
    assert nearest(words[0], [*others, words[0]], 3)[0] == words[0]


def test_a_long_text_is_cut_before_it_costs_anything() -> None:
    assert len("".join(Sought.read("a" * 10_000).words)) == LONGEST_QUERY
    assert len(Sought.read("a b " * 1000).words) == 8


@pytest.mark.parametrize(
    ("text", "query", "marked"),
    [
        ("Vadzim Hihin", "gigin", ["Hihin"]),
        ("Perpustakaan Nasional", "perpus nas", ["Perpustakaan", "Nasional"]),
        ("Rostov-on-Don", "don", ["Don"]),
        ("L’Opéra de Paris", "lopera", ["L’Opéra"]),
        ("Достоевский 🏛 Dostoevsky", "dostojewskij", ["Достоевский", "Dostoevsky"]),
        ("Museum", "", []),
    ],
)
def test_the_words_that_were_meant_are_marked(text: str, query: str, marked: list[str]) -> None:
    assert [text[start:end] for start, end in marks(text, Sought.read(query))] == marked
