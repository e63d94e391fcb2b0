"""Labels of whatever a page mentions, in all languages that the release has them in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import pyoxigraph as ox

from kg_builder.namespaces import RDFS, SKOS
from kg_server.backends.base import Backend
from kg_server.describe.ask import rows, values

Labels = dict[str, dict[str, str]]
"""By IRI and language; the language of a plain text is empty."""

_BATCH = 400
_MOST = 4000
# VALUES before the union and not in its parts: Virtuoso 7.2 makes texts of IRIs there.
_QUERY = f"""SELECT DISTINCT ?s ?o WHERE {{
  VALUES ?s {{ %s }} VALUES ?p {{ <{RDFS}label> <{SKOS}prefLabel> }}
  {{ ?s ?p ?o }} UNION {{ GRAPH ?g {{ ?s ?p ?o }} }}
}} ORDER BY ?s ?o"""


async def find_labels(backend: Backend, iris: Iterable[str]) -> Labels:
    """Return the labels of IRIs; of very many, those of the first ones. Raises what the backend raises."""
    found: Labels = {}
    for batch in batches(list(islice(dict.fromkeys(iris), _MOST)), _BATCH):
        for row in await rows(backend, _QUERY % values(batch)):
            node, label = row["s"], row["o"]
            if isinstance(node, ox.NamedNode) and isinstance(label, ox.Literal):
                found.setdefault(node.value, {}).setdefault(label.language or "", label.value)
    return found


def batches(items: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    """Yield a sequence in parts.

    >>> list(batches("abcde", 2))
    ['ab', 'cd', 'e']
    """
    for start in range(0, len(items), size):
        yield items[start : start + size]
