"""The query page as its users use it: with keys, with a pointer, on a phone, and without script."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

import pytest
from playwright.sync_api import TimeoutError as TooLate
from tests.support.browser import Size, Tab
from tests.support.release_fixture import wait_until
from tests.support.served import Served, command, served

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

Opener = Callable[..., Tab]

LOANS = """SELECT ?loan ?items
WHERE { ?loan ex:items ?items }
ORDER BY ?items"""
# Four steps, each through all triples: it takes minutes on any graph.
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l FILTER (?c != ?f && ?i != ?l) }"
MANY = """SELECT ?a ?b {
  { SELECT ?a { GRAPH ?g { ?a ?p ?o } } LIMIT 100 } { SELECT ?b { GRAPH ?h { ?b ?q ?r } } LIMIT 100 }
}"""


def address(query: str, **parameters: str) -> str:
    return "/query?" + urlencode({"query": query, "lang": "en", **parameters}, quote_via=quote)


def editor(page: Page) -> Locator:
    return page.get_by_role("textbox", name=re.compile("SPARQL query|Kueri SPARQL"))


def text(page: Page) -> str:
    lines = "each => [...each.querySelectorAll('.cm-line')].map(line => line.textContent).join('\\n')"
    found: str = editor(page).evaluate(lines)
    return found


def run(page: Page) -> None:
    page.get_by_role("button", name="Run", exact=True).click()


def options(page: Page) -> list[str]:
    page.get_by_role("listbox").wait_for()
    return page.get_by_role("option").all_inner_texts()


def write(page: Page, query: str) -> None:
    """Put a query in the place of what stands there, by keys."""
    editor(page).click()
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    page.keyboard.type(query)


def test_a_query_is_written_run_and_read_with_keys_alone(open_tab: Opener, museum_site: Served) -> None:
    page = open_tab("/query?lang=en", base=museum_site.url).page
    label = page.evaluate_handle("() => document.querySelector('.query-editor')")
    for _ in range(30):
        page.keyboard.press("Tab")
        if label.evaluate("each => document.activeElement === each"):
            break
    page.keyboard.press("Control+a")
    page.keyboard.type("SELECT ?s WHERE { ?s a schema:Person }")
    page.keyboard.press("Control+Enter")
    page.get_by_role("table", name="Rows of the answer").wait_for()
    # Whoever listens is told, and the focus stays where the writing goes on.
    assert re.search(r"^\d+ rows? · ", page.locator(".query-status").inner_text())
    assert label.evaluate("each => document.activeElement === each")
    # Tab indents here, until Escape has been pressed.
    page.keyboard.press("Tab")
    assert label.evaluate("each => document.activeElement === each")
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Run"
    page.get_by_role("link", name="To the result").press("Enter")
    assert page.evaluate("document.activeElement.id") == "result-title"


def test_stopping_ends_the_query_on_the_server_too(open_tab: Opener, museum_site: Served) -> None:
    page = open_tab(address(ENDLESS), base=museum_site.url).page
    run(page)
    wait_until(lambda: museum_site.health()["queries_under_way"] == 1)
    assert page.locator(".query-status").inner_text().startswith("Running for ")
    page.get_by_role("button", name="Stop").press("Enter")
    page.get_by_text("Stopped. The server was told to stop, too.").wait_for()
    wait_until(lambda: museum_site.health()["queries_under_way"] == 0)
    assert page.evaluate("document.activeElement.textContent") == "Run"
    assert not page.get_by_role("button", name="Stop").is_visible()


@pytest.mark.parametrize(("language", "title", "place"), [
    ("en", "The query is not valid SPARQL", "Go to line 2, column 13"),
    ("id", "Kueri bukan SPARQL yang sah", "Ke baris 2, kolom 13"),
])  # fmt: skip
def test_an_error_stands_at_its_line(
    open_tab: Opener, museum_site: Served, language: str, title: str, place: str
) -> None:
    query = "SELECT * {\n  ?s ?p '😀' oops\n}"
    page = open_tab(address(query).replace("lang=en", f"lang={language}"), base=museum_site.url, problem=True).page
    page.locator(".query-form button[type=submit]").click()
    alert = page.get_by_role("alert")
    assert title in alert.inner_text()
    page.locator(".cm-lintRange-error").wait_for()
    assert page.locator(".cm-lintRange-error").inner_text() == "oops"
    alert.get_by_role("button", name=place).click()
    # The cursor stands at the error: what is typed goes there.
    page.keyboard.type(". ?a ?b ")
    assert text(page) == "SELECT * {\n  ?s ?p '😀' . ?a ?b oops\n}"
    page.locator(".cm-lintRange-error").wait_for(state="detached")


def test_names_are_completed_and_their_prefixes_declared(open_tab: Opener) -> None:
    page = open_tab("/query?lang=en").page
    write(page, "SELECT * WHERE { ?x a sign")
    assert any(each.startswith("dp:Signature\n") for each in options(page))
    page.keyboard.press("Escape")
    page.keyboard.type("at")
    assert options(page)[0].startswith("dp:Signature")
    page.keyboard.press("Enter")
    page.keyboard.type(" ; sig")
    # What instances of this class have comes first.
    assert options(page)[0].startswith("dp:signer")
    page.keyboard.press("Enter")
    page.keyboard.type(" Russian State L")
    page.get_by_role("option", name="Russian State Library").first.wait_for()
    # What has only just come up is not taken by a key that was meant for the text.
    page.wait_for_timeout(100)
    page.keyboard.press("Enter")
    assert text(page).splitlines() == [
        "PREFIX dp: <https://w3id.org/rujukan/diplomacy/vocab#>",
        "PREFIX id: <https://w3id.org/rujukan/diplomacy/id/>",
        "",
        "SELECT * WHERE { ?x a dp:Signature ; dp:signer id:russian-state-library}",
    ]
    page.keyboard.type(" ; rdfs:")
    assert "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>" in text(page)
    # One step back takes the line away again, with what was typed.
    page.keyboard.press("Escape")
    page.keyboard.press("Control+z")
    assert "rdfs:" not in text(page)


PLACE = """(editor, word) => {
  const texts = document.createTreeWalker(editor, NodeFilter.SHOW_TEXT)
  while (texts.nextNode()) {
    const start = texts.currentNode.data.indexOf(word)
    if (start < 0) continue
    const range = document.createRange()
    range.setStart(texts.currentNode, start)
    range.setEnd(texts.currentNode, start + word.length)
    const { x, y, width, height } = range.getBoundingClientRect()
    return [x + width / 2, y + height / 2]
  }
}"""


def place_of(editor: Locator, word: str) -> tuple[float, float]:
    """The middle of a word, which need not be an element of its own."""
    x, y = editor.evaluate(PLACE, word)
    return x, y


def test_hints_mend_and_words_are_explained(open_tab: Opener) -> None:
    query = "PREFIX dp: <https://w3id.org/rujukan/diplomacy/vocab#>\nSELECT ?lbrary { ?library dp:singedMoU ?other }"
    page = open_tab(address(query)).page
    hints = page.locator(".query-hints li")
    hints.nth(1).wait_for()
    assert "Nothing in the query gives ?lbrary a value. Did you mean “?library”?" in hints.first.inner_text()
    page.get_by_role("button", name="Use dp:signedMoU").click()
    page.get_by_role("button", name="Use ?library").click()
    assert text(page).endswith("SELECT ?library { ?library dp:signedMoU ?other }")
    tooltip = page.locator(".cm-tooltip-hover")
    for step in range(10):
        # The line may be drawn anew under a pointer that came early, so it moves until it is seen.
        x, y = place_of(editor(page), "signedMoU")
        page.mouse.move(x + step, y)
        with suppress(TooLate):
            tooltip.wait_for(timeout=2000)
            break
    assert "signed a memorandum with" in tooltip.inner_text()
    # The same for who has no pointer.
    editor(page).press("Control+End")
    for _ in range(10):
        page.keyboard.press("ArrowLeft")
    page.keyboard.press("Control+i")
    said = page.locator(".query-said")
    wait_until(lambda: "property" in said.inner_text())
    assert "signed a memorandum with" in said.inner_text()


def test_a_link_leads_to_the_query_and_its_answer(open_tab: Opener, museum_site: Served) -> None:
    tab = open_tab(address("SELECT ?s { ?s a schema:Person } # é + &"), base=museum_site.url)
    page = tab.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    run(page)
    page.get_by_role("table", name="Rows of the answer").wait_for()
    page.get_by_role("button", name="Copy a link").click()
    page.get_by_text("Copied.").wait_for()
    link = page.evaluate("navigator.clipboard.readText()")
    assert "view=table" in link
    other = open_tab(link.removeprefix(museum_site.url), base=museum_site.url).page
    other.get_by_role("table", name="Rows of the answer").wait_for()
    assert text(other) == "SELECT ?s { ?s a schema:Person } # é + &"
    # A long query goes behind `#`, which is sent to nobody.
    long = "ASK { ?s ?p ?o } # " + "long " * 800
    tab.go("/query?lang=en#" + urlencode({"query": long}))
    page.reload()
    assert text(page) == long
    run(page)
    page.get_by_text("The graph holds what the query asks.").wait_for()
    assert not any("long" in each for each in tab.requests)


def test_an_answer_is_sorted_filtered_copied_and_taken(open_tab: Opener, museum_site: Served) -> None:
    query = """SELECT ?n ?name { VALUES (?n ?name) {
      (10 "b"@en) (9 "<b>a</b>") (UNDEF "c"@ar--rtl) (2 <<( <urn:a> <urn:b> "t"@en )>>)
    } }"""
    tab = open_tab(address(query), base=museum_site.url)
    page = tab.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    run(page)
    rows = page.locator(".query-table tbody tr")
    rows.first.wait_for()
    assert rows.all_inner_texts()[1].split() == ["9", "<b>a</b>"]
    assert rows.nth(0).locator("span[lang=en]").inner_text() == "b"
    assert rows.nth(2).locator("span[lang=ar]").get_attribute("dir") == "rtl"
    assert rows.nth(3).get_by_role("group", name="statement").inner_text().split() == ["urn:a", "urn:b", "t", "en"]
    page.get_by_role("button", name="n", exact=True).click()
    assert [each.split()[0] for each in rows.all_inner_texts()] == ["2", "9", "10", "–"]
    assert page.locator("th[aria-sort=ascending]").count() == 1
    page.get_by_label("Filter rows").fill("a</")
    wait_until(lambda: rows.count() == 1)
    page.get_by_role("button", name="Copy the table").click()
    page.get_by_text("1 rows copied").first.wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == "n\tname\n9\t<b>a</b>"
    for name, kind in (
        ("CSV", "text/csv"),
        ("TSV", "text/tab-"),
        ("JSON", "application/sparql"),
        ("XML", "application/sparql"),
    ):
        link = page.locator(".query-downloads").get_by_role("link", name=name, exact=True)
        answer = page.request.get(museum_site.url + str(link.get_attribute("href")))
        assert answer.headers["content-type"].startswith(kind)
        assert "<b>a</b>" in answer.text() or "&lt;b>a" in answer.text() or "&lt;b&gt;a" in answer.text()


def test_triples_are_shown_as_turtle_and_in_a_table(open_tab: Opener, museum_site: Served) -> None:
    page = open_tab(address("CONSTRUCT WHERE { ?s a schema:Person }"), base=museum_site.url).page
    run(page)
    turtle = page.locator("pre.turtle")
    turtle.wait_for()
    assert "@prefix schema: <https://schema.org/> ." in turtle.inner_text()
    page.get_by_role("button", name="Table", exact=True).click()
    page.get_by_role("table", name="Rows of the answer").wait_for()
    assert page.locator(".query-downloads a").all_inner_texts() == ["Turtle", "N-Triples", "JSON-LD", "RDF/XML"]


def test_ten_thousand_rows_stay_quick(open_tab: Opener) -> None:
    page = open_tab(address(MANY)).page
    run(page)
    rows = page.locator(".query-table tbody tr")
    rows.first.wait_for()
    assert page.locator(".query-result .summary").inner_text().startswith("10,000 rows")
    assert rows.count() == 100
    timed = """async () => {
      const frame = () => new Promise(requestAnimationFrame);
      const begun = performance.now();
      document.querySelector('.query-table th button').click(); await frame();
      document.querySelector('[data-turn=last]').click(); await frame();
      document.querySelector('[data-turn=previous]').click(); await frame();
      return performance.now() - begun;
    }"""
    assert page.evaluate(timed) < 3000
    assert "9,801 to 9,900 of 10,000" in page.get_by_role("navigation", name="Rows of the answer").inner_text()
    # The button that was pressed keeps the focus.
    page.get_by_role("button", name="Next page").press("Enter")
    assert "9,901 to 10,000" in page.locator(".query-pager").inner_text()


def test_an_answer_that_was_cut_says_so(open_tab: Opener, museum_release: Path, tmp_path: Path) -> None:
    limited = command(museum_release, cut_answers=1, max_answer_rows=3)
    with served(limited, tmp_path / "log") as running:
        page = open_tab(address("SELECT * { ?s ?p ?o }"), base=running.url).page
        assert "3 rows" in page.locator("#query-limits").inner_text()
        run(page)
        banner = page.locator(".query-cut")
        banner.wait_for()
        assert "This answer was cut by the server: it shows 3 rows" in banner.inner_text()
        assert banner.is_visible()


def test_a_saved_question_is_asked_with_other_values(open_tab: Opener) -> None:
    page = open_tab("/query?lang=en&saved=signed-with").page
    field = page.locator("form.parameters input").first
    assert field.get_attribute("role") == "combobox"
    named = page.locator(".query-named").first
    wait_until(lambda: named.inner_text() != "")
    field.fill("rudomino")
    page.get_by_role("option").first.wait_for()
    field.press("ArrowDown")
    field.press("Enter")
    chosen = field.input_value()
    assert chosen.startswith("id:")
    field.press("Enter")
    page.get_by_role("table", name="Rows of the answer").wait_for()
    assert f"({chosen})" in text(page)
    field.fill("no iri")
    field.press("Enter")
    assert not field.evaluate("each => each.validity.valid")
    # Without its line in the query, the form says that it has nothing to change.
    write(page, "ASK {}")
    page.get_by_text("this form cannot change it").wait_for()


def test_history_and_drafts_stay_in_the_browser(open_tab: Opener, museum_site: Served) -> None:
    tab = open_tab("/query?lang=en", base=museum_site.url)
    page = tab.page
    write(page, "ASK { ?known ?to ?me }")
    page.keyboard.press("Control+Enter")
    page.get_by_text("The graph holds what the query asks.").wait_for()
    write(page, "SELECT ?half")
    tab.requests.clear()
    tab.go("/query?lang=en")
    # What was being written is there again, and nobody was told.
    assert text(page) == "SELECT ?half"
    assert not any("known" in each or "half" in each for each in tab.requests)
    history = page.locator(".query-history")
    history.locator("summary").click()
    history.get_by_role("button", name="ASK { ?known ?to ?me }").click()
    assert text(page) == "ASK { ?known ?to ?me }"
    page.keyboard.press("Control+z")
    assert text(page) == "SELECT ?half"
    history.get_by_role("button", name="Delete all").click()
    history.get_by_role("button", name="Really delete all").click()
    assert "Nothing yet." in history.inner_text()
    assert page.evaluate("localStorage.getItem('query:.history')") is None


def test_the_page_is_a_form_without_script(open_tab: Opener, museum_site: Served) -> None:
    page = open_tab(address("ASK {}"), base=museum_site.url, javascript=False).page
    page.get_by_label("SPARQL query").fill("SELECT (42 AS ?n) {}")
    page.get_by_role("button", name="Run", exact=True).click()
    assert page.get_by_role("table").inner_text().split() == ["n", "42"]
    page.get_by_role("button", name="Open in the query editor").click()
    assert page.get_by_label("SPARQL query").input_value() == "SELECT (42 AS ?n) {}"
    page.locator(".query-questions a").first.click()
    assert "saved=" in page.url


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_everybody_can_use_it(open_tab: Opener, size: Size) -> None:
    tab = open_tab(address("SELECT ?s ?p ?o { ?s ?p ?o } LIMIT 120", view="table"), size=size)
    page = tab.page
    page.locator(".query-table tbody tr").first.wait_for()
    page.locator(".query-history summary").click()
    page.locator(".query-programs summary").click()
    assert tab.axe_in_themes() == []
    assert tab.overflow() <= 0
    assert tab.weight() <= 400_000
    write(page, "SELECT * { ?s a ")
    page.keyboard.press("Control+Space")
    page.get_by_role("listbox").wait_for()
    assert tab.axe_in_themes() == []


def test_programs_run_as_they_stand(open_tab: Opener, museum_site: Served, tmp_path: Path) -> None:
    nasty = 'SELECT ("a\'b" AS ?x) ("c\\\\d`${1}$e" AS ?y) ("""f"g""" AS ?z) { }'
    page = open_tab(address(nasty), base=museum_site.url).page
    page.locator(".query-programs summary").click()
    code = page.locator(".query-programs code")

    def program(name: str) -> str:
        page.get_by_role("button", name=name, exact=True).click()
        return code.inner_text()

    expected = ["a'b", "c\\d`${1}$e", 'f"g']
    shell = subprocess.run(["bash", "-c", program("curl")], capture_output=True, text=True, check=True).stdout
    assert shell.split() == ["x,y,z", 'a\'b,c\\d`${1}$e,"f""g"']
    (tmp_path / "ask.py").write_text(program("Python (pandas)"), "utf-8")
    python = subprocess.run(
        [sys.executable, str(tmp_path / "ask.py")],
        capture_output=True,
        text=True,
        check=True,
        env=with_pandas(tmp_path),
    ).stdout
    assert all(each in python for each in expected)
    if node := shutil.which("node"):
        (tmp_path / "ask.mjs").write_text(program("JavaScript"), "utf-8")
        script = subprocess.run([node, str(tmp_path / "ask.mjs")], capture_output=True, text=True, check=True).stdout
        assert script.count("literal") == 3
    assert f'r"({nasty})"' in program("R")


def with_pandas(folder: Path) -> dict[str, str]:
    """An environment in which `pandas.read_csv` reads a CSV; the package itself is no dependency of the tests."""
    stand_in = folder / "packages"
    stand_in.mkdir()
    (stand_in / "pandas.py").write_text(
        "import csv, io\n\ndef read_csv(file):\n"
        "    return '\\n'.join(map(' '.join, csv.reader(io.TextIOWrapper(file, 'utf-8'))))\n",
        "utf-8",
    )
    # A real one that is installed comes first.
    return {**os.environ, "PYTHONPATH": os.pathsep.join([*filter(None, sys.path), str(stand_in)])}


def test_an_answer_is_drawn_where_it_can_be(open_tab: Opener, museum_site: Served) -> None:
    page = open_tab(address("SELECT ?kind (COUNT(?s) AS ?n) { ?s a ?kind } GROUP BY ?kind"), base=museum_site.url).page
    run(page)
    page.get_by_role("button", name="Chart", exact=True).click()
    page.locator(".query-stage figure .drawing > *").first.wait_for()
    assert not page.locator(".query-table").count()
    # The next answer is shown in the same view, as far as it has it.
    run(page)
    page.locator(".query-stage figure .drawing > *").first.wait_for()
    page.get_by_role("button", name="Table", exact=True).click()
    page.get_by_role("table", name="Rows of the answer").wait_for()
    assert not page.locator(".query-stage figure").count()
