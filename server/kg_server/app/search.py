"""Search: a page that works without script, and suggestions in JSON for who types."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.requests import Request  # noqa: TC002 - FastAPI reads the annotations
from starlette.responses import Response

from kg_builder.namespaces import PREFIXES
from kg_builder.spelling import fold
from kg_server.app.findings import DEFAULT_LIMIT, MOST_LIMIT, MOST_SKIPPED, Finding, Teller
from kg_server.app.replies import Site, language_of, page_reply, page_values
from kg_server.describe.current import Release
from kg_server.describe.search.draft import SHELVES
from kg_server.describe.search.index import Found, Index, Match, Wanted
from kg_server.describe.search.lookup import LONGEST_QUERY, WAYS, How, Sought
from kg_server.http.negotiation import etag_matches
from kg_server.http.problems import BadParameter
from kg_server.http.protocol import decode_form, single
from kg_server.operations.recorder import exchange_of
from kg_server.pages.results import shorten

if TYPE_CHECKING:
    from fastapi import APIRouter

# Names looked at for suggestions, and for a page that counts.
_LOOKED_AT, _COUNTED = 100, 1000
_PAGE, _OF_GROUP, _GROUPS = 20, 5, 8

Pairs = Sequence[tuple[str, str]]


class Search:
    """What is served at `/search` and `/search.json`."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def add_to(self, router: APIRouter) -> None:
        """Add the routes."""
        for path, view, summary in (
            ("/search", self.page, "The results of a search, on a page"),
            ("/search.json", self.suggestions, "What names and quoted phrases are like a text"),
        ):
            router.add_api_route(path, view, methods=["GET"], response_class=Response, summary=summary)
            router.add_api_route(path, view, methods=["HEAD"], include_in_schema=False)

    async def suggestions(self, request: Request) -> Response:
        """Find what is like a text, in JSON."""
        pairs = decode_form(request.scope["query_string"])
        text, asked = _text(pairs), single(pairs, "kind") or None
        limit, offset = _number(pairs, "limit", 1, MOST_LIMIT, DEFAULT_LIMIT), _number(pairs, "offset", 0, MOST_SKIPPED)
        release = await self._site.current.get()
        most = _COUNTED if offset or limit > DEFAULT_LIMIT or asked else _LOOKED_AT
        shelves = tuple(each for each in SHELVES if each == asked) or (SHELVES if asked is None else SHELVES[:1])
        kind = None if asked is None or asked in SHELVES else _expand(asked, release)
        found, index = await look_up(self._site, request, release, Wanted(text, limit, offset, shelves, kind, most))
        language = language_of(request)
        document = _document(found, Teller(release.manifest, self._site.pages, index, language), text)
        body = (json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n").encode()
        etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        headers = {"ETag": etag, "Cache-Control": "no-cache", "Vary": "Accept-Language", "Content-Language": language}
        if etag_matches(request.headers.get("if-none-match"), etag):
            return Response(status_code=304, headers=headers)
        return Response(body, headers=headers, media_type="application/json")

    async def page(self, request: Request) -> Response:
        """Show the results of a search."""
        pairs = decode_form(request.scope["query_string"])
        text, asked = _text(pairs), single(pairs, "kind") or None
        number = _number(pairs, "page", 1, _COUNTED // _PAGE, 1)
        site, language = self._site, language_of(request)
        release = await site.current.get()
        values = page_values(release, request, language)
        results = None
        if Sought.read(text).words:
            found, index = await look_up(site, request, release, Wanted(text, _COUNTED, most=_COUNTED))
            teller = Teller(release.manifest, site.pages, index, language)
            results = _Results(site, release, found, teller, text).show(asked, number)
        body = site.pages.render("search", language, find_text=text, results=results, **values)
        return page_reply(body, language)


async def look_up(site: Site, request: Request, release: Release, wanted: Wanted) -> tuple[Found, Index]:
    """Look something up in the search index, at the client's cost, as its queries are.

    Raises:
        BudgetSpent: the client has used up its share.
        Overloaded: too many are waiting.
        SearchUnavailable: there is no index yet.
    """
    budget, account = site.operations.budget, exchange_of(request.scope).client.account
    budget.check(account)
    began = time.monotonic()
    try:
        return await site.searches.find(release, wanted)
    finally:
        budget.charge(account, time.monotonic() - began)


@dataclass(frozen=True, slots=True)
class Group:
    """Matches of a kind.

    Attributes:
        key: by which they are asked for.
        name: of the kind, and the `language` of that name.
        total: how many there are; `more` if that many were counted and no further.
        link: to all of them.
        findings: those that are shown.
    """

    key: str
    name: str
    language: str
    total: int
    more: bool
    link: str
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Results:
    """What a page of results shows.

    Attributes:
        total: matches of all kinds; `more` if there may be more than were counted.
        how: the nearest way in which something was found; None where nothing was.
        groups: all kinds, without their matches.
        shown: kinds with matches: the first of several, or a page of the one that is asked for.
        everything: link to the results of all kinds.
        asked: the kind that is asked for, if any.
        page: its number.
        earlier, later: links to the pages before and after.
    """

    total: int
    more: bool
    how: How | None
    groups: tuple[Group, ...]
    shown: tuple[Group, ...]
    everything: str
    asked: str | None
    page: int
    earlier: str | None
    later: str | None


class _Results:
    """Puts what was found into groups: classes of entities, those with the best matches first, questions, phrases."""

    def __init__(self, site: Site, release: Release, found: Found, teller: Teller, text: str) -> None:
        self._pages, self._found, self._teller, self._text = site.pages, found, teller, text
        self._prefixes = {**PREFIXES, **release.manifest.prefixes}
        self._sought = Sought.read(text)
        self._matches: dict[str, list[Match]] = {}
        for each in found.matches:
            key = shorten(each.kind, self._prefixes) if each.kind else each.shelf
            self._matches.setdefault(key, []).append(each)
        # Who writes a kind's name wants that kind: "agreement Russia".
        words = set(fold(text).split())
        self._matches = dict(sorted(self._matches.items(), key=lambda each: not self._is_named(each[1][0], words)))

    def _is_named(self, match: Match, words: set[str]) -> bool:
        named = set(fold(self._teller.kind(match.kind).name).split()) if match.kind else set()
        return bool(named) and named <= words

    def show(self, asked: str | None, page: int) -> Results:
        """Return what the page shows: the first of each kind, or a page of the kind that is asked for."""
        groups = tuple(self._group(key) for key in self._matches)
        start = (page - 1) * _PAGE
        if asked is None:
            keys = [*[key for key in self._matches if key not in SHELVES][:_GROUPS], *SHELVES]
            shown = tuple(self._group(key, 0, _OF_GROUP) for key in keys if key in self._matches)
        else:
            shown = (self._group(asked, start, start + _PAGE),) if asked in self._matches else ()
        total = len(self._matches.get(asked or "", ()))
        return Results(
            total=sum(self._found.totals.values()),
            more=bool(self._found.more),
            how=min((each.how for each in self._found.matches), key=WAYS.index, default=None),
            groups=groups,
            shown=shown,
            everything=self._link(None),
            asked=asked,
            page=page,
            earlier=self._link(asked, page - 1) if asked and page > 1 else None,
            later=self._link(asked, page + 1) if start + _PAGE < total else None,
        )

    def _group(self, key: str, start: int = 0, end: int = 0) -> Group:
        matches, language = self._matches[key], self._teller.language
        kind = matches[0].kind
        named = self._teller.kind(kind) if kind else None
        name = named.name if named else self._pages.word(f"search_{key}", language)
        findings = tuple(self._teller.finding(each, self._sought) for each in matches[start:end])
        more = matches[0].shelf in self._found.more
        return Group(key, name, named.language if named else language, len(matches), more, self._link(key), findings)

    def _link(self, kind: str | None, page: int = 1) -> str:
        number = str(page) if page > 1 else None
        return self._pages.url("/search", q=self._text, kind=kind, page=number, lang=self._teller.language)


def _document(found: Found, teller: Teller, text: str) -> dict[str, object]:
    sought = Sought.read(text)
    kinds = ((teller.kind(iri), n) for iri, n in found.kinds.items())
    return {
        "query": text,
        "totals": dict(found.totals),
        "more": sorted(found.more),
        "kinds": [{**kind.document(), "count": n} for kind, n in kinds],
        "results": [teller.finding(each, sought).document() for each in found.matches],
    }


def _text(pairs: Pairs) -> str:
    text = single(pairs, "q") or ""
    if len(text) > LONGEST_QUERY:
        raise BadParameter(f"'q' has at most {LONGEST_QUERY} characters, not {len(text)}.", parameter="q")
    return text


def _number(pairs: Pairs, name: str, least: int, most: int, default: int = 0) -> int:
    value = single(pairs, name)
    if value is None:
        return default
    if not (value.isascii() and value.isdigit() and len(value) <= len(str(most)) and least <= int(value) <= most):
        raise BadParameter(f"'{name}' is a whole number from {least} to {most}, not '{value}'.", parameter=name)
    return int(value)


def _expand(kind: str, release: Release) -> str:
    prefix, _, local = kind.partition(":")
    namespace = {**PREFIXES, **release.manifest.prefixes}.get(prefix)
    return kind if namespace is None or local.startswith("//") else namespace + local
