"""A difference as a report in words: counts first, then the things, each with what changed of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from kg_builder.model import Term, Triple
from kg_builder.namespaces import RDF, SCHEMA
from kg_builder.release.difference.model import Attested, Difference, Evidence, Pair, Quote, Subject, Values
from kg_builder.release.difference.names import Names, is_figure
from kg_builder.release.difference.words import BOUNDS, IMPLIED, SOURCES, say
from kg_builder.terms import iri_text

SIGNS = {"added": "+", "removed": "-", "changed": "~"}
MOST_THINGS, MOST_LINES = 40, 12
"""How many things are shown, and how many lines of each, where not all are asked for."""

_TYPE, _MENTIONS = Term(f"<{RDF}type>"), Term(f"<{SCHEMA}mentions>")


@dataclass(frozen=True, slots=True)
class Line:
    """One line: how deep it is indented, its sign (`+`, `-`, `~` or a space), and its words."""

    depth: int
    sign: str
    text: str


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing with what changed of it and of what belongs to it."""

    iri: Term
    sign: str
    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Kind:
    """How many things of one kind came, went and changed."""

    name: str
    kind: Term
    added: int
    removed: int
    changed: int


@dataclass(frozen=True, slots=True)
class Report:
    """A difference in words.

    Attributes:
        title: from what to what.
        kinds: the things by kind.
        totals: names of counts, with how many came and went.
        things: the things; those without a name stand below the one that they belong to.
    """

    title: str
    kinds: tuple[Kind, ...]
    totals: tuple[tuple[str, Pair], ...]
    things: tuple[Thing, ...]


def report(difference: Difference, language: str) -> Report:
    """Return a difference in words of a language, `en` or `id`."""
    names = Names(difference, language)
    parts = {"former": _side(difference.former, language), "present": _side(difference.present, language)}
    if not difference:
        return Report(say("nothing", language, **parts), (), (), ())
    return Report(
        say("changes", language, **parts),
        tuple(_kinds(difference, names)),
        tuple(_totals(difference, language)),
        tuple(_things(difference, names)),
    )


def _side(name: str, language: str) -> str:
    return say("sources", language) if name == SOURCES else name


def _kinds(difference: Difference, names: Names) -> Iterator[Kind]:
    counts = Counter((subject.kind, subject.sign) for subject in difference.subjects)
    kinds = {names.kind(kind): kind for kind, _ in sorted(counts)}
    for name, kind in sorted(kinds.items()):
        yield Kind(name, kind, *(counts[kind, sign] for sign in ("added", "removed", "changed")))


def _totals(difference: Difference, language: str) -> Iterator[tuple[str, Pair]]:
    for key in ("facts", "attestations", "derivations", "quads"):
        yield say(key, language), getattr(difference, key)
    for graph, pair in difference.graphs.items():
        # The layers, and not each article: what changed there stands below.
        if "/graph/" in graph:
            name = iri_text(graph).rpartition("/")[2]
            yield f"{say('quads', language)} {say('graph', language, name=name)}", pair


def _things(difference: Difference, names: Names) -> Iterator[Thing]:
    own = {subject.iri: subject for subject in difference.subjects}
    belonging: dict[Term, list[Subject]] = {}
    for subject in difference.subjects:
        if subject.owner:
            belonging.setdefault(subject.owner, []).append(subject)
    heads = {subject.owner or subject.iri for subject in difference.subjects}
    things = []
    for iri in heads:
        head, inner = own.get(iri), belonging.get(iri, [])
        told = frozenset(subject.iri for subject in inner)
        lines = list(_own(head, names, told)) if head else []
        for subject in inner:
            lines += _nested(subject, names)
        title = names.title(head) if head else names.of(iri)
        if head is None or lines or head.sign != "changed":
            things.append(Thing(iri, SIGNS[head.sign if head else "changed"], title, tuple(lines)))
    yield from sorted(things, key=lambda thing: (thing.title.casefold(), thing.iri))


def _own(subject: Subject, names: Names, told: frozenset[Term]) -> Iterator[Line]:
    # What belongs to it stands below, with what changed of its evidence.
    shown = {each.triple for each in subject.evidence if each.triple[2] in told}
    for values in subject.values:
        kept = Values(
            values.predicate,
            tuple(value for value in values.added if value not in told),
            tuple(value for value in values.removed if value not in told),
        )
        shown.update((subject.iri, values.predicate, value) for value in (*values.added, *values.removed))
        if values.predicate == _TYPE and subject.sign != "changed":
            continue  # the title says what it is
        if iri_text(values.predicate) not in IMPLIED and (kept.added or kept.removed):
            yield _values(kept, names, 1)
            yield from _quoted(subject, kept, names, 2)
    yield from _evidence(subject, names, shown, 1)


def _nested(subject: Subject, names: Names) -> Iterator[Line]:
    title, sign = names.title(subject), SIGNS[subject.sign]
    if subject.sign != "changed":
        facts = subject.present or subject.former
        yield Line(1, sign, ": ".join(filter(None, (title, names.summary(subject, facts)))))
        yield from _first_quotes(subject, names)
        return
    changed = {iri_text(values.predicate) for values in subject.values}
    figure = is_figure(subject) and changed & set(BOUNDS)
    said = names.amount_change(subject) if figure else names.summary(subject, subject.present)
    yield Line(1, sign, ": ".join(filter(None, (title, said))))
    shown: set[Triple] = set()
    for values in subject.values:
        shown.update((subject.iri, values.predicate, value) for value in (*values.added, *values.removed))
        told = IMPLIED | set(BOUNDS) if figure else IMPLIED
        if iri_text(values.predicate) not in told:
            yield _values(values, names, 2)
        if values.added and iri_text(values.predicate) not in IMPLIED:
            yield from _quoted(subject, values, names, 3 if iri_text(values.predicate) not in told else 2)
    yield from _evidence(subject, names, shown, 2)


def _values(values: Values, names: Names, depth: int) -> Line:
    relation = names.relation(values.predicate)
    added, removed = names.several(values.added), names.several(values.removed)
    if added and removed:
        return Line(depth, "~", f"{relation}: {removed} → {added}")
    return Line(depth, "+" if added else "-", f"{relation}: {added or removed}")


def _quoted(subject: Subject, values: Values, names: Names, depth: int) -> Iterator[Line]:
    """Yield the words that an added value rests on, the first of each article."""
    if values.predicate == _MENTIONS:
        return  # which follows from other facts, and rests on their words
    added = set(values.added)
    for each in subject.evidence:
        if each.former is None and each.present and each.triple[1] == values.predicate and each.triple[2] in added:
            yield Line(depth, " ", _source(each.present, names))


def _first_quotes(subject: Subject, names: Names) -> Iterator[Line]:
    seen = set()
    for each in subject.evidence:
        attested = each.present or each.former
        if attested and attested.article not in seen:
            seen.add(attested.article)
            yield Line(2, " ", _source(attested, names))


def _source(attested: Attested, names: Names) -> str:
    return f"{_quotes(attested.quotes)} {_article(attested.article, names)}".strip()


def _article(article: Term, names: Names) -> str:
    return iri_text(article).rpartition("/")[2] if article else names.of(article)


def _quotes(quotes: tuple[Quote, ...]) -> str:
    return " + ".join(f"«{quote.words}» @{quote.start}" for quote in quotes)


def _evidence(subject: Subject, names: Names, shown: set[Triple], depth: int) -> Iterator[Line]:
    """Yield what changed of the evidence of facts that did not change themselves, or that nobody asserts.

    What changed alike is told once. That something is mentioned, and as what, follows from its other facts: the
    first is left out, and the second is told where there is nothing else.
    """
    told = [
        each
        for each in subject.evidence
        if each.triple not in shown and iri_text(each.triple[1]) not in IMPLIED and each.triple[1] != _MENTIONS
    ]
    others = [each for each in told if each.triple[1] != _TYPE]
    lines: dict[tuple[str, str], list[str]] = {}
    for each in others or (told if not shown else []):
        sign = "~" if each.former and each.present else "+" if each.present else "-"
        lead = f"{names.relation(each.triple[1])} {names.of(each.triple[2])}".strip()
        lines.setdefault((sign, _said(each, names)), []).append(lead)
    for (sign, said), leads in lines.items():
        yield Line(depth, sign, f"{', '.join(dict.fromkeys(leads))}: {said}")


def _said(each: Evidence, names: Names) -> str:
    if each.former and each.present:
        changes = "; ".join(_altered(each.former, each.present, names))
        return f"{changes} ({_article(each.present.article, names)})"
    attested = each.present or each.former
    if attested is None:
        return ""
    came = each.present is not None
    key = ("no-longer", "also")[came] if not attested.conveyed_in else ("conveyed-no-longer", "conveyed")[came]
    said = say(key, names.language, article=_article(attested.article, names))
    return f"{said} {_quotes(attested.quotes)}".strip()


def _altered(former: Attested, present: Attested, names: Names) -> Iterator[str]:
    language = names.language
    if former.quotes != present.quotes:
        words = [tuple(quote.words for quote in side.quotes) for side in (former, present)]
        if words[0] == words[1]:
            starts = [", ".join(str(quote.start) for quote in side.quotes) for side in (former, present)]
            moved = say("moved", language, former=starts[0], present=starts[1])
            yield f"{moved} {' + '.join(f'«{each}»' for each in words[1])}"
        else:
            yield say("quote", language, former=_quotes(former.quotes), present=_quotes(present.quotes))
    for key, field, usual in (
        ("certainty", "certainty", "stated"),
        ("rank", "rank", "normal"),
        ("according-to", "according_to", "nobody"),
        ("conveyed-in", "conveyed_in", "nobody"),
    ):
        before, after = getattr(former, field), getattr(present, field)
        if before != after:
            sides = [names.of(side) if side else say(usual, language) for side in (before, after)]
            yield say(key, language, former=sides[0], present=sides[1])
    if former.note != present.note:
        sides = [f"«{side}»" if side else say("nobody", language) for side in (former.note, present.note)]
        yield say("note", language, former=sides[0], present=sides[1])
