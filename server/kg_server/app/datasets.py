"""What machines look for: the dataset in VoID, its dumps in DCAT, the saved queries as examples."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING

from starlette.requests import Request  # noqa: TC002 - FastAPI reads the annotations
from starlette.responses import Response

from kg_server.app.dumps import later_headers
from kg_server.app.replies import Site, language_of, page_reply, page_values
from kg_server.app.representations import graph_choice, offered, tagged
from kg_server.app.signposts import site_links
from kg_server.describe.ask import serialise
from kg_server.describe.current import Release
from kg_server.describe.dataset import DCAT_PREFIXES, VOID_PREFIXES, dcat_triples, void_triples
from kg_server.describe.examples import example_triples
from kg_server.describe.statistics import Counted, Statistics
from kg_server.http.links import link_header
from kg_server.http.protocol import decode_form, single

if TYPE_CHECKING:
    import pyoxigraph as ox
    from fastapi import APIRouter


class Datasets:
    """The descriptions of the dataset as a whole."""

    def __init__(self, site: Site, counted: Counted) -> None:
        self._site = site
        self._counted = counted

    def add_to(self, router: APIRouter) -> None:
        """Add the routes."""
        routes = [
            ("/.well-known/void", self.void, "The dataset in VoID"),
            ("/.well-known/sparql-examples", self.examples, "The saved queries as sh:SPARQLExecutable"),
            ("/dumps", self.dcat, "The dumps in DCAT"),
        ]
        for path, view, summary in routes:
            router.add_api_route(path, view, methods=["GET"], response_class=Response, summary=summary)
            router.add_api_route(path, view, methods=["HEAD"], include_in_schema=False)

    async def void(self, request: Request) -> Response:
        """Describe the dataset in VoID."""
        release, statistics = await self._counts()
        triples = void_triples(release.manifest, statistics, self._site.address(request))
        response = await self._described(request, release, "void", triples, VOID_PREFIXES)
        missing = {"counts": not statistics.complete, "dumps": bool(release.manifest.later)}
        if any(missing.values()):
            response.headers["Rujukan-Cut"] = ", ".join(name for name, lacking in missing.items() if lacking)
        return response

    async def dcat(self, request: Request) -> Response:
        """Describe the dumps in DCAT."""
        release, statistics = await self._counts()
        triples = dcat_triples(release.manifest, statistics, self._site.address(request))
        response = await self._described(request, release, "dcat", triples, DCAT_PREFIXES)
        response.headers.update(later_headers(release.manifest))
        return response

    async def examples(self, request: Request) -> Response:
        """List the saved queries as examples."""
        release = await self._site.current.get()
        triples = example_triples(release.manifest, release.queries, self._site.address(request))
        return await self._described(request, release, "examples", triples, {})

    async def _described(
        self, request: Request, release: Release, word: str, triples: Iterable[ox.Triple], prefixes: dict[str, str]
    ) -> Response:
        choice = graph_choice(request, single(decode_form(request.scope["query_string"]), "format"))
        known = {**release.manifest.prefixes, **prefixes}
        # The page carries the Turtle.
        body = await asyncio.to_thread(serialise, triples, choice.format.key, known)
        headers = {"Vary": "Accept", "Link": link_header(site_links(release, self._site.address(request)))}
        if not choice.html:
            return tagged(request, body, choice, headers)
        language, pages = language_of(request), self._site.pages
        formats = offered(f"{pages.root}{request.url.path}")
        values = page_values(release, request, language)
        title = pages.word(word, language)
        page = pages.render("described", language, title=title, turtle=body.decode(), formats=formats, **values)
        return page_reply(page, language, headers={"Link": headers["Link"]})

    async def _counts(self) -> tuple[Release, Statistics]:
        release = await self._site.current.get()
        return release, await self._counted.get(release)
