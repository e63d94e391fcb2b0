"""Compare two graphs: what came and what went, gathered by the thing that it is said of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from kg_builder.model import Term, Triple
from kg_builder.namespaces import OA, PROV, RDF, RJ, SCHEMA, SOSA
from kg_builder.release.difference.model import Attested, Difference, Evidence, Pair, Quote, Subject, Values
from kg_builder.release.difference.side import Side
from kg_builder.release.side_by_side import unlike
from kg_builder.release.terms.lines import RDF_TYPE, Properties, split_line
from kg_builder.terms import is_iri, literal_parts

_STATEMENT, _SPAN, _DERIVATION = (
    Term(f"<{RDF}Statement>"),
    Term(f"<{OA}TextPositionSelector>"),
    Term(f"<{RJ}Derivation>"),
)
_APPARATUS = frozenset({_STATEMENT, _SPAN, _DERIVATION})
_OWNERS = (Term(f"<{SOSA}hasFeatureOfInterest>"), Term(f"<{RJ}speaker>"))
_ARTICLE = Term(f"<{SCHEMA}NewsArticle>")
_NOTHING = Term("")


@dataclass(slots=True)
class _Tally:
    added: Counter[Term] = field(default_factory=Counter)
    removed: Counter[Term] = field(default_factory=Counter)

    def take(self, added: Iterable[Term], removed: Iterable[Term]) -> None:
        self.added.update(added)
        self.removed.update(removed)

    def pair(self, key: Term) -> Pair:
        return Pair(self.added[key], self.removed[key])


@dataclass(slots=True)
class _Change:
    former: Properties
    present: Properties


def compare(former: Side, present: Side) -> Difference:
    """Return what one graph says that the former one did not, and what it no longer says.

    Both files are read once, side by side; of what does not change only what is needed to name it is looked up.
    """
    graphs, kinds, facts = _Tally(), _Tally(), _Tally()
    changes: dict[Term, _Change] = {}
    attested: dict[Term, _Change] = {}
    for old, new in unlike(former.path, present.path):
        before, after = set(old), set(new)
        came, went = (
            [_quad(line) for line in new if line not in before],
            [_quad(line) for line in old if line not in after],
        )
        graphs.take((quad[3] for quad in came), (quad[3] for quad in went))
        change = _Change(_default(old), _default(new))
        quads = [_quad(line) for line in (*old, *new)]
        types = {quad[2] for quad in quads if quad[1] == RDF_TYPE}
        subject = quads[0][0]
        for kind in _APPARATUS & types:
            kinds.take([kind] * (not change.former), [kind] * (not change.present))
        if _STATEMENT in types:
            attested[subject] = change
        elif not types & _APPARATUS and change.former != change.present:
            changes[subject] = change
            facts.take(_ungraphed(came), _ungraphed(went))
    evidence = _evidence(attested, former, present)
    for subject in evidence:
        changes.setdefault(subject, _Change(former.facts(subject), present.facts(subject)))
    owners = _owners(changes, former, present)
    subjects = tuple(
        _subject(iri, change, _kind(change, former, present), owners.get(iri, _NOTHING), evidence.get(iri, ()))
        for iri, change in sorted(changes.items())
    )
    shown = set(_terms(subjects))
    return Difference(
        former.name,
        present.name,
        Pair(graphs.added.total(), graphs.removed.total()),
        facts.pair(_NOTHING),
        kinds.pair(_STATEMENT),
        kinds.pair(_DERIVATION),
        {graph: graphs.pair(graph) for graph in sorted(graphs.added | graphs.removed)},
        subjects,
        (_labels(former, shown), _labels(present, shown)),
        {**former.prefixes, **present.prefixes},
    )


def _ungraphed(quads: Iterable[tuple[Term, ...]]) -> Iterator[Term]:
    return (quad[3] for quad in quads if not quad[3])


def _quad(line: bytes) -> tuple[Term, Term, Term, Term]:
    return split_line(line.decode())


def _default(lines: Iterable[bytes]) -> Properties:
    found: Properties = {}
    for line in lines:
        _, predicate, value, graph = _quad(line)
        if not graph:
            found.setdefault(predicate, []).append(value)
    return found


def _subject(iri: Term, change: _Change, kind: Term, owner: Term, evidence: Iterable[Evidence]) -> Subject:
    values = []
    for predicate in sorted({*change.former, *change.present}):
        before, after = set(change.former.get(predicate, ())), set(change.present.get(predicate, ()))
        if before != after:
            values.append(Values(predicate, tuple(sorted(after - before)), tuple(sorted(before - after))))
    return Subject(iri, kind, owner, _frozen(change.former), _frozen(change.present), tuple(values), tuple(evidence))


def _frozen(properties: Properties) -> dict[Term, tuple[Term, ...]]:
    return {predicate: tuple(sorted(values)) for predicate, values in sorted(properties.items())}


def _kind(change: _Change, former: Side, present: Side) -> Term:
    """Return the class by which a thing is counted: one that the vocabulary names, if there is one."""
    types = {*change.former.get(RDF_TYPE, ()), *change.present.get(RDF_TYPE, ())}
    named = {kind for kind in types if former.labels(kind) or present.labels(kind)}
    return min(named or types, default=_NOTHING)


def _evidence(attested: Mapping[Term, _Change], former: Side, present: Side) -> dict[Term, tuple[Evidence, ...]]:
    """Return the attestations that changed, by the subject of what they attest."""
    found: dict[Term, list[Evidence]] = {}
    for node, change in sorted(attested.items()):
        triple = _triple(change.present or change.former)
        if not all(triple):
            continue
        each = Evidence(node, triple, _attested(change.former, former), _attested(change.present, present))
        if each.former != each.present and not _repeats(each, former, present):
            found.setdefault(triple[0], []).append(each)
    return {subject: tuple(sorted(each, key=lambda one: (one.triple, one.node))) for subject, each in found.items()}


def _repeats(each: Evidence, former: Side, present: Side) -> bool:
    """Tell whether it only says once more, or once less, what kind of thing something is, as each article does."""
    subject, predicate, value = each.triple
    if predicate != RDF_TYPE or (each.former and each.present):
        return False
    return all(value in side.facts(subject).get(RDF_TYPE, ()) for side in (former, present))


def _triple(facts: Properties) -> Triple:
    subject, predicate, value = (_one(facts, f"{RDF}{name}") for name in ("subject", "predicate", "object"))
    return subject, predicate, value


def _one(facts: Properties, predicate: str) -> Term:
    return next(iter(facts.get(Term(f"<{predicate}>"), ())), _NOTHING)


def _attested(facts: Properties, side: Side) -> Attested | None:
    if not facts:
        return None
    spans = [side.facts(span) for span in facts.get(Term(f"<{PROV}wasDerivedFrom>"), ())]
    return Attested(
        next((_one(span, f"{RJ}article") for span in spans), _NOTHING),
        tuple(sorted((_quote(span) for span in spans), key=lambda quote: (quote.start, quote.end))),
        _one(facts, f"{RJ}certainty"),
        _one(facts, f"{RJ}rank"),
        _plain(_one(facts, f"{RJ}note")),
        _one(facts, f"{RJ}accordingTo"),
        _one(facts, f"{RJ}conveyedIn"),
    )


def _quote(span: Properties) -> Quote:
    exact = _plain(_one(span, f"{OA}exact"))
    words = exact or f"{_plain(_one(span, f'{RJ}firstWords'))} … {_plain(_one(span, f'{RJ}lastWords'))}"
    start, end = (_plain(_one(span, f"{OA}{name}")) or "0" for name in ("start", "end"))
    return Quote(int(start), int(end), words)


def _plain(term: Term) -> str:
    return literal_parts(term)[0] if term and not is_iri(term) else ""


def _owners(changes: Mapping[Term, _Change], former: Side, present: Side) -> dict[Term, Term]:
    """Return, for each thing without a name, the named one that it belongs to: who refers to it, or what it is of."""
    nameless = {
        iri
        for iri, change in changes.items()
        if not former.labels(iri)
        and not present.labels(iri)
        and _ARTICLE not in {*change.former.get(RDF_TYPE, ()), *change.present.get(RDF_TYPE, ())}
    }
    candidates: dict[Term, set[Term]] = {}
    for side in (former, present):
        for node, subject in side.referrers(nameless):
            if subject not in nameless and (former.labels(subject) or present.labels(subject)):
                candidates.setdefault(node, set()).add(subject)
    for iri in nameless - candidates.keys():
        for change in (changes[iri].former, changes[iri].present):
            candidates.setdefault(iri, set()).update(_of(change, former, present)[:1])
    return {iri: min(found) for iri, found in candidates.items() if found}


def _of(facts: Properties, former: Side, present: Side) -> list[Term]:
    rest = sorted(predicate for predicate in facts if predicate not in _OWNERS and predicate != RDF_TYPE)
    return [
        value
        for predicate in (*_OWNERS, *rest)
        for value in facts.get(predicate, ())
        if is_iri(value) and (former.labels(value) or present.labels(value))
    ]


def _terms(subjects: Iterable[Subject]) -> Iterator[Term]:
    """Yield every IRI that is shown."""
    for subject in subjects:
        yield from (term for term in (subject.iri, subject.kind, subject.owner) if term)
        for properties in (subject.former, subject.present):
            for predicate, values in properties.items():
                yield predicate
                yield from (value for value in values if is_iri(value))
        for each in subject.evidence:
            yield from (term for term in each.triple if is_iri(term))
            for side in (each.former, each.present):
                if side:
                    said = (side.article, side.certainty, side.rank, side.according_to, side.conveyed_in)
                    yield from (term for term in said if term)


def _labels(side: Side, terms: Iterable[Term]) -> dict[Term, dict[str, str]]:
    return {term: labels for term in sorted(terms) if (labels := side.labels(term))}
