"""Terms and figures of a difference in a reader's language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain

from kg_builder.model import Term
from kg_builder.namespaces import ORG, RDF, RJ, SCHEMA, SOSA, XSD
from kg_builder.release.difference.model import Difference, Subject
from kg_builder.release.difference.words import BOUNDS, COMMON, IMPLIED, LANGUAGES, WORDS, number
from kg_builder.terms import iri_text, is_iri, literal_parts

MOST_VALUES = 8
"""How many values of one property are shown."""

_NUMBERS = frozenset(XSD + name for name in ("integer", "decimal", "double"))
_COUNTED = Term(f"<{SOSA}observedProperty>")
_MEMBERSHIP = Term(f"<{ORG}Membership>")
_TYPE = Term(f"<{RDF}type>")
_ARTICLE = Term(f"<{SCHEMA}NewsArticle>")
_HASH = re.compile(r"[0-9a-f]{64}")
_HASH_SHOWN = 12

Facts = Mapping[Term, tuple[Term, ...]]


@dataclass(frozen=True, slots=True)
class Names:
    """Names the terms of a difference.

    Attributes:
        difference: where the labels come from.
        language: one of `LANGUAGES`.
    """

    difference: Difference
    language: str

    def of(self, term: Term) -> str:
        """Return a term in words: a label in the language, or in another, or the term's abbreviated IRI."""
        if not is_iri(term):
            return self._literal(term)
        return self.label(term) or self._short(term)

    def label(self, term: Term) -> str:
        """Return the label of an IRI, the present one first; nothing where it has none."""
        former, present = self.difference.labels
        for labels in (present.get(term, {}), former.get(term, {})):
            for language in (self.language, *LANGUAGES, "", *sorted(labels)):
                if labels.get(language):
                    return labels[language]
        return COMMON.get(iri_text(term), {}).get(self.language, "")

    def relation(self, predicate: Term) -> str:
        """Return the name of a property; that which gives a number without a bound has none."""
        known = COMMON.get(iri_text(predicate), {}).get(self.language)
        # The engine's own words have labels for its vocabulary's page, which are longer than a sentence wants.
        label = known if known and iri_text(predicate).startswith(RJ) else self.label(predicate)
        return label if label or known == "" else self._short(predicate)

    def kind(self, term: Term) -> str:
        """Return the name of a class, as it stands within a sentence."""
        if not term:
            return WORDS["thing"][self.language]
        name = self.of(term)
        if self.label(term):
            return name[:1].lower() + name[1:]
        return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", re.split("[/#:]", name)[-1]).lower()

    def several(self, terms: Iterable[Term]) -> str:
        """Return terms in words, with a limit."""
        shown = sorted(self.of(term) for term in terms)
        more = len(shown) - MOST_VALUES
        rest = [WORDS["others"][self.language].format(count=more)] if more > 0 else []
        return ", ".join([*shown[:MOST_VALUES], *rest])

    def title(self, subject: Subject) -> str:
        """Return what a thing is called: by its name, or else by what it is."""
        if name := self.label(subject.iri):
            return f"{name} ({self.kind(subject.kind)})"
        if _ARTICLE in (subject.present or subject.former).get(_TYPE, ()):
            return f"{iri_text(subject.iri).rpartition('/')[2]} ({self.kind(subject.kind)})"
        facts = subject.present or subject.former
        counted = facts.get(_COUNTED, ())
        if is_figure(subject):
            return self.several(counted) if counted else self.kind(subject.kind)
        return self.kind(subject.kind)

    def summary(self, subject: Subject, facts: Facts) -> str:
        """Return a thing without a name in one line: a figure, a term of office, or what is known of it."""
        if is_figure(subject):
            return self.amount(facts)
        known = dict(facts)
        lead: list[str] = []
        if subject.kind == _MEMBERSHIP or _MEMBERSHIP in facts.get(_TYPE, ()):
            capacity = known.pop(Term(f"<{RJ}capacity>"), ())
            role = known.pop(Term(f"<{ORG}role>"), ())
            organisation = known.pop(Term(f"<{ORG}organization>"), ())
            words = [self.several(role).lower(), f"({self.several(capacity)})" if capacity else ""]
            lead = [" ".join(filter(None, words)), self.several(organisation)]
        rest = [
            f"{self.relation(predicate)} {self.several(values)}".strip()
            for predicate, values in known.items()
            if predicate != _TYPE and iri_text(predicate) not in IMPLIED
        ]
        return "; ".join([", ".join(filter(None, lead)), *rest] if lead else rest)

    def amount(self, facts: Facts) -> str:
        """Return how much a figure says: its bound and its number."""
        return ", ".join(" ".join(filter(None, part)) for part in self.amounts(facts))

    def amounts(self, facts: Facts) -> list[tuple[str, str, str]]:
        """Return each amount of a figure: the bound in words, the number, and its scale."""
        return [
            (self.relation(predicate), *number(literal_parts(value)[0], self.language))
            for predicate in map(_as_term, BOUNDS)
            for value in facts.get(predicate, ())
            if not is_iri(value)
        ]

    def amount_change(self, subject: Subject) -> str:
        """Return how a figure changed: «more than 4.4 → 4.5 million»."""
        before, after = self.amounts(subject.former), self.amounts(subject.present)
        if len(before) == len(after) == 1:
            (bound, old, scale), (new_bound, new, new_scale) = before[0], after[0]
            if (bound, scale) == (new_bound, new_scale):
                return " ".join(filter(None, (bound, old, "→", new, scale)))
        return f"{self.amount(subject.former)} → {self.amount(subject.present)}"

    def _literal(self, term: Term) -> str:
        value, language, datatype = literal_parts(term)
        if datatype in _NUMBERS:
            return " ".join(filter(None, number(value, self.language)))
        if _HASH.fullmatch(value):
            return f"{value[:_HASH_SHOWN]}…"
        return f"«{value}»{'' if language in {'', self.language} else f' ({language})'}" if not datatype else value

    def _short(self, term: Term) -> str:
        bare = iri_text(term)
        spaces = [(space, prefix) for prefix, space in self.difference.prefixes.items() if bare.startswith(space)]
        if not spaces:
            return bare
        space, prefix = max(spaces, key=lambda pair: len(pair[0]))
        return bare[len(space) :] if prefix == "id" else f"{prefix}:{bare[len(space) :]}"


def _as_term(iri: str) -> Term:
    return Term(f"<{iri}>")


def is_figure(subject: Subject) -> bool:
    """Tell whether a thing says how much."""
    given = set(chain(subject.former, subject.present))
    return any(_as_term(bound) in given for bound in BOUNDS)
