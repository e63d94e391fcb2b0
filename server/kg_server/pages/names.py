"""What things are called on a page: by their labels, or, where they have none, by what is known of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import pyoxigraph as ox

from kg_builder.namespaces import EDTF, ORG, PREFIXES, RDF, RDFS, RJ, SCHEMA, SKOS, SOSA, XSD
from kg_server.describe.entity import Node
from kg_server.describe.ontology import PLANNED, Ontology, Texts
from kg_server.describe.statements import Target
from kg_server.pages.dates import date_text
from kg_server.pages.facts import local_link
from kg_server.pages.figures import decimal
from kg_server.pages.results import shorten
from kg_server.pages.words import COMMON_NAMES, WORDS
from kg_server.pages.words.terms import COMMON_INVERSES

TYPE, LABELS = RDF + "type", (RDFS + "label", SKOS + "prefLabel")
DATE, EARLIEST, LATEST = RJ + "edtf", RJ + "earliest", RJ + "latest"
MEMBERSHIP, QUOTATION = ORG + "Membership", SCHEMA + "Quotation"
FIGURES = (SOSA + "Observation", SCHEMA + "QuantitativeValue")
COUNTED, PRINTED = SOSA + "observedProperty", RJ + "asPrinted"
BOUNDS: Mapping[str, str] = {
    SCHEMA + "value": "exact", RJ + "moreThan": "more", RJ + "atLeast": "least",
    RJ + "lessThan": "less", RJ + "atMost": "most", RJ + "about": "about",
}  # fmt: skip
"""How a property bounds a number, in the words of pages/figures.py."""

_ROLE, _CAPACITY = ORG + "role", RJ + "capacity"
_DATES = frozenset({EDTF, *(XSD + name for name in ("date", "gYear", "gYearMonth"))})
_NUMBERS = frozenset(XSD + name for name in ("integer", "decimal", "double"))
_TEXTS = frozenset({XSD + "string", RDF + "langString"})
_NUMBER = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,15})?")
_DURATION = re.compile(r"P(?:(\d{1,6})Y)?(?:(\d{1,6})M)?(?:(\d{1,6})D)?")
# Well-known places of identifiers, by the host and the path that their IRIs begin with.
_SITES: Mapping[str, str] = {
    "www.wikidata.org/entity/": "Wikidata", "viaf.org/viaf/": "VIAF", "isni.org/isni/": "ISNI", "ror.org/": "ROR",
    "orcid.org/": "ORCID", "www.geonames.org/": "GeoNames", "sws.geonames.org/": "GeoNames", "d-nb.info/gnd/": "GND",
    "id.loc.gov/authorities/": "LCCN",
}  # fmt: skip
_SUMMARY = 3


@dataclass(frozen=True, slots=True)
class Name:
    """How something is called.

    Attributes:
        text: the words.
        link: where it leads.
        title: its IRI, abbreviated.
        language: of the words, where it is not the page's.
        note: a datatype that the words do not show.
    """

    text: str
    link: str | None = None
    title: str | None = None
    language: str | None = None
    note: str | None = None


class Namer:
    """Names things in the language of a page.

    Args:
        base: of the release; what starts with it is shown by this server.
        root: the path under which the server is reached.
        language: of the page.
        prefixes: for abbreviating what has no name.
        ontology: the terms.
        nodes: what is known of the things.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - what a name can depend on
        self,
        base: str,
        root: str,
        language: str,
        prefixes: Mapping[str, str],
        ontology: Ontology,
        nodes: Mapping[str, Node],
    ) -> None:
        self.base, self.root, self.language = base, root, language
        self.ontology, self.nodes = ontology, nodes
        self.words = WORDS[language]
        self._prefixes = {**PREFIXES, **prefixes}
        self._names: dict[str, Name] = {}
        self._kinds: dict[str, tuple[str, ...]] = {}

    # What is known

    def of(self, iri: str, *properties: str) -> tuple[Target, ...]:
        """Return the values that a thing is known to have."""
        node = self.nodes.get(iri, {})
        return tuple(target for name in properties for target in node.get(name, ()))

    def kinds(self, iri: str) -> tuple[str, ...]:
        """Return the classes of a thing and all above them, the nearest first."""
        if iri not in self._kinds:
            types = [each.value for each in self.of(iri, TYPE) if isinstance(each, ox.NamedNode)]
            self._kinds[iri] = tuple(dict.fromkeys(kind for each in types for kind in self.ontology.kinds(each)))
        return self._kinds[iri]

    def owner(self, iri: str) -> str | None:
        """Return the thing of which a node is a part, for its IRI goes on from that one's; None for others."""
        local = iri[len(self.base) :] if iri.startswith(self.base + "id/") else ""
        return iri.rsplit("/", 2)[0] if local.count("/") > 2 else None  # noqa: PLR2004 - id/SLUG/KEY/VALUE

    def is_part(self, iri: str) -> bool:
        """Tell whether a node has no name of its own: it is part of another, or one article alone speaks of it."""
        return iri.startswith(f"{self.base}id/") and "/" in iri[len(self.base) + len("id/") :]

    def when(self, iri: str) -> str:
        """Return the date of a thing in words, empty where none is known."""
        found = self.of(iri, DATE)
        return "; ".join(date_text(each.value, self.language) for each in found)

    def planned(self, iri: str, targets: Iterable[Target] = ()) -> bool:
        """Tell whether a thing is planned: by its class, or by something said of it."""
        node = self.nodes.get(iri, {})
        said = (target.value for found in node.values() for target in found)
        return PLANNED in self.kinds(iri) or any(
            each in self.ontology.planned for each in (*said, *(each.value for each in targets))
        )

    def link(self, iri: str) -> str | None:
        """Return where a page leads for an IRI."""
        return local_link(iri, self.base, self.root, self.language)

    # Names

    def name(self, iri: str) -> Name:
        """Return what a thing is called."""
        if iri not in self._names:
            self._names[iri] = self._labelled(iri) or self._composed(iri) or self._abbreviated(iri)
        return self._names[iri]

    def term(self, iri: str, *, inverse: bool = False) -> Name:
        """Return what a property is called, or what it is called when read from its value."""
        if not inverse:
            return self.name(iri)
        for texts in (self.ontology.inverse.get(iri), COMMON_INVERSES.get(iri)):
            if texts and (found := self._choose(texts)):
                return Name(found[0], self.link(iri), self._short(iri), found[1])
        name = self.name(iri)
        return Name(self.words["subject_inverse"].format(name=name.text), name.link, name.title, name.language)

    def value(self, target: Target) -> Name:
        """Return any value as people write it."""
        return self.name(target.value) if isinstance(target, ox.NamedNode) else self._literal(target)

    def _literal(self, literal: ox.Literal) -> Name:
        text, kind = literal.value, literal.datatype.value
        if literal.language:
            found = Name(text, language=self._foreign(literal.language))
        elif kind in _DATES:
            found = Name(date_text(text, self.language), title=text)
        elif kind in _NUMBERS and _NUMBER.fullmatch(text):
            found = Name(self.number(text))
        elif kind == XSD + "duration" and (match := _DURATION.fullmatch(text)):
            found = Name(self._duration(match) or text, title=text)
        elif kind == XSD + "boolean":
            found = Name(self.words["subject_yes" if text in {"true", "1"} else "subject_no"])
        elif kind == XSD + "anyURI":
            found = Name(text, self.link(text))
        else:
            found = Name(text, note=None if kind in _TEXTS else shorten(kind, self._prefixes))
        return found

    def is_date(self, literal: ox.Literal) -> bool:
        """Tell whether a literal is a date or an interval."""
        return literal.datatype.value in _DATES

    def number(self, text: str) -> str:
        """Return a number as people of the page's language write it."""
        return decimal(float(text) if "." in text else int(text), self.language)

    def figure(self, iri: str) -> str:
        """Return the number that a figure gives, with its bound, and what it counts; empty where it gives none."""
        counted = [self._plain(each) for each in self.of(iri, COUNTED)]
        for name, bound in BOUNDS.items():
            for each in self.of(iri, name):
                number = self._plain(each)
                return " ".join((self.words[f"figure_bound_{bound}"].format(n=number), *counted))
        return ""

    def part(self, iri: str) -> str:
        """Return what tells a part from its like, without the thing that it is part of."""
        kinds = self.kinds(iri)
        kind = self.name(kinds[0]) if kinds else self._abbreviated(iri)
        return self.when(iri) or ", ".join(self._ends(iri)) or kind.text

    def office(self, iri: str) -> str:
        """Return the role that a term of office is of, with its capacity."""
        roles, capacities = (", ".join(map(self._plain, self.of(iri, name))) for name in (_ROLE, _CAPACITY))
        return f"{roles or self.words['subject_office']} ({capacities})" if capacities else roles

    def _labelled(self, iri: str) -> Name | None:
        labels: dict[str, str] = {}
        for each in self.of(iri, *LABELS):
            if isinstance(each, ox.Literal):
                labels.setdefault(each.language or "", each.value)
        for texts in (labels, self.ontology.labels.get(iri), COMMON_NAMES.get(iri)):
            if texts and (found := self._choose(texts)):
                return Name(found[0], self.link(iri), self._short(iri), found[1])
        return None

    def _choose(self, texts: Texts) -> tuple[str, str | None] | None:
        for code in (self.language, "", *texts):
            if texts.get(code):
                return texts[code], self._foreign(code)
        return None

    def _foreign(self, code: str) -> str | None:
        return code if code and code.lower() != self.language else None

    def _composed(self, iri: str) -> Name | None:
        """Return a name made of what is known of a thing that has none."""
        parts = [part for part in self._parts(iri) if part]
        return Name(", ".join(parts), self.link(iri), self._short(iri)) if parts else None

    def _parts(self, iri: str) -> Iterator[str]:
        kinds = () if iri.startswith(f"{self.base}article/") else self.kinds(iri)
        sides = [self.of(iri, RDF + name)[:1] for name in ("subject", "predicate", "object")]
        if all(sides):
            yield " · ".join(self._side(each[0]) for each in sides)
        elif MEMBERSHIP in kinds:
            yield self._owner_text(iri)
            yield self.office(iri)
            yield from (self._plain(each) for each in self.of(iri, ORG + "organization"))
        elif QUOTATION in kinds:
            yield from (self._plain(each) for each in self.of(iri, RJ + "act"))
            yield from (self._plain(each) for each in self.of(iri, RJ + "speaker"))
            yield from (self._plain(each) for each in self.of(iri, SCHEMA + "about")[:1])
        elif (figure := self.figure(iri)) or kinds:
            yield figure or self._plain(ox.NamedNode(kinds[0]))
            yield self._owner_text(iri)
            yield "" if figure else self.when(iri)
            # A node that has no date is told from its like by what it leads to.
            yield from () if figure or self.when(iri) else self._ends(iri)

    def _ends(self, iri: str) -> Iterator[str]:
        owner = self.owner(iri)
        ends = (
            target
            for name, found in sorted(self.nodes.get(iri, {}).items())
            for target in found
            if name != TYPE and isinstance(target, ox.NamedNode) and target.value not in {owner, iri}
        )
        found = dict.fromkeys(name.text for each in ends if (name := self._labelled(each.value)))
        yield from list(found)[:_SUMMARY]

    def _side(self, target: Target) -> str:
        # A statement may speak of a statement, without end.
        if isinstance(target, ox.NamedNode) and self.of(target.value, RDF + "subject"):
            return self._abbreviated(target.value).text
        return self._plain(target)

    def _owner_text(self, iri: str) -> str:
        owner = self.owner(iri)
        return self._plain(ox.NamedNode(owner)) if owner else ""

    def _plain(self, target: Target) -> str:
        """Return a name without a composed part in it, so that composing ends."""
        if isinstance(target, ox.Literal):
            return self.value(target).text
        return (self._labelled(target.value) or self._abbreviated(target.value)).text

    def _abbreviated(self, iri: str) -> Name:
        parts = urlsplit(iri)
        for place, site in _SITES.items():
            local = f"{parts.netloc}{parts.path}"
            if parts.scheme in {"http", "https"} and local.startswith(place) and local != place:
                return Name(f"{site} {local[len(place) :]}", self.link(iri), iri)
        if iri.startswith(f"{self.base}article/"):
            # A title is often not known; its IRI ends in the name of the text.
            article, _, place = iri[len(self.base) + len("article/") :].partition("#char=")
            key = "subject_article_place" if place else "subject_article"
            return Name(self.words[key].format(name=article, place=place.replace(",", "–")), self.link(iri), iri)
        short = self._short(iri)
        if short == iri and iri.startswith(self.base):
            short = iri[len(self.base) :] or iri
        if iri.startswith(f"{self.base}graph/"):
            short = self.words["subject_premise_graph"]
        return Name(short, self.link(iri), iri)

    def _short(self, iri: str) -> str:
        return shorten(iri, self._prefixes)

    def _duration(self, match: re.Match[str]) -> str:
        units = ("years", "months", "days")
        counts = [(unit, int(number)) for unit, number in zip(units, match.groups(), strict=True) if number]
        return " ".join(
            self.words[f"subject_{unit}_one" if count == 1 else f"subject_{unit}"].format(n=self.number(str(count)))
            for unit, count in counts
        )
