"""Everything but `/sparql`: the home page, saved queries, graphs, manifest, health."""

from __future__ import annotations

import json
from collections.abc import Mapping

from fastapi import APIRouter, FastAPI
from starlette.requests import Request  # noqa: TC002 - FastAPI reads the annotations
from starlette.responses import Response

from kg_server.app.answers import Asked, unless_gone
from kg_server.app.data import DataPage
from kg_server.app.dumps import Dumps
from kg_server.app.editor import EXAMPLE, Editor
from kg_server.app.explore import Explore
from kg_server.app.gaps import Gaps
from kg_server.app.licences import Licences
from kg_server.app.linked import LinkedData, dump_links, query_links, site_links
from kg_server.app.openapi import openapi_document
from kg_server.app.operator import OperatorViews
from kg_server.app.replies import Site, accept_of, language_of, page_reply, page_values
from kg_server.app.search import Search
from kg_server.app.vocabulary import VocabularyPage
from kg_server.backends.base import Question
from kg_server.describe.current import Release
from kg_server.describe.queries import bind, read_window
from kg_server.describe.statistics import Counted
from kg_server.http.formats import GRAPHS, HTML, choose_format
from kg_server.http.links import link_header
from kg_server.http.negotiation import choose
from kg_server.http.problems import NotAcceptable, NotFound
from kg_server.http.protocol import GRAPH_QUERY, decode_form, parse_graph_operation, single

JSON = "application/json"
RDF = "rdf"
# What clients of any kind accept; for the home page these do not ask for RDF.
_GENERAL = frozenset({JSON, "application/xml", "text/xml", "text/plain"})
_PAGE_OR_JSON = {"html": HTML, HTML: HTML, "json": JSON, JSON: JSON}
_YEAR = "public, max-age=31536000, immutable"


def make_router(site: Site) -> APIRouter:
    """Return the routes of everything but `/sparql`."""
    router, views = APIRouter(), Views(site)
    routes = (
        ("/", views.home, "What this graph is"),
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
    Editor(site, views.counted).add_to(router)
    Licences(site).add_to(router)
    Explore(site).add_to(router)
    Search(site).add_to(router)
    views.linked.add_to(router)
    # The last one: a vocabulary's name is the release's choice, and whatever else has an address has it already.
    router.add_api_route("/{path:path}", views.linked.vocabulary, methods=["GET", "HEAD"], include_in_schema=False)
    return router


class Views:
    """What is served at each path; every view works on the release that was current when it began."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self.counted = Counted()
        self.linked = LinkedData(site, self.counted, VocabularyPage(site, self.counted))

    async def home(self, request: Request) -> Response:
        """Say what this graph is: on a page, in JSON, or as RDF, for the base is the dataset's IRI."""
        site = self._site
        release = await site.current.get()
        kind = _kind_of_home(request)
        if kind == RDF:
            return await self.linked.void(request)
        address = site.address(request)
        links = {"Link": link_header([*site_links(release, address), *dump_links(release, address)])}
        if kind == JSON:
            return _json(_home_document(site, request, release), vary="Accept", extra=links)
        language = language_of(request)
        manifest = release.manifest
        body = site.pages.render(
            "home",
            language,
            counts=manifest.counts,
            graphs=manifest.graphs,
            prefixes=manifest.prefixes,
            queries=list(release.queries.values()),
            dumps=manifest.dumps,
            endpoint=address + "/sparql",
            query=EXAMPLE,
            **page_values(release, request, language),
        )
        return page_reply(body, language, headers=links)

    async def queries(self, request: Request) -> Response:
        """List the saved queries, in JSON or on a page."""
        site = self._site
        release = await site.current.get()
        if _page_or_json(request, [JSON, HTML]) == HTML:
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
        return _json(document, vary="Accept")

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
        return Response(release.manifest.raw, headers={"Cache-Control": "no-cache"}, media_type=JSON)

    async def openapi(self, request: Request) -> Response:
        """Send the OpenAPI document of this release."""
        release = await self._site.current.get()
        app: FastAPI = request.app
        body = openapi_document(app.openapi(), release, self._site.address(request))
        return Response(body, headers={"Cache-Control": "no-cache"}, media_type=JSON)

    async def health(self) -> Response:
        """Say which release is served, and whether a newer one could not be."""
        return _json(await self._site.whole.health(), extra={"Cache-Control": "no-store"})

    async def static(self, name: str) -> Response:
        """Send a file that the pages need."""
        found = self._site.pages.static(name)
        if found is None:
            raise NotFound(f"There is no file '{name}' here.")
        return Response(found[0], headers={"Cache-Control": _YEAR}, media_type=found[1])


def _kind_of_home(request: Request) -> str:
    override = single(decode_form(request.scope["query_string"]), "format")
    if override is not None and override not in _PAGE_OR_JSON and choose_format(None, override, GRAPHS, html=False):
        return RDF
    types = [each for form in GRAPHS for each in form.media_types if each not in _GENERAL]
    chosen = _page_or_json(request, [HTML, JSON, *types])
    return RDF if chosen in types else chosen


def _page_or_json(request: Request, offers: list[str]) -> str:
    """Return the type that a request wants, by `format=` or its headers; the first of the offers is the favourite."""
    override = single(decode_form(request.scope["query_string"]), "format")
    chosen = choose(accept_of(request), offers) if override is None else _PAGE_OR_JSON.get(override)
    if chosen is None:
        wanted = f"'Accept: {accept_of(request)}'" if override is None else f"'format={override}'"
        raise NotAcceptable(wanted, [HTML, JSON])
    return chosen


def _json(document: object, vary: str | None = None, extra: Mapping[str, str] | None = None) -> Response:
    body = (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()
    return Response(body, headers={**({"Vary": vary} if vary else {}), **(extra or {})}, media_type=JSON)


def _home_document(site: Site, request: Request, release: Release) -> dict[str, object]:
    manifest, address = release.manifest, site.address(request)
    return {
        "title": dict(manifest.title),
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
    }
