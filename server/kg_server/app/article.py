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
from kg_server.describe.ontology import Ontologies
from kg_server.describe.statements import Target
from kg_server.describe.subject import Details, Subject, find_subject
from kg_server.describe.texts import Found, Text
from kg_server.pages.article import MENTIONS, Account, read_phrases
from kg_server.pages.names import Name, Namer
from kg_server.pages.passages import Layout, Phrase, covered, lay_out_phrases, lay_out_text

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
        self._site, self._ontologies = site, Ontologies()

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
        stated, ontology = await find_stated(release, subject), await self._ontologies.get(release)
        identifier = subject.iri[len(release.manifest.base + ROOT) :]
        sha256, length = (_first(known, name) for name in (_HASH, _LENGTH))
        size = int(length) if length.isdecimal() and length.isascii() and len(length) < len(str(1 << 62)) else 0
        text = await asyncio.to_thread(self._site.texts.read, identifier, sha256, size)
        own = dict(headers)
        if text.found is Found.PRESENT:
            own |= {**_PRIVATE, "Access-Control-Allow-Origin": self._site.address(request)}
        if stated.cut:
            own["Rujukan-Cut"] = f"rows={ROWS_READ}"
        manifest, root = release.manifest, self._site.pages.root
        namer = Namer(manifest.base, root, language, manifest.prefixes, ontology, stated.nodes)
        page = _Page(self._site, release, subject, stated, text, size, namer)
        body = await asyncio.to_thread(page.render, page_values(release, request, language))
        return page_reply(body, language, headers=own)


def is_article(release: Release, subject: Subject) -> bool:
    """Tell whether an IRI is that of an article whose text was curated."""
    return subject.iri.startswith(release.manifest.base + ROOT) and _HASH in _head(subject)


def _head(subject: Subject) -> dict[str, list[Target]]:
    """Return what is said of the article itself, by property; not what it mentions, which its facts show."""
    node = ox.NamedNode(subject.iri)
    found: dict[str, list[Target]] = {}
    for each in subject.own:
        if (
            each.subject == node
            and each.predicate.value != MENTIONS
            and isinstance(each.object, (ox.NamedNode, ox.Literal))
        ):
            found.setdefault(each.predicate.value, []).append(each.object)
    return found


def _first(known: Mapping[str, list[Target]], name: str) -> str:
    return next((each.value for each in known.get(name, ())), "")


@dataclass(frozen=True, slots=True)
class _Page:
    site: Site
    release: Release
    subject: Subject
    stated: Stated
    text: Text
    length: int
    namer: Namer

    def render(self, shared: Mapping[str, object]) -> bytes:
        """Return the page."""
        iri, manifest, pages, namer = self.subject.iri, self.release.manifest, self.site.pages, self.namer
        stated, known = self.stated, _head(self.subject)
        phrases = read_phrases(self.subject.own, iri)
        account = Account(iri, namer, stated.statements, phrases)
        present, every = self.text.found is Found.PRESENT, phrases.values()
        layout = lay_out_text(self.text.text, every) if present else lay_out_phrases(self.length, every)
        head = [(name, self._values(known, properties)) for name, properties in _HEAD]
        query = urlencode({"query": stated.query})
        incoming: dict[str, list[Name]] = {}
        for thing, name in stated.incoming:
            incoming.setdefault(name, []).append(namer.name(thing))
        return pages.render(
            "article",
            namer.language,
            script_words=_SCRIPT_WORDS,
            here="explore",
            iri=iri,
            name=namer.name(iri),
            kinds=[namer.name(each.value) for each in known.get(RDF + "type", ())],
            head=[(name, values) for name, values in head if values],
            unknown=[namer.words[f"article_{name}"] for name, values in head if not values],
            notes=self._values(known, (RJ + "note",)),
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
            turtle=serialise(stated.triples, "turtle", manifest.prefixes).decode(),
            triples=manifest.graphs.get(iri, len(stated.triples)),
            turtle_cut=len(stated.triples) if len(stated.triples) == TRIPLES_SHOWN else None,
            incoming=[(namer.term(name, inverse=True), things) for name, things in incoming.items()],
            graph=f"{pages.root}/graphs?{urlencode({'graph': iri})}",
            place=(namer.link(iri) or "").partition("?")[0],
            query=stated.query,
            ask=f"{pages.root}/sparql?{query}",
            edit=f"{pages.root}/query?{query}",
            **shared,
        )

    def _values(self, known: Mapping[str, list[Target]], properties: tuple[str, ...]) -> list[Name]:
        """Return the values of the first of these properties that has any."""
        found = next((known[name] for name in properties if name in known), [])
        return [self.namer.value(each) for each in found]

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
