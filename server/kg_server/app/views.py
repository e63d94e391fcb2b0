"""Saved queries, graphs, manifest, health; and all routes but `/sparql`."""

from __future__ import annotations

from fastapi import APIRouter, FastAPI
from starlette.requests import Request  # noqa: TC002 - FastAPI reads the annotations
from starlette.responses import Response

from kg_server.app.answers import Asked, unless_gone
from kg_server.app.data import DataPage
from kg_server.app.datasets import Datasets
from kg_server.app.dumps import Dumps, later_headers
from kg_server.app.editor import Editor
from kg_server.app.explore import Explore
from kg_server.app.gaps import Gaps
from kg_server.app.home import Home
from kg_server.app.licences import Licences
from kg_server.app.linked import LinkedData
from kg_server.app.openapi import openapi_document
from kg_server.app.operator import OperatorViews
from kg_server.app.preview import Preview
from kg_server.app.reconcile import Reconciliation
from kg_server.app.replies import JSON, Site, json_reply, language_of, page_or_json, page_reply, page_values
from kg_server.app.search import Search
from kg_server.app.signposts import query_links
from kg_server.app.vocabulary import VocabularyPage
from kg_server.backends.base import Question
from kg_server.describe.beside import Beside
from kg_server.describe.queries import bind, read_window
from kg_server.describe.statistics import Counted
from kg_server.describe.terms import TermsWork
from kg_server.http.formats import HTML
from kg_server.http.links import link_header
from kg_server.http.problems import NotFound
from kg_server.http.protocol import GRAPH_QUERY, decode_form, parse_graph_operation, single

_YEAR = "public, max-age=31536000, immutable"


def make_router(site: Site) -> APIRouter:
    """Return the routes of everything but `/sparql`."""
    router, views = APIRouter(), Views(site)
    routes = (
        ("/queries", views.queries, "The saved queries"),
        ("/queries/{name}", views.query, "The answer to a saved query"),
        ("/graphs", views.graph, "A whole graph (SPARQL 1.1 Graph Store HTTP Protocol)"),
        ("/manifest.json", views.manifest, "The release's manifest"),
        ("/health", views.health, "Whether queries are answered"),
    )
    for path, view, summary in routes:
        router.add_api_route(path, view, methods=["GET"], response_class=Response, summary=summary)
        router.add_api_route(path, view, methods=["HEAD"], include_in_schema=False)
    router.add_api_route("/static/{name}", views.static, methods=["GET", "HEAD"], include_in_schema=False)
    router.add_api_route("/openapi.json", views.openapi, methods=["GET", "HEAD"], include_in_schema=False)
    Dumps(site).add_to(router)
    Gaps(site).add_to(router)
    DataPage(site, views.counted).add_to(router)
    OperatorViews(site).add_to(router)
    terms = Beside(lambda release: TermsWork(release, views.counted))
    Editor(site, terms).add_to(router)
    Reconciliation(site, terms).add_to(router)
    Preview(site).add_to(router)
    Licences(site).add_to(router)
    Explore(site).add_to(router)
    Search(site).add_to(router)
    datasets = Datasets(site, views.counted)
    Home(site, datasets).add_to(router)
    datasets.add_to(router)
    views.linked.add_to(router)
    # The last one: a vocabulary's name is the release's choice, and whatever else has an address has it already.
    router.add_api_route("/{path:path}", views.linked.vocabulary, methods=["GET", "HEAD"], include_in_schema=False)
    return router


class Views:
    """What is served at each path; every view works on the release that was current when it began."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self.counted = Counted()
        self.linked = LinkedData(site, VocabularyPage(site, self.counted))

    async def queries(self, request: Request) -> Response:
        """List the saved queries, in JSON or on a page."""
        site = self._site
        release = await site.current.get()
        if page_or_json(request, [JSON, HTML]) == HTML:
            language = language_of(request)
            values = page_values(release, request, language)
            body = site.pages.render(
                "queries",
                language,
                queries=list(release.queries.values()),
                script_words=("query_list_shown", "query_list_none"),
                **values,
            )
            return page_reply(body, language)
        address = site.address(request)
        document = [each.document(f"{address}/queries/{name}") for name, each in release.queries.items()]
        return json_reply(document, vary="Accept")

    async def query(self, request: Request, name: str) -> Response:
        """Run a saved query with its parameters."""
        site = self._site
        release = await site.current.get()
        saved = release.queries.get(name)
        if saved is None:
            raise NotFound(f"There is no saved query '{name}'; /queries lists those that there are.")
        pairs = decode_form(request.scope["query_string"])
        question = Question(saved.query, bindings=bind(saved, pairs, release.manifest.prefixes))
        window = read_window(pairs)
        asked = Asked(site, request, release, question, single(pairs, "format"), saved, pairs, window)
        response = await unless_gone(request.receive, asked.reply())
        if response is None:
            # Nobody reads this one: the client has gone.
            return Response(status_code=204)
        pages, signposts = response.headers.get("link"), link_header(query_links(release, saved, site.address(request)))
        response.headers["Link"] = f"{pages}, {signposts}" if pages else signposts
        return response

    async def graph(self, request: Request) -> Response:
        """Send the default graph or a named one, whole."""
        release = await self._site.current.get()
        operation = parse_graph_operation(request.scope["query_string"])
        for iri in operation.default_graphs:
            if iri not in release.manifest.graphs:
                raise NotFound(f"There is no graph <{iri}>; the service description at /sparql names all of them.")
        question = Question(GRAPH_QUERY, operation.default_graphs)
        pairs = (("query", GRAPH_QUERY), *(("default-graph-uri", iri) for iri in operation.default_graphs))
        asked = Asked(self._site, request, release, question, operation.format, pairs=pairs)
        response = await unless_gone(request.receive, asked.reply())
        return response if response is not None else Response(status_code=204)

    async def manifest(self) -> Response:
        """Send the manifest as the release has it."""
        release = await self._site.current.get()
        headers = {"Cache-Control": "no-cache", **later_headers(release.manifest)}
        return Response(release.manifest.raw, headers=headers, media_type=JSON)

    async def openapi(self, request: Request) -> Response:
        """Send the OpenAPI document of this release."""
        release = await self._site.current.get()
        app: FastAPI = request.app
        body = openapi_document(app.openapi(), release, self._site.address(request))
        return Response(body, headers={"Cache-Control": "no-cache"}, media_type=JSON)

    async def health(self) -> Response:
        """Say which release is served, and whether a newer one could not be."""
        return json_reply(await self._site.whole.health(), extra={"Cache-Control": "no-store"})

    async def static(self, name: str) -> Response:
        """Send a file that the pages need."""
        found = self._site.pages.static(name)
        if found is None:
            raise NotFound(f"There is no file '{name}' here.")
        return Response(found[0], headers={"Cache-Control": _YEAR}, media_type=found[1])
