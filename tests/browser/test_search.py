"""The search box by keys alone, as the ARIA Authoring Practices Guide describes a combobox with a list."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.support.browser import THEMES, Tab

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

Opener = Callable[..., Tab]


def box(page: Page) -> Locator:
    return page.get_by_role("combobox")


def chosen(page: Page) -> str:
    """The text of the option that assistive technology is told of; empty where it is the field itself."""
    return str(
        page.evaluate(
            "document.getElementById(document.querySelector('[role=combobox]').getAttribute('aria-activedescendant'))"
            "?.innerText ?? ''"
        )
    )


def test_a_name_is_found_and_opened_by_keys(open_tab: Opener) -> None:
    page = open_tab("/?lang=en").page
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "find"
    page.keyboard.type("gig")
    page.get_by_role("option").first.wait_for()
    assert box(page).get_attribute("aria-expanded") == "true"
    assert chosen(page) == ""
    page.keyboard.press("ArrowDown")
    assert "Vadim Gigin" in chosen(page)
    page.keyboard.press("ArrowUp")
    assert chosen(page) == ""
    page.keyboard.press("ArrowUp")
    assert "All results for" in chosen(page)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/id/vadim-gigin?lang=en")


def test_escape_closes_then_clears_and_enter_searches(open_tab: Opener) -> None:
    page = open_tab("/search?lang=en").page
    box(page).focus()
    page.keyboard.type("hihin")
    page.get_by_role("option").first.wait_for()
    page.keyboard.press("Escape")
    assert box(page).get_attribute("aria-expanded") == "false"
    assert box(page).input_value() == "hihin"
    page.keyboard.press("Escape")
    assert box(page).input_value() == ""
    page.keyboard.type("hihin")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=hihin&lang=en")
    assert page.get_by_role("heading", level=1).inner_text() == "Results for “hihin”"


def test_the_box_leaves_keys_alone_that_are_not_its_own(open_tab: Opener) -> None:
    page = open_tab("/search?lang=en").page
    box(page).focus()
    page.keyboard.type("a/b")
    assert box(page).input_value() == "a/b"
    page.keyboard.press("Home")
    page.keyboard.type("x")
    assert box(page).input_value() == "xa/b"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.type") == "submit"


def test_nothing_found_is_said(open_tab: Opener) -> None:
    page = open_tab("/search?lang=id").page
    box(page).focus()
    page.keyboard.type("qqwwzz")
    page.locator(".suggestions .message", has_text="Tidak ada yang ditemukan").wait_for()
    assert box(page).get_attribute("aria-expanded") == "false"
    assert "Tidak ada yang ditemukan" in page.locator("[role=status]").inner_text()


def test_the_open_list_is_accessible(open_tab: Opener) -> None:
    for theme in THEMES:
        tab = open_tab("/search?lang=en", theme=theme, size="phone")
        box(tab.page).focus()
        tab.page.keyboard.type("perpus")
        tab.page.get_by_role("option").first.wait_for()
        tab.page.keyboard.press("ArrowDown")
        assert tab.axe() == []
        assert tab.overflow() == 0


def test_search_works_without_script(open_tab: Opener) -> None:
    page = open_tab("/?lang=en", javascript=False).page
    page.locator("#find").fill("гигин")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="Vadim Gigin", exact=True).click()
    page.wait_for_url("**/id/vadim-gigin?lang=en")


def test_the_kind_that_is_named_comes_first(open_tab: Opener) -> None:
    for path in ("/search?q=perjanjian+rusia&lang=id", "/search?q=russia+agreement&lang=en"):
        page = open_tab(path, javascript=False).page
        assert page.locator("main h2").first.inner_text() in {"Perjanjian", "Agreement"}
        assert "/id/agreement-" in (page.locator(".findings a").first.get_attribute("href") or "")
