"""Taking in a text: which record it belongs to, and the head of a record for one that belongs to none."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

from rapidfuzz import fuzz

from kg_builder.errors import Problem
from kg_builder.sources.project import Project
from kg_builder.sources.reading import read_yaml
from kg_builder.sources.texts import Text, fingerprint
from kg_builder.sources.tree import Mapping, Scalar

ALIKE = 75
"""From how many per cent of common letters on two texts are told to be alike."""

_TRACKING = re.compile(r"utm_\w+|fbclid|gclid|dclid|msclkid|mc_[ce]id|igshid|yclid|_ga")
_UNWRITABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]+")


class Match(Enum):
    """How a text fits a record."""

    EXACT = "exact"
    WHITE_SPACE = "white space differs"
    CHANGED = "changed"
    NONE = "no record"


@dataclass(frozen=True, slots=True)
class Head:
    """What a record's head says of its text."""

    article: str
    path: Path
    sha256: str
    fingerprint: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a text besides its words; what is not known is empty.

    Attributes:
        language: its tag.
        title: as the page gives it.
        url: where it was published.
        publisher: an id of the authority file.
        published: the day, YYYY-MM-DD.
        remarks: lines for the curator, written as comments.
    """

    language: str
    title: str = ""
    url: str = ""
    publisher: str = ""
    published: str = ""
    remarks: tuple[str, ...] = ()


def heads(project: Project) -> list[Head]:
    """Return the head of every record that can be read; what cannot is `rujukan check`'s to report."""
    found = []
    for path in sorted(project.articles.glob("*.yaml")):
        ignored: list[Problem] = []
        head = read_yaml(path, project.name(path), ignored).get("article")
        if isinstance(head, Mapping):
            values = {key.text: node.text for key, node in head.items if isinstance(node, Scalar)}
            told = (values.get(key, "") for key in ("sha256", "fingerprint", "url"))
            found.append(Head(path.stem, path, *told))
    return found


def match(text: Text, records: Iterable[Head], *, url: str = "", article: str = "") -> tuple[Match, Head | None]:
    """Return how a text fits the records, and the record it fits.

    By its hash; else by its words alone; else by where it was published, or by the article's id, which makes it a
    changed text of that article.
    """
    known = list(records)
    for head in known:
        if head.sha256 == text.sha256:
            return Match.EXACT, head
    mark = fingerprint(text.text)
    for head in known:
        if head.fingerprint == mark:
            return Match.WHITE_SPACE, head
    for head in known:
        if head.article == article or (url and head.url and page_key(head.url) == page_key(url)):
            return Match.CHANGED, head
    return Match.NONE, None


def alike(text: str, others: Iterable[tuple[str, str]]) -> str:
    """Return the article whose text is the most similar, where one reaches `ALIKE`; nothing otherwise.

    Args:
        text: the text.
        others: articles and their texts.

    >>> alike("A ship came in on Monday.", [("a", "A ship came in on Tuesday."), ("b", "Rain.")])
    'a'
    """
    found = [(fuzz.ratio(text, other, score_cutoff=ALIKE), article) for article, other in others]
    best, article = max(found, default=(0.0, ""))
    return article if best else ""


def page_key(url: str) -> str:
    """Return what two addresses of one page have in common: not the scheme, www., a fragment, or tracking parameters.

    >>> page_key("http://www.Example.org/a/?utm_source=x&id=3#top") == page_key("https://example.org/a?id=3")
    True
    >>> page_key("https://example.org/a?id=3") == page_key("https://example.org/a?id=4")
    False
    """
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").removeprefix("www.")
        port = f":{parts.port}" if parts.port not in {None, 80, 443} else ""
    except ValueError:
        return url
    query = urlencode([pair for pair in parse_qsl(parts.query, keep_blank_values=True) if not _tracks(pair[0])])
    return f"{host}{port}{parts.path.rstrip('/')}?{query}"


def _tracks(parameter: str) -> bool:
    return bool(_TRACKING.fullmatch(parameter))


def new_record(article: str, text: Text, curator: str, curated: str, known: Known) -> str:
    """Return the text of a record that holds no fact yet: the head that fits an article's text.

    >>> known = Known("id", "It's on", remarks=("By A. B.",))
    >>> print(new_record("a", Text("x", "00"), "someone", "2026-01-01", known))
    # yaml-language-server: $schema=../record.schema.json
    # By A. B.
    article:
      id: a
      language: id
      title: 'It''s on'
      sha256: 00
      length: 1
      fingerprint: 2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881
      curator: someone
      curated: 2026-01-01
    <BLANKLINE>
    """
    lines = ["# yaml-language-server: $schema=../record.schema.json"]
    lines += [f"# {one_line(remark)}" for remark in known.remarks]
    lines += ["article:", f"  id: {article}", f"  language: {known.language}"]
    lines += [f"  {key}: {_quoted(getattr(known, key))}" for key in ("title", "url") if getattr(known, key)]
    lines += [f"  {key}: {getattr(known, key)}" for key in ("publisher", "published") if getattr(known, key)]
    lines += [f"  sha256: {text.sha256}", f"  length: {text.length}", f"  fingerprint: {fingerprint(text.text)}"]
    lines += [f"  curator: {curator}", f"  curated: {curated}"]
    return "\n".join(lines) + "\n"


def one_line(text: str) -> str:
    r"""Return a text as one line that YAML can hold: white space as single spaces, nothing that controls.

    >>> one_line(" two\n\twords\x00 ")
    'two words'
    """
    return " ".join(_UNWRITABLE.sub(" ", text).split())


def _quoted(text: str) -> str:
    # Single quotes: double ones hold the article's words, and bare text must not look like a comment or a mapping.
    escaped = one_line(text).replace("'", "''")
    return f"'{escaped}'"
