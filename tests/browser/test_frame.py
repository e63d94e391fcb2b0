"""What every page has around its content: switches, navigation, search, and nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect
from tests.support.browser import Tab

Opener = Callable[..., Tab]


def test_the_theme_is_switched_and_remembered(open_tab: Opener) -> None:
    tab = open_tab("/?lang=en", theme="light")
    page = tab.page
    switch = page.get_by_role("button", name="Dark theme")
    paper = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(paper)
    assert switch.get_attribute("aria-pressed") == "false"
    switch.click()
    assert switch.get_attribute("aria-pressed") == "true"
    dark = page.evaluate(paper)
    assert dark != light
    tab.go("/sparql?format=html")
    assert page.evaluate(paper) == dark
    assert page.locator("html").get_attribute("data-theme") == "dark"
    page.get_by_role("button", name="Dark theme").click()
    # The system's own theme is followed again, not fixed.
    assert page.locator("html").get_attribute("data-theme") is None
    page.emulate_media(color_scheme="dark")
    assert page.evaluate(paper) == dark
    # The browser tells scripts of it a moment later.
    expect(page.get_by_role("button", name="Dark theme")).to_have_attribute("aria-pressed", "true")


def test_the_language_is_switched_on_the_spot(open_tab: Opener) -> None:
    page = open_tab("/sparql?format=html&lang=en").page
    assert page.locator("link[hreflang=id]").get_attribute("href") == "?format=html&lang=id"
    page.get_by_role("link", name="ID, Bahasa Indonesia").click()
    page.wait_for_url("**/sparql?format=html&lang=id")
    assert page.locator("html").get_attribute("lang") == "id"


def test_the_menu_of_a_phone_opens_without_script(open_tab: Opener) -> None:
    for javascript in (True, False):
        page = open_tab("/?lang=en", size="phone", javascript=javascript).page
        link = page.get_by_role("navigation", name="Main").get_by_role("link", name="Questions")
        assert not link.is_visible()
        page.get_by_role("button", name="Menu").click()
        assert link.is_visible()
        page.keyboard.press("Escape")
        assert not link.is_visible()


def test_the_switch_of_themes_needs_script(open_tab: Opener) -> None:
    assert not open_tab("/?lang=en", javascript=False).page.locator("button.theme").is_visible()


def test_the_first_key_leads_to_the_content(open_tab: Opener) -> None:
    page = open_tab("/?lang=en").page
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
