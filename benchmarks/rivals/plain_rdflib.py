"""A rival: plain rdflib. Fills a `Dataset` from the exported nodes and writes it as N-Quads."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from rdflib import Dataset, Literal, URIRef
from rdflib import __version__ as version
from rdflib.namespace import RDF


def term(kind: str, of: str, value: str) -> URIRef | Literal:
    """Return a value as rdflib has it; as it is written, not normalised."""
    if kind == "iri":
        return URIRef(value)
    if kind == "words":
        return Literal(value, lang=of)
    return Literal(value, datatype=URIRef(of) if kind == "value" else None, normalize=False)


def main() -> None:
    """Read the folder of the first argument, write the file of the second, and print what it took."""
    folder, out = Path(sys.argv[1]), Path(sys.argv[2])
    start = time.perf_counter()
    data = Dataset()
    default = data.default_graph
    for table in json.loads((folder / "nodes.json").read_bytes()):
        kind = URIRef(table["class"])
        slots = [(URIRef(predicate), way, of) for predicate, way, of in table["slots"]]
        for iri, values in table["nodes"]:
            node = URIRef(iri)
            if kind:
                default.add((node, RDF.type, kind))
            for (predicate, way, of), each in zip(slots, values, strict=True):
                for value in each:
                    default.add((node, predicate, term(way, of, value)))
    for subject, predicate, way, of, value, graph in json.loads((folder / "named.json").read_bytes()):
        data.graph(URIRef(graph)).add((URIRef(subject), URIRef(predicate), term(way, of, value)))
    data.serialize(str(out), format="nquads")
    print(json.dumps({"seconds": time.perf_counter() - start, "version": version}))


if __name__ == "__main__":
    main()
