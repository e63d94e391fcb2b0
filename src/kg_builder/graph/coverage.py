"""How much of an article its record covers: sentences without a fact, and the share of the text that is quoted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from kg_builder.model import Record, Span

_END = re.compile(r"[.!?]+[\"”’')\]]*(?:\s+|(?=[A-Z\"“])|\Z)|\n+")
_ABBREVIATIONS = re.compile(
    r"(?:\b[A-Z]|\b(?:Plt|Pj|Dr|Drs|Prof|Ir|Hj|No|St|Tn|Ny|dll|dsb|dkk|vs|Mr|Mrs|Ms|Jr|Inc))\.\Z"
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence's place in its text: code points, end exclusive."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a record covers of its text."""

    article: str
    attestations: int
    asserted: int
    conveyed: int
    spans: int
    quoted: int
    repeated: int
    length: int
    bare: tuple[Sentence, ...] | None

    @property
    def share(self) -> float:
        """The share of the text's characters that the record repeats, each counted once."""
        return self.quoted / self.length if self.length else 0.0


def sentences(text: str) -> Iterator[Sentence]:
    """Yield the sentences of a text; initials and common abbreviations end none.

    >>> [(s.start, s.end) for s in sentences("E. Someone came. She left.")]
    [(0, 16), (17, 26)]
    """
    start = 0
    for match in _END.finditer(text):
        end = match.end()
        if (
            _ABBREVIATIONS.search(text[start : match.start() + 1])
            or text[match.start() - 1 : match.end() + 1].isdigit()
        ):
            continue
        body = text[start:end]
        if body.strip():
            left = start + len(body) - len(body.lstrip())
            yield Sentence(left, start + len(body.rstrip()))
        start = end
    if rest := text[start:].strip():
        yield Sentence(text.index(rest, start), len(text.rstrip()))


def quoted_characters(spans: Iterable[Span]) -> int:
    """Return how many characters of a text the spans repeat, each position counted once.

    >>> quoted_characters([Span("a", 0, 4, "abcd"), Span("a", 2, 6, "cdef")])
    6
    """
    places: set[int] = set()
    for span in spans:
        if span.exact:
            places.update(range(span.start, span.end))
        else:
            places.update(range(span.start, span.start + len(span.first)))
            places.update(range(span.end - len(span.last), span.end))
    return len(places)


def coverage(record: Record, text: str | None) -> Coverage:
    """Measure a record; ``bare`` lists the sentences that no span touches, where the text is present."""
    spans = {span for attestation in record.attestations for span in attestation.spans}
    bare = None
    if text is not None:
        bare = tuple(
            sentence
            for sentence in sentences(text)
            if not any(span.start < sentence.end and sentence.start < span.end for span in spans)
        )
    return Coverage(
        article=record.article.id,
        attestations=len(record.attestations),
        asserted=len({a.triple for a in record.attestations if a.asserted}),
        conveyed=len({a.triple for a in record.attestations if a.conveyed_in}),
        spans=len(spans),
        quoted=quoted_characters(spans),
        repeated=sum(span.quoted for span in spans),
        length=record.article.length,
        bare=bare,
    )
