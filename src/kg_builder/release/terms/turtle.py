"""Turtle and TriG (https://www.w3.org/TR/turtle/, https://www.w3.org/TR/trig/) that are pleasant to read.

The same triples give the same bytes, whatever order they come in: subjects grouped by kind, `a` and `rdfs:label` first,
the other properties by name, objects aligned in one column. Only declarations that are used are written.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator

from kg_builder.model import Term
from kg_builder.namespaces import RDFS, XSD
from kg_builder.release.spool import Drawer, Spool
from kg_builder.release.terms.lines import (
    DEFAULT_GRAPH,
    RDF_TYPE,
    Node,
    Properties,
    object_order,
    split_literal,
)
from kg_builder.release.terms.names import Names
from kg_builder.release.terms.order import TypeOrder

_WIDTH = 110
_INDENT = "    "
_PREDICATE_COLUMN = 32
_RDFS_LABEL = f"<{RDFS}label>"
# The lexical forms that Turtle's abbreviations stand for and that no processor rewrites.
_ABBREVIATED = {
    f"^^<{XSD}integer>": re.compile(r"0|-?[1-9][0-9]*"),
    f"^^<{XSD}decimal>": re.compile(r"-?(?:0|[1-9][0-9]*)\.[0-9]*[1-9]"),
    f"^^<{XSD}boolean>": re.compile(r"true|false"),
}
_ESCAPES = re.compile(r'((?:\\")+)|\\(.)', re.DOTALL)


class TurtleWriter:
    r"""Takes nodes in order of their subjects and writes whole documents of them.

    >>> import tempfile
    >>> from pathlib import Path
    >>> from kg_builder.release.terms.lines import nodes
    >>> lines = ['<x:a> <x:p> "b" .\n', '<x:a> <x:p> "3"^^<http://www.w3.org/2001/XMLSchema#integer> <x:g> .\n']
    >>> with Spool(Path(tempfile.gettempdir())) as spool:
    ...     writer = TurtleWriter(Names({"x": "x:"}), TypeOrder(), spool)
    ...     for node in nodes(lines):
    ...         writer.add(node)
    ...     print(b"".join(writer.trig()).decode(), end="")
    @prefix x: <x:> .
    <BLANKLINE>
    # ---- other ----
    <BLANKLINE>
    x:a
        x:p "b" .
    <BLANKLINE>
    x:g {
        x:a
            x:p 3 .
    }
    """

    def __init__(self, names: Names, order: TypeOrder, spool: Spool) -> None:
        """Start with no nodes; the spool must be empty and stay open as long as the writer is used."""
        self._names = names
        self._order = order
        self._spool = spool
        self._declared: defaultdict[Drawer, set[str]] = defaultdict(set)

    def add(self, node: Node) -> None:
        """Take one node, in every graph that speaks of it."""
        rank = self._order.rank(node.types)
        for graph, properties in node.graphs.items():
            drawer = (graph, rank)
            indent = _INDENT if graph else ""
            self._spool.add(drawer, self._block(node.subject, properties, indent, self._declared[drawer]))

    def trig(self) -> Iterator[bytes]:
        """Yield a TriG document of everything: the default graph, then the named graphs by name."""
        return self._document(lambda _: True)

    def turtle(self) -> Iterator[bytes]:
        """Yield a Turtle document of the default graph."""
        return self._document(lambda drawer: drawer[0] == DEFAULT_GRAPH)

    def facts(self) -> Iterator[bytes]:
        """Yield a Turtle document of the default graph without the apparatus of `TypeOrder`."""
        return self._document(lambda drawer: drawer[0] == DEFAULT_GRAPH and self._order.is_fact(drawer[1]))

    def _document(self, wanted: Callable[[Drawer], bool]) -> Iterator[bytes]:
        drawers = list(filter(wanted, self._spool.drawers()))
        graphs = {graph: self._names.short(graph) for graph, _ in drawers if graph}
        declared = {short.declaration for short in graphs.values()}.union(*map(self._declared.__getitem__, drawers))
        yield "".join(sorted(declared)).encode()
        open_graph = DEFAULT_GRAPH
        for drawer in drawers:
            graph, rank = drawer
            if graph == DEFAULT_GRAPH:
                kind = self._order.kind(rank)
                title = self._names.short(kind).turtle if kind else "other"
                yield f"\n# ---- {title} ----\n".encode()
            elif graph != open_graph:
                end = "}\n" if open_graph else ""
                yield f"{end}\n{graphs[graph].turtle} {{\n".encode()
                open_graph = Term(graph)
            yield from self._spool.pieces(drawer)
        if open_graph:
            yield b"}\n"

    def _block(self, subject: Term, properties: Properties, indent: str, declared: set[str]) -> str:
        rows = sorted(self._row(predicate, objects, declared) for predicate, objects in properties.items())
        column = min(max(len(name) for _, name, _ in rows), _PREDICATE_COLUMN)
        inner = indent + _INDENT
        parts = []
        for _, name, objects in rows:
            head = f"{inner}{name:<{column}} "
            line = ", ".join(objects)
            if len(objects) > 1 and (len(head) + len(line) > _WIDTH or "\n" in line):
                line = (",\n" + " " * len(head)).join(objects)
            parts.append(head + line)
        short = self._names.short(subject)
        declared.add(short.declaration)
        gap = "" if indent else "\n"
        body = " ;\n".join(parts)
        return f"{gap}{indent}{short.turtle}\n{body} .\n"

    def _row(self, predicate: Term, objects: list[Term], declared: set[str]) -> tuple[int, str, list[str]]:
        if len(objects) > 1:
            objects = sorted(objects, key=object_order)
        written = []
        for term in objects:
            if term[0] == "<":
                short = self._names.short(term)
                declared.add(short.declaration)
                written.append(short.turtle)
            else:
                written.append(self._literal(term, declared))
        if predicate == RDF_TYPE:
            return 0, "a", written
        short = self._names.short(predicate)
        declared.add(short.declaration)
        return (1 if predicate == _RDFS_LABEL else 2), short.turtle, written

    def _literal(self, term: Term, declared: set[str]) -> str:
        text, suffix = split_literal(term)
        if suffix[:1] == "^":
            pattern = _ABBREVIATED.get(suffix)
            if pattern and pattern.fullmatch(text):
                return text
            short = self._names.short(suffix[2:])
            declared.add(short.declaration)
            suffix = f"^^{short.turtle}"
        if "\\n" in text:
            return _long_string(text) + suffix
        return f'"{text}"{suffix}'


def _long_string(text: str) -> str:
    last = len(text)

    def plain(match: re.Match[str]) -> str:
        if match[2] == "n":
            return "\n"
        if match[1] == '\\"' and match.start() > 0 and match.end() < last:
            return '"'
        return match[0]

    return f'"""{_ESCAPES.sub(plain, text)}"""'
