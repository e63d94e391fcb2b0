"""What a release holds, counted once from what answers queries on it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

import pyoxigraph as ox

from kg_builder.namespaces import OWL, RDF, RDFS, SCHEMA, SKOS
from kg_server.describe.ask import Row, integer, rows
from kg_server.describe.current import Release

_EXAMPLES = 6
_KEPT = 2
_SAME = (SCHEMA + "sameAs", OWL + "sameAs", SKOS + "exactMatch", SKOS + "closeMatch")

_TOTALS = """SELECT (COUNT(*) AS ?triples) (COUNT(DISTINCT ?s) AS ?subjects) (COUNT(DISTINCT ?o) AS ?objects)
WHERE { ?s ?p ?o }"""
_CLASSES = "SELECT ?class (COUNT(DISTINCT ?s) AS ?n) WHERE { ?s a ?class } GROUP BY ?class ORDER BY ?class"
_PROPERTIES = """SELECT ?p (COUNT(*) AS ?triples) (COUNT(DISTINCT ?s) AS ?subjects) (COUNT(DISTINCT ?o) AS ?objects)
WHERE { ?s ?p ?o } GROUP BY ?p ORDER BY ?p"""
_ENTITIES = "SELECT (COUNT(DISTINCT ?s) AS ?n) WHERE { ?s a ?class }"
_LINKS = """SELECT ?p ?space (COUNT(*) AS ?n) WHERE {
  VALUES ?p { %s } ?s ?p ?o FILTER (isIRI(?o) && !STRSTARTS(STR(?o), "%s"))
  BIND (REPLACE(STR(?o), "[^/#]+$", "") AS ?space)
} GROUP BY ?p ?space ORDER BY ?p ?space"""
_FIRST = """SELECT ?class (MIN(STR(?s)) AS ?first) WHERE { ?s a ?class FILTER (STRSTARTS(STR(?s), "%s")) }
GROUP BY ?class ORDER BY ?class"""
_ABOUT = """SELECT DISTINCT ?p ?o WHERE { { <%(base)s> ?p ?o } UNION { GRAPH ?g { <%(base)s> ?p ?o } } }
ORDER BY ?p ?o"""


@dataclass(frozen=True, slots=True)
class Partition:
    """A part of the default graph: the triples of a property, or the entities of a class."""

    iri: str
    triples: int = 0
    subjects: int = 0
    objects: int = 0


@dataclass(frozen=True, slots=True)
class Linkset:
    """Triples that lead out: by which property, into which namespace, how many."""

    predicate: str
    space: str
    triples: int


@dataclass(frozen=True, slots=True)
class Statistics:
    """Counts of the default graph, as VoID names them; `about` is what the release says of its dataset."""

    triples: int
    subjects: int
    objects: int
    entities: int
    classes: tuple[Partition, ...]
    properties: tuple[Partition, ...]
    links: tuple[Linkset, ...]
    examples: tuple[str, ...]
    about: tuple[tuple[str, ox.NamedNode | ox.Literal], ...]

    def vocabularies(self) -> list[str]:
        """Return the namespaces of all classes and properties that the data use, sorted."""
        return sorted({namespace_of(each.iri) for each in (*self.classes, *self.properties)})


def namespace_of(iri: str) -> str:
    """Return an IRI up to its last `#` or `/`.

    >>> namespace_of("https://example.org/ns#Loan"), namespace_of("https://schema.org/Person")
    ('https://example.org/ns#', 'https://schema.org/')
    """
    cut = max(iri.rfind("#"), iri.rfind("/")) + 1
    return iri[:cut] or iri


async def count(release: Release) -> Statistics:
    """Count what a release holds; raises what the backend raises."""
    backend, base = release.backend, release.manifest.base
    same = " ".join(f"<{each}>" for each in _SAME)
    totals = (await rows(backend, _TOTALS))[0]
    classes = [
        Partition(_iri(row, "class"), subjects=integer(row, "n"))
        for row in await rows(backend, _CLASSES)
        if isinstance(row["class"], ox.NamedNode)
    ]
    properties = [
        Partition(_iri(row, "p"), integer(row, "triples"), integer(row, "subjects"), integer(row, "objects"))
        for row in await rows(backend, _PROPERTIES)
    ]
    first = {_iri(row, "class"): _iri(row, "first") for row in await rows(backend, _FIRST % f"{base}id/")}
    # The vocabulary of RDF itself (statements, literals) is how things are said, and no example of what is said.
    common = sorted(
        (each for each in classes if each.iri in first and not each.iri.startswith((RDF, RDFS))),
        key=lambda each: (-each.subjects, each.iri),
    )
    return Statistics(
        triples=integer(totals, "triples"),
        subjects=integer(totals, "subjects"),
        objects=integer(totals, "objects"),
        entities=integer((await rows(backend, _ENTITIES))[0], "n"),
        classes=tuple(classes),
        properties=tuple(properties),
        links=tuple(
            Linkset(_iri(row, "p"), _iri(row, "space"), integer(row, "n"))
            for row in await rows(backend, _LINKS % (same, base))
        ),
        examples=tuple(dict.fromkeys(first[each.iri] for each in common[:_EXAMPLES])),
        about=tuple(
            (_iri(row, "p"), row["o"])
            for row in await rows(backend, _ABOUT % {"base": base})
            if isinstance(row["o"], (ox.NamedNode, ox.Literal))
        ),
    )


def _iri(row: Row, name: str) -> str:
    term = row[name]
    return term.value if isinstance(term, (ox.NamedNode, ox.Literal)) else str(term)


class Counted:
    """Keeps the statistics of the releases served last; one count runs at a time, the others wait for it."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._known: Mapping[tuple[str, str], Statistics] = {}

    async def get(self, release: Release) -> Statistics:
        """Return the statistics of a release; raises what the backend raises, and then keeps nothing."""
        key = (release.manifest.release, release.manifest.built)
        async with self._lock:
            found = self._known.get(key)
            if found is None:
                found = await count(release)
                kept = [pair for pair in self._known.items() if pair[0] != key][-(_KEPT - 1) :]
                self._known = {**dict(kept), key: found}
        return found
