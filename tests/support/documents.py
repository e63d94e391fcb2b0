"""Whole documents of a few quads, by the writers that the dumps are written with."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from kg_builder.model import Term
from kg_builder.release.spool import Spool
from kg_builder.release.terms.jsonld import JsonLdWriter
from kg_builder.release.terms.lines import nodes
from kg_builder.release.terms.names import Names
from kg_builder.release.terms.order import TypeOrder
from kg_builder.release.terms.turtle import TurtleWriter

Quads = Iterable[tuple[Term, ...]]


def canonical_lines(quads: Quads) -> list[str]:
    r"""Return triples and quads (a fourth term is the graph's name) as sorted lines, each once.

    >>> canonical_lines([(Term("<x:b>"), Term("<x:p>"), Term('"1"')), (Term("<x:a>"), Term("<x:p>"), Term('"1"'))])
    ['<x:a> <x:p> "1" .\n', '<x:b> <x:p> "1" .\n']
    """
    return sorted({" ".join(filter(None, quad)) + " .\n" for quad in quads})


def turtle(quads: Quads, prefixes: Mapping[str, str], *, base: str = "", order: TypeOrder | None = None) -> str:
    with _spool() as spool:
        writer = TurtleWriter(Names(prefixes, base), order or TypeOrder(), spool)
        return _document(writer, quads, writer.turtle)


def trig(quads: Quads, prefixes: Mapping[str, str], *, base: str = "", order: TypeOrder | None = None) -> str:
    with _spool() as spool:
        writer = TurtleWriter(Names(prefixes, base), order or TypeOrder(), spool)
        return _document(writer, quads, writer.trig)


def jsonld(quads: Quads, prefixes: Mapping[str, str], *, base: str = "", order: TypeOrder | None = None) -> str:
    with _spool() as spool:
        writer = JsonLdWriter(Names(prefixes, base), order or TypeOrder(), spool)
        return _document(writer, quads, writer.document)


def _spool() -> Spool:
    return Spool(Path(tempfile.gettempdir()))


def _document(writer: TurtleWriter | JsonLdWriter, quads: Quads, written: Callable[[], Iterator[bytes]]) -> str:
    for node in nodes(canonical_lines(quads)):
        writer.add(node)
    return b"".join(written()).decode()
