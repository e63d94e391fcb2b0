"""Whatever the graph, a query or an address holds, is text on every page: nothing runs, nothing becomes an element."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

import httpx2 as httpx
import pytest
from tests.browser.harm import WATCH, harm, payloads_shown, stir
from tests.browser.places import PLACES, Place
from tests.support.browser import Tab, opened
from tests.support.payloads import IN_TEXTS, MARKUP, PAYLOADS
from tests.support.poison import poisoned
from tests.support.served import Served, command, served

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Dialog

Watched = Callable[..., Tab]
STRANGE = {"iframe", "object", "embed", "base", "style", "template", "img", "video", "marquee", "frame"}
# Where an address takes text of the client's; {} stands for it.
ADDRESSES = (
    "/search?q={}",
    "/sparql?query={}&format=html",
    "/sparql?query=ASK%20%7B%7D&format=html&lang={}",
    "/queries/timeline?format=html&from={}",
    "/queries/{}?format=html",
    "/id/{}?format=html",
    "/article/{}?format=html",
    "/id/perpusnas?format=html&offset={}",
    "/id/perpusnas?format={}",
    "/explore?from={}&{}=1",
    "/query?query={}&lang=en",
    "/{}",
)


@pytest.fixture(scope="module")
def poisoned_site(project_release: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("poisoned")
    release = poisoned(project_release.resolve(), folder / "release")
    with served(command(release), folder / "log") as running:
        yield running


@pytest.fixture
def watched(browser: Browser, poisoned_site: Served) -> Iterator[Watched]:
    """Opens pages of the poisoned release; a dialog, a breach of the policy, or anything from elsewhere is harm."""
    with ExitStack() as stack:

        def open_one(path: str, **options: object) -> Tab:
            tab = stack.enter_context(opened(browser, poisoned_site.url, **options))  # type: ignore[arg-type]
            tab.page.add_init_script(WATCH)

            def said(dialog: Dialog) -> None:
                tab.errors.append(f"a dialog: {dialog.message}")
                dialog.dismiss()

            tab.page.on("dialog", said)
            tab.page.on("popup", lambda popup: tab.errors.append(f"a window: {popup.url}"))
            return tab.go(path)

        yield open_one


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
def test_texts_of_the_graph_stay_texts(watched: Watched, place: Place) -> None:
    tab = watched(place.address("en"), problem=place.kind == "problem")
    # The title of the graph alone is one.
    assert payloads_shown(tab.page) >= 1
    assert not harm(tab.page)
    address = tab.page.url
    stir(tab.page)
    assert not [*harm(tab.page), *tab.complaints()]
    assert urlsplit(tab.page.url)[:3] == urlsplit(address)[:3], "the page led elsewhere by itself"


@pytest.mark.parametrize("place", ["entity", "article", "question", "questions"])
def test_a_page_shows_what_it_was_given(watched: Watched, place: str) -> None:
    (found,) = [each for each in PLACES if each.name == place]
    assert payloads_shown(watched(found.address("en")).page) > len(IN_TEXTS) / 4


def test_a_name_is_shown_letter_for_letter(watched: Watched, poisoned_site: Served) -> None:
    query = "SELECT ?name { id:perpusnas rdfs:label ?name FILTER (LANG(?name) = 'en') }"
    (row,) = poisoned_site.get("/sparql", query=query, format="json").json()["results"]["bindings"]
    assert any(each in row["name"]["value"] for each in PAYLOADS)
    page = watched("/id/perpusnas?format=html&lang=en").page
    assert page.locator("h1").inner_text().split() == row["name"]["value"].split()


def test_texts_of_evidence_in_a_popover_stay_texts(watched: Watched) -> None:
    tab = watched("/id/perpusnas?format=html&lang=en")
    buttons = tab.page.locator("main button[popovertarget] >> visible=true")
    assert buttons.count() > 3
    shown = 0
    for each in buttons.all()[:4]:
        each.click()
        panel = tab.page.locator(":popover-open")
        panel.wait_for()
        shown += sum(payload in (panel.text_content() or "") for payload in PAYLOADS)
        assert not [*harm(tab.page), *tab.complaints()]
        tab.page.keyboard.press("Escape")
    assert shown > 1


def test_texts_of_an_answer_stay_texts(watched: Watched) -> None:
    query = "SELECT ?label { ?thing rdfs:label ?label } LIMIT 400"
    tab = watched(f"/query?query={quote(query)}&lang=en")
    tab.page.get_by_role("button", name="Run", exact=True).click()
    # Names of things, all of them poisoned, laid out by the page's own script.
    tab.page.locator("main tbody tr >> nth=20").wait_for()
    assert payloads_shown(tab.page) > len(IN_TEXTS) / 4
    stir(tab.page)
    assert not [*harm(tab.page), *tab.complaints()]


@pytest.mark.parametrize("address", ADDRESSES)
def test_texts_of_an_address_stay_texts(watched: Watched, address: str) -> None:
    tab = watched(address.format(*[quote(" ".join(IN_TEXTS), safe="")] * address.count("{}")), problem=True)
    assert tab.status
    stir(tab.page)
    assert not [*harm(tab.page), *tab.complaints()]
    assert urlsplit(tab.page.url).netloc == urlsplit(tab.base).netloc


def test_texts_behind_the_hash_stay_texts(watched: Watched) -> None:
    for path in ("/article/000_6f3b61c1860bea5f?format=html", "/id/perpusnas?format=html", "/query", "/explore"):
        tab = watched(path)
        for payload in (*MARKUP[:6], "%", "char=0,40", f"query={quote(MARKUP[0])}"):
            tab.page.evaluate("hash => { location.hash = hash }", payload)
        assert not [*harm(tab.page), *tab.complaints()]


class Skeleton(HTMLParser):
    """The elements and attributes of a page, without what they hold."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes |= {name for name, _ in attrs}


@pytest.mark.parametrize("address", ADDRESSES)
def test_each_payload_of_an_address_alone(poisoned_site: Served, address: str) -> None:
    """As the server wrote it: no payload adds an element or an attribute to what pages of this address have."""
    texts = ("plain", "plain words", *PAYLOADS)
    with httpx.Client(base_url=poisoned_site.url, headers={"Accept": "text/html"}, timeout=30) as client:
        answers = {text: client.get(address.format(*[quote(text, safe="")] * address.count("{}"))) for text in texts}
    for text, response in answers.items():
        assert response.status_code < 500, text
        assert "script-src 'self';" in response.headers["content-security-policy"]
        assert "set-cookie" not in response.headers
        assert urlsplit(response.headers.get("location", "/")).netloc in {"", urlsplit(poisoned_site.url).netloc}, text
        if response.headers.get("content-type", "").startswith("text/html"):
            page = Skeleton(response.text)
            assert not page.names & STRANGE, text
            assert not page.attributes & {"data-xss", "srcdoc", "style", "http-equiv"}, text
            assert not [each for each in page.attributes if each.startswith("on")], text


def test_a_payload_that_runs_is_seen(watched: Watched) -> None:
    """The test can fail: what a payload would do is noticed, each in its way."""
    page = watched("/licences?lang=en").page
    assert not harm(page)
    page.evaluate("document.querySelector('main').setAttribute('data-xss', '1')")
    page.evaluate("document.querySelector('main a').href = 'javascript:xss()'")
    page.evaluate("document.querySelector('main').append(document.createElement('iframe'))")
    page.evaluate("xss()")
    seen = "\n".join(harm(page))
    for what in ("an element: <main", "an address: href=javascript:xss()", "an element: <iframe", "a payload ran"):
        assert what in seen
