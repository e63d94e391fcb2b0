"""The dumps: whole or in ranges, with what a client needs to resume a download and to check it."""

from __future__ import annotations

import asyncio
import base64
import datetime as dt
import hashlib
from collections.abc import Sequence
from email.utils import formatdate
from typing import TYPE_CHECKING

from starlette.requests import Request  # noqa: TC002 - FastAPI reads the annotations
from starlette.responses import FileResponse, Response

from kg_server.app.replies import Site
from kg_server.describe.release import Dump, Manifest
from kg_server.http.links import Link, link_header
from kg_server.http.problems import DumpPending, NotFound, PreconditionFailed, RangeNotSatisfiable
from kg_server.http.ranges import Span, precondition, range_holds, wanted_spans

if TYPE_CHECKING:
    from fastapi import APIRouter
    from starlette.types import Receive, Scope, Send

SUMS = "SHA256SUMS"
_LATER_SECONDS = 30
_NOT_MODIFIED, _FAILED = 304, 412


class Dumps:
    """What is served at `/dumps/`."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def add_to(self, router: APIRouter) -> None:
        """Add the routes."""
        for path, view, summary in (
            (f"/dumps/{SUMS}", self.sums, "The checksums of the dumps, for `sha256sum -c`"),
            ("/dumps/{name}", self.dump, "A dump of the graph"),
        ):
            router.add_api_route(path, view, methods=["GET"], response_class=Response, summary=summary)
            router.add_api_route(path, view, methods=["HEAD"], include_in_schema=False)

    async def sums(self, request: Request) -> Response:
        """List the checksums in the form that `sha256sum -c` reads."""
        release = await self._site.current.get()
        body = "".join(f"{each.sha256}  {each.name}\n" for each in release.manifest.dumps).encode()
        etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        links = self._links(request, release.manifest)
        headers = {"ETag": etag, "Cache-Control": "no-cache", "Link": links, **later_headers(release.manifest)}
        outcome = precondition(request.headers, etag, _built(release.manifest))
        if outcome == _FAILED:
            raise PreconditionFailed("The checksums are not those that the request is about.")
        if outcome == _NOT_MODIFIED:
            return Response(status_code=outcome, headers=headers)
        return Response(body, headers={**headers, "Content-Type": "text/plain; charset=utf-8"})

    async def dump(self, request: Request, name: str) -> Response:
        """Send a dump, whole or in ranges (RFC 9110, sections 13 and 14; digest as RFC 9530 has it)."""
        release = await self._site.current.get()
        if name in release.manifest.later:
            raise _pending(release.manifest, name)
        found = next((each for each in release.manifest.dumps if each.name == name), None)
        path = release.folder / name
        if found is None or not await asyncio.to_thread(path.is_file):
            raise NotFound(f"There is no dump '{name}'; /manifest.json lists those that there are.")
        built = _built(release.manifest)
        headers = self._headers(request, release.manifest, found)
        outcome = precondition(request.headers, headers["ETag"], built)
        if outcome == _FAILED:
            raise PreconditionFailed(f"The dump '{name}' is not the one that the request is about.")
        if outcome == _NOT_MODIFIED:
            return Response(status_code=outcome, headers=headers)
        spans: Sequence[Span] | None = None
        # Ranges are defined for GET alone (RFC 9110, section 14.2).
        if request.method == "GET" and range_holds(request.headers.get("if-range"), headers["ETag"], built):
            spans = wanted_spans(request.headers.get("range"), found.size)
        if spans is not None and not spans:
            message = f"The dump '{name}' has {found.size} bytes; none of them is in the range asked for."
            raise RangeNotSatisfiable(message, found.size)
        return _Parts(path, headers=headers, media_type=found.media_type, filename=name, spans=spans or ())

    def _headers(self, request: Request, manifest: Manifest, found: Dump) -> dict[str, str]:
        digest = base64.b64encode(bytes.fromhex(found.sha256)).decode()
        return {
            "ETag": f'"{found.sha256}"',
            "Last-Modified": formatdate(_built(manifest), usegmt=True),
            "Repr-Digest": f"sha-256=:{digest}:",
            "Cache-Control": "no-cache",
            "Link": self._links(request, manifest),
        }

    def _links(self, request: Request, manifest: Manifest) -> str:
        dumps = f"{self._site.address(request)}/dumps"
        links = [Link(dumps, 'rel="describedby"', "text/turtle"), Link(dumps, 'rel="collection"', "text/turtle")]
        return link_header([*links, *([Link(manifest.licence, 'rel="license"')] if manifest.licence else [])])


def later_headers(manifest: Manifest) -> dict[str, str]:
    """Return the headers by which a description says that dumps are missing in it, none where it has them all."""
    return {"Rujukan-Cut": "dumps"} if manifest.later else {}


def _pending(manifest: Manifest, name: str) -> DumpPending:
    detail = (
        f"The dump '{name}' of release {manifest.release} is still being made; try again in {_LATER_SECONDS} s. "
        "The endpoint and the pages have all of the release already."
    )
    headers = {"Retry-After": str(_LATER_SECONDS)}
    return DumpPending(
        detail, headers=headers, retry_after=_LATER_SECONDS, available=[each.name for each in manifest.dumps]
    )


def _built(manifest: Manifest) -> int:
    """Return when the release was built, in seconds since 1970; 0 when the manifest's date is none."""
    try:
        built = dt.datetime.fromisoformat(manifest.built)
    except ValueError:
        return 0
    return int(built.replace(tzinfo=built.tzinfo or dt.UTC).timestamp())


class _Parts(FileResponse):
    """A file, or spans of it that are known to be in it: the framework reads the header otherwise than the RFC."""

    def __init__(self, *args: object, spans: Sequence[Span], **values: object) -> None:
        super().__init__(*args, **values)  # type: ignore[arg-type]
        self._spans = spans

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [pair for pair in scope["headers"] if pair[0] not in {b"range", b"if-range"}]
        if self._spans:
            wanted = ",".join(f"{each.first}-{each.last}" for each in self._spans)
            headers.append((b"range", f"bytes={wanted}".encode()))
        await super().__call__({**scope, "headers": headers}, receive, send)
