"""From a question to a reply: ask the backend, wait for the whole answer, or stop when the client has gone."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from sys import getsizeof
from typing import TYPE_CHECKING, TypeAlias, TypeVar
from urllib.parse import urlencode

from kg_server.app.replies import Ready, Site, SpooledResponse, accept_of, language_of, page_reply, page_values
from kg_server.backends.base import Answer, Question, Wanted
from kg_server.backends.spool import Spooled
from kg_server.describe.current import Release
from kg_server.describe.examples import form
from kg_server.describe.labels import find_labels
from kg_server.describe.names import find_names, settled
from kg_server.describe.queries import RESERVED, SavedQuery
from kg_server.http.encoding import Coding, choose_coding
from kg_server.http.formats import BINDINGS, GRAPHS, Choice, choose_format
from kg_server.http.links import Link, link_header
from kg_server.http.negotiation import etag_matches
from kg_server.http.problems import BadParameter, Problem
from kg_server.http.window import Window
from kg_server.operations.journal import query_hash
from kg_server.operations.recorder import exchange_of
from kg_server.pages.drawing import draw, unnamed
from kg_server.pages.figures import Figure, script_words
from kg_server.pages.render import pick
from kg_server.pages.results import Table, read_table, translate

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import Receive

Result = TypeVar("Result")
# What the cache finds an answer by.
Key: TypeAlias = tuple[object, ...]

_ALL_ROWS = Window()
_SHOWN_BYTES = 200_000
_MOST_NAMES = 2000
_PATIENCE_SECONDS = 0.05
# In the scope of a request: where the cache has its answer.
KEPT_UNDER = "rujukan.kept_under"
CUT = "Rujukan-Cut"
_REMEMBERED_CHARACTERS = 500
LABELS = {
    "json": "JSON", "xml": "XML", "csv": "CSV", "tsv": "TSV", "turtle": "Turtle", "ntriples": "N-Triples",
    "jsonld": "JSON-LD", "rdfxml": "RDF/XML", "nquads": "N-Quads", "trig": "TriG", "n3": "N3",
}  # fmt: skip


async def unless_gone(receive: Receive, work: Coroutine[object, object, Result]) -> Result | None:
    """Return what the work returns, None when the client disconnects before; then the work is cancelled."""
    here, gone = asyncio.current_task(), False

    async def watch() -> None:
        nonlocal gone
        await _gone(receive)
        gone = True
        if here is not None:
            here.cancel()

    watching: asyncio.Handle | asyncio.Task[None] | None = None

    def begin() -> None:
        nonlocal watching
        watching = asyncio.ensure_future(watch())

    # A task costs as much as a small question, which has its answer before anybody could go away.
    watching = asyncio.get_running_loop().call_later(_PATIENCE_SECONDS, begin)
    try:
        return await work
    except asyncio.CancelledError:
        if gone and here is not None and here.uncancel() == 0:
            return None
        raise
    finally:
        watching.cancel()


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def wanted_by(request: Request, override: str | None) -> tuple[Wanted, str]:
    """Return what a request accepts, by its headers or its `format=`, and a key for that."""
    accept = accept_of(request)
    codings = ", ".join(request.headers.getlist("accept-encoding"))
    if len(accept or "") + len(override or "") + len(codings) > _REMEMBERED_CHARACTERS:
        return negotiate(accept, override, codings)
    return _remember(accept, override, codings)


def negotiate(accept: str | None, override: str | None, codings: str) -> tuple[Wanted, str]:
    """Return what `wanted_by` does, of the headers as text."""
    bindings, graph = choose_format(accept, override, BINDINGS), choose_format(accept, override, GRAPHS)
    coding = choose_coding(codings)
    said = f"'Accept: {accept}'" if override is None else f"'format={override}'"
    kinds = (each.media_type if each else "" for each in (bindings, graph))
    return Wanted(bindings, graph, said, coding), " ".join((*kinds, coding or ""))


# Clients repeat themselves, and negotiating takes as long as evaluating a small question.
_remember = lru_cache(256)(negotiate)


@lru_cache(256)
def constant_headers(choice: Choice, coding: Coding | None, name: str) -> tuple[tuple[bytes, bytes], ...]:
    """Return the headers that answers in one form share.

    Args:
        choice: the format.
        coding: the content coding.
        name: of a file to save the answer as, without its extension; empty for no such suggestion.
    """
    headers = {
        "content-type": choice.content_type,
        "vary": "Accept, Accept-Encoding",
        "cache-control": "no-cache",
        **({"content-encoding": coding} if coding else {}),
        **({"content-disposition": f'inline; filename="{name}.{choice.format.extension}"'} if name else {}),
    }
    return tuple((field.encode(), value.encode()) for field, value in headers.items())


def plain_key(release: str, query: str, how: str) -> Key:
    """Return what the cache finds an answer by whose question is nothing but a query.

    Args:
        release: the first part (`front` counts on that).
        query: SPARQL.
        how: from `negotiate`.
    """
    return release, query, how


@dataclass(slots=True)
class Asked:
    """A question as a request put it.

    Attributes:
        site: the application.
        request: for negotiation and links.
        release: to ask.
        question: what to ask.
        override: the `format=` parameter.
        saved: the saved query that the question comes from.
        pairs: the request's parameters, repeated in links to other formats and pages.
        window: the rows that are wanted.
        missed: whether the cache has been found without the answer.
    """

    site: Site
    request: Request
    release: Release
    question: Question
    override: str | None
    saved: SavedQuery | None = None
    pairs: tuple[tuple[str, str], ...] = ()
    window: Window = _ALL_ROWS
    missed: bool = False

    def at_once(self) -> Response | None:
        """Answer without waiting what is in the cache or proved to be small, unless on a page; None for the rest."""
        wanted, how = self._wanted()
        if wanted.bindings is None or wanted.bindings.html or not self.window.whole:
            return None
        key = self._key(wanted, how)
        answer = self._cached(key)
        if answer is None:
            self.missed = True
            backend = self.site.operations.asking(self.release.backend, exchange_of(self.request.scope))
            answer = backend.at_once(self.question, wanted)
            if answer is not None:
                self._keep(key, answer)
        return self._reply(answer, {}) if answer is not None and not answer.choice.html else None

    async def reply(self) -> Response:
        """Answer in the format that the client prefers; raises what the backend raises."""
        if not self.window.whole and form(self.question.query) != "SELECT":
            raise BadParameter("Only a SELECT has rows to count; leave out 'limit' and 'offset'.")
        answer = await self._answer()
        pages = {} if self.window.whole else self._pages(answer.total)
        if answer.choice.html:
            language = language_of(self.request)
            rows = self.site.settings.page_rows
            table = await self._table(answer, language, rows) if answer.kind == "bindings" else None
            drawn = await self._figure(table, language) if table else None
            body = await asyncio.to_thread(self._page, answer, language, pages, table, drawn)
            return page_reply(body, language, headers=self._headers(answer, pages) | self._cut(answer, table))
        return self._reply(answer, pages)

    def _reply(self, answer: Answer, pages: Mapping[str, str]) -> Response:
        name = (self.saved.name if self.saved else "answer") if self.override else ""
        headers = [*constant_headers(answer.choice, answer.coding, name), (b"etag", answer.etag.encode())]
        for field, value in self._headers(answer, pages).items():
            headers.append((field.lower().encode(), value.encode("latin-1")))
        if etag_matches(self.request.headers.get("if-none-match"), answer.etag):
            return Ready(b"", headers, 304)
        if isinstance(answer.body, Spooled):
            return SpooledResponse(answer.body, headers)
        return Ready(answer.body, headers)

    async def drawn(self, language: str, rows: int, answer: Answer | None = None) -> tuple[Table, Figure | None]:
        """Return the first rows as a table, and what draws them; raises what the backend raises.

        Args:
            language: of the page.
            rows: how many.
            answer: with these rows, where somebody has asked already.
        """
        if answer is None:
            answer = await replace(self, override="html", window=Window(limit=rows))._answer()  # noqa: SLF001 - its own
        table = replace(await self._table(answer, language, rows), total=answer.total)
        return table, await self._figure(table, language)

    async def _answer(self) -> Answer:
        """Return the answer, from the cache if it is there."""
        wanted, how = self._wanted()
        key = self._key(wanted, how)
        answer = None if self.missed else self._cached(key)
        if answer is not None:
            return answer
        backend = self.site.operations.asking(self.release.backend, exchange_of(self.request.scope))
        answer = await backend.answer(self.question, wanted)
        self._keep(key, answer)
        return answer

    def _key(self, wanted: Wanted, how: str) -> Key:
        question = self.question
        plain = plain_key(self.release.manifest.release, question.query, how)
        if wanted.window.whole and not (question.default_graphs or question.named_graphs or question.bindings):
            return plain
        return *plain, wanted.window, question.default_graphs, question.named_graphs, question.bindings

    def _cached(self, key: Key) -> Answer | None:
        answer = self.site.cache.get(key)
        if answer is not None:
            exchange = exchange_of(self.request.scope)
            exchange.outcome, exchange.rows = "cached", answer.rows
            exchange.query_hash = query_hash(self.question.query)
            if self.window.whole and not answer.choice.html:
                # The next time it is found by the request as it came, before anything is read in it.
                self.request.scope[KEPT_UNDER] = key
        return answer

    def _keep(self, key: Key, answer: Answer) -> None:
        if answer.lasting and isinstance(answer.body, bytes):
            # The question is in the key, with graphs and parameters that may be longer than its text.
            weight = sum(map(getsizeof, (self.question.query, *(value for _, value in self.pairs))))
            self.site.cache.put(key, answer, weight)

    def _wanted(self) -> tuple[Wanted, str]:
        (wanted, how), window = wanted_by(self.request, self.override), self.window
        shown = wanted.bindings is not None and wanted.bindings.html
        if window.whole and not shown:
            return wanted, how
        if window.whole:
            window = Window(limit=self.site.settings.page_rows)
        return replace(wanted, window=window, coding=None if shown else wanted.coding), how

    def _headers(self, answer: Answer, pages: Mapping[str, str]) -> dict[str, str]:
        headers = {}
        if pages:
            address = self.site.address(self.request)
            headers["Link"] = link_header(Link(address + path, f'rel="{name}"') for name, path in pages.items())
        if answer.cut:
            headers[CUT] = f"rows={answer.rows}"
        return headers

    def _pages(self, total: int) -> dict[str, str]:
        """Return the paths of the other pages by their relations."""
        offset, limit = self.window.offset, self.window.limit
        places: dict[str, int] = {"first": 0}
        if offset:
            places["prev"] = max(0, min(offset, total) - (limit or offset))
        if limit is not None:
            if offset + limit < total:
                places["next"] = offset + limit
            places["last"] = max(0, total - 1) // limit * limit
        kept = [pair for pair in self.pairs if pair[0] not in {"offset", "limit"}]
        size = [] if limit is None else [("limit", str(limit))]
        path = self.request.url.path
        return {name: f"{path}?{urlencode([*kept, *size, ('offset', str(place))])}" for name, place in places.items()}

    async def _table(self, answer: Answer, language: str, shown: int) -> Table:
        manifest, body = self.release.manifest, answer.read()
        columns = settled(self.saved.query) if self.saved else frozenset[str]()
        names = await find_names(self.release, body, columns, shown, language)
        endpoint = f"{self.site.pages.root}/sparql"
        table = await asyncio.to_thread(read_table, body, manifest.prefixes, endpoint, shown, manifest.base)
        if self.window.whole and table.boolean is None:
            table = replace(table, total=answer.total)
        return translate(table, names, columns, language)

    async def _figure(self, table: Table, language: str) -> Figure | None:
        """Return what draws a table, None when its query has no view or no row can be drawn."""
        view = self.saved.view if self.saved else None
        if view is None:
            return None
        try:
            labels = await find_labels(self.release, unnamed(view, table), _MOST_NAMES)
        except Problem:
            # The rows are there; a figure with short names is better than none.
            labels = {}
        return await asyncio.to_thread(draw, view, table, labels, language)

    def _cut(self, answer: Answer, table: Table | None) -> dict[str, str]:
        """Return the header that says how much of an answer a page shows, when it is not all (RFC 9651)."""
        if table is not None:
            shown = len(table.rows)
            return {CUT: f"rows={shown}"} if table.total > shown else {}
        return {CUT: f"bytes={_SHOWN_BYTES}"} if answer.size > _SHOWN_BYTES else {}

    def _page(
        self, answer: Answer, language: str, others: Mapping[str, str], table: Table | None, drawn: Figure | None
    ) -> bytes:
        saved, pages = self.saved, self.site.pages
        path = f"{pages.root}/queries/{saved.name}" if saved else f"{pages.root}/sparql"
        kept = [pair for pair in self.pairs if pair[0] not in RESERVED]
        formats = BINDINGS if answer.kind == "bindings" else GRAPHS
        turtle, cut = None, False
        if table is None:
            # A character may have been cut in the middle.
            turtle, cut = answer.read(_SHOWN_BYTES).decode(errors="ignore"), answer.size > _SHOWN_BYTES
        values = {each.name: each.default for each in saved.parameters} | dict(kept) if saved else {}
        return pages.render(
            "answer",
            language,
            here="questions" if saved else "query",
            title=pick(saved.title, language) if saved else pages.word("answer", language),
            description=pick(saved.description, language) if saved else "",
            parameters=saved.parameters if saved else (),
            values=values,
            action=path,
            saved=saved is not None,
            table=table,
            drawn=drawn,
            script_words=script_words(drawn.view) if drawn else (),
            turtle=turtle,
            cut=cut,
            formats=[(LABELS[each.key], f"{path}?{urlencode([*kept, ('format', each.key)])}") for each in formats],
            previous=pages.root + others["prev"] if "prev" in others else None,
            following=pages.root + others["next"] if "next" in others else None,
            query=self.question.query,
            **page_values(self.release, self.request, language),
        )
