"""Names, agreements and speech in sentences of our own: what a rule reads, and where it abstains."""

from __future__ import annotations

from typing import Any

import pytest

from kg_builder.assist.suggest import Suggester


def read(suggester: Suggester, text: str, kind: str) -> list[dict[str, Any]]:
    return [dict(p.value) for p in suggester.suggest(text) if p.kind == kind]


def test_an_abbreviation_in_brackets_is_known_further_on(suggester: Suggester) -> None:
    text = "Himpunan Pengrajin Rotan Cirebon (HPRC) berdiri. Ketua HPRC Dirga Sunandar datang."
    assert [value["name"] for value in read(suggester, text, "organisation")] == ["Himpunan Pengrajin Rotan Cirebon"]
    (person,) = read(suggester, text, "person")
    assert (person["name"], person["title"], person["organisation"]) == ("Dirga Sunandar", "Ketua", "HPRC")


def test_words_before_brackets_that_spell_them_are_a_name(suggester: Suggester) -> None:
    (body,) = read(suggester, "Bantuan dikirim Palang Biru Nusantara (PBN) kemarin.", "organisation")
    assert (body["name"], body["abbreviation"]) == ("Palang Biru Nusantara", "PBN")


@pytest.mark.parametrize(
    "text", ["Pelaku Usaha Mikro Kecil Menengah (UMKM) hadir.", "Di Nusa Tenggara Barat (NTB) hujan."]
)
def test_things_and_places_before_brackets_are_none(suggester: Suggester, text: str) -> None:
    assert not read(suggester, text, "organisation")


def test_a_list_is_not_overruled_by_letters(suggester: Suggester) -> None:
    """The letters of a listed short name can be found in another body's name; they stay two."""
    text = "Perpusnas menyambut tamu. Perpustakaan Nasional St. Anna menyampaikan salam."
    assert len(read(suggester, text, "organisation")) == 2


@pytest.mark.parametrize(
    ("text", "title", "body"),
    [
        (
            "Wakil Rektor Bidang Riset Universitas Airlangga Budi Santoso hadir.",
            "Wakil Rektor Bidang Riset",
            "Airlangga",
        ),
        ("Kepala Pusat Data BNPB Rina Lestari hadir.", "Kepala Pusat Data", "BNPB"),
        ("Pengamat ekonomi dari Universitas Airlangga, Budi Santoso, hadir.", "Pengamat ekonomi", "Airlangga"),
        ("Bupati Mekarjati Budi Santoso hadir.", "Bupati Mekarjati", ""),
    ],
)
def test_titles(suggester: Suggester, text: str, title: str, body: str) -> None:
    (person,) = read(suggester, text, "person")
    assert person["title"] == title
    assert person.get("organisation", "").endswith(body)
    assert bool(person.get("organisation")) == bool(body)


@pytest.mark.parametrize(
    ("verb", "status"),
    [
        ("menandatangani", "signed"),
        ("memperpanjang", "renewed"),
        ("akan menandatangani", "planned"),
        ("sepakat menandatangani", "planned"),
        ("membicarakan kemungkinan menandatangani", "planned"),
        ("batal menandatangani", None),
    ],
)
def test_how_far_an_agreement_is(suggester: Suggester, verb: str, status: str | None) -> None:
    text = f"Universitas Airlangga dan Museum Nasional {verb} nota kesepahaman, Rabu (24/5/2023)."
    found = read(suggester, text, "agreement")
    assert [(value["type"], value["status"], value["date"]) for value in found] == (
        [("MoU", status, "2023-05-24")] if status else []
    )


def test_both_are_those_that_the_text_names(suggester: Suggester) -> None:
    text = "Universitas Airlangga menyambut Universitas Andalas. Kedua universitas meneken nota kesepahaman."
    (agreement,) = read(suggester, text, "agreement")
    assert agreement["parties"] == ["Universitas Airlangga", "Universitas Andalas"]


def test_an_agreement_is_not_of_the_day_on_which_it_ends(suggester: Suggester) -> None:
    text = "Universitas Airlangga dan Museum Nasional memperbarui nota kesepahaman yang berakhir 30 Juni 2019."
    assert [value.get("date") for value in read(suggester, text, "agreement")] == [None]


@pytest.mark.parametrize(
    ("text", "manner"),
    [
        ('"Kami datang untuk belajar di sini," gumam Budi Santoso.', "direct"),
        ('"Kami datang untuk belajar di sini," Budi Santoso terkekeh.', "direct"),
        ("Budi Santoso mengatakan hujan turun.", "indirect"),
    ],
)
def test_who_speaks(suggester: Suggester, text: str, manner: str) -> None:
    found = read(suggester, f"Rektor Budi Santoso datang. {text}", "speech")
    assert [(value["speaker"], value["manner"]) for value in found] == [("Budi Santoso", manner)]


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("Acara itu digelar Selasa (14/11). Pada 2024 panitia berencana kembali.", "2023-11-14"),
        ("Acara itu digelar Jumat (7/5). Hubungan berlangsung sejak 2010.", "2021-05-07"),
        ("Acara itu digelar Rabu (24/5). Sebelumnya berjalan 2018-2021.", "2023-05-24"),
    ],
)
def test_years_that_lie_ahead_and_behind_tell_a_days_year(suggester: Suggester, text: str, iso: str) -> None:
    assert iso in [value["iso"] for value in read(suggester, text, "date")]


def test_a_day_that_no_month_has_is_flagged(suggester: Suggester) -> None:
    assert read(suggester, "Acara itu digelar 31 Februari 2024.", "date") == [
        {"iso": "2024-02", "flags": ["no-such-day"]}
    ]
    assert read(suggester, "Pada awal Februari 2024.", "date") == [{"iso": "2024-02", "part": "early"}]


def test_initials_alone_name_nobody(suggester: Suggester) -> None:
    assert not read(suggester, "Menurut A. B. C., hujan turun.", "person")


@pytest.mark.parametrize(
    ("text", "parties"),
    [
        ("Perjanjian kerja sama antara Teater Garasi dan Erasmus Huis diteken Rabu (24/5/2023).", 2),
        ("Museum Nasional menandatangani nota kesepahaman dengan Tropenmuseum, Rabu (24/5/2023).", 2),
        ("Teater Garasi menggandeng Nederlandse Bachvereniging. Kesepakatan itu diteken Rabu (24/5/2023).", 2),
        ("Museum Nasional di Jakarta dan Kinokuniya menyepakati nota kesepahaman, Rabu (24/5/2023).", 2),
        ("Kesepakatan antara Marjin Pesisir, Kaki Langit, dan Teras Budaya diteken Rabu (24/5/2023).", 3),
    ],
)
def test_parties_that_no_list_knows(suggester: Suggester, text: str, parties: int) -> None:
    (found,) = read(suggester, text, "agreement")
    assert len(found["parties"]) == parties
    assert (found["status"], found["date"]) == ("signed", "2023-05-24")
    assert all(party in text for party in found["parties"])


def test_a_sentence_may_tell_of_two_agreements(suggester: Suggester) -> None:
    text = (
        "Dua nota kesepahaman ditandatangani Rabu (24/5/2023): satu antara Museum Nasional dan Teater Garasi, "
        "satu lagi antara Universitas Airlangga dan Erasmus Huis."
    )
    pairs = [each["parties"] for each in read(suggester, text, "agreement")]
    assert pairs == [["Museum Nasional", "Teater Garasi"], ["Universitas Airlangga", "Erasmus Huis"]]


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("Nota kesepahaman antara Museum Nasional dan Erasmus Huis rampung. Keduanya menekennya kemarin.", "signed"),
        ("Nota kesepahaman antara Museum Nasional dan Erasmus Huis rampung. Keduanya akan menekennya.", "planned"),
        ("Museum Nasional dan Erasmus Huis sepakat menyusun nota kesepahaman.", "planned"),
    ],
)
def test_the_next_sentence_may_tell_of_the_signing(suggester: Suggester, text: str, status: str) -> None:
    (found,) = read(suggester, text, "agreement")
    assert (found["status"], found["parties"]) == (status, ["Museum Nasional", "Erasmus Huis"])


@pytest.mark.parametrize(
    "text",
    [
        "Museum Nasional menandatangani nota kesepahaman dengan Liverpool. Wali Kota Liverpool Joe Clark datang.",
        "Museum Nasional dan Budi Santoso menandatangani nota kesepahaman.",
        "Nota kesepahaman antara Museum Nasional dan Budi Santoso diteken.",
    ],
)
def test_places_and_people_are_no_bodies(suggester: Suggester, text: str) -> None:
    assert [value["name"] for value in read(suggester, text, "organisation")] == ["Museum Nasional"]


def test_a_body_stands_between_a_role_and_its_holder(suggester: Suggester) -> None:
    text = "Tropenmuseum meminjamkan topeng. Kurator Tropenmuseum, Wayan Sastra, menandatangani surat."
    (found,) = read(suggester, text, "person")
    assert (found["name"], found["organisation"]) == ("Wayan Sastra", "Tropenmuseum")


def test_the_first_words_of_a_name_mean_the_same_body(suggester: Suggester) -> None:
    text = "Woods Hole Oceanographic Institution hadir. Museum Nasional meneken nota kesepahaman dengan Woods Hole."
    (found,) = read(suggester, text, "agreement")
    assert sorted(found["parties"]) == ["Museum Nasional", "Woods Hole Oceanographic Institution"]


def test_a_place_does_not_reach_into_a_name(suggester: Suggester) -> None:
    text = "Plt. Sekretaris Daerah Kota Semarang Joko Prasetyo Adi hadir."
    assert [value["name"] for value in read(suggester, text, "person")] == ["Joko Prasetyo Adi"]
    assert not [value["name"] for value in read(suggester, text, "place") if "Joko" in value["name"]]
