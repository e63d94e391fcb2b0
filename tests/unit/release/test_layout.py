"""What the dumps look like: a person reads these, so the layout is pinned, byte for byte."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.support.documents import canonical_lines, jsonld, trig, turtle
from tests.unit.release.synthetic import BASE

from kg_builder.errors import ReleaseError
from kg_builder.model import Term
from kg_builder.namespaces import PROV, RDF, RDFS, XSD
from kg_builder.release.spool import Spool
from kg_builder.release.terms.lines import nodes, split_line
from kg_builder.release.terms.names import Names
from kg_builder.release.terms.order import TypeOrder
from kg_builder.release.terms.turtle import TurtleWriter

PREFIXES = {"id": f"{BASE}id/", "prov": PROV, "rdf": RDF, "rdfs": RDFS, "v": f"{BASE}vocab#", "xsd": XSD}
ORDER = TypeOrder((Term(f"<{BASE}vocab#Loan>"),), (Term(f"<{RDF}Statement>"),))


def iri(local: str) -> Term:
    return Term(f"<{BASE}{local}>")


def text(value: str, suffix: str = "") -> Term:
    return Term(f'"{value}"{suffix}')


QUADS: list[tuple[Term, ...]] = [
    (iri("statement/s1"), Term(f"<{RDF}type>"), Term(f"<{RDF}Statement>")),
    (iri("statement/s1"), Term(f"<{PROV}wasDerivedFrom>"), iri("article/a1#char=1,9")),
    (iri("id/museum"), Term(f"<{RDFS}label>"), text("Museum", "@en")),
    (iri("id/museum"), Term(f"<{RDFS}label>"), text("Museum", "@id")),
    (iri("id/loan"), iri("vocab#day"), text("2024-05-01", f"^^<{XSD}date>")),
    (iri("id/loan"), iri("vocab#items"), text("3", f"^^<{XSD}integer>")),
    (iri("id/loan"), iri("vocab#weight"), text("4.5", f"^^<{XSD}decimal>")),
    (iri("id/loan"), iri("vocab#open"), text("true", f"^^<{XSD}boolean>")),
    (iri("id/loan"), Term(f"<{RDF}type>"), iri("vocab#Loan")),
    (iri("id/loan"), Term(f"<{RDF}type>"), iri("vocab#Event")),
    (iri("id/loan"), Term(f"<{RDFS}label>"), text("The long loan", "@en")),
    (iri("id/loan"), iri("vocab#note"), text('one \\"line\\"\\nand another', "@en")),
    (iri("id/loan"), iri("vocab#items"), text("3", f"^^<{XSD}integer>"), iri("article/a1")),
    (iri("id/loan"), iri("vocab#to"), iri("id/a1/desk"), iri("article/a1")),
]

TRIG = """\
@base <https://example.org/loans/> .
@prefix id: <https://example.org/loans/id/> .
@prefix prov: <http://www.w3.org/ns/prov#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix v: <https://example.org/loans/vocab#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

# ---- v:Loan ----

id:loan
    a          v:Event, v:Loan ;
    rdfs:label "The long loan"@en ;
    v:day      "2024-05-01"^^xsd:date ;
    v:items    3 ;
    v:note     \"\"\"one "line"
and another\"\"\"@en ;
    v:open     true ;
    v:weight   4.5 .

# ---- other ----

id:museum
    rdfs:label "Museum"@en, "Museum"@id .

# ---- rdf:Statement ----

<statement/s1>
    a                   rdf:Statement ;
    prov:wasDerivedFrom <article/a1#char=1,9> .

<article/a1> {
    id:loan
        v:items 3 ;
        v:to    <id/a1/desk> .
}
"""


def test_trig_is_grouped_by_kind_aligned_and_abbreviated() -> None:
    assert trig(QUADS, PREFIXES, base=BASE, order=ORDER) == TRIG


def test_turtle_declares_only_what_it_uses() -> None:
    document = turtle([(iri("id/loan"), iri("vocab#to"), iri("id/museum"))], PREFIXES, base=BASE)
    assert [line.split()[1] for line in document.splitlines() if line.startswith("@")] == ["id:", "v:"]


def test_many_objects_stand_one_below_the_other() -> None:
    document = turtle([(iri("id/a"), iri("vocab#to"), iri(f"id/{'x' * 30}{n}")) for n in range(4)], PREFIXES)
    assert document.count(",\n         id:xxx") == 3


def test_json_ld_groups_by_subject_and_graph() -> None:
    document = json.loads(jsonld(QUADS, PREFIXES, base=BASE, order=ORDER))
    assert [node["@id"] for node in document["@graph"]] == ["id:loan", "id:museum", "statement/s1", "article/a1"]
    loan = document["@graph"][0]
    assert list(loan) == sorted(loan)
    assert loan["@type"] == ["v:Event", "v:Loan"]
    assert (loan["v:items"], loan["v:open"]) == (3, True)
    assert loan["v:weight"] == {"@type": "xsd:decimal", "@value": "4.5"}
    assert document["@graph"][1]["rdfs:label"][1] == {"@language": "id", "@value": "Museum"}
    assert document["@graph"][3]["@graph"][0]["v:to"] == {"@id": "id/a1/desk"}


def test_json_ld_takes_escapes_that_json_does_not_have() -> None:
    quad = (iri("id/a"), iri("vocab#p"), text("\\U0001F600 \\u00e9 it\\'s \\\\U"))
    assert json.loads(jsonld([quad], PREFIXES))["@graph"][0]["v:p"] == "\U0001f600 é it's \\U"


@pytest.mark.parametrize(
    "line",
    [
        "_:b <x:p> <x:o> .\n",
        "<x:s> <x:p> _:b .\n",
        "<x:s> <x:p> <x:o> _:g .\n",
        '<x:s> <x:p> "a" _:g .\n',
        "<x:s> <x:p> <x:o> .",
        "<x:s> <x:p> <x:o> <x:g> <x:h> .\n",
        '<x:s> <x:p> " .\n',
        "<x:s> <x:p> .\n",
        "<x:s>\n",
        "\n",
        "",
    ],
)
def test_a_line_of_another_form_is_refused(line: str) -> None:
    with pytest.raises(ReleaseError, match="not a canonical N-Quads line"):
        split_line(line)


@pytest.mark.parametrize(
    ("prefixes", "base", "message"),
    [
        ({"a b": "x:"}, "", "cannot be a prefix"),
        ({"_": "x:"}, "", "cannot be a prefix"),
        ({"a": "x:", "b": "x:"}, "", "one namespace"),
        ({}, "https://example.org/loans", "must be an http"),
        ({}, "urn:x/", "must be an http"),
    ],
)
def test_prefixes_that_cannot_be_written_are_refused(prefixes: dict[str, str], base: str, message: str) -> None:
    with pytest.raises(ReleaseError, match=message):
        Names(prefixes, base)


def test_a_prefix_must_not_hide_a_scheme() -> None:
    with pytest.raises(ReleaseError, match="hides the scheme"):
        Names({"urn": "https://example.org/urn/"}).short("<urn:x:y>")


def test_a_spool_on_disk_gives_what_one_in_memory_gives(tmp_path: Path) -> None:
    def documents(limit: int) -> list[bytes]:
        with Spool(tmp_path, limit) as spool:
            writer = TurtleWriter(Names(PREFIXES, BASE), ORDER, spool)
            for node in nodes(canonical_lines(QUADS)):
                writer.add(node)
            return [b"".join(document()) for document in (writer.trig, writer.turtle, writer.facts)]

    assert documents(1) == documents(1 << 20)
    assert documents(1)[0].decode() == TRIG
    assert b"Statement" not in documents(1)[2]
    assert not list(tmp_path.iterdir())
