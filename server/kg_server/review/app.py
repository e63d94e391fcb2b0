"""The application of the review page: an article to read, decisions to take, names to search."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from kg_server.pages.assets import packaged_assets
from kg_server.pages.render import Pages, page_language
from kg_server.pages.words.review import WORDS
from kg_server.review.guard import Guard, Keys

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import ASGIApp

_STATUS = {"done": 200, "missing": 404, "conflict": 409, "refused": 422}
_MOST_BYTES = 1 << 20
_SEARCHED = 200
_SCRIPT_WORDS = tuple(WORDS["en"])


class Outcome(Protocol):
    """How a request to the desk ended: `done`, `refused`, `conflict` or `missing`, and what the page is told."""

    @property
    def state(self) -> str:
        """Return how it ended."""

    @property
    def body(self) -> Mapping[str, Any]:
        """Return what is shown."""


class Desk(Protocol):
    """What reviews articles; everything is plain data. The builder's is `kg_builder.curate`'s."""

    def articles(self) -> Sequence[Mapping[str, Any]]:
        """Return the articles with an `id`, and whether their `text` is here."""

    def view(self, article: str) -> Outcome:
        """Return what the page of an article shows."""

    def decide(self, article: str, asked: Mapping[str, Any]) -> Outcome:
        """Accept or reject, if the page was made from what is on disk."""

    def undo(self, article: str, asked: Mapping[str, Any]) -> Outcome:
        """Put back what the last decision changed."""

    def check(self, article: str) -> Sequence[Mapping[str, Any]]:
        """Return what keeps the whole project from being built."""

    def search(self, article: str, text: str, kinds: tuple[str, ...]) -> Sequence[Mapping[str, Any]]:
        """Return entities that are called like a text."""


class Review:
    """The routes.

    Args:
        desk: that decides.
        pages: that renders.
    """

    def __init__(self, desk: Desk, pages: Pages) -> None:
        self._desk, self._pages = desk, pages

    def routes(self) -> list[Route]:
        """Return every route."""
        return [
            Route("/", self.first),
            Route("/review/{article}", self.page),
            Route("/review/{article}/search", self.search),
            Route("/review/{article}/check", self.check),
            Route("/review/{article}/decide", self.decide, methods=["POST"]),
            Route("/review/{article}/undo", self.undo, methods=["POST"]),
            Route("/static/{name}", self.static),
        ]

    async def first(self, _: Request) -> Response:
        """Go to the first article whose text is here, or to the first."""
        articles = await run_in_threadpool(self._desk.articles)
        if not articles:
            return Response("There is no record yet: rujukan text add FILE --new", 404, media_type="text/plain")
        chosen = next((each for each in articles if each["text"]), articles[0])
        return RedirectResponse(f"/review/{chosen['id']}", 303)

    async def page(self, request: Request) -> Response:
        """Show an article."""
        language = page_language(request.query_params.get("lang"), request.headers.get("accept-language"))
        article = request.path_params["article"]
        found = await run_in_threadpool(self._desk.view, article)
        if found.state != "done":
            return Response(str(found.body["problem"]), _STATUS[found.state], media_type="text/plain")
        articles = await run_in_threadpool(self._desk.articles)
        body = self._pages.render(
            "review", language, script_words=_SCRIPT_WORDS, article=article, articles=articles, view=found.body
        )
        return Response(body, media_type="text/html")

    async def search(self, request: Request) -> Response:
        """Find entities by name."""
        text = request.query_params.get("q", "")[:_SEARCHED]
        kinds = tuple(request.query_params.getlist("kind"))
        article = request.path_params["article"]
        return JSONResponse(list(await run_in_threadpool(self._desk.search, article, text, kinds)))

    async def check(self, request: Request) -> Response:
        """Check the whole project."""
        return JSONResponse(list(await run_in_threadpool(self._desk.check, request.path_params["article"])))

    async def decide(self, request: Request) -> Response:
        """Take a decision."""
        return await self._changed(request, self._desk.decide)

    async def undo(self, request: Request) -> Response:
        """Take the last decision back."""
        return await self._changed(request, self._desk.undo)

    async def _changed(self, request: Request, change: Callable[[str, Mapping[str, Any]], Outcome]) -> Response:
        asked = await _read(request)
        if asked is None:
            return JSONResponse({"problems": [], "message": "This is not what the page sends."}, 400)
        outcome = await run_in_threadpool(change, request.path_params["article"], asked)
        return JSONResponse(dict(outcome.body), _STATUS[outcome.state])

    async def static(self, request: Request) -> Response:
        """Give a script or a style sheet."""
        found = self._pages.static(request.path_params["name"])
        if found is None:
            return Response("There is no such file.", 404, media_type="text/plain")
        return Response(found[0], media_type=found[1])


async def _read(request: Request) -> Mapping[str, Any] | None:
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > _MOST_BYTES:
            return None
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def create_review(desk: Desk, port: int, keys: Keys) -> ASGIApp:
    """Return the application, guarded.

    Args:
        desk: that decides.
        port: that it will be reached on.
        keys: that open it.
    """
    app = Starlette(routes=Review(desk, Pages("", packaged_assets())).routes())
    return Guard(app, port, keys)
