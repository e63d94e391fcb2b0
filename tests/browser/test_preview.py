"""The preview of the reconciliation service: for everyone, and the only page that others may show inside theirs."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest
from tests.support.browser import THEMES, Size, Tab

if TYPE_CHECKING:
    from playwright.sync_api import Browser
    from tests.support.served import Served

Opener = Callable[..., Tab]
PREVIEW, PAGE = "/reconcile/preview/perpusnas", "/id/perpusnas?format=html"


@pytest.fixture
def another_site(site: Served) -> Iterator[str]:
    """A page of somebody else, as OpenRefine's is, with the preview and a whole page in frames."""
    body = "".join(
        f'<iframe name="{name}" src="{site.url}{path}" width="460" height="300"></iframe>'
        for name, path in (("preview", PREVIEW), ("page", PAGE))
    ).encode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


def test_others_show_the_preview_and_nothing_else(browser: Browser, another_site: str) -> None:
    page = browser.new_page()
    page.goto(another_site, wait_until="load")
    preview, whole = page.frame("preview"), page.frame("page")
    assert preview is not None
    assert whole is not None
    assert preview.locator("h1").inner_text() == "National Library of Indonesia"
    assert preview.locator("h1").evaluate("each => getComputedStyle(each).fontFamily").startswith('"Iowan')
    assert preview.evaluate("document.documentElement.scrollWidth <= 460")
    assert whole.url.startswith("chrome-error:")
    page.close()


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_the_preview_is_for_everyone(open_tab: Opener, size: Size) -> None:
    tab = open_tab(f"{PREVIEW}?lang=id", size=size, javascript=True)
    for theme in THEMES:
        tab.page.emulate_media(color_scheme=theme)
        assert tab.axe() == []
    assert tab.overflow() <= 0
    assert tab.loaded(".js") == set()
    assert tab.page.locator("html").get_attribute("lang") == "id"
