"""What a release holds, counted from what answers queries on it, beside the requests (decision 0018).

A count that a big graph does not permit is left out; what the manifest and the other counts say is told all the same.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

import pyoxigraph as ox

from kg_builder.namespaces import OWL, RDF, RDFS, SCHEMA, SKOS
from kg_server.describe.ask import Row, integer, rows
from kg_server.describe.beside import Beside, aside
from kg_server.describe.current import Release
from kg_server.http.problems import Problem

_EXAMPLES = 6
_SAME = (SCHEMA + "sameAs", OWL + "sameAs", SKOS + "exactMatch", SKOS + "closeMatch")

_SUBJECTS = "SELECT (COUNT(DISTINCT ?s) AS ?n) WHERE { ?s ?p ?o }"
_OBJECTS = "SELECT (COUNT(DISTINCT ?o) AS ?n) WHERE { ?s ?p ?o }"
_CLASSES = "SELECT ?class (COUNT(DISTINCT ?s) AS ?n) WHERE { ?s a ?class } GROUP BY ?class ORDER BY ?class"
_PROPERTIES = "SELECT ?p (COUNT(*) AS ?triples) WHERE { ?s ?p ?o } GROUP BY ?p ORDER BY ?p"
_NODES = """SELECT ?p (COUNT(DISTINCT ?s) AS ?subjects) (COUNT(DISTINCT ?o) AS ?objects)
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
    """A part of the default graph: the triples of a property, or the entities of a class; None is not counted."""

    iri: str
    triples: int | None = None
    subjects: int | None = None
    objects: int | None = None


@dataclass(frozen=True, slots=True)
class Linkset:
    """Triples that lead out: by which property, into which namespace, how many."""

    predicate: str
    space: str
    triples: int


@dataclass(frozen=True, slots=True)
class Statistics:
    """Counts of the default graph, as VoID names them; None where there is none, `complete` where there are all.

    `about` is what the release says of its dataset.
    """

    triples: int | None = None
    subjects: int | None = None
    objects: int | None = None
    entities: int | None = None
    classes: tuple[Partition, ...] | None = None
    properties: tuple[Partition, ...] | None = None
    links: tuple[Linkset, ...] = ()
    examples: tuple[str, ...] = ()
    about: tuple[tuple[str, ox.NamedNode | ox.Literal], ...] = ()
    complete: bool = False

    def vocabularies(self) -> list[str]:
        """Return the namespaces of all classes and properties that the data use, sorted."""
        return sorted({namespace_of(each.iri) for each in (*(self.classes or ()), *(self.properties or ()))})


def namespace_of(iri: str) -> str:
    """Return an IRI up to its last `#` or `/`.

    >>> namespace_of("https://example.org/ns#Loan"), namespace_of("https://schema.org/Person")
    ('https://example.org/ns#', 'https://schema.org/')
    """
    cut = max(iri.rfind("#"), iri.rfind("/")) + 1
    return iri[:cut] or iri


class _Count:
    """Counts one release, one question after the other; `found` grows while it does."""

    def __init__(self, release: Release) -> None:
        self._release = aside(release)
        self._answers: dict[str, list[Row]] = {}
        base, same = release.manifest.base, " ".join(f"<{each}>" for each in _SAME)
        # What costs least and tells most comes first.
        self._questions = {
            "about": _ABOUT % {"base": base},
            "classes": _CLASSES,
            "properties": _PROPERTIES,
            "examples": _FIRST % f"{base}id/",
            "links": _LINKS % (same, base),
            "entities": _ENTITIES,
            "subjects": _SUBJECTS,
            "objects": _OBJECTS,
            "nodes": _NODES,
        }

    async def run(self) -> None:
        for name, query in self._questions.items():
            try:
                self._answers[name] = await rows(self._release.backend, query)
            except Problem as problem:
                # Too long, too large, too busy: this count is left out, and the next one may do.
                logging.getLogger("kg_server").warning("VoID goes without %s: %s", name, problem.detail)

    @property
    def complete(self) -> bool:
        return len(self._answers) == len(self._questions)

    def statistics(self) -> Statistics:
        manifest, answers = self._release.manifest, self._answers
        nodes = {_iri(row, "p"): row for row in answers.get("nodes", ())}
        classes = [
            Partition(_iri(row, "class"), subjects=integer(row, "n"))
            for row in answers.get("classes", ())
            if isinstance(row["class"], ox.NamedNode)
        ]
        properties = [
            Partition(
                iri := _iri(row, "p"),
                integer(row, "triples"),
                integer(nodes[iri], "subjects") if iri in nodes else None,
                integer(nodes[iri], "objects") if iri in nodes else None,
            )
            for row in answers.get("properties", ())
        ]
        triples = manifest.counts.get("triples_default")
        if triples is None and "properties" in answers:
            triples = sum(each.triples or 0 for each in properties)
        return Statistics(
            triples=triples,
            subjects=self._number("subjects"),
            objects=self._number("objects"),
            entities=self._number("entities"),
            classes=tuple(classes) if "classes" in answers else None,
            properties=tuple(properties) if "properties" in answers else None,
            links=tuple(
                Linkset(_iri(row, "p"), _iri(row, "space"), integer(row, "n")) for row in answers.get("links", ())
            ),
            examples=_examples(classes, answers.get("examples", [])),
            about=tuple(
                (_iri(row, "p"), row["o"])
                for row in answers.get("about", ())
                if isinstance(row["o"], (ox.NamedNode, ox.Literal))
            ),
            complete=self.complete,
        )

    def _number(self, name: str) -> int | None:
        found = self._answers.get(name)
        return integer(found[0], "n") if found else None


def _examples(classes: Sequence[Partition], found: Sequence[Row]) -> tuple[str, ...]:
    first = {_iri(row, "class"): _iri(row, "first") for row in found}
    # The vocabulary of RDF itself (statements, literals) is how things are said, and no example of what is said.
    common = sorted(
        (each for each in classes if each.iri in first and not each.iri.startswith((RDF, RDFS))),
        key=lambda each: (-(each.subjects or 0), each.iri),
    )
    return tuple(dict.fromkeys(first[each.iri] for each in common[:_EXAMPLES]))


def _iri(row: Row, name: str) -> str:
    term = row[name]
    return term.value if isinstance(term, (ox.NamedNode, ox.Literal)) else str(term)


class Counted:
    """Counts the releases served last, beside the requests.

    Args:
        patience: seconds that a request waits for counts; then it gets those that there are.
        pause: seconds before what could not be counted is tried again.
    """

    def __init__(self, patience: float = 5.0, pause: float = 900.0) -> None:
        self._counts = Beside(_Count, patience, pause)

    async def get(self, release: Release, patience: float | None = None) -> Statistics:
        """Return what is known of a release, after a short wait at most; `patience` is another than usual."""
        return (await self._counts.get(release, patience)).statistics()
