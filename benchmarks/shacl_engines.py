"""Two SHACL engines on one graph: `shacl`, with which a build validates, and `pyshacl`, its oracle."""

from __future__ import annotations

from itertools import chain

import pyshacl
import rdflib
from benchmarks.common import ROOT, best_seconds, options, silent, tell

from kg_builder.graph.assemble import assemble
from kg_builder.graph.layers import ONTOLOGY
from kg_builder.graph.quads import in_default_graph
from kg_builder.graph.validate import compile_shapes
from kg_builder.sources.corpus import load_corpus
from kg_builder.sources.project import load_project

SHAPES = ROOT / "ontology" / "shapes.ttl"


def default_graph() -> str:
    """The N-Triples that a build validates: the default graph and the ontology's class hierarchy."""
    project = load_project(ROOT)
    shards = assemble(load_corpus(project), silent).shards
    ontology = f" {project.iris.graph(ONTOLOGY)} .\n"
    facts = (line for name, lines in shards.items() if name != ONTOLOGY for line in lines if in_default_graph(line))
    return "".join(chain(facts, (line.removesuffix(ontology) + " .\n" for line in shards[ONTOLOGY])))


def main() -> None:
    """Validate the graph by both engines, warm, and print the times and their ratios."""
    asked = options(main.__doc__ or "")
    triples = default_graph()
    compiled = compile_shapes(SHAPES)
    data = rdflib.Graph().parse(data=triples, format="nt")
    shapes = rdflib.Graph().parse(SHAPES)

    def oracle(graph: rdflib.Graph) -> bool:
        conforms, _, _ = pyshacl.validate(graph, shacl_graph=shapes)
        return bool(conforms)

    def own() -> bool:
        return bool(compiled.validate_text(triples, format="ntriples").conforms)

    agree = own() is oracle(data)  # also what warms both up
    ours = best_seconds(asked.runs, own)
    theirs = best_seconds(asked.runs, lambda: oracle(data))
    parsing = best_seconds(asked.runs, lambda: rdflib.Graph().parse(data=triples, format="nt"))
    count = triples.count("\n")
    tell(
        {
            "triples": count,
            "agree": agree,
            "shacl_seconds": ours,
            "pyshacl_seconds": theirs,
            "pyshacl_parsing_seconds": parsing,
            "ratio": theirs / ours,
            "ratio_with_parsing": (theirs + parsing) / ours,
        },
        [
            f"{count:,} triples; the engines {'agree' if agree else 'DISAGREE'} on whether they conform",
            f"shacl    {ours:7.3f} s   parsing included",
            f"pyshacl  {theirs:7.3f} s   {theirs / ours:5.1f} x, the graph parsed before",
            f"pyshacl  {theirs + parsing:7.3f} s   {(theirs + parsing) / ours:5.1f} x, parsing included",
        ],
        as_json=asked.json,
    )


if __name__ == "__main__":
    main()
