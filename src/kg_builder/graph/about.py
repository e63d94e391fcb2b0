"""The graphs that describe the graph: its ontology, its saved queries and itself."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import pyoxigraph as ox

from kg_builder.errors import Mark, Problem, SourceError
from kg_builder.graph.quads import TYPE, line
from kg_builder.graph.rules import Rule
from kg_builder.ids import Iris
from kg_builder.model import Term, Triple
from kg_builder.namespaces import DCAT, DCTERMS, RDFS, RJ, SH, VOID
from kg_builder.sources.project import Project
from kg_builder.sources.queries import SavedQuery
from kg_builder.terms import iri, text, typed

# What may stand before the keyword: comments, and prefixes whose names and IRIs look like keywords.
_PROLOGUE = re.compile(r"#.*|<[^<>]*>|\b[\w.-]*:(?=\s*<)")
_FORM = re.compile(r"\b(?:SELECT|ASK|CONSTRUCT|DESCRIBE)\b", re.IGNORECASE)
_KEY = iri(f"{RJ}key")
"""How a record writes an individual: of use to records and their schema, not to readers of the graph."""


def ontology_lines(files: Iterable[Path], rules: Iterable[Rule], iris: Iris) -> list[str]:
    """Return the vocabularies and rules as quads of ``graph/ontology``, sorted, blank nodes named by their path.

    Raises:
        SourceError: a file is not Turtle, or has blank nodes that cannot be named.
    """
    graph = iris.graph("ontology")
    lines: set[str] = set()
    for path in files:
        try:
            triples = [_triple(quad) for quad in ox.parse(path=path, format=ox.RdfFormat.TURTLE)]
        except SyntaxError as error:
            mark = Mark(_name(path), error.lineno or 1, error.offset or 1)
            raise SourceError([Problem(mark, f"not Turtle: {error.msg}", "turtle")]) from error
        published = [triple for triple in triples if triple[1] != _KEY]
        try:
            lines.update(line(triple, graph) for triple in name_blank_nodes(published, f"{graph[1:-1]}/{path.stem}"))
        except ValueError as error:
            raise SourceError([Problem(Mark(_name(path)), str(error), "turtle")]) from error
    for rule in rules:
        lines.add(line((iris.rule(rule.name), iri(f"{RDFS}comment"), text(rule.why, "en")), graph))
    return sorted(lines)


def _name(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


def _triple(quad: ox.Quad) -> Triple:
    target = quad.object
    if isinstance(target, ox.Literal) and not target.language:
        # Turtle may write 007, and P12M; the store would change them after everything was hashed.
        with suppress(ValueError):
            return Term(str(quad.subject)), Term(str(quad.predicate)), typed(target.value, target.datatype.value)
    return Term(str(quad.subject)), Term(str(quad.predicate)), Term(str(target))


def name_blank_nodes(triples: list[Triple], base: str) -> list[Triple]:
    """Give every blank node an IRI made of the path that leads to it from a named node, in the order of the file.

    Raises:
        ValueError: no path leads to one from a named node, nor from one that nothing leads to.

    >>> b = Term("_:b1")
    >>> name_blank_nodes([(iri("https://e.org/a"), iri("https://e.org/p"), b)], "https://e.org/f")[0][2]
    '<https://e.org/f/a/p-1>'
    """
    names: dict[Term, Term] = {}
    counts: dict[str, int] = defaultdict(int)
    inner = {target for _, _, target in triples if target.startswith("_:")}
    roots = 0
    for subject, _, _ in triples:
        if subject.startswith("_:") and subject not in inner and subject not in names:
            roots += 1
            names[subject] = iri(f"{base}/axiom-{roots}")
    pending = [triple for triple in triples if triple[2].startswith("_:")]
    while pending:
        rest = []
        for subject, predicate, target in pending:
            owner = subject if subject.startswith("<") else names.get(subject)
            if owner is None:
                rest.append((subject, predicate, target))
                continue
            if target not in names:
                stem = owner[1:-1] if owner.startswith(f"<{base}/") else f"{base}/{_local(owner)}"
                path = f"{stem}/{_local(predicate)}"  # counted by its text: two names may end alike
                counts[path] += 1
                names[target] = iri(f"{path}-{counts[path]}")
        if len(rest) == len(pending):
            message = "blank nodes that only refer to each other cannot be named; give one of them an IRI"
            raise ValueError(message)
        pending = rest
    return [(names.get(s, s), p, names.get(o, o)) for s, p, o in triples]


def _local(term: Term) -> str:
    return term[1:-1].rstrip("/#").replace("#", "/").rpartition("/")[2]


def query_lines(queries: Iterable[SavedQuery], iris: Iris) -> list[str]:
    """Return the saved queries as quads of ``graph/queries``: what they ask, and their text."""
    graph = iris.graph("queries")
    lines = set()
    for query in queries:
        node = iris.query(query.name)
        lines.add(line((node, TYPE, iri(f"{SH}SPARQLExecutable")), graph))
        for language, title in query.title.items():
            lines.add(line((node, iri(f"{RDFS}label"), text(title, language)), graph))
        word = _FORM.search(_PROLOGUE.sub("", query.query))
        form = word[0].lower() if word else "select"
        lines.add(line((node, iri(f"{SH}{form}"), text(query.query)), graph))
    return sorted(lines)


def about_lines(project: Project) -> list[str]:
    """Return what the dataset says of itself in ``graph/about``; no date, so that equal inputs stay equal bytes."""
    graph = project.iris.graph("about")
    return sorted({line(triple, graph) for triple in _about(project)})


def _about(project: Project) -> Iterator[Triple]:
    node = iri(project.base)
    yield node, TYPE, iri(f"{DCAT}Dataset")
    yield node, TYPE, iri(f"{VOID}Dataset")
    yield node, iri(f"{DCTERMS}license"), iri(project.license)
    yield node, iri(f"{VOID}uriSpace"), text(project.base)
    yield node, iri(f"{VOID}vocabulary"), iri(f"{project.base}{project.vocabulary.rstrip('#')}")
    for language, title in project.title.items():
        yield node, iri(f"{DCTERMS}title"), text(title, language)
    for language, description in project.description.items():
        yield node, iri(f"{DCTERMS}description"), text(description, language)
