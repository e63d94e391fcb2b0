"""How much of an article its record covers: sentences without a fact, and the share of the text that is quoted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kg_builder.model import Record, Span
from kg_builder.sentences import Sentence, sentences


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
