"""The schema of SPARQL 1.1 Service Description, section 3.2 to 3.4, as far as a description can depart from it."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

import pyoxigraph as ox

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SD = "http://www.w3.org/ns/sparql-service-description#"
TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"

CLASSES = {
    "Service", "Language", "Function", "Aggregate", "EntailmentRegime", "EntailmentProfile", "GraphCollection",
    "Dataset", "Graph", "NamedGraph", "Feature",
}  # fmt: skip
# Property: class of its subject, class of its object (None: the schema's own individuals or other vocabularies').
PROPERTIES: dict[str, tuple[str, str | None]] = {
    "endpoint": ("Service", None),
    "feature": ("Service", None),
    "defaultEntailmentRegime": ("Service", None),
    "defaultSupportedEntailmentProfile": ("Service", None),
    "entailmentRegime": ("NamedGraph", None),
    "supportedEntailmentProfile": ("NamedGraph", None),
    "extensionFunction": ("Service", "Function"),
    "extensionAggregate": ("Service", "Aggregate"),
    "languageExtension": ("Service", None),
    "supportedLanguage": ("Service", None),
    "propertyFeature": ("Service", None),
    "defaultDataset": ("Service", "Dataset"),
    "availableGraphs": ("Service", "GraphCollection"),
    "resultFormat": ("Service", None),
    "inputFormat": ("Service", None),
    "defaultGraph": ("Dataset", "Graph"),
    "namedGraph": ("Dataset", "NamedGraph"),
    "name": ("NamedGraph", None),
    "graph": ("NamedGraph", "Graph"),
}
INDIVIDUALS = {
    "feature": {"DereferencesURIs", "UnionDefaultGraph", "RequiresDataset", "EmptyGraphs", "BasicFederatedQuery"},
    "supportedLanguage": {"SPARQL10Query", "SPARQL11Query", "SPARQL11Update"},
}
ONE_AT_MOST = {"endpoint", "defaultDataset", "defaultEntailmentRegime", "defaultGraph", "name", "graph"}


def departures(triples: Iterable[ox.Triple]) -> list[str]:
    """Say where a description departs from the schema; nothing where it does not.

    >>> departures([ox.Triple(ox.BlankNode(), ox.NamedNode(SD + "endpoint"), ox.Literal("x"))])
    ['endpoint: its subject is no Service', "endpoint: 'x' is no IRI"]
    """
    triples = list(triples)
    types: dict[ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple, set[str]] = defaultdict(set)
    for each in triples:
        if each.predicate.value == TYPE and isinstance(each.object, ox.NamedNode):
            types[each.subject].add(each.object.value.removeprefix(SD))
    found = [f"{name} is no class" for kinds in types.values() for name in kinds if _unknown(name, CLASSES)]
    for each in triples:
        if each.predicate.value.startswith(SD):
            found += _of_one(each, types[each.subject], types[each.object])
    counts = Counter((each.subject, each.predicate.value.removeprefix(SD)) for each in triples)
    found += [f"{name}: more than one" for (_, name), count in counts.items() if name in ONE_AT_MOST and count > 1]
    return found


def _of_one(triple: ox.Triple, subject_types: set[str], object_types: set[str]) -> Iterator[str]:
    name = triple.predicate.value.removeprefix(SD)
    if name not in PROPERTIES:
        yield f"{name} is no property"
        return
    domain, target = PROPERTIES[name]
    if domain not in subject_types:
        yield f"{name}: its subject is no {domain}"
    if target is not None and target not in object_types:
        yield f"{name}: its object is no {target}"
    if isinstance(triple.object, ox.Literal):
        yield f"{name}: {triple.object.value!r} is no IRI"
    elif name in INDIVIDUALS and isinstance(triple.object, ox.NamedNode):
        value = triple.object.value
        if value.startswith(SD) and value.removeprefix(SD) not in INDIVIDUALS[name]:
            yield f"{name}: {value} is not of the schema"


def _unknown(name: str, known: set[str]) -> bool:
    # A name of another vocabulary still has its colon.
    return ":" not in name and name not in known
