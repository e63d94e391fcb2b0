"""Content and language negotiation (RFC 9110, section 12.5), pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
# Parameters that every answer fits: the bytes are UTF-8, versions only announce what a result may hold, and the CSV of
# SPARQL has its header line.
_NEUTRAL = {
    "charset": frozenset({"utf-8", "utf8"}),
    "version": frozenset({"1.1", "1.2", "1.2-basic"}),
    "header": frozenset({"present"}),
}
# A hint for a variant (RFC 6906): a server that has no such variant sends what it has.
_HINTS = frozenset({"profile"})
_QVALUE = re.compile(r"(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)")


@dataclass(frozen=True, slots=True)
class Preference:
    """One element of an `Accept` or `Accept-Language` header: a range, its parameters, its weight from 0 to 1."""

    range: str
    parameters: frozenset[tuple[str, str]]
    weight: float


def split_header(value: str, separator: str) -> list[str]:
    """Split a header at a separator, leaving quoted strings whole (RFC 9110, section 5.6.4).

    >>> split_header('text/html;a="x,y", text/turtle', ",")
    ['text/html;a="x,y"', 'text/turtle']
    """
    parts, start, quoted, escaped = [], 0, False, False
    for index, character in enumerate(value):
        if escaped:
            escaped = False
        elif quoted and character == "\\":
            escaped = True
        elif character == '"':
            quoted = not quoted
        elif character == separator and not quoted:
            parts.append(value[start:index].strip())
            start = index + 1
    parts.append(value[start:].strip())
    return [part for part in parts if part]


def parse_media_type(value: str) -> tuple[str, dict[str, str]]:
    """Return a media type in lower case and its parameters (RFC 9110, section 8.3.1).

    >>> parse_media_type('Application/Sparql-Query; Charset="utf-8"')
    ('application/sparql-query', {'charset': 'utf-8'})
    """
    head, *rest = split_header(value, ";") or [""]
    parameters = {}
    for part in rest:
        name, _, content = part.partition("=")
        parameters[name.strip().lower()] = content.strip().strip('"')
    return head.lower(), parameters


def parse_preferences(header: str) -> tuple[Preference, ...]:
    """Parse an `Accept`-like header; an element that cannot be read is left out, as if the client had not sent it.

    A charset of UTF-8 and a SPARQL or RDF version narrow nothing, and are left out too; so are hints such as the
    `profile` of JSON-LD, of which a server passes over those that it does not know (JSON-LD 1.1, section 6.2).

    >>> [(p.range, p.weight) for p in parse_preferences("text/turtle;q=0.5, */*;q=0, nonsense;q=7")]
    [('text/turtle', 0.5), ('*/*', 0.0)]
    """
    found = []
    for element in split_header(header, ","):
        name, parameters = parse_media_type(element)
        weight = parameters.pop("q", "1")
        if _QVALUE.fullmatch(weight) and all(_TOKEN.fullmatch(part) for part in name.split("/")):
            narrowing = {
                key: text
                for key, text in parameters.items()
                if key not in _HINTS and text.lower() not in _NEUTRAL.get(key, ())
            }
            found.append(Preference(name, frozenset(narrowing.items()), float(weight)))
    return tuple(found)


def _precision(preference: Preference, offer: str, parameters: frozenset[tuple[str, str]]) -> int:
    """Return how precisely a range names an offer, and -1 where it does not (RFC 9110, section 12.5.1)."""
    kind = offer.partition("/")[0]
    if preference.range == offer and preference.parameters <= parameters:
        return 2 + len(preference.parameters)
    if preference.parameters:
        return -1
    return {f"{kind}/*": 1, "*/*": 0}.get(preference.range, -1)


def choose(header: str | None, offers: Sequence[str]) -> str | None:
    """Return the offer that the client prefers, or None when it accepts none of them.

    Args:
        header: the `Accept` header, joined with commas where there were several; None or empty accepts everything.
        offers: media types, the server's favourite first; it decides between equal weights.

    >>> choose("text/*;q=0.4, text/csv;q=0.8, application/json;q=0.1", ["application/json", "text/html", "text/csv"])
    'text/csv'
    >>> choose("image/png", ["text/csv"]) is None
    True
    """
    preferences = parse_preferences(header) if header else ()
    if not preferences:
        return offers[0] if offers else None
    best, best_weight = None, 0.0
    for offer in offers:
        name, parameters = parse_media_type(offer)
        known = frozenset(parameters.items())
        ranked = [(_precision(each, name, known), each.weight) for each in preferences]
        precision, weight = max(ranked)
        if precision >= 0 and weight > best_weight:
            best, best_weight = offer, weight
    return best


def choose_language(header: str | None, offers: Sequence[str]) -> str:
    """Return the best language by RFC 4647 lookup on the primary subtag; the first offer when nothing matches.

    >>> choose_language("id-ID, en;q=0.8", ["en", "id"])
    'id'
    >>> choose_language("fr", ["en", "id"])
    'en'
    """
    best, best_weight = offers[0], 0.0
    for preference in parse_preferences(header or ""):
        primary = preference.range.partition("-")[0]
        if primary in offers and preference.weight > best_weight:
            best, best_weight = primary, preference.weight
    return best


def etag_matches(header: str | None, etag: str) -> bool:
    """Tell whether `If-None-Match` holds an entity tag, by weak comparison (RFC 9110, section 13.1.2).

    >>> etag_matches('"a", W/"b"', '"b"')
    True
    """
    if header is None:
        return False
    candidates: Iterable[str] = (part.removeprefix("W/") for part in split_header(header, ","))
    return header.strip() == "*" or etag.removeprefix("W/") in candidates
