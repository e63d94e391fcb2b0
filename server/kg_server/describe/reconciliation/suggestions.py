"""Types and properties that begin like a text, for who fills in a field (Reconciliation Service API 0.2, section 6)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from kg_builder.spelling import fold
from kg_server.describe.reconciliation.identifiers import Identifiers


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A type or a property.

    Attributes:
        iri: of it.
        name: in the reader's language.
        meaning: what it means; empty where nobody says.
        uses: how often it is used.
    """

    iri: str
    name: str
    meaning: str = ""
    uses: int = 0


def suggest(prefix: str, known: Iterable[Suggestion], identifiers: Identifiers) -> list[Suggestion]:
    """Return what is called so or begins so, the nearest and most used first; everything where the text is empty.

    >>> known = [Suggestion("urn:a", "signed on"), Suggestion("urn:b", "day"), Suggestion("urn:c", "birthday")]
    >>> [each.name for each in suggest("day", known, Identifiers("https://example.org/", {}))]
    ['day']
    >>> [each.name for each in suggest("on", known, Identifiers("https://example.org/", {}))]
    ['signed on']
    """
    text, asked = fold(prefix), prefix.strip()
    found: list[tuple[int, int, str, Suggestion]] = []
    for each in known:
        short = identifiers.short(each.iri)
        if (near := _nearness(text, asked, each, short)) is not None:
            found.append((near, -each.uses, short, each))
    return [each for _, _, _, each in sorted(found, key=lambda one: one[:3])]


def _nearness(text: str, asked: str, each: Suggestion, short: str) -> int | None:
    name = fold(each.name)
    ways = (
        asked in {each.iri, short},
        name == text,
        name.startswith(text) or short.lower().startswith(asked.lower()),
        f" {text}" in f" {name}" or short.partition(":")[2].lower().startswith(asked.lower()),
    )
    return next((place for place, holds in enumerate(ways) if holds), None)


def of_language(texts: Mapping[str, str], language: str) -> str:
    """Return the text for a reader, empty where there is none.

    >>> of_language({"en": "day", "id": "hari"}, "id"), of_language({}, "en")
    ('hari', '')
    """
    return next((texts[each] for each in (language, "", "en", *texts) if each in texts), "")


def page(found: Sequence[Suggestion], cursor: int, most: int) -> Sequence[Suggestion]:
    """Return so many after those that a client has seen."""
    return found[cursor : cursor + most]
