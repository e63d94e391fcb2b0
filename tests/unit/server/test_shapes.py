from __future__ import annotations

from pathlib import Path

import pytest

from kg_server.app.terms_view import holds, used_terms
from kg_server.describe.citation import Citation, spdx
from kg_server.describe.shapes import Shapes, parse_shapes, read_shapes

EX = "https://example.org/"
PREFIXES = b"""
@prefix ex: <https://example.org/> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""


def test_shapes_that_rest_on_each_other_are_one() -> None:
    shapes = parse_shapes(
        PREFIXES
        + b"""
        ex:A sh:targetClass ex:Loan ; sh:node ex:B ;
            sh:property [ sh:path ex:day ; sh:minCount 1 ] .
        ex:B sh:node ex:A ; sh:property [ sh:path ex:day ; sh:datatype xsd:date ; sh:maxCount 1 ] .
        """
    )
    (day,) = shapes.classes[EX + "Loan"].constraints
    assert (day.least, day.most, day.kinds) == (1, 1, ("http://www.w3.org/2001/XMLSchema#date",))


def test_alternatives_inverses_and_choices() -> None:
    shapes = parse_shapes(
        PREFIXES
        + b"""
        ex:F sh:targetClass ex:Figure ;
            sh:property [ sh:path ex:value ; sh:or ( [ sh:datatype xsd:integer ] [ sh:datatype xsd:decimal ] ) ] ,
                [ sh:path [ sh:inversePath ex:figure ] ; sh:minCount 1 ] ,
                [ sh:path ex:of ; sh:nodeKind sh:IRI ; sh:minInclusive 3 ] ;
            sh:xone ( [ sh:property [ sh:path ex:value ; sh:minCount 1 ] ]
                      [ sh:property [ sh:path ex:bound ; sh:minCount 1 ] ] ) .
        """
    )
    shape = shapes.classes[EX + "Figure"]
    by_path = {each.path: each for each in shape.constraints}
    assert [each.rpartition("#")[2] for each in by_path[EX + "value"].kinds] == ["integer", "decimal"]
    assert by_path[EX + "figure"].inverse
    assert (by_path[EX + "of"].things, by_path[EX + "of"].more) == (True, True)
    assert shape.choices == ((EX + "value", EX + "bound"),)
    assert not shapes.owners(EX + "figure")


@pytest.mark.parametrize("content", [b"not turtle", b"\xff"])
def test_shapes_that_cannot_be_read_are_none(tmp_path: Path, content: bytes) -> None:
    assert read_shapes(tmp_path) == Shapes()
    (tmp_path / "shapes.ttl").write_bytes(content)
    assert read_shapes(tmp_path) == Shapes()


def test_terms_are_found_in_queries_and_by_their_beginnings() -> None:
    query = 'PREFIX a: <urn:a:> SELECT * { ?x a:b "a:c" ; <urn:d> ?y # a:e\n }'
    assert used_terms(query, {"a": "urn:other:"}) == {"urn:a:b", "urn:d"}
    assert holds("Pendirian École", "ecole PEN")
    assert not holds("Pendirian", "dirian")
    assert holds("anything", "")


@pytest.mark.parametrize(
    ("licence", "short"),
    [
        ("https://creativecommons.org/licenses/by/4.0/", "CC BY 4.0"),
        ("https://creativecommons.org/licenses/by-nc-sa/4.0/", "CC BY-NC-SA 4.0"),
        ("https://creativecommons.org/publicdomain/zero/1.0/", "CC0 1.0"),
        ("https://example.org/by/4.0/", "https://example.org/by/4.0/"),
        ("", ""),
    ],
)
def test_licences_have_short_names(licence: str, short: str) -> None:
    assert Citation("T", ("A",), "0", "2024-05-06", licence, "https://example.org/").licence_name == short


def test_a_citation_is_safe_in_its_formats() -> None:
    hostile = Citation(
        "50 % of {all} & \\more: #1\n- x", ("No: one", "Ünal_$"), "12e4567890123456", "2024-05-06", "mine", EX
    )
    text = hostile.cff()
    assert 'version: "12e4567890123456"' in text
    assert 'date-released: "2024-05-06"' in text
    assert "license" not in text
    entry = hostile.bibtex()
    assert r"50 \% of \{all\} \& \textbackslash{}more: \#1" in entry
    assert r"{No: one} and {Ünal\_\$}" in entry
    assert spdx("mine") == ""
