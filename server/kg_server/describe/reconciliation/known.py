"""What a release knows of candidates: names, types, and values of properties, for a whole batch in few questions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pyoxigraph as ox

from kg_builder.namespaces import RDF, RDFS, RJ, SKOS
from kg_server.backends.base import Backend
from kg_server.describe.ask import rows, values

MOST_THINGS = 2000
_BATCH, _MOST_VALUES, _MOST_FACTS = 400, 5000, 200
_PREFERRED = (RDFS + "label", SKOS + "prefLabel")
_OTHER = SKOS + "altLabel"
# FILTER and not a second VALUES: an engine may join two blocks first.
_TOLD = f"""SELECT ?s ?p ?o WHERE {{ VALUES ?s {{ %s }} ?s ?p ?o
FILTER (?p IN (<{RDF}type>, <{_PREFERRED[0]}>, <{_PREFERRED[1]}>, <{_OTHER}>)) }}"""
_VALUES = f"SELECT ?s ?o WHERE {{ VALUES ?s {{ %s }} ?s %s ?o }} LIMIT {_MOST_VALUES}"
_FACTS = "SELECT ?p ?o WHERE {{ <{iri}> ?p ?o }} LIMIT {most}"
_HAVING = """SELECT DISTINCT ?s WHERE {{
  {{ VALUES ?o {{ {nodes} }} ?s {path} ?o }} UNION {{ ?s {path} ?o FILTER (STR(?o) = {text}) }}
}} LIMIT {most}"""


@dataclass(slots=True)
class Known:
    """What is known of a thing.

    Attributes:
        labels: preferred names, by language.
        others: further names.
        types: its classes.
    """

    labels: dict[str, str] = field(default_factory=dict)
    others: list[str] = field(default_factory=list)
    types: list[str] = field(default_factory=list)

    def name(self, language: str) -> str | None:
        """Return the name for a reader; None where it has none."""
        return next((self.labels[each] for each in (language, "", "en", *self.labels) if each in self.labels), None)


async def find_known(backend: Backend, iris: Iterable[str]) -> dict[str, Known]:
    """Return what is known of things, by IRI; what has neither name nor type is left out.

    Raises:
        Problem: what the backend raises.
    """
    wanted = list(dict.fromkeys(iris))[:MOST_THINGS]
    found: dict[str, Known] = {}
    for start in range(0, len(wanted), _BATCH):
        for row in await rows(backend, _TOLD % values(wanted[start : start + _BATCH])):
            known = found.setdefault(row["s"].value, Known())  # type: ignore[union-attr]
            _add(known, row["p"].value, row["o"])  # type: ignore[union-attr]
    return found


def _add(known: Known, predicate: str, node: object) -> None:
    if isinstance(node, ox.NamedNode):
        if predicate == RDF + "type" and node.value not in known.types:
            known.types.append(node.value)
    elif isinstance(node, ox.Literal):
        if predicate in _PREFERRED:
            known.labels.setdefault(node.language or "", node.value)
        elif node.value not in known.others:
            known.others.append(node.value)


async def find_values(
    backend: Backend, iris: Sequence[str], path: str
) -> dict[str, list[ox.NamedNode | ox.Literal]]:  # fmt: skip
    """Return the values that things have of a property or path (as SPARQL has it); raises what the backend raises."""
    found: dict[str, list[ox.NamedNode | ox.Literal]] = {}
    for start in range(0, len(iris), _BATCH):
        for row in await rows(backend, _VALUES % (values(iris[start : start + _BATCH]), path)):
            subject, node = row["s"], row["o"]
            if isinstance(subject, ox.NamedNode) and isinstance(node, (ox.NamedNode, ox.Literal)):
                kept = found.setdefault(subject.value, [])
                if node not in kept:
                    kept.append(node)
    return found


def things_of(found: Iterable[Mapping[str, Iterable[ox.NamedNode | ox.Literal]]]) -> set[str]:
    """Return the things among the values of several properties.

    >>> things_of([{"urn:a": [ox.NamedNode("urn:b"), ox.Literal("c")]}])
    {'urn:b'}
    """
    nodes = (node for each in found for values in each.values() for node in values)
    return {node.value for node in nodes if isinstance(node, ox.NamedNode)}


async def find_having(backend: Backend, path: str, things: Iterable[str], text: str, most: int) -> list[str]:
    """Return things that have one of some things, or a literal of this text, as a value of a property or path."""
    query = _HAVING.format(nodes=values(things), path=path, text=ox.Literal(text), most=most)
    return [row["s"].value for row in await rows(backend, query) if isinstance(row["s"], ox.NamedNode)]


async def find_facts(backend: Backend, iri: str) -> list[tuple[str, ox.NamedNode | ox.Literal]]:
    """Return properties and values of a thing, its names and types excepted; raises what the backend raises."""
    # The EDTF literal says what the days beside it say.
    unwanted = {RDF + "type", *_PREFERRED, _OTHER, RJ + "earliest", RJ + "latest", RJ + "date"}
    found: list[tuple[str, ox.NamedNode | ox.Literal]] = []
    for row in await rows(backend, _FACTS.format(iri=iri, most=_MOST_FACTS)):
        predicate, node = row["p"], row["o"]
        if isinstance(predicate, ox.NamedNode) and isinstance(node, (ox.NamedNode, ox.Literal)):
            found.append((predicate.value, node))
    return [each for each in found if each[0] not in unwanted]


def names_of(known: Mapping[str, Known], iri: str) -> list[tuple[str, bool]]:
    """Return the names of a thing, and whether each is a preferred one."""
    thing = known.get(iri, Known())
    return [*((name, True) for name in dict.fromkeys(thing.labels.values())), *((name, False) for name in thing.others)]
