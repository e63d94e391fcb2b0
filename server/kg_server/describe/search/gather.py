"""Fills a search index from what a release answers: names, phrases, and what says how much is known of a thing."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Iterator

import pyoxigraph as ox

from kg_builder.namespaces import OA, RDF, RDFS, RJ, SCHEMA, SKOS
from kg_server.describe.ask import Node, Row, integer, pages, rows, values
from kg_server.describe.current import Release
from kg_server.describe.search.draft import Draft, Name
from kg_server.http.problems import Problem

PAGE = 100_000
MOST_ROWS = 2_000_000
_BATCH = 300
_PREFERRED = (RDFS + "label", SKOS + "prefLabel")
_OTHER = SKOS + "altLabel"

# No order: sorting would hold all rows in memory before the first are sent, and a store reads an index in one order.
_NAMES = f"""SELECT ?s ?p ?name WHERE {{ VALUES ?p {{ <{_PREFERRED[0]}> <{_PREFERRED[1]}> <{_OTHER}> }} ?s ?p ?name
FILTER (STRSTARTS(STR(?s), "%(base)sid/") || STRSTARTS(STR(?s), "%(base)sarticle/")) }}"""
# Things that have a name are found by it: from their classes, an engine may look through all that have one.
_KINDS = f"""SELECT DISTINCT ?s ?kind WHERE {{ VALUES ?p {{ <{_PREFERRED[0]}> <{_PREFERRED[1]}> }} ?s ?p ?name ; a ?kind
FILTER (STRSTARTS(STR(?s), "%(base)sid/") || STRSTARTS(STR(?s), "%(base)sarticle/")) }}"""
_MENTIONS = f"SELECT ?s (COUNT(?article) AS ?n) WHERE {{ ?article <{SCHEMA}mentions> ?s }} GROUP BY ?s"
# Each thing is looked at once, and not each time that something is said of it.
_FACTS = f"""SELECT ?s ?n WHERE {{
{{ SELECT ?s (COUNT(*) AS ?n) WHERE {{ VALUES ?p {{ <{RDF}subject> <{RDF}object> }} ?said ?p ?s }} GROUP BY ?s }}
FILTER (STRSTARTS(STR(?s), "%(base)sid/")) }}"""
_PHRASES = f"SELECT ?s ?text ?article WHERE {{ ?s <{OA}exact> ?text ; <{RJ}article> ?article }}"
_LONG_PHRASES = f"""SELECT ?s ?first ?last ?article WHERE {{
?s <{RJ}firstWords> ?first ; <{RJ}lastWords> ?last ; <{RJ}article> ?article }}"""
# Asked once for each article, not for each of its phrases.
_LANGUAGES = f"SELECT ?s ?language WHERE {{ ?s <{SCHEMA}inLanguage> ?language }}"
# An article without a title is known by who published it.
_ARTICLES = f"""SELECT ?s ?title ?name WHERE {{
?s a <{SCHEMA}NewsArticle> {{ ?s <{_PREFERRED[0]}> ?title }} UNION {{ ?s <{SCHEMA}publisher> ?publisher .
?publisher <{_PREFERRED[0]}> ?name }} }}"""
_LABELS = f"""SELECT DISTINCT ?s ?name WHERE {{ VALUES ?s {{ %s }} VALUES ?p {{ <{_PREFERRED[0]}> <{_PREFERRED[1]}> }}
{{ ?s ?p ?name }} UNION {{ GRAPH ?g {{ ?s ?p ?name }} }} }} ORDER BY ?s ?name"""


async def gather(release: Release, draft: Draft) -> bool:
    """Fill a draft with all that a release has to find; return whether that is all.

    What a big graph or a slow engine does not answer in time is left out, and said in the log.

    Args:
        release: whose backend is asked, in pieces.
        draft: to fill; it is used beside the event loop.

    Raises:
        Problem: when not even names can be had.
        sqlite3.Error: when the draft cannot be written.
    """
    base = {"base": release.manifest.base}
    await asyncio.to_thread(draft.names, list(_questions(release)))
    await pages(release.backend, _NAMES % base, lambda found: draft.names(_names(found)), size=PAGE, most=MOST_ROWS)
    parts: dict[str, tuple[str, Callable[[Iterator[Row]], None]]] = {
        "kinds": (_KINDS % base, lambda found: draft.kinds(_kinds(found))),
        "phrases": (_PHRASES, lambda found: draft.phrases(_phrases(found))),
        "long phrases": (_LONG_PHRASES, lambda found: draft.phrases(_phrases(found))),
        "languages": (_LANGUAGES, lambda found: draft.languages(_languages(found))),
        "names of articles": (_ARTICLES, lambda found: draft.article_labels(_articles(found))),
        "mentions": (_MENTIONS, lambda found: draft.counts((iri, n, 0) for iri, n in _counts(found))),
        "counts of facts": (_FACTS % base, lambda found: draft.counts((iri, 0, n) for iri, n in _counts(found))),
    }
    complete = True
    for what, (query, take) in parts.items():
        try:
            await pages(release.backend, query, take, size=PAGE, most=MOST_ROWS)
        except Problem as problem:
            logging.getLogger("kg_server").warning("Search goes without %s: %s", what, problem.detail)
            complete = False
    await _label_kinds(release, draft)
    return complete


async def _label_kinds(release: Release, draft: Draft) -> None:
    kinds = await asyncio.to_thread(draft.used_kinds)
    for start in range(0, len(kinds), _BATCH):
        try:
            found = await rows(release.backend, _LABELS % values(kinds[start : start + _BATCH]))
        except Problem as problem:
            # A kind without a label is shown by its IRI.
            logging.getLogger("kg_server").warning("Search goes without names of kinds: %s", problem.detail)
            return
        labels = [(_value(row, "s"), _language(row["name"]), _value(row, "name")) for row in found]
        await asyncio.to_thread(draft.kind_labels, labels)


def _questions(release: Release) -> Iterator[Name]:
    for name, query in release.queries.items():
        for language, title in query.title.items():
            yield "question", f"{release.manifest.base}query/{name}", title, language, True


def _names(found: Iterable[Row]) -> Iterator[Name]:
    for row in found:
        if isinstance(row["s"], ox.NamedNode):
            yield "entity", row["s"].value, _value(row, "name"), _language(row["name"]), _value(row, "p") != _OTHER


def _kinds(found: Iterable[Row]) -> Iterator[tuple[str, str]]:
    for row in found:
        yield _value(row, "s"), _value(row, "kind")


def _phrases(found: Iterable[Row]) -> Iterator[tuple[str, str, str]]:
    for row in found:
        # A phrase of more than eight words is kept as its first and last ones.
        text = _value(row, "text") if "text" in row else f"{_value(row, 'first')} … {_value(row, 'last')}"
        yield _value(row, "s"), text, _value(row, "article")


def _languages(found: Iterable[Row]) -> Iterator[tuple[str, str]]:
    for row in found:
        yield _value(row, "s"), _value(row, "language")


def _articles(found: Iterable[Row]) -> Iterator[tuple[str, str, str]]:
    for row in found:
        name = "title" if "title" in row else "name"
        yield _value(row, "s"), _language(row[name]), _value(row, name)


def _counts(found: Iterable[Row]) -> Iterator[tuple[str, int]]:
    for row in found:
        yield _value(row, "s"), integer(row, "n")


def _value(row: Row, name: str) -> str:
    term = row.get(name)
    return term.value if isinstance(term, (ox.NamedNode, ox.Literal)) else ""


def _language(term: Node) -> str:
    return (term.language or "") if isinstance(term, ox.Literal) else ""
