"""A rival: LinkML. Instances of a schema's classes, put into a graph by its `RDFLibDumper` and written as N-Triples.

Its own `dumps` would also put the graph into a canonical order; that is left out, as is what makes the classes.
"""

from __future__ import annotations

import json
import sys
import time
from importlib.metadata import version
from pathlib import Path

from linkml.generators.pydanticgen import PydanticGenerator
from linkml_runtime.dumpers.rdflib_dumper import RDFLibDumper
from linkml_runtime.utils.schemaview import SchemaView
from rdflib import Graph


def main() -> None:
    """Read the folder of the first argument, write the file of the second, and print what it took."""
    folder, out = Path(sys.argv[1]), Path(sys.argv[2])
    classes = PydanticGenerator(str(folder / "schema.yaml")).compile_module()
    view = SchemaView(str(folder / "schema.yaml"))
    view.imports_closure()
    dumper = RDFLibDumper()
    start = time.perf_counter()
    graph = Graph()
    for name, instances in json.loads((folder / "instances.json").read_bytes()).items():
        made = getattr(classes, name)
        for instance in instances:
            dumper.inject_triples(made(**instance), view, graph)
    graph.serialize(str(out), format="nt", encoding="utf-8")
    print(json.dumps({"seconds": time.perf_counter() - start, "version": version("linkml")}))


if __name__ == "__main__":
    main()
