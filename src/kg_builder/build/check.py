"""A few articles checked by themselves, at a cost that the rest of the corpus does not raise.

What depends on other articles is left to a build and to the check of all: rules, expected counts, links, saved queries,
records of the same text, and shapes of nodes of which several articles may speak.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from kg_builder.build.mapping import Context, Given, Mapped, Mapper, context_of, given_of
from kg_builder.build.reach import reach_of
from kg_builder.errors import Problem, SourceError
from kg_builder.graph.quads import TYPE, in_default_graph, line, record_lines
from kg_builder.graph.rules import load_rules
from kg_builder.graph.validate import IDENTITY, Places, refused_problems, shapes_of, violations
from kg_builder.ids import digest
from kg_builder.model import Term
from kg_builder.namespaces import SH
from kg_builder.sources.authority.index import OpenAuthority, open_authority
from kg_builder.sources.files import sources_in, write_whole
from kg_builder.sources.links import load_links
from kg_builder.sources.project import Project, record_of
from kg_builder.sources.records import LoadedRecord
from kg_builder.sources.schema import load_schema


def check_articles(project: Project, articles: Iterable[str]) -> list[Mapped]:
    """Check articles and return what each comes to.

    Args:
        project: where they lie.
        articles: their ids.

    Raises:
        SourceError: an article is not there, or anything is wrong; every problem of these articles at once.
    """
    problems: list[Problem] = []
    schema = load_schema(project.root, problems)
    if problems:
        raise SourceError(problems)
    authority = open_authority(project, schema, problems)
    context = context_of(project, schema, authority.declared)
    checker = _Checker(context, authority)
    mapped = []
    for article in dict.fromkeys(articles):
        given = given_of(project, record_of(project, article))
        found = checker.mapper.map(given)
        mapped.append(found)
        problems.extend(found.problems or checker.own(given, found))
    if problems:
        raise SourceError(problems)
    return mapped


@dataclass(slots=True)
class _Checker:
    """Checks what the map of an article leaves to the whole graph, as far as the article alone decides it."""

    context: Context
    authority: OpenAuthority
    mapper: Mapper

    def __init__(self, context: Context, authority: OpenAuthority) -> None:
        self.context, self.authority = context, authority
        self.mapper = Mapper(context)

    def own(self, given: Given, mapped: Mapped) -> Iterator[Problem]:
        """Yield what is wrong with an article of which the map found nothing wrong."""
        loaded, _ = self.mapper.load(given)
        if loaded is None:
            return
        project = self.context.project
        stated = [(*each.triple, each.mark) for each in loaded.record.attestations if each.asserted]
        if any(predicate in IDENTITY for _, predicate, _, _ in stated):
            yield from refused_problems(stated, load_links(project, self.authority, []), project)
        yield from self._shapes(loaded, mapped)

    def _shapes(self, loaded: LoadedRecord, mapped: Mapped) -> Iterator[Problem]:
        """Yield what the shapes say of the nodes that the article alone can name."""
        project, schema, shapes = self.context.project, self.context.schema, self.context.shapes
        reach = reach_of(shapes, self.context.hierarchy)
        start = f"<{project.iris.local(mapped.article, '')[1:-1]}"
        triples = {each.triple: each.mark for each in loaded.record.attestations}
        # Of a shared node other articles may say what is wanting here.
        beyond = {s for s, predicate, value in triples if predicate in reach.values and not value.startswith(start)}
        own = {subject for subject, _, _ in triples if subject.startswith(start)} - beyond
        if reach.whole or not own:
            return
        kinds = (
            line((project.iris.entity(slug), TYPE, kind))
            for slug, key in mapped.named
            if key
            for kind in schema.shapes[key].classes
        )
        known = filter(in_default_graph, record_lines(loaded.record, project.iris))
        places = Places(triples, loaded.marks, {}, loaded.record.article.mark)
        graph = [*known, *kinds, self.context.hierarchy]
        found = violations(shapes_of(shapes), graph, places, schema, own)
        if not found:
            return
        try:
            concluded = _concluded(project)
        except SourceError as error:
            yield from error.problems
            concluded = frozenset()
        asked = {each for each in concluded if each in reach.inverse or f"<{SH}path> {each} ." in shapes}
        if TYPE not in concluded and not asked:
            yield from found  # what a rule may conclude is not wanting yet


def _concluded(project: Project) -> frozenset[Term]:
    """Return the predicates of what rules conclude; kept, for their parser takes longer than all the rest."""
    rules = sources_in(project.root / "ontology" / "rules", ".rq")
    name = digest([str(project.prefixes), *(path.read_text("utf-8", errors="replace") for path in rules)])
    kept = project.build / "cache" / "concluded.json"
    with suppress(OSError, ValueError, AttributeError, TypeError):
        found = json.loads(kept.read_bytes()).get(name)
        if found is not None:
            return frozenset(Term(str(each)) for each in found)
    concluded = frozenset(Term(pattern[1]) for rule in load_rules(project) for pattern in rule.template)
    with suppress(OSError):
        write_whole(kept, json.dumps({name: sorted(concluded)}).encode())
    return concluded
