"""RDF terms as text in canonical N-Triples syntax (RDF 1.1 N-Triples, section 4)."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache

import pyoxigraph as ox

from kg_builder.model import Term
from kg_builder.namespaces import XSD

_ESCAPES = {
    "\\": "\\\\",
    '"': '\\"',
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\b": "\\b",
    "\f": "\\f",
}
_ESCAPE = re.compile(r'[\\"\x00-\x1f\x7f\ufffe\uffff]')
_UNESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))")
_UNESCAPES = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f", '"': '"', "'": "'", "\\": "\\"}
_DURATION = re.compile(r"-?P(?=.)(\d+Y)?(\d+M)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?\Z", re.ASCII)
_INTEGER = re.compile(r"[+-]?[0-9]+\Z")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_MARKED = re.compile(r"(?:[+-]?[0-9]{1,3}([.,][0-9]{3}){2,}|[+-]?[0-9]{1,3}(,[0-9]{3})+)\Z")
_DECIMAL = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)\Z")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*\Z")
_SPELT_OUT = frozenset(f"{XSD}{name}" for name in ("integer", "decimal", "boolean", "date"))
_LITERAL = re.compile(r'"((?:[^"\\]|\\.)*)"(?:@([A-Za-z0-9-]+)|\^\^<([^>]*)>)?\Z', re.DOTALL)


def iri(text: str) -> Term:
    """Return the term of an absolute IRI.

    Raises:
        ValueError: the text is no absolute IRI (RFC 3987).

    >>> iri("https://example.org/a")
    '<https://example.org/a>'
    """
    try:
        return Term(str(ox.NamedNode(text)))
    except ValueError as error:
        raise ValueError(f"«{text}» is not an IRI: {error}") from error


def _escape(match: re.Match[str]) -> str:
    character = match.group()
    return _ESCAPES.get(character) or f"\\u{ord(character):04X}"


def text(value: str, language: str = "") -> Term:
    r"""Return a plain or language-tagged literal.

    Raises:
        ValueError: the language is no tag of BCP 47.

    >>> print(text('say "yes"', "en"))
    "say \"yes\""@en
    """
    quoted = f'"{_ESCAPE.sub(_escape, value)}"'
    if language and not _LANGUAGE.match(language):
        raise ValueError(f"«{language}» is not a language tag: write en or id")
    return Term(f"{quoted}@{language.lower()}" if language else quoted)


def canonical(value: str, datatype: str) -> str:
    """Return the canonical lexical form of a value, as XML Schema and the store write it.

    Raises:
        ValueError: the value is not of the datatype, with a message for people.

    >>> canonical("007", "http://www.w3.org/2001/XMLSchema#integer")
    '7'
    >>> canonical("4.50", "http://www.w3.org/2001/XMLSchema#decimal")
    '4.5'
    """
    name = datatype.removeprefix(XSD)
    if name == "integer":
        if not _INTEGER.match(value):
            message = f"«{value}» is not a whole number: write digits only, such as 4500000"
            raise ValueError(message)
        return str(int(value))
    if name == "decimal":
        return _canonical_decimal(value)
    if name == "boolean":
        if value not in {"true", "false"}:
            message = f"«{value}» is neither true nor false"
            raise ValueError(message)
        return value
    if name == "date":
        if not _DAY.match(value):
            message = f"«{value}» is not a date: write YYYY-MM-DD"
            raise ValueError(message)
        try:
            return date.fromisoformat(value).isoformat()
        except ValueError as error:
            message = f"«{value}» is no day of the calendar ({error})"
            raise ValueError(message) from error
    if name == "duration" and not _DURATION.match(value):
        message = f"«{value}» is not a duration: write P2D, P10Y or PT3H"
        raise ValueError(message)
    return _as_stored(value, datatype).value


@lru_cache(1024)
def _as_stored(value: str, datatype: str) -> ox.Literal:
    # The store has a canonical form for types that this module does not spell out, such as P1Y for P12M.
    node = ox.NamedNode("https://example.org/")
    store = ox.Store()
    store.add(ox.Quad(node, node, ox.Literal(value, datatype=ox.NamedNode(datatype))))
    return next(quad.object for quad in store if isinstance(quad.object, ox.Literal))


def _canonical_decimal(value: str) -> str:
    if _MARKED.match(value):
        message = f"«{value}»: write a number without marks between thousands, such as {re.sub('[.,]', '', value)}"
        raise ValueError(message)
    if not _DECIMAL.match(value):
        message = f"«{value}» is not a number: write digits with a point, such as 4.5"
        raise ValueError(message)
    try:
        number = format(Decimal(value), "f")
    except InvalidOperation as error:  # pragma: no cover - the pattern above admits only decimals
        message = f"«{value}» is not a number"
        raise ValueError(message) from error
    if "." in number:
        number = number.rstrip("0").rstrip(".")
    return "0" if number in {"-0", ""} else number


def typed(value: str, datatype: str) -> Term:
    """Return a typed literal in its canonical lexical form.

    Raises:
        ValueError: the value is not of the datatype.

    >>> typed("12", "http://www.w3.org/2001/XMLSchema#integer")
    '"12"^^<http://www.w3.org/2001/XMLSchema#integer>'
    """
    if datatype == f"{XSD}string":
        return text(value)
    lexical = canonical(value, datatype)
    if datatype in _SPELT_OUT:
        return Term(f'"{lexical}"^^<{datatype}>')
    stored = _as_stored(lexical, datatype)
    # The store keeps one type of whole numbers: it makes an xsd:integer of an xsd:nonNegativeInteger.
    return Term(f'"{_ESCAPE.sub(_escape, stored.value)}"^^<{stored.datatype.value}>')


def is_iri(term: Term) -> bool:
    """Tell an IRI from a literal.

    >>> is_iri(iri("https://example.org/a")), is_iri(text("a"))
    (True, False)
    """
    return term.startswith("<")


def iri_text(term: Term) -> str:
    """Return the IRI of a term without its angle brackets.

    >>> iri_text(iri("https://example.org/a"))
    'https://example.org/a'
    """
    return term[1:-1]


def literal_parts(term: Term) -> tuple[str, str, str]:
    """Return a literal's value, language and datatype IRI; what is absent is empty.

    Raises:
        ValueError: the term is not a literal.

    >>> literal_parts(text("buku", "id"))
    ('buku', 'id', '')
    """
    match = _LITERAL.match(term)
    if not match:
        message = f"not a literal: {term}"
        raise ValueError(message)
    value, language, datatype = match.groups()
    return _UNESCAPE.sub(_unescape, value), language or "", datatype or ""


def _unescape(match: re.Match[str]) -> str:
    short, long, letter = match.groups()
    return _UNESCAPES[letter] if letter else chr(int(short or long, 16))
