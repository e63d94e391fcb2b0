"""The pair that matters: two libraries, in two cities, of which the article uses the other one's name."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from kg_builder.link.score import Candidate, decide
from kg_builder.link.settings import LinkSettings, load_settings
from kg_builder.link.snapshot import load_snapshot, near
from kg_builder.link.subjects import Name, Subject
from kg_builder.model import Term
from kg_builder.sources.project import load_project

STATE, NATIONAL = "Q1048694", "Q267566"
NAMES = (
    "Perpustakaan Nasional Federasi Rusia",
    "National Library of Russia",
    "National Library of the Russian Federation",
)


@pytest.fixture(scope="module")
def settings(project_root: Path) -> LinkSettings:
    return load_settings(load_project(project_root))


@pytest.fixture(scope="module")
def snapshot(project_root: Path) -> list[Candidate]:
    return load_snapshot(load_project(project_root))


def library(*names: str, **evidence: str) -> Subject:
    """The library as an article names it, before anybody has cleared up which one it is."""
    return Subject(
        "a-library",
        Term("<urn:a-library>"),
        tuple(Name(each, "en", preferred=True) for each in names),
        ("schema:Library",),
        {key: ((value,),) for key, value in evidence.items()},
    )


@pytest.mark.parametrize("name", NAMES)
def test_a_name_alone_decides_nothing(settings: LinkSettings, snapshot: list[Candidate], name: str) -> None:
    subject = library(name)
    assert decide(subject, near(subject, snapshot), settings).proposed is None


@pytest.mark.parametrize("head", ["Vadim Duda", "Вадим Дуда"])
def test_the_head_chooses_the_right_one(settings: LinkSettings, snapshot: list[Candidate], head: str) -> None:
    subject = library(*NAMES, head=head, country="Russia")
    verdict = decide(subject, near(subject, snapshot), settings)
    assert verdict.proposed is not None
    assert verdict.proposed.candidate.id == STATE
    assert verdict.proposed.telling == ("head",)
    # The other one, which has the very name, was there to be chosen.
    assert NATIONAL in [each.candidate.id for each in verdict.judgements]
    assert next(each.name for each in verdict.judgements if each.candidate.id == NATIONAL) == pytest.approx(1.0)


def test_the_city_speaks_against_the_other(settings: LinkSettings, snapshot: list[Candidate]) -> None:
    subject = library(*NAMES, city="Moscow", site="https://www.nlr.ru/")
    verdict = decide(subject, near(subject, snapshot), settings)
    assert verdict.proposed is None
    (national,) = [each for each in verdict.judgements if each.candidate.id == NATIONAL]
    assert (national.disagreed, national.confirmed) == (("city",), False)


def test_without_the_right_one_nothing_is_proposed(settings: LinkSettings, snapshot: list[Candidate]) -> None:
    subject = library(*NAMES, head="Vadim Duda", country="Russia", city="Moscow")
    others = [each for each in snapshot if each.id != STATE]
    assert decide(subject, near(subject, others), settings).proposed is None


def test_two_with_the_head_are_left_open(settings: LinkSettings, snapshot: list[Candidate]) -> None:
    subject = library(*NAMES, head="Vadim Duda")
    both = [
        dataclasses.replace(each, evidence={"head": ("Vadim Duda",)})
        for each in snapshot
        if each.id in {STATE, NATIONAL}
    ]
    assert decide(subject, both, settings).proposed is None


def test_no_item_stands_without_its_source(snapshot: list[Candidate]) -> None:
    assert snapshot
    assert all(each.seen and each.label for each in snapshot)
