"""The suggester: from a text to proposals, by the words of a lexicon and of an authority file alone."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from kg_builder.assist.agreements import Agreements
from kg_builder.assist.bodies import Bodies
from kg_builder.assist.body import Body
from kg_builder.assist.calendar import Anchors
from kg_builder.assist.dates import Dates
from kg_builder.assist.events import Events, References
from kg_builder.assist.figures import Figures
from kg_builder.assist.groups import Groups
from kg_builder.assist.lexicon import Lexicon
from kg_builder.assist.people import Around, People, Person
from kg_builder.assist.places import Places
from kg_builder.assist.proposals import Proposal
from kg_builder.assist.reading import Finder, Reading
from kg_builder.assist.roles import Role, Roles
from kg_builder.assist.scene import Scene
from kg_builder.assist.speech import Speeches
from kg_builder.assist.stretches import MOST, stretches
from kg_builder.assist.writer import Writer
from kg_builder.assist.years import Span, Years

_QUOTED = re.compile(r"(?<![\w.,!?])[\"“](?=\S)([^\"“”\n]{3,160})(?<=\S)[\"”]")
_SHORT, _LONGEST_TITLE = 3, 15
_BACK, _BETWEEN, _OPENING = 2, 2, 1
_CLAUSE = 60
"""How many words before a year may tell that it is to come."""
_DASHES = "-–—"


@dataclass(frozen=True, slots=True)
class Seen:
    """All that was read in one text, before it becomes proposals."""

    reading: Reading
    dates: list[Span]
    bodies: list[Body]
    roles: list[Role]
    people: list[Person]
    around: Around
    titles: list[tuple[int, int]]


class Suggester:
    """Reads texts. Made once from a lexicon and the names of the authority file, then used for any number of texts."""

    def __init__(self, lexicon: Lexicon, names: Iterable[tuple[str, str, str]] = ()) -> None:
        """Take the words, and names as class (``known-person`` and so on), key and name."""
        self.lexicon = lexicon
        self._finder = Finder(lexicon, names)
        self._dates, self._years = Dates(lexicon), Years(lexicon)
        self._figures = Figures(lexicon)
        self._places = Places(lexicon)
        self._bodies = Bodies(lexicon, self._places)
        self._roles = Roles(lexicon, self._places)
        self._people = People(lexicon, self._places)
        self._speeches = Speeches(lexicon, self._people)
        self._agreements = Agreements(lexicon)
        self._events = Events(lexicon)
        self._references = References(lexicon)

    def see(self, text: str, published: date | None = None) -> Seen:
        """Read a text's dates, bodies, roles and people."""
        reading = self._finder.read(text)
        dates = self._read_dates(reading, published)
        titles = _titles(text)
        taken = _marked(reading, [*((span.start, span.end) for span in dates), *titles])
        every = self._bodies.organisations(reading, taken)
        starts = {body.first for body in every}
        units = {body.first: body for body in every if self._bodies.unit(reading, body, starts)}
        bodies = [body for body in every if body.first not in units]
        inside = [False] * len(reading.words)
        for body in every:
            for token in range(body.first, body.end):
                inside[token] = True
        blocked = [one or other for one, other in zip(inside, taken, strict=True)]
        at = {body.first: body for body in bodies}
        roles = self._roles.find(reading, at, blocked, units)
        self._block_dateline(reading, blocked)
        around = Around(at, blocked, {role.after: role for role in roles}, {role.first: role for role in roles})
        groups = Groups(bodies)
        people = [
            self._of_field(bodies, _meant(reading, groups, _led(reading, bodies, person)))
            for person in self._people.find(reading, around)
        ]
        return Seen(reading, dates, bodies, roles, people, around, titles)

    def _of_field(self, bodies: list[Body], person: Person) -> Person:
        """Give whoever governs a field or a territory the one body of the text that does: the ministry of that name."""
        role = person.role
        kind = self.lexicon.terms("governs").get(role.key) if role else None
        if role is None or kind is None or person.body or role.country:
            return person
        field = role.title.lower().split()[-1]
        fits = {
            body.name: body for body in reversed(bodies) if body.head == kind and field in body.name.lower().split()
        }
        return replace(person, body=next(iter(fits.values()))) if len(fits) == 1 else person

    def _block_dateline(self, reading: Reading, blocked: list[bool]) -> None:
        """Block what stands between the place of a dateline and its dash: the publisher."""
        place = self._places.place(reading, 0) if reading.words else None
        longest = 8
        for token in range(place[0], min(place[0] + longest, len(reading.words))) if place else ():
            if reading.is_(token, *_DASHES) and reading.has_space(token):
                blocked[place[0] if place else 0 : token] = [True] * (token - (place[0] if place else 0))
                return

    def suggest(self, text: str, published: date | None = None) -> list[Proposal]:
        """Return what a text seems to say, in the order of the text.

        What is far longer than an article is read in stretches, each for itself.
        """
        if len(text) <= MOST:
            return self._suggest(text, published)
        return [
            each.moved(start) for start, end in stretches(text) for each in self._suggest(text[start:end], published)
        ]

    def _suggest(self, text: str, published: date | None) -> list[Proposal]:
        seen = self.see(text, published)
        reading, groups = seen.reading, Groups(seen.bodies)
        named = _marked_tokens(seen)
        held = {token for person in seen.people for place in person.mentions for token in range(*place)}
        places = [
            place for place in self._places.places(reading, named) if held.isdisjoint(range(place.first, place.after))
        ]
        speeches = self._speeches.find(reading, seen.people, seen.roles, groups)
        numbers = {person.name: place for place, person in enumerate(seen.people)}
        speakers = frozenset((numbers[each.speaker], reading.sentence[each.token]) for each in speeches)
        scene = Scene(reading, seen.bodies, groups, seen.people, seen.dates, speakers, places)
        writer = Writer(self.lexicon, reading, groups, seen.people)
        figures = self._figures.find(reading, named)
        proposals = [
            *map(writer.date, seen.dates),
            *(writer.figure(each) for each in figures),
            *map(writer.person, seen.people),
            *map(writer.organisation, groups.all),
            *writer.places(places),
            *map(writer.agreement, self._agreements.find(scene)),
            *map(writer.speech, speeches),
            *writer.events(self._events.find(reading, seen.titles)),
            *self._references.find(reading, groups),
        ]
        return sorted(proposals, key=lambda each: (each.start, each.end, each.kind))

    def _read_dates(self, reading: Reading, published: date | None) -> list[Span]:
        days = self._dates.find(reading.text)
        years = self._years.find(reading, [(day.start, day.end) for day in days])
        told = [(int(span.iso[:4]), span, _ahead(reading, span.start)) for span in years if span.rule != "century"]
        anchors = Anchors(
            published,
            past=tuple(year for year, span, ahead in told if not (ahead or span.ahead or span.since)),
            since=tuple(year for year, span, _ in told if span.since),
            ahead=tuple(int(span.iso.split("/")[-1][:4]) for _, span, ahead in told if ahead or span.ahead),
        )
        ends = [day.start for day in days if reading.before("date-end", reading.token(day.start))]
        found = [*self._dates.resolve(days, anchors, ends), *years]
        return sorted(found, key=lambda span: (span.start, span.end))


def _ahead(reading: Reading, start: int) -> bool:
    """Tell whether a sentence speaks of a time as to come: before it, or after it where it begins the sentence."""
    token = reading.token(start)
    first, after = reading.bounds[reading.sentence[token]]
    if token - first <= _OPENING:
        return bool(reading.inside("ahead", token, after))
    first = max(first, token - _CLAUSE)
    begin = next((place + 1 for place in range(token, first, -1) if reading.is_(place, ";")), first)
    return bool(reading.inside("ahead", begin, token))


def _led(reading: Reading, bodies: list[Body], person: Person) -> Person:
    """Give whoever leads a delegation the first body of the sentence before the name."""
    held = person.role.first if person.role else person.first
    if person.body or not (person.leads or reading.before("leads", held)):
        return person
    sentence = reading.sentence[person.first]
    before = [body for body in bodies if reading.sentence[body.first] == sentence and body.first < held]
    while len(before) > 1 and _coordinated(reading, before[-2], before[-1]):
        before.pop()
    return replace(person, body=before[-1]) if before else person


def _coordinated(reading: Reading, one: Body, other: Body) -> bool:
    """Tell whether "and" or a comma alone stands between two names."""
    gap = range(one.end, other.first)
    return 0 < len(gap) <= _BETWEEN and all(reading.is_(token, ",") or reading.at("and", token) for token in gap)


def _meant(reading: Reading, groups: Groups, person: Person) -> Person:
    """Give whoever has a role in "this house" the body that is meant: the only one of the last sentence with any.

    Names that begin with the very word of the description come first.
    """
    role = person.role
    if role is None or not role.described or person.body:
        return person
    before = [body for group in groups.all for body in group.bodies if body.first < role.first]
    near = [body for body in before if reading.sentence[role.first] - reading.sentence[body.first] <= _BACK]
    described = reading.low[role.first : role.after]
    alike = [body for body in near if reading.low[body.first] in described] or near
    last = [body for body in alike if reading.sentence[body.first] == max(reading.sentence[b.first] for b in alike)]
    meant = {group.number for body in last if (group := groups.of(body))}
    return replace(person, body=last[0]) if len(meant) == 1 else person


def _marked_tokens(seen: Seen) -> list[bool]:
    marked = list(seen.around.inside)
    for person in seen.people:
        for first, after in person.mentions:
            marked[first:after] = [True] * (after - first)
    return marked


def _titles(text: str) -> list[tuple[int, int]]:
    """Return what stands in quotation marks and is written as a title."""
    found = []
    for match in _QUOTED.finditer(text):
        words = [word for word in match[1].split() if len(word) > _SHORT]
        capitals = sum(word[0].isupper() for word in words)
        if words and len(words) <= _LONGEST_TITLE and capitals >= 0.6 * len(words):
            found.append(match.span(1))
    return found


def _marked(reading: Reading, spans: Iterable[tuple[int, int]]) -> list[bool]:
    marked = [False] * len(reading.words)
    ordered = sorted(spans)
    place = 0
    for token, start in enumerate(reading.starts):
        while place < len(ordered) and ordered[place][1] <= start:
            place += 1
        if place < len(ordered) and ordered[place][0] <= start:
            marked[token] = True
    return marked
