"""What a search found, in the language of its reader: for the page of results, and as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import get_args

from kg_server.describe.release import Manifest
from kg_server.describe.search.draft import SHELVES, Shelf
from kg_server.describe.search.index import Index, Match
from kg_server.describe.search.lookup import How, Sought
from kg_server.describe.search.marks import marks, parts
from kg_server.pages.facts import Reader
from kg_server.pages.render import Pages

MOST_LIMIT, DEFAULT_LIMIT, MOST_SKIPPED = 50, 6, 950

_TEXT = {"type": "string"}
_MARKS = {"type": "array", "items": {"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 2}}
_NAMED = {
    "type": "object",
    "required": ["id", "label", "lang"],
    "properties": {"id": _TEXT, "label": _TEXT, "lang": _TEXT},
}
FINDINGS = {
    "type": "object",
    "required": ["query", "totals", "more", "kinds", "results"],
    "properties": {
        "query": _TEXT,
        "totals": {"type": "object", "additionalProperties": {"type": "integer"}},
        "more": {"type": "array", "items": _TEXT, "description": "types of which there may be more than the total"},
        "kinds": {"type": "array", "items": {**_NAMED, "description": "a class, and how many entities are of it"}},
        "results": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["type", "id", "href", "label", "lang", "marks", "match"],
                "properties": {
                    "type": {"type": "string", "enum": list(SHELVES)},
                    "id": _TEXT,
                    "href": {"type": ["string", "null"], "description": "path of its page on this server"},
                    "label": _TEXT,
                    "lang": _TEXT,
                    "marks": _MARKS,
                    "match": {"type": "string", "enum": list(get_args(How))},
                    "also": {"type": "object", "properties": {"text": _TEXT, "lang": _TEXT, "marks": _MARKS}},
                    "kind": _NAMED,
                    "article": {**_NAMED, "description": "of a phrase: where it stands"},
                    "articles": {"type": "integer", "description": "of an entity: how many mention it"},
                },
            },
        },
    },
}
"""The schema (JSON Schema, as OpenAPI 3.1 has it) of `/search.json`."""


@dataclass(frozen=True, slots=True)
class Words:
    """A text, its language, and where the words stand that were looked for, in code points."""

    text: str
    language: str
    marks: tuple[tuple[int, int], ...] = ()

    def parts(self) -> list[tuple[str, bool]]:
        """Return the text in parts, and whether each is marked."""
        return parts(self.text, self.marks)

    def document(self) -> dict[str, object]:
        """Return it as JSON has it."""
        return {"text": self.text, "lang": self.language, "marks": [list(each) for each in self.marks]}


@dataclass(frozen=True, slots=True)
class Linked:
    """Something with a name: its IRI, the name and that one's language, and where to read of it."""

    iri: str
    name: str
    language: str
    link: str | None

    def document(self) -> dict[str, object]:
        """Return it as JSON has it."""
        return {"id": self.iri, "label": self.name, "lang": self.language}


@dataclass(frozen=True, slots=True)
class Finding:
    """One match.

    Attributes:
        shelf: what it is.
        iri: of it.
        link: to its page.
        label: its name in the reader's language, or in another.
        also: the name that was found, where the label does not show why.
        how: it was found.
        kind: its class.
        article: of a phrase, in which it stands.
        articles: how many mention it.
    """

    shelf: Shelf
    iri: str
    link: str | None
    label: Words
    also: Words | None
    how: How
    kind: Linked | None
    article: Linked | None
    articles: int

    def document(self) -> dict[str, object]:
        """Return it as JSON has it."""
        found: dict[str, object] = {
            "type": self.shelf, "id": self.iri, "href": self.link, **_labelled(self.label), "match": self.how,
        }  # fmt: skip
        if self.also:
            found["also"] = self.also.document()
        if self.kind:
            found["kind"] = self.kind.document()
        if self.article:
            found["article"] = {**self.article.document(), "href": self.article.link}
        if self.shelf == "entity":
            found["articles"] = self.articles
        return found


@dataclass(frozen=True, slots=True)
class Teller:
    """Tells matches to a reader.

    Args:
        manifest: of the release.
        pages: of the server.
        index: that was asked.
        language: of the reader.
    """

    manifest: Manifest
    pages: Pages
    index: Index
    language: str
    _readers: list[Reader] = field(default_factory=list)

    def kind(self, iri: str) -> Linked:
        """Return a class by its name."""
        named = self._reader().name(iri)
        return Linked(iri, named.text, named.language or "", named.link)

    def finding(self, match: Match, sought: Sought) -> Finding:
        """Return a match as its reader sees it."""
        language, text = _choose(match.labels, self.language)
        label = Words(text, language, marks(text, sought))
        found = Words(match.name, match.language, marks(match.name, sought))
        return Finding(
            match.shelf,
            match.iri,
            self._link(match),
            label,
            found if len(found.marks) > len(label.marks) else None,
            match.how,
            self.kind(match.kind) if match.kind else None,
            self._article(match),
            match.articles,
        )

    def _article(self, match: Match) -> Linked | None:
        if not match.article:
            return None
        link = self._reader().link(match.article)
        # Without a title and a publisher, an article has its identifier.
        language, name = _choose(match.article_labels, self.language) if match.article_labels else ("", "")
        return Linked(match.article, name or match.article.rpartition("/")[2], language, link)

    def _link(self, match: Match) -> str | None:
        if match.shelf == "question":
            name = match.iri.rpartition("/")[2]
            return self.pages.url(f"/queries/{name}", format="html", lang=self.language)
        return self._reader().link(match.iri)

    def _reader(self) -> Reader:
        if not self._readers:
            manifest = self.manifest
            self._readers.append(
                Reader(manifest.base, self.pages.root, self.language, manifest.prefixes, self.index.kind_labels)
            )
        return self._readers[0]


def _choose(labels: Mapping[str, str], language: str) -> tuple[str, str]:
    code = next(each for each in (language, "", "en", *labels) if each in labels)
    return code, labels[code]


def _labelled(words: Words) -> dict[str, object]:
    found = words.document()
    return {"label": found.pop("text"), **found}
