"""Facts as QuickStatements (version 1): one line each, tab-separated, with references, and no id from anywhere else."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.linking import AUTHORITY, project

from kg_builder.cli.main import main
from kg_builder.errors import QueryError
from kg_builder.link.quickstatements import quickstatements
from kg_builder.link.settings import LinkSettings
from kg_builder.release.manifest import Manifest
from kg_builder.release.query import Reader, open_release

CELL = re.compile(
    r"""[QPS][1-9]\d* | "[^"\t\n]*" | [a-z]{2,3}(-[a-z0-9]+)*:"[^"\t\n]*" | \+\d{4}-\d\d-\d\dT00:00:00Z/11""",
    re.VERBOSE,
)
FACTS = """
PREFIX ex: <https://example.org/vocab#>
PREFIX id: <https://example.org/id/>
PREFIX au: <%(space)s>
PREFIX oa: <http://www.w3.org/ns/oa#>
PREFIX prov: <http://www.w3.org/ns/prov#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX rj: <https://w3id.org/rujukan/ns#>
PREFIX schema: <https://schema.org/>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
id:a schema:sameAs au:Q1 ; ex:in id:b, id:c, id:unlinked . id:b schema:sameAs au:Q2 . id:c schema:sameAs au:Q3 .
id:d schema:sameAs <https://elsewhere.example/Q9> ; ex:in id:b .
[] rdf:subject id:a ; rdf:predicate ex:in ; rdf:object id:b ; prov:wasDerivedFrom id:span-1, id:span-2 .
[] rdf:subject id:a ; rdf:predicate ex:in ; rdf:object id:b ; prov:wasDerivedFrom id:span-3 ; rj:certainty rj:Inferred .
[] rdf:subject id:a ; rdf:predicate ex:in ; rdf:object id:c ; prov:wasDerivedFrom id:span-4 .
[] rdf:subject id:a ; rdf:predicate ex:in ; rdf:object id:unlinked ; prov:wasDerivedFrom id:span-1 .
[] rdf:subject id:d ; rdf:predicate ex:in ; rdf:object id:b ; prov:wasDerivedFrom id:span-1 .
# Only said: the fact itself is not there.
[] rdf:subject id:b ; rdf:predicate ex:in ; rdf:object id:c ; prov:wasDerivedFrom id:span-1 ; rj:conveyedIn id:q .
id:span-1 rj:article id:article ; oa:exact "kota itu" . id:span-2 rj:article id:article ; oa:exact %(phrase)s .
id:span-3 rj:article id:article ; oa:exact "mungkin" . id:span-4 rj:article id:nowhere ; oa:exact "kota" .
id:article schema:url <https://news.example/1> ; schema:inLanguage "id" ; rj:curated "2026-01-02"^^xsd:date .
"""
SETTINGS = LinkSettings(
    "au", AUTHORITY, "Authority", "", "", (),
    statements={"ex:in": "P17"}, references={"address": "P854", "quotation": "P1683", "retrieved": "P813"},
)  # fmt: skip


def reader(built: Path, phrase: str = "di sana") -> Reader:
    manifest = Manifest.read((built / "build" / "current").resolve())
    store = ox.Store()
    store.load((FACTS % {"space": AUTHORITY, "phrase": ox.Literal(phrase)}).encode(), format=ox.RdfFormat.TURTLE)
    prefixes = {**manifest.prefixes, "ex": "https://example.org/vocab#"}
    return Reader(dataclasses.replace(manifest, prefixes=prefixes), store, ())


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return project(tmp_path_factory.mktemp("statements"))


def test_a_fact_and_its_reference(built: Path) -> None:
    found = quickstatements(reader(built), SETTINGS)
    assert [line.split("\t") for line in found.lines] == [
        [
            "Q1", "P17", "Q2", "S854", '"https://news.example/1"', "S1683", 'id:"di sana"', "S1683", 'id:"kota itu"',
            "S813", "+2026-01-02T00:00:00Z/11",
        ],
    ]  # fmt: skip
    assert (found.without_address, found.without_link) == (1, 1)


@given(st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=60))
def test_whatever_is_quoted_stays_in_its_cell_and_as_it_is(built: Path, phrase: str) -> None:
    (line,) = quickstatements(reader(built, phrase), SETTINGS).lines
    cells = line.split("\t")
    assert all(CELL.fullmatch(cell) for cell in cells)
    quoted = [cell[4:-1] for cell in cells if cell.startswith('id:"')]
    assert set(quoted) <= {phrase, "kota itu"}
    assert all(len(each.split()) <= 8 for each in quoted)


def test_the_command_says_what_it_leaves_out(built: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--project", str(built), "export", "quickstatements"]) == 0
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("0 statements")


def test_a_mapping_without_statements_is_told(built: Path) -> None:
    bare = LinkSettings("au", AUTHORITY, "Authority", "", "", ())
    with pytest.raises(QueryError, match="no statements"):
        quickstatements(open_release(built / "build"), bare)
    odd = LinkSettings("au", AUTHORITY, "", "", "", (), statements={"ex:in": "in"}, references={"address": "P854"})
    with pytest.raises(QueryError, match="no id"):
        quickstatements(open_release(built / "build"), odd)


def test_this_project_hands_back_only_ids_that_it_has_seen(project_root: Path) -> None:
    if not (project_root / "build" / "current").exists():
        pytest.skip("no release has been built here")
    from kg_builder.link.settings import load_settings
    from kg_builder.sources.project import load_project

    loaded = load_project(project_root)
    settings = load_settings(loaded)
    seen = (project_root / "data/links/accepted.sssom.tsv").read_text("utf-8")
    mapping = (project_root / "data/linking.yaml").read_text("utf-8")
    lines = quickstatements(open_release(loaded.build), settings).lines
    assert lines
    for cell in (cell for line in lines for cell in line.split("\t")):
        assert CELL.fullmatch(cell), cell
        if cell.startswith("Q"):
            assert f"\twd:{cell}\t" in seen
        elif cell.startswith(("P", "S")):
            assert f"property: P{cell[1:]}, label:" in mapping
