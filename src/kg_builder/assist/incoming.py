"""What somebody brings in: a text file, a saved page or the address of one, read as the text of an article."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import unquote, urlsplit

from anyascii import anyascii

from kg_builder.assist.fetch import Fetcher
from kg_builder.assist.languages import detect_language
from kg_builder.assist.pages import Article, decode_page, is_html, read_page
from kg_builder.errors import FetchError, Mark, Problem, SourceError, not_utf8
from kg_builder.sources.texts import Text, decode, sha256

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
_PAGES = frozenset({"text/html", "application/xhtml+xml"})
_SUFFIXES = frozenset({".html", ".htm", ".xhtml"})
_OTHERS = {
    b"%PDF": "a PDF",
    b"PK\x03\x04": "a zipped document",
    b"\xd0\xcf\x11\xe0": "an office document",
    b"{\\rtf": "an RTF document",
}
_LONGEST = 60
_MOST = 1_000_000
"""Code points of a text. Comparing two takes time by the product of their lengths."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """A text that was brought in.

    Attributes:
        name: the file or address, as given.
        stem: what an article of it may be called.
        text: its words.
        page: what the page told, for a page; all empty for a text file.
        language: the tag of its language, told by its words or else by the page; '' where neither tells.
    """

    name: str
    stem: str
    text: Text
    page: Article
    language: str

    @property
    def content(self) -> bytes:
        """The text as it is kept: UTF-8."""
        return self.text.text.encode()


def is_address(written: str) -> bool:
    """Tell an address from the name of a file.

    >>> is_address("https://example.org/a"), is_address("articles/a.txt")
    (True, False)
    """
    return bool(_SCHEME.match(written))


def read_incoming(written: str, fetcher: Fetcher) -> Incoming:
    """Read a file, or fetch an address; the network is used for an address alone.

    Raises:
        FetchError: the page cannot be had, or holds no article.
        SourceError: the file is no text in UTF-8.
        OSError: the file cannot be read.
    """
    if is_address(written):
        return _fetched(written, fetcher)
    path = Path(written)
    content = path.read_bytes()
    _refuse_documents(written, content)
    if path.suffix.lower() in _SUFFIXES or is_html(content):
        return _from_page(written, path.stem, read_page(decode_page(content)))
    return _incoming(written, path.stem, _text(written, content), Article(""))


def _fetched(url: str, fetcher: Fetcher) -> Incoming:
    page = fetcher.fetch(url)
    if page.media_type in _PAGES or (not page.media_type and is_html(page.content)):
        article = read_page(decode_page(page.content, page.charset), page.url)
        return _from_page(url, address_stem(article.url or page.url, article.title), article)
    if page.media_type != "text/plain":
        kind = page.media_type or "something without a media type"
        raise FetchError(f"{page.url} is {kind}, not a page: save its text as a UTF-8 file and add that")
    text = decode_page(page.content, page.charset)
    return _incoming(url, address_stem(page.url), Text(text, sha256(text.encode())), Article("", url=page.url))


def _from_page(name: str, stem: str, page: Article) -> Incoming:
    return _incoming(name, stem, Text(page.text, sha256(page.text.encode())), page)


def _incoming(name: str, stem: str, text: Text, page: Article) -> Incoming:
    problem = ""
    if not any(map(str.isalnum, text.text[:_MOST])):
        problem = "holds no words: is it the right file?"
    elif len(text.text) > _MOST:
        problem = f"has {len(text.text):,} code points; an article has at most {_MOST:,}: is it the right file?"
    if problem:
        raise SourceError([Problem(Mark(name), problem, "size")])
    return Incoming(name, stem, text, replace(page, text=""), detect_language(text.text) or page.language)


def _refuse_documents(name: str, content: bytes) -> None:
    for start, kind in _OTHERS.items():
        if content.startswith(start):
            message = f"{kind}, not a text: save its words as a UTF-8 text file and add that"
            raise SourceError([Problem(Mark(name), message, "encoding")])


def _text(name: str, content: bytes) -> Text:
    try:
        text = decode(content)
    except UnicodeDecodeError as error:
        raise SourceError([not_utf8(name, error)]) from error
    if "\x00" in text.text:
        line = text.text[: text.text.index("\x00")].count("\n") + 1
        raise SourceError([Problem(Mark(name, line), "holds a NUL, so it is no text: save it as UTF-8", "encoding")])
    return text


def address_stem(url: str, title: str = "") -> str:
    """Return what an article may be called: after the last part of its address that has a word, else its title.

    >>> address_stem("https://example.org/2025/02/03/a-mask-returns.html?page=all")
    'a-mask-returns'
    >>> address_stem("https://example.org/?p=17", "Topeng itu kembali"), address_stem("https://example.org/17")
    ('topeng-itu-kembali', 'example-org')
    """
    parts = urlsplit(url)
    names = [re.sub(r"\.[A-Za-z0-9]{1,5}\Z", "", unquote(part)) for part in parts.path.split("/")]
    worded = [name for name in names if re.search(r"[^\W\d_]{3}", name) and name.lower() not in {"index", "default"}]
    for candidate in (*worded[-1:], title, parts.hostname or ""):
        slug = re.sub(r"[^a-z0-9]+", "-", anyascii(candidate).lower()).strip("-")
        if slug:
            return slug if len(slug) <= _LONGEST else slug[: _LONGEST + 1].rpartition("-")[0] or slug[:_LONGEST]
    return "article"
