"""Pages to articles: charsets, what counts as the article, what the page tells of it."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.website import CANONICAL, DATED, PARAGRAPHS, TITLE, page

from kg_builder.assist.fetch import Fetcher
from kg_builder.assist.incoming import address_stem, read_incoming
from kg_builder.assist.languages import detect_language, function_words
from kg_builder.assist.pages import decode_page, is_html, read_page
from kg_builder.errors import FetchError, SourceError


def test_the_article_is_taken_and_nothing_around_it() -> None:
    found = read_page(page(*PARAGRAPHS, head=DATED + CANONICAL), "https://kabar.example.org/x?utm_source=y")
    for paragraph in PARAGRAPHS:
        assert f"{paragraph}\n" in found.text
    for other in ("Beranda", "pantai", "Hak cipta"):
        assert other not in found.text
    assert (found.title, found.author, found.site) == (TITLE, "Sari Lestari", "Museum Bahari")
    assert (found.published, found.url) == ("2025-02-04", "https://kabar.example.org/2025/02/topeng-kayu")


@pytest.mark.parametrize("canonical", ["https://kabar.example.org/", "https://kabar.example.org", "javascript:1"])
def test_a_canonical_address_that_is_none_of_an_article_is_not_taken(canonical: str) -> None:
    url = "https://kabar.example.org/17"
    assert read_page(page(*PARAGRAPHS, head=f'<link rel="canonical" href="{canonical}">'), url).url == url


def test_a_day_that_only_stands_in_the_text_is_none_of_publication() -> None:
    found = read_page(page(*PARAGRAPHS))
    assert (found.published, found.url) == ("", "")


def test_a_page_without_an_article_says_what_to_do() -> None:
    for html in ("", "<html><body></body></html>", "<p></p>"):
        with pytest.raises(FetchError, match="copy its text into a file"):
            read_page(html)


@pytest.mark.parametrize(
    ("content", "declared", "text"),
    [
        ("“café”".encode("cp1252"), "windows-1252", "“café”"),
        ("“café”".encode("cp1252"), "ISO-8859-1", "“café”"),
        ("“café”".encode("cp1252"), "", "“café”"),
        ("“café”".encode(), "", "“café”"),
        (codecs.BOM_UTF8 + "é".encode(), "windows-1252", "é"),
        ("é".encode("utf-16"), "", "é"),
        (b'<meta charset="utf-16">' + "é".encode(), "", '<meta charset="utf-16">é'),
        (b'<meta http-equiv="Content-Type" content="text/html; charset=windows-1251">\xc4', "", "Д"),
        ("é".encode(), "no-such-charset", "é"),
        ("é".encode(), "hex", "é"),
        (b"\xe9", "utf-8", "\ufffd"),
    ],
)
def test_charsets(content: bytes, declared: str, text: str) -> None:
    assert decode_page(content, declared).endswith(text)


LABELS = st.sampled_from(["", "utf-8", "latin-1", "utf-16", "punycode", "undefined", "shift_jis", "x"]) | st.text()


@given(st.binary(max_size=80), LABELS)
def test_any_bytes_with_any_label_are_a_text(content: bytes, label: str) -> None:
    assert isinstance(decode_page(content, label), str)
    assert isinstance(is_html(content), bool)


@given(st.text(max_size=60).filter(lambda text: not text.startswith("\ufeff")))
def test_utf8_comes_back_as_it_was(text: str) -> None:
    assert decode_page(text.encode(), "utf-8") == text


@given(st.text(max_size=80), st.text(max_size=20))
def test_a_stem_is_always_an_id(path: str, title: str) -> None:
    stem = address_stem(f"https://example.org/{path.replace('[', '').replace(']', '')}", title)
    assert stem
    assert set(stem) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert len(stem) <= 60


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (" ".join(PARAGRAPHS), "id"),
        ("The two of them came to the town and said that they would stay for the winter.", "en"),
        ("De twee kwamen naar de stad en zeiden dat zij er niet voor de winter zijn.", "nl"),
        ("Один музей передал другому маски.", ""),
        ("the the yang yang di di of of", ""),
        ("", ""),
    ],
)
def test_languages_are_told_by_small_words_or_not_at_all(text: str, language: str) -> None:
    assert detect_language(text) == language


def test_no_small_word_tells_for_every_language() -> None:
    words = function_words()
    shared = {word for one in words for word in words[one] for other in words if other != one and word in words[other]}
    for language, known in words.items():
        assert len(known - shared) >= 12, language


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.txt", b"%PDF-1.7 ...", "a PDF, not a text"),
        ("a.docx", b"PK\x03\x04...", "a zipped document, not a text"),
        ("a.txt", b"one\ntwo\x00", "a.txt:2:1: holds a NUL"),
        ("a.txt", b"one\n\xff", "a.txt:2:1: not UTF-8"),
    ],
)
def test_what_is_no_text_is_refused(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(SourceError) as error:
        read_incoming(str(path), Fetcher())
    assert message in str(error.value)


def test_a_page_is_known_by_its_name_or_by_its_beginning(tmp_path: Path) -> None:
    html = page(*PARAGRAPHS, charset="windows-1252").encode("cp1252")
    for name in ("topeng.html", "topeng.txt", "topeng"):
        (tmp_path / name).write_bytes(html)
        found = read_incoming(str(tmp_path / name), Fetcher())
        assert (found.stem, found.language, found.page.title) == ("topeng", "id", TITLE)
        assert "“Kami akan merawatnya" in found.text.text
        assert found.content.decode() == found.text.text
