"""From a question to a reply: ask the backend, wait for the whole answer, or stop when the client has gone."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlencode

from starlette.responses import Response

from kg_server.app.replies import Site, accept_of, language_of, page_reply, page_values
from kg_server.backends.base import Answer, Question, Wanted
from kg_server.describe.current import Release
from kg_server.describe.queries import RESERVED, SavedQuery
from kg_server.http.formats import BINDINGS, GRAPHS, choose_format
from kg_server.pages.render import pick
from kg_server.pages.results import read_table

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import Receive

Result = TypeVar("Result")

_SHOWN_CHARACTERS = 200_000
_REMEMBERED_CHARACTERS = 500
_LABELS = {
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

    # The work runs in this task: a second one for it would cost each small question more than its evaluation.
    watching = asyncio.ensure_future(watch())
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


def wanted_by(request: Request, override: str | None) -> Wanted:
    """Return the formats that a request accepts, by its `Accept` header or its `format=`."""
    accept = accept_of(request)
    if len(accept or "") + len(override or "") > _REMEMBERED_CHARACTERS:
        return _negotiate(accept, override)
    return _remember(accept, override)


def _negotiate(accept: str | None, override: str | None) -> Wanted:
    return Wanted(
        choose_format(accept, override, BINDINGS),
        choose_format(accept, override, GRAPHS),
        f"'format={override}'" if override else f"'Accept: {accept}'",
    )


# Clients repeat themselves, and negotiating takes as long as evaluating a small question.
_remember = lru_cache(256)(_negotiate)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as a request put it.

    Attributes:
        site: the application.
        request: for negotiation and links.
        release: to ask.
        question: what to ask.
        override: the `format=` parameter.
        saved: the saved query that the question comes from.
        pairs: the request's parameters, repeated in links to other formats.
    """

    site: Site
    request: Request
    release: Release
    question: Question
    override: str | None
    saved: SavedQuery | None = None
    pairs: tuple[tuple[str, str], ...] = ()

    async def reply(self) -> Response:
        """Answer in the format that the client prefers; raises what the backend raises."""
        answer = await self.release.backend.answer(self.question, wanted_by(self.request, self.override))
        if answer.choice.html:
            language = language_of(self.request)
            return page_reply(await asyncio.to_thread(self._page, answer, language), language)
        headers = {"Content-Type": answer.choice.content_type, "Vary": "Accept"}
        if self.override:
            name = self.saved.name if self.saved else "answer"
            headers["Content-Disposition"] = f'inline; filename="{name}.{answer.choice.format.extension}"'
        return Response(answer.body, headers=headers)

    def _page(self, answer: Answer, language: str) -> bytes:
        manifest, saved, pages = self.release.manifest, self.saved, self.site.pages
        path = f"{pages.root}/queries/{saved.name}" if saved else f"{pages.root}/sparql"
        kept = [pair for pair in self.pairs if pair[0] not in RESERVED]
        formats = BINDINGS if answer.kind == "bindings" else GRAPHS
        table, turtle, cut = None, None, False
        if answer.kind == "bindings":
            table = read_table(answer.body, manifest.prefixes, f"{pages.root}/sparql", self.site.settings.page_rows)
        else:
            text = answer.body.decode()
            turtle, cut = text[:_SHOWN_CHARACTERS], len(text) > _SHOWN_CHARACTERS
        values = {each.name: each.default for each in saved.parameters} | dict(kept) if saved else {}
        return pages.render(
            "answer",
            language,
            title=pick(saved.title, language) if saved else pages.word("answer", language),
            description=pick(saved.description, language) if saved else "",
            parameters=saved.parameters if saved else (),
            values=values,
            action=path,
            saved=saved is not None,
            table=table,
            turtle=turtle,
            cut=cut,
            formats=[(_LABELS[each.key], f"{path}?{urlencode([*kept, ('format', each.key)])}") for each in formats],
            query=self.question.query,
            **page_values(self.release, self.request, language),
        )
