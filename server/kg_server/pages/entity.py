"""The page of one thing: its facts in sections for people, each with what it rests on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

import pyoxigraph as ox

from kg_builder.namespaces import DCTERMS, ORG, OWL, RDFS, RJ, SCHEMA, SKOS, SOSA
from kg_server.describe.entity import Entity
from kg_server.describe.statements import Statement, Target
from kg_server.pages.conflicts import find_conflicts
from kg_server.pages.evidence import Proof, Prover, Quote
from kg_server.pages.names import (
    BOUNDS,
    COUNTED,
    DATE,
    EARLIEST,
    FIGURES,
    LABELS,
    LATEST,
    MEMBERSHIP,
    QUOTATION,
    TYPE,
    Name,
    Namer,
)
from kg_server.pages.sections import ORDER, Place, place_of
from kg_server.pages.view import Called, Fact, Row, Saying, Section, Sentence, Triple, View

NAMES = (*LABELS, SKOS + "altLabel", SCHEMA + "name", SCHEMA + "alternateName")
ELSEWHERE = frozenset({SCHEMA + "sameAs", OWL + "sameAs", SKOS + "exactMatch", SKOS + "closeMatch", RDFS + "seeAlso"})
# What the date says already.
_SAID_BY_DATE = frozenset({EARLIEST, LATEST, RJ + "date"})
_SHOWN_ELSEWHERE = frozenset({*NAMES, *ELSEWHERE, DCTERMS + "isReplacedBy"})
_FIGURE_OF = SOSA + "hasFeatureOfInterest"
# What the line of a part says, so that it is not said below it again.
_SAID_BY_LINE: Mapping[str, frozenset[str]] = {
    MEMBERSHIP: frozenset({ORG + "role", RJ + "capacity", ORG + "organization"}),
    QUOTATION: frozenset({RJ + "act", RJ + "manner", RJ + "speaker"}),
    **dict.fromkeys(FIGURES, frozenset({*BOUNDS, COUNTED, _FIGURE_OF})),
}
# Properties whose own names say how they are written rather than what they say.
_PLAINLY = {TYPE: "subject_is_a", DATE: "subject_date"}
_LAST = "9999"
FOLDED = 8
"""Values of one property that are shown; the others are folded away."""
_DEEP = 2


def view_of(entity: Entity, namer: Namer) -> View:
    """Return what a page shows of a thing."""
    return _Builder(entity, namer).view()


class _Builder:
    def __init__(self, entity: Entity, namer: Namer) -> None:
        self._entity, self._namer = entity, namer
        self._node = ox.NamedNode(entity.iri)
        self._prover = Prover(namer, entity.statements)
        self._conflicts, self._concerned = find_conflicts(entity, namer, self._prover)
        self._conveyed: dict[str, list[Statement]] = {}
        for each in entity.statements.values():
            for quotation in each.quotations:
                self._conveyed.setdefault(quotation, []).append(each)

    def view(self) -> View:
        entity, namer = self._entity, self._namer
        iri, kinds = entity.iri, namer.kinds(entity.iri)
        owner = namer.owner(iri)
        statements = sorted(entity.statements.values(), key=lambda each: each.iri)
        about = [each for each in statements if iri in {each.subject, _iri(each.target)}]
        return View(
            namer.name(iri),
            tuple(map(namer.name, entity.types)),
            tuple(self._called()),
            namer.name(owner) if owner else None,
            tuple(map(namer.value, namer.of(iri, _FIGURE_OF))),
            self._part(Fact((iri, TYPE, self._node), namer.name(iri)), iri, 0) if QUOTATION in kinds else None,
            namer.planned(iri, (target for _, target in entity.facts)),
            tuple(self._sections()),
            tuple(self._sentences(self._conveyed.get(iri, ()))),
            tuple(self._sayings(each for each in about if each.quotations and iri not in each.quotations)),
            tuple(self._sentences(each for each in statements if iri in each.sources and each.asserted)),
            tuple(self._sentences(each for each in about if each.withdrawn)),
            tuple(self._fact(name, each) for name, each in entity.facts if name in ELSEWHERE),
            tuple(self._listed()) if entity.hub else (),
            self._conflicts,
        )

    def _called(self) -> Iterator[Called]:
        namer, iri = self._namer, self._entity.iri
        order = {namer.language: 0, "": 1}
        found = [(name not in LABELS, name, each) for name, each in self._entity.facts if name in NAMES]
        called: dict[tuple[bool, str], list[tuple[str, ox.Literal]]] = {}
        for other, name, each in sorted(found, key=lambda one: (one[0], one[2].value)):
            if isinstance(each, ox.Literal):
                called.setdefault((other, each.value), []).append((name, each))
        for (other, text), same in sorted(
            called.items(), key=lambda one: (one[0][0], min(order.get(each.language or "", 2) for _, each in one[1]))
        ):
            codes = sorted({each.language or "" for _, each in same}, key=lambda code: (order.get(code, 2), code))
            proofs = dict.fromkeys(proof for name, each in same for proof in self._prover.proofs(iri, name, each))
            foreign = None if codes[0] in {namer.language, ""} else codes[0]
            yield Called(Name(text, language=foreign), tuple(filter(None, codes)), not other, tuple(proofs))

    # Sections

    def _sections(self) -> Iterator[Section]:
        if self._entity.offset:
            return
        namer, iri = self._namer, self._entity.iri
        rows: dict[Place, dict[tuple[str, bool], list[Fact]]] = {}
        for predicate, target in self._stated():
            place = place_of(namer, iri, target, inverse=False)
            rows.setdefault(place, {}).setdefault((predicate, False), []).append(self._fact(predicate, target))
        for thing, predicate in self._leading():
            place = place_of(namer, iri, ox.NamedNode(thing), inverse=True)
            rows.setdefault(place, {}).setdefault((predicate, True), []).append(self._lead(thing, predicate))
        for place in sorted(rows, key=lambda each: (ORDER.index(each.section), self._title(each))):
            found = [self._row(*key, facts) for key, facts in rows[place].items()]
            found.sort(key=lambda row: (row.inverse, row.predicate != TYPE, row.name.text.casefold()))
            key = (
                place.section
                if place.section != "own"
                else "own-" + place.kind.rstrip("/").replace("#", "/").rpartition("/")[2]
            )
            yield Section(key, self._title(place), tuple(found))

    def _title(self, place: Place) -> str:
        if place.section != "own":
            return self._namer.words[f"subject_section_{place.section}"]
        text = self._namer.name(place.kind).text
        return text[:1].upper() + text[1:]

    def _stated(self) -> Iterator[tuple[str, Target]]:
        known = {name for name, _ in self._entity.facts}
        hidden = _SHOWN_ELSEWHERE | (_SAID_BY_DATE if DATE in known else frozenset())
        return ((name, target) for name, target in self._entity.facts if name not in hidden)

    def _leading(self) -> Iterator[tuple[str, str]]:
        entity = self._entity
        # What holds both ways is said once.
        stated = {(name, each.value) for name, each in entity.facts if isinstance(each, ox.NamedNode)}
        for thing, predicate in entity.shown:
            if (predicate, thing) not in stated and not thing.startswith((f"{entity.iri}/", f"{entity.iri}#")):
                yield thing, predicate

    def _listed(self) -> Iterator[Row]:
        rows: dict[str, list[Fact]] = {}
        for thing, predicate in self._entity.incoming:
            rows.setdefault(predicate, []).append(self._lead(thing, predicate))
        for predicate, facts in sorted(rows.items()):
            yield Row(self._namer.term(predicate, inverse=True), predicate, inverse=True, facts=tuple(facts))

    def _row(self, predicate: str, inverse: bool, facts: list[Fact]) -> Row:  # noqa: FBT001 - a key taken apart
        totals = self._entity.totals_in if inverse else self._entity.totals
        total = totals.get(predicate, 0)
        name = self._term(predicate, inverse=inverse)
        ordered = tuple(sorted(facts, key=self._order))
        return Row(name, predicate, inverse, ordered, total if total > len(facts) else 0)

    def _term(self, predicate: str, *, inverse: bool = False) -> Name:
        name = self._namer.term(predicate, inverse=inverse)
        plain = None if inverse else _PLAINLY.get(predicate)
        return Name(self._namer.words[plain], name.link, name.title) if plain else name

    def _order(self, fact: Fact) -> tuple[str, str]:
        subject, _, target = fact.key
        other = subject if target == self._node else _iri(target)
        days = [each.value for each in self._namer.of(other or "", EARLIEST)]
        return min(days, default=_LAST), fact.value.text.casefold()

    # Facts

    def _fact(self, predicate: str, target: Target) -> Fact:
        return self._made((self._entity.iri, predicate, target), target)

    def _lead(self, thing: str, predicate: str) -> Fact:
        return self._made((thing, predicate, self._node), ox.NamedNode(thing))

    def _made(self, key: Triple, other: Target, depth: int = 0) -> Fact:
        namer, prover = self._namer, self._prover
        proofs = prover.proofs(*key)
        fact = Fact(
            key,
            namer.value(other),
            proofs=proofs,
            certainty="" if not proofs or any(each.sure for each in proofs) else proofs[0].certainty,
            speakers=tuple(dict.fromkeys(name for each in proofs for name in each.speakers))
            if proofs and all(each.speakers for each in proofs)
            else (),
            derived=any(each.rule for each in proofs),
            conflict=key in self._concerned,
        )
        if isinstance(other, ox.Literal):
            return fact
        fact = replace(fact, when=namer.when(other.value), planned=namer.planned(other.value))
        return self._part(fact, other.value, depth)

    def _part(self, fact: Fact, iri: str, depth: int) -> Fact:
        """Tell of a node that has no name of its own what it says."""
        namer, kinds = self._namer, self._namer.kinds(iri)
        owner = namer.owner(iri)
        inward = fact.key[0] == iri
        if MEMBERSHIP in kinds:
            ends = [ox.NamedNode(owner)] if owner and inward else list(namer.of(iri, ORG + "organization"))
            value = namer.value(ends[0]) if ends else fact.value
            fact = replace(fact, value=value, lead=namer.office(iri), when=self._in_office(iri))
        elif QUOTATION in kinds:
            fact = self._quotation(fact, iri)
        elif set(FIGURES) & set(kinds):
            fact = replace(fact, value=replace(fact.value, text=namer.figure(iri) or fact.value.text))
        elif owner and inward and owner != self._entity.iri:
            fact = replace(fact, value=namer.name(owner), when=namer.when(owner), planned=namer.planned(owner))
        elif owner:
            fact = replace(fact, value=replace(fact.value, text=namer.part(iri)), when="")
        elif not namer.is_part(iri):
            return fact
        hidden = next((said for kind, said in _SAID_BY_LINE.items() if kind in kinds), frozenset())
        return replace(fact, rows=tuple(self._rows(iri, fact.key, hidden, depth)) if depth < _DEEP else ())

    def _rows(self, iri: str, key: Triple, hidden: frozenset[str], depth: int) -> Iterator[Row]:
        known = self._namer.nodes.get(iri, {})
        dates = _SAID_BY_DATE if DATE in known else frozenset()
        for predicate, targets in known.items():
            facts = tuple(
                self._made((iri, predicate, target), target, depth + 1)
                for target in targets
                if target != self._node and (iri, predicate, target) != key
            )
            if facts and predicate != TYPE and predicate not in hidden | dates:
                yield Row(self._term(predicate), predicate, inverse=False, facts=facts)

    def _words(self, quotation: str) -> tuple[Quote, ...]:
        statements = self._prover.statements(quotation, TYPE, ox.NamedNode(QUOTATION))
        return tuple(self._prover.quote(phrase) for each in statements for phrase in each.phrases)

    def _sayings(self, statements: Iterable[Statement]) -> Iterator[Saying]:
        found: dict[str, list[Statement]] = {}
        for each in statements:
            found.setdefault(each.quotations[0], []).append(each)
        for quotation, said in sorted(found.items()):
            yield Saying(self._prover.speech(quotation), self._words(quotation), tuple(self._sentences(said)))

    def _quotation(self, fact: Fact, iri: str) -> Fact:
        quotes, spoken = self._words(iri), self._prover.speech(iri)
        manner = self._namer.words["subject_in_speech"].format(manner=spoken.manner) if spoken.manner else ""
        said = ", ".join(filter(None, (spoken.act, manner)))
        conveys = tuple(self._sentences(self._conveyed.get(iri, ())))
        return replace(fact, quotes=quotes, speech=said, speakers=spoken.speakers, conveys=conveys)

    def _in_office(self, iri: str) -> str:
        namer = self._namer
        if own := namer.when(iri):
            return own
        words = namer.words
        seen = dict.fromkeys(when for each in namer.of(iri, RJ + "attestedAt") if (when := namer.when(each.value)))
        if not seen:
            return words["subject_office_undated"]
        return f"{words['subject_office_seen'].format(when=', '.join(seen))}; {words['subject_office_open']}"

    def _sentences(self, statements: Iterable[Statement]) -> Iterator[Sentence]:
        found: dict[Triple, list[Proof]] = {}
        for each in statements:
            found.setdefault(each.key, []).append(self._prover.proof(each))
        namer = self._namer
        for key, proofs in found.items():
            subject, predicate, target = key
            yield Sentence(key, namer.name(subject), namer.name(predicate), namer.value(target), tuple(proofs))


def _iri(target: Target) -> str | None:
    return target.value if isinstance(target, ox.NamedNode) else None
