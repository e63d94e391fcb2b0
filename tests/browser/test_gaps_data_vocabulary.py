"""The pages of gaps, of the data and of the vocabulary, as somebody sees them."""

from __future__ import annotations

from collections.abc import Callable

from tests.support.browser import Size, Tab

Opener = Callable[..., Tab]


def test_everybody_can_read_a_list_of_gaps(open_tab: Opener) -> None:
    looks: tuple[tuple[Size, str], ...] = (("desktop", "en"), ("phone", "id"))
    for size, language in looks:
        tab = open_tab(f"/gaps/single-phrase-facts?lang={language}", size=size)
        assert not tab.axe_in_themes()
        assert tab.overflow() <= 0
        assert tab.weight() <= 60_000
        assert tab.page.locator("html").get_attribute("lang") == language


def test_terms_are_filtered_while_somebody_types(open_tab: Opener) -> None:
    page = open_tab("/vocab?format=html&lang=en").page
    everything = page.locator(".term:visible").count()
    page.get_by_role("searchbox", name="Search the terms").fill("signed")
    assert page.locator("#signedMoU").is_visible()
    assert not page.locator("#Conference").is_visible()
    assert 0 < page.locator(".term:visible").count() < everything
    assert "of" in (page.locator("output").text_content() or "")
    page.get_by_role("searchbox", name="Search the terms").fill("")
    assert page.locator(".term:visible").count() == everything


def test_the_address_of_a_term_leads_to_it(open_tab: Opener) -> None:
    page = open_tab("/vocab?format=html&lang=en#signedMoU").page
    box = page.locator("#signedMoU").bounding_box()
    assert box is not None
    assert 0 <= box["y"] < 900


def test_terms_are_searched_without_script(open_tab: Opener) -> None:
    page = open_tab("/vocab?format=html&lang=en", javascript=False).page
    page.get_by_role("searchbox", name="Search the terms").fill("signed")
    page.get_by_role("searchbox", name="Search the terms").press("Enter")
    page.wait_for_url("**q=signed**")
    assert page.locator("#signedMoU").is_visible()
    assert not page.locator("#Conference").count()


def test_gaps_lead_from_the_number_to_the_words(open_tab: Opener) -> None:
    page = open_tab("/gaps?lang=en", javascript=False).page
    page.get_by_role("link", name="Show all 2").first.click()
    page.wait_for_url("**/gaps/single-phrase-facts**")
    page.get_by_role("link", name="Next page").click()
    page.wait_for_url("**offset=25**")
    assert page.get_by_text("26 to 50 of").is_visible()
    assert page.locator(".quoted q").count() > 10
