"""A vocabulary as its page shows it: terms in the reader's language, what each rests on, where it is used."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

import pyoxigraph as ox

from kg_builder.namespaces import PREFIXES, RDF, RDFS, RJ
from kg_server.describe.ask import Node
from kg_server.describe.queries import SavedQuery
from kg_server.describe.shapes import Constraint, Shapes
from kg_server.describe.statistics import Partition, Statistics
from kg_server.describe.vocabulary import CLASS, PROPERTY, VALUE, Example, Term, Vocabulary
from kg_server.lexer import tokens
from kg_server.pages.names import Name, Namer
from kg_server.pages.render import pick
from kg_server.pages.results import shorten

MOST = 1500
"""Terms on the page."""
_SHOWN_QUERIES = 6
_SHOWN_VALUES = 40
_NOT_WORD = re.compile(r"[^A-Za-z0-9_.-]+")
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Count:
    """How often a term is used, and the query that shows where."""

    number: int
    things: int | None
    link: str


@dataclass(frozen=True, slots=True)
class Line:
    """What a class's things have by one property: a shape's constraint in words."""

    property: Name
    inverse: bool
    kinds: tuple[Name, ...]
    things: bool
    often: str
    more: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """A term on the page; `sought` holds the words by which it is found."""

    anchor: str
    kind: str
    name: Name
    code: str
    iri: str
    link: str | None
    definition: str
    definition_language: str | None
    sought: str
    broader: tuple[Name, ...] = ()
    narrower: tuple[Name, ...] = ()
    domain: tuple[Name, ...] = ()
    range: tuple[Name, ...] = ()
    inverse: tuple[Name, ...] = ()
    disjoint: tuple[Name, ...] = ()
    near: tuple[tuple[Name, tuple[Name, ...]], ...] = ()
    values: tuple[Name, ...] = ()
    lines: tuple[Line, ...] = ()
    choices: tuple[tuple[Name, ...], ...] = ()
    count: Count | None = None
    examples: tuple[tuple[Name, Name | None], ...] = ()
    queries: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """Terms that stand together: `own`, `engine` or `others`, and of these the classes or the properties."""

    origin: str
    kind: str
    terms: tuple[Shown, ...]


@dataclass(slots=True)
class Terms:
    """Makes the sections of the page.

    Args:
        vocabulary: of the release.
        shapes: of the release.
        statistics: as far as they are known.
        examples: by term.
        queries: that may use a term.
        prefixes: of the release.
        namer: names them, and the things in the examples.
    """

    vocabulary: Vocabulary
    shapes: Shapes
    statistics: Statistics
    examples: Mapping[str, tuple[Example, ...]]
    queries: Mapping[str, SavedQuery]
    prefixes: Mapping[str, str]
    namer: Namer
    _anchors: dict[str, str] = field(default_factory=dict)
    _counted: dict[str, Partition] = field(default_factory=dict)
    _users: dict[str, list[SavedQuery]] = field(default_factory=dict)
    _all: dict[str, Term] = field(default_factory=dict)
    _members: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Gather the terms, those included that are used and not described."""
        classes, properties = self.statistics.classes or (), self.statistics.properties or ()
        self._counted = {each.iri: each for each in (*classes, *properties)}
        used = [Term(each.iri, CLASS) for each in classes] + [Term(each.iri, PROPERTY) for each in properties]
        known = dict(self.vocabulary.terms)
        self._all = {**known, **{each.iri: each for each in used if each.iri not in known}}
        self._anchors = {iri: self._anchor(iri) for iri in self._all}
        for term in known.values():
            for each in term.types if term.kind == VALUE else ():
                self._members.setdefault(each, []).append(term.iri)
        for query in self.queries.values():
            for iri in used_terms(query.query, self.prefixes):
                self._users.setdefault(iri, []).append(query)

    def sections(self, asked: str = "") -> tuple[tuple[Section, ...], int]:
        """Return the sections of the terms that hold all words asked for, and how many terms these are."""
        groups: dict[tuple[str, str], list[Shown]] = {
            (origin, kind): [] for origin in ("own", "engine", "others") for kind in (CLASS, PROPERTY)
        }
        found = 0
        for term in self._all.values():
            if term.kind == VALUE:
                continue
            shown = self._show(term)
            if holds(shown.sought, asked):
                found += 1
                groups[self._origin(term.iri), term.kind].append(shown)
        left = MOST
        sections = []
        for (origin, kind), some in groups.items():
            some.sort(key=lambda each: (_folded(each.name.text), each.iri))
            if some and left:
                sections.append(Section(origin, kind, tuple(some[:left])))
                left -= len(some[:left])
        return tuple(sections), found

    def _origin(self, iri: str) -> str:
        if iri.startswith(f"{self.vocabulary.iri}#"):
            return "own"
        return "engine" if iri.startswith(RJ) else "others"

    def _anchor(self, iri: str) -> str:
        """Return the fragment of a term: its own for the vocabulary's, by its prefix for any other."""
        if iri.startswith(f"{self.vocabulary.iri}#"):
            return iri.partition("#")[2]
        return _NOT_WORD.sub("-", shorten(iri, {**PREFIXES, **self.prefixes}))

    def _value(self, iri: str) -> Name:
        """Return a term by its name, with a link to its place on the page if it has one.

        Several vocabularies may call a thing the same, so those of others have their code beside them.
        """
        value = self.namer.name(iri)
        code = shorten(iri, {**PREFIXES, **self.prefixes})
        note = code if self._origin(iri) == "others" and value.text != code else None
        link = f"#{self._anchors[iri]}" if iri in self._anchors else value.link
        return replace(value, link=link, note=note)

    def _values(self, iris: Iterable[str]) -> tuple[Name, ...]:
        return tuple(self._value(each) for each in dict.fromkeys(iris))

    def _show(self, term: Term) -> Shown:
        language = self.namer.language
        definition = pick(term.definitions, language)
        codes = [code for code, text in term.definitions.items() if text == definition]
        shape = self.shapes.classes.get(term.iri)
        owners = self.shapes.owners(term.iri) if term.kind == PROPERTY else {}
        kinds = [kind for constraint in owners.values() for kind in constraint.kinds]
        code = shorten(term.iri, {**PREFIXES, **self.prefixes})
        name = self._value(term.iri)
        return Shown(
            anchor=self._anchors[term.iri],
            kind=term.kind,
            name=name,
            code=code,
            iri=term.iri,
            link=None if self._origin(term.iri) == "own" else self.namer.link(term.iri),
            definition=definition,
            definition_language=next((each for each in codes if each), None),
            sought=" ".join((*term.labels.values(), name.text, *term.definitions.values(), code)),
            broader=self._values(term.broader),
            narrower=self._values(sorted(term.narrower)),
            domain=self._values([*term.domain, *owners]),
            range=self._values([*term.range, *kinds]),
            inverse=self._values(term.inverse),
            disjoint=self._values(term.disjoint),
            near=tuple((self._predicate(name), self._values(some)) for name, some in term.near.items()),
            values=self._values(self._members.get(term.iri, ())[:_SHOWN_VALUES]),
            lines=tuple(self._line(each) for each in shape.constraints) if shape else (),
            choices=tuple(self._values(each) for each in shape.choices) if shape else (),
            count=self._count(term),
            examples=tuple(self._example(pair) for pair in self.examples.get(term.iri, ())),
            queries=tuple(
                (f"{self.namer.root}/queries/{each.name}?{urlencode({'format': 'html', 'lang': language})}",
                 pick(each.title, language))
                for each in self._users.get(term.iri, ())[:_SHOWN_QUERIES]
            ),
        )  # fmt: skip

    def _predicate(self, iri: str) -> Name:
        key = f"vocabulary_{shorten(iri, PREFIXES).partition(':')[2]}"
        return Name(self.namer.words.get(key) or self.namer.name(iri).text)

    def _line(self, constraint: Constraint) -> Line:
        return Line(
            self._value(constraint.path),
            constraint.inverse,
            self._values(constraint.kinds),
            constraint.things,
            often(constraint.least, constraint.most, self.namer.words),
            constraint.more,
        )

    def _count(self, term: Term) -> Count | None:
        counted = self._counted.get(term.iri)
        if counted is None:
            known = self.statistics.classes if term.kind == CLASS else self.statistics.properties
            return None if known is None else Count(0, None, "")
        if term.kind == CLASS:
            query = f"SELECT ?thing WHERE {{\n  ?thing a <{term.iri}>\n}}\nLIMIT 100"
            return Count(counted.subjects or 0, None, self._ask(query))
        query = f"SELECT ?thing ?value WHERE {{\n  ?thing <{term.iri}> ?value\n}}\nLIMIT 100"
        return Count(counted.triples or 0, counted.subjects, self._ask(query))

    def _ask(self, query: str) -> str:
        return f"{self.namer.root}/sparql?{urlencode({'query': query, 'format': 'html', 'lang': self.namer.language})}"

    def _example(self, pair: Example) -> tuple[Name, Name | None]:
        thing, value = pair
        return self._any(thing), None if value is None else self._any(value)

    def _any(self, node: Node) -> Name:
        return self.namer.value(node) if isinstance(node, (ox.NamedNode, ox.Literal)) else Name(str(node))


def often(least: int, most: int | None, words: Mapping[str, str]) -> str:
    """Say how often something is there.

    >>> often(1, 1, {"vocabulary_exactly": "exactly {n}"}), often(0, 2, {"vocabulary_most": "at most {n}"})
    ('exactly 1', 'at most 2')
    """
    if most is None:
        return words["vocabulary_least"].format(n=least) if least else words["vocabulary_any"]
    if least == most:
        return words["vocabulary_exactly"].format(n=least)
    if not least:
        return words["vocabulary_most"].format(n=most)
    return words["vocabulary_between"].format(n=least, m=most)


def used_terms(query: str, prefixes: Mapping[str, str]) -> set[str]:
    """Return the IRIs that a query names, but for those of RDF and RDFS, which nearly every query names.

    >>> sorted(used_terms("PREFIX ex: <https://example.org/> ASK { ?loan a ex:Loan ; <urn:x:by> ?who }", {}))
    ['https://example.org/Loan', 'urn:x:by']
    """
    known = dict(prefixes)
    found: dict[str, None] = {}
    before: Sequence[str] = ("", "")
    for token in tokens(query):
        if token.kind == "iri" and before[0].upper() == "PREFIX":
            known[before[1].rstrip(":")] = token.text[1:-1]
        elif token.kind == "iri":
            found[token.text[1:-1]] = None
        elif token.kind == "pname" and before[1].upper() != "PREFIX":
            prefix, _, local = token.text.partition(":")
            found[known.get(prefix, "") + local] = None
        before = (before[1], token.text)
    return {each for each in found if not each.startswith((RDF, RDFS))}


def holds(text: str, asked: str) -> bool:
    """Tell whether a text has, for each word asked for, one that begins so, whatever case and accents.

    >>> holds("Pinjaman musim semi", "PINJ sem"), holds("Pinjaman", "loan")
    (True, False)
    """
    there = _WORD.findall(_folded(text))
    return all(any(each.startswith(one) for each in there) for one in _WORD.findall(_folded(asked)))


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text)
    return "".join(each for each in plain if not unicodedata.combining(each)).casefold()


def tree(section: Section, sections: Sequence[Section]) -> list[tuple[int, Shown]]:
    """Return the terms of a section as a tree in one list: each below what it is a special case of, with its depth.

    A term of the engine that stands above some of them is in the tree too. What has several places stands in the first.
    """
    engine = {
        f"#{each.anchor}": each
        for other in sections
        if (other.origin, other.kind) == ("engine", section.kind)
        for each in other.terms
    }
    own = {f"#{each.anchor}": each for each in section.terms}
    children: dict[str, list[Shown]] = {}
    for place, each in own.items():
        above = [one.link for one in each.broader if one.link is not None and one.link != place]
        parent = next((link for link in above if link in own), None) or next(
            (link for link in above if link in engine), ""
        )
        children.setdefault(parent, []).append(each)
    tops = [*children.get("", ()), *(engine[link] for link in children if link in engine and link not in own)]
    found: list[tuple[int, Shown]] = []
    waiting = [(0, each) for each in sorted(tops, key=lambda each: _folded(each.name.text), reverse=True)]
    seen: set[str] = set()
    while waiting:
        depth, each = waiting.pop()
        if each.anchor not in seen:
            seen.add(each.anchor)
            found.append((depth, each))
            waiting += [(depth + 1, one) for one in reversed(children.get(f"#{each.anchor}", []))]
    # A circle has no beginning.
    return found + [(0, each) for each in section.terms if each.anchor not in seen]
