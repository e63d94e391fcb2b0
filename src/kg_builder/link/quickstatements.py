"""Facts handed back to the authority: QuickStatements, version 1, each with the article that it rests on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kg_builder.errors import QueryError
from kg_builder.link.settings import LinkSettings
from kg_builder.model import Term
from kg_builder.namespaces import OA, PROV, RDF, RJ, SCHEMA
from kg_builder.release.query import Reader
from kg_builder.terms import literal_parts

# What is only said, doubtful or withdrawn stays here.
_FACTS = f"""SELECT ?subject ?sid ?object ?oid ?address ?language ?day ?phrase WHERE {{
  ?said <{RDF}subject> ?subject ; <{RDF}predicate> %(property)s ; <{RDF}object> ?object ;
    <{PROV}wasDerivedFrom> ?span .
  ?subject %(property)s ?object ; <{SCHEMA}sameAs> ?sid .
  ?span <{RJ}article> ?article ; <{OA}exact> ?phrase .
  OPTIONAL {{ ?object <{SCHEMA}sameAs> ?oid }}
  OPTIONAL {{ ?article <{SCHEMA}url> ?address }}
  OPTIONAL {{ ?article <{SCHEMA}inLanguage> ?language }}
  OPTIONAL {{ ?article <{RJ}curated> ?day }}
  FILTER NOT EXISTS {{ ?said <{RJ}certainty>|<{RJ}rank>|<{RJ}conveyedIn> ?doubt }}
}} ORDER BY ?subject ?object ?address ?phrase"""
_MOST_WORDS = 8
_DAY = 11
_ID = re.compile(r"[A-Z][1-9]\d*")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Export:
    """The lines, and how many facts were left out because their article has no address or their object no link."""

    lines: tuple[str, ...]
    without_address: int
    without_link: int


def quickstatements(reader: Reader, settings: LinkSettings) -> Export:
    """Return the facts of a release that the mapping file names, between things that are linked.

    Raises:
        QueryError: the mapping file names no statements, or an id in it is none.
    """
    if not settings.statements or "address" not in settings.references:
        message = "data/linking.yaml names no statements, or no property for the address of a reference"
        raise QueryError(message)
    for id_ in (*settings.statements.values(), *settings.references.values()):
        if not _ID.fullmatch(id_):
            message = f"«{id_}» in data/linking.yaml is no id of a property"
            raise QueryError(message)
    groups: dict[tuple[str, str, str], dict[tuple[str, str, str], list[str]]] = {}
    unaddressed: set[tuple[str, str, str]] = set()
    unlinked: set[tuple[str, str, str]] = set()
    for ours, theirs in settings.statements.items():
        for row in reader.rows(_FACTS % {"property": f"<{reader.iri(ours)}>"}):
            subject, sid, target, oid, address, language, day, phrase = row
            item, value = _item(sid, settings), _item(oid, settings)
            fact = (subject, theirs, target)
            if item and not value:
                unlinked.add(fact)
            elif item and value and not address:
                unaddressed.add(fact)
            elif item and value:
                texts = (_address(address), _text(language), _text(day))
                phrases = groups.setdefault((item, theirs, value), {}).setdefault(texts, [])
                if _text(phrase) not in phrases:
                    phrases.append(_text(phrase))
    lines = [
        "\t".join([*statement, *_reference(source, phrases, settings)])
        for statement, sources in groups.items()
        for source, phrases in sources.items()
    ]
    return Export(tuple(sorted(lines)), len(unaddressed), len(unlinked))


def _reference(source: tuple[str, str, str], phrases: Sequence[str], settings: LinkSettings) -> Iterator[str]:
    """Yield the cells of a reference: `S` for `P`, address, quotations, and the day on which a curator read it."""
    address, language, day = source
    known = {key: f"S{id_[1:]}" for key, id_ in settings.references.items()}
    yield from (known["address"], f'"{address}"')
    if "quotation" in known and _LANGUAGE.fullmatch(language):
        for phrase in phrases:
            if _quotable(phrase):
                yield from (known["quotation"], f'{language}:"{phrase}"')
    if "retrieved" in known and day:
        yield from (known["retrieved"], f"+{day}T00:00:00Z/{_DAY}")


def _quotable(phrase: str) -> bool:
    """Tell whether a phrase can be a cell: the format has no escapes, and a quotation is not to be altered."""
    return '"' not in phrase and phrase == " ".join(phrase.split()) and len(phrase.split()) <= _MOST_WORDS


def _item(term: str, settings: LinkSettings) -> str:
    local = term[1:-1].removeprefix(settings.namespace) if term.startswith(f"<{settings.namespace}") else ""
    return local if _ID.fullmatch(local) else ""


def _address(term: str) -> str:
    return term[1:-1] if term.startswith("<") else _text(term)


def _text(term: str) -> str:
    return literal_parts(Term(term))[0] if term else ""
