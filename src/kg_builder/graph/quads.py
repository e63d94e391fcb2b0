"""One record's quads: a pure function from attestations to N-Quads lines.

Each asserted triple stands in the default graph and in its article's graph. Attestations and spans stand in the
default graph alone. What is the usual case is left unsaid: certainty stated, rank normal, asserted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from kg_builder.ids import Iris
from kg_builder.model import Article, Attestation, Certainty, CuratedTriple, Rank, Record, Span, Term, Triple
from kg_builder.namespaces import OA, PROV, RDF, RJ, SCHEMA, XSD
from kg_builder.terms import iri, text, typed

TYPE = iri(f"{RDF}type")
STATEMENT = iri(f"{RDF}Statement")
SUBJECT, PREDICATE, OBJECT = (iri(f"{RDF}{name}") for name in ("subject", "predicate", "object"))
DERIVED_FROM = iri(f"{PROV}wasDerivedFrom")
_ACCORDING_TO, _CERTAINTY, _CONVEYED_IN, _NOTE, _RANK = (
    iri(f"{RJ}{name}") for name in ("accordingTo", "certainty", "conveyedIn", "note", "rank")
)
_START, _END, _EXACT = (iri(f"{OA}{name}") for name in ("start", "end", "exact"))
_ARTICLE, _FIRST_WORDS, _LAST_WORDS, _TEXT_HASH = (
    iri(f"{RJ}{name}") for name in ("article", "firstWords", "lastWords", "textHash")
)
POSITION, QUOTE = iri(f"{OA}TextPositionSelector"), iri(f"{OA}TextQuoteSelector")
_CERTAINTIES = {
    Certainty.INFERRED: iri(f"{RJ}Inferred"),
    Certainty.AMBIGUOUS: iri(f"{RJ}Ambiguous"),
}
_RANKS = {Rank.PREFERRED: iri(f"{RJ}Preferred"), Rank.DEPRECATED: iri(f"{RJ}Deprecated")}

# Between the node and what is said of it.
_OBJECT, _PREDICATE, _SUBJECT, _DERIVED_FROM = (f" {each} " for each in (OBJECT, PREDICATE, SUBJECT, DERIVED_FROM))
_IS_STATEMENT = f" {TYPE} {STATEMENT} .\n"
_STATED, _NORMAL = Certainty.STATED, Rank.NORMAL

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


@dataclass(frozen=True, slots=True)
class ArticleQuads:
    """All quads of one article, and what they are made of.

    Attributes:
        lines: N-Quads: the lines sorted, each once.
        described: the lines of each attestation and each span, by its IRI.
        head: the triples that say what is known of the article itself.
        facts: the triples that the article asserts.
        attestations: by their IRIs.
        spans: the phrases that attestations rest on, with their IRIs.
    """

    lines: bytes
    described: dict[Term, str]
    head: set[Triple]
    facts: set[Triple]
    attestations: dict[Term, Attestation]
    spans: dict[Span, Term]


def record_lines(record: Record, iris: Iris) -> list[str]:
    """Return all quads of one article, sorted, each once."""
    # Not splitlines: to it, more characters than the line feed end a line.
    return [f"{quad}\n" for quad in article_quads(record, iris).lines.decode().split("\n")[:-1]]


def article_quads(record: Record, iris: Iris) -> ArticleQuads:
    """Return all quads of one article.

    A node's lines are made in their order, as one block. As no IRI is the beginning of another, blocks in order are
    lines in order, and blocks are far fewer.

    Args:
        record: the article and its attestations.
        iris: the maker of the graph's IRIs.
    """
    article = record.article
    head = set(article_triples(article))
    facts = {attestation.triple for attestation in record.attestations if attestation.asserted}
    entities = iris.graph("entities")
    stated = [_fact_block(triple, article.iri) for triple in facts - head]
    stated += [_fact_block(triple, entities, article.iri if triple in facts else None) for triple in head]
    described: dict[Term, str] = {}
    attestations: dict[Term, Attestation] = {}
    # Few phrases support many attestations.
    evidence: dict[tuple[Span, ...], list[Term]] = {}
    spans: dict[Span, Term] = {}
    for attestation in record.attestations:
        phrases = evidence.get(attestation.spans)
        if phrases is None:
            spans.update((span, iris.span(span)) for span in attestation.spans)
            phrases = evidence[attestation.spans] = sorted({spans[span] for span in attestation.spans})
        node = attestation_iri(attestation, iris)
        attestations.setdefault(node, attestation)
        _describe(described, node, _attestation_block(attestation, node, phrases))
    for span, node in spans.items():
        _describe(described, node, _span_block(span, node, article.iri))
    # UTF-8 sorts as code points do.
    blocks = sorted(map(str.encode, (*stated, *described.values())))
    return ArticleQuads(b"".join(blocks), described, head, facts, attestations, spans)


def _describe(described: dict[Term, str], node: Term, block: str) -> None:
    former = described.setdefault(node, block)
    if former != block:
        lines = {*former.split("\n"), *block.split("\n")} - {""}
        described[node] = "".join(f"{each}\n" for each in sorted(lines))


def _fact_block(triple: Triple, graph: Term, other: Term | None = None) -> str:
    subject, predicate, target = triple
    stated = f"{subject} {predicate} {target}"
    if other is None:
        return f"{stated} .\n{stated} {graph} .\n"
    first, second = sorted((graph, other))
    return f"{stated} .\n{stated} {first} .\n{stated} {second} .\n"


def _attestation_block(attestation: Attestation, node: Term, phrases: Iterable[Term]) -> str:
    subject, predicate, target = attestation.triple
    block = (
        f"{node}{_OBJECT}{target} .\n{node}{_PREDICATE}{predicate} .\n{node}{_SUBJECT}{subject} .\n"
        f"{node}{_IS_STATEMENT}"
    )
    for phrase in phrases:
        block += f"{node}{_DERIVED_FROM}{phrase} .\n"
    if speaker := attestation.according_to:
        block += f"{node} {_ACCORDING_TO} {speaker} .\n"
    if (certainty := attestation.certainty) is not _STATED:
        block += f"{node} {_CERTAINTY} {_CERTAINTIES[certainty]} .\n"
    if speech := attestation.conveyed_in:
        block += f"{node} {_CONVEYED_IN} {speech} .\n"
    if note := attestation.note:
        block += f"{node} {_NOTE} {text(note, 'en')} .\n"
    if (rank := attestation.rank) is not _NORMAL:
        block += f"{node} {_RANK} {_RANKS[rank]} .\n"
    return block


def attestation_iri(attestation: Attestation, iris: Iris) -> Term:
    """Return the IRI of an attestation."""
    return iris.statement(attestation.triple, attestation.article, attestation.key)


def _span_block(span: Span, node: Term, article: Term) -> str:
    """Return the description of one span: a Web Annotation position and quote selector in one node."""
    end = f'{node} {_END} "{span.end}"^^<{XSD}integer> .\n'
    start = f'{node} {_START} "{span.start}"^^<{XSD}integer> .\n'
    kinds = f"{node} {TYPE} {POSITION} .\n{node} {TYPE} {QUOTE} .\n"
    if span.exact:
        words = f"{node} {_EXACT} {text(span.exact)} .\n"
        return f"{kinds}{end}{words}{start}{node} {_ARTICLE} {article} .\n"
    return (
        f"{kinds}{end}{start}{node} {_ARTICLE} {article} .\n{node} {_FIRST_WORDS} {text(span.first)} .\n"
        f"{node} {_LAST_WORDS} {text(span.last)} .\n{node} {_TEXT_HASH} {text(span.digest)} .\n"
    )


def article_triples(article: Article) -> Iterator[Triple]:
    """Yield what is known of the article itself, and who curated all of its attestations, and when."""
    node = article.iri
    yield node, TYPE, iri(f"{SCHEMA}NewsArticle")
    yield node, iri(f"{SCHEMA}inLanguage"), text(article.language)
    yield node, _TEXT_HASH, text(article.sha256)
    yield node, iri(f"{RJ}textLength"), typed(str(article.length), f"{XSD}integer")
    yield node, iri(f"{RJ}curator"), article.curator
    yield node, iri(f"{RJ}curated"), typed(article.curated, f"{XSD}date")
    if article.note:
        yield node, _NOTE, text(article.note, "en")
    yield from article.statements


def curated_lines(curated: Iterable[CuratedTriple], graph: Term) -> list[str]:
    """Return the quads of curated triples (authority, links): default graph and their own, sorted, each once."""
    return sorted(set(twice((item.triple for item in curated), graph)))
