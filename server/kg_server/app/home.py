"""The home page: what this graph is, in figures, questions, a picture and the newest articles; in JSON; as RDF."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from starlette.requests import Request  # noqa: TC002 - FastAPI reads the annotations
from starlette.responses import Response

from kg_server.app.answers import Asked, unless_gone
from kg_server.app.linked import LinkedData, dump_links, site_links
from kg_server.app.replies import JSON, Site, json_reply, language_of, page_or_json, page_reply, page_values
from kg_server.backends.base import Question
from kg_server.describe.current import Release
from kg_server.describe.newest import Article, find_newest
from kg_server.describe.queries import SavedQuery, bind
from kg_server.http.formats import GRAPHS, HTML, choose_format
from kg_server.http.links import link_header
from kg_server.http.problems import Problem
from kg_server.http.protocol import decode_form, single
from kg_server.pages.dates import date_text
from kg_server.pages.facts import Reader
from kg_server.pages.figures import Figure, script_words

if TYPE_CHECKING:
    from fastapi import APIRouter

Part = TypeVar("Part")

RDF = "rdf"
# What clients of any kind accept; these do not ask for RDF here.
_GENERAL = frozenset({JSON, "application/xml", "text/xml", "text/plain"})
_FEATURED, _NEWEST, _DRAWN_ROWS = 3, 5, 200
_PATIENCE_SECONDS = 3.0
# A picture says who is with whom: these views do, the others say when and how much.
_PICTURES = ("graph", "map")


@dataclass(frozen=True, slots=True)
class Recent:
    """One of the newest articles; `language` is that of the title, and what is empty is not known."""

    title: str
    language: str
    identifier: str
    link: str | None
    publisher: str
    published: str
    curated: str
    facts: int


class Home:
    """What is served at `/`."""

    def __init__(self, site: Site, linked: LinkedData) -> None:
        self._site, self._linked = site, linked

    def add_to(self, router: APIRouter) -> None:
        """Add the route."""
        summary = "What this graph is"
        router.add_api_route("/", self.home, methods=["GET"], response_class=Response, summary=summary)
        router.add_api_route("/", self.home, methods=["HEAD"], include_in_schema=False)

    async def home(self, request: Request) -> Response:
        """Say what this graph is: on a page, in JSON, or as RDF, for the base is the dataset's IRI."""
        site = self._site
        release = await site.current.get()
        kind = _kind(request)
        if kind == RDF:
            return await self._linked.void(request)
        address = site.address(request)
        links = {"Link": link_header([*site_links(release, address), *dump_links(release, address)])}
        if kind == JSON:
            return json_reply(_document(site, request, release), vary="Accept", extra=links)
        # Whoever comes here is about to look for something.
        site.searches.begin(release)
        response = await unless_gone(request.receive, self._page(request, release))
        if response is None:
            return Response(status_code=204)
        response.headers.update(links)
        return response

    async def _page(self, request: Request, release: Release) -> Response:
        site, manifest, language = self._site, release.manifest, language_of(request)
        featured = featured_queries(release.queries.values())
        pictured = next((each for each in featured if each.view in _PICTURES), None)
        drawn, newest = await asyncio.gather(
            self._optional("a picture", self._draw(request, release, pictured, language)),
            self._optional("the newest articles", self._newest(request, release, language)),
        )
        body = site.pages.render(
            "home",
            language,
            script_words=script_words(drawn.view) if drawn else (),
            here="home",
            description=manifest.description,
            counts=manifest.counts,
            featured=featured,
            queries=len(release.queries),
            pictured=pictured,
            drawn=drawn,
            newest=newest,
            endpoint=site.address(request) + "/sparql",
            **page_values(release, request, language),
        )
        return page_reply(body, language)

    async def _optional(self, what: str, work: Awaitable[Part]) -> Part | None:
        """Return a part of the page, None where it cannot be had soon: the rest of the page is better than none."""
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                return await work
        except (Problem, TimeoutError) as error:
            logging.getLogger("kg_server").warning("The home page goes without %s: %s", what, str(error) or "too slow")
            return None

    async def _draw(
        self, request: Request, release: Release, saved: SavedQuery | None, language: str
    ) -> Figure | None:  # fmt: skip
        if saved is None:
            return None
        question = Question(saved.query, bindings=bind(saved, (), release.manifest.prefixes))
        _, drawn = await Asked(self._site, request, release, question, None, saved).drawn(language, _DRAWN_ROWS)
        return drawn

    async def _newest(self, request: Request, release: Release, language: str) -> list[Recent]:
        found = await find_newest(self._site.asked_by(request, release), _NEWEST)
        manifest = release.manifest
        reader = Reader(manifest.base, self._site.pages.root, language, manifest.prefixes, {})
        return [_recent(each, reader) for each in found]


def featured_queries(queries: Iterable[SavedQuery]) -> list[SavedQuery]:
    """Return the questions that the page opens with, in their order; the first ones where none is marked.

    >>> texts = {"en": "When?"}, {}
    >>> saved = [SavedQuery("a", *texts, (), ""), SavedQuery("b", *texts, (), "", featured=1)]
    >>> [each.name for each in featured_queries(saved)]
    ['b']
    """
    known = list(queries)
    marked = sorted((each for each in known if each.featured), key=lambda each: each.featured)
    return (marked or known)[:_FEATURED]


def _recent(article: Article, reader: Reader) -> Recent:
    language = reader.language
    title_language, title = _choose(article.titles, language)
    _, publisher = _choose(article.publishers, language)
    return Recent(
        title=title,
        language=title_language,
        identifier=article.iri.rpartition("/")[2],
        link=reader.link(article.iri),
        publisher=publisher,
        published=date_text(article.published, language) if article.published else "",
        curated=date_text(article.curated, language) if article.curated else "",
        facts=article.facts,
    )


def _choose(texts: Mapping[str, str], language: str) -> tuple[str, str]:
    code = next((each for each in (language, "", *texts) if each in texts), "")
    return code, texts.get(code, "")


def _kind(request: Request) -> str:
    override = single(decode_form(request.scope["query_string"]), "format")
    types = [each for form in GRAPHS for each in form.media_types if each not in _GENERAL]
    if override not in {None, "html", HTML, "json", JSON} and choose_format(None, override, GRAPHS, html=False):
        return RDF
    chosen = page_or_json(request, [HTML, JSON, *types])
    return RDF if chosen in types else chosen


def _document(site: Site, request: Request, release: Release) -> dict[str, object]:
    manifest, address = release.manifest, site.address(request)
    return {
        "title": dict(manifest.title),
        "description": dict(manifest.description),
        "release": manifest.release,
        "built": manifest.built,
        "license": manifest.licence,
        "endpoint": f"{address}/sparql",
        "counts": {**manifest.counts, "graphs": dict(manifest.graphs)},
        "prefixes": dict(manifest.prefixes),
        "queries": [
            {"name": each.name, "title": dict(each.title), "url": f"{address}/queries/{each.name}"}
            for each in release.queries.values()
        ],
        "dumps": [
            {
                "name": each.name,
                "url": f"{address}/dumps/{each.name}",
                "media_type": each.media_type,
                "bytes": each.size,
                "sha256": each.sha256,
            }
            for each in manifest.dumps
        ],
        **({"dumps_later": list(manifest.later)} if manifest.later else {}),
    }
