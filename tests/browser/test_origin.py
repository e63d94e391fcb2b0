"""Pages are served wholly by us: no request leaves the origin, whatever a reader does on a page."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx2 as httpx
import pytest
from tests.browser.harm import stir
from tests.browser.places import PLACES, Place
from tests.support.browser import Tab

from kg_server.pages.render import CONTENT_SECURITY_POLICY

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from tests.support.served import Served

Opener = Callable[..., Tab]
HTML = {"Accept": "text/html"}
LOADING = (
    "link[rel~=preconnect], link[rel~=dns-prefetch], link[rel~=prefetch], link[rel=modulepreload], link[rel=icon], "
    "link[rel=stylesheet], link[rel=manifest], script[src], img, form, audio, video, source, track"
)
# Requests that are refused, each in another part of the server.
REFUSED: tuple[tuple[str, str, dict[str, str], int], ...] = (
    ("GET", "/nothing/here", {}, 404),
    ("GET", "/id/nothing", {}, 404),
    ("GET", "/queries/nothing?format=html", {}, 404),
    ("GET", "/static/nothing.js", {}, 404),
    ("GET", "/dumps/nothing", {}, 404),
    ("GET", "/sparql?query=SELECT%20*%20FOO&format=html", {}, 400),
    ("GET", "/id/perpusnas?format=html&offset=x", {}, 400),
    ("GET", "/queries/timeline?format=html&limit=0", {}, 400),
    ("GET", "/sparql?query=INSERT%20DATA%20%7B%7D&format=html", {}, 403),
    ("DELETE", "/explore", {}, 405),
    ("POST", "/id/perpusnas", {}, 405),
    ("PUT", "/graphs?default", {}, 405),
    ("GET", "/id/perpusnas", {"Accept": "image/png"}, 406),
    ("GET", "/operator/queries", {}, 404),
)


def leave_nothing_unseen(page: Page) -> None:
    """Come to the end of a page, and do what makes it load more."""
    page.mouse.wheel(0, 100_000)
    stir(page)


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
def test_no_request_leaves_the_origin(open_tab: Opener, site: Served, place: Place) -> None:
    tab = open_tab(place.address("en"), problem=place.kind == "problem")
    own = urlsplit(site.url).netloc
    # What a page may load later, or connect to, is of this origin too.
    loading: list[str] = tab.page.evaluate(
        "selector => [...document.querySelectorAll(selector)].map((each) => each.src || each.href || each.action)",
        LOADING,
    )
    assert loading
    assert {urlsplit(each).netloc for each in loading if not each.startswith("data:")} == {own}
    # The context sees more than the page: workers, and what opens in another window.
    asked: list[str] = []
    tab.page.context.on("request", lambda request: asked.append(request.url))
    leave_nothing_unseen(tab.page)
    assert tab.requests
    assert {urlsplit(each).netloc for each in (*tab.requests, *asked) if not each.startswith("data:")} == {own}


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
def test_every_page_has_the_policy(site: Served, place: Place) -> None:
    response = httpx.get(site.url + place.address("en"), headers=HTML)
    assert response.headers["content-type"].startswith("text/html")
    assert (response.status_code < 400) == (place.kind != "problem")
    _has_policy(response)


def test_the_policy_is_strict() -> None:
    rules = dict(each.strip().partition(" ")[::2] for each in CONTENT_SECURITY_POLICY.split(";"))
    assert rules["default-src"] == rules["base-uri"] == rules["frame-ancestors"] == "'none'"
    for name in ("script-src", "style-src", "connect-src", "font-src", "form-action"):
        assert rules[name] == "'self'", name
    assert rules["img-src"] == "'self' data:"
    assert not [word for word in ("unsafe", "*", "http", "blob:", "nonce", "strict-dynamic") if word in str(rules)]


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"), REFUSED, ids=[f"{each[0]} {each[1][:32]}" for each in REFUSED]
)
def test_every_refusal_has_the_policy(
    site: Served, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    response = httpx.request(method, site.url + path, headers={**HTML, **headers})
    assert response.status_code == status
    _has_policy(response)


def test_a_body_that_is_too_long_is_refused_with_the_policy(site: Served) -> None:
    response = httpx.post(f"{site.url}/sparql", data={"query": "x" * 70_000}, headers=HTML)
    assert response.status_code == 413
    _has_policy(response)


def test_what_is_broken_before_it_is_read_has_the_policy_too(site: Served) -> None:
    parts = urlsplit(site.url)
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=10) as plain:
        plain.sendall(b"GET / HTTP/1.1\r\nAccept: text/html\r\n\r\n")
        answer = plain.recv(65_536).decode("latin-1").lower()
    assert answer.startswith("http/1.1 400")
    # No page, so nothing that a browser would run.
    assert "content-type: text/html" not in answer


def test_an_answer_for_programs_is_no_page(site: Served) -> None:
    for path in ("/sparql?query=ASK%20%7B%7D", "/queries", "/manifest.json", "/id/perpusnas?format=turtle"):
        response = httpx.get(site.url + path, headers={"Accept": "*/*"})
        _has_policy(response)
        assert response.headers["x-content-type-options"] == "nosniff"
        assert not response.headers["content-type"].startswith("text/html")


def _has_policy(response: httpx.Response) -> None:
    assert response.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["referrer-policy"] == "same-origin"
