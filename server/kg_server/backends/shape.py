"""Questions of a few triple patterns and nothing else: their shape, and the most work that answering one can be.

The grammar read here is a part of that of SPARQL 1.1 (Query, section 19.8) without expressions, so a `<` always begins
an IRI, and whatever matches is parsed by Oxigraph as it is read here. All else is none of these questions.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import permutations
from math import inf

MOST_PATTERNS = 4
MOST_CHARACTERS = 2000
_REMEMBERED = 1000
_WHOLE = 3
_ENDS = {".": 0, ";": 1, ",": 2}
TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"

_ = r"(?>[ \t\r\n]++|\#[^\r\n]*+(?=[\r\n]|\Z))*+"
_IRI = r"<[a-z][a-z0-9+.-]*+:[!#-;=?-\[\]_a-z~]*+>"
# A name may hold more than is read here, points and colons for instance; then what follows it is none of these.
_NAME = r"(?:[A-Za-z][A-Za-z0-9_-]*+)?:[A-Za-z0-9_]++(?:-[A-Za-z0-9_]++)*+(?=[ \t\r\n;,}<?\"]|\.[ \t\r\n}])"
_VARIABLE = r"\?[A-Za-z_][A-Za-z0-9_]*+"
_STRING = r'"[^"\\\r\n]*+"(?:@[A-Za-z]++(?:-[A-Za-z0-9]++)*+)?'
_SUBJECT = rf"(?:{_VARIABLE}|{_IRI}|{_NAME})"
_VERB = rf"(?:{_IRI}|{_NAME}|a(?=[ \t\r\n#<?]))"
_OBJECT = rf"(?:{_VARIABLE}|{_IRI}|{_NAME}|{_STRING}|[0-9]++(?![.0-9A-Za-z]))"
_OBJECTS = rf"{_OBJECT}{_}(?:,{_}{_OBJECT}{_})*+"
_SAME = rf"{_SUBJECT}{_}{_VERB}{_}{_OBJECTS}(?:;{_}{_VERB}{_}{_OBJECTS})*+(?:;{_})?+"
_QUESTION = re.compile(
    rf"{_}((?:PREFIX[ \t\r\n]++(?:[A-Za-z][A-Za-z0-9_-]*+)?:[ \t\r\n]*+{_IRI}[ \t\r\n]*+)*+)"
    rf"(?:SELECT(?:[ \t\r\n]++DISTINCT)?+(?:{_}\*|(?:[ \t\r\n]++{_VARIABLE})++){_}(?:WHERE{_})?+|ASK{_}(?:WHERE{_})?+)"
    rf"\{{{_}({_SAME}(?:\.{_}{_SAME})*+(?:\.{_})?+)\}}{_}"
    rf"(?:LIMIT[ \t\r\n]++[0-9]{{1,9}}{_})?+(?:OFFSET[ \t\r\n]++[0-9]{{1,9}}{_})?+",
    re.IGNORECASE | re.ASCII,
)
_PIECE = re.compile(rf"\#[^\r\n]*+|({_IRI}|{_STRING}|{_VARIABLE}|{_NAME}|[0-9]++|[aA.;,])", re.IGNORECASE | re.ASCII)
_PREFIX = re.compile(r"PREFIX[ \t\r\n]++([^: \t\r\n]*+):[ \t\r\n]*+<([^>]*+)>", re.IGNORECASE | re.ASCII)

# Of a pattern: its subject and object (a variable's name, or None for anything else), its property, and its class.
Pattern = tuple[str | None, str, str | None, str | None]


@dataclass(frozen=True, slots=True)
class Extent:
    """How far one property reaches: its triples, the most objects of a subject, and the most subjects of an object."""

    triples: int
    objects: int
    subjects: int


@dataclass(frozen=True, slots=True)
class Extents:
    """How far the properties and classes of a default graph reach.

    Attributes:
        properties: by IRI.
        classes: instances by the IRI of the class.
    """

    properties: Mapping[str, Extent]
    classes: Mapping[str, int]
    _works: dict[tuple[Pattern, ...], float] = field(default_factory=dict)

    def work(self, patterns: tuple[Pattern, ...]) -> float:
        """Return the most index entries that joining the patterns one after the other reads, whatever their order.

        Infinity where a property or a class is not among these, for its IRI may be another spelling of one that is.

        >>> extents = Extents({"urn:p": Extent(100, 2, 50)}, {})
        >>> extents.work(((None, "urn:p", "x", None),)), extents.work((("x", "urn:p", "y", None),))
        (2.0, 100.0)
        >>> extents.work((("x", "urn:p", "y", None), ("y", "urn:p", "z", None)))
        5100.0
        """
        known = self._works.get(patterns)
        if known is None:
            if len(self._works) >= _REMEMBERED:
                self._works.clear()
            known = self._works[patterns] = max(self._joined(order) for order in permutations(patterns))
        return known

    def _joined(self, order: Sequence[Pattern]) -> float:
        rows, total, bound = 1.0, 0.0, set[str]()
        for subject, verb, target, kind in order:
            rows *= self._entries(
                verb, kind, subject=subject in bound or not subject, target=target in bound or not target
            )
            # A pattern that matches nothing has been looked for all the same.
            total += max(rows, 1)
            bound.update(each for each in (subject, target) if each)
        return total

    def _entries(self, verb: str, kind: str | None, *, subject: bool, target: bool) -> float:
        extent = self.properties.get(verb)
        if extent is None:
            return inf
        if subject:
            return 1 if target else extent.objects
        if not target:
            return extent.triples
        return self.classes.get(kind, inf) if kind is not None else extent.subjects


def patterns_of(query: str, prefixes: Mapping[str, str]) -> tuple[Pattern, ...] | None:
    """Return the triple patterns of a question that has nothing else, None for any other.

    Args:
        query: SPARQL.
        prefixes: that count as declared.

    >>> patterns_of("SELECT ?n { ?x a ex:Loan ; ex:name ?n } LIMIT 5 # one", {"ex": "urn:"})[1]
    ('?x', 'urn:name', '?n', None)
    >>> patterns_of("SELECT ?n { ?x ?p ?n }", {}) is None, patterns_of("ASK { ?x <urn:p> ?y FILTER(?x > 1) }", {})
    (True, None)
    """
    if len(query) > MOST_CHARACTERS:
        return None
    match = _QUESTION.fullmatch(query)
    if match is None:
        return None
    declared, text = match.groups()
    known = _declared(declared) if declared else {}
    found: list[Pattern] = []
    parts: list[str] = []
    for piece in _PIECE.findall(text):
        if not piece:
            continue
        if piece not in _ENDS:
            parts.append(piece)
            if len(parts) == _WHOLE:
                pattern = _pattern(parts, known, prefixes)
                if pattern is None or len(found) == MOST_PATTERNS:
                    return None
                found.append(pattern)
        else:
            # A comma keeps subject and property, a semicolon the subject.
            del parts[_ENDS[piece] :]
    return tuple(found)


def _pattern(parts: Sequence[str], known: Mapping[str, str], prefixes: Mapping[str, str]) -> Pattern | None:
    subject, verb, target = parts
    iri = TYPE if verb in {"a", "A"} else _iri(verb, known, prefixes)
    if iri is None:
        return None
    kind = None
    if iri == TYPE and target[0] != "?":
        kind = _iri(target, known, prefixes)
        if kind is None:
            return None
    return subject if subject[0] == "?" else None, iri, target if target[0] == "?" else None, kind


def _iri(name: str, known: Mapping[str, str], prefixes: Mapping[str, str]) -> str | None:
    if name[0] == "<":
        return name[1:-1]
    prefix, _colon, local = name.partition(":")
    space = known.get(prefix) or prefixes.get(prefix)
    return None if space is None else space + local


@lru_cache(64)
def _declared(text: str) -> dict[str, str]:
    return dict(_PREFIX.findall(text))
