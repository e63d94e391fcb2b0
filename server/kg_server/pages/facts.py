"""Triples as a page shows them: facts in groups, each with the words it rests on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

import pyoxigraph as ox

from kg_builder.namespaces import EDTF, OA, PREFIXES, PROV, RDF, RDFS, RJ, XSD
from kg_server.pages.results import shorten
from kg_server.pages.words import COMMON_NAMES

_PLAIN = frozenset(
    {EDTF, *(XSD + name for name in ("string", "integer", "decimal", "date", "boolean", "gYear", "double", "anyURI"))}
)
_HTTP = re.compile(r"https?://[^/]")
_ALLOWED = "%:/[]@!$&'()*+,;=-._~"
_LAST = re.compile(r"[/#]([^/#]+)$")


@dataclass(frozen=True, slots=True)
class Words:
    """A phrase, with a link to its place, and the article that it stands in."""

    text: str
    language: str | None
    link: str | None
    source: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a fact rests on: phrases that support it together, or a rule; `link` leads to who says so, and how surely.

    `marks` and `note` are what an attestation says beyond its words.
    """

    link: str | None
    words: tuple[Words, ...] = ()
    rule: Value | None = None
    marks: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Value:
    """The object of a fact, or the subject of an incoming one."""

    text: str
    link: str | None = None
    title: str | None = None
    language: str | None = None
    note: str | None = None
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """The facts with one predicate."""

    name: Value
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A node below the subject, or a term or span in its document; `anchor` is the fragment that leads there."""

    name: Value
    anchor: str
    groups: tuple[Group, ...]


@dataclass(slots=True)
class Reader:
    """Turns terms into what a page shows.

    Args:
        base: of the release; what starts with it is shown by this server.
        root: the path under which the server is reached.
        language: of the page.
        prefixes: for abbreviating what has no label.
        labels: texts by language, by IRI.
        evidence: the triples of attestations, derivations and spans.
    """

    base: str
    root: str
    language: str
    prefixes: Mapping[str, str]
    labels: Mapping[str, Mapping[str, str]]
    evidence: Iterable[ox.Triple] = ()
    _nodes: dict[str, dict[str, list[ox.NamedNode | ox.Literal]]] = field(default_factory=dict)
    _by_triple: dict[tuple[str, str, str], list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Index the evidence by the triple that it speaks of."""
        for each in self.evidence:
            if isinstance(each.subject, ox.NamedNode) and isinstance(each.object, (ox.NamedNode, ox.Literal)):
                node = self._nodes.setdefault(each.subject.value, {})
                node.setdefault(each.predicate.value, []).append(each.object)
        for iri, node in self._nodes.items():
            parts = [node.get(RDF + name) for name in ("subject", "predicate", "object")]
            if all(parts):
                subject, predicate, target = (str(each[0]) for each in parts if each)
                self._by_triple.setdefault((subject, predicate, target), []).append(iri)

    def link(self, iri: str) -> str | None:
        """Return where a page leads for an IRI."""
        return local_link(iri, self.base, self.root, self.language)

    def name(self, iri: str, *, nested: bool = False) -> Value:
        """Return an IRI as a value: by its label, what a reified triple says, the words of a span, or shortened.

        `nested` holds for the terms of a reified triple: data may reify what is itself reified, without end.
        """
        short = shorten(iri, {**PREFIXES, **self.prefixes})
        labels = self.labels.get(iri, {})
        for code in (self.language, "", *labels):
            if code in labels:
                return Value(labels[code], self.link(iri), short, code or None)
        if iri in COMMON_NAMES:
            return Value(COMMON_NAMES[iri][self.language], self.link(iri), short, self.language)
        node = self._nodes.get(iri, {})
        parts = [node.get(RDF + name, [])[:1] for name in ("subject", "predicate", "object")]
        if all(parts) and not nested:
            terms = (each[0] for each in parts)
            texts = [self.name(each.value, nested=True).text if _is_iri(each) else each.value for each in terms]
            return Value(" · ".join(texts), self.link(iri), short)
        if words := node.get(OA + "exact"):
            return Value(f"“{words[0].value}”", self.link(iri), short)
        if short == iri and iri.startswith(self.base):
            short = iri[len(self.base) :] or iri
        return Value(short, self.link(iri), iri)

    def value(self, node: object, evidence: tuple[Evidence, ...] = ()) -> Value:
        """Return any object as a value."""
        if isinstance(node, ox.NamedNode):
            named = self.name(node.value)
            return Value(named.text, named.link, named.title, named.language, None, evidence)
        if isinstance(node, ox.Literal):
            datatype = node.datatype.value
            plain = datatype in _PLAIN or node.language
            return Value(
                node.value,
                language=node.language,
                note=None if plain else shorten(datatype, {**PREFIXES, **self.prefixes}),
                evidence=evidence,
            )
        return Value(str(node), evidence=evidence)

    def groups(self, triples: Iterable[ox.Triple]) -> tuple[Group, ...]:
        """Return the facts of one node, by predicate; types and labels come first."""
        found: dict[str, list[Value]] = {}
        for each in triples:
            key = (str(each.subject), str(each.predicate), str(each.object))
            found.setdefault(each.predicate.value, []).append(self.value(each.object, self._proofs(key)))
        first = {RDF + "type": 0, RDFS + "label": 1}
        order = sorted(found, key=lambda iri: (first.get(iri, 2), self.name(iri).text.lower(), iri))
        return tuple(Group(self.name(iri), tuple(found[iri])) for iri in order)

    def said(self, subjects: Iterable[str], known: Iterable[ox.Triple]) -> tuple[Group, ...]:
        """Return what attestations say of these subjects without the release asserting it."""
        asserted = {(str(each.subject), str(each.predicate), str(each.object)) for each in known}
        wanted = {f"<{iri}>" for iri in subjects}
        found: dict[str, list[Value]] = {}
        for key, attestations in sorted(self._by_triple.items()):
            if key[0] in wanted and key not in asserted:
                node = self._nodes[attestations[0]][RDF + "object"][0]
                found.setdefault(key[1][1:-1], []).append(self.value(node, self._proofs(key)))
        return tuple(Group(self.name(iri), tuple(found[iri])) for iri in sorted(found))

    def incoming(self, triples: Iterable[ox.Triple]) -> tuple[Group, ...]:
        """Return the subjects of triples, by predicate."""
        found: dict[str, list[Value]] = {}
        for each in triples:
            found.setdefault(each.predicate.value, []).append(self.value(each.subject))
        return tuple(Group(self.name(iri), tuple(found[iri])) for iri in sorted(found))

    def parts(self, iri: str, triples: Iterable[ox.Triple]) -> tuple[Part, ...]:
        """Return every other subject among the triples, in their order."""
        by_node: dict[str, list[ox.Triple]] = {}
        for each in triples:
            if isinstance(each.subject, ox.NamedNode) and each.subject.value != iri:
                by_node.setdefault(each.subject.value, []).append(each)
        return tuple(
            Part(self.name(node), node[len(iri) :].lstrip("#/") if node.startswith(iri) else "", self.groups(found))
            for node, found in by_node.items()
        )

    def _proofs(self, key: tuple[str, str, str]) -> tuple[Evidence, ...]:
        return tuple(self._proof(iri) for iri in self._by_triple.get(key, ()))

    def _proof(self, iri: str) -> Evidence:
        node = self._nodes[iri]
        marks = tuple(
            self.name(each.value).text
            for name in ("certainty", "rank", "conveyedIn", "accordingTo")
            for each in node.get(RJ + name, ())
        )
        note = " ".join(each.value for each in node.get(RJ + "note", ()))
        rules = node.get(RJ + "rule")
        spans = node.get(PROV + "wasDerivedFrom", ())
        words = tuple(self._words(each.value) for each in spans)
        return Evidence(self.link(iri), words, self.name(rules[0].value) if rules else None, marks, note)

    def _words(self, span: str) -> Words:
        known = self._nodes.get(span, {})
        exact = known.get(OA + "exact")
        ends = [known.get(RJ + name) for name in ("firstWords", "lastWords")]
        text = exact[0].value if exact else " … ".join(each[0].value for each in ends if each)
        language = exact[0].language if exact and isinstance(exact[0], ox.Literal) else None
        article = known.get(RJ + "article")
        source = self.name(article[0].value).text if article else _last(span)
        return Words(text or "…", language, self.link(span), source)


def local_link(iri: str, base: str, root: str, language: str) -> str | None:
    """Return where a page leads for an IRI: to this server for those of the base, nowhere for odd schemes.

    >>> local_link("https://example.org/id/fair", "https://example.org/", "/loans", "en")
    '/loans/id/fair?lang=en'
    >>> local_link("javascript:alert(1)", "https://example.org/", "", "en") is None
    True
    """
    if not iri.startswith(base):
        return iri if _HTTP.match(iri) else None
    path, hash_, fragment = iri[len(base) :].partition("#")
    # Two slashes at the beginning would lead to another host.
    if path.startswith(("/", "\\")):
        return None
    return f"{root}/{quote(path, safe=_ALLOWED)}?lang={language}{hash_}{quote(fragment, safe=_ALLOWED)}"


def _is_iri(term: object) -> bool:
    return isinstance(term, ox.NamedNode)


def _last(iri: str) -> str:
    match = _LAST.search(iri)
    return match.group(1) if match else iri
