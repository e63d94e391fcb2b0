"""An article is curated in a real browser, by keys alone, from an empty record to a built graph."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.support import museum, newsroom
from tests.support.browser import Size, Tab, Theme, opened
from tests.support.served import served

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PATH = f"/review/{newsroom.ARTICLE}"


class Reviewer:
    """Somebody at the keyboard."""

    def __init__(self, tab: Tab) -> None:
        self.page: Page = tab.page

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def words(self) -> str:
        return self.page.locator("#card-title").inner_text().strip("“”")

    def find(self, words: str) -> None:
        """Go through the proposals to one, as j does."""
        for _ in range(20):
            if self.words() == words:
                return
            self.press("j")
        pytest.fail(f"no proposal «{words}»; the page is at «{self.words()}»")

    def written(self, words: str) -> None:
        """Accept, and wait until the page says that it is written."""
        self.press("a")
        self.page.locator("#proposals li.written", has_text=words).first.wait_for()

    def make(self, slug: str, name: str) -> None:
        """Make what the card asks for: its dialog begins with the id."""
        self.press("n")
        dialog = self.page.locator("dialog")
        dialog.wait_for()
        assert self.page.evaluate("document.activeElement.name") == "id"
        self.press("Control+a")
        self.page.keyboard.type(slug)
        self.press("Tab", "Tab", "Control+a")
        self.page.keyboard.type(name)
        self.press("Enter")
        dialog.wait_for(state="detached")

    def link(self, name: str) -> None:
        """Link what the card asks for by its name."""
        self.press("l")
        dialog = self.page.locator("dialog")
        dialog.wait_for()
        self.press("Control+a")
        self.page.keyboard.type(name)
        self.page.locator("dialog [role=option]", has_text=name).first.wait_for()
        self.press("Enter")
        dialog.wait_for(state="detached")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    newsroom.write(tmp_path)
    return tmp_path


@pytest.fixture
def address(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """The server's address, and the path with its token."""
    command = [sys.executable, "-m", "kg_builder.cli.main", "--project", str(project)]
    log = tmp_path_factory.mktemp("review") / "log"
    with served([*command, "review", newsroom.ARTICLE, "--no-browser"], log) as running:
        base, slash, rest = running.url.removeprefix("http://").partition("/")
        yield f"http://{base}", slash + rest


def begin(browser: Browser, address: tuple[str, str], size: Size = "desktop", theme: Theme = "light") -> Iterator[Tab]:
    base, path = address
    # Refusals and conflicts are answers with a status that the browser reports.
    with opened(browser, base, size=size, theme=theme, problem=True) as tab:
        tab.go(path)
        tab.page.wait_for_selector("html[data-ready][data-checked]", state="attached")
        assert tab.page.url == base + PATH, "the token stays in the address"
        yield tab
        assert not tab.complaints()


@pytest.fixture
def tab(browser: Browser, address: tuple[str, str]) -> Iterator[Tab]:
    yield from begin(browser, address)


def record(project: Path) -> str:
    return (project / f"data/articles/{newsroom.ARTICLE}.yaml").read_text("utf-8")


def test_escape_leaves_the_search_at_once(tab: Tab) -> None:
    page, me = tab.page, Reviewer(tab)
    me.find("Museum Samudra Nusantara")
    me.press("l")
    page.locator("dialog").wait_for()
    me.press("Escape")
    page.locator("dialog").wait_for(state="detached")


def test_buttons_go_through_the_proposals(browser: Browser, address: tuple[str, str]) -> None:
    for tab in begin(browser, address, "phone"):
        me = Reviewer(tab)
        first = me.words()
        tab.page.locator("[data-action=next]").tap()
        second = me.words()
        assert second != first
        tab.page.locator("[data-action=previous]").tap()
        assert me.words() == first


def test_an_article_is_curated_from_empty_to_built(tab: Tab, project: Path) -> None:  # noqa: PLR0915 - one story
    page, me = tab.page, Reviewer(tab)
    empty = record(project)
    assert page.locator(".coverage-now").inner_text() == "0 of 5 sentences have a fact"

    # What nobody can use is rejected, and accepted again when that was wrong.
    me.find("Kota Karang")
    me.press("r")
    page.locator(".review-progress", has_text="1 rejected before").wait_for()
    assert me.words() == "Museum Bahari", "the next in the text"
    assert record(project) == empty
    me.press("u")
    page.locator(".review-progress", has_text="rejected").wait_for(state="detached")
    assert me.words() == "Kota Karang", "what was undone is open again"
    assert not (project / f"data/review/{newsroom.ARTICLE}.yaml").exists()
    me.find("Kota Karang")
    me.press("r")
    page.locator(".review-progress", has_text="1 rejected before").wait_for()

    # Known: accepted as it is.
    me.find("Museum Bahari")
    me.written("Museum Bahari")

    # Unknown, and called by two names: made once, merged.
    me.find("Museum Samudra Nusantara")
    me.press("a")
    assert page.evaluate("document.activeElement.matches('.slot.empty')"), "the key leads to what is missing"
    me.make("museum-samudra", "Ocean Museum")
    me.press("m")
    page.locator("dialog").wait_for()
    page.keyboard.type("Museum Samudra")
    page.locator("dialog [role=option]").first.wait_for()
    me.press("Enter")
    page.locator("dialog").wait_for(state="detached")
    me.written("Museum Samudra")
    assert page.locator("#proposals li.written", has_text="Museum Samudra").count() == 2

    # An event: made, its item added as a fact of one's own, for which the same sentence is quoted.
    me.find("Perjanjian peminjaman itu ditandatangani")
    me.make("loan-boat", "Loan of the boat")
    me.written("Perjanjian peminjaman")
    assert "party museum-samudra" in record(project)
    page.locator("#check", has_text="loan-boat").wait_for()

    # The date is the loan's: it needs no answer of its own any more.
    page.locator("#proposals li.written", has_text="Rabu (5/3/2025)").wait_for()
    assert "date 2025-03-05" in record(project)

    # A figure says what it is of; its bound was read, its kind and words are right.
    me.find("lebih dari 350 lukisan")
    me.link("Ocean Museum")
    me.written("lebih dari 350 lukisan")

    # A person is made; the speech then knows its speaker.
    me.find("Bima Prakoso")
    me.make("bima-prakoso", "Bima Prakoso")
    me.written("Bima Prakoso")
    me.find("Ratna Wijaya")
    me.written("Ratna Wijaya")
    page.locator("[data-proposal^=speech]").focus()
    me.press("Enter")
    page.locator(".slot", has_text="bima-prakoso").wait_for()
    me.press("a")
    page.locator("#deciding", has_text="Every proposal has an answer").wait_for()

    # A fact that nobody proposed: the item of the loan.
    me.press("f", "e")
    row = page.locator(".block-draft li")
    page.locator(".block-draft input.relation").focus()
    page.keyboard.type("item")
    me.press("Tab")
    page.keyboard.type("boat")
    row.locator("textarea").focus()
    me.press("Control+a")
    page.keyboard.type("perahu cadik")
    me.press("Escape")
    me.link("Loan of the boat")
    me.press("a")
    alert = page.get_by_role("alert")
    alert.wait_for()
    assert "boat" in alert.inner_text()
    before = record(project)
    assert "item" not in before, "what is wrong is not written"
    row.locator("textarea").focus()
    me.press("Escape")
    page.locator(".block-draft li input").nth(2).focus()
    me.press("Control+a")
    page.keyboard.type("mask")
    me.press("Escape")
    me.press("a")
    page.locator("#check.well").wait_for()
    assert record(project) != before
    assert page.locator(".coverage-now").inner_text() == "4 of 5 sentences have a fact"
    assert page.locator(".sentence.bare").inner_text() == "Cuaca cerah sepanjang hari."

    # Only lines were added, and it builds; the fact is there with its words.
    assert record(project).startswith(empty)
    built = museum.rujukan(project, "build")
    assert built.returncode == 0, built.stderr
    quads = (project / "build/current/dumps").glob("*")
    asked = museum.rujukan(
        project, "query", "SELECT ?words WHERE { ?s rdf:subject id:loan-boat ; rdf:object id:museum-samudra ; "
        "prov:wasDerivedFrom/oa:exact ?words }", "--format", "csv",
    )  # fmt: skip
    assert "Perjanjian peminjaman itu ditandatangani" in asked.stdout, (asked.stderr, list(quads))
    assert "1 rejected" in page.locator(".review-progress").inner_text()
    offered = museum.rujukan(project, "suggest", newsroom.ARTICLE)
    assert "Kota Karang" not in re.findall(r"«(.*)»", offered.stdout)


def test_an_event_that_is_two_is_split(tab: Tab, project: Path) -> None:
    page, me = tab.page, Reviewer(tab)
    me.find("Museum Samudra Nusantara")
    me.make("museum-samudra", "Ocean Museum")
    me.written("Museum Samudra")
    me.find("Perjanjian peminjaman itu ditandatangani")
    me.make("loan-one", "First loan")
    me.link("Ocean Museum")
    page.locator("#card-title").focus()
    me.press("s")
    blocks = page.locator(".block-draft")
    assert blocks.count() == 2
    assert (
        page.evaluate("document.activeElement.closest('.block-draft').querySelector('.name').textContent") == "About 2"
    )
    me.make("loan-two", "Second loan")
    # The second party is of the first loan alone; the first is of the second.
    blocks.nth(1).locator("li", has=page.locator("[aria-label*=Ocean]")).locator("input[type=checkbox]").press("Space")
    me.press("a")
    page.locator("#proposals li.written", has_text="Perjanjian").wait_for()
    first, second = record(project).split("\nloan-one:")[1].split("\nloan-two:")
    assert "party museum-samudra" in first
    assert "party museum-bahari" in second
    assert "party museum-samudra" not in second
    assert "is loan" in first
    assert "is loan" in second


def test_two_reviewers_do_not_overwrite_each_other(browser: Browser, address: tuple[str, str], project: Path) -> None:
    for one in begin(browser, address):
        me = Reviewer(one)
        me.find("Museum Bahari")
        path = project / f"data/articles/{newsroom.ARTICLE}.yaml"
        theirs = path.read_text("utf-8") + '\nmask:\n  named: "@38 perahu cadik"  # by hand\n'
        path.write_text(theirs, "utf-8")
        me.press("a")
        dialog = one.page.locator("dialog")
        dialog.wait_for()
        assert "+mask:" in dialog.inner_text()
        assert path.read_text("utf-8") == theirs
        me.press("Enter")
        dialog.wait_for(state="detached")
        assert me.words() == "Museum Bahari"
        me.written("Museum Bahari")
        assert path.read_text("utf-8").startswith(theirs)


@pytest.mark.parametrize(("size", "theme"), [("desktop", "light"), ("phone", "dark")])
def test_the_page_is_for_everyone(browser: Browser, address: tuple[str, str], size: Size, theme: Theme) -> None:
    for tab in begin(browser, address, size, theme):
        me = Reviewer(tab)
        found = tab.axe()
        me.find("lebih dari 350 lukisan")
        found += tab.axe()
        assert tab.overflow() <= 0
        for key in ("l", "n", "?"):
            me.press(key)
            tab.page.locator("dialog").wait_for()
            found += tab.axe()
            me.press("Escape")
            tab.page.locator("dialog").wait_for(state="detached")
        assert not found, "\n".join(found)
        assert tab.weight() <= 60_000


def test_single_keys_can_be_switched_off(tab: Tab) -> None:
    me = Reviewer(tab)
    first = me.words()
    me.press("?")
    tab.page.locator("#keys-on").press("Space")
    me.press("Escape", "j")
    assert me.words() == first
