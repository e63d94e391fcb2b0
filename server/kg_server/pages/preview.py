"""The few facts that a preview shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pyoxigraph as ox

from kg_builder.namespaces import EDTF, XSD
from kg_server.describe.reconciliation.known import Known
from kg_server.pages.dates import date_text

SHOWN, VALUES = 6, 3
_DATES = frozenset({EDTF, XSD + "date"})


@dataclass(frozen=True, slots=True)
class Line:
    """A property and its first values; `more` where there are others."""

    name: str
    values: tuple[str, ...]
    more: int = 0


def show(
    facts: Sequence[tuple[str, ox.NamedNode | ox.Literal]],
    known: Mapping[str, Known],
    term: Callable[[str], str],
    language: str,
) -> list[Line]:
    """Return the first lines of a preview: properties whose values can be read without a further page.

    Args:
        facts: property and value.
        known: what is known of the values that are things; what has no name is left out.
        term: names a property.
        language: of the reader.

    >>> show([("urn:on", ox.Literal("2024-06", datatype=ox.NamedNode(EDTF)))], {}, lambda iri: "on", "en")
    [Line(name='on', values=('June 2024',), more=0)]
    """
    of_property: dict[str, list[str]] = {}
    for predicate, node in facts:
        if (text := _text(node, known, language)) and text not in of_property.setdefault(term(predicate), []):
            of_property[term(predicate)].append(text)
    readable = {name: texts for name, texts in of_property.items() if texts}
    # What has few values tells things apart.
    ordered = sorted(readable.items(), key=lambda each: len(each[1]))[:SHOWN]
    return [Line(name, tuple(texts[:VALUES]), max(0, len(texts) - VALUES)) for name, texts in ordered]


def _text(node: ox.NamedNode | ox.Literal, known: Mapping[str, Known], language: str) -> str | None:
    if isinstance(node, ox.NamedNode):
        return known.get(node.value, Known()).name(language)
    return date_text(node.value, language) if node.datatype.value in _DATES else node.value
