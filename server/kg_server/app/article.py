"""The page of an article: what is known of it, its text where that is at hand, and its facts in reading order."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pyoxigraph as ox

from kg_builder.namespaces import RDF, RDFS, RJ, SCHEMA
from kg_server.app.replies import Site, page_reply, page_values
from kg_server.describe.article import ROWS_READ, TRIPLES_SHOWN, Stated, find_stated
from kg_server.describe.ask import serialise
from kg_server.describe.current import Release
from kg_server.describe.subject import Details, Subject, find_subject
from kg_server.describe.texts import Found, Text
from kg_server.pages.article import Account, read_phrases
from kg_server.pages.facts import Reader, Value
from kg_server.pages.passages import Layout, Phrase, covered, lay_out_phrases, lay_out_text
from kg_server.pages.words import WORDS

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

ROOT = "article/"
_HASH, _LENGTH = RJ + "textHash", RJ + "textLength"
# What a reader wants to know of an article, in this order, known or not.
_HEAD = (
    ("title", (RDFS + "label",)),
    ("published", (RJ + "edtf", RJ + "date")),
    ("publisher", (SCHEMA + "publisher",)),
    ("author", (SCHEMA + "author", SCHEMA + "creator")),
    ("source", (SCHEMA + "url",)),
    ("language", (SCHEMA + "inLanguage",)),
    ("curator", (RJ + "curator",)),
    ("curated", (RJ + "curated",)),
)
_SCRIPT_WORDS = (
    "article_tools", "article_place", "article_facts_of", "article_close", "article_previous", "article_next",
)  # fmt: skip
# The publisher's words: not for search engines, nor for scripts of other sites.
_PRIVATE = {
    "Cache-Control": "private, no-cache",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Robots-Tag": "noindex, noarchive",
}
_QUERY = """SELECT ?start ?phrase ?subject ?predicate ?object ?certainty ?conveyedIn WHERE {
  ?span rj:article <%s> ; oa:start ?start .
  ?statement prov:wasDerivedFrom ?span ; rdf:subject ?subject ; rdf:predicate ?predicate ; rdf:object ?object .
  OPTIONAL { ?span oa:exact ?phrase }
  OPTIONAL { ?statement rj:certainty ?certainty }
  OPTIONAL { ?statement rj:conveyedIn ?conveyedIn }
} ORDER BY ?start ?subject ?predicate ?object"""


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the facts rest on: sentences with a fact, phrases compared with the text, and the share of it they take.

    What needs the text is None without it.
    """

    sentences: int | None
    bare: tuple[int, ...]
    astray: tuple[Phrase, ...]
    percent: int


class ArticlePages:
    """Pages of articles."""

    def __init__(self, site: Site) -> None:
        self._site = site

    async def find(self, release: Release, iri: str) -> Subject | None:
        """Return what a release says of an IRI if that is an article whose text was curated, else None."""
        if not iri.startswith(release.manifest.base + ROOT):
            return None
        subject = await find_subject(release, iri, Details())
        return subject if subject is not None and is_article(release, subject) else None

    async def reply(
        self, request: Request, release: Release, subject: Subject, language: str, headers: Mapping[str, str]
    ) -> Response:
        """Show an article."""
        known = _head(subject)
        named = [each.value for values in known.values() for each in values if isinstance(each, ox.NamedNode)]
        stated = await find_stated(release, subject.iri, named)
        identifier = subject.iri[len(release.manifest.base + ROOT) :]
        sha256, length = (_first(known, name) for name in (_HASH, _LENGTH))
        size = int(length) if length.isdecimal() and length.isascii() and len(length) < len(str(1 << 62)) else 0
        text = await asyncio.to_thread(self._site.texts.read, identifier, sha256, size)
        own = dict(headers)
        if text.found is Found.PRESENT:
            own |= {**_PRIVATE, "Access-Control-Allow-Origin": self._site.address(request)}
        if stated.cut:
            own["Rujukan-Cut"] = f"rows={ROWS_READ}"
        page = _Page(self._site, release, subject, stated, text, size, language)
        body = await asyncio.to_thread(page.render, identifier, page_values(release, request, language))
        return page_reply(body, language, headers=own)


def is_article(release: Release, subject: Subject) -> bool:
    """Tell whether an IRI is that of an article whose text was curated."""
    return subject.iri.startswith(release.manifest.base + ROOT) and _HASH in _head(subject)


def _head(subject: Subject) -> dict[str, list[ox.NamedNode | ox.Literal]]:
    """Return what is said of the article itself, by property; not what it mentions, which its facts show."""
    node = ox.NamedNode(subject.iri)
    found: dict[str, list[ox.NamedNode | ox.Literal]] = {}
    for each in subject.own:
        if (
            each.subject == node
            and each.predicate.value != SCHEMA + "mentions"
            and isinstance(each.object, (ox.NamedNode, ox.Literal))
        ):
            found.setdefault(each.predicate.value, []).append(each.object)
    return found


def _first(known: Mapping[str, list[ox.NamedNode | ox.Literal]], name: str) -> str:
    return next((each.value for each in known.get(name, ())), "")


@dataclass(frozen=True, slots=True)
class _Page:
    site: Site
    release: Release
    subject: Subject
    stated: Stated
    text: Text
    length: int
    language: str

    def render(self, identifier: str, shared: Mapping[str, object]) -> bytes:
        """Return the page."""
        iri, manifest, pages = self.subject.iri, self.release.manifest, self.site.pages
        words, stated = WORDS[self.language], self.stated
        reader = Reader(manifest.base, pages.root, self.language, manifest.prefixes, stated.labels)
        phrases = read_phrases(self.subject.own, iri)
        account = Account(
            iri, reader, words, stated.statements, phrases, stated.kinds, stated.planned, stated.speech
        )  # fmt: skip
        present = self.text.found is Found.PRESENT
        every = phrases.values()
        layout = lay_out_text(self.text.text, every) if present else lay_out_phrases(self.length, every)
        place, query = reader.link(iri) or "", _QUERY % iri
        known = _head(self.subject)
        head = [(name, self._values(reader, known, properties)) for name, properties in _HEAD]
        turtle = serialise(stated.triples, "turtle", manifest.prefixes).decode()
        return pages.render(
            "article",
            self.language,
            script_words=_SCRIPT_WORDS,
            here="explore",
            iri=iri,
            identifier=identifier,
            title=next(iter(self._values(reader, known, (RDFS + "label",))), None),
            kinds=[reader.name(each.value) for each in known.get(RDF + "type", ())],
            head=[(name, values) for name, values in head if values],
            unknown=[words[f"article_{name}"] for name, values in head if not values],
            notes=self._values(reader, known, (RJ + "note",)),
            sha256=_first(known, _HASH),
            length=self.length,
            text_language=_first(known, SCHEMA + "inLanguage"),
            found=self.text.found.value,
            layout=layout,
            coverage=self._coverage(phrases, layout),
            sections=account.sections(layout),
            tally=account.tally(),
            numbers={each: number for number, each in enumerate(phrases, 1)},
            styles=account.styles(),
            targets=account.targets(),
            rows_cut=ROWS_READ if stated.cut else None,
            turtle=turtle,
            triples=manifest.graphs.get(iri, len(stated.triples)),
            turtle_cut=len(stated.triples) == TRIPLES_SHOWN,
            incoming=reader.incoming(stated.incoming),
            graph=f"{pages.root}/graphs?{urlencode({'graph': iri})}",
            place=place.partition("?")[0],
            query=query,
            ask=f"{pages.root}/sparql?{urlencode({'query': query})}",
            **shared,
        )

    def _values(
        self, reader: Reader, known: Mapping[str, list[ox.NamedNode | ox.Literal]], properties: tuple[str, ...]
    ) -> list[Value]:
        """Return the values of the first of these properties that has any."""
        return next(([reader.value(each) for each in known[name]] for name in properties if name in known), [])

    def _coverage(self, phrases: Mapping[str, Phrase], layout: Layout) -> Coverage:
        percent = round(100 * covered(phrases.values(), self.length) / self.length) if self.length else 0
        if self.text.found is not Found.PRESENT:
            return Coverage(None, (), (), percent)
        sentences = list(layout.sentences())
        return Coverage(
            len(sentences),
            tuple(each.number for each in sentences if each.bare),
            tuple(each for each in phrases.values() if not each.stands_in(self.text.text)),
            percent,
        )
