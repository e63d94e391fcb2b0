"""Explore: saved queries that are drawn, each large, with its table and its query beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from starlette.requests import Request  # noqa: TC002 - FastAPI reads the annotations
from starlette.responses import Response

from kg_server.app.answers import Asked, unless_gone
from kg_server.app.replies import Site, language_of, page_reply, page_values
from kg_server.backends.base import Question
from kg_server.describe.bound import with_defaults
from kg_server.describe.queries import RESERVED, SavedQuery, View, bind
from kg_server.http.problems import NotFound
from kg_server.http.protocol import decode_form
from kg_server.pages.figures import script_words
from kg_server.pages.render import pick

if TYPE_CHECKING:
    from fastapi import APIRouter

    from kg_server.describe.current import Release

ROWS = 1000
"""Rows that a figure is drawn from; more would be neither drawn quickly nor read."""

# The last part of the address of each view.
_PATHS: Mapping[str, View] = {"graph": "graph", "timeline": "timeline", "map": "map", "figures": "chart"}


class Explore:
    """What is served at `/explore`."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def add_to(self, router: APIRouter) -> None:
        """Add the routes."""
        for path, view in (
            ("/explore", self.overview),
            ("/explore/{name}", self.view),
        ):
            router.add_api_route(path, view, methods=["GET", "HEAD"], response_class=Response, include_in_schema=False)

    async def overview(self, request: Request) -> Response:
        """List the views with their questions."""
        release = await self._site.current.get()
        language = language_of(request)
        views = [(path, _of_view(release, view)) for path, view in _PATHS.items()]
        body = self._site.pages.render(
            "explore",
            language,
            here="explore",
            views=[(path, queries) for path, queries in views if queries],
            **page_values(release, request, language),
        )
        return page_reply(body, language)

    async def view(self, request: Request, name: str) -> Response:
        """Show one view."""
        release = await self._site.current.get()
        saved = self._find(release, name)
        response = await unless_gone(request.receive, self._page(request, release, saved))
        return response if response is not None else Response(status_code=204)

    def _find(self, release: Release, name: str) -> SavedQuery:
        """Return the query that is shown under a name.

        Raises:
            NotFound: there is none, or its answer is not drawn.
        """
        if view := _PATHS.get(name):
            if found := _of_view(release, view):
                return found[0]
            raise NotFound(f"No saved query of this release is drawn as '{view}'; /queries lists all of them.")
        saved = release.queries.get(name)
        if saved is None or saved.view is None:
            known = ", ".join([*_PATHS, *(each.name for each in release.queries.values() if each.view)])
            raise NotFound(f"There is no view '{name}'; there are {known}.")
        return saved

    async def _page(self, request: Request, release: Release, saved: SavedQuery) -> Response:
        site, language = self._site, language_of(request)
        pairs = decode_form(request.scope["query_string"])
        question = Question(saved.query, bindings=bind(saved, pairs, release.manifest.prefixes))
        table, drawn = await Asked(site, request, release, question, None, saved, pairs).drawn(language, ROWS)
        kept = [pair for pair in pairs if pair[0] not in RESERVED]
        root = site.pages.root
        path = next(key for key, view in _PATHS.items() if view == saved.view)
        body = site.pages.render(
            "explore_view",
            language,
            script_words=script_words(drawn.view) if drawn else (),
            here="explore",
            title=pick(saved.title, language),
            description=pick(saved.description, language),
            path=path,
            paths=[each for each, view in _PATHS.items() if _of_view(release, view)],
            saved=saved,
            others=_of_view(release, saved.view),
            parameters=saved.parameters,
            values={each.name: each.default for each in saved.parameters} | dict(kept),
            action=f"{root}/explore/{saved.name}",
            drawn=drawn,
            table=table,
            query=with_defaults(saved, release.manifest.prefixes, release.manifest.base, pairs),
            formats=[
                (label, f"{root}/queries/{saved.name}?{urlencode([*kept, ('format', form)])}")
                for label, form in (("CSV", "csv"), ("JSON", "json"))
            ],
            answer=f"{root}/queries/{saved.name}?{urlencode([*kept, ('format', 'html'), ('lang', language)])}",
            **page_values(release, request, language),
        )
        return page_reply(body, language)


def _of_view(release: Release, view: View | None) -> Sequence[SavedQuery]:
    """Return the queries with a view: those without parameters, which show the whole, come first."""
    found = (each for each in release.queries.values() if each.view == view)
    return sorted(found, key=lambda each: (bool(each.parameters), each.name))
