"""N-Quads lines (https://www.w3.org/TR/n-quads/) taken apart as text, and gathered by subject.

A release holds canonical lines without blank nodes, so a line can be cut at its spaces without a parser: an order
of magnitude faster than making an object per term.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from kg_builder.errors import ReleaseError
from kg_builder.model import Term
from kg_builder.namespaces import RDF

DEFAULT_GRAPH = Term("")
"""Stands where a line has no graph name."""

RDF_TYPE = Term(f"<{RDF}type>")

Properties = dict[Term, list[Term]]
"""Predicate to objects, of one subject in one graph."""


@dataclass(slots=True)
class Node:
    """One subject and all that is said of it, graph by graph; `types` are its classes in any graph."""

    subject: Term
    graphs: dict[Term, Properties] = field(default_factory=dict)
    types: set[Term] = field(default_factory=set)


def split_line(line: str) -> tuple[Term, Term, Term, Term]:
    r"""Cut a canonical N-Quads line, its newline included, into subject, predicate, object and graph name.

    The graph name is `DEFAULT_GRAPH` when the line has none. Raises ReleaseError for a line of another form and for
    blank nodes, which a release does not have.

    >>> split_line('<https://example.org/a> <https://example.org/says> "a > b" <https://example.org/g> .\n')
    ('<https://example.org/a>', '<https://example.org/says>', '"a > b"', '<https://example.org/g>')
    >>> split_line('<https://example.org/a> <https://example.org/p> <https://example.org/b> .\n')[3]
    ''
    """
    subject, _, rest = line.partition(" ")
    predicate, _, rest = rest.partition(" ")
    if rest[-3:] != " .\n" or subject[:1] != "<" or predicate[:1] != "<":
        raise _not_canonical(line)
    rest = rest[:-3]
    first = rest[:1]
    # Neither an IRI, a datatype nor a language tag can hold a quotation mark, so the last one closes the literal.
    cut = rest.find(" ", rest.rfind('"')) if first == '"' else rest.find(" ")
    if cut < 0:
        value, graph = rest, ""
    else:
        value, graph = rest[:cut], rest[cut + 1 :]
        if graph[:1] != "<" or " " in graph:
            raise _not_canonical(line)
    if first not in {"<", '"'} or value == '"':
        raise _not_canonical(line)
    return Term(subject), Term(predicate), Term(value), Term(graph)


def nodes(lines: Iterable[str]) -> Iterator[Node]:
    r"""Gather sorted lines into one Node per subject, in the order of the lines; holds one node at a time.

    Raises ReleaseError as `split_line` does.

    >>> [node] = nodes(['<x:a> <x:p> "1" .\n', '<x:a> <x:p> "2" .\n'])
    >>> node.graphs
    {'': {'<x:p>': ['"1"', '"2"']}}
    """
    node: Node | None = None
    for line in lines:
        subject, predicate, value, graph = split_line(line)
        if node is None or node.subject != subject:
            if node is not None:
                yield node
            node = Node(subject)
        properties = node.graphs.get(graph)
        if properties is None:
            properties = node.graphs[graph] = {}
        objects = properties.get(predicate)
        if objects is None:
            properties[predicate] = [value]
        else:
            objects.append(value)
        if predicate == RDF_TYPE:
            node.types.add(value)
    if node is not None:
        yield node


def split_literal(term: str) -> tuple[str, str]:
    """Cut a literal into its escaped text and what follows the closing mark: nothing, `@tag` or `^^<datatype>`.

    >>> split_literal('"loan"@en')
    ('loan', '@en')
    """
    end = term.rfind('"')
    return term[1:end], term[end + 1 :]


def object_order(term: str) -> tuple[str, str]:
    """Sort key for the objects of one property: plain strings, IRIs, then by language, then by datatype.

    >>> sorted(['"b"@id', '"z"@en', '<x:a>'], key=object_order)
    ['<x:a>', '"z"@en', '"b"@id']
    """
    return ("<", term) if term[0] == "<" else (term[term.rfind('"') + 1 :], term)


def _not_canonical(line: str) -> ReleaseError:
    return ReleaseError(f"not a canonical N-Quads line without blank nodes: {line.rstrip()!r}")
