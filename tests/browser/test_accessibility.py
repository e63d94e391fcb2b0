"""Each page in both themes, on a desk and on a phone: axe finds nothing, nothing sticks out, scripts are small."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.browser.places import PLACES, READING, Place
from tests.support.browser import Size, Tab

Opener = Callable[..., Tab]


@pytest.mark.parametrize("size", ["desktop", "phone"])
@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
def test_a_page_is_for_everyone(open_tab: Opener, place: Place, size: Size) -> None:
    language = "en" if size == "desktop" else "id"
    tab = open_tab(place.address(language), size=size, problem=place.kind == "problem")
    page = tab.page
    found = tab.axe_in_themes()
    assert not found, "\n".join(found)
    assert tab.overflow() <= 0
    assert page.locator("h1").count() == 1
    assert page.locator("html").get_attribute("lang") == language
    assert tab.weight() <= place.budget


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
def test_a_page_has_an_address_in_each_language(open_tab: Opener, place: Place) -> None:
    page = open_tab(place.address("en"), javascript=False, problem=place.kind == "problem").page
    other = page.locator("link[rel=alternate][hreflang=id]").get_attribute("href")
    assert other is not None
    assert "lang=id" in other
    titles = [page.title()]
    page.get_by_role("link", name="ID, Bahasa Indonesia").click()
    page.wait_for_url("**lang=id**")
    titles.append(page.title())
    assert page.locator("html").get_attribute("lang") == "id"
    assert all(titles)


def test_the_frame_alone_is_a_small_part_of_the_budget(open_tab: Opener) -> None:
    tab = open_tab("/licences?lang=en")
    assert 0 < tab.weight() < READING / 10
    assert 0 < tab.weight(".css") < READING / 2


def test_axe_sees_what_is_wrong(open_tab: Opener) -> None:
    tab = open_tab("/licences?lang=en")
    tab.page.evaluate("document.querySelector('main').append(document.createElement('img'))")
    tab.page.evaluate("document.querySelector('h1').style.setProperty('color', '#eee')")
    found = "\n".join(tab.axe())
    assert "image-alt" in found
    assert "color-contrast" in found
    assert "color-contrast" in "\n".join(tab.axe(colours=True))
