"""The typed links that lead machines on (RFC 8288, RFC 8631, https://signposting.org/FAIR/)."""

from __future__ import annotations

from kg_builder.namespaces import RDF, SCHEMA
from kg_server.describe.current import Release
from kg_server.describe.queries import SavedQuery
from kg_server.describe.subject import Subject
from kg_server.http.formats import DESCRIPTIONS, Choice
from kg_server.http.links import Link

_TYPES_LINKED = 5


def site_links(release: Release, address: str) -> list[Link]:
    """Return what a machine should know of the whole site (RFC 8631, Signposting)."""
    return [
        Link(f"{address}/.well-known/void", 'rel="describedby"', "text/turtle"),
        Link(f"{address}/dumps", 'rel="describedby"', "text/turtle"),
        Link(f"{address}/sparql", 'rel="service"'),
        Link(f"{address}/openapi.json", 'rel="service-desc"', "application/json"),
        Link(f"{address}/.well-known/sparql-examples", 'rel="service-doc"', "text/turtle"),
        *([Link(release.manifest.licence, 'rel="license"')] if release.manifest.licence else []),
        Link(release.manifest.base, 'rel="cite-as"'),
    ]


def query_links(release: Release, query: SavedQuery, address: str) -> list[Link]:
    """Return the typed links of an answer to a saved query: what it is, where it is described, under which licence."""
    return [
        Link(f"{release.manifest.base}query/{query.name}", 'rel="cite-as"'),
        Link(f"{address}/.well-known/sparql-examples", 'rel="describedby"', "text/turtle"),
        Link(f"{address}/openapi.json", 'rel="service-desc"', "application/json"),
        *([Link(release.manifest.licence, 'rel="license"')] if release.manifest.licence else []),
        Link(f"{address}/.well-known/void", 'rel="collection"', "text/turtle"),
    ]


def dump_links(release: Release, address: str) -> list[Link]:
    """Return the dumps as the items of the dataset."""
    return [Link(f"{address}/dumps/{each.name}", 'rel="item"', each.media_type) for each in release.manifest.dumps]


def subject_links(release: Release, subject: Subject, address: str, choice: Choice) -> list[Link]:
    """Return the typed links of one description (https://signposting.org/FAIR/, level 1).

    A page is a landing page of the thing; a description for machines describes it, and says so.
    """
    place = f"{address}/{subject.iri[len(release.manifest.base) :]}"
    kinds = [each for each in subject.types() if not each.startswith(RDF)] or subject.types()
    if choice.html:
        kinds = [SCHEMA + "AboutPage", *kinds]
    return [
        Link(subject.iri, 'rel="cite-as"'),
        *([] if choice.html else [Link(subject.iri, 'rel="describes"')]),
        *(Link(f"{place}?format={each.key}", 'rel="describedby"', each.media_types[0]) for each in DESCRIPTIONS),
        *(Link(each, 'rel="type"') for each in kinds[:_TYPES_LINKED]),
        *([Link(release.manifest.licence, 'rel="license"')] if release.manifest.licence else []),
        Link(f"{address}/.well-known/void", 'rel="collection"', "text/turtle"),
    ]
