"""The Reconciliation Service API 0.2 over the current release: who has a table finds its rows in this graph."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from starlette.requests import Request  # noqa: TC002 - FastAPI reads the annotations
from starlette.responses import Response

from kg_builder.namespaces import SCHEMA
from kg_server.app.answers import unless_gone
from kg_server.app.headers import PREVIEW, RECONCILE
from kg_server.app.reconcile_telling import ReconcileTeller
from kg_server.app.replies import JSON, Site, language_of
from kg_server.app.search import look_up
from kg_server.app.sparql import read_body
from kg_server.describe.ontology import Ontologies
from kg_server.describe.reconciliation.extend import extend
from kg_server.describe.reconciliation.known import find_known
from kg_server.describe.reconciliation.matching import Matching
from kg_server.describe.reconciliation.suggestions import Suggestion, of_language, page, suggest
from kg_server.describe.search.index import Match, Wanted
from kg_server.http.negotiation import parse_media_type
from kg_server.http.problems import BadParameter, BadRequest, SearchUnavailable, UnsupportedMediaType
from kg_server.http.protocol import FORM, decode_form, single
from kg_server.http.reconciliation import BATCH, MOST_BYTES, parse_extension, parse_queries
from kg_server.operations.recorder import exchange_of
from kg_server.pages.render import LANGUAGE_CODES

if TYPE_CHECKING:
    from fastapi import APIRouter

    from kg_server.describe.beside import Beside
    from kg_server.describe.current import Release
    from kg_server.describe.terms import Term, TermsWork

VERSIONS = ("0.2",)
PREVIEW_SIZE = (460, 300)
SUGGESTED, MOST_SKIPPED, PROPOSED, MOST_PROPOSED = 10, 950, 50, 500
_DEFAULT_TYPES = 8
_KINDS = ("entity", "type", "property")
# What articles are is no row of anybody's table.
_NOT_OFFERED = SCHEMA + "NewsArticle"

Pairs = Sequence[tuple[str, str]]


class Reconciliation:
    """What is served at `/reconcile` and below.

    Args:
        site: the application's parts.
        terms: classes and properties of the release.
    """

    def __init__(self, site: Site, terms: Beside[TermsWork]) -> None:
        self._site, self._terms = site, terms
        self._ontologies = Ontologies()

    def add_to(self, router: APIRouter) -> None:
        """Add the routes: for the reader's language, and for each language by name."""
        for root in (RECONCILE, *(f"{RECONCILE}/{code}" for code in LANGUAGE_CODES)):
            shown = root == RECONCILE
            for path, view, methods in (
                (root, self.service, ("GET", "POST")),
                (f"{root}/suggest/entity", self.entities, ("GET",)),
                (f"{root}/suggest/type", self.types, ("GET",)),
                (f"{root}/suggest/property", self.properties, ("GET",)),
                (f"{root}/properties", self.proposals, ("GET",)),
            ):
                for method in methods:
                    router.add_api_route(
                        path, view, methods=[method], response_class=Response, include_in_schema=shown,
                        operation_id=f"{path.strip('/').replace('/', '-')}-{method.lower()}",
                    )  # fmt: skip
                router.add_api_route(path, view, methods=["HEAD"], include_in_schema=False)

    async def service(self, request: Request) -> Response:
        """Send the manifest, or answer a batch of queries or a data extension query."""
        pairs = (*decode_form(request.scope["query_string"]), *await self._form(request))
        queries, extension = single(pairs, "queries"), single(pairs, "extend")
        if queries is not None and extension is not None:
            message = "'queries' and 'extend' are given together; send one of them."
            raise BadRequest(message)
        release = await self._site.current.get()
        language = _language(request)
        if queries is not None:
            answering = self._match(request, release, queries)
        elif extension is not None:
            answering = self._extend(request, release, extension)
        elif request.method == "POST":
            message = f"The form has neither 'queries' nor 'extend'; send one of them as {FORM}."
            raise BadRequest(message)
        else:
            return _reply(await self._manifest(request, release), language)
        response = await unless_gone(request.receive, answering)
        return response if response is not None else Response(status_code=204)

    async def entities(self, request: Request) -> Response:
        """Suggest entities."""
        prefix, cursor = _prefix(request)
        release = self._site.asked_by(request, await self._site.current.get())
        teller = await self._teller(request, release)
        wanted = Wanted(prefix, SUGGESTED, cursor, ("entity",))
        found, _ = await look_up(self._site, request, release, wanted)
        given = teller.identifiers.entity(prefix.strip()) if not cursor else None
        iris = list(dict.fromkeys([*([given] if given else []), *(each.iri for each in found.matches)]))
        known = await find_known(release.backend, iris)
        return _reply({"result": [teller.suggestion(each, known) for each in iris if each in known]}, teller.language)

    async def types(self, request: Request) -> Response:
        """Suggest types."""
        prefix, cursor = _prefix(request)
        release = await self._site.current.get()
        teller, terms = await self._teller(request, release), (await self._terms.get(release)).terms
        kinds = await self._kinds(request, release)
        known = [_suggestion(each, teller, kinds.get(each.iri, 0)) for each in terms.classes]
        found = page(suggest(prefix, known, teller.identifiers), cursor, SUGGESTED)
        return _reply({"result": [teller.type(each) for each in found]}, teller.language)

    async def properties(self, request: Request) -> Response:
        """Suggest properties."""
        prefix, cursor = _prefix(request)
        release = await self._site.current.get()
        teller = await self._teller(request, release)
        found = page(suggest(prefix, await self._known(release, teller), teller.identifiers), cursor, SUGGESTED)
        return _reply({"result": [teller.property(each) for each in found]}, teller.language)

    async def proposals(self, request: Request) -> Response:
        """Propose properties that things of a type have, the most used first."""
        pairs = decode_form(request.scope["query_string"])
        kind, limit = single(pairs, "type"), _number(pairs, "limit", PROPOSED, MOST_PROPOSED)
        release = await self._site.current.get()
        teller, terms = await self._teller(request, release), (await self._terms.get(release)).terms
        iri = teller.identifiers.term(kind) if kind else None
        mine = terms.properties_of.get(iri or "", ()) if kind else [each.iri for each in terms.properties]
        known = {each.iri: each for each in await self._known(release, teller)}
        found = [teller.property(known[each]) for each in mine if each in known]
        return _reply(
            {"properties": found[: limit or None], **({"type": kind} if kind else {}), "limit": limit}, teller.language
        )

    async def _form(self, request: Request) -> Pairs:
        if request.method != "POST":
            return ()
        media_type, _ = parse_media_type(request.headers.get("content-type") or "")
        if media_type != FORM:
            message = f"A POST carries {FORM}, not {media_type or 'an unnamed type'}."
            raise UnsupportedMediaType(message, headers={"Accept-Post": FORM})
        return decode_form(await read_body(request, max(MOST_BYTES, self._site.settings.max_query_bytes)), what="form")

    async def _match(self, request: Request, release: Release, text: str) -> Response:
        queries = parse_queries(text)
        release = self._site.asked_by(request, release)
        teller = await self._teller(request, release)

        async def find(name: str, most: int) -> Sequence[Match]:
            wanted = Wanted(name, most, shelves=("entity",), wide=True)
            return (await look_up(self._site, request, release, wanted))[0].matches

        matching = Matching(release, teller.ontology, find)
        found, known = await matching.answer(queries)
        self._site.operations.budget.charge(exchange_of(request.scope).client.account, matching.seconds)
        document = {
            key: {"result": [teller.candidate(each, queries[key], known) for each in candidates]}
            for key, candidates in found.items()
        }
        return _reply(document, teller.language)

    async def _extend(self, request: Request, release: Release, text: str) -> Response:
        asked = parse_extension(text)
        release = self._site.asked_by(request, release)
        teller = await self._teller(request, release)
        rows = await extend(release.backend, teller.identifiers, asked, teller.language)
        meta = [{"id": each.id, "name": teller.path(each.id)} for each in asked.properties]
        return _reply({"meta": meta, "rows": rows}, teller.language)

    async def _manifest(self, request: Request, release: Release) -> Mapping[str, Any]:
        """Return the service manifest (section 3.1)."""
        site, manifest, language = self._site, release.manifest, _language(request)
        address, root = site.address(request), _root(request)
        teller = await self._teller(request, release)
        kinds = await self._kinds(request, release)
        offered = [each for each in kinds if each != _NOT_OFFERED][:_DEFAULT_TYPES]
        width, height = PREVIEW_SIZE
        spoken = f"?lang={language}" if root != RECONCILE else ""
        vocabulary = f"{manifest.base}{manifest.vocabulary}#" if manifest.vocabulary else manifest.base
        return {
            "versions": list(VERSIONS),
            "name": manifest.text(manifest.title, language) or manifest.base,
            "identifierSpace": teller.identifiers.space,
            "schemaSpace": vocabulary,
            "documentation": f"{address}/data",
            "logo": address + site.pages.asset("icon.svg").removeprefix(site.pages.root),
            "serviceVersion": version("rujukan"),
            "batchSize": BATCH,
            "defaultTypes": [{"id": teller.identifiers.short(each), "name": teller.term(each)} for each in offered],
            "view": {"url": f"{address}/id/{{{{id}}}}"},
            "preview": {"url": f"{address}{PREVIEW}{{{{id}}}}{spoken}", "width": width, "height": height},
            "suggest": {
                kind: {"service_url": address, "service_path": f"{root}/suggest/{kind}"} for kind in _KINDS
            },
            "extend": {
                "propose_properties": {"service_url": address, "service_path": f"{root}/properties"},
                "property_settings": [
                    {"name": "limit", "label": self._site.pages.word("reconcile_limit", language), "type": "number",
                     "default": 0, "help_text": self._site.pages.word("reconcile_limit_help", language)},
                ],
            },
        }  # fmt: skip

    async def _kinds(self, request: Request, release: Release) -> Mapping[str, int]:
        try:
            _, index = await look_up(self._site, request, release, Wanted("", 1))
        except SearchUnavailable:
            # The service can be told of before it can be asked.
            return {}
        return index.kinds

    async def _known(self, release: Release, teller: ReconcileTeller) -> list[Suggestion]:
        terms = (await self._terms.get(release)).terms
        return [_suggestion(each, teller, each.uses or 0) for each in terms.properties]

    async def _teller(self, request: Request, release: Release) -> ReconcileTeller:
        ontology = await self._ontologies.get(release)
        return ReconcileTeller(release.manifest, ontology, _language(request))


def _suggestion(term: Term, teller: ReconcileTeller, uses: int) -> Suggestion:
    return Suggestion(term.iri, teller.term(term.iri), of_language(term.meanings, teller.language), uses)


def _root(request: Request) -> str:
    code = request.url.path.removeprefix(RECONCILE).strip("/").partition("/")[0]
    return f"{RECONCILE}/{code}" if code in LANGUAGE_CODES else RECONCILE


def _language(request: Request) -> str:
    root = _root(request)
    return language_of(request) if root == RECONCILE else root.rpartition("/")[2]


def _prefix(request: Request) -> tuple[str, int]:
    pairs = decode_form(request.scope["query_string"])
    return (single(pairs, "prefix") or "")[:200], _number(pairs, "cursor", 0, MOST_SKIPPED)


def _number(pairs: Pairs, name: str, default: int, most: int) -> int:
    value = single(pairs, name)
    if value is None:
        return default
    if not (value.isascii() and value.isdigit() and len(value) <= len(str(most)) and int(value) <= most):
        message = f"'{name}' is a whole number from 0 to {most}, not '{value[:50]}'."
        raise BadParameter(message, parameter=name)
    return int(value)


def _reply(document: object, language: str) -> Response:
    body = (json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n").encode()
    headers = {"Cache-Control": "no-cache", "Content-Language": language, "Vary": "Accept-Language"}
    return Response(body, headers=headers, media_type=JSON)
