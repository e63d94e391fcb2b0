"""The whole graph from the whole corpus: shards of sorted N-Quads lines, checked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain

from kg_builder.errors import Mark, Problem, SourceError
from kg_builder.graph.about import about_lines, ontology_lines, query_lines
from kg_builder.graph.coverage import coverage
from kg_builder.graph.layers import ABOUT, AUTHORITY, DERIVED, LINKS, ONTOLOGY, QUERIES, RESERVED
from kg_builder.graph.quads import attestation_iri, curated_lines, in_default_graph, record_lines
from kg_builder.graph.rules import Derivation, Rule, derivation_lines, derive, load_rules
from kg_builder.graph.validate import (
    Places,
    compile_shapes,
    count_problems,
    kind_problems,
    refused_problems,
    violations,
)
from kg_builder.graph.vouching import Vouching
from kg_builder.ids import Iris
from kg_builder.model import Attestation, CuratedTriple, Term, Triple
from kg_builder.namespaces import DCTERMS
from kg_builder.sources.corpus import Corpus
from kg_builder.terms import iri


@dataclass(frozen=True, slots=True)
class Graph:
    """A checked graph: its shards by name, and what a manifest counts."""

    shards: dict[str, list[str]]
    counts: dict[str, int]


def assemble(corpus: Corpus, progress: Callable[[str], None]) -> Graph:
    """Make every shard and check the whole.

    Args:
        corpus: the sources, read without a problem.
        progress: is told the stage, for people.

    Raises:
        SourceError: a rule, a shape, an expected count or a refused match is broken; every problem at once.
    """
    project, iris = corpus.project, corpus.project.iris
    _refuse_reserved(corpus)
    progress("facts")
    shards = {record.record.article.id: record_lines(record.record, iris) for record in corpus.records}
    authority = [*_authority(corpus)]
    links = corpus.links.triples(project)
    shards[AUTHORITY] = curated_lines(authority, iris.graph(AUTHORITY))
    shards[LINKS] = curated_lines(links, iris.graph(LINKS))
    attestations = [a for record in corpus.records for a in record.record.attestations]
    stated = {a.triple for a in attestations if a.asserted}
    progress("rules")
    rules = load_rules(project)
    curated = [*authority, *links]
    facts = stated | {item.triple for item in curated}
    derivations = derive(rules, facts, project.prefixes)
    shards[DERIVED] = _derived_lines(derivations, _Known(corpus, attestations, authority, links), iris)
    shards[ONTOLOGY] = ontology_lines(corpus.vocabularies, rules, iris)
    shards[QUERIES] = query_lines(corpus.queries, iris)
    shards[ABOUT] = about_lines(project)
    progress("shapes")
    problems = list(_problems(corpus, shards, attestations, curated, facts))
    if problems:
        raise SourceError(problems)
    return Graph(shards, _counts(corpus, attestations, stated, derivations, rules))


def _refuse_reserved(corpus: Corpus) -> None:
    # An article of that name would lose its shard to the layer.
    problems = [
        Problem(record.record.article.mark, f"«{record.record.article.id}» names a layer of the graph: rename the file")
        for record in corpus.records
        if record.record.article.id in RESERVED
    ]
    if problems:
        raise SourceError(problems)


def _authority(corpus: Corpus) -> Iterator[CuratedTriple]:
    for entity in corpus.authority.entities.values():
        yield from entity.triples
    replaced = iri(f"{DCTERMS}isReplacedBy")
    iris = corpus.project.iris
    for old, new in corpus.authority.redirects.items():
        yield CuratedTriple((iris.entity(old), replaced, iris.entity(new)), Mark("data/redirects.yaml"))


def _derived_lines(derivations: list[Derivation], known: _Known, iris: Iris) -> list[str]:
    vouching = Vouching(known)
    concluded: dict[Triple, tuple[Term, ...]] = {}
    for each in derivations:
        node = iris.derivation(each.rule, each.triple, each.premises)
        concluded[each.triple] = tuple(sorted({*concluded.get(each.triple, ()), node}))
    lines: set[str] = set()
    for each in derivations:
        sources = vouching.sources(each, lambda premise: concluded.get(premise, ()))
        lines.update(derivation_lines([each], sources, iris))
    return sorted(lines)


class _Known:
    """What a whole corpus attests, as witnesses know it."""

    def __init__(
        self,
        corpus: Corpus,
        attestations: list[Attestation],
        authority: list[CuratedTriple],
        links: list[CuratedTriple],
    ) -> None:
        iris = corpus.project.iris
        self._by_article: dict[Triple, dict[Term, set[Term]]] = {}
        for each in attestations:
            if each.asserted:
                by_article = self._by_article.setdefault(each.triple, {})
                by_article.setdefault(iris.article(each.article), set()).add(attestation_iri(each, iris))
        self._curated = {item.triple: (iris.graph(LINKS),) for item in links}
        self._curated |= {item.triple: (iris.graph(AUTHORITY),) for item in authority}

    def articles(self, triple: Triple, most: int | None = None) -> list[Term]:
        return [*self._by_article.get(triple, {})][:most]

    def states(self, article: Term, triple: Triple) -> bool:
        return article in self._by_article.get(triple, {})

    def attestations(self, triple: Triple, article: Term) -> tuple[Term, ...]:
        return tuple(sorted(self._by_article.get(triple, {}).get(article, ())))

    def curated(self, triple: Triple) -> tuple[Term, ...]:
        return self._curated.get(triple, ())


def _problems(
    corpus: Corpus,
    shards: dict[str, list[str]],
    attestations: list[Attestation],
    curated: list[CuratedTriple],
    facts: set[Triple],
) -> Iterator[Problem]:
    project = corpus.project
    root = Mark("data/project.yaml")
    stated = chain(
        ((*item.triple, item.mark) for item in curated), ((*a.triple, a.mark) for a in attestations if a.asserted)
    )
    yield from refused_problems(stated, corpus.links, project)
    triples = {item.triple: item.mark for item in curated} | {a.triple: a.mark for a in attestations}
    homes = {entity.iri: entity.mark for entity in corpus.authority.entities.values()}
    nodes = dict(homes)
    for record in corpus.records:
        nodes |= record.marks
    for attestation in attestations:
        nodes.setdefault(attestation_iri(attestation, project.iris), attestation.mark)
    names = {entity.iri: slug for slug, entity in corpus.authority.entities.items()}
    default = (line for name in shards if name != ONTOLOGY for line in shards[name] if in_default_graph(line))
    ontology = project.iris.graph(ONTOLOGY)
    hierarchy = (line.removesuffix(f" {ontology} .\n") + " .\n" for line in shards[ONTOLOGY])
    shapes = compile_shapes(project.root / "ontology" / "shapes.ttl")
    yield from violations(shapes, chain(default, hierarchy), Places(triples, nodes, names, root, homes), corpus.schema)
    articles = {record.record.article.iri for record in corpus.records}
    yield from kind_problems(attestations, facts, articles)
    for loaded in corpus.records:
        share = coverage(loaded.record, None).share
        if 100 * share > project.most_quoted:
            message = (
                f"the record repeats {share:.1%} of its text; at most {project.most_quoted} % may be: "
                "shorten phrases, or write long ones as «first … last»"
            )
            yield Problem(loaded.record.article.mark, message, "quoted")
    yield from count_problems(project.expectations, facts, corpus.schema, root)


def _counts(
    corpus: Corpus,
    attestations: list[Attestation],
    stated: set[Triple],
    derivations: list[Derivation],
    rules: tuple[Rule, ...],
) -> dict[str, int]:
    spans = {span for attestation in attestations for span in attestation.spans}
    verified = {record.record.article.id for record in corpus.records if record.verified}
    return {
        "articles": len(corpus.records),
        "entities": len(corpus.authority.entities),
        "asserted": len(stated),
        "attestations": len({attestation_iri(a, corpus.project.iris) for a in attestations}),
        "conveyed": len({a.triple for a in attestations if a.conveyed_in}),
        "spans": len(spans),
        "derived": len({d.triple for d in derivations}),
        "rules": len(rules),
        "links": len(corpus.links.accepted),
        "queries": len(corpus.queries),
        "verified": sum(span.article in verified for span in spans),
        "trusted": sum(span.article not in verified for span in spans),
    }
