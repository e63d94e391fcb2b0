"""Words in both languages, and nothing that a result holds becomes markup."""

from __future__ import annotations

import json
import string

from hypothesis import given
from hypothesis import strategies as st

from kg_server.http.problems import BadRequest, Problem
from kg_server.pages.results import read_table
from kg_server.pages.words import WORDS
from kg_server.settings import describe_settings


def test_both_languages_say_the_same() -> None:
    def fields(text: str) -> list[str]:
        return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name)

    english, indonesian = WORDS["en"], WORDS["id"]
    assert english.keys() == indonesian.keys()
    assert all(fields(english[key]) == fields(indonesian[key]) for key in english)


@given(value=st.text())
def test_cells_hold_the_value_as_it_is(value: str) -> None:
    body = json.dumps({"head": {"vars": ["x"]}, "results": {"bindings": [{"x": {"type": "literal", "value": value}}]}})
    assert read_table(body.encode(), {}, "/sparql", 5).rows[0][0].text == value


def test_every_setting_is_described() -> None:
    assert all(all(row) or row[0] == "public_url" for row in describe_settings())


def test_every_problem_says_what_it_is() -> None:
    def below(kind: type[Problem]) -> set[type[Problem]]:
        return {kind}.union(*(below(each) for each in kind.__subclasses__()))

    slugs = [kind.slug for kind in below(BadRequest)]
    assert len(slugs) == len(set(slugs))
    assert all(400 <= kind.status < 600 for kind in below(Problem))
