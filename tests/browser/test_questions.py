"""The list of questions is narrowed by words, and whole without script."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect
from tests.support.browser import Tab

Opener = Callable[..., Tab]


def test_words_narrow_the_list(open_tab: Opener) -> None:
    page = open_tab("/queries?format=html&lang=en").page
    items, count = page.locator("#question-list > li"), page.locator(".filter output")
    total = items.count()
    assert total > 20
    expect(count).to_have_text(f"{total} of {total} questions")
    page.get_by_label("Filter by words").fill("WIKIDATA link")
    shown = items.filter(visible=True)
    assert 0 < shown.count() < total
    assert all("wikidata" in text.lower() for text in shown.all_inner_texts())
    expect(count).to_have_text(f"{shown.count()} of {total} questions")
    page.get_by_label("Filter by words").fill("<b>zzz")
    expect(count).to_have_text("No question has these words.")
    page.get_by_label("Filter by words").fill("")
    assert items.filter(visible=True).count() == total


def test_without_script_all_questions_are_there(open_tab: Opener) -> None:
    page = open_tab("/queries?format=html&lang=id", javascript=False).page
    assert not page.locator(".filter").is_visible()
    assert page.locator("#question-list > li").filter(visible=True).count() > 20
