"""Proposals from what was read: the form that people and programs see."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from kg_builder.assist.agreements import Agreement
from kg_builder.assist.body import Body
from kg_builder.assist.events import Event
from kg_builder.assist.figures import Figure
from kg_builder.assist.groups import Group, Groups
from kg_builder.assist.lexicon import Lexicon
from kg_builder.assist.people import Person
from kg_builder.assist.proposals import Proposal
from kg_builder.assist.reading import Reading
from kg_builder.assist.speech import Speech
from kg_builder.assist.years import Span


class Writer:
    """Writes proposals of one text."""

    def __init__(self, lexicon: Lexicon, reading: Reading, groups: Groups, people: list[Person]) -> None:
        """Take the text's reading, and the bodies and people that others refer to."""
        self._lexicon = lexicon
        self._reading = reading
        self._groups = groups
        self._people = people
        countries = lexicon.spelled.get("country", {})
        self._country = {key: (terms[0].title() if terms else key) for key, terms in countries.items()}

    def _proposal(self, kind: str, span: tuple[int, int], sure: tuple[float, str], value: dict[str, Any]) -> Proposal:
        kept = {name: entry for name, entry in value.items() if entry not in ("", None, False, (), [])}
        return Proposal(kind, *span, self._reading.text[slice(*span)], *sure, kept)

    def date(self, span: Span) -> Proposal:
        """Return the proposal of a date."""
        told = (
            ("weekday-contradicts", span.contradicted),
            ("year-unknown", span.open_year),
            ("no-such-day", span.no_day),
        )
        flags = [name for name, given in told if given]
        value = {"iso": span.iso, "yearInferred": span.inferred, "part": span.part, "since": span.since, "flags": flags}
        return self._proposal("date", (span.start, span.end), (span.score, span.rule), value)

    def figure(self, figure: Figure) -> Proposal:
        """Return the proposal of a figure."""
        value: dict[str, Any] = {
            "least": figure.least,
            "most": figure.most,
            "bound": figure.bound,
            "unit": figure.unit,
            "counted": figure.printed,
        }
        proposal = self._proposal("figure", (figure.start, figure.end), (figure.score, figure.rule), value)
        return proposal if figure.least is not None else _with(proposal, value=figure.value)

    def person(self, person: Person) -> Proposal:
        """Return the proposal of a person, with the name's first full mention as its span."""
        reading, role = self._reading, person.role
        value = {
            "name": person.name,
            "title": role.title if role else person.leads,
            "role": role.key if role else person.leads,
            "capacity": role.capacity if role else "",
            "former": bool(role and role.former),
            "organisation": self.body_of(person),
            "honorific": person.honorifics,
            "mentions": [[reading.starts[first], reading.ends[after - 1]] for first, after in person.mentions],
        }
        return self._proposal(
            "person", (reading.starts[person.first], reading.ends[person.after - 1]), (person.score, person.rule), value
        )

    def body_of(self, person: Person) -> str:
        """Return the organisation of a person, made from the country for the roles of states."""
        if person.body:
            return person.body.name
        role = person.role
        if role and role.country:
            first = role.title.lower()
            for term, form in sorted(self._lexicon.terms("role-body").items(), key=lambda item: -len(item[0])):
                if f" {term} " in f" {first} ":
                    return form.replace("{}", self._country.get(role.country, role.country))
        return ""

    def organisation(self, group: Group) -> Proposal:
        """Return the proposal of an organisation, with its first mention as its span."""
        reading, first = self._reading, group.bodies[0]
        value = {
            "name": first.name,
            "abbreviation": first.short,
            "aliases": [name for name in group.names if name not in {first.name, first.short}],
            "known": sorted(group.keys),
            "mentions": [[reading.starts[body.first], reading.ends[body.end - 1]] for body in group.bodies],
        }
        score = max(body.score for body in group.bodies)
        return self._proposal(
            "organisation", (reading.starts[first.first], reading.ends[first.end - 1]), (score, first.rule), value
        )

    def places(self, places: Iterable[Body]) -> Iterator[Proposal]:
        """Yield one proposal for each place, with its first mention as its span; a dateline is told."""
        reading = self._reading
        seen: dict[str, list[Body]] = {}
        for place in places:
            seen.setdefault(place.name.casefold(), []).append(place)
        for found in seen.values():
            first = found[0]
            dateline = first.first == 0 and any(
                reading.is_(token, "-", "–", "—")
                for token in range(first.after, min(first.after + 8, len(reading.words)))
            )
            name = first.name.title() if first.name.isupper() and len(first.name) > 3 else first.name  # noqa: PLR2004
            value = {
                "name": name,
                "class": first.head,
                "role": "dateline" if dateline else "",
                "mentions": [[reading.starts[body.first], reading.ends[body.end - 1]] for body in found],
            }
            yield self._proposal(
                "place", (reading.starts[first.first], reading.ends[first.end - 1]), (first.score, first.rule), value
            )

    def agreement(self, agreement: Agreement) -> Proposal:
        """Return the proposal of an agreement."""
        signatories = []
        for number in agreement.signatories:
            person = self._people[number]
            role = person.role
            entry = {
                "person": person.name,
                "role": role.key if role else None,
                "capacity": role.capacity if role else "",
                "organisation": self.body_of(person) or None,
            }
            signatories.append({name: given for name, given in entry.items() if given != ""})
        value = {
            "type": agreement.type,
            "status": agreement.status,
            "renewal": agreement.renewed,
            "remote": agreement.remote,
            "parties": [self._groups.all[number].bodies[0].name for number in agreement.parties]
            or list(agreement.countries),
            "date": agreement.date,
            "validity": agreement.validity,
            "signatories": signatories,
        }
        return self._proposal("agreement", (agreement.start, agreement.end), (agreement.score, agreement.rule), value)

    def speech(self, speech: Speech) -> Proposal:
        """Return the proposal of an act of speech; its span is the quotation, or the sentence that reports it."""
        value = {"speaker": speech.speaker, "manner": speech.manner, "act": speech.act, "verb": speech.verb}
        return self._proposal("speech", (speech.start, speech.end), (speech.score, speech.rule), value)

    def events(self, events: Iterable[Event]) -> Iterator[Proposal]:
        """Yield the proposals of events."""
        for event in events:
            value = {"type": event.type, "name": event.name}
            yield self._proposal("event", (event.start, event.end), (event.score, event.rule), value)


def _with(proposal: Proposal, **more: Any) -> Proposal:  # noqa: ANN401 - a value of JSON
    return Proposal(
        proposal.kind,
        proposal.start,
        proposal.end,
        proposal.exact,
        proposal.score,
        proposal.rule,
        {**more, **proposal.value},
    )
