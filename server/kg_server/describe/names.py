"""Names in the language of a page: a saved query settles on one language, its reader may prefer another."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping

import pyoxigraph as ox

from kg_builder.namespaces import RDFS, SKOS
from kg_server.describe.ask import rows
from kg_server.describe.current import Release
from kg_server.http.problems import Problem

Names = Mapping[tuple[str, str], str]
"""By text and language, the name that the same thing has in the page's language."""

_BATCH = 300
_SETTLED = re.compile(r'\bLANG\s*\(\s*[?$](\w+)\s*\)\s*=\s*"[A-Za-z-]+"', re.IGNORECASE)
_QUERY = f"""SELECT DISTINCT ?name ?other WHERE {{
  VALUES ?name {{ %s }} VALUES ?p {{ <{RDFS}label> <{SKOS}prefLabel> }}
  {{ ?thing ?p ?name, ?other }} UNION {{ GRAPH ?g {{ ?thing ?p ?name, ?other }} }}
  FILTER (LANG(?other) = "%s")
}}"""


def settled(query: str) -> frozenset[str]:
    """Return the variables for which a query takes names in one language, `FILTER (LANG(?name) = "en")`.

    Others are not to be translated: a quotation is what was printed, and who asks for labels in all languages wants
    to see each.

    >>> sorted(settled('SELECT ?name ?words { ?x rdfs:label ?name FILTER (LANG(?name) = "en") }'))
    ['name']
    """
    return frozenset(_SETTLED.findall(query))


async def find_names(release: Release, body: bytes, columns: frozenset[str], shown: int, language: str) -> Names:
    """Return the names that texts of an answer have in a language, for those that are names of one thing alone.

    Args:
        release: to ask.
        body: the answer, in SPARQL 1.1 Query Results JSON.
        columns: the variables whose values are names (see `settled`).
        shown: rows that a page shows.
        language: of the page.
    """
    found: dict[tuple[str, str], set[str]] = {}
    texts = sorted(_texts(body, columns, shown, language)) if columns else []
    try:
        for start in range(0, len(texts), _BATCH):
            data = " ".join(str(ox.Literal(text, language=code)) for text, code in texts[start : start + _BATCH])
            for row in await rows(release.backend, _QUERY % (data, language)):
                name, other = row["name"], row["other"]
                if isinstance(name, ox.Literal) and isinstance(other, ox.Literal):
                    found.setdefault((name.value, name.language or ""), set()).add(other.value)
    except Problem:
        # The answer is there; a page without translated names is better than none.
        return {}
    return {key: others.pop() for key, others in found.items() if len(others) == 1}


def _texts(body: bytes, columns: frozenset[str], shown: int, language: str) -> Iterable[tuple[str, str]]:
    bindings = json.loads(body).get("results", {}).get("bindings", [])
    return {
        (term["value"], code.lower())
        for row in bindings[:shown]
        for name, term in row.items()
        if name in columns and (code := term.get("xml:lang")) and code.lower() != language
    }
