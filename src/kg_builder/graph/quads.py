"""One record's quads: a pure function from attestations to N-Quads lines.

Each asserted triple stands in the default graph and in its article's graph. Attestations and spans stand in the
default graph alone. What is the usual case is left unsaid: certainty stated, rank normal, asserted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from kg_builder.ids import Iris
from kg_builder.model import Article, Attestation, Certainty, CuratedTriple, Rank, Record, Span, Term, Triple
from kg_builder.namespaces import OA, PROV, RDF, RJ, SCHEMA, XSD
from kg_builder.terms import iri, text, typed

TYPE = iri(f"{RDF}type")
STATEMENT = iri(f"{RDF}Statement")
SUBJECT, PREDICATE, OBJECT = (iri(f"{RDF}{name}") for name in ("subject", "predicate", "object"))
DERIVED_FROM = iri(f"{PROV}wasDerivedFrom")
POSITION, QUOTE = iri(f"{OA}TextPositionSelector"), iri(f"{OA}TextQuoteSelector")
_CERTAINTIES = {
    Certainty.INFERRED: iri(f"{RJ}Inferred"),
    Certainty.AMBIGUOUS: iri(f"{RJ}Ambiguous"),
}
_RANKS = {Rank.PREFERRED: iri(f"{RJ}Preferred"), Rank.DEPRECATED: iri(f"{RJ}Deprecated")}

_TRIPLE = re.compile(r'<[^>]*> <[^>]*> (?:<[^>]*>|"(?:[^"\\]|\\.)*"(?:@[A-Za-z0-9-]+|\^\^<[^>]*>)?) \.\n\Z')


def line(triple: Triple, graph: Term | None = None) -> str:
    r"""Return a quad as one N-Quads line.

    >>> line((iri("https://e.org/a"), iri("https://e.org/p"), text("x")))
    '<https://e.org/a> <https://e.org/p> "x" .\n'
    """
    subject, predicate, target = triple
    return f"{subject} {predicate} {target} {graph} .\n" if graph else f"{subject} {predicate} {target} .\n"


def in_default_graph(quad: str) -> bool:
    """Tell whether an N-Quads line names no graph.

    >>> in_default_graph(line((iri("https://e.org/a"), iri("https://e.org/p"), text("<x> ."))))
    True
    """
    return bool(_TRIPLE.match(quad))


def twice(triples: Iterable[Triple], graph: Term) -> Iterator[str]:
    """Yield each triple in the default graph and in the graph of those who state it."""
    for triple in triples:
        yield line(triple)
        yield line(triple, graph)


def record_lines(record: Record, iris: Iris) -> list[str]:
    """Return all quads of one article, sorted, each once.

    Args:
        record: the article and its attestations.
        iris: the maker of the graph's IRIs.
    """
    lines: set[str] = set(twice(article_triples(record.article), iris.graph("entities")))
    spans: set[Span] = set()
    for attestation in record.attestations:
        spans.update(attestation.spans)
        if attestation.asserted:
            lines.update(twice([attestation.triple], record.article.iri))
        lines.update(line(triple) for triple in attestation_triples(attestation, iris))
    for span in spans:
        lines.update(line(triple) for triple in span_triples(span, record.article, iris))
    return sorted(lines)


def attestation_triples(attestation: Attestation, iris: Iris) -> Iterator[Triple]:
    """Yield the description of one attestation."""
    node = attestation_iri(attestation, iris)
    subject, predicate, target = attestation.triple
    yield node, TYPE, STATEMENT
    yield node, SUBJECT, subject
    yield node, PREDICATE, predicate
    yield node, OBJECT, target
    for span in attestation.spans:
        yield node, DERIVED_FROM, iris.span(span)
    if attestation.certainty in _CERTAINTIES:
        yield node, iri(f"{RJ}certainty"), _CERTAINTIES[attestation.certainty]
    if attestation.rank in _RANKS:
        yield node, iri(f"{RJ}rank"), _RANKS[attestation.rank]
    if attestation.note:
        yield node, iri(f"{RJ}note"), text(attestation.note, "en")
    if attestation.according_to:
        yield node, iri(f"{RJ}accordingTo"), attestation.according_to
    if attestation.conveyed_in:
        yield node, iri(f"{RJ}conveyedIn"), attestation.conveyed_in


def attestation_iri(attestation: Attestation, iris: Iris) -> Term:
    """Return the IRI of an attestation."""
    return iris.statement(attestation.triple, attestation.article, attestation.key)


def span_triples(span: Span, article: Article, iris: Iris) -> Iterator[Triple]:
    """Yield the description of one span: a Web Annotation position and quote selector in one node."""
    node = iris.span(span)
    yield node, TYPE, POSITION
    yield node, TYPE, QUOTE
    yield node, iri(f"{RJ}article"), article.iri
    yield node, iri(f"{OA}start"), typed(str(span.start), f"{XSD}integer")
    yield node, iri(f"{OA}end"), typed(str(span.end), f"{XSD}integer")
    if span.exact:
        yield node, iri(f"{OA}exact"), text(span.exact)
    else:
        yield node, iri(f"{RJ}firstWords"), text(span.first)
        yield node, iri(f"{RJ}lastWords"), text(span.last)
        yield node, iri(f"{RJ}textHash"), text(span.digest)


def article_triples(article: Article) -> Iterator[Triple]:
    """Yield what is known of the article itself, and who curated all of its attestations, and when."""
    node = article.iri
    yield node, TYPE, iri(f"{SCHEMA}NewsArticle")
    yield node, iri(f"{SCHEMA}inLanguage"), text(article.language)
    yield node, iri(f"{RJ}textHash"), text(article.sha256)
    yield node, iri(f"{RJ}textLength"), typed(str(article.length), f"{XSD}integer")
    yield node, iri(f"{RJ}curator"), article.curator
    yield node, iri(f"{RJ}curated"), typed(article.curated, f"{XSD}date")
    if article.note:
        yield node, iri(f"{RJ}note"), text(article.note, "en")
    yield from article.statements


def curated_lines(curated: Iterable[CuratedTriple], graph: Term) -> list[str]:
    """Return the quads of curated triples (authority, links): default graph and their own, sorted, each once."""
    return sorted(set(twice((item.triple for item in curated), graph)))
