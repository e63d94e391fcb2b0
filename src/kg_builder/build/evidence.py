"""What the shapes say of attestations and phrases, which the engine itself writes, article by article."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet

import pyoxigraph as ox

from kg_builder.build.reach import reach_of
from kg_builder.errors import Problem
from kg_builder.graph.quads import POSITION, QUOTE, STATEMENT, TYPE, ArticleQuads, line
from kg_builder.graph.validate import Places, results_of, shapes_of, violations
from kg_builder.model import Article, Certainty, Rank, Term, Triple
from kg_builder.namespaces import OWL, RDFS, SH
from kg_builder.sources.schema import Schema
from kg_builder.terms import is_iri

_KINDS = {STATEMENT, POSITION, QUOTE}
_TARGET = Term(f"<{SH}targetClass>")
_SUBCLASS = Term(f"<{RDFS}subClassOf>")
_COUNTED = {
    "path", "minCount", "maxCount", "nodeKind", "property", "targetClass",
    "severity", "message", "name", "description", "order", "group",
}  # fmt: skip
_STATED, _NORMAL = Certainty.STATED, Rank.NORMAL
_CLASSES = {Term(f"<{RDFS}Class>"), Term(f"<{OWL}Class>")}


class EvidenceJudge:
    """Judges the evidence of one article after the other."""

    def __init__(self, shapes: str, hierarchy: str, schema: Schema) -> None:
        """Compile the shapes.

        Args:
            shapes: N-Triples of the shapes, from `flat_shapes`.
            hierarchy: N-Triples of the vocabularies.
            schema: names the record key of a property in messages.
        """
        own = own_shapes(shapes, hierarchy)
        self._shapes = shapes_of(shapes if own is None else own)
        self._alone = own is not None
        self._counted = own is not None and all(_counts(triple) for triple in _triples(own))
        self._hierarchy, self._schema = hierarchy, schema

    def problems(self, article: Article, made: ArticleQuads, kinds: AbstractSet[Triple]) -> Iterator[Problem]:
        """Yield what is wrong with the evidence of an article.

        Args:
            article: takes the problems whose place is not known.
            made: its quads.
            kinds: what the authority file says of the kinds of what the article names.
        """
        if self._counted and not results_of(self._shapes, samples(made)):
            return
        marks = {node: each.mark for node, each in made.attestations.items()}
        for each in made.attestations.values():
            marks.update((made.spans[span], each.mark) for span in each.spans)
        triples = [*made.described.values()]
        if not self._alone:
            triples += [*map(line, made.head | made.facts | kinds), self._hierarchy]
        yield from violations(self._shapes, triples, Places({}, marks, {}, article.mark), self._schema, marks)


def samples(made: ArticleQuads) -> list[str]:
    """Return the lines of one attestation and one phrase of each form.

    Of one form are those that have the same properties as often, with objects that are IRIs or literals alike.
    """
    found: dict[tuple[object, ...], str] = {}
    for node, each in made.attestations.items():
        block = made.described[node]
        stated, normal = each.certainty is _STATED, each.rank is _NORMAL
        said = (stated, normal, not each.note, not each.according_to, not each.conveyed_in)
        # What is described twice over has more lines than that makes.
        found[(block.count("\n"), len(each.spans), is_iri(each.triple[2]), *said)] = block
    for span, node in made.spans.items():
        block = made.described[node]
        found[block.count("\n"), not span.exact] = block
    return list(found.values())


def own_shapes(shapes: str, hierarchy: str) -> str | None:
    """Return those of the shapes that judge evidence, if its own triples are all that they look at; None otherwise.

    Most shapes judge what articles speak of, and so do most triples speak of that.

    Args:
        shapes: N-Triples of the shapes, from `flat_shapes`.
        hierarchy: N-Triples of the vocabularies.
    """
    graph: dict[Term, list[Triple]] = defaultdict(list)
    for triple in _triples(shapes):
        graph[triple[0]].append(triple)
    said = [triple for triples in graph.values() for triple in triples]
    above = {
        target for subject, predicate, target in _triples(hierarchy) if predicate == _SUBCLASS and subject in _KINDS
    }
    targets = {target for _, predicate, target in said if predicate == _TARGET}
    if targets & above or any(_targets_otherwise(triple) for triple in said):
        return None
    waiting = [subject for subject, predicate, target in said if predicate == _TARGET and target in _KINDS]
    found: dict[Term, list[Triple]] = {}
    while waiting:
        node = waiting.pop()
        if node not in found:
            found[node] = graph.get(node, [])
            waiting.extend(target for _, _, target in found[node])
    own = "".join(line(triple) for triples in found.values() for triple in triples)
    reach = reach_of(own, hierarchy)
    return None if reach.whole or reach.kinds or reach.values or reach.inverse or not reach.targets <= _KINDS else own


def _counts(triple: Triple) -> bool:
    """Tell whether a triple of a shape asks no more than how many values there are, and whether they are IRIs."""
    return not triple[1].startswith(f"<{SH}") or triple[1][len(SH) + 1 : -1] in _COUNTED


def _targets_otherwise(triple: Triple) -> bool:
    """Tell whether a triple gives a shape another target than the instances of a class it names."""
    _, predicate, target = triple
    if predicate == TYPE:
        return target in _CLASSES
    return predicate.startswith(f"<{SH}target") and predicate != _TARGET


def _triples(lines: str) -> Iterable[Triple]:
    for each in ox.parse(lines, format=ox.RdfFormat.N_TRIPLES):
        yield Term(str(each.subject)), Term(str(each.predicate)), Term(str(each.object))
