"""JSON-LD 1.1 (https://www.w3.org/TR/json-ld11/) that people can read.

Oxigraph's own writer was tried first: it expands every IRI, takes no account of prefixes and puts the whole dataset
on one line, in the order in which the quads arrive. So this one writes it: a context of prefixes, one object per
subject with sorted keys, the default graph first and then one object per named graph; strings, booleans and integers
as JSON has them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from kg_builder.model import Term
from kg_builder.namespaces import XSD
from kg_builder.release.spool import Spool
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

_INDENT = "  "
# Up to 15 digits a JSON number is exact in every reader; a longer one would come back as a double.
_NATIVE = {
    f"^^<{XSD}integer>": re.compile(r"0|-?[1-9][0-9]{0,14}"),
    f"^^<{XSD}boolean>": re.compile(r"true|false"),
}
_UNICODE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
_ECHAR = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}
_DELIMITERS = frozenset(":/?#[]@")


class JsonLdWriter:
    r"""Takes nodes in order of their subjects and writes one JSON-LD document of them.

    >>> import tempfile
    >>> from pathlib import Path
    >>> from kg_builder.release.terms.lines import nodes
    >>> lines = ['<x:a> <x:p> "b" .\n', '<x:a> <x:p> "c"@en .\n']
    >>> with Spool(Path(tempfile.gettempdir())) as spool:
    ...     writer = JsonLdWriter(Names({"x": "x:"}), TypeOrder(), spool)
    ...     for node in nodes(lines):
    ...         writer.add(node)
    ...     print(b"".join(writer.document()).decode(), end="")
    {
      "@context": {
        "x": "x:"
      },
      "@graph": [
        {
          "@id": "x:a",
          "x:p": [
            "b",
            {"@language": "en", "@value": "c"}
          ]
        }
      ]
    }
    """

    def __init__(self, names: Names, order: TypeOrder, spool: Spool) -> None:
        """Start with no nodes; the spool must be empty and stay open as long as the writer is used."""
        self._names = names
        self._order = order
        self._spool = spool

    def add(self, node: Node) -> None:
        """Take one node, in every graph that speaks of it."""
        rank = self._order.rank(node.types)
        for graph, properties in node.graphs.items():
            text = self._object(node.subject, properties, _INDENT * (4 if graph else 2))
            self._spool.add((graph, rank), f",\n{text}")

    def document(self) -> Iterator[bytes]:
        """Yield the document as UTF-8."""
        yield f'{{\n  "@context": {self._context()},\n  "@graph": ['.encode()
        open_graph: str = DEFAULT_GRAPH
        comma = False
        for drawer in self._spool.drawers():
            graph = drawer[0]
            if graph != open_graph:
                end = "\n      ]\n    }" if open_graph else ""
                name = _quoted(self._names.short(graph).reference)
                yield f'{end}{"," if comma else ""}\n    {{\n      "@id": {name},\n      "@graph": ['.encode()
                open_graph, comma = graph, False
            pieces = self._spool.pieces(drawer)
            if not comma:
                yield next(pieces)[1:]
            yield from pieces
            comma = True
        yield (b"\n      ]\n    }" if open_graph else b"") + b"\n  ]\n}\n"

    def _context(self) -> str:
        context: dict[str, object] = {"@base": self._names.base} if self._names.base else {}
        for prefix, namespace in sorted(self._names.prefixes.items()):
            simple = namespace[-1:] in _DELIMITERS
            context[prefix] = namespace if simple else {"@id": namespace, "@prefix": True}
        return json.dumps(context, ensure_ascii=False, indent=2).replace("\n", "\n  ")

    def _object(self, subject: Term, properties: Properties, indent: str) -> str:
        members = [('"@id"', [_quoted(self._names.short(subject).reference)])]
        for predicate, terms in properties.items():
            objects = sorted(terms, key=object_order) if len(terms) > 1 else terms
            if predicate == RDF_TYPE and all(term[0] == "<" for term in objects):
                members.append(('"@type"', [_quoted(self._names.short(term).key) for term in objects]))
            else:
                members.append((_quoted(self._names.short(predicate).key), [self._value(term) for term in objects]))
        inner = indent + _INDENT
        lines = []
        for key, values in sorted(members):
            if len(values) == 1:
                lines.append(f"{inner}{key}: {values[0]}")
            elif key == '"@type"':
                lines.append(f"{inner}{key}: [{', '.join(values)}]")
            else:
                items = f",\n{inner}{_INDENT}".join(values)
                lines.append(f"{inner}{key}: [\n{inner}{_INDENT}{items}\n{inner}]")
        body = ",\n".join(lines)
        return f"{indent}{{\n{body}\n{indent}}}"

    def _value(self, term: Term) -> str:
        if term[0] == "<":
            return f'{{"@id": {_quoted(self._names.short(term).reference)}}}'
        text, suffix = split_literal(term)
        value = _quoted(text)
        if not suffix:
            return value
        if suffix[0] == "@":
            return f'{{"@language": "{suffix[1:]}", "@value": {value}}}'
        pattern = _NATIVE.get(suffix)
        if pattern and pattern.fullmatch(text):
            return text
        return f'{{"@type": {_quoted(self._names.short(suffix[2:]).key)}, "@value": {value}}}'


def _quoted(text: str) -> str:
    # N-Triples and JSON share their escapes but for \U and \', so most text passes as it is.
    if "\\U" in text or "\\'" in text:
        return json.dumps(_UNICODE.sub(_character, text), ensure_ascii=False)
    return f'"{text}"'


def _character(match: re.Match[str]) -> str:
    code = match[1] or match[2]
    return chr(int(code, 16)) if code else _ECHAR.get(match[3], match[3])
