"""Mistakes outside the records: authority, redirects, links, queries, project and ontology."""
# ruff: noqa: E501 - a message stands in one piece, so that it can be searched for

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support import museum as m

from kg_builder.errors import Problem, SourceError
from kg_builder.graph.assemble import assemble
from kg_builder.sources.project import find_root, load_project
from kg_builder.sources.queries import parse_query

PEOPLE, MUSEUMS = "data/entities/people.yaml", "data/entities/museums.yaml"
REDIRECTS, LEDGER = "data/redirects.yaml", "data/released-ids.txt"
ACCEPTED, REFUSED = "data/links/accepted.sssom.tsv", "data/links/refused.sssom.tsv"
QUERY, SETTINGS = "queries/borrowers.rq", "data/project.yaml"
SHAPES, TERMS = "ontology/shapes.ttl", "ontology/terms.ttl"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    m.write(tmp_path)
    return tmp_path


def graph_problems(root: Path) -> list[str]:
    with pytest.raises(SourceError) as caught:
        assemble(m.load(root), lambda _: None)
    return [str(problem) for problem in caught.value.problems]


# file, old text, new text, the part of the new text where the problem is reported, message
CASES = {
    "kind unknown": (PEOPLE, "no: {is: role", "no: {is: rule", "rule", "no kind «rule»; did you mean «role»?"),
    "kind missing": (PEOPLE, "no: {is: role, ", "no: {", "no: {", "«no» does not say what it is: add «is: …»"),
    "entry that is no mapping": (
        PEOPLE,
        "dewi-k",
        "x: y\ndewi-k",
        "y\ndewi",
        "«x» needs {is: …, label: {en: …, id: …}}",
    ),
    "id that is no slug": (
        PEOPLE,
        "dewi-kartasasmita:",
        "Dewi K: {is: role}\ndewi-kartasasmita:",
        "Dewi K:",
        "«Dewi K» is not an id: write lower-case words joined by hyphens, not beginning with «this-»",
    ),
    "local id": (
        PEOPLE,
        "dewi-kartasasmita:",
        "this-x: {is: role}\ndewi-kartasasmita:",
        "this-x",
        "«this-x» is not an id: write lower-case words joined by hyphens, not beginning with «this-»",
    ),
    "key unknown": (
        MUSEUMS,
        'inventory: "0012"',
        'inventry: "0012"',
        "inventry",
        "a artefact of the authority file has no key «inventry»; did you mean «inventory»?",
    ),
    "key that needs words": (
        MUSEUMS,
        'inventory: "0012"',
        "named: x",
        "named",
        "a artefact of the authority file has no key «named»",
    ),
    "value of another type": (
        MUSEUMS,
        "weight: 1.50",
        "weight: heavy",
        "heavy",
        "«heavy» is not a number: write digits with a point, such as 4.5",
    ),
    "decimal comma": (
        MUSEUMS,
        "weight: 1.50",
        "weight: '1,5'",
        "'1,5'",
        "«1,5» is not a number: write digits with a point, such as 4.5",
    ),
    "reference unknown": (
        MUSEUMS,
        "weight: 1.50",
        "near: museum-lout",
        "museum-lout",
        "no entity «museum-lout»; did you mean «museum-laut»?",
    ),
    "label without language": (
        MUSEUMS,
        "label: {en: Curators, id: Kurator}",
        "label: Curators",
        "Curators}",
        "«label» must name its languages: {en: …, id: …}",
    ),
    "label in no language": (
        MUSEUMS,
        "{en: Curators,",
        "{e n: Curators,",
        "Curators,",
        "«e n» is not a language tag: write en or id",
    ),
    "empty label": (MUSEUMS, "id: Kurator}", "id: ''}", "''", "the label in «id» must be a text"),
    "alternative without language": (
        MUSEUMS,
        "{text: MB, language: id}",
        "MB",
        "MB]",
        "an alternative name needs {text: …, language: …}",
    ),
    "alternative with another key": (
        MUSEUMS,
        "{text: MB, ",
        "{text: MB, kind: x, ",
        "kind: x",
        "an alternative name has no key «kind»",
    ),
    "anchor": (
        MUSEUMS,
        "is: loan",
        "is: &l loan",
        "&l",
        "anchors are not allowed (&l): write the value where it is used",
    ),
    "redirect to nothing": (REDIRECTS, "mask\n", "maks\n", "maks\n", "no entity «maks»; did you mean «mask»?"),
    "redirect of what is in use": (
        REDIRECTS,
        "old-mask: mask",
        "old-mask: mask\nmuseum-laut: mask",
        "museum-laut",
        "«museum-laut» is still in use; only an id that is gone may redirect",
    ),
    "redirect of no id": (
        REDIRECTS,
        "old-mask: mask",
        "old-mask: mask\nThe Mask: mask",
        "The Mask",
        "«The Mask» is not an id",
    ),
    "released id is gone": (
        LEDGER,
        "old-mask",
        "old-mask\nmusem-laut",
        "musem-laut",
        "«musem-laut» was released and is gone: restore it, or add «musem-laut: new-id» to data/redirects.yaml; did you mean «museum-laut»?",
    ),
    "redirect removed": (
        REDIRECTS,
        "old-mask: mask\n",
        "# none\n",
        "",
        "«old-mask» was released and is gone: restore it, or add «old-mask: new-id» to data/redirects.yaml; did you mean «loan-mask»?",
    ),
    "link of an unknown entity": (
        ACCEPTED,
        "id:museum-laut",
        "id:museum-lau",
        "id:museum-lau",
        "no entity «museum-lau»; did you mean «museum-laut»?",
    ),
    "link of another namespace": (
        ACCEPTED,
        "id:museum-laut",
        "wd:museum-laut",
        "wd:museum-laut",
        "«wd:museum-laut» is not an id of this graph: http://www.wikidata.org/entity/museum-laut",
    ),
    "prefix unknown": (
        ACCEPTED,
        "wd:Q1",
        "wf:Q1",
        "wf:Q1",
        "«wf:Q1» must be «prefix:name» with a prefix of the heading's curie_map",
    ),
    "target that is no IRI": (
        ACCEPTED,
        "wd:Q1",
        "wd:Q<1>",
        "wd:Q<1>",
        "«http://www.wikidata.org/entity/Q<1>» is not an IRI: Invalid IRI code point '<'",
    ),
    "confidence above one": (ACCEPTED, "\t0.9\t", "\t1.5\t", "1.5", "«1.5» must be a number between 0 and 1"),
    "confidence in words": (ACCEPTED, "\t0.9\t", "\thigh\t", "high", "«high» must be a number between 0 and 1"),
    "impossible date of a link": (
        ACCEPTED,
        "2026-01-01",
        "2026-13-01",
        "2026-13-01",
        "«2026-13-01» is no day of the calendar (month must be in 1..12)",
    ),
    "justification missing": (
        ACCEPTED,
        "\tsemapv:ManualMappingCuration",
        "\t",
        None,
        "«mapping_justification» is empty: every link says what, why, when, how surely and where it was seen",
    ),
    "where it was seen missing": (
        ACCEPTED,
        "Seen in: a list",
        "",
        None,
        "«comment» is empty: every link says what, why, when, how surely and where it was seen",
    ),
    "author missing": (ACCEPTED, "\tsomeone\t", "\t\t", None, "who made this link? fill author_id or author_label"),
    "another predicate": (
        ACCEPTED,
        "skos:exactMatch",
        "skos:closeMatch",
        "skos:closeMatch",
        "the predicate must be skos:exactMatch",
    ),
    "not in the accepted file": (
        ACCEPTED,
        "exactMatch\t\t",
        "exactMatch\tNot\t",
        "Not",
        "the refused file, and only it, says «Not» in predicate_modifier",
    ),
    "refused without not": (
        REFUSED,
        "\tNot\t",
        "\t\t",
        None,
        "the refused file, and only it, says «Not» in predicate_modifier",
    ),
    "column missing": (
        ACCEPTED,
        "object_id",
        "objekt_id",
        "subject_id\t",
        "the table needs a column «object_id»; did you mean «objekt_id»?",
    ),
    "heading without prefixes": (
        ACCEPTED,
        "curie_map",
        "map",
        None,
        "the heading needs «curie_map:» with the prefixes that the rows use",
    ),
    "query without a title": (
        QUERY,
        "# title@id: Kepada siapa sebuah museum meminjamkan?\n",
        "",
        None,
        "the header needs «# title@id: …»",
    ),
    "query without a description": (
        QUERY,
        "# description@en: One row per borrower.\n",
        "",
        None,
        "the header needs «# description@en: …»",
    ),
    "title without language": (
        QUERY,
        "# title@en:",
        "# title:",
        "# title: To",
        "write «# title@en: …» or «# parameter ?name: type default | english | indonesian»",
    ),
    "type of a parameter": (
        QUERY,
        ": iri id",
        ": uri id",
        "# parameter",
        "no type «uri»; one of iri, date, integer, decimal, string",
    ),
    "labels of a parameter": (
        QUERY,
        " | Museumnya",
        "",
        "# parameter",
        "a parameter needs «type default | english label | indonesian label»",
    ),
    "parameter that is not projected": (
        QUERY,
        "SELECT ?lender ?borrower",
        "SELECT ?borrower",
        "# parameter ?lender",
        "the query must project its parameter ?lender",
    ),
    "gap of no kind": (
        QUERY,
        "# parameter",
        "# gap: opn\n# parameter",
        "# gap",
        "no gap «opn»; one of conflict, single, unlinked, uncertain, open; did you mean «open»?",
    ),
    "gap by words": (
        QUERY,
        "# parameter",
        "# gap: open by lender\n# parameter",
        "# gap",
        "write «# gap: kind» or «# gap: kind by ?name»",
    ),
    "gap with a parameter": (
        QUERY,
        "# parameter",
        "# gap: open\n# parameter",
        "# gap",
        "a query with «gap» is a SELECT without parameters",
    ),
    "gap by what is not projected": (
        QUERY,
        "# parameter ?lender: iri id:museum-bahari | The museum | Museumnya",
        "# gap: open by ?loan",
        "# gap",
        "the query must project ?loan, by which its rows are counted",
    ),
    "parameter that is only computed with": (
        QUERY,
        "SELECT ?lender ?borrower",
        "SELECT (STR(?lender) AS ?name) ?borrower",
        "# parameter ?lender",
        "the query must project its parameter ?lender",
    ),
    "function that nobody has": (
        QUERY,
        "WHERE {",
        "WHERE { FILTER (<urn:none>(1))",
        None,
        "the query cannot be evaluated: The custom function <urn:none> is not supported",
    ),
    "query that is no SPARQL": (QUERY, "WHERE {", "WHERE {{", "WHERE", "not SPARQL: expected"),
    "prefix of a query": (
        QUERY,
        "ml:lentTo",
        "mx:lentTo",
        "mx:",
        "not SPARQL: a prefix stands here that neither the query nor the project declares",
    ),
    "project key": (
        SETTINGS,
        "expect:",
        "expected:",
        "expected",
        "a project has no key «expected»; did you mean «expect»?",
    ),
    "licence in words": (
        SETTINGS,
        "license: https://creativecommons.org/publicdomain/zero/1.0/",
        "license: CC BY",
        "CC BY",
        "«license»: «CC BY» is not an IRI: Invalid IRI code point ' '",
    ),
    "base that is no address": (
        SETTINGS,
        "base: https://example.org/loans/",
        "base: loans/",
        "loans/\n",
        "«base»: «loans/» is not an IRI: No scheme found in an absolute IRI",
    ),
    "base without a slash": (SETTINGS, "org/loans/\n", "org/loans\n", m.BASE[:-1], "«base» must end in «/»"),
    "bound in words": (
        SETTINGS,
        "{min: 1, max: 1}",
        "{min: one, max: 1}",
        "one,",
        "«min» must be a whole number, not «one»",
    ),
    "expectation key": (
        SETTINGS,
        "{min: 1, max: 1}",
        "{minn: 1, max: 1}",
        "minn",
        "an expectation has no key «minn»; did you mean «min»?",
    ),
    "title as a text": (
        SETTINGS,
        "title: {en: Loans between museums, id: Pinjaman antarmuseum}",
        "title: Loans",
        "Loans\n",
        "«title» must name languages: {en: …, id: …}",
    ),
    "title in no language": (
        SETTINGS,
        "title: {en: Loans",
        "title: {e n: Loans",
        "e n: Loans",
        "«e n» is not a language tag: write en or id",
    ),
    "key for two shapes": (
        SHAPES,
        's:Founding a sh:NodeShape ; rj:key "founding"',
        's:Founding a sh:NodeShape ; rj:key "museum"',
        None,
        "the key «museum» stands for two shapes: <https://example.org/loans/shapes#Museum> and <https://example.org/loans/shapes#Founding>",
    ),
    "vocabulary that is no Turtle": (
        TERMS,
        "ml:Artefact a owl:Class .",
        "ml:Artefact a .",
        "ml:Artefact a .",
        "not Turtle: ",
    ),
    "shapes that are no Turtle": (SHAPES, "s:Event a", "s:Event x", "s:Event x", "not Turtle: "),
    "key for two properties": (
        SHAPES,
        'rj:key "borrower"',
        'rj:key "lender"',
        None,
        "<https://example.org/loans/shapes#Loan>: the key «lender» stands for two properties",
    ),
    "property shape without a kind": (
        SHAPES,
        "sh:path ml:weight ; sh:datatype xsd:decimal",
        "sh:path ml:weight",
        None,
        "<https://example.org/loans/shapes#Artefact> weight: a property shape needs sh:datatype, sh:class, sh:nodeKind sh:IRI, or sh:node with rj:value",
    ),
}
LOOSE = {"vocabulary that is no Turtle", "shapes that are no Turtle", "query that is no SPARQL", "prefix of a query"}
"""The store's parser chooses column and words here."""
FOLLOWED = {
    "redirect to nothing",
    "title without language",
    "kind unknown",
    "kind missing",
    "heading without prefixes",
}
"""One mistake, two rules broken: both are told."""


@pytest.mark.parametrize("case", CASES)
def test_each_mistake_is_one_message_with_its_place(root: Path, case: str) -> None:
    file, old, new, at, message = CASES[case]
    m.edit(root, file, old, new)
    found = m.problems_of(root)
    if case in LOOSE:
        line = m.place(root, file, str(at)).rpartition(":")[0]
        assert any(problem.startswith(f"{line}:") and f": {message}" in problem for problem in found), found
    elif at:
        assert f"{m.place(root, file, at)}: {message}" in found
    else:
        assert [problem for problem in found if problem.endswith(f": {message}")], found
    if case not in FOLLOWED:
        assert len(found) == 1, found


def test_a_redirect_of_a_redirect_is_told(root: Path) -> None:
    m.edit(root, REDIRECTS, "old-mask: mask", "old-mask: older-mask\nolder-mask: mask")
    message = f"{REDIRECTS}:1:11: «older-mask» is gone too: name the id that is left"
    assert message in m.problems_of(root)


def test_an_id_in_two_files_names_both_places(root: Path) -> None:
    (root / "data/entities/zoo.yaml").write_text("# zoo\nmask: {is: artefact}\n", "utf-8")
    first = m.place(root, MUSEUMS, "\nmask: {", 1)
    assert m.problems_of(root) == [f"data/entities/zoo.yaml:2:1: «mask» is declared twice: here and at {first}"]


def test_an_id_twice_in_one_file(root: Path) -> None:
    m.edit(root, PEOPLE, "dewi-k", "no: {is: role}\ndewi-k")
    assert m.problems_of(root) == [f"{PEOPLE}:4:1: «no» stands twice: here and in line 2; join the two or rename one"]


def test_mistakes_of_all_files_come_at_once(root: Path) -> None:
    for case in (
        "key unknown",
        "redirect of no id",
        "confidence above one",
        "type of a parameter",
        "released id is gone",
    ):
        file, old, new, _, _ = CASES[case]
        m.edit(root, file, old, new)
    m.edit(root, f"data/articles/{m.ONE}.yaml", "item mask", "item maks")
    found = m.problems_of(root)
    assert len({problem.split(":")[0] for problem in found}) == len(found) == 6


def test_a_link_accepted_and_refused_is_named_at_both_places(root: Path) -> None:
    m.edit(root, REFUSED, m.row("museum-bahari", "wd:Q2", refused=True), m.row("museum-laut", "wd:Q1", refused=True))
    line = m.place(root, ACCEPTED, "id:museum-laut").rpartition(":")[0]
    other = m.place(root, REFUSED, "id:museum-laut").rpartition(":")[0]
    assert m.problems_of(root) == [
        (
            f"{line}:1: «museum-laut» is not http://www.wikidata.org/entity/Q1: refused at {other}:1; "
            "remove one of the two rows"
        )
    ]


@pytest.mark.parametrize(
    ("second", "message"),
    [
        (m.row("museum-laut", "wd:Q3"), "«museum-laut» is already http://www.wikidata.org/entity/Q1 (line 8); it can"),
        (m.row("museum-laut", "wd:Q1"), "this link stands in line 8 already; remove one of the two rows"),
        (m.row("mask", "wd:Q3") + "\tand more", "the row has 12 cells, the table 11 columns: is a tab too many?"),
    ],
)
def test_an_entity_is_one_thing_of_an_authority(root: Path, second: str, message: str) -> None:
    row = m.row("museum-laut", "wd:Q1")
    m.edit(root, ACCEPTED, row, f"{row}\n{second}")
    assert [problem.startswith(f"{ACCEPTED}:9:1: {message}") for problem in m.problems_of(root)] == [True]


def test_a_byte_order_mark_is_read_over(root: Path) -> None:
    for name in (ACCEPTED, "queries/borrowers.rq"):
        (root / name).write_bytes(b"\xef\xbb\xbf" + (root / name).read_bytes())
    assert m.problems_of(root) == []


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("prefix: ml", "prefix: ml\nkeep: 0", "3:7: «keep» is how many releases stay: at least 1"),
        (m.BASE, f"{m.BASE}#", "1:7: «base» must end in «/»"),
        ("terms#", "terms", "3:13: «vocabulary» must end in «#» or «/»"),
        ("prefix: ml", "prefix: id", "2:9: the prefix «id» stands for something else already: choose another for "),
        ("prefix: ml", "prefix: oa", "2:9: the prefix «oa» stands for something else already: choose another for "),
    ],
)
def test_a_project_that_would_go_wrong_later(root: Path, old: str, new: str, problem: str) -> None:
    m.edit(root, "data/project.yaml", old, new)
    assert [found.startswith(f"data/project.yaml:{problem}") for found in m.problems_of(root)] == [True]


@pytest.mark.parametrize("name", ['""', '" "'])
def test_a_name_says_something(root: Path, name: str) -> None:
    m.edit(root, MUSEUMS, "text: MB", f"text: {name}")
    assert [problem.partition(": ")[2] for problem in m.problems_of(root)] == [
        "an alternative name needs {text: …, language: …}"
    ]


def test_two_entities_cannot_be_the_same_thing(root: Path) -> None:
    row = m.row("museum-laut", "wd:Q1")
    m.edit(root, ACCEPTED, row, f"{row}\n{m.row('curators', 'wd:Q1')}")
    assert m.problems_of(root) == [
        f"{ACCEPTED}:9:1: http://www.wikidata.org/entity/Q1 is already «museum-laut» (line 8); it cannot be both"
    ]


def test_a_refused_match_is_barred_whatever_file_asserts_it(root: Path) -> None:
    m.edit(
        root, SHAPES, 's:Museum a sh:NodeShape ; rj:key "museum" ;',
        's:Museum a sh:NodeShape ; rj:key "museum" ; sh:property [ rj:key "same" ; sh:path schema:sameAs ; sh:nodeKind sh:IRI ] ;',
    )  # fmt: skip
    m.edit(root, REFUSED, "wd:Q2", "id:museum-laut")
    m.edit(root, MUSEUMS, "museum-bahari:\n  is: museum\n", "museum-bahari:\n  is: museum\n  same: museum-laut\n")
    at = m.place(root, MUSEUMS, "same: museum-laut", 6)
    assert graph_problems(root) == [
        f"{at}: «museum-bahari» is not https://example.org/loans/id/museum-laut: refused at {REFUSED}:8:1"
    ]


def test_a_project_that_lacks_everything(root: Path) -> None:
    (root / SETTINGS).write_text("", "utf-8")
    assert m.problems_of(root) == sorted(
        f"{SETTINGS}:1:1: a project needs «{key}»" for key in ("base", "prefix", "vocabulary", "title", "license")
    )


def test_no_project_at_all(tmp_path: Path) -> None:
    with pytest.raises(SourceError) as caught:
        find_root(tmp_path / "deeper")
    assert str(caught.value).endswith("run this in the project's folder or name it with --project")
    with pytest.raises(SourceError) as missing:
        load_project(tmp_path)
    assert "data/project.yaml:1:1: cannot be read: No such file or directory" in str(missing.value)


def test_a_project_is_found_from_below(root: Path) -> None:
    assert find_root(root / "data" / "entities") == root


def test_broken_shapes_are_shown_alone(root: Path) -> None:
    (root / SHAPES).unlink()
    m.edit(root, PEOPLE, "is: role", "is: rule")
    found = m.problems_of(root)
    assert len(found) == 1
    assert found[0].startswith(f"{SHAPES}:1:1: cannot be read: ")


def test_entries_are_read_in_any_order_and_values_are_canonical(root: Path) -> None:
    entities = m.load(root).authority.entities
    assert list(entities) == sorted(entities)
    triples = [" ".join(item.triple[1:]) for item in entities["mask"].triples]
    assert f'<{m.BASE}terms#inventory> "0012"' in triples
    assert f'<{m.BASE}terms#weight> "1.5"^^<http://www.w3.org/2001/XMLSchema#decimal>' in triples
    assert entities["no"].labels == {"en": "Head", "id": "Kepala"}


@pytest.mark.parametrize("name", ["format", "lang", "limit", "offset"])
def test_a_parameter_takes_no_name_that_the_address_has_taken(name: str) -> None:
    problems: list[Problem] = []
    header = "# title@en: A\n# title@id: A\n# description@en: A\n# description@id: A\n"
    parse_query("a", f"{header}# parameter ?{name}: string x | A | A\n\nSELECT ?{name} {{}}", "a.rq", problems)
    assert [each.message for each in problems] == [f"?{name} means how to answer, not what; choose another name"]
