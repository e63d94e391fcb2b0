"""What only whoever runs the server may see and do: the queries under way, the metrics; and whether it is ready."""

from __future__ import annotations

import hmac
import json
from typing import TYPE_CHECKING

from starlette.requests import Request  # noqa: TC002 - FastAPI reads the annotations
from starlette.responses import Response

from kg_server.app.replies import Site
from kg_server.http.problems import NotFound, Unauthorised, Unavailable

if TYPE_CHECKING:
    from fastapi import APIRouter

_SCHEME = "bearer"


class OperatorViews:
    """The operator's paths, and `/ready`."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def add_to(self, router: APIRouter) -> None:
        """Add the routes."""
        for path, view in (("/operator/queries", self.queries), ("/metrics", self.metrics)):
            router.add_api_route(path, view, methods=["GET", "HEAD"], include_in_schema=False)
        router.add_api_route("/operator/queries/{number}", self.stop, methods=["DELETE"], include_in_schema=False)
        router.add_api_route(
            "/ready", self.ready, methods=["GET"], response_class=Response, summary="Whether a query would be answered"
        )
        router.add_api_route("/ready", self.ready, methods=["HEAD"], include_in_schema=False)

    async def ready(self) -> Response:
        """Say whether a query would be answered now, by asking one."""
        release, wait = await self._site.current.get(), self._site.settings.retry_seconds
        if why_not := await self._site.whole.unready():
            raise Unavailable(why_not, headers={"Retry-After": str(wait)}, retry_after=wait)
        return _json({"ready": True, "release": release.manifest.release})

    async def metrics(self, request: Request) -> Response:
        """Send the metrics, in the format that the reader accepts."""
        if not self._site.operations.clients.is_direct(request.scope):
            self._authorise(request)
        body, content_type = await self._site.whole.metrics(request.headers.get("accept"))
        return Response(body, headers={"Content-Type": content_type})

    async def queries(self, request: Request) -> Response:
        """List the queries under way."""
        self._authorise(request)
        return _json(await self._site.whole.queries())

    async def stop(self, request: Request, number: str) -> Response:
        """Stop a query."""
        self._authorise(request)
        if not await self._site.whole.stop(number):
            raise NotFound("There is no query of this id under way; /operator/queries lists those that there are.")
        return Response(status_code=204)

    def _authorise(self, request: Request) -> None:
        token = self._site.settings.operator_token
        if not token:
            # As any other path that nothing is served at.
            raise NotFound(f"There is nothing at {request.url.path}.")
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        # Compared in constant time, so that an answer's delay tells nothing of the token (RFC 6750, section 2.1).
        matches = hmac.compare_digest(given.strip().encode(), token.encode())
        if scheme.lower() == _SCHEME and matches:
            return
        challenge = 'Bearer realm="operator"' + (', error="invalid_token"' if given else "")
        raise Unauthorised(
            "Send the operator's token: 'Authorization: Bearer …'.", headers={"WWW-Authenticate": challenge}
        )


def _json(document: object) -> Response:
    body = (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()
    return Response(body, headers={"Cache-Control": "no-store"}, media_type="application/json")
