"""The page that says under which licences data, software and what runs in the browser may be used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.requests import Request  # noqa: TC002 - FastAPI reads the annotations
from starlette.responses import Response

from kg_server.app.replies import Site, language_of, page_reply, page_values

if TYPE_CHECKING:
    from fastapi import APIRouter


class Licences:
    """What is served at `/licences`."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def add_to(self, router: APIRouter) -> None:
        """Add the route."""
        router.add_api_route(
            "/licences", self.page, methods=["GET", "HEAD"], response_class=Response, include_in_schema=False
        )

    async def page(self, request: Request) -> Response:
        """List the licences."""
        pages, language = self._site.pages, language_of(request)
        values = page_values(await self._site.current.get(), request, language)
        body = pages.render("licences", language, packages=pages.assets.licences, **values)
        return page_reply(body, language)
