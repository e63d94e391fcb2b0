"""What the vocabulary and the shapes of a release say that its pages need: names, kinds of kinds, what is single.

How a property reads from its value, and which property can have one value only, are said by the shapes (SHACL, sections
2.3.2 and 4.2.1), in the file that a release carries: `sh:name` on a shape whose path is inverse, and `sh:maxCount 1` on
a shape that is no part of another.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

import pyoxigraph as ox

from kg_builder.namespaces import RDFS, RJ, SH, SKOS
from kg_server.describe.ask import Row, read_triples, rows
from kg_server.describe.current import Release
from kg_server.http.problems import Problem

PLANNED = RJ + "PlannedEvent"

_LABELS = (RDFS + "label", SKOS + "prefLabel")
_ABOVE = (RDFS + "subClassOf", RDFS + "subPropertyOf")
_COMMENT, _NEAR = RDFS + "comment", SKOS + "closeMatch"
_WANTED = ", ".join(f"<{each}>" for each in (*_LABELS, *_ABOVE, _COMMENT, _NEAR))
_SHAPES = "shapes.ttl"
_MOST_BYTES = 4 << 20
_MOST = 20_000
_KEPT = 2
# The vocabulary is in a graph of its own; a release made otherwise may have it anywhere, and then goes without.
_TERMS = f"""SELECT ?s ?p ?o WHERE {{
  GRAPH <%s> {{ ?s ?p ?o FILTER (?p IN ({_WANTED})) }}
}} ORDER BY ?s ?p ?o LIMIT {_MOST}"""

Texts = Mapping[str, str]
"""A text by language."""


@dataclass(frozen=True, slots=True)
class Ontology:
    """The terms of a release.

    Attributes:
        labels: names, by IRI and language.
        inverse: names of properties read from their object, by IRI and language.
        why: explanations (of rules), by IRI and language.
        above: the classes or properties directly above one.
        single: properties that can have one value only.
        planned: individuals that say of what has them that it is planned: they are close to `rj:PlannedEvent`.
    """

    labels: Mapping[str, Texts] = field(default_factory=dict)
    inverse: Mapping[str, Texts] = field(default_factory=dict)
    why: Mapping[str, Texts] = field(default_factory=dict)
    above: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    single: frozenset[str] = frozenset()
    planned: frozenset[str] = frozenset()

    def kinds(self, term: str) -> tuple[str, ...]:
        """Return a class or property and all that is above it, the nearest first.

        >>> Ontology(above={"loan": ("deal",), "deal": ("event",)}).kinds("loan")
        ('loan', 'deal', 'event')
        """
        found = {term: None}
        wanted = [term]
        while wanted:
            wanted = [each for one in wanted for each in self.above.get(one, ()) if each not in found]
            found.update(dict.fromkeys(wanted))
        return tuple(found)


def read_ontology(found: Iterable[Row]) -> Ontology:
    """Make an ontology of triples, given as rows of `s`, `p` and `o`."""
    texts: dict[str, dict[str, dict[str, str]]] = {"labels": {}, "why": {}}
    places = {**dict.fromkeys(_LABELS, "labels"), _COMMENT: "why"}
    above: dict[str, list[str]] = {}
    planned: set[str] = set()
    for subject, predicate, target in read_triples(found):
        if isinstance(target, ox.Literal):
            if predicate in places:
                named = texts[places[predicate]].setdefault(subject, {})
                named.setdefault(target.language or "", target.value)
        elif predicate in _ABOVE:
            above.setdefault(subject, []).append(target.value)
        elif (predicate, target.value) == (_NEAR, PLANNED):
            planned.add(subject)
    parents = {term: tuple(found) for term, found in above.items()}
    return Ontology(texts["labels"], why=texts["why"], above=parents, planned=frozenset(planned))


def read_shapes(folder: Path) -> tuple[dict[str, dict[str, str]], frozenset[str]]:
    """Return the inverse names and the single properties of a release's shapes; none where it carries no shapes."""
    path = folder / _SHAPES
    try:
        if not path.exists() or path.stat().st_size > _MOST_BYTES:
            return {}, frozenset()
        return parse_shapes(path.read_bytes())
    except (OSError, SyntaxError, ValueError) as error:
        logging.getLogger("kg_server").warning("%s is passed over: %s", path, error)
        return {}, frozenset()


def parse_shapes(turtle: bytes) -> tuple[dict[str, dict[str, str]], frozenset[str]]:
    """Read inverse names and single properties.

    Raises:
        SyntaxError: it is not Turtle.

    >>> parse_shapes(b'''
    ... @prefix sh: <http://www.w3.org/ns/shacl#> . @prefix ex: <urn:ex:> .
    ... ex:one sh:path ex:founding ; sh:maxCount 1 .
    ... ex:of sh:path [ sh:inversePath ex:lender ] ; sh:name "lent"@en .
    ... ''')
    ({'urn:ex:lender': {'en': 'lent'}}, frozenset({'urn:ex:founding'}))
    """
    graph: dict[str, dict[str, list[object]]] = {}
    for quad in ox.parse(turtle, format=ox.RdfFormat.TURTLE):
        graph.setdefault(str(quad.subject), {}).setdefault(quad.predicate.value, []).append(quad.object)
    names: dict[str, dict[str, str]] = {}
    single: set[str] = set()
    for subject, said in graph.items():
        for each in said.get(SH + "path", ()) if subject.startswith("<") else ():
            if isinstance(each, ox.NamedNode) and _literals(said, "maxCount", "value") == ["1"]:
                single.add(each.value)
            for inverse in graph.get(str(each), {}).get(SH + "inversePath", ()):
                if isinstance(inverse, ox.NamedNode):
                    texts = zip(_literals(said, "name", "language"), _literals(said, "name", "value"), strict=True)
                    names.setdefault(inverse.value, {}).update(texts)
    return {name: texts for name, texts in names.items() if texts}, frozenset(single)


def _literals(said: Mapping[str, Iterable[object]], name: str, part: Literal["value", "language"]) -> list[str]:
    return [getattr(each, part) or "" for each in said.get(SH + name, ()) if isinstance(each, ox.Literal)]


class Ontologies:
    """Keeps the ontologies of the releases served last: a release never changes."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], Ontology] = {}

    async def get(self, release: Release) -> Ontology:
        """Return the ontology of a release; an empty one while the backend does not tell it."""
        manifest = release.manifest
        key = (manifest.release, manifest.built)
        if key not in self._known:
            try:
                found = read_ontology(await rows(release.backend, _TERMS % f"{manifest.base}graph/ontology"))
                inverse, single = await asyncio.to_thread(read_shapes, release.folder)
                found = replace(found, inverse=inverse, single=single)
            except Problem as problem:
                logging.getLogger("kg_server").warning("A page goes without the vocabulary: %s", problem.detail)
                return Ontology()
            self._known = {**dict(list(self._known.items())[-(_KEPT - 1) :]), key: found}
        return self._known[key]
