"""The home page: what this graph is, in figures, questions, a picture and the newest articles; in JSON; as RDF."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from starlette.requests import Request  # noqa: TC002 - FastAPI reads the annotations
from starlette.responses import Response

from kg_server.app.answers import Asked, negotiate, unless_gone
from kg_server.app.datasets import Datasets
from kg_server.app.replies import JSON, Site, json_reply, language_of, page_or_json, page_reply, page_values
from kg_server.app.signposts import dump_links, site_links
from kg_server.backends.base import Answer, Question
from kg_server.describe.beside import Beside, aside, patience_for
from kg_server.describe.current import Release
from kg_server.describe.newest import Article, find_newest
from kg_server.describe.queries import SavedQuery, bind
from kg_server.http.formats import GRAPHS, HTML, choose_format
from kg_server.http.links import link_header
from kg_server.http.problems import Problem
from kg_server.http.protocol import decode_form, single
from kg_server.http.window import Window
from kg_server.pages.dates import date_text
from kg_server.pages.facts import Reader
from kg_server.pages.figures import Figure, script_words

if TYPE_CHECKING:
    from fastapi import APIRouter

RDF = "rdf"
# What clients of any kind accept; these do not ask for RDF here.
_GENERAL = frozenset({JSON, "application/xml", "text/xml", "text/plain"})
_FEATURED, _NEWEST, _DRAWN_ROWS = 3, 5, 200
_PATIENCE_SECONDS = 3.0
_AS_ROWS = negotiate(None, "html", "")[0]
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


class _Parts:
    """Finds what the page shows of a release beside what its manifest says.

    Attributes:
        newest: articles, None as long as they are not known.
        pictured: the query that is drawn.
        picture: the rows to draw, None as long as they are not known.
        over: whether everything has been asked.
    """

    def __init__(self, release: Release) -> None:
        self._release = release
        featured = featured_queries(release.queries.values())
        self.pictured = next((each for each in featured if each.view in _PICTURES), None)
        self.newest: list[Article] | None = None
        self.picture: Answer | None = None
        self.over = False

    @property
    def complete(self) -> bool:
        """Whether all is known."""
        return self.newest is not None and (self.pictured is None or self.picture is not None)

    async def run(self) -> None:
        """Ask; the rest of the page is better than none."""
        await self._try("the newest articles", self._find_newest)
        await self._try("a picture", self._find_picture)
        self.over = True

    async def _find_newest(self) -> None:
        self.newest = await find_newest(self._release, _NEWEST)

    async def _find_picture(self) -> None:
        saved, release = self.pictured, self._release
        if saved is not None:
            wanted = replace(_AS_ROWS, window=Window(limit=_DRAWN_ROWS))
            self.picture = await aside(release).backend.answer(_question(saved, release), wanted)

    async def _try(self, what: str, find: Callable[[], Awaitable[None]]) -> None:
        try:
            await find()
        except Problem as problem:
            logging.getLogger("kg_server").warning("The home page goes without %s: %s", what, problem.detail)


class Home:
    """What is served at `/`."""

    def __init__(self, site: Site, datasets: Datasets) -> None:
        self._site, self._datasets = site, datasets
        self._parts = Beside(_Parts, _PATIENCE_SECONDS)

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
            return await self._datasets.void(request)
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
        parts = await self._parts.get(release)
        drawn = await self._draw(request, release, parts, language)
        reader = Reader(manifest.base, site.pages.root, language, manifest.prefixes, {})
        body = site.pages.render(
            "home",
            language,
            script_words=script_words(drawn.view) if drawn else (),
            here="home",
            description=manifest.description,
            counts=manifest.counts,
            featured=featured_queries(release.queries.values()),
            queries=len(release.queries),
            pictured=parts.pictured,
            drawn=drawn,
            drawing=parts.pictured is not None and parts.picture is None and not parts.over,
            listing=not parts.over,
            newest=None if parts.newest is None else [_recent(each, reader) for each in parts.newest],
            endpoint=site.address(request) + "/sparql",
            **page_values(release, request, language),
        )
        return page_reply(body, language)

    async def _draw(self, request: Request, release: Release, parts: _Parts, language: str) -> Figure | None:
        if parts.pictured is None or parts.picture is None:
            return None
        question = _question(parts.pictured, release)
        asked = Asked(self._site, request, release, question, None, parts.pictured)
        try:
            async with asyncio.timeout(patience_for(release.manifest, _PATIENCE_SECONDS)):
                return (await asked.drawn(language, _DRAWN_ROWS, parts.picture))[1]
        except (Problem, TimeoutError) as error:
            logging.getLogger("kg_server").warning("The home page goes without a picture: %s", str(error) or "too slow")
            return None


def _question(saved: SavedQuery, release: Release) -> Question:
    return Question(saved.query, bindings=bind(saved, (), release.manifest.prefixes))


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
