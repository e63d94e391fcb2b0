"""The names of IRIs, in every language that a release has them in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyoxigraph as ox

from kg_builder.namespaces import RDFS, SKOS
from kg_server.describe.ask import rows, values
from kg_server.describe.current import Release

_BATCH = 400
_QUERY = f"""SELECT DISTINCT ?s ?o WHERE {{
  VALUES ?s {{ %s }} VALUES ?p {{ <{RDFS}label> <{SKOS}prefLabel> }}
  {{ ?s ?p ?o }} UNION {{ GRAPH ?g {{ ?s ?p ?o }} }}
}} ORDER BY ?s ?o"""


async def find_labels(release: Release, iris: Iterable[str], most: int) -> dict[str, dict[str, str]]:
    """Return names by IRI and language; the empty language stands for a name without one.

    Args:
        release: to ask.
        iris: to name; those that occur again are asked for once.
        most: how many of them are asked for.

    Raises:
        Problem: what the backend raises.
    """
    found: dict[str, dict[str, str]] = {}
    for batch in batches(list(dict.fromkeys(iris))[:most]):
        for row in await rows(release.backend, _QUERY % values(batch)):
            node, label = row["s"], row["o"]
            if isinstance(node, ox.NamedNode) and isinstance(label, ox.Literal):
                found.setdefault(node.value, {}).setdefault(label.language or "", label.value)
    return found


def batches(iris: list[str]) -> Iterator[list[str]]:
    """Cut a list of IRIs into pieces, each of which fits into one query."""
    for start in range(0, len(iris), _BATCH):
        yield iris[start : start + _BATCH]
