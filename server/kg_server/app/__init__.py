"""The application: puts the parts together, nothing else."""

from __future__ import annotations

import dataclasses
import logging
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from fastapi import FastAPI
from starlette.exceptions import HTTPException

from kg_server.app.front import FrontDoor
from kg_server.app.headers import allowed_at
from kg_server.app.operations import make_operations
from kg_server.app.replies import Answers, Site, problem_reply
from kg_server.app.sparql import SparqlEndpoint
from kg_server.app.views import make_router
from kg_server.app.whole import Whole
from kg_server.backends.base import Backend
from kg_server.backends.breaker import Breaker
from kg_server.backends.embedded import EmbeddedBackend
from kg_server.backends.limits import Limits
from kg_server.backends.pool import QueryPool
from kg_server.backends.process import Place
from kg_server.backends.remote import Remote, RemoteBackend, parse_remote
from kg_server.backends.spool import SpoolFolder
from kg_server.cache import AnswerCache
from kg_server.describe.current import Current
from kg_server.describe.release import Manifest
from kg_server.describe.search.searches import Searches
from kg_server.describe.texts import TextFolder
from kg_server.http.origins import Origin, parse_origins
from kg_server.http.problems import MethodNotAllowed, NotFound, Problem, SpoolError
from kg_server.multiprocess.common import Member
from kg_server.pages.assets import packaged_assets
from kg_server.pages.render import Pages
from kg_server.settings import ENV_PREFIX, Settings, SettingsError

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import Receive, Scope, Send

_WINDOW_SECONDS = 60.0
_NOT_FOUND, _METHOD_NOT_ALLOWED = 404, 405


@dataclass(frozen=True, slots=True)
class Application:
    """What an ASGI server runs.

    Attributes:
        api: the framework's application, without what stands before it.
        stopping: set when the server has been told to stop.
        front: answers every request.
    """

    api: FastAPI
    stopping: threading.Event
    front: FrontDoor

    def stop(self) -> None:
        """Note that the server has been told to stop, and let other processes have the new connections."""
        self.stopping.set()
        self.front.site.whole.retire()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or start and stop (ASGI)."""
        await self.front(scope, receive, send)


def create_app(settings: Settings, member: Member | None = None) -> Application:
    """Return the application that serves the release that the settings name.

    Args:
        settings: of this process; where there are several, of its share.
        member: this process among several.

    Raises:
        ReleaseError: when there is none.
        AssetsError: when the pages' scripts and styles have not been made.
        SettingsError: when an address among the settings is none, or a folder.
    """
    services, texts = _origins(settings), _texts(settings)
    pages = Pages(urlsplit(settings.public_url).path.rstrip("/"), packaged_assets())
    remote = _remote(settings)
    breaker = Breaker(settings.backend_failures, _WINDOW_SECONDS, settings.backend_pause_seconds) if remote else None
    together = (None, None) if member is None else (member.queries(), member.places())
    pool, spool = QueryPool(_limits(settings), *together), _spool(settings)

    def connect(folder: Path, manifest: Manifest) -> Backend:
        place = Place(folder / "store", manifest.prefixes, manifest.base, spool, services=services)
        if remote is None or breaker is None:
            return EmbeddedBackend(place, pool, settings.small_work)
        asked = dataclasses.replace(remote, graphs=tuple(manifest.graphs))
        return RemoteBackend(EmbeddedBackend(dataclasses.replace(place, remote=asked), pool), breaker)

    try:
        current = Current(settings.release, connect)
        cache: Answers = AnswerCache(settings.cache_mb << 20, settings.backend_cache_seconds if remote else 0)
        operations = make_operations(settings, current, pool, cache, breaker, member)
    except BaseException:
        pool.close()
        spool.close()
        raise
    whole = Whole(current, pool, operations, breaker, member)
    searches = Searches(spool.path)
    site = Site(settings, current, pool, pages, cache, operations, whole, searches, texts)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        with operations.told(current.served.manifest.release):
            async with whole.joined(), current.followed():
                yield
                operations.stopping.set()
                await searches.stop()
            await pool.stop()
            spool.close()

    # The framework's own documentation pages fetch scripts from elsewhere; the OpenAPI document stays.
    app = FastAPI(
        title="Rujukan", description="A read-only SPARQL endpoint over one release of a knowledge graph.",
        docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan,
    )  # fmt: skip
    app.include_router(make_router(site))
    _handle_errors(app, site)
    return Application(app, operations.stopping, FrontDoor(app, SparqlEndpoint(site), site))


def _origins(settings: Settings) -> frozenset[Origin]:
    try:
        return parse_origins(settings.service_allow)
    except ValueError as error:
        raise SettingsError(f"{ENV_PREFIX}SERVICE_ALLOW: {error}.") from error


def _remote(settings: Settings) -> Remote | None:
    if not settings.backend:
        return None
    try:
        return parse_remote(settings.backend, settings.backend_authorization, settings.backend_default_graph)
    except ValueError as error:
        raise SettingsError(f"{ENV_PREFIX}BACKEND: {error}.") from error


def _texts(settings: Settings) -> TextFolder:
    folder = Path(settings.texts) if settings.texts else None
    if folder is not None and not folder.is_dir():
        raise SettingsError(f"texts is {folder}, which is no folder.")
    return TextFolder(folder)


def _spool(settings: Settings) -> SpoolFolder:
    try:
        return SpoolFolder(Path(settings.spool_dir) if settings.spool_dir else None)
    except OSError as error:
        raise SpoolError(
            f"Long answers cannot be kept in {error.filename}: {error.strerror}. Set spool_dir."
        ) from error


def _limits(settings: Settings) -> Limits:
    return Limits(
        workers=settings.workers,
        spare=settings.spare,
        queue=settings.queue,
        share=settings.one_client,
        seconds=settings.query_seconds,
        retry_seconds=settings.retry_seconds,
        memory_mb=settings.query_memory_mb,
        answer_bytes=settings.max_answer_bytes,
        answer_rows=settings.max_answer_rows,
        cut=bool(settings.cut_answers),
        spool_bytes=settings.spool_mb << 20,
    )


def _handle_errors(app: FastAPI, site: Site) -> None:
    async def on_problem(request: Request, error: Exception) -> Response:
        assert isinstance(error, Problem)  # noqa: S101 - registered for this class alone
        return await problem_reply(site, request, error)

    async def on_http(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else _NOT_FOUND
        if status == _METHOD_NOT_ALLOWED:
            return await problem_reply(
                site, request, MethodNotAllowed(request.method, allowed_at(request.url.path).split(", "))
            )
        return await problem_reply(site, request, NotFound(f"There is nothing at {request.url.path}."))

    async def on_bug(request: Request, error: Exception) -> Response:
        logging.getLogger("kg_server").error("%s %s", request.method, request.url.path, exc_info=error)
        return await problem_reply(site, request, Problem("Something went wrong here; it has been logged."))

    app.add_exception_handler(Problem, on_problem)
    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(Exception, on_bug)
