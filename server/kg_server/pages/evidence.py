"""What a fact rests on, as a page shows it: the phrases, the article, who says so, how surely; or the rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kg_builder.namespaces import RJ, SCHEMA
from kg_server.describe.statements import Phrase, Statement, Target
from kg_server.pages.dates import date_text
from kg_server.pages.names import DATE, Name, Namer

_STATED = RJ + "Stated"
_MANNER, _ACT, _SPEAKER = RJ + "manner", RJ + "act", RJ + "speaker"


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of an article and the place where they stand."""

    text: str
    link: str | None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """An article: its name, its publisher, its date in words (empty where it is not known), who curated it and when."""

    name: Name
    publisher: Name | None
    published: str
    curator: Name | None
    curated: str


@dataclass(frozen=True, slots=True)
class Speech:
    """Who says it, how, and what is done by saying it; `link` leads to the quotation."""

    speakers: tuple[Name, ...]
    manner: str
    act: str
    link: str | None


@dataclass(frozen=True, slots=True)
class Premise:
    """A fact that a rule concludes from, or a graph of curated facts."""

    text: str
    link: str | None


@dataclass(frozen=True, slots=True)
class Proof:
    """What one statement or derivation says for a fact.

    Attributes:
        link: to it in full.
        quotes: that support it together.
        source: the article.
        certainty: how surely the words support it, in words; `sure` where they state it.
        speech: where it is only conveyed in speech.
        withdrawn: whether a curator withdrew it.
        speakers: whose claim it is, where the article only reports it.
        notes: the curator's.
        rule: that concluded it, and why that holds.
        premises: what it was concluded from.
    """

    link: str | None
    quotes: tuple[Quote, ...] = ()
    source: Source | None = None
    certainty: str = ""
    sure: bool = True
    speech: Speech | None = None
    withdrawn: bool = False
    speakers: tuple[Name, ...] = ()
    notes: tuple[Name, ...] = ()
    rule: Name | None = None
    premises: tuple[Premise, ...] = ()


class Prover:
    """Finds the proofs of facts.

    Args:
        namer: names what they mention.
        statements: by IRI.
    """

    def __init__(self, namer: Namer, statements: Mapping[str, Statement]) -> None:
        self._namer = namer
        self._by_triple: dict[tuple[str, str, Target], list[Statement]] = {}
        for each in sorted(statements.values(), key=_order):
            self._by_triple.setdefault(each.key, []).append(each)

    def statements(self, subject: str, predicate: str, target: Target) -> list[Statement]:
        """Return the statements of a triple."""
        return self._by_triple.get((subject, predicate, target), [])

    def proofs(self, subject: str, predicate: str, target: Target) -> tuple[Proof, ...]:
        """Return what asserts a triple."""
        return tuple(self.proof(each) for each in self.statements(subject, predicate, target) if each.asserted)

    def proof(self, statement: Statement) -> Proof:
        """Return one statement as a page shows it."""
        namer = self._namer
        if statement.rule:
            return Proof(
                namer.link(statement.iri),
                rule=self._rule(statement.rule),
                premises=tuple(map(self._premise, statement.premises)),
            )
        articles = dict.fromkeys(each.article for each in statement.phrases)
        return Proof(
            namer.link(statement.iri),
            tuple(map(self.quote, statement.phrases)),
            self._source(next(iter(articles))) if articles else None,
            namer.name(statement.certainty or _STATED).text,
            statement.certainty in {None, _STATED},
            self.speech(statement.quotations[0]) if statement.quotations else None,
            statement.withdrawn,
            tuple(map(namer.name, statement.sources)),
            tuple(map(namer.value, statement.notes)),
        )

    def quote(self, phrase: Phrase) -> Quote:
        """Return a phrase with its place."""
        code = phrase.language or self._language(phrase.article)
        return Quote(phrase.text, self._namer.link(phrase.iri), code if code != self._namer.language else None)

    def speech(self, quotation: str) -> Speech:
        """Return who says a quotation, and how."""
        namer = self._namer
        manner, act = (
            ", ".join(namer.value(each).text for each in namer.of(quotation, name)) for name in (_MANNER, _ACT)
        )
        speakers = tuple(namer.value(each) for each in namer.of(quotation, _SPEAKER))
        return Speech(speakers, manner, act, namer.link(quotation))

    def _language(self, article: str) -> str | None:
        return next((each.value for each in self._namer.of(article, SCHEMA + "inLanguage")), None)

    def _source(self, article: str) -> Source:
        namer = self._namer
        publishers, curators = (
            [namer.value(each) for each in namer.of(article, name)] for name in (SCHEMA + "publisher", RJ + "curator")
        )
        curated = next((each.value for each in namer.of(article, RJ + "curated")), "")
        return Source(
            namer.name(article),
            next(iter(publishers), None),
            "; ".join(date_text(each.value, namer.language) for each in namer.of(article, DATE)),
            next(iter(curators), None),
            date_text(curated, namer.language),
        )

    def _rule(self, rule: str) -> Name:
        namer = self._namer
        texts = namer.ontology.why.get(rule, {})
        text = texts.get(namer.language) or next(iter(texts.values()), namer.name(rule).text)
        code = next((each for each, found in texts.items() if found == text and each != namer.language), None)
        return Name(text, namer.link(rule), rule, code)

    def _premise(self, iri: str) -> Premise:
        name = self._namer.name(iri)
        return Premise(name.text, name.link)


def _order(statement: Statement) -> tuple[bool, bool, str, int, str]:
    """Sort statements: what is stated before what is inferred, by article and place."""
    first = statement.phrases[0] if statement.phrases else None
    return (
        statement.rule is not None,
        statement.certainty is not None,
        first.article if first else "",
        first.start if first else 0,
        statement.iri,
    )
