"""Text and facts light each other up; keys and taps go from phrase to phrase; links from elsewhere land on one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.support import museum
from tests.support.browser import Tab
from tests.support.served import Served, command, served

if TYPE_CHECKING:
    from playwright.sync_api import Page

Opener = Callable[..., Tab]
ONE = f"/article/{museum.ONE}"
# Phrases of the first article: the shorter lies in the longer, which a third one overlaps; so it stands in two pieces.
MASK, LOAN = "topeng kayu Sumba", "meminjamkan topeng kayu Sumba"


@pytest.fixture(scope="module")
def texts_site(museum_release: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The neutral release, with the texts of its articles."""
    texts = museum_release.parents[1] / "data/texts"
    with served(command(museum_release, texts=texts), tmp_path_factory.mktemp("texts_site") / "log") as running:
        yield running


@pytest.fixture
def open_article(open_tab: Opener, texts_site: Served) -> Opener:
    def open_one(path: str = ONE + "?lang=en", **options: object) -> Tab:
        return open_tab(path, **{"base": texts_site.url, **options})

    return open_one


def lit(page: Page, within: str) -> list[str]:
    found: list[str] = page.evaluate(
        "within => [...document.querySelectorAll(within)].map((each) => each.textContent.replace(/\\s+/g, ' ').trim())",
        f"{within}.lit",
    )
    return found


def anchor(words: str, article: str = museum.ONE) -> str:
    start = museum.TEXTS[article].index(words)
    return f"char={start},{start + len(words)}"


def test_a_phrase_lights_its_facts_and_a_fact_its_phrases(open_article: Opener) -> None:
    page = open_article().page
    page.locator(f"[id='{anchor(MASK)}'] a").hover()
    assert lit(page, ".text .phrase") == [MASK]
    facts = lit(page, ".fact")
    assert any("Wooden mask" in each for each in facts)
    # A fact that two phrases support together lights both.
    together = page.locator(".fact", has_text="rests on").first
    together.hover()
    keys = page.evaluate(
        "[...new Set([...document.querySelectorAll('.text .lit')].map((each) => each.dataset.phrase))]"
    )
    assert len(keys) == together.locator("q").count() == 2
    # Pointing at nothing leaves nothing lit.
    page.locator("h1").hover()
    assert lit(page, ".phrase") == []


def test_a_phrase_that_is_chosen_stays_and_can_be_linked_to(open_article: Opener) -> None:
    page = open_article().page
    page.locator(f"[id='{anchor(MASK)}'] a").click()
    assert page.url.endswith("#" + anchor(MASK))
    page.locator("h1").hover()
    assert lit(page, ".text .phrase") == [MASK]
    assert page.evaluate("document.activeElement.matches('.block.lit')")
    # Once more on the same words, and the longer phrase around them is meant.
    page.locator(f"[id='{anchor(MASK)}'] a").click()
    assert " ".join(lit(page, ".text .phrase")) == LOAN
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.closest('.text') !== null")
    page.locator("h1").click()
    assert lit(page, ".phrase") == []
    assert page.locator(".pinned").count() == 0


def test_a_link_from_another_page_lands_on_the_phrase(open_article: Opener) -> None:
    tab = open_article(f"{ONE}?lang=en#{anchor(MASK)}")
    page = tab.page
    assert lit(page, ".text .phrase") == [MASK]
    assert page.locator(f"[id='{anchor(MASK)}']").is_visible()
    assert "–" not in page.locator(".place").inner_text()
    # Without scripts the browser alone marks it.
    page = open_article(f"{ONE}?lang=en#{anchor(MASK)}", javascript=False).page
    marked, plain = (
        page.evaluate("id => getComputedStyle(document.getElementById(id)).backgroundColor", anchor(words))
        for words in (MASK, "kepada Museum Laut")
    )
    assert marked != plain


def test_a_fact_leads_back_to_its_phrase(open_article: Opener) -> None:
    page = open_article().page
    page.locator(".phrase-head a", has_text=MASK).last.click()
    assert page.evaluate("document.activeElement.closest('.phrase')?.textContent") == MASK
    assert lit(page, ".text .phrase") == [MASK]


def test_arrow_keys_go_from_phrase_to_phrase(open_article: Opener) -> None:
    page = open_article().page
    total = page.locator(".text .phrase[id]").count()
    first = page.locator(".text .phrase a[tabindex='0']")
    assert first.count() == 1
    first.focus()
    seen = []
    for _ in range(total):
        page.keyboard.press("ArrowRight")
        seen.append(page.locator(".place").inner_text())
        assert page.evaluate("document.activeElement.closest('.text') !== null")
    assert seen == [f"Phrase {n} of {total}" for n in (*range(2, total + 1), 1)]
    page.keyboard.press("ArrowLeft")
    assert page.locator(".place").inner_text() == f"Phrase {total} of {total}"
    page.keyboard.press("Home")
    assert page.locator(".place").inner_text() == f"Phrase 1 of {total}"
    # The next stop of the Tab key is behind the text.
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('.phrase')") is None
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.matches('.block')")


def test_the_buttons_go_too(open_article: Opener) -> None:
    page = open_article(f"{ONE}?lang=id").page
    page.get_by_role("button", name="Frasa berikutnya").click()
    assert page.locator(".place").inner_text().startswith("Frasa 1 dari")
    page.get_by_role("button", name="Frasa sebelumnya").click()
    place = page.locator(".place").inner_text().split()
    assert place[1] == place[3]


def test_on_a_phone_the_facts_come_to_the_reader(open_article: Opener) -> None:
    tab = open_article(size="phone")
    page = tab.page
    page.locator(f"[id='{anchor(MASK)}'] a").tap()
    sheet = page.get_by_role("region", name=f"Facts that rest on “{MASK}”")
    assert sheet.is_visible()
    assert "Wooden mask" in sheet.inner_text()
    assert sheet.evaluate("each => each === document.activeElement")
    phrase = page.locator(f"[id='{anchor(MASK)}']")
    box, over = phrase.bounding_box(), sheet.bounding_box()
    assert box is not None
    assert over is not None
    assert box["y"] + box["height"] <= over["y"], "the phrase is under the sheet"
    assert not tab.axe()
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map((each) => each.id)")
    assert len(ids) == len(set(ids))
    sheet.get_by_role("button", name="Close").click()
    assert not sheet.is_visible()
    assert page.evaluate("document.activeElement.closest('.phrase')?.textContent") == MASK


def test_the_text_is_read_beside_its_facts_where_there_is_room(open_article: Opener) -> None:
    for size, beside in (("desktop", True), ("phone", False)):
        tab = open_article(size=size)
        text, facts = (tab.page.locator(each).bounding_box() for each in (".text-side", ".facts-side"))
        assert text is not None
        assert facts is not None
        assert (text["y"] < facts["y"] + facts["height"] and text["x"] + text["width"] <= facts["x"]) == beside
        assert tab.overflow() <= 0


@pytest.mark.parametrize("path", [ONE, f"/article/{museum.TWO}"])
@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_the_page_with_a_text_is_for_everyone(open_article: Opener, path: str, size: str) -> None:
    tab = open_article(f"{path}?lang=id", size=size)
    found = tab.axe_in_themes()
    assert not found, "\n".join(found)
    assert tab.weight() <= 60_000


def test_odd_fragments_lead_nowhere(open_article: Opener) -> None:
    tab = open_article(f"{ONE}?lang=en")
    page = tab.page
    for index, fragment in enumerate(("%", "char=%E0%A4%A", "nothing", "content", "<script>")):
        # Another address, so that the page is read again and not only moved.
        tab.go(f"{ONE}?lang=en&again={index}#{fragment}")
        assert page.locator(".pinned").count() == 0
        assert page.locator("h1").is_visible()
