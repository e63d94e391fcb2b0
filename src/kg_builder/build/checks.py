"""The checks on a graph in a store: shapes, refused matches, expected counts; each problem where it stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

import pyoxigraph as ox

from kg_builder.build.facts import Facts, resource
from kg_builder.build.judge import Judge
from kg_builder.build.mapping import Given, Mapper
from kg_builder.build.sources import Sources
from kg_builder.errors import Mark, Problem
from kg_builder.graph.layers import DERIVED
from kg_builder.graph.quads import attestation_iri
from kg_builder.graph.validate import IDENTITY, Places, expectation_problems, problems_of, refused_problem
from kg_builder.model import Term, Triple

if TYPE_CHECKING:
    import shacl

ROOT_FILE = "data/project.yaml"


class Checks:
    """The checks of one build."""

    def __init__(self, sources: Sources, facts: Facts, mapper: Mapper, given: Callable[[str], Given]) -> None:
        """Take what is needed to find the place of a problem.

        Args:
            sources: name files and kinds.
            facts: the store that is checked.
            mapper: reads a record again, where something is wrong with it.
            given: returns what an article is mapped from, by its id.
        """
        context = sources.context()
        self._sources, self._facts, self._mapper, self._given = sources, facts, mapper, given
        self.judge = Judge(facts, context.shapes, context.hierarchy)

    def problems(self, results: Sequence[shacl.Result]) -> Iterator[Problem]:
        """Yield what is wrong with the graph.

        Args:
            results: what the shapes say of it, from `judge`.
        """
        yield from self._refused()
        yield from self._shapes(results)
        yield from self._expected()

    def _shapes(self, results: Sequence[shacl.Result]) -> Iterator[Problem]:
        if results:
            # Records are read again only where something is wrong, to say where that stands.
            places = self._places({Term(result.focus_node) for result in results})
            yield from problems_of(results, places, self._sources.schema)

    def _places(self, nodes: Iterable[Term]) -> Places:
        iris = self._sources.project.iris
        triples: dict[Triple, Mark] = {}
        marks: dict[Term, Mark] = {}
        names: dict[Term, str] = {}
        homes: dict[Term, Mark] = {}
        articles: set[str] = set()
        for node in nodes:
            articles.update(self._articles(node))
            slug = iris.slug(node)
            entity = self._sources.authority.entities.get(slug) if slug else None
            if entity:
                names[node] = slug
                homes[node] = entity.mark
        for article in sorted(articles):
            loaded, _ = self._mapper.load(self._given(article))
            if loaded is None:
                continue
            for each in loaded.record.attestations:
                triples[each.triple] = each.mark
                marks.setdefault(attestation_iri(each, iris), each.mark)
            marks |= loaded.marks
        curated = {each.triple: each.mark for node in names for each in self._sources.curated(names[node])}
        for target in {triple[2] for triple in [*triples, *curated]}:
            if (slug := iris.slug(target)) and slug in self._sources.authority.declared:
                names[target] = slug
        return Places(curated | triples, homes | marks, names, Mark(ROOT_FILE), homes)

    def _articles(self, node: Term) -> Iterator[str]:
        """Yield the articles that say something of a node or by it."""
        prefix = f"{self._sources.project.base}article/"
        for subject, target in ((resource(node), None), (None, resource(node))):
            for each in self._facts.store.quads_for_pattern(subject, None, target, None):
                if isinstance(each.graph_name, ox.NamedNode) and each.graph_name.value.startswith(prefix):
                    yield each.graph_name.value[len(prefix) :]

    def _refused(self) -> Iterator[Problem]:
        project = self._sources.project
        for link in self._sources.links.refused:
            entity = project.iris.entity(link.slug)
            for subject, target in ((entity, link.target), (link.target, entity)):
                for predicate in sorted(IDENTITY):
                    triple = (subject, predicate, target)
                    if any(True for _ in self._facts.graphs(triple)):
                        places = self._places([entity])
                        accepted = {each.triple: each.mark for each in self._sources.links.triples(project)}
                        mark = (accepted | dict(places.triples)).get(triple, places.root)
                        yield refused_problem(link, mark)

    def _expected(self) -> Iterator[Problem]:
        yield from expectation_problems(
            self._sources.project.expectations, self._count, self._sources.schema, Mark(ROOT_FILE)
        )

    def _count(self, kinds: Iterable[Term], most: int) -> int:
        """Return of how many nodes one of the kinds is a fact, counted as far as `most`."""
        derived = self._sources.project.iris.graph(DERIVED)
        asked = (
            f"SELECT DISTINCT ?n WHERE {{ VALUES ?k {{ {' '.join(sorted(kinds))} }} ?n a ?k "
            f"FILTER NOT EXISTS {{ GRAPH {derived} {{ ?n a ?k }} }} }}"
        )
        found = self._facts.store.query(asked)
        return sum(1 for _ in islice(found, most)) if isinstance(found, ox.QuerySolutions) else 0
