"""Every page that a reader can come to, by a name for people: what must hold of all pages is tried on these."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

# Gzipped script that a page may load.
READING, WRITING = 60_000, 400_000


@dataclass(frozen=True, slots=True)
class Place:
    """A page: a name that a file may have, its path on the project's own release, and what kind it is."""

    name: str
    path: str
    kind: Literal["reading", "query", "problem"] = "reading"

    def address(self, language: str) -> str:
        """The path in a language."""
        return f"{self.path}{'&' if '?' in self.path else '?'}lang={language}"

    @property
    def budget(self) -> int:
        """The most bytes of gzipped script."""
        return WRITING if self.kind == "query" else READING


PLACES = (
    Place("home", "/"),
    Place("search", "/search?q=perpustakaan"),
    Place("entity", "/id/perpusnas?format=html"),
    Place("article", "/article/000_6f3b61c1860bea5f?format=html"),
    Place("explore", "/explore"),
    Place("view", "/explore/timeline"),
    Place("questions", "/queries?format=html"),
    Place("question", "/queries/timeline?format=html"),
    Place("query", "/query", "query"),
    Place("sparql", "/sparql?format=html", "query"),
    Place("vocabulary", "/vocab?format=html"),
    Place("gaps", "/gaps"),
    Place("data", "/data"),
    Place("void", "/.well-known/void?format=html"),
    Place("licences", "/licences"),
    Place("problem", "/sparql?query=SELECT%20*%20FOO&format=html", "problem"),
)
