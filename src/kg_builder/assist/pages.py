"""The article in a web page: its main text, and what the page says of it."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from kg_builder.errors import FetchError

_META = re.compile(rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{2,40})", re.IGNORECASE)
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_CODECS = re.compile(
    r"ascii|utf-(?:8|16|16-[bl]e)|(?:iso8859-|cp|koi8-|mac-)\w+|gb\w+|big5\w*|euc_\w+|shift_jis\w*|iso2022_jp|tis-620"
)
_WITHIN = 1024
_LANGUAGE = re.compile(r"<html[^>]{0,300}?\slang\s*=\s*[\"']?\s*([A-Za-z]{2,3})", re.IGNORECASE)
_HTML = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Article:
    """What a page gives; what it does not tell is empty.

    Attributes:
        text: paragraphs, one a line, the last with its newline.
        title: its heading.
        author: its byline.
        site: the name of who published it.
        published: the day, YYYY-MM-DD.
        url: its canonical address.
        language: what the page says its language is, which is often only its template's.
    """

    text: str
    title: str = ""
    author: str = ""
    site: str = ""
    published: str = ""
    url: str = ""
    language: str = ""


def is_html(content: bytes) -> bool:
    """Tell whether bytes begin as a web page does.

    >>> is_html(b"<!DOCTYPE html><p>Hello"), is_html(b"a < b")
    (True, False)
    """
    return bool(_HTML.match(content.removeprefix(codecs.BOM_UTF8)[:4096]))


def decode_page(content: bytes, declared: str = "") -> str:
    r"""Return a page's text: by its byte order mark, the charset of the HTTP header, or of its <meta>, in that order.

    Without any it is UTF-8, or else windows-1252, which also stands for the label iso-8859-1 (WHATWG Encoding,
    section 4.2). What is wrong in it becomes U+FFFD.

    >>> decode_page(b"caf\xe9", "iso-8859-1"), decode_page(b'<meta charset="windows-1252">\x93')[-1]
    ('café', '“')
    """
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return content[len(mark) :].decode(encoding, "replace")
    written = _META.search(content[:_WITHIN])
    labels = (_codec(declared), _codec(written[1].decode("ascii")).replace("utf-16", "utf-8") if written else "")
    for encoding in filter(None, labels):
        return content.decode(encoding, "replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _codec(label: str) -> str:
    """Return the codec of a label that a page may bear; '' for another."""
    try:
        name = codecs.lookup(label).name
    except (LookupError, ValueError):
        return ""
    if not _CODECS.fullmatch(name):
        return ""
    return "cp1252" if name in {"iso8859-1", "ascii"} else name


def read_page(html: str, url: str = "") -> Article:
    """Return the article that a page holds.

    The day is what the page's metadata say, never one that merely stands in its text.

    Args:
        html: the page.
        url: where it came from; '' for a file.

    Raises:
        FetchError: it holds no article.
    """
    from trafilatura import bare_extraction  # noqa: PLC0415 - a fifth of a second that a text file need not wait for

    today = datetime.now(UTC).date().isoformat()
    dates = {"original_date": True, "extensive_search": False, "max_date": today}
    found = bare_extraction(
        html, url=url or None, include_comments=False, with_metadata=True, date_extraction_params=dates
    )
    text = found.text if found and not isinstance(found, dict) else ""
    if found is None or isinstance(found, dict) or not text or not text.strip():
        raise FetchError("no article was found in the page: copy its text into a file and add that")
    address = found.url or ""
    # A canonical address that is the site's own would make one article of all.
    own = address.startswith(("http://", "https://")) and urlsplit(address).path.strip("/") != ""
    language = _LANGUAGE.search(html[:4096])
    return Article(
        text=f"{text.strip()}\n",
        title=found.title or "",
        author=found.author or "",
        site=found.sitename or "",
        published=found.date or "",
        url=address if own else url,
        language=language[1].lower() if language else "",
    )
