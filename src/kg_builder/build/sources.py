"""The sources of a build but for the articles: what is read once and bears on all of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kg_builder.build.mapping import Context, context_of
from kg_builder.errors import Mark, Problem, SourceError
from kg_builder.graph.about import about_lines, ontology_lines, query_lines
from kg_builder.graph.layers import ABOUT, AUTHORITY, LINKS, ONTOLOGY, QUERIES
from kg_builder.graph.quads import curated_lines, twice
from kg_builder.graph.rules import Pattern, Rule, load_rules
from kg_builder.model import CuratedTriple, Term
from kg_builder.namespaces import DCTERMS, OA, RDF, RJ, SCHEMA
from kg_builder.release.terms.order import TypeOrder
from kg_builder.release.writer import Description
from kg_builder.sources.authority.index import OpenAuthority, open_authority
from kg_builder.sources.corpus import strays
from kg_builder.sources.links import Links, load_links
from kg_builder.sources.project import Project
from kg_builder.sources.queries import SavedQuery, load_queries
from kg_builder.sources.schema import Schema, engine_vocabulary, load_schema, ontology_files, shapes_file
from kg_builder.terms import iri

EVIDENCE = (iri(f"{RDF}Statement"), iri(f"{OA}TextPositionSelector"), iri(f"{RJ}Derivation"))
"""The kinds of what speaks about facts."""


@dataclass(slots=True)
class Sources:
    """A project's sources but for its articles.

    Attributes:
        project: where they lie.
        schema: the kinds of nodes.
        authority: the authority file.
        links: to other authorities.
        queries: the saved queries.
        problems: what is wrong with them; more is found when articles are read.
    """

    project: Project
    schema: Schema
    authority: OpenAuthority
    links: Links
    queries: tuple[SavedQuery, ...]
    problems: list[Problem] = field(default_factory=list)
    _rules: tuple[Rule, ...] | None = None

    def context(self) -> Context:
        """Return what articles are mapped by."""
        return context_of(self.project, self.schema, self.authority.declared, self.rules())

    def rules(self) -> tuple[Rule, ...]:
        """Return the derivation rules; raises SourceError where one is out of form."""
        if self._rules is None:
            self._rules = load_rules(self.project)
        return self._rules

    def remember_rules(self, known: str) -> None:
        """Take the rules from what `rules_json` gave of the same ontology, which is sooner done than parsing them."""
        self._rules = tuple(_rule(each) for each in json.loads(known))

    def rules_json(self) -> str:
        """Return the rules as text that `rules` reads."""
        return json.dumps([[r.name, r.why, r.select, r.template, r.premises] for r in self.rules()])

    def vocabularies(self) -> list[Path]:
        """Return the vocabularies' files."""
        return [engine_vocabulary(), *ontology_files(self.project.root)]

    def small_layers(self, *, ontology: bool) -> Iterator[tuple[str, list[str]]]:
        """Yield the layers that are one shard each; that of the ontology where it is asked for."""
        iris = self.project.iris
        yield LINKS, curated_lines(self.links.triples(self.project), iris.graph(LINKS))
        yield QUERIES, query_lines(self.queries, iris)
        yield ABOUT, about_lines(self.project)
        if ontology:
            yield ONTOLOGY, ontology_lines(self.vocabularies(), self.rules(), iris)

    def authority_units(self) -> Iterator[tuple[Term, list[str]]]:
        """Yield the lines of every entry of the authority file, by its IRI, in the order of the IRIs."""
        iris = self.project.iris
        slugs = self.authority.entities.keys() | self.authority.redirects.keys()
        for slug in sorted(slugs, key=iris.entity):
            yield iris.entity(slug), self.authority_lines(slug)

    def authority_lines(self, slug: str) -> list[str]:
        """Return the lines of an entry of the authority file, or of a redirect; nothing for what is neither."""
        iris = self.project.iris
        triples = [each.triple for each in self._curated(slug)]
        return sorted(set(twice(triples, iris.graph(AUTHORITY))))

    def _curated(self, slug: str) -> Iterator[CuratedTriple]:
        iris = self.project.iris
        entity = self.authority.entities.get(slug)
        if entity:
            yield from entity.triples
        new = self.authority.redirects.get(slug)
        if new:
            triple = (iris.entity(slug), iri(f"{DCTERMS}isReplacedBy"), iris.entity(new))
            yield CuratedTriple(triple, Mark("data/redirects.yaml"))

    def curated(self, slug: str) -> list[CuratedTriple]:
        """Return what the authority file states of an id, with the places."""
        return [*self._curated(slug)]

    def description(self, inputs: Mapping[str, str], versions: Mapping[str, str]) -> Description:
        """Return what a release of these sources is beyond its quads."""
        project = self.project
        return Description(
            title=project.title,
            base=project.base,
            prefixes=project.prefixes,
            license=project.license,
            built=datetime.now(UTC),
            order=type_order(self.schema),
            queries_json=queries_json(self.queries),
            shapes_ttl=shapes_file(project.root).read_bytes(),
            inputs=inputs,
            versions=versions,
            description=project.description,
        )


def _rule(parts: list[Any]) -> Rule:
    name, why, select, template, premises = parts
    return Rule(name, why, select, _patterns(template), _patterns(premises))


def _patterns(parts: list[list[str]]) -> tuple[Pattern, ...]:
    return tuple((subject, predicate, target) for subject, predicate, target in parts)


def open_sources(project: Project) -> Sources:
    """Read a project's sources but for its articles.

    Raises:
        SourceError: the shapes or the vocabularies are wrong, so that every record would look wrong.
    """
    problems: list[Problem] = []
    schema = load_schema(project.root, problems)
    if problems:
        raise SourceError(problems)
    authority = open_authority(project, schema, problems)
    links = load_links(project, authority, problems)
    queries = load_queries(project, problems)
    problems.extend(strays(project))
    return Sources(project, schema, authority, links, queries, problems)


def type_order(schema: Schema) -> TypeOrder:
    """Return the order of kinds in the dumps: articles, then as the shapes file has them; evidence last."""
    kinds = [iri(f"{SCHEMA}NewsArticle")]
    kinds.extend(kind for shape in schema.shapes.values() for kind in shape.classes)
    return TypeOrder(tuple(dict.fromkeys(kinds)), EVIDENCE)


def queries_json(queries: tuple[SavedQuery, ...]) -> bytes:
    """Return the saved queries as a release carries them."""
    data = [query.as_json() for query in queries]
    return (json.dumps(data, ensure_ascii=False, indent=2) + "\n").encode()
