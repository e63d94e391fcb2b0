"""The words that every stage shares, as frozen data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple, NewType

from kg_builder.errors import Mark

Term = NewType("Term", str)
"""An RDF term in canonical N-Triples syntax, such as ``<https://example.org/a>`` or ``"x"@en``."""

Triple = tuple[Term, Term, Term]
"""Subject, predicate and object."""


class Certainty(Enum):
    """How surely the words support the fact."""

    STATED = "stated"
    INFERRED = "inferred"
    AMBIGUOUS = "ambiguous"


class Rank(Enum):
    """Which of several attestations a reader should take first; deprecated ones are not asserted."""

    PREFERRED = "preferred"
    NORMAL = "normal"
    DEPRECATED = "deprecated"


class Span(NamedTuple):
    """A phrase of an article: positions in Unicode code points of the text as hashed, end exclusive.

    ``exact`` holds the words; for a span over eight words it is empty and ``first``, ``last`` and
    ``digest`` (16 hex digits of the words' SHA-256) stand for them.
    """

    article: str
    start: int
    end: int
    exact: str = ""
    first: str = ""
    last: str = ""
    digest: str = ""

    @property
    def quoted(self) -> int:
        """How many characters of the article this span repeats."""
        return len(self.exact) or len(self.first) + len(self.last)


class Attestation(NamedTuple):
    """One triple that one article states, on which words, how surely, and where the record says so.

    ``key`` is the record key that wrote it; ``conveyed_in`` is the quotation that merely conveys it,
    in which case the triple is not asserted.
    """

    triple: Triple
    article: str
    key: str
    spans: tuple[Span, ...]
    mark: Mark
    certainty: Certainty = Certainty.STATED
    rank: Rank = Rank.NORMAL
    note: str = ""
    according_to: Term | None = None
    conveyed_in: Term | None = None

    @property
    def asserted(self) -> bool:
        """Whether the direct triple exists because of this attestation."""
        return self.conveyed_in is None and self.rank is not Rank.DEPRECATED


@dataclass(frozen=True, slots=True)
class Article:
    """What is known of an article, and the identity of the text that its evidence points into."""

    id: str
    iri: Term
    language: str
    sha256: str
    length: int
    fingerprint: str
    curator: Term
    curated: str
    mark: Mark
    statements: tuple[Triple, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """One article's curated facts, in the order of the file."""

    article: Article
    attestations: tuple[Attestation, ...]


@dataclass(frozen=True, slots=True)
class CuratedTriple:
    """A triple of the authority file or a link: stated by a curator, without evidence from an article."""

    triple: Triple
    mark: Mark
