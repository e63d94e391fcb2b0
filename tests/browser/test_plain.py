"""Each page without scripts: what is to be read is there, navigation and search work, nothing dead is shown."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urljoin, urlsplit

import httpx2 as httpx
import pytest
from tests.browser.places import PLACES, Place
from tests.support.browser import Size, Tab, opened

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page
    from tests.support.served import Served

Opener = Callable[..., Tab]
Visit = Callable[..., "Page"]
HTML = {"Accept": "text/html"}
_ALTERNATE = re.compile(r'<link rel="alternate" hreflang="(\w+)" href="([^"]+)">')
# Parts of an address that stand for many, with one that is there.
EXAMPLES = {
    "/queries/{name}": "/queries/timeline",
    "/dumps/{name}": "/dumps/kg.nq",
    "/explore/{name}": "/explore/timeline",
    "/id/{path}": "/id/perpusnas",
    "/article/{path}": "/article/000_6f3b61c1860bea5f",
    "/statement/{path}": "/statement/",
    "/derivation/{path}": "/derivation/",
    "/graph/{path}": "/graph/entities",
    "/rule/{path}": "/rule/signed-mou",
    "/query/{path}": "/query/timeline",
    "/reconcile/preview/{path}": "/reconcile/preview/perpusnas",
}
# Descriptions in a form that others have too: one of each form is among the places.
ALIKE = {"/dumps", "/.well-known/sparql-examples", "/graph/entities", "/rule/signed-mou", "/query/timeline"}
# Shown inside the pages of others; it has tests of its own.
FRAMED = {"/reconcile/preview/perpusnas"}


@pytest.fixture(scope="module")
def visit(browser: Browser, site: Served) -> Iterator[Visit]:
    """Gives each page as it came, with scripts on a desk and without them on a phone; each is opened once."""
    with ExitStack() as stack:
        found: dict[tuple[str, bool], Page] = {}

        def visit_one(place: Place, *, scripts: bool) -> Page:
            key = place.name, scripts
            if key not in found:
                size: Size = "desktop" if scripts else "phone"
                problem = place.kind == "problem"
                tab = stack.enter_context(opened(browser, site.url, javascript=scripts, size=size, problem=problem))
                found[key] = tab.go(place.address("en")).page
                assert tab.complaints() == []
            return found[key]

        yield visit_one


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
def test_what_is_to_be_read_is_there(visit: Visit, place: Place) -> None:
    plain, whole = visit(place, scripts=False), visit(place, scripts=True)
    assert plain.locator("h1").is_visible()
    # A script may lay out anew what is there; what it adds are tools.
    read, known = (len(_words(page)) for page in (plain, whole))
    assert read > 15
    assert read >= 0.7 * known


def _words(page: Page) -> list[str]:
    """What is read on a page, without what a script draws from the table beside it."""
    drawn = [each.inner_text() for each in page.locator("main .drawing").all()]
    return " ".join(page.locator("main").inner_text().split()).split()[sum(len(each.split()) for each in drawn) :]


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
def test_nothing_is_shown_that_needs_a_script(visit: Visit, place: Place) -> None:
    page = visit(place, scripts=False)
    for selector in ("button[type=button]:not([popovertarget])", "a:not([href])", "canvas"):
        assert page.locator(f"{selector} >> visible=true").all_inner_texts() == [], selector
    # What a figure draws is there as a table too: in it, or beside it.
    assert page.locator("main table").count() >= min(1, page.locator("figure[data-view]").count())


def test_navigation_and_search_work(open_tab: Opener, site: Served) -> None:
    for size in ("desktop", "phone"):
        page = open_tab("/?lang=en", javascript=False, size=size).page
        if size == "phone":
            # A popover, which opens without a script.
            page.get_by_role("button", name="Menu").click()
        menu = page.get_by_role("navigation", name="Main")
        links = [each.get_attribute("href") or "" for each in menu.locator("a").all()]
        assert len(links) >= 6
        for each in links:
            assert httpx.get(urljoin(site.url, each), headers=HTML).status_code == 200, each
        if size == "phone":
            page.keyboard.press("Escape")
        page.get_by_role("searchbox").fill("perpustakaan")
        page.keyboard.press("Enter")
        page.wait_for_url("**/search?q=perpustakaan*")
        results = page.locator("main a[href*='/id/']")
        assert results.count() > 3
        results.first.click()
        page.wait_for_url("**/id/**")
        assert page.locator("h1").is_visible()


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
def test_each_page_names_itself_in_the_other_language(site: Served, place: Place) -> None:
    with httpx.Client(base_url=site.url, headers=HTML) as client:
        first = client.get(place.address("en"))
        alternates = dict(_ALTERNATE.findall(first.text))
        assert alternates.keys() == {"en", "id"}
        for code, found in alternates.items():
            address = urljoin(str(first.url), found.replace("&amp;", "&"))
            parts = urlsplit(address)
            # The same page: nothing but the language differs.
            assert parts.path == urlsplit(place.path).path
            asked = dict(parse_qsl(parts.query))
            assert asked.pop("lang") == code
            assert asked == dict(parse_qsl(urlsplit(place.path).query))
            other = client.get(address)
            assert other.status_code == first.status_code
            assert other.headers["content-language"] == code
            assert f'<html lang="{code}"' in other.text
            # And it names this one.
            assert {each for each, _ in _ALTERNATE.findall(other.text)} == alternates.keys()


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
def test_paper_has_the_content_alone(visit: Visit, place: Place) -> None:
    page = visit(place, scripts=True)
    page.emulate_media(media="print")
    assert page.locator("h1").is_visible()
    for selector in ("nav", ".menu-button", "form.find", ".tools", ".skip"):
        assert not [each for each in page.locator(selector).all() if each.is_visible()], selector
    # Nothing scrolls on paper.
    cut: list[str] = page.evaluate(
        """() => [...document.querySelectorAll("main *")].filter((each) => {
          const { overflowY, position } = getComputedStyle(each);
          return each.clientHeight && (position === "fixed" || position === "sticky"
            || (["auto", "scroll"].includes(overflowY) && each.scrollHeight > each.clientHeight + 1));
        }).map((each) => each.className || each.localName)"""
    )
    assert cut == []


def test_every_page_is_among_the_places(site: Served) -> None:
    """A new address that gives a page is to be tried like all others."""
    known = {urlsplit(place.path).path for place in PLACES} | ALIKE
    missing = []
    with httpx.Client(base_url=site.url, headers=HTML) as client:
        paths = {re.sub(r"\{(\w+):path\}", r"{\1}", each) for each in client.get("/openapi.json").json()["paths"]}
        for path in sorted(paths):
            # Each saved query has an entry of its own in the document.
            if path.startswith("/queries/") and "{" not in path:
                continue
            address = EXAMPLES.get(path, path)
            assert "{" not in address, f"EXAMPLES lacks an address for {path}"
            response = client.get(address)
            is_page = response.status_code < 400 and response.headers["content-type"].startswith("text/html")
            if is_page and address not in known | FRAMED:
                missing.append(address)
    assert not missing, f"tests/browser/places.py lacks {missing}"
