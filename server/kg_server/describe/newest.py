"""The articles of a release that came last."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pyoxigraph as ox

from kg_builder.namespaces import RDFS, RJ, SCHEMA
from kg_server.describe.ask import Row, rows, values
from kg_server.describe.current import Release

# When it was published says more than when it was taken in; few articles have both.
_NEWEST = f"""SELECT ?article (MAX(?published) AS ?day) (MAX(?curated) AS ?taken) WHERE {{
  ?article a <{SCHEMA}NewsArticle>
  OPTIONAL {{ ?article <{RJ}latest> ?published }}
  OPTIONAL {{ ?article <{RJ}curated> ?curated }}
}} GROUP BY ?article ORDER BY DESC(?day) DESC(?taken) ?article LIMIT %d"""
_KNOWN = f"""SELECT DISTINCT ?article ?title ?publisher ?name ?published ?curated WHERE {{
  VALUES ?article {{ %s }} {{ ?article <{RDFS}label> ?title }}
  UNION {{ ?article <{SCHEMA}publisher> ?publisher . ?publisher <{RDFS}label> ?name }}
  UNION {{ ?article <{RJ}edtf> ?published }} UNION {{ ?article <{RJ}curated> ?curated }}
}}"""


@dataclass(frozen=True, slots=True)
class Article:
    """What is known of an article; what is not known is empty.

    Attributes:
        iri: of it.
        facts: that it states.
        titles: by language.
        publishers: names by language.
        published: when, in EDTF.
        curated: the day on which its facts were read, YYYY-MM-DD.
    """

    iri: str
    facts: int
    titles: Mapping[str, str] = field(default_factory=dict)
    publishers: Mapping[str, str] = field(default_factory=dict)
    published: str = ""
    curated: str = ""


async def find_newest(release: Release, most: int) -> list[Article]:
    """Return the articles that were published last, or, where that is not known, taken in last.

    Raises:
        Problem: what the backend raises.
    """
    found = await rows(release.backend, _NEWEST % most)
    iris = [_value(row, "article") for row in found]
    known: dict[str, list[Row]] = {iri: [] for iri in iris}
    for row in await rows(release.backend, _KNOWN % values(iris)) if iris else ():
        known.setdefault(_value(row, "article"), []).append(row)
    graphs = release.manifest.graphs
    return [
        Article(
            iri,
            graphs.get(iri, 0),
            _texts(known[iri], "title"),
            _texts(known[iri], "name"),
            *(next((_value(row, name) for row in known[iri] if name in row), "") for name in ("published", "curated")),
        )
        for iri in iris
    ]


def _texts(found: list[Row], name: str) -> dict[str, str]:
    terms = (row.get(name) for row in found)
    return {each.language or "": each.value for each in terms if isinstance(each, ox.Literal)}


def _value(row: Row, name: str) -> str:
    term = row.get(name)
    return term.value if isinstance(term, (ox.NamedNode, ox.Literal)) else ""
