"""The query page, and what its editor completes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from starlette.requests import Request  # noqa: TC002 - FastAPI reads the annotations
from starlette.responses import Response

from kg_builder.namespaces import PREFIXES
from kg_server.app.replies import Site, language_of, page_reply, page_values
from kg_server.app.signposts import site_links
from kg_server.describe.beside import Beside
from kg_server.describe.bound import with_defaults
from kg_server.describe.current import Release
from kg_server.describe.queries import SavedQuery
from kg_server.describe.terms import Term, Terms, TermsWork
from kg_server.http.links import link_header
from kg_server.http.negotiation import etag_matches
from kg_server.http.problems import NotFound
from kg_server.http.protocol import decode_form, single
from kg_server.pages.advice import ADVICE
from kg_server.pages.figures import VIEWS, script_words
from kg_server.pages.results import shorten
from kg_server.pages.words import COMMON_NAMES, editor

if TYPE_CHECKING:
    from fastapi import APIRouter

# Says what kinds of thing a graph holds, whichever graph it is.
EXAMPLE = """SELECT ?kind (COUNT(?thing) AS ?things)
WHERE { ?thing a ?kind }
GROUP BY ?kind
ORDER BY DESC(?things)
LIMIT 20"""

# Rows, and bytes, that the page itself reads of an answer; downloads hold all.
_ROWS_READ, _BYTES_READ = 50_000, 48_000_000
# Words that the page itself says; its script says the others, and those of some other modules.
_SAID_BY_PAGE = ("editor_limit_", "editor_page_")
_SAID_TOO = ("query_list_shown", "query_list_none", "text_cut")


class Editor:
    """What is served at `/query` and below."""

    def __init__(self, site: Site, terms: Beside[TermsWork]) -> None:
        self._site, self._terms = site, terms

    def add_to(self, router: APIRouter) -> None:
        """Add the routes."""
        router.add_api_route("/query", self.page, methods=["GET", "HEAD"], include_in_schema=False)
        path, summary = "/query/completion.json", "What a query can name, for an editor"
        router.add_api_route(path, self.completion, methods=["GET"], response_class=Response, summary=summary)
        router.add_api_route(path, self.completion, methods=["HEAD"], include_in_schema=False)

    async def page(self, request: Request) -> Response:
        """Show the query page."""
        return query_page(self._site, request, await self._site.current.get())

    async def completion(self, request: Request) -> Response:
        """List the terms of the release in the language of the page."""
        release = await self._site.current.get()
        terms = (await self._terms.get(release)).terms
        document = _completion(release, terms, language_of(request))
        body = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
        etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        headers = {"ETag": etag, "Cache-Control": "no-cache", "Vary": "Accept-Language"}
        if not terms.complete:
            headers["Rujukan-Cut"] = "terms"
        if etag_matches(request.headers.get("if-none-match"), etag):
            return Response(status_code=304, headers=headers)
        return Response(body, headers=headers, media_type="application/json")


def query_page(site: Site, request: Request, release: Release) -> Response:
    """Return the query page: with the query of the address, a saved one and values for its parameters, or an example.

    Raises:
        NotFound: no such saved query.
        BadParameter: a value that is not of its parameter's type.
    """
    language, manifest = language_of(request), release.manifest
    pairs = decode_form(request.scope["query_string"])
    name, text = single(pairs, "saved"), single(pairs, "query")
    saved: SavedQuery | None = None
    values: dict[str, str] = {}
    if name is not None:
        saved = release.queries.get(name)
        if saved is None:
            raise NotFound(f"There is no saved query '{name}'; /queries lists those that there are.")
        known = {each.name for each in saved.parameters}
        given = [pair for pair in pairs if pair[0] in known]
        values = {each.name: each.default for each in saved.parameters} | dict(given)
        text = text or with_defaults(saved, manifest.prefixes, manifest.base, given)
    settings = site.settings
    data = {
        "endpoint": f"{site.address(request)}/sparql",
        "page": f"{site.address(request)}/query",
        "base": manifest.base,
        "release": manifest.release,
        # Those that a query need not declare, and those that everybody knows besides.
        "prefixes": {**PREFIXES, **manifest.prefixes},
        "declared": sorted(manifest.prefixes),
        "given": single(pairs, "query") is not None or saved is not None,
        "view": saved.view if saved else None,
        "rows": _ROWS_READ,
        "bytes": _BYTES_READ,
        "parameters": [{"name": each.name, "type": each.type} for each in saved.parameters] if saved else [],
        "advice": {slug: [each.title, each.text] for slug, each in ADVICE[language].items()},
    }
    body = site.pages.render(
        "query",
        language,
        script_words=[
            *_SAID_TOO,
            *script_words(*VIEWS),
            *(key for key in editor.WORDS[language] if not key.startswith(_SAID_BY_PAGE)),
        ],
        here="query",
        query=text or EXAMPLE,
        saved=saved,
        values=values,
        queries=list(release.queries.values()),
        limits=settings,
        editor_data=data,
        **page_values(release, request, language),
    )
    links = link_header(site_links(release, site.address(request)))
    return page_reply(body, language, headers={"Link": links})


def _completion(release: Release, terms: Terms, language: str) -> dict[str, object]:
    prefixes = {**PREFIXES, **release.manifest.prefixes}
    return {
        "prefixes": prefixes,
        "classes": [
            dict(_shown(each, prefixes, language))
            | ({"properties": [_name(iri, prefixes) for iri in terms.properties_of[each.iri]]}
               if each.iri in terms.properties_of else {})
            for each in terms.classes
        ],
        "properties": [dict(_shown(each, prefixes, language)) for each in terms.properties],
        "graphs": [{"iri": iri, "triples": count} for iri, count in release.manifest.graphs.items()],
        # While something is missing, nobody is told that what he wrote does not exist.
        "closed": [prefix for prefix, space in prefixes.items() if terms.complete and space in terms.namespaces],
    }  # fmt: skip


def _name(iri: str, prefixes: Mapping[str, str]) -> str:
    short = shorten(iri, prefixes)
    return f"<{iri}>" if short == iri or short.endswith((".", ":")) else short


def _shown(term: Term, prefixes: Mapping[str, str], language: str) -> Iterator[tuple[str, Any]]:
    yield "name", _name(term.iri, prefixes)
    labels = {**COMMON_NAMES.get(term.iri, {}), **term.labels}
    for key, texts in (("label", labels), ("text", term.meanings)):
        code = next((each for each in (language, "", *texts) if each in texts), None)
        if code is None:
            continue
        yield key, texts[code]
        if code not in {language, ""}:
            yield "lang", code
    if term.uses is not None:
        yield "uses", term.uses
