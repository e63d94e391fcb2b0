"""The page of conflicts and gaps: what the saved queries find that look for such things."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pyoxigraph as ox
from starlette.requests import Request  # noqa: TC002 - FastAPI reads the annotations
from starlette.responses import Response

from kg_server.app.answers import unless_gone
from kg_server.app.gap_view import Shown, column_name, show
from kg_server.app.replies import Site, language_of, page_reply, page_values
from kg_server.describe.ask import is_iri
from kg_server.describe.beside import Beside
from kg_server.describe.current import Release
from kg_server.describe.entity import Node
from kg_server.describe.gaps import KINDS, Divided, Findings, GapsWork, find_gaps, gap_queries
from kg_server.describe.queries import SavedQuery, read_window
from kg_server.http.problems import BadParameter, NotFound, Problem
from kg_server.http.protocol import decode_form, single
from kg_server.http.window import Window
from kg_server.pages.advice import Advice, advise
from kg_server.pages.names import Name, Namer
from kg_server.pages.render import pick
from kg_server.pages.words import WORDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fastapi import APIRouter

PAGE = 25
"""Findings on a page of one query."""
_PATIENCE = 3.0


@dataclass(frozen=True, slots=True)
class Group:
    """A value that findings divide by: how many have it, and where they are alone."""

    value: Name
    number: int
    link: str | None


@dataclass(frozen=True, slots=True)
class Entry:
    """What one query found, for the page of all.

    Attributes:
        query: which one, with its title and description in the page's language.
        number: of all findings, None where they are not counted (yet).
        more: whether there are more than were counted.
        advice: why there is none.
        groups: how they divide; None where that could not be counted.
        by: what they divide by.
    """

    query: SavedQuery
    title: str
    description: str
    number: int | None
    more: bool
    advice: Advice | None
    shown: Shown
    groups: tuple[Group, ...] | None
    by: str


class Gaps:
    """What is served at `/gaps`."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._work = Beside(GapsWork, _PATIENCE)

    def add_to(self, router: APIRouter) -> None:
        """Add the routes."""
        summary = "Conflicts and gaps, the first of each kind"
        router.add_api_route("/gaps", self.all, methods=["GET"], response_class=Response, summary=summary)
        router.add_api_route("/gaps", self.all, methods=["HEAD"], include_in_schema=False)
        # Which queries look for gaps is the release's choice: there may be none.
        router.add_api_route("/gaps/{name}", self.one, methods=["GET", "HEAD"], include_in_schema=False)

    async def all(self, request: Request) -> Response:
        """Show the first findings of every query with a gap, as far as they have been found."""
        site, language = self._site, language_of(request)
        release = await site.current.get()
        work = await self._work.get(release)
        sections = [
            (kind, [self._entry(release, work, each, language) for each in gap_queries(release.queries, kind)])
            for kind in KINDS
        ]
        body = site.pages.render(
            "gaps",
            language,
            here="gaps",
            sections=[(kind, entries) for kind, entries in sections if entries],
            **page_values(release, request, language),
        )
        return page_reply(body, language, headers={"Cache-Control": "no-cache"})

    async def one(self, request: Request, name: str) -> Response:
        """Show the findings of one query, a page of them."""
        response = await unless_gone(request.receive, self._one(request, name))
        # Nobody reads this one: the client has gone.
        return response if response is not None else Response(status_code=204)

    async def _one(self, request: Request, name: str) -> Response:
        site, language = self._site, language_of(request)
        release = await site.current.get()
        query = release.queries.get(name)
        if query is None or query.gap is None:
            names = [each.name for kind in KINDS for each in gap_queries(release.queries, kind)]
            raise NotFound(f"There is no list of gaps '{name}'.", available=names)
        pairs = decode_form(request.scope["query_string"])
        value, offset = _value(query, single(pairs, "value")), _offset(pairs)
        work = await self._work.get(release)
        divided = work.divided.get(name, Divided())
        found = await find_gaps(
            site.asked_by(request, release), work.ontology, query, Window(offset, PAGE), value
        )  # fmt: skip
        namer = self._namer(release, work, language, {**divided.nodes, **found.nodes})
        total, first = found.part.total, offset + 1
        selected = f"{query.query}\nVALUES ?{query.gap.by} {{ <{value}> }}" if value else None
        body = site.pages.render(
            "gap",
            language,
            here="gaps",
            query=query,
            title=pick(query.title, language),
            description=pick(query.description, language),
            heading=WORDS[language].get(f"gaps_{query.gap.kind}", query.gap.kind),
            shown=show(found, namer),
            number_found=total,
            more=found.part.cut,
            first=first,
            last=min(total, offset + len(found.part.rows)),
            groups=self._groups(divided, query, namer),
            by=column_name(query.gap.by, WORDS[language]) if query.gap.by else "",
            value=namer.name(value) if value else None,
            everything=self._page(query, language),
            previous=self._page(query, language, value, max(0, offset - PAGE)) if offset else None,
            following=self._page(query, language, value, offset + PAGE) if offset + PAGE < total else None,
            sparql=selected or query.query,
            csv=_take(site.pages.root, query, selected, format="csv"),
            table=_take(site.pages.root, query, selected, format="html", lang=language),
            **page_values(release, request, language),
        )
        return page_reply(body, language, headers={"Cache-Control": "no-cache"})

    def _entry(self, release: Release, work: GapsWork, query: SavedQuery, language: str) -> Entry:
        found = work.found.get(query.name)
        divided = work.divided.get(query.name, Divided())
        advice, shown, number, more = None, Shown(), None, False
        if isinstance(found, Problem):
            advice = advise(found.slug, found.title, language)
        elif isinstance(found, Findings):
            shown = show(found, self._namer(release, work, language, found.nodes))
            number, more = found.part.total, found.part.cut
        by = query.gap.by if query.gap else ""
        return Entry(
            query,
            pick(query.title, language),
            pick(query.description, language),
            number,
            more,
            advice,
            shown,
            self._groups(divided, query, self._namer(release, work, language, divided.nodes)),
            column_name(by, WORDS[language]) if by else "",
        )

    def _groups(self, divided: Divided, query: SavedQuery, namer: Namer) -> tuple[Group, ...] | None:
        if divided.groups is None:
            return None
        return tuple(
            Group(
                namer.value(node),
                count,
                self._page(query, namer.language, node.value) if isinstance(node, ox.NamedNode) else None,
            )
            for node, count in divided.groups
            if isinstance(node, (ox.NamedNode, ox.Literal))
        )

    def _page(self, query: SavedQuery, language: str, value: str | None = None, offset: int = 0) -> str:
        pairs = {"lang": language, "value": value, "offset": str(offset) if offset else None}
        kept = {name: each for name, each in pairs.items() if each is not None}
        return f"{self._site.pages.root}/gaps/{query.name}?{urlencode(kept)}"

    def _namer(self, release: Release, work: GapsWork, language: str, nodes: Mapping[str, Node]) -> Namer:
        manifest = release.manifest
        return Namer(manifest.base, self._site.pages.root, language, manifest.prefixes, work.ontology, nodes)


def _value(query: SavedQuery, value: str | None) -> str | None:
    if value is not None and (query.gap is None or not query.gap.by):
        raise BadParameter(f"The findings of '{query.name}' do not divide by anything.", parameter="value")
    if value is not None and not is_iri(value):
        raise BadParameter(f"'value' is an IRI, not '{value}'.", parameter="value")
    return value


def _offset(pairs: tuple[tuple[str, str], ...]) -> int:
    return read_window([each for each in pairs if each[0] == "offset"]).offset


def _take(root: str, query: SavedQuery, selected: str | None, **pairs: str) -> str:
    """Return where the same findings are had in another form; `selected` is a query for some of them only."""
    if selected is None:
        return f"{root}/queries/{query.name}?{urlencode(pairs)}"
    return f"{root}/sparql?{urlencode({'query': selected, **pairs})}"
