from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from tests.support import museum as m

from kg_builder.errors import Problem
from kg_builder.sources.intake import Match, heads, match
from kg_builder.sources.jsonschema import record_schema, render
from kg_builder.sources.project import load_project
from kg_builder.sources.schema import Kind, Schema, load_schema
from kg_builder.sources.texts import decode


def schema_of(root: Path) -> Schema:
    problems: list[Problem] = []
    schema = load_schema(root, problems)
    assert problems == []
    return schema


@pytest.fixture
def root(tmp_path: Path) -> Path:
    m.write(tmp_path)
    return tmp_path


def validator(root: Path) -> jsonschema.Draft202012Validator:
    schema = record_schema(schema_of(root))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def data(root: Path, article: str) -> Any:  # noqa: ANN401 - a record is any plain data
    return yaml.load((root / f"data/articles/{article}.yaml").read_text("utf-8"), Loader=yaml.BaseLoader)  # noqa: S506


def test_shapes_are_the_records_schema(root: Path) -> None:
    schema = schema_of(root)
    loan = schema.shapes["loan"]
    kinds = {key: shape.kind for key, shape in loan.properties.items()}
    assert kinds == {
        "party": Kind.REFERENCE,
        "lender": Kind.REFERENCE,
        "borrower": Kind.REFERENCE,
        "item": Kind.REFERENCE,
        "lasts": Kind.LITERAL,
        "signature": Kind.NODE,
        "date": Kind.DATE,
        "named": Kind.WORDS,
        "near": Kind.REFERENCE,
    }
    assert "label" not in kinds
    assert schema.shapes["figure"].properties["exactly"].datatypes == (
        "http://www.w3.org/2001/XMLSchema#integer",
        "http://www.w3.org/2001/XMLSchema#decimal",
    )
    assert schema.name_keys() == {"named"}
    assert schema.individuals[next(k for k in schema.individuals if "Condition" in k)].keys() == {"intact", "damaged"}


def test_the_records_of_a_project_fit_its_json_schema(root: Path) -> None:
    check = validator(root)
    for article in m.TEXTS:
        assert list(check.iter_errors(data(root, article))) == []


def test_the_real_records_fit_their_json_schema(project_root: Path) -> None:
    check = validator(project_root)
    records = sorted((project_root / "data/articles").glob("*.yaml"))
    assert records
    for path in records:
        found = [
            f"{list(error.absolute_path)}: {error.message[:80]}"
            for error in check.iter_errors(data(project_root, path.stem))
        ]
        assert found == []


def test_the_committed_json_schema_is_up_to_date(project_root: Path) -> None:
    committed = (project_root / "data/record.schema.json").read_text("utf-8")
    assert committed == render(schema_of(project_root)), "run: rujukan export schema --output data/record.schema.json"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("  item mask:", "  itme mask:"),
        ("  item mask:", "  item:"),
        ("  item mask:", "  item the mask:"),
        ("is figure:", "is figrue:"),
        ("date 2025-02-03", "date soon"),
        ("more-than 1200", "more-than many"),
        ("certainty: inferred", "certainty: sure"),
        ("    note:", "    nota:"),
        ("    quote:", "    qoute:"),
        ("    for: museum-bahari", "    for: {x: y}"),
        ("  curator: curators\n", ""),
        ("  curator:", "  titel: x\n  curator:"),
        ("article:", "head:"),
        ('"@219 1.200 topeng"', "[]"),
        ('"@219 1.200 topeng"', "{note: x}"),
        ("      condition intact:", "      conditoin intact:"),
    ],
)
def test_a_bad_record_does_not_fit_the_json_schema(root: Path, old: str, new: str) -> None:
    m.edit(root, f"data/articles/{m.ONE}.yaml", old, new)
    assert not validator(root).is_valid(data(root, m.ONE))


def test_the_json_schema_is_plain_sorted_and_stable(root: Path) -> None:
    assert render(schema_of(root)) == render(schema_of(root))
    assert json.loads(render(schema_of(root)))["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.parametrize(
    ("change", "how"),
    [
        (str, Match.EXACT),
        (lambda text: text.replace("\n", "\r\n"), Match.WHITE_SPACE),
        (lambda text: text.strip(), Match.WHITE_SPACE),
        (lambda text: text.replace("Cuaca", "Hawa"), Match.NONE),
        (lambda _: "", Match.NONE),
    ],
)
def test_a_text_is_matched_by_its_bytes_or_else_by_its_words(root: Path, change: Any, how: Match) -> None:  # noqa: ANN401
    found, head = match(decode(change(m.TEXTS[m.TWO]).encode()), heads(load_project(root)))
    assert found is how
    assert (head.article if head else None) == (None if how is Match.NONE else m.TWO)
