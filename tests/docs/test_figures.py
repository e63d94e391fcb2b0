"""The figures of the documentation are those of docs/figures.json, and nobody typed one."""

from __future__ import annotations

import doctest
import re
from pathlib import Path
from types import ModuleType

import pytest
from benchmarks import chart, common, figures, report

NAMES = re.compile(r"<!-- figures: ([\w-]+) -->")
AGAIN = "make bench ARGS=--publish (or python -m benchmarks.report --only --publish) writes it"


@pytest.mark.parametrize("page", figures.PAGES, ids=lambda page: page.name)
def test_the_blocks_of_a_page_are_made_from_the_figures(page: Path) -> None:
    text = page.read_text("utf-8")
    assert NAMES.findall(text)
    assert figures.with_blocks(text, figures.figures()) == text, AGAIN


def test_every_block_stands_on_a_page() -> None:
    used = {name for page in figures.PAGES for name in NAMES.findall(page.read_text("utf-8"))}
    assert used == set(figures.BLOCKS)


def test_the_chart_is_made_from_the_figures() -> None:
    drawn = chart.cost_chart(figures.figures()["benchmarks"])
    assert figures.CHART.read_text("utf-8") == drawn, AGAIN


def test_a_figure_that_changes_changes_its_block() -> None:
    found = {"machine": report.machine(), "quick": False}
    page = "<!-- figures: machine -->\nold\n<!-- end of figures -->\n"
    assert "old" not in figures.with_blocks(page, found)
    assert "rough" in figures.with_blocks(page, {**found, "quick": True})


def test_the_figures_name_no_machine() -> None:
    text = figures.FIGURES.read_text("utf-8")
    assert set(figures.figures()["machine"]) == {"cores", "processor", "memory", "system", "python", "versions"}
    assert not re.search(r'"/|/home|/tmp|/work', text)


@pytest.mark.parametrize("module", [chart, common, figures], ids=lambda module: module.__name__)
def test_examples_run(module: ModuleType) -> None:
    assert doctest.testmod(module).attempted
    assert not doctest.testmod(module).failed
