"""Query examples answer as they stand, with prefixes alone, what the saved query answers with its defaults."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from rdflib import RDF, SH, Graph, Namespace
from tests.support.museum import rujukan
from tests.support.release_fixture import BASE, running

from kg_server.describe.bound import with_defaults
from kg_server.describe.queries import Parameter, SavedQuery
from kg_server.settings import Settings

if TYPE_CHECKING:
    import httpx2 as httpx

SCHEMA = Namespace("https://schema.org/")


def check(client: httpx.Client, *, without: frozenset[str] = frozenset()) -> int:
    found = Graph().parse(data=client.get("/.well-known/sparql-examples?format=turtle").content, format="turtle")
    declared = {
        (found.value(each, SH.prefix), found.value(each, SH.namespace)) for each in found.subjects(SH.namespace)
    }
    header = "".join(f"PREFIX {prefix}: <{space}>\n" for prefix, space in declared)
    saved = {each["name"]: each for each in client.get("/queries").json()}
    examples = set(found.subjects(RDF.type, SH.SPARQLExecutable))
    assert len(examples) == len(saved)
    parameters = 0
    for node in examples:
        name = str(node).rpartition("/")[2]
        if name in without:
            continue
        text = next(str(each) for kind in (SH.select, SH.ask, SH.construct) for each in found.objects(node, kind))
        parameters += len(saved[name]["parameters"])
        accept = {"Accept": "text/csv, application/n-triples"}
        response = client.post("/sparql", data={"query": header + text}, headers=accept)
        assert response.status_code == 200, response.text
        wanted = client.get(f"/queries/{name}", headers=accept)
        assert sorted(response.text.splitlines()) == sorted(wanted.text.splitlines()), name
    return parameters


def test_examples_of_the_loans(client: httpx.Client) -> None:
    assert check(client, without=frozenset({"not-selected"})) == 3


def test_examples_of_the_real_queries(project_root: Path, tmp_path: Path) -> None:
    for folder in ("data", "ontology", "queries"):
        shutil.copytree(project_root / folder, tmp_path / folder, ignore=shutil.ignore_patterns("texts"))
    assert rujukan(tmp_path, "build").returncode == 0
    with running(Settings(release=(tmp_path / "build/current").resolve())) as client:
        assert check(client) > 5


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT ?x { ?x ?p ?o }", "SELECT ?x {\n  VALUES (?x) { (<urn:y>) }\n ?x ?p ?o }"),
        ("SELECT ?x (EXISTS { ?x ?p 1 } AS ?e) { ?x ?p ?o }", "AS ?e) {\n  VALUES (?x)"),
        ("SELECT ?x FROM <urn:g{> WHERE { ?x ?p ?o }", ""),
        ("# { not here\nASK # { nor here\n{ ?x ?p '{' }", "{ nor here\n{\n  VALUES"),
        ("CONSTRUCT { ?x ?p ?o } WHERE { ?x ?p ?o }", "WHERE {\n  VALUES"),
        ("CONSTRUCT WHERE { ?x ?p ?o }", ""),
        ("CONSTRUCT {} FROM <urn:g> { ?x ?p ?o }", "<urn:g> {\n  VALUES"),
        ("DESCRIBE <urn:z>", ""),
        ("SELECT ?x { BROKEN", ""),
    ],
)
def test_where_values_stand(text: str, expected: str) -> None:
    query = SavedQuery("x", {}, {}, (Parameter("x", "iri", "urn:y", {}),), text)
    if expected:
        assert expected in with_defaults(query, {}, BASE)
    else:
        assert with_defaults(query, {}, BASE) == text


def test_values_are_written_by_the_serialiser() -> None:
    nasty = '"} INSERT { ?s ?p "\\ \n'
    query = SavedQuery("x", {}, {}, (Parameter("x", "string", nasty, {}),), "SELECT ?x { }")
    assert '("\\"} INSERT { ?s ?p \\"\\\\ \\n")' in with_defaults(query, {}, BASE)
