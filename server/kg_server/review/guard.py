"""Who may review: whoever holds the token, on this machine, from this page.

A page anywhere on the web can send requests to 127.0.0.1, and a name that it owns can be made to mean 127.0.0.1 (DNS
rebinding). So the host must be the one that was printed, the session a cookie that other sites cannot send, and what
changes anything must come from this origin.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, urlencode

from kg_server.pages.render import CONTENT_SECURITY_POLICY

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "x-robots-tag": "noindex, noarchive",
}
_READING = frozenset({"GET", "HEAD"})
_FORBIDDEN, _MISDIRECTED, _UNSUPPORTED, _SEE_OTHER = 403, 421, 415, 303


@dataclass(frozen=True, slots=True)
class Keys:
    """What opens the page: the token of the printed address, and the session that it is changed for."""

    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    session: str = field(default_factory=lambda: secrets.token_urlsafe(24))


class Guard:
    """Stands before the application.

    Args:
        app: what it guards.
        port: that is listened on; hosts are known by it.
        keys: of this run.
    """

    def __init__(self, app: ASGIApp, port: int, keys: Keys) -> None:
        self._app, self._keys = app, keys
        self._hosts = frozenset(f"{name}:{port}" for name in ("127.0.0.1", "localhost"))
        self._cookie = f"rujukan-review-{port}"  # cookies do not know ports, and two reviews may run

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what may pass, with the headers that every reply has."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = [pair for pair in message["headers"] if pair[0].decode() not in HEADERS]
                message["headers"] = [*given, *((name.encode(), value.encode()) for name, value in HEADERS.items())]
            await send(message)

        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        if headers.get("host", "") not in self._hosts:
            await _say(guarded, _MISDIRECTED, "This is not the host that the review was started on.")
        elif entered := self._entered(scope):
            await _say(guarded, _SEE_OTHER, "", {"location": entered, "set-cookie": self._set_cookie()})
        elif not self._known(headers):
            await _say(guarded, _FORBIDDEN, "Open the address that `rujukan review` printed: it has the token.")
        elif scope["method"] not in _READING and (wrong := _foreign(headers)):
            await _say(guarded, *wrong)
        else:
            await self._app(scope, receive, guarded)

    def _entered(self, scope: Scope) -> str:
        """Return where to go on without the token, if a request has the right one."""
        pairs = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        token = dict(pairs).get("token", "")
        if scope["method"] not in _READING or not _same(token, self._keys.token):
            return ""
        rest = urlencode([(name, value) for name, value in pairs if name != "token"])
        # Two slashes would lead to another host, and so would a backslash; a line end would begin another header.
        path = quote("/" + str(scope["path"]).lstrip("/"))
        return path + (f"?{rest}" if rest else "")

    def _set_cookie(self) -> str:
        return f"{self._cookie}={self._keys.session}; Path=/; HttpOnly; SameSite=Strict"

    def _known(self, headers: Mapping[str, str]) -> bool:
        try:
            found = SimpleCookie(headers.get("cookie", "")).get(self._cookie)
        except CookieError:
            return False
        return found is not None and _same(found.value, self._keys.session)


def _same(one: str, other: str) -> bool:
    return secrets.compare_digest(one.encode(), other.encode())


def _foreign(headers: Mapping[str, str]) -> tuple[int, str] | None:
    """Say why a request that changes something does not come from the page itself; nothing where it does."""
    own = f"http://{headers['host']}"
    if headers.get("origin") != own or headers.get("sec-fetch-site", "same-origin") != "same-origin":
        return _FORBIDDEN, "Only the review page itself may change anything."
    if headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        return _UNSUPPORTED, "Decisions are sent as application/json."
    return None


async def _say(send: Send, status: int, text: str, more: Mapping[str, str] | None = None) -> None:
    headers = {"content-type": "text/plain; charset=utf-8", "content-length": str(len(text.encode()))} | dict(
        more or {}
    )
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": text.encode()})
