"""What a fact rests on, one hover, tap or key away, and without script."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from tests.support.browser import Size, Tab

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page
    from tests.support.served import Served

Opener = Callable[..., Tab]
SIGNED = "/id/loan-mask?lang=en"
WORDS = "ditandatangani Ratna Wijaya"


def evidence(page: Page) -> tuple[Locator, Locator]:
    """The button at the signature of the loan, and what it opens."""
    proof = page.locator(".proof", has_text="The name stands beside the verb.").first
    return proof.locator(".proof-button"), proof.locator(".proof-panel")


def test_a_key_opens_it_and_escape_gives_the_focus_back(open_tab: Opener, museum_site: Served) -> None:
    page = open_tab(SIGNED, base=museum_site.url).page
    button, panel = evidence(page)
    button.focus()
    page.keyboard.press("Enter")
    assert panel.is_visible()
    assert WORDS in panel.inner_text()
    assert panel.get_attribute("aria-label") == button.text_content()
    # The next stop of the keyboard is in it.
    page.keyboard.press("Tab")
    assert panel.evaluate("panel => panel.contains(document.activeElement)")
    page.keyboard.press("Escape")
    assert not panel.is_visible()
    assert button.evaluate("button => button === document.activeElement")


def test_a_mouse_that_rests_on_it_opens_it_and_may_go_there(open_tab: Opener, museum_site: Served) -> None:
    page = open_tab(SIGNED, base=museum_site.url).page
    button, panel = evidence(page)
    button.scroll_into_view_if_needed()
    button.hover()
    panel.wait_for(state="visible")
    assert page.evaluate("document.activeElement === document.body")
    panel.hover()
    page.mouse.move(2, 2)
    panel.wait_for(state="hidden")
    # What is opened by a click stays when the mouse leaves, until something else is clicked.
    button.hover()
    panel.wait_for(state="visible")
    button.click()
    page.mouse.move(2, 2)
    page.wait_for_function("panel => panel.matches(':popover-open')", arg=panel.element_handle())
    page.mouse.click(2, 2)
    panel.wait_for(state="hidden")


def test_one_closes_the_other(open_tab: Opener, museum_site: Served) -> None:
    page = open_tab(SIGNED, base=museum_site.url).page
    buttons, opened = page.locator(".proof-button"), page.locator(".proof-panel:popover-open")
    for number in (0, 1):
        buttons.nth(number).focus()
        page.keyboard.press("Enter")
        assert opened.count() == 1
    opened.get_by_role("button", name="Close").click()
    assert opened.count() == 0


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_it_lies_within_the_window(open_tab: Opener, museum_site: Served, size: Size) -> None:
    tab = open_tab(SIGNED, base=museum_site.url, size=size)
    button, panel = evidence(tab.page)
    button.click()
    panel.wait_for(state="visible")
    box, window = panel.bounding_box(), tab.page.viewport_size
    assert box is not None
    assert window is not None
    assert 0 <= box["x"] <= box["x"] + box["width"] <= window["width"]
    assert 0 <= box["y"] <= box["y"] + box["height"] <= window["height"]
    assert tab.overflow() == 0


def test_without_script_it_unfolds(open_tab: Opener, museum_site: Served) -> None:
    page = open_tab(SIGNED, base=museum_site.url, javascript=False).page
    proof = page.locator("details.proof", has_text="The name stands beside the verb.").first
    words = proof.get_by_text(WORDS)
    assert not words.is_visible()
    proof.locator("summary").click()
    assert words.is_visible()


def test_pages_of_things_are_for_everyone(open_tab: Opener) -> None:
    for path, size in (("/id/perpusnas?lang=en", "desktop"), ("/id/return-visit-rudomino?lang=id", "phone")):
        tab = open_tab(path, size=size)
        tab.page.locator(".proof-button").first.click()
        assert not tab.axe_in_themes()
        assert tab.overflow() == 0
        assert tab.weight() < 60_000
