"""Violations name the record's line; the fast engine agrees with pyshacl, which stays the oracle."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import pyshacl
import pytest
from rdflib import RDF, Graph
from rdflib.namespace import SH
from tests.support import museum as m

from kg_builder.errors import Problem, SourceError
from kg_builder.graph import assemble as assembling
from kg_builder.graph.assemble import assemble
from kg_builder.graph.validate import Places, compile_shapes, violations
from kg_builder.sources.corpus import load_corpus
from kg_builder.sources.project import load_project
from kg_builder.sources.schema import Schema

if TYPE_CHECKING:
    import shacl

A, B = f"data/articles/{m.ONE}.yaml", f"data/articles/{m.TWO}.yaml"
MUSEUMS = "data/entities/museums.yaml"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    m.write(tmp_path)
    return tmp_path


def problems_of(root: Path) -> list[str]:
    try:
        assemble(load_corpus(load_project(root)), lambda _: None)
    except SourceError as error:
        return [str(problem) for problem in error.problems]
    return []


ALTERNATIVES = "must have exactly one of the alternatives that its shape gives (such as a value or one bound)"
# file, old text, new text, where the problem is reported, message
CASES = {
    "forgotten party": (
        A,
        '  party museum-laut: ["@44 kepada Museum Laut", "@14 meminjamkan topeng kayu Sumba"]\n',
        "",
        "loan-mask:\n",
        "«loan-mask» lacks «party»: add it, with its evidence",
    ),
    "nested node without its qualifier": (
        A,
        "    capacity: acting\n",
        "",
        "signature ratna",
        "«loan-mask/signature/ratna-wijaya» lacks «capacity»: add it, with its evidence",
    ),
    "nested node for nobody": (
        A,
        "    for: museum-bahari\n",
        "",
        "signature ratna",
        "«loan-mask/signature/ratna-wijaya» lacks «for»: add it, with its evidence",
    ),
    "figure with a value and a bound": (
        A,
        "  printed:",
        '  exactly 1200: "@219 1.200"\n  printed:',
        "this-masks:",
        f"«berita-satu/masks» {ALTERNATIVES}",
    ),
    "figure with neither": (
        A,
        '  more-than 1200: "@208 lebih dari 1.200"\n',
        "",
        "this-masks:",
        f"«berita-satu/masks» {ALTERNATIVES}",
    ),
    "figure of nothing": (
        A,
        '  of museum-laut: "@186 Museum Laut menyimpan"\n',
        "",
        "this-masks:",
        "«berita-satu/masks» lacks «of»: add it, with its evidence",
    ),
    "quotation without a speaker": (
        A,
        '  speaker ratna-wijaya: "@234 Ratna Wijaya berkata"\n',
        "",
        "this-hope:",
        "«berita-satu/hope» lacks «speaker»: add it, with its evidence",
    ),
    "two of what is one": (
        A,
        "  manner direct:",
        '  manner indirect: "@262 berharap"\n  manner direct:',
        "this-hope:",
        "«berita-satu/hope» has more than one «manner»: keep one, or make two nodes",
    ),
    "signer of another kind": (
        A,
        "signature ratna-wijaya:",
        "signature mask:",
        "signature mask",
        "«loan-mask/signature/mask» has «signer mask», which is of another kind than «signer» takes",
    ),
    "two dates": (
        A,
        "  item mask:",
        '  date 2025: "@68 Senin"\n  item mask:',
        "loan-mask:\n",
        "«loan-mask» has more than one «date»: keep one, or make two nodes",
    ),
    "label missing in one language": (
        MUSEUMS,
        "{en: Wooden mask, id: Topeng kayu}",
        "{en: Wooden mask}",
        "mask: {is: artefact",
        "«mask» lacks «label»: add it, with its evidence",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_violation_names_the_file_line_and_column(root: Path, case: str) -> None:
    file, old, new, at, message = CASES[case]
    m.edit(root, file, old, new)
    found = problems_of(root)
    where = f"{file}:"
    assert all(problem.startswith(where) for problem in found), found
    located = [problem for problem in found if problem.startswith(f"{m.place(root, file, at)}: ")]
    if case == "signer of another kind":
        assert located, found
        assert message.split(" ")[0] in located[0]
    else:
        assert f"{m.place(root, file, at)}: {message}" in located, found


def test_all_violations_come_at_once(root: Path) -> None:
    for case in (
        "forgotten party",
        "nested node without its qualifier",
        "figure with neither",
        "quotation without a speaker",
    ):
        file, old, new, _, _ = CASES[case]
        m.edit(root, file, old, new)
    assert len(problems_of(root)) == 4


@pytest.mark.parametrize(
    ("bounds", "message"),
    [
        ("{min: 2}", "1 of kind «loan»; at least 2 are expected: was one lost?"),
        ("{max: 0}", "1 of kind «loan»; at most 0 are expected: raise it if right"),
    ],
)
def test_expected_counts(root: Path, bounds: str, message: str) -> None:
    m.edit(root, "data/project.yaml", "{min: 1, max: 1}", bounds)
    (found,) = problems_of(root)
    assert found.startswith("data/project.yaml:")
    assert found.endswith(f": {message}")


def test_an_expectation_of_no_kind(root: Path) -> None:
    m.edit(root, "data/project.yaml", "loan: {min", "laon: {min")
    (found,) = problems_of(root)
    assert "«expect» names no kind «laon»" in found


class Data:
    """The triples that a build validates, whatever it then says of them."""

    def __init__(self, root: Path, patch: pytest.MonkeyPatch) -> None:
        self.lines: list[str] = []

        def keep(_: shacl.Shapes, triples: Iterable[str], __: Places, ___: Schema) -> list[Problem]:
            self.lines = sorted(set(triples))
            return []

        patch.setattr(assembling, "violations", keep)
        assemble(load_corpus(load_project(root)), lambda _: None)
        patch.undo()


def engine(shapes: Path, lines: list[str]) -> tuple[bool, set[str]]:
    report = compile_shapes(shapes).validate_text("".join(lines), format="ntriples")
    return report.conforms, {result.focus_node for result in report.results}


def oracle(shapes: Path, lines: list[str]) -> tuple[bool, set[str]]:
    data = Graph().parse(data="".join(lines), format="nt")
    conforms, report, _ = pyshacl.validate(data, shacl_graph=Graph().parse(shapes), inference="none")
    assert isinstance(report, Graph)
    found = set()
    # Results below sh:detail belong to an inner shape, not to the report.
    for top in report.subjects(RDF.type, SH.ValidationReport):
        for result in report.objects(top, SH.result):
            found |= {node.n3() for node in report.objects(result, SH.focusNode)}
    return bool(conforms), found


def assert_agree(shapes: Path, lines: list[str]) -> set[str]:
    conforms, focused = engine(shapes, lines)
    expected, nodes = oracle(shapes, lines)
    assert focused == nodes
    assert conforms is expected is (not nodes)
    return nodes


def test_both_engines_accept_the_real_graph(project_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert assert_agree(project_root / "ontology/shapes.ttl", Data(project_root, monkeypatch).lines) == set()


def without(part: str) -> Callable[[list[str]], list[str]]:
    return lambda lines: [quad for quad in lines if part not in quad]


def with_(*more: str) -> Callable[[list[str]], list[str]]:
    return lambda lines: [*lines, *(f"{triple} .\n" for triple in more)]


ID, T = f"{m.BASE}id/", f"{m.BASE}terms#"
SIGNATURE = f"{ID}loan-mask/signature/ratna-wijaya"
MUTATIONS: dict[str, tuple[Callable[[list[str]], list[str]], int]] = {
    "as it is": (without("nothing at all"), 0),
    "no party": (without("terms#party>"), 1),
    "no capacity": (without("ns#capacity>"), 2),
    "no date of the loan": (without("ns#edtf>"), 1),
    "no bound": (without("ns#moreThan>"), 1),
    "value and bound": (
        with_(
            f"<{ID}berita-satu/masks> <https://schema.org/value> 12".replace(
                "12", '"12"^^<http://www.w3.org/2001/XMLSchema#integer>'
            )
        ),
        1,
    ),
    "value that is a text": (with_(f'<{ID}berita-satu/masks> <https://schema.org/value> "many"'), 1),
    "no evidence": (without("prov#wasDerivedFrom>"), 55),
    "no labels": (without("rdf-schema#label>"), 9),
    "signer is a thing": (with_(f"<{SIGNATURE}> <{T}signer> <{ID}mask>"), 2),
    "label without language": (with_(f'<{ID}mask> <http://www.w3.org/2004/02/skos/core#altLabel> "Topeng"'), 1),
    "two dates": (
        with_(f'<{ID}loan-mask> <https://w3id.org/rujukan/ns#edtf> "2025"^^<http://id.loc.gov/datatypes/edtf/EDTF>'),
        1,
    ),
    "near a literal": (with_(f'<{ID}mask> <{T}near> "x"'), 1),
    "museum that is a person": (without("Museum> <http://www.w3.org/2000/01/rdf-schema#subClassOf>"), 0),
    "loan of a museum": (with_(f"<{ID}loan-mask> <{T}item> <{ID}museum-laut>"), 1),
}


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_both_engines_agree_on_a_broken_graph(root: Path, monkeypatch: pytest.MonkeyPatch, mutation: str) -> None:
    change, broken = MUTATIONS[mutation]
    lines = change(Data(root, monkeypatch).lines)
    nodes = assert_agree(root / "ontology/shapes.ttl", lines)
    assert len(nodes) == broken


REAL = {
    "no capacity": "ns#capacity>",
    "no party": "vocab#party>",
    "no speaker": "ns#speaker>",
    "no evidence": "prov#wasDerivedFrom>",
    "no bound": "ns#moreThan>",
    "no counted thing": "sosa/observedProperty>",
    "no kind": "vocab#kind>",
    "no label": "rdf-schema#label>",
}


@pytest.mark.parametrize("mutation", ["no capacity", "no party", "no bound"])
def test_both_engines_agree_on_the_real_graph_broken(
    project_root: Path, monkeypatch: pytest.MonkeyPatch, mutation: str
) -> None:
    lines = without(REAL[mutation])(Data(project_root, monkeypatch).lines)
    assert assert_agree(project_root / "ontology/shapes.ttl", lines)


@pytest.mark.parametrize("mutation", REAL)
def test_a_violation_of_the_real_graph_is_found(
    project_root: Path, monkeypatch: pytest.MonkeyPatch, mutation: str
) -> None:
    lines = without(REAL[mutation])(Data(project_root, monkeypatch).lines)
    assert engine(project_root / "ontology/shapes.ttl", lines)[1]


def test_what_no_record_wrote_is_located_at_the_project(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    corpus = m.load(root)
    lines = [
        *Data(root, monkeypatch).lines,
        f"<{ID}ghost> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <{T}Loan> .\n",
    ]
    mark = m.load(root).records[0].record.article.mark
    found = violations(compile_shapes(root / "ontology/shapes.ttl"), lines, Places({}, {}, {}, mark), corpus.schema)
    assert {problem.mark for problem in found} == {mark}
    assert any("«ghost» lacks «party»" in problem.message for problem in found)


@pytest.mark.parametrize(("most", "fits"), [(100, True), (50, False)])
def test_a_record_may_not_repeat_more_of_its_text_than_the_project_allows(
    tmp_path: Path, most: int, fits: bool
) -> None:
    m.write(tmp_path)
    m.edit(tmp_path, "data/project.yaml", "most-quoted: 100", f"most-quoted: {most}")
    corpus = m.load(tmp_path)
    if fits:
        assert assemble(corpus, lambda _: None).counts["articles"]
        return
    with pytest.raises(SourceError, match=r"the record repeats 7\d\.\d% of its text; at most 50 % may be"):
        assemble(corpus, lambda _: None)
