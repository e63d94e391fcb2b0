"""Where on a page a fact stands: with others of its kind, as the vocabulary tells kinds apart.

The kinds that all news shares have sections of their own. Every other class of a release has one too, named by it: the
topmost class of the release's own, so that what the vocabulary puts together stays together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pyoxigraph as ox

from kg_builder.namespaces import EDTF, ORG, PROV, RJ, SCHEMA, SKOS, XSD
from kg_server.describe.ontology import PLANNED
from kg_server.describe.statements import Target
from kg_server.pages.names import FIGURES, MEMBERSHIP, QUOTATION, Namer

# The first one that holds: what is planned is an event too, to some vocabularies.
_KINDS: Mapping[str, str] = {
    PLANNED: "planned",
    MEMBERSHIP: "office",
    **dict.fromkeys(FIGURES, "figures"),
    QUOTATION: "speech",
    SCHEMA + "NewsArticle": "articles",
    RJ + "Event": "events",
    SCHEMA + "Person": "people",
    SCHEMA + "Organization": "people",
    ORG + "Organization": "people",
    PROV + "Agent": "people",
    SCHEMA + "Place": "places",
    SKOS + "Concept": "topics",
    ORG + "Role": "topics",
    SCHEMA + "Language": "topics",
    SCHEMA + "Event": "events",
}
_TIMES = frozenset({EDTF, *(XSD + name for name in ("date", "dateTime", "gYear", "gYearMonth", "duration"))})

ORDER = (
    "description", "when", "office", "people", "own", "events", "planned", "places", "figures", "speech", "topics",
    "other", "articles",
)  # fmt: skip
"""The sections in their order; `own` are those of the release's own classes."""


@dataclass(frozen=True, slots=True)
class Place:
    """A section, and for `own` the class that it is named by."""

    section: str
    kind: str = ""


def place_of(namer: Namer, subject: str, other: Target, *, inverse: bool) -> Place:
    """Return the section of a fact.

    Args:
        namer: knows the things.
        subject: whose page it is.
        other: the other end of the fact.
        inverse: whether the fact leads here.
    """
    if isinstance(other, ox.Literal):
        return Place("when" if other.datatype.value in _TIMES else "description")
    if not inverse and namer.is_part(subject):
        # A part says one thing in several facts: they stay together.
        return Place("description")
    iri = other.value
    kinds = namer.kinds(iri)
    section = next((section for kind, section in _KINDS.items() if kind in kinds), "")
    owner = namer.owner(iri)
    if not section and owner:
        # A part has no name: it stands with the whole, or tells more of the thing itself.
        return Place("description") if owner == subject else place_of(namer, subject, ox.NamedNode(owner), inverse=True)
    if section:
        return Place("description" if section == "topics" and not inverse else section)
    own = [each for each in kinds if each.startswith(namer.base)]
    if own and iri.startswith(f"{namer.base}id/"):
        return Place("own", own[-1])
    return Place("other" if inverse else "description")
