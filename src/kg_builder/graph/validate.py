"""Validation by SHACL (W3C Recommendation, 2017) and by expected counts; a violation names the record's line."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pyoxigraph as ox
import shacl

from kg_builder.errors import Mark, Problem
from kg_builder.model import Attestation, Term, Triple
from kg_builder.namespaces import OWL, RDF, RDFS, SCHEMA, SH
from kg_builder.sources.links import Link, Links
from kg_builder.sources.project import Expectation, Project
from kg_builder.sources.schema import Schema

_NODE, _TARGET, _TYPE = (Term(f"<{name}>") for name in (f"{SH}node", f"{SH}targetClass", f"{RDF}type"))
IDENTITY = {Term(f"<{SCHEMA}sameAs>"), Term(f"<{OWL}sameAs>")}
_NODE_SHAPE = Term(f"<{SH}NodeShape>")
_LABEL = Term(f"<{RDFS}label>")


@dataclass(frozen=True, slots=True)
class Places:
    """Where the records say what the graph says."""

    triples: Mapping[Triple, Mark]
    nodes: Mapping[Term, Mark]
    names: Mapping[Term, str]
    root: Mark
    homes: Mapping[Term, Mark] = field(default_factory=dict)
    """Where the authority file declares a node; nowhere else can its label be written."""

    def of(self, focus: Term, path: Term, value: Term) -> Mark:
        """Return the nearest place: the triple's, the node's, or the project's."""
        if path == _LABEL and focus in self.homes:
            return self.homes[focus]
        return self.triples.get((focus, path, value)) or self.nodes.get(focus) or self.root

    def name(self, node: Term) -> str:
        """Return what a curator calls a node: its id, or the end of its IRI."""
        return self.names.get(node) or node.strip("<>").rpartition("/id/")[2]


def compile_shapes(path: Path) -> shacl.Shapes:
    """Compile the shapes of a Turtle file; raises OSError and SyntaxError."""
    return shapes_of(flat_shapes(path))


def shapes_of(lines: str) -> shacl.Shapes:
    """Compile shapes from the N-Triples of `flat_shapes`."""
    return shacl.Shapes.from_text(lines, format="ntriples")


def flat_shapes(path: Path) -> str:
    """Return shapes as N-Triples in which an inherited constraint is reported itself, not as a failure of its parent.

    ``S sh:node P`` on a node shape is rewritten to «P targets what S targets», which accepts the same graphs.
    """
    triples = [
        (Term(str(quad.subject)), Term(str(quad.predicate)), Term(str(quad.object)))
        for quad in ox.parse(path=path, format=ox.RdfFormat.TURTLE)
    ]
    shapes = {subject for subject, predicate, target in triples if predicate == _TYPE and target == _NODE_SHAPE}
    parents = [(subject, target) for subject, predicate, target in triples if predicate == _NODE and subject in shapes]
    targets: dict[Term, set[Term]] = {}
    for subject, predicate, target in triples:
        if predicate == _TARGET:
            targets.setdefault(subject, set()).add(target)
    changed = True
    while changed:
        changed = False
        for child, parent in parents:
            mine = targets.setdefault(parent, set())
            if not targets.get(child, set()) <= mine:
                mine |= targets[child]
                changed = True
    kept = [t for t in triples if t[1] != _TARGET and not (t[1] == _NODE and t[0] in shapes)]
    kept.extend((subject, _TARGET, target) for subject, found in targets.items() for target in sorted(found))
    return "".join(f"{s} {p} {o} .\n" for s, p, o in kept)


def violations(
    shapes: shacl.Shapes,
    triples: Iterable[str],
    places: Places,
    schema: Schema,
    focus: Container[Term] | None = None,
) -> list[Problem]:
    """Validate the default graph, or that part of it which a few nodes are judged by.

    Args:
        shapes: from `compile_shapes`.
        triples: N-Triples lines of the default graph and of the class hierarchy.
        places: where records state what is in the graph.
        schema: names the record key of a property in messages.
        focus: the nodes of which the triples hold all that matters; None for every node.

    Returns:
        A problem per violation, located in the record or authority file that causes it.
    """
    return problems_of(results_of(shapes, triples, focus), places, schema)


def results_of(
    shapes: shacl.Shapes, triples: Iterable[str], focus: Container[Term] | None = None
) -> list[shacl.Result]:
    """Return what the shapes say of the nodes in `focus`, or of all; of several results with one cause, the cause."""
    results = list(shapes.validate_text("".join(triples), format="ntriples").results)
    focused = {result.focus_node for result in results}
    return [
        result
        for result in results
        if (focus is None or Term(result.focus_node) in focus)
        # The inner node reports the cause itself.
        and not (result.component == "NodeConstraintComponent" and result.value in focused)
    ]


def problems_of(results: Iterable[shacl.Result], places: Places, schema: Schema) -> list[Problem]:
    """Return a problem per result, located in the record or authority file that causes it."""
    found = set()
    for result in results:
        node, path, value = Term(result.focus_node), Term(result.path or ""), Term(result.value or "")
        mark = places.of(node, path, value)
        found.add(Problem(mark, f"«{places.name(node)}» {_explain(result, path, places, schema)}", "shacl"))
    return sorted(found)


def _explain(result: shacl.Result, path: Term, places: Places, schema: Schema) -> str:
    kind = result.component.removesuffix("ConstraintComponent")
    key = schema.key_of(path) or ("label" if path == _LABEL else path)
    value = places.name(Term(result.value or "")) if (result.value or "").startswith("<") else result.value_plain or ""
    if result.message:
        return str(result.message)
    explanations = {
        "MinCount": f"lacks «{key}»: add it, with its evidence",
        "MaxCount": f"has more than one «{key}»: keep one, or make two nodes",
        "Class": f"has «{key} {value}», which is of another kind than «{key}» takes",
        "UniqueLang": f"has two values of «{key}» in one language: keep one, and write the other as another name",
        "Xone": "must have exactly one of the alternatives that its shape gives (such as a value or one bound)",
    }
    if kind == "MinCount" and path.startswith(("(^", "^")):
        return f"is not used by any {path}"
    return explanations.get(kind) or f"breaks {kind} on «{key}»" + (f" with {value}" if value else "")


def refused_problems(
    stated: Iterable[tuple[Term, Term, Term, Mark]], links: Links, project: Project
) -> Iterator[Problem]:
    """Yield a problem for every stated triple that makes a refused match, whatever file states it."""
    barred = {(project.iris.entity(link.slug), link.target): link for link in links.refused}
    for subject, predicate, target, mark in stated:
        link = barred.get((subject, target)) or barred.get((target, subject))
        if link and predicate in IDENTITY:
            yield refused_problem(link, mark)


def refused_problem(link: Link, mark: Mark) -> Problem:
    """Return what is wrong with a triple that makes a refused match."""
    return Problem(mark, f"«{link.slug}» is not {link.target[1:-1]}: refused at {link.mark}", "refused")


def kind_problems(
    attestations: Iterable[Attestation], facts: Iterable[Triple], articles: Container[Term]
) -> Iterator[Problem]:
    """Yield a problem for every node of which something is asserted but not what it is: no shape would check it."""
    known = {subject for subject, predicate, _ in facts if predicate == _TYPE}
    seen: set[Term] = set()
    for attestation in attestations:
        node = attestation.triple[0]
        if attestation.asserted and node not in known and node not in articles and node not in seen:
            seen.add(node)
            block = attestation.key.partition("/")[0]
            message = f"«{block}» has facts, but what it is is only conveyed or deprecated: assert `is …`, or neither"
            yield Problem(attestation.mark, message, "kind")


def count_problems(
    expectations: Iterable[Expectation], triples: Iterable[Triple], schema: Schema, mark: Mark
) -> Iterator[Problem]:
    """Yield a problem for every kind of node of which the graph holds fewer or more than the project expects."""
    counts: dict[Term, set[Term]] = {}
    for subject, predicate, target in triples:
        if predicate == _TYPE:
            counts.setdefault(target, set()).add(subject)

    def count(kinds: Iterable[Term], _: int) -> int:
        return len(set[Term]().union(*(counts.get(kind, set()) for kind in kinds)))

    yield from expectation_problems(expectations, count, schema, mark)


def expectation_problems(
    expectations: Iterable[Expectation], count: Callable[[Iterable[Term], int], int], schema: Schema, mark: Mark
) -> Iterator[Problem]:
    """Yield a problem for every expectation that a graph does not meet.

    Args:
        expectations: of the project.
        count: returns how many nodes are of one of some kinds; it may stop at the number given.
        schema: has the kinds by their keys.
        mark: where expectations are written.
    """
    for expectation in expectations:
        shape = schema.shapes.get(expectation.key)
        if shape is None:
            yield Problem(mark, f"«expect» names no kind «{expectation.key}»", "expect")
            continue
        number = count(shape.classes, 1 << 62)
        if expectation.least is not None and number < expectation.least:
            message = f"{number} of kind «{expectation.key}»; at least {expectation.least} are expected: was one lost?"
            yield Problem(mark, message, "expect")
        if expectation.most is not None and number > expectation.most:
            message = (
                f"{number} of kind «{expectation.key}»; at most {expectation.most} are expected: raise it if right"
            )
            yield Problem(mark, message, "expect")
