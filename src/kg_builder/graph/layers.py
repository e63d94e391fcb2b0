"""The parts of the graph that are no article's, by the names of their graphs and shards."""

from __future__ import annotations

from typing import Final

AUTHORITY: Final = "entities"
LINKS: Final = "links"
DERIVED: Final = "derived"
ONTOLOGY: Final = "ontology"
QUERIES: Final = "queries"
ABOUT: Final = "about"
RESERVED: Final = frozenset({AUTHORITY, LINKS, DERIVED, ONTOLOGY, QUERIES, ABOUT})
