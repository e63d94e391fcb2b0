"""The preview of an entity: a small page that reconciliation clients show inside theirs (section 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.requests import Request  # noqa: TC002 - FastAPI reads the annotations
from starlette.responses import Response

from kg_server.app.headers import PREVIEW
from kg_server.app.reconcile_telling import ReconcileTeller
from kg_server.app.replies import Site, language_of, page_reply
from kg_server.describe.ontology import Ontologies
from kg_server.describe.reconciliation.known import find_facts, find_known
from kg_server.http.problems import NotFound
from kg_server.pages.preview import show
from kg_server.pages.render import FRAMED_POLICY

if TYPE_CHECKING:
    from fastapi import APIRouter


class Preview:
    """What is served at `/reconcile/preview`."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._ontologies = Ontologies()

    def add_to(self, router: APIRouter) -> None:
        """Add the routes."""
        address = PREVIEW + "{path:path}"
        router.add_api_route(address, self.page, methods=["GET"], response_class=Response)
        router.add_api_route(address, self.page, methods=["HEAD"], include_in_schema=False)

    async def page(self, request: Request, path: str) -> Response:
        """Show an entity in few lines.

        Raises:
            NotFound: there is no such entity.
        """
        site, language = self._site, language_of(request)
        release = site.asked_by(request, await site.current.get())
        teller = ReconcileTeller(release.manifest, await self._ontologies.get(release), language)
        iri = teller.identifiers.entity(path)
        facts = await find_facts(release.backend, iri) if iri else []
        known = await find_known(release.backend, [iri, *(node.value for _, node in facts)]) if iri else {}
        if iri is None or iri not in known or not known[iri].labels:
            message = f"There is no entity '{path[:200]}' here."
            raise NotFound(message)
        local = teller.identifiers.local(iri) or ""
        body = site.pages.render(
            "preview",
            language,
            thing=known[iri],
            name=known[iri].name(language),
            kinds=[teller.term(each) for each in known[iri].types],
            facts=show(facts, known, teller.term, language),
            link=site.pages.url(f"/id/{local}", format="html", lang=language),
            site_title=release.manifest.text(release.manifest.title, language),
        )
        return page_reply(body, language, headers={"Content-Security-Policy": FRAMED_POLICY})
