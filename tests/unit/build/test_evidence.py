"""Evidence is judged by its own shapes alone, one of each form where that will do: the result is the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support import museum as m

from kg_builder.build.evidence import EvidenceJudge, own_shapes
from kg_builder.build.mapping import context_of
from kg_builder.errors import Mark
from kg_builder.graph.quads import ArticleQuads, article_quads, line
from kg_builder.graph.validate import Places, shapes_of, violations

COUNTED, OWN, ALL = "counted", "own", "all"
# What is added to the shapes, and how far it sees.
CASES = {
    "nothing": ("", COUNTED),
    "a note is needed": ("sh:property [ sh:path rj:note ; sh:minCount 1 ]", COUNTED),
    "one phrase is enough": ("sh:property [ sh:path prov:wasDerivedFrom ; sh:maxCount 1 ]", COUNTED),
    "no literals": ('sh:property [ sh:path rdf:object ; sh:nodeKind sh:IRI ; sh:message "no" ]', COUNTED),
    "nothing uncertain": ("sh:property [ sh:path rj:certainty ; sh:maxCount 0 ]", COUNTED),
    "short notes": ("sh:property [ sh:path rj:note ; sh:maxLength 5 ]", OWN),
    "one value or the other": (
        "sh:xone ( [ sh:path rj:note ; sh:minCount 1 ] [ sh:path rj:rank ; sh:minCount 1 ] )",
        OWN,
    ),
    "attested of loans": ("sh:property [ sh:path rdf:subject ; sh:class ml:Loan ]", ALL),
    "of what has a kind": (
        "sh:property [ sh:path ( rdf:subject rdf:type ) ; sh:minCount 9 ]",
        ALL,
    ),
    "another target": ("sh:targetSubjectsOf rdf:subject ; sh:property [ sh:path rj:note ; sh:minCount 1 ]", ALL),
}
PHRASES = "s:Phrase a sh:NodeShape ; sh:targetClass oa:TextQuoteSelector ; sh:property [ sh:path oa:exact ; {} ] .\n"


def full(made: ArticleQuads, shapes: str, hierarchy: str, schema: object) -> list[str]:
    marks = {node: each.mark for node, each in made.attestations.items()}
    marks |= {made.spans[span]: each.mark for each in made.attestations.values() for span in each.spans}
    triples = [*made.described.values(), *map(line, made.head | made.facts), hierarchy]
    places = Places({}, marks, {}, Mark("a.yaml"))
    return list(map(str, violations(shapes_of(shapes), triples, places, schema, marks)))  # type: ignore[arg-type]


@pytest.mark.parametrize("phrases", ["", "sh:minCount 1", "sh:maxLength 12"])
@pytest.mark.parametrize("case", CASES)
def test_it_is_what_all_shapes_say_of_all_triples(tmp_path: Path, case: str, phrases: str) -> None:
    m.write(tmp_path)
    added, far = CASES[case]
    extra = f"s:More a sh:NodeShape ; sh:targetClass rdf:Statement ; {added} .\n" if added else ""
    extra += PHRASES.format(phrases) if phrases else ""
    shapes = tmp_path / "ontology/shapes.ttl"
    head = "@prefix prov: <http://www.w3.org/ns/prov#> .\n@prefix oa: <http://www.w3.org/ns/oa#> .\n"
    shapes.write_text(head + shapes.read_text("utf-8") + extra, "utf-8")
    corpus = m.load(tmp_path)
    context = context_of(corpus.project, corpus.schema, corpus.authority.declared)
    assert (own_shapes(context.shapes, context.hierarchy) is None) is (far == ALL)
    judge = EvidenceJudge(context.shapes, context.hierarchy, context.schema)
    assert judge._counted is (far == COUNTED and "maxLength" not in phrases)
    told = 0
    for loaded in corpus.records:
        made = article_quads(loaded.record, corpus.project.iris)
        wanted = full(made, context.shapes, context.hierarchy, context.schema)
        assert list(map(str, judge.problems(loaded.record.article, made, set()))) == wanted
        told += len(wanted)
    assert bool(told) is (case != "nothing" or bool(phrases))
