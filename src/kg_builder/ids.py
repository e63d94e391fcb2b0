"""Slugs, and the IRIs that are made from them. An IRI never depends on the order or the time of a build."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from kg_builder.model import Span, Term, Triple
from kg_builder.terms import iri

LOCAL = "this-"
"""Prefix of the slugs that belong to one article alone."""

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")
_UNSAFE = re.compile(r"[^A-Za-z0-9._~%-]+")


def is_slug(text: str) -> bool:
    """Tell whether a text may be an id: lower-case ASCII letters and digits in words joined by hyphens.

    >>> is_slug("first-meeting-2024"), is_slug("First meeting")
    (True, False)
    """
    return bool(_SLUG.match(text))


def nearest(name: str, names: Iterable[str]) -> str:
    """Return the nearest right name as a hint for a message, or nothing where none is near.

    >>> nearest("pary", ["party", "place"])
    '; did you mean «party»?'
    """
    close = get_close_matches(name, list(names), n=1, cutoff=0.7)
    return f"; did you mean «{close[0]}»?" if close else ""


def digest(parts: Iterable[str], length: int = 24) -> str:
    """Return the first hexadecimal digits of the SHA-256 of parts, which cannot run into each other.

    >>> digest(["a", "b"]) != digest(["ab"])
    True
    """
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:length]


@dataclass(frozen=True, slots=True)
class Iris:
    """Makes every IRI of a graph from its base.

    >>> Iris("https://example.org/").entity("a-b")
    '<https://example.org/id/a-b>'
    """

    base: str

    def entity(self, slug: str) -> Term:
        """Return the IRI of an entity or event of the authority file."""
        return iri(f"{self.base}id/{slug}")

    def slug(self, node: Term) -> str:
        """Return the slug of an entity's IRI; nothing for any other term.

        >>> iris = Iris("https://example.org/")
        >>> iris.slug(iris.entity("a-b")), iris.slug(iris.local("x", "this-day"))
        ('a-b', '')
        """
        start = f"<{self.base}id/"
        name = node[len(start) : -1]
        return name if node.startswith(start) and "/" not in name else ""

    def local(self, article: str, slug: str) -> Term:
        """Return the IRI of a node that only one article speaks of; the slug starts with ``this-``."""
        return iri(f"{self.base}id/{article}/{slug.removeprefix(LOCAL)}")

    def nested(self, subject: Term, key: str, value: str) -> Term:
        """Return the IRI of the node that a nested fact makes."""
        # A date's qualifier tells two nodes apart: 1921 is not 1921? (nor 1921%).
        told = value.replace("%", "%25").replace("?", "%3F")
        return iri(f"{subject[1:-1]}/{key}/{_UNSAFE.sub('-', told).strip('-')}")

    def article(self, article: str) -> Term:
        """Return the IRI of an article, which ends in the article's id."""
        return iri(f"{self.base}article/{article}")

    def span(self, span: Span) -> Term:
        """Return the IRI of a phrase: the article's with an RFC 5147 character range as its fragment."""
        return iri(f"{self.base}article/{span.article}#char={span.start},{span.end}")

    def statement(self, triple: Triple, article: str, key: str) -> Term:
        """Return the IRI of an attestation: the hash of triple, article and record key."""
        return Term(f"<{self.base}statement/{digest((*triple, article, key))}>")

    def derivation(self, rule: str, triple: Triple, premises: Iterable[Triple]) -> Term:
        """Return the IRI of one application of a rule."""
        parts = [part for premise in sorted(premises) for part in premise]
        return iri(f"{self.base}derivation/{digest([rule, *triple, *parts])}")

    def rule(self, name: str) -> Term:
        """Return the IRI of a derivation rule."""
        return iri(f"{self.base}rule/{name}")

    def query(self, name: str) -> Term:
        """Return the IRI of a saved query."""
        return iri(f"{self.base}query/{name}")

    def graph(self, name: str) -> Term:
        """Return the IRI of one of the graph's own named graphs."""
        return iri(f"{self.base}graph/{name}")
