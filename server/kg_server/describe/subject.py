"""What the release says of one IRI of its base: a concise bounded description, with its evidence where asked.

The form is that of https://www.w3.org/submissions/CBD/, where a release needs it adapted: it has no blank nodes, so
nested nodes, whose IRIs continue that of their owner, take their part; and reifications are the attestations and
derivations, which are many and therefore given only where they are asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

import pyoxigraph as ox

from kg_builder.namespaces import DCTERMS, PROV, RDF, RJ
from kg_server.describe.ask import Row, is_iri, rows, values
from kg_server.describe.current import Release
from kg_server.describe.labels import batches, find_labels
from kg_server.http.problems import BackendFailed

INCOMING_SHOWN = 200
_DEPTH = 5
_MOST_LABELS = 4000
_REPLACED = DCTERMS + "isReplacedBy"

# VALUES before the union and not in its parts: Virtuoso 7.2 makes texts of IRIs there.
_OUT = """SELECT DISTINCT ?s ?p ?o WHERE {
  VALUES ?s { %(n)s } { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } }
} ORDER BY ?s ?p ?o"""
# No order: sorting would hold all that leads to a hub in memory before the first are kept. A release never changes, and
# the store reads its index in one order, so pages fit together.
_IN = f"""SELECT DISTINCT ?s ?p WHERE {{
  {{ ?s ?p <%(n)s> }} UNION {{ GRAPH ?g {{ ?s ?p <%(n)s> }} }}
  FILTER (?p NOT IN (<{RDF}subject>, <{RDF}predicate>, <{RDF}object>))
}} OFFSET %(offset)d LIMIT {INCOMING_SHOWN + 1}"""
_ANY = "SELECT (1 AS ?any) WHERE { { <%(n)s> ?p ?o } UNION { GRAPH ?g { <%(n)s> ?p ?o } } } LIMIT 1"
_TERMS = """SELECT DISTINCT ?s ?p ?o WHERE { GRAPH <%s> { ?s ?p ?o FILTER (STRSTARTS(STR(?s), "%s#")) } }
ORDER BY ?s ?p ?o"""
_SPANS = f"SELECT DISTINCT ?s ?p ?o WHERE {{ ?s <{RJ}article> <%s> ; ?p ?o }} ORDER BY ?s ?p ?o"
_WHOLE = "SELECT ?s ?p ?o WHERE { GRAPH <%s> { ?s ?p ?o } } ORDER BY ?s ?p ?o"
# An attestation or a derivation has subject, predicate and object; what it rests on are spans, or premises.
_EVIDENCE = f"""SELECT DISTINCT ?s ?p ?o WHERE {{ VALUES ?n {{ %s }} ?s <{RDF}subject> ?n ; ?p ?o }}
ORDER BY ?s ?p ?o"""
_WORDS = f"""SELECT DISTINCT ?s ?p ?o WHERE {{
  VALUES ?n {{ %s }} {{ ?a <{RDF}subject> ?n ; <{PROV}wasDerivedFrom> ?s }} UNION {{ ?n <{PROV}wasDerivedFrom> ?s }}
  ?s ?p ?o
}} ORDER BY ?s ?p ?o"""
_REIFIED = f"""SELECT ?s ?p ?o WHERE {{
  VALUES ?s {{ %s }} VALUES ?p {{ <{RDF}subject> <{RDF}predicate> <{RDF}object> }} ?s ?p ?o
}} ORDER BY ?s ?p ?o"""


@dataclass(frozen=True, slots=True)
class Subject:
    """What is known of an IRI.

    Attributes:
        iri: the IRI.
        own: its triples, those of its nested nodes, and those of the terms or spans that are fragments of it.
        evidence: attestations and derivations of these, with their spans; empty unless asked for.
        incoming: triples that have it as their object, a page of `INCOMING_SHOWN`; empty unless asked for.
        cut: whether there are more of these after this page.
        moved: the IRI that took its place.
        document: whether the IRI names a document (a vocabulary, a graph) rather than a thing.
        labels: of everything mentioned, by IRI, each a text by language; empty unless asked for.
    """

    iri: str
    own: tuple[ox.Triple, ...]
    evidence: tuple[ox.Triple, ...] = ()
    incoming: tuple[ox.Triple, ...] = ()
    cut: bool = False
    moved: str | None = None
    document: bool = False
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def triples(self) -> Iterator[ox.Triple]:
        """Go through all triples, each once."""
        yield from dict.fromkeys((*self.own, *self.evidence, *self.incoming))

    def types(self) -> list[str]:
        """Return the classes of the subject, in order."""
        return [
            each.object.value
            for each in self.own
            if each.predicate.value == RDF + "type"
            and isinstance(each.subject, ox.NamedNode)
            and each.subject.value == self.iri
            and isinstance(each.object, ox.NamedNode)
        ]


@dataclass(frozen=True, slots=True)
class Details:
    """What is wanted of an IRI beside its own triples.

    Attributes:
        evidence: whether attestations, derivations and spans are wanted.
        incoming: whether triples that lead to it are wanted.
        offset: how many of these come before those wanted.
        labels: whether the names of all that is mentioned are wanted.
    """

    evidence: bool = False
    incoming: bool = False
    offset: int = 0
    labels: bool = False


async def find_subject(release: Release, iri: str, details: Details) -> Subject | None:
    """Gather what a release says of an IRI, None when it says nothing.

    Args:
        release: to ask.
        iri: for which `is_iri` holds.
        details: what is wanted beside its own triples.

    Raises:
        Problem: what the backend raises.
    """
    base, backend = release.manifest.base, release.backend
    is_graph, is_vocabulary = iri in release.manifest.graphs, f"{iri}#" in release.manifest.prefixes.values()
    own = await _closure(release, iri)
    moved = next((each.object.value for each in own if each.predicate.value == _REPLACED), None)  # type: ignore[union-attr]
    if is_vocabulary:
        own += _triples(await rows(backend, _TERMS % (f"{base}graph/ontology", iri)))
    if is_graph and not own:
        own = _triples(await rows(backend, _WHOLE % iri))
        return Subject(iri, tuple(own), document=True, labels=await _names(release, own) if details.labels else {})
    subjects = {each.subject.value for each in own if isinstance(each.subject, ox.NamedNode)}
    if is_graph:
        # An article is also the graph of what it states; the spans are fragments of it.
        own += _triples(await rows(backend, _SPANS % iri))
    into: list[ox.Triple] = []
    more = False
    if details.incoming or not own:
        found = await rows(backend, _IN % {"n": iri, "offset": details.offset})
        more = len(found) > INCOMING_SHOWN
        known = set(own)
        into = [
            each
            for each in sorted(
                _incoming(found[:INCOMING_SHOWN], iri), key=lambda each: (str(each.predicate), str(each))
            )
            if each not in known and not _is_part(each.subject, iri, subjects)
        ]
    # Of what is only ever mentioned, the mentions are all there is to say.
    if not own and not into:
        return None
    proof: list[ox.Triple] = []
    if details.evidence and not is_vocabulary:
        for batch in batches(sorted(subjects)):
            for query in (_EVIDENCE, _WORDS):
                proof += _triples(await rows(backend, query % values(batch)))
    if details.labels:
        proof += await _reified(release, own, into)
    names = await _names(release, [*own, *proof, *into]) if details.labels else {}
    return Subject(iri, tuple(own), tuple(proof), tuple(into), more, moved, is_vocabulary, names)


async def find_near(release: Release, iri: str) -> str | None:
    """Return an IRI that the release speaks of and that is this one but for capitals, underscores or slashes."""
    base = release.manifest.base
    path = iri[len(base) :]
    for other in dict.fromkeys(
        (path.rstrip("/"), path.lower().rstrip("/"), path.lower().rstrip("/").replace("_", "-"))
    ):
        near = base + other
        if other != path and is_iri(near) and await rows(release.backend, _ANY % {"n": near}):
            return near
    return None


def _is_part(node: object, iri: str, subjects: AbstractSet[str]) -> bool:
    """Tell whether a node belongs to the description of an IRI already."""
    return isinstance(node, ox.NamedNode) and (node.value in subjects or node.value.startswith(f"{iri}#"))


async def _closure(release: Release, iri: str) -> list[ox.Triple]:
    """Return the triples of a node and of the nested nodes below it, whose IRIs go on from its own."""
    found: list[ox.Triple] = []
    seen, wanted = {iri}, [iri]
    for _ in range(_DEPTH):
        new: list[ox.Triple] = []
        for batch in batches(wanted):
            new += _triples(await rows(release.backend, _OUT % {"n": values(batch)}))
        found += new
        objects = {each.object.value for each in new if isinstance(each.object, ox.NamedNode)}
        wanted = sorted(each for each in objects - seen if each.startswith(f"{iri}/"))
        seen.update(wanted)
        if not wanted:
            break
    return found


async def _reified(release: Release, own: Iterable[ox.Triple], into: Iterable[ox.Triple]) -> list[ox.Triple]:
    """Return what the attestations and derivations say that are mentioned: a page names them by it."""
    roots = tuple(f"{release.manifest.base}{name}/" for name in ("statement", "derivation"))
    mentioned = {str(each.object)[1:-1] for each in own} | {str(each.subject)[1:-1] for each in into}
    found: list[ox.Triple] = []
    for batch in batches(sorted(each for each in mentioned if each.startswith(roots))):
        found += _triples(await rows(release.backend, _REIFIED % values(batch)))
    return found


async def _names(release: Release, triples: Iterable[ox.Triple]) -> dict[str, dict[str, str]]:
    nodes = (node for each in triples for node in (each.subject, each.predicate, each.object))
    return await find_labels(release, (each.value for each in nodes if isinstance(each, ox.NamedNode)), _MOST_LABELS)


def _triples(found: Iterable[Row]) -> list[ox.Triple]:
    try:
        return [ox.Triple(row["s"], row["p"], row["o"]) for row in found]  # type: ignore[arg-type]
    except (KeyError, TypeError) as error:
        raise BackendFailed("The engine answered with rows that are no triples.") from error


def _incoming(found: Iterable[Row], iri: str) -> list[ox.Triple]:
    return [ox.Triple(row["s"], row["p"], ox.NamedNode(iri)) for row in found]  # type: ignore[arg-type]
