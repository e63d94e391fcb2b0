"""People: names, what tells them from other names, their titles and bodies, and who is meant further on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from kg_builder.assist.body import Body
from kg_builder.assist.lexicon import Lexicon
from kg_builder.assist.places import Places
from kg_builder.assist.reading import Reading
from kg_builder.assist.roles import Role

ENOUGH = 0.6
_LONGEST, _MOST_HONORIFICS = 7, 8


@dataclass(frozen=True, slots=True)
class Run:
    """A run of tokens that may be a person's name: honorifics before it, degrees after it."""

    begin: int
    first: int
    after: int
    end: int
    honorifics: str = ""
    degrees: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """A person as a text presents them. ``mentions`` are pairs of tokens, the first one that of the full name."""

    name: str
    first: int
    after: int
    score: float
    rule: str
    role: Role | None = None
    body: Body | None = None
    leads: str = ""
    honorifics: str = ""
    mentions: tuple[tuple[int, int], ...] = ()

    @property
    def words(self) -> list[str]:
        """The words of the name in lower case, without points."""
        return [word.strip(".").lower() for word in self.name.replace("-", " ").split()]


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around names: organisations by token, roles by their last and first token."""

    at: Mapping[int, Body]
    inside: list[bool]
    ending: dict[int, Role] = field(default_factory=dict)
    starting: dict[int, Role] = field(default_factory=dict)


class People:
    """Finds people with the words of a lexicon."""

    def __init__(self, lexicon: Lexicon, places: Places) -> None:
        """Take the words and the finder of places."""
        self._lexicon = lexicon
        self._places = places

    def find(self, reading: Reading, around: Around) -> list[Person]:
        """Return the people of a text in the order of their first mention."""
        certain: list[Person] = []
        unsure: list[tuple[Run, float, str]] = []
        token = 0
        while token < len(reading.words):
            run = None
            role = around.starting.get(token)
            if role and role.after > token:
                token = role.after
                continue
            if not around.inside[token] and (reading.capital(token) or reading.at("honorific", token)):
                run = self._run(reading, token, around)
            if run is None:
                token += 1
                continue
            person, score, rule = self._weigh(reading, run, around)
            if person is None and not rule and certain and self._listed(reading, certain[-1], run):
                place = (run.first, run.after)
                person = Person(reading.slice(*place), *place, 0.62, "listed", mentions=(place,))
            if person:
                certain.append(person)
            else:
                unsure.append((run, score, rule))
            token = max(run.end, token + 1)
        people = self._merge(certain)
        return self._mentions(reading, people, unsure)

    def _listed(self, reading: Reading, before: Person, run: Run) -> bool:
        """Tell whether "and" joins a run to the person before it."""
        joined = reading.before("and", run.first)
        return joined is not None and before.after == joined[0] and run.after - run.first > 1 and before.role is None

    def _run(self, reading: Reading, token: int, around: Around) -> Run | None:
        """Return the run of capitals at a token that may be a name: honorifics off its front, degrees off its end."""
        begin, first, honorifics = self._honoured(reading, token, around)
        after = first
        while (
            after < len(reading.words)
            and after - first < _LONGEST
            and not around.inside[after]
            and (after == first or reading.sentence[after] == reading.sentence[after - 1])
            and (step := self._step(reading, first, after))
        ):
            after = step
        if after == first:
            return None
        opens = first == reading.first_of(reading.sentence[first]) or not reading.word(first - 1)
        small = self._lexicon.has("function-word", reading.low[first]) and not honorifics
        if small and after == first + 1:
            return None
        if small and opens and not self._lexicon.has("given", reading.low[first]):
            begin = first = first + 1
        if not any(len(word) > 1 and word[0].isalpha() for word in reading.words[first:after]):
            return None  # initials of nobody
        end, degrees = self._degrees(reading, after)
        return Run(begin, first, after, end, " ".join(honorifics), degrees)

    def _honoured(self, reading: Reading, token: int, around: Around) -> tuple[int, int, list[str]]:
        """Return where a run begins, where the name in it begins, and the honorifics between."""
        first = token
        honorifics: list[str] = []
        while (
            len(honorifics) < _MOST_HONORIFICS
            and (hit := reading.at("honorific", first))
            and (reading.capital(first) or hit[0] > first + 1)
            and not around.inside[first]
        ):
            honorifics.append(reading.slice(first, hit[0]))
            first = hit[0] + 1 if reading.is_(hit[0], ".") else hit[0]
        return token, first, honorifics

    def _step(self, reading: Reading, first: int, after: int) -> int | None:
        """Return the token after the next part of a name; None where the name ends."""
        if reading.capital(after):
            if self._ends(reading, first, after):
                return None
            initial = len(reading.words[after]) == 1 and reading.is_(after + 1, ".") and reading.glued(after + 1)
            return after + 2 if initial else after + 1
        if after == first:
            return None
        if reading.at("name-particle", after) and reading.capital(after + 1) and not self._breaks(reading, after + 1):
            return after + 1
        glued = reading.glued(after) and reading.glued(after + 1) and reading.word(after + 1)
        return after + 2 if glued and reading.is_(after, "-", "/") else None

    def _ends(self, reading: Reading, first: int, token: int) -> bool:
        """Tell whether a word with a capital is no part of the name before it."""
        word = reading.low[token]
        inner = self._lexicon.has("given", word) or reading.before("name-particle", token)
        honoured = reading.at("honorific", token) and not inner and len(word) > 1
        dated = reading.at("month", token) and reading.words[token - 1][0].isdigit()
        return bool(token > first and (honoured or dated)) or self._breaks(reading, token)

    def _breaks(self, reading: Reading, token: int) -> bool:
        if (
            self._lexicon.has("function-word", reading.low[token])
            and reading.word(token - 1)
            and reading.capital(token - 1)
            and not self._lexicon.has("given", reading.low[token])
        ):
            return True
        if reading.at("weekday", token) or (
            reading.at("role", token) and not self._lexicon.has("given", reading.low[token])
        ):
            return True
        return bool(reading.at("capacity", token) or reading.at("agreement", token))

    def _degrees(self, reading: Reading, after: int) -> tuple[int, str]:
        first = after
        while True:
            comma = after + 1 if reading.is_(after, ",") else after
            hit = reading.at("degree", comma)
            if hit is None:
                return after, reading.slice(first, after) if after > first else ""
            after = hit[0]

    def _weigh(self, reading: Reading, run: Run, around: Around) -> tuple[Person | None, float, str]:
        size = run.after - run.first
        words = reading.low[run.first : run.after]
        named = [self._lexicon.has("given", word) for word in words]
        capitals = [word for word in reading.words[run.first : run.after] if len(word) > 1 and word.isupper()]
        place = self._places.place(reading, run.first)
        known = reading.at("known-person", run.first)
        before, lead = self._role_before(reading, run, around)
        later, body = self._role_after(reading, run, around)
        if known and known[0] <= run.after and known[0] - run.first > 1:
            score, rule = 0.95, "known"
        elif place and place[0] == run.after and not (before and named[0]):
            return None, 0.0, "place"
        elif before or lead:
            score, rule = (0.92, "role-before") if size > 1 or before else (0.8, "role-before")
        elif run.honorifics:
            score, rule = 0.88, "honorific"
        elif later:
            score, rule = 0.85 if size > 1 or named[0] else 0.65, "role-after"
        else:
            score, rule = self._weak(reading, run, named, body)
        if not before and not lead and not run.honorifics and rule != "known":
            other = self._other(reading, run, placed=place is not None and not named[0])
            if other:
                return None, 0.0, other
        if (
            capitals
            and len(capitals) == len([w for w in reading.words[run.first : run.after] if len(w) > 1])
            and size == 1
            and not run.honorifics
        ) or score < ENOUGH:
            return None, score, rule
        role = before or later
        name = reading.slice(run.first, run.after)
        person = Person(
            name, run.first, run.after, score, rule, role,
            (role.body if role and role.body else body), lead, run.honorifics,
            ((run.first, run.after),),
        )  # fmt: skip
        return person, score, rule

    def _other(self, reading: Reading, run: Run, *, placed: bool) -> str:
        """Return what a run of capitals is that is no person: a thing, a body, or nothing that is known."""
        degree = reading.at("degree", run.first)
        if (
            placed
            or reading.at("publisher", run.first)
            or reading.at("not-a-person", run.first)
            or (degree and degree[0] >= run.after)
            or self._titled(reading, run)
        ):
            return "thing"
        tails = any(self._lexicon.has("org-tail", word) for word in reading.low[run.first : run.after])
        return "body" if tails or reading.at("org-head", run.first) else ""

    def _weak(self, reading: Reading, run: Run, named: list[bool], body: Body | None) -> tuple[float, str]:
        """Return how sure a name is that has neither role nor honorific, and by which rule."""
        speech = bool(reading.before("speech-verb", run.first) or reading.before("according-to", run.first))
        said = bool(reading.at("speech-verb", run.after) or reading.at("speech-verb", self.bridge(reading, run.after)))
        led = reading.before("person-before", run.first) is not None
        several = run.after - run.first > 1
        weighed = (
            (0.72, "of-body", body is not None and several),
            (0.82, "speech", (speech or said) and several and (any(named) or speech)),
            (0.65, "speech", (speech or said) and named[0]),
            (0.65, "speech", said and several and reading.is_(run.first - 1, ",") and reading.is_(run.after, ",")),
            (0.65, "initials", several and reading.is_(run.first + 1, ".") and len(reading.words[run.first]) == 1),
            (0.8 if led else 0.72, "given-name", several and named[0]),
            (0.7 if led else 0.6, "given-name", several and any(named)),
        )
        return next(((score, rule) for score, rule, holds in weighed if holds), (0.0, ""))

    def bridge(self, reading: Reading, token: int) -> int:
        """Return the token after adverbs and short asides that may stand between a subject and its verb."""
        for _ in range(4):
            hit = reading.at("speech-bridge", token)
            if reading.is_(token, ",") and (aside := reading.at("speech-bridge", token + 1)):
                token = aside[0]
            elif hit:
                token = hit[0]
            elif reading.is_(token, ",") and reading.at("speech-verb", token + 1):
                return token + 1
            else:
                return token
        return token

    def _titled(self, reading: Reading, run: Run) -> bool:
        """Tell whether the run is all that stands in quotation marks: a title."""
        return reading.is_(run.first - 1, '"', "“", "'", "\u2018") and reading.is_(run.after, '"', "”", "'", "’")

    def _role_before(self, reading: Reading, run: Run, around: Around) -> tuple[Role | None, str]:
        token = run.begin
        held = reading.before("capacity", token)
        if held and token not in around.ending:
            token = held[0]
        role = around.ending.get(token)
        if role is None and reading.is_(token - 1, ",", "("):
            role = around.ending.get(token - 1)
        if role and held and token == held[0]:
            role = replace(role, capacity=held[1])
        lead = reading.before("leads", token)
        return role, lead[1] if lead and role is None else ""

    def _role_after(self, reading: Reading, run: Run, around: Around) -> tuple[Role | None, Body | None]:
        token = run.end
        opened = reading.is_(token, ",", "(", "-", "–")
        place = token + 1 if opened else token
        office = reading.at("in-office", place)
        if office:
            place = office[0]
        role = around.starting.get(place) if opened or office else None
        if role is None and (office or opened) and reading.at("capacity", place):
            role = around.starting.get(place)
        if role and (
            not opened
            or office
            or reading.is_(role.after, ",", ")", ".", "–")
            or role.body
            or self._aside(reading, run, role)
        ):
            return role, None
        ending = around.ending.get(run.begin)
        stands = reading.before("represented-by", ending.first if ending else run.begin)
        if stands:
            body = next((body for body in around.at.values() if body.end == stands[0]), None)
            if body:
                return None, body
        of = reading.at("of-body", token)
        if of and of[0] in around.at and not reading.at("place-before", token + 1):
            low = reading.low[token]
            if not self._lexicon.has("at-place", low):
                return None, around.at[of[0]]
        return None, None

    def _aside(self, reading: Reading, run: Run, role: Role) -> bool:
        return run.after - run.first > 1 and reading.is_(run.end, ",") and not reading.capital(role.first)

    def _merge(self, found: list[Person]) -> list[Person]:
        """Join what names the same person: a name whose words are all among those of a longer one."""
        people: list[Person] = []
        names: list[list[str]] = []
        for each in found:
            words = each.words
            place = next((place for place, other in enumerate(names) if same(words, other)), None)
            if place is None:
                people.append(each)
                names.append(words)
            else:
                people[place] = _joined(people[place], each)
                names[place] = people[place].words
        return people

    def _mentions(self, reading: Reading, people: list[Person], unsure: list[tuple[Run, float, str]]) -> list[Person]:
        names = [person.words for person in people]
        for run, _, rule in unsure:
            if rule in {"place", "thing"}:
                continue
            words = [word.lower() for word in reading.words[run.first : run.after] if word[0].isalpha()]
            owners = [place for place, name in enumerate(names) if same(words, name)]
            if len(owners) == 1:
                person = people[owners[0]]
                people[owners[0]] = replace(person, mentions=(*person.mentions, (run.first, run.after)))
        return [replace(person, mentions=tuple(sorted(person.mentions))) for person in people]


def same(one: list[str], other: list[str]) -> bool:
    """Tell whether two names can be one person's: the shorter one's words are among the longer one's, in order.

    >>> same(["ann", "lee"], ["mary", "ann", "lee"]), same(["m", "lee"], ["mary", "lee"])
    (True, True)
    >>> same(["ann", "lee"], ["ann", "ray"])
    False
    """
    few, many = (one, other) if len(one) <= len(other) else (other, one)
    place = 0
    for word in few:
        while place < len(many) and not (
            many[place] == word
            or (len(word) == 1 and many[place].startswith(word))
            or (len(many[place]) == 1 and word.startswith(many[place]))
        ):
            place += 1
        if place == len(many):
            return False
        place += 1
    return any(len(word) > 1 for word in few)


def _joined(first: Person, later: Person) -> Person:
    longer = len(later.words) > len(first.words)
    kept = replace(first, name=later.name, first=later.first, after=later.after) if longer else first
    return replace(
        kept,
        score=max(first.score, later.score),
        rule=first.rule,
        role=first.role or later.role,
        body=first.body or later.body,
        leads=first.leads or later.leads,
        honorifics=first.honorifics or later.honorifics,
        mentions=tuple(sorted({*first.mentions, *later.mentions})),
    )
