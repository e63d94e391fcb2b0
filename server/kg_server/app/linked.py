"""Linked data: every IRI of the base answers on this server, whatever host it is reached by (decision 0014)."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urlencode

from starlette.requests import Request  # noqa: TC002 - FastAPI reads the annotations
from starlette.responses import Response

from kg_server.app.answers import LABELS, unless_gone
from kg_server.app.article import ArticlePages, is_article
from kg_server.app.entity import ROOT, EntityPages, Found, subject_of
from kg_server.app.replies import Site, language_of, page_reply, page_values
from kg_server.app.representations import graph_choice, offered, tagged
from kg_server.app.signposts import subject_links
from kg_server.app.vocabulary import VocabularyPage
from kg_server.describe.ask import is_iri, serialise
from kg_server.describe.current import Release
from kg_server.describe.entity import LISTED
from kg_server.describe.queries import read_window
from kg_server.describe.subject import INCOMING_SHOWN, Details, Subject, find_near, find_subject
from kg_server.http.formats import BINDINGS, DESCRIPTIONS, GRAPHS, Choice
from kg_server.http.links import Link, link_header
from kg_server.http.problems import BadParameter, NotFound
from kg_server.http.protocol import decode_form, single
from kg_server.pages.facts import Reader

if TYPE_CHECKING:
    import pyoxigraph as ox
    from fastapi import APIRouter

# What an IRI of the base can begin with; the model of a release says so.
ROOTS = ("id", "article", "statement", "derivation", "graph", "rule", "query")
# A thing's facts as a table.
_TABLE = next(each for each in BINDINGS if each.key == "csv")
# What people write with a slash behind it.
_WITHOUT_SLASH = frozenset(
    {"/queries", "/graphs", "/dumps", "/health", "/.well-known/void", "/.well-known/sparql-examples"}
)
_SHOWN_PARTS = 200
_MOST_ALLOWED = "%:/?#[]@!$&'()*+,;=-._~"


@dataclass(frozen=True, slots=True)
class Asked:
    """How a request wants a description."""

    choice: Choice
    override: str | None
    evidence: bool
    incoming: bool
    offset: int = 0

    def query(self) -> str:
        """Return the parameters that lead to just this representation."""
        pairs = [("format", "html" if self.choice.html else self.choice.format.key)]
        pairs += [(name, "true") for name in ("evidence", "incoming") if getattr(self, name)]
        return urlencode([*pairs, *([("offset", str(self.offset))] if self.offset else [])])


class LinkedData:
    """What is served below the roots of the base."""

    def __init__(self, site: Site, vocabulary: VocabularyPage) -> None:
        self._site = site
        self._vocabulary = vocabulary
        self._articles = ArticlePages(site)
        self._entities = EntityPages(site)

    def add_to(self, router: APIRouter) -> None:
        """Add the routes."""
        for root in ROOTS:
            path, summary = f"/{root}/{{path:path}}", f"What the release says of an IRI of /{root}/"
            router.add_api_route(path, self.node, methods=["GET"], response_class=Response, summary=summary)
            router.add_api_route(path, self.node, methods=["HEAD"], include_in_schema=False)

    async def vocabulary(self, request: Request, path: str) -> Response:
        """Describe a vocabulary of the release's own, if the path is that of one."""
        release = await self._site.current.get()
        # Only what a prefix of the release names is looked up: a stray address costs no query.
        if path.endswith("/") and f"/{path.rstrip('/')}" in _WITHOUT_SLASH:
            query = request.scope["query_string"].decode("ascii", "replace")
            place = f"{self._site.pages.root}/{path.rstrip('/')}" + (f"?{query}" if query else "")
            return Response(status_code=308, headers={"Location": quote(place, safe=_MOST_ALLOWED)})
        name = path.partition("/")[0]
        if f"{release.manifest.base}{name}#" not in release.manifest.prefixes.values():
            raise NotFound(f"There is nothing at {request.url.path}.")
        return await self.node(request)

    async def node(self, request: Request) -> Response:
        """Describe an IRI of the base."""
        response = await unless_gone(request.receive, self._node(request))
        # Nobody reads this one: the client has gone.
        return response if response is not None else Response(status_code=204)

    async def _node(self, request: Request) -> Response:
        release = self._site.asked_by(request, await self._site.current.get())
        asked = _asked(request)
        page = asked.choice.html
        table = asked.choice.format is _TABLE
        details = Details(page or asked.evidence, page or asked.incoming, asked.offset, page)
        own = f"{release.manifest.base}{release.manifest.vocabulary}"
        for iri in _candidates(request, release.manifest.base):
            if page and iri == own:
                # Its page is made of other things.
                details = Details()
            found = await self._entities.find(release, iri, asked.offset, table=table) if page or table else None
            article = await self._articles.find(release, iri) if page and not found else None
            subject = article or (subject_of(found) if found else await find_subject(release, iri, details))
            if subject is not None and (found or subject.moved or not table):
                return await self._reply(request, release, asked, subject, found)
        missing = _candidates(request, release.manifest.base)[0]
        near = await find_near(release, missing)
        hint = f" Did you mean <{near}>?" if near else ""
        raise NotFound(f"The release says nothing of <{missing}>.{hint}", available=[near] if near else None)

    async def _reply(
        self, request: Request, release: Release, asked: Asked, subject: Subject, found: Found | None
    ) -> Response:
        site, base = self._site, release.manifest.base
        address = site.address(request)
        place = _place(site, base, subject.iri)
        listed = LISTED if found and asked.choice.html else INCOMING_SHOWN
        others = _other_pages(request, subject, asked.offset, listed)
        links = [Link(address + path, f'rel="{name}"') for name, path in others.items()]
        links = [*subject_links(release, subject, address, asked.choice), *links]
        headers = {"Link": link_header(links), "Vary": "Accept, Accept-Language"}
        cut = [f"incoming={listed}"] if subject.cut else []
        if cut := [*cut, *([f"facts={len(found.entity.facts)}"] if found and found.entity.totals else [])]:
            headers["Rujukan-Cut"] = ", ".join(cut)
        if subject.moved and subject.moved.startswith(base):
            return Response(status_code=301, headers={**headers, "Location": _place(site, base, subject.moved)})
        representation = f"{place}?{asked.query()}"
        if f"{address}/" == base and not subject.document and asked.override is None:
            # Here the address is the IRI itself, and a thing is not a document about it.
            return Response(status_code=303, headers={**headers, "Location": representation})
        headers["Content-Location"] = representation
        if asked.choice.html:
            language = language_of(request)
            headers["Content-Location"] += f"&lang={language}"
            if is_article(release, subject):
                return await self._articles.reply(request, release, subject, language, headers)
            if found:
                body = await self._entities.page(request, found, _formats(place, table=True), others)
            elif subject.iri == f"{base}{release.manifest.vocabulary}":
                body = await self._vocabulary.render(request, release, language, offered(place))
            else:
                body = await asyncio.to_thread(self._page, request, release, subject, others)
            return page_reply(body, language, headers=headers)
        if found and asked.choice.format is _TABLE:
            language = language_of(request)
            headers["Content-Location"] += f"&lang={language}"
            headers["Content-Disposition"] = f'inline; filename="{_file_name(subject.iri)}.csv"'
            return tagged(request, await self._entities.table(found, language), asked.choice, headers)
        body = await asyncio.to_thread(serialise, subject.triples(), asked.choice.format.key, release.manifest.prefixes)
        return tagged(request, body, asked.choice, headers)

    def _page(self, request: Request, release: Release, subject: Subject, others: Mapping[str, str]) -> bytes:
        pages, manifest, language = self._site.pages, release.manifest, language_of(request)
        reader = Reader(
            manifest.base,
            pages.root,
            language,
            manifest.prefixes,
            subject.labels,
            # The subject may itself be an attestation, a derivation, or an article with its spans.
            (*subject.evidence, *subject.own),
        )
        own, below = _split(subject)
        parts = reader.parts(subject.iri, below)
        place = _place(self._site, manifest.base, subject.iri)
        subjects = {subject.iri, *(each.subject.value for each in below)}  # type: ignore[union-attr]
        return pages.render(
            "subject",
            language,
            iri=subject.iri,
            name=reader.name(subject.iri),
            types=[reader.name(each) for each in subject.types()],
            groups=reader.groups(own),
            proved=bool(subject.evidence),
            said=reader.said(subjects, subject.own) if subject.evidence else (),
            parts=parts[:_SHOWN_PARTS],
            parts_cut=len(parts) > _SHOWN_PARTS,
            parts_total=len(parts),
            incoming=reader.incoming(subject.incoming),
            cut=subject.cut,
            previous=pages.root + others["prev"] if "prev" in others else None,
            following=pages.root + others["next"] if "next" in others else None,
            formats=_formats(place),
            **page_values(release, request, language),
        )


def _formats(place: str, *, table: bool = False) -> list[tuple[str, str, str]]:
    """Return label, address and media type of the forms for programs, with all evidence."""
    formats = [*DESCRIPTIONS, *([_TABLE] if table else [])]
    return [
        (LABELS[each.key], f"{place}?format={each.key}&evidence=true&incoming=true", each.media_types[0])
        for each in formats
    ]


def _file_name(iri: str) -> str:
    """Return a name for a file about an IRI.

    >>> _file_name("https://example.org/id/fair/day/1")
    'fair-day-1'
    """
    return re.sub(r"[^\w.-]+", "-", iri.partition(f"/{ROOT}")[2], flags=re.ASCII).strip("-.") or "facts"


def _split(subject: Subject) -> tuple[list[ox.Triple], list[ox.Triple]]:
    own = [each for each in subject.own if str(each.subject) == f"<{subject.iri}>"]
    return own, [each for each in subject.own if str(each.subject) != f"<{subject.iri}>"]


def _other_pages(request: Request, subject: Subject, offset: int, listed: int) -> dict[str, str]:
    """Return the paths of the pages of what leads here before and after this one, by their relations."""
    places = {"prev": max(0, offset - listed)} if offset else {}
    if subject.cut:
        places["next"] = offset + listed
    kept = [pair for pair in decode_form(request.scope["query_string"]) if pair[0] != "offset"]
    path = quote(request.url.path, safe=_MOST_ALLOWED)
    return {name: f"{path}?{urlencode([*kept, ('offset', str(place))])}" for name, place in places.items()}


def _candidates(request: Request, base: str) -> list[str]:
    """Return the IRIs that an address may mean: as it was written, and with its percent-encoding taken away."""
    raw: bytes = request.scope.get("raw_path") or quote(request.scope["path"]).encode()
    path = raw.decode("ascii", "replace").partition("?")[0].lstrip("/")
    found = [base + path, base + unquote(path, errors="replace")]
    usable = [each for each in dict.fromkeys(found) if is_iri(each)]
    if not usable:
        raise NotFound("What the address asks for is no IRI.")
    return usable


def _place(site: Site, base: str, iri: str) -> str:
    return f"{site.pages.root}/{quote(iri[len(base) :].partition('#')[0], safe=_MOST_ALLOWED)}"


def _asked(request: Request) -> Asked:
    pairs = decode_form(request.scope["query_string"])
    override = single(pairs, "format")
    formats = (*GRAPHS, _TABLE) if request.url.path.startswith(f"/{ROOT}") else GRAPHS
    evidence, incoming = _flag(pairs, "evidence"), _flag(pairs, "incoming")
    return Asked(
        graph_choice(request, override, formats),
        override,
        evidence,
        incoming,
        read_window([each for each in pairs if each[0] == "offset"]).offset,
    )


def _flag(pairs: Iterable[tuple[str, str]], name: str) -> bool:
    value = single(pairs, name)
    if value not in {None, "true", "false"}:
        raise BadParameter(f"'{name}' is true or false, not '{value}'.", parameter=name)
    return value == "true"
