"""What is offered to be written is what the project's records may hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg_builder.curate.templates import load_templates
from kg_builder.errors import Problem, SourceError
from kg_builder.sources.schema import load_schema

ROOT = Path(__file__).parents[3]


def test_every_line_is_a_key_of_its_kinds() -> None:
    problems: list[Problem] = []
    schema = load_schema(ROOT, problems)
    templates = load_templates(ROOT)
    assert {"person", "organisation", "place", "date", "figure", "speech", "event", "agreement"} <= set(
        templates.blocks
    )
    for kind, blocks in templates.blocks.items():
        for block in blocks:
            kinds = [block.own] if block.own else list(block.about) or list(schema.shapes)
            assert set(kinds) <= set(schema.shapes), kind
            for line in block.lines:
                relation = line.key.partition(" ")[0]
                if relation == "is" or relation.startswith("<"):
                    continue
                shapes = [each for name in kinds if (each := schema.shapes[name].properties.get(relation))]
                assert shapes, f"{kind}: no {relation}"
                for setting in line.settings:
                    assert all(each.node and setting in schema.by_iri[each.node].properties for each in shapes)


def test_a_project_without_templates_offers_none(tmp_path: Path) -> None:
    assert load_templates(tmp_path).blocks == {}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("person: yes\n", "needs a list of blocks"),
        ("person:\n  - {about: [person], fact: {named: {}}}\n", "has no key «fact»"),
        ("person:\n  - {about: [person]}\n", "a block needs «facts»"),
        ("values: {act: say}\n", "{name: word} is needed"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data/drafts.yaml").write_text(text, "utf-8")
    with pytest.raises(SourceError, match=r"data/drafts.yaml:\d+:\d+: .*" + says):
        load_templates(tmp_path)
