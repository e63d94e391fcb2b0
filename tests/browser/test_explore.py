"""The views in a browser: read without script, by keyboard, in both themes; labels that do not cover each other."""

from __future__ import annotations

import json
import random
import statistics
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect
from tests.support.browser import SIZES, THEMES, Tab
from tests.support.release_fixture import TRIG, make_release
from tests.support.served import Served, command, served

if TYPE_CHECKING:
    from playwright.sync_api import Page

Opener = Callable[..., Tab]

VIEWS = ("graph", "timeline", "map", "figures")
MOST_SCRIPT = 60 * 1024
NODES, EDGES = 300, 800
# How long a person waits without noticing, many times over: the machine may be busy.
QUICK_MILLISECONDS = 400
SHOWN_LABELS = ".labels text.label:not([hidden])"
BOXES = """elements => elements.map(each => {
  const {left, top, right, bottom} = each.getBoundingClientRect();
  return [left, top, right, bottom, each.textContent];
})"""
# Until what was done before is painted.
FRAMES = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
# From the wheel to the frame in which its effect is painted.
ZOOM = """async ([factor]) => {
  const svg = document.querySelector(".graph .canvas");
  const {left, top, width, height} = svg.getBoundingClientRect();
  const begun = performance.now();
  svg.dispatchEvent(new WheelEvent("wheel", {deltaY: factor, ctrlKey: true, bubbles: true, cancelable: true,
    clientX: left + width / 2, clientY: top + height / 2}));
  await new Promise(requestAnimationFrame);
  await new Promise(requestAnimationFrame);
  return performance.now() - begun;
}"""


@pytest.fixture(scope="module")
def large_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A graph of 300 nodes and 800 edges, some of which lead to many others."""
    chance = random.Random(7)  # noqa: S311 - the same graph each time
    words = ["Archive", "Bureau", "Circle", "Depot", "Exchange", "Forum", "Guild", "House", "Institute", "Journal"]
    things = [
        f'id:n{n} a ex:Kind{n % 5} ; rdfs:label "{chance.choice(words)} of the {chance.choice(words)} in {n}"@en .'
        for n in range(NODES)
    ]
    edges = {(n, chance.choice([*range(n), *range(n + 1, NODES)])) for n in range(NODES)}
    while len(edges) < EDGES:
        pair = int(NODES * chance.random() ** 2.2), chance.randrange(NODES)
        if pair[0] != pair[1]:
            edges.add(pair)
    things += [f"id:n{a} ex:linked id:n{b} ." for a, b in sorted(edges)]
    release = make_release(tmp_path_factory.mktemp("large") / "release", TRIG + "\n".join(things))
    query = """SELECT ?from ?fromLabel ?fromKind ?relation ?to ?toLabel ?toKind WHERE {
      VALUES ?relation { ex:linked } ?from ?relation ?to ; rdfs:label ?fromLabel ; a ?fromKind .
      ?to rdfs:label ?toLabel ; a ?toKind } ORDER BY ?from ?to"""
    title = {"en": "Who is linked with whom?", "id": "Siapa terhubung dengan siapa?"}
    saved = {"name": "large", "title": title, "description": {}, "parameters": [], "view": "graph", "query": query}
    (release / "queries.json").write_text(json.dumps([saved]), "utf-8")
    with served(command(release), tmp_path_factory.mktemp("large_site") / "log") as running:
        yield running


def ready(tab: Tab) -> Page:
    """Wait until the figure is drawn."""
    page = tab.page
    page.wait_for_selector("figure.drawn")
    if page.locator("[data-view=graph]").count():
        page.wait_for_selector(".graph-frame:not([aria-busy]) .spot")
    if page.locator("[data-view=map]").count():
        page.wait_for_selector(".map .country")
    return page


def overlapping(page: Page) -> list[str]:
    """The pairs of shown labels whose boxes overlap by more than a rounding."""
    boxes: list[Any] = page.eval_on_selector_all(SHOWN_LABELS, BOXES)
    assert len(boxes) > 3
    found = []
    for index, (left, top, right, bottom, text) in enumerate(boxes):
        for x, y, right_2, bottom_2, text_2 in boxes[index + 1 :]:
            if min(right, right_2) - max(left, x) > 1 and min(bottom, bottom_2) - max(top, y) > 1:
                found.append(f"{text} / {text_2}")
    return found


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_is_clean_and_light_in_both_themes(open_tab: Opener, view: str) -> None:
    for theme, size, language in zip(THEMES, SIZES, ("en", "id"), strict=True):
        tab = open_tab(f"/explore/{view}?lang={language}", theme=theme, size=size)
        page = ready(tab)
        assert tab.axe() == [], f"{theme} {size}"
        assert tab.overflow() <= 0
        assert tab.weight() <= MOST_SCRIPT
        # A word that the page did not give shows its key.
        assert "figure_" not in page.locator(".drawing").inner_text()


@pytest.mark.parametrize("view", VIEWS)
def test_without_script_the_table_says_all(open_tab: Opener, view: str) -> None:
    page = open_tab(f"/explore/{view}?lang=en", javascript=False).page
    assert page.locator(".drawing").count() == 0
    assert page.locator(".figure-table tbody tr").count() > 2
    assert page.locator(".figure-table").is_visible()


def test_labels_of_a_large_graph_never_overlap_and_it_answers_quickly(open_tab: Opener, large_site: Served) -> None:
    page = ready(open_tab("/explore/graph?lang=en", base=large_site.url))
    assert page.locator(".spot").count() == NODES
    assert overlapping(page) == []
    took = []
    for factor in (-40, -40, -40, 30, -50, -50, 40):
        took.append(page.evaluate(ZOOM, [factor]))
        assert overlapping(page) == []
    page.locator(".found .choice").first.click()
    page.wait_for_selector(".spot.focus")
    assert overlapping(page) == []
    assert page.locator(SHOWN_LABELS).count() > 15
    assert statistics.median(took) < QUICK_MILLISECONDS, took


def test_a_large_graph_lies_where_it_lay(open_tab: Opener, large_site: Served) -> None:
    places = "elements => elements.map(each => [each.dataset.id, each.getAttribute('transform')]).sort()"
    one, two = (
        ready(open_tab("/explore/graph?lang=en", base=large_site.url)).eval_on_selector_all(".spot", places)
        for _ in range(2)
    )
    assert one == two


def test_a_graph_is_walked_by_keys(open_tab: Opener) -> None:
    page = ready(open_tab("/explore/graph?lang=en"))
    page.locator(".spot[tabindex='0']").focus()
    first = page.evaluate("document.activeElement.getAttribute('aria-label')")
    walked = set()
    for key in ("ArrowDown", "ArrowRight", "ArrowLeft", "ArrowUp"):
        page.keyboard.press(key)
        walked.add(page.evaluate("document.activeElement.getAttribute('aria-label')"))
    assert len(walked | {first}) > 2
    here = page.evaluate("document.activeElement.dataset.id")
    page.keyboard.press("Enter")
    assert page.locator(".spot.focus").get_attribute("data-id") == here
    heading = page.locator(".card .head").inner_text()
    assert page.evaluate("document.activeElement.getAttribute('aria-label')").startswith(heading)
    assert page.locator(".spot.focus").get_attribute("aria-pressed") == "true"
    page.keyboard.press("Escape")
    expect(page.locator(".spot.focus")).to_have_count(0)
    expect(page.locator(".spot[tabindex='0']")).to_have_count(1)


def test_what_is_in_focus_shows_its_relations_and_what_is_only_said(open_tab: Opener) -> None:
    page = ready(open_tab("/explore/graph?lang=en"))
    page.get_by_role("searchbox", name="Find in the graph").fill("tenth international")
    assert page.locator(".found .choice").count() == 1
    page.keyboard.press("Enter")
    card = page.locator(".card")
    assert card.get_by_role("link", name="Tenth international conference").is_visible()
    said = card.locator("li", has=page.locator(".tag.said"))
    assert "Muhammad Syarif Bando" in said.inner_text()
    assert page.locator(".lines .said").count() > 0
    assert page.locator(".lines .planned").count() > 0
    said.get_by_role("button", name="Muhammad Syarif Bando").click()
    assert card.locator(".head").inner_text() == "Muhammad Syarif Bando"
    page.get_by_role("button", name="Back to all").click()
    assert not card.is_visible()


def test_kinds_and_relations_are_filtered(open_tab: Opener) -> None:
    page = ready(open_tab("/explore/graph?lang=en"))
    seen = page.locator(".spot:not([hidden])")
    everything = seen.count()
    page.get_by_role("checkbox", name="Person 15").uncheck()
    page.wait_for_function("count => document.querySelectorAll('.spot:not([hidden])').length < count", arg=everything)
    assert not page.locator(".spot:not([hidden])[aria-label*=', Person']").count()
    page.get_by_role("checkbox", name="Person 15").check()
    page.locator(".graph-filters summary").click()
    page.locator(".graph-filters details").get_by_role("button", name="All or none").click()
    page.get_by_role("checkbox", name="holds").check()
    page.wait_for_function("() => document.querySelectorAll('.spot:not([hidden])').length === 6")
    assert page.locator(".lines .line:not([hidden])").count() == 4


def test_a_filter_is_not_lost_to_a_movement_in_the_same_frame(open_tab: Opener) -> None:
    page = ready(open_tab("/explore/graph?lang=en"))
    everything = page.locator(".spot:not([hidden])").count()
    page.evaluate("""() => {
      [...document.querySelectorAll(".graph-filters label")].find(each => each.innerText.startsWith("Person")).click();
      const key = new KeyboardEvent("keydown", {key: "ArrowLeft", bubbles: true});
      document.querySelector(".graph .canvas").dispatchEvent(key);
    }""")
    page.wait_for_function("count => document.querySelectorAll('.spot:not([hidden])').length < count", arg=everything)


def test_more_neighbours_come_from_the_endpoint(open_tab: Opener) -> None:
    tab = open_tab("/explore/graph?lang=id")
    page = ready(tab)
    page.get_by_role("searchbox", name="Cari dalam graf").fill("Perpustakaan Negara Rusia")
    page.keyboard.press("Enter")
    before = page.locator(".spot").count()
    with page.expect_response("**/sparql") as asked:
        page.get_by_role("button", name="Tetangga lainnya").click()
    assert asked.value.status == 200
    page.wait_for_function("count => document.querySelectorAll('.spot').length > count", arg=before)
    card = page.locator(".card")
    assert card.get_by_text("Rusia", exact=True).is_visible()
    assert "negara" in card.inner_text()
    assert overlapping(page) == []
    page.get_by_role("button", name="Rusia", exact=True).first.click()
    link = page.locator(".card .head a").get_attribute("href")
    assert link
    assert page.request.get(tab.base + link).status == 200


def test_a_node_is_dragged_and_the_whole_is_moved(open_tab: Opener) -> None:
    page = ready(open_tab("/explore/graph?lang=en"))
    spot = page.locator(".spot[tabindex='0']")

    def middle() -> tuple[float, float]:
        box = spot.locator(".hit").bounding_box()
        assert box
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def drag(x: float, y: float) -> None:
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + 30, y + 20, steps=3)
        page.mouse.move(x + 60, y + 40, steps=3)
        page.mouse.up()
        page.evaluate(FRAMES)

    x, y = middle()
    drag(x, y)
    assert middle() == pytest.approx((x + 60, y + 40), abs=3)
    # A movement chooses nothing.
    assert page.locator(".spot.focus").count() == 0
    frame = page.locator(".graph-frame").bounding_box()
    assert frame
    x, y = middle()
    drag(frame["x"] + 12, frame["y"] + 12)
    assert middle() == pytest.approx((x + 60, y + 40), abs=3)


def test_a_timeline_says_its_dates_as_the_table_does(open_tab: Opener) -> None:
    for language in ("en", "id"):
        page = ready(open_tab(f"/explore/timeline?lang={language}"))
        drawn = dict(page.eval_on_selector_all(
            ".entry",
            "rows => rows.map(row => [row.querySelector('a').textContent + row.querySelector('small').textContent,"
            " row.querySelector('.when').firstChild.textContent])",
        ))  # fmt: skip
        rows = page.eval_on_selector_all(
            ".figure-table tbody tr", "rows => rows.map(row => [...row.cells].map(cell => cell.innerText.trim()))"
        )
        assert len(drawn) > 10
        assert {what + kind: when for when, what, kind in rows if when} == drawn
        assert page.locator(".undated .tag.planned").count() == 2


def test_a_timeline_begins_where_most_is_and_leads_to_the_rest(open_tab: Opener) -> None:
    page = ready(open_tab("/explore/timeline?lang=en"))
    years = page.locator(".axis text")
    assert "2024" in " ".join(years.all_text_contents())
    page.get_by_role("button", name="Show about 1623").click()
    assert "1623" in " ".join(years.all_text_contents())
    assert page.locator(".entry", has_text="about 1623").locator("rect.maybe[mask]").count() == 1
    page.get_by_role("button", name="Show all").click()
    shown = years.all_text_contents()
    assert {"1700", "1800", "1900"} <= set(shown)
    # A choice of days is a ring, a day a dot, decades are hatched, what goes on has an arrow.
    assert page.locator(".entry", has_text="between 19 and 20 October 2023").locator(".ring").count() == 1
    assert page.locator(".entry", has_text="28 June 2024").locator("circle.instant:not(.ring)").count() == 2
    assert page.locator(".entry", has_text="the 1960s – the 1980s").locator("rect.maybe").count() == 2
    assert page.locator(".entry", has_text="since 1922").locator(".arrow").count() == 1


def test_a_timeline_is_moved_and_zoomed_by_keys(open_tab: Opener) -> None:
    page = ready(open_tab("/explore/timeline?lang=en"))
    axis = page.get_by_role("group", name="Line of time")
    axis.focus()
    before = page.locator(".axis text").all_text_contents()
    for key in ("+", "+", "+", "+", "ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    after = page.locator(".axis text").all_text_contents()
    assert after != before
    for key in ("-", "-", "-", "-", "-", "-"):
        page.keyboard.press(key)
    assert page.locator(".axis text").all_text_contents() != after


def test_a_map_is_ours_and_its_circles_are_buttons(open_tab: Opener) -> None:
    tab = open_tab("/explore/map?lang=id")
    page = ready(tab)
    assert any("countries-110m" in each for each in tab.requests)
    assert not any("countries-50m" in each for each in tab.requests)
    circle = page.get_by_role("button", name="Belarusia: 4")
    circle.focus()
    page.keyboard.press("Enter")
    card = page.locator(".map-card")
    assert card.get_by_role("link", name="Perpustakaan Nasional Belarusia").is_visible()
    assert circle.get_attribute("aria-pressed") == "true"
    page.get_by_role("button", name="Kembali ke semua").click()
    assert card.get_by_role("button").count() == 3
    marked = page.locator(".country.marked title").all_text_contents()
    assert sorted(marked) == ["Belarus", "Indonesia", "Rusia"]
    inside = page.evaluate("""() => {
      const frame = document.querySelector('.map-frame').getBoundingClientRect();
      return [...document.querySelectorAll('.circle')].every(each => {
        const {left, right, top, bottom} = each.getBoundingClientRect();
        return left >= frame.left && right <= frame.right && top >= frame.top && bottom <= frame.bottom;
      });
    }""")
    assert inside


def test_a_chart_says_its_bounds_and_scale(open_tab: Opener) -> None:
    page = ready(open_tab("/explore/figures?lang=en"))
    assert page.get_by_text("more than 4,500,000").first.is_visible()
    assert page.locator(".bars path.bar.open").count() == 2
    bar = page.locator(".bars li", has_text="2,600").locator("rect.bar")
    log = page.get_by_role("checkbox", name="By powers of ten")
    assert log.is_checked()
    by_powers = float(bar.get_attribute("width") or 0)
    log.uncheck()
    assert float(bar.get_attribute("width") or 0) < by_powers / 10
    assert "lebih dari 4.500.000" in ready(open_tab("/explore/figures?lang=id")).locator(".bars").first.page.content()


def test_a_saved_query_is_drawn_above_its_table(open_tab: Opener) -> None:
    page = ready(open_tab("/queries/percentages?format=html&lang=en"))
    assert page.locator(".bars li").count() == 3
    figure, table = page.locator("figure.drawn").bounding_box(), page.locator("table.results").bounding_box()
    assert figure
    assert table
    assert figure["y"] < table["y"]


def test_on_paper_a_figure_has_no_buttons(open_tab: Opener) -> None:
    page = ready(open_tab("/explore/timeline?lang=en"))
    page.emulate_media(media="print")
    assert not page.get_by_role("button", name="Zoom in").is_visible()
    assert page.locator(".entry").first.is_visible()
