"""Who says what: verbs of speech, their speakers, and whether the words are quoted or reported."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from kg_builder.assist.groups import Groups
from kg_builder.assist.lexicon import Lexicon
from kg_builder.assist.people import People, Person
from kg_builder.assist.reading import Reading
from kg_builder.assist.roles import Role

_QUOTE = re.compile(r"(?<![\w.,!?])[\"“](?=\S)([^\"“”\n]{12,1200}?)[\"”]")
_UNOPENED = 4
_FAR = 16
_BESIDE, _OPENING = 3, 3


@dataclass(frozen=True, slots=True)
class Speech:
    """One act of speech: its words in the text, the verb, the act, and the speaker where one is sure enough."""

    start: int
    end: int
    verb: str
    act: str
    manner: str
    speaker: str
    score: float
    rule: str
    token: int


@dataclass(frozen=True, slots=True)
class _Mention:
    first: int
    after: int
    person: int | None
    role: Role | None = None
    pronoun: bool = False


class Speeches:
    """Finds speech with the words of a lexicon."""

    def __init__(self, lexicon: Lexicon, people: People) -> None:
        """Take the words and the reader of people, which knows what may stand between a name and its verb."""
        self._lexicon = lexicon
        self._bridge: Callable[[Reading, int], int] = people.bridge

    def find(self, reading: Reading, people: list[Person], roles: list[Role], groups: Groups) -> list[Speech]:  # noqa: C901 - one grammar, in reading order
        """Return the speech of a text, in order."""
        if not reading.words:
            return []
        quotes = [match.span() for match in _QUOTE.finditer(reading.text)]
        mentions = self._mentions(reading, people, roles, groups, quotes)
        found: list[Speech] = []
        last: int | None = None
        used: set[int] = set()
        for number, (first, after) in enumerate(reading.bounds):
            inside = [m for m in mentions if first <= m.first < after]
            spoken = {
                token
                for name in ("speech-pronoun", "according-to", "speech-verb")
                for token, _, _ in reading.inside(name, first, after)
            }
            for token in sorted(spoken):
                if token in used or _within(reading.starts[token], quotes):
                    continue
                read = self._at(reading, token, inside, last, (first, after))
                if read is None:
                    continue
                mention, end, verb, act, rule, score = read
                used.update(range(token, end))
                person = last if mention is None or mention.pronoun else mention.person
                if mention is None and last is None:
                    continue
                if person is None:
                    continue
                last = person
                found.append(self._speech(reading, token, verb, act, people[person].name, quotes, number, rule, score))
            if not any(reading.sentence[speech.token] == number for speech in found):
                # Who acts in a sentence is whom "he" in the next one means, if it is one person.
                subjects = [m.person for m in inside if m.person is not None and not m.pronoun]
                opening = [m for m in inside if m.first <= first + 3]
                if opening and opening[0].person is not None:
                    last = opening[0].person
                elif len(set(subjects)) == 1 and last is None:
                    last = subjects[0]
        return _distinct(found)

    def _mentions(
        self, reading: Reading, people: list[Person], roles: list[Role], groups: Groups, quotes: list[tuple[int, int]]
    ) -> list[_Mention]:
        named = {place: number for number, person in enumerate(people) for place, _ in person.mentions}
        found: list[_Mention] = []
        for number, person in enumerate(people):
            for first, after in person.mentions:
                told = person.role
                aside = bool(told and after < told.first <= after + 3)
                found.append(_Mention(first, told.after if told and aside else after, number))
        covered = {person.role.first for person in people if person.role}
        by_after = {mention.first: mention for mention in found}
        for role in roles:
            if role.first in covered or any(place in named for place in range(role.after, role.after + 3)):
                near = next((by_after[p] for p in range(role.after, role.after + 3) if p in by_after), None)
                if near:  # "the head of X, N. N.": the mention begins with the role
                    found.append(_Mention(role.first, near.after, near.person, role))
                continue
            owner = _owner(role, people, groups)
            found.append(_Mention(role.first, role.after, owner, role))
        for first, after, _ in reading.all("pronoun"):
            found.append(_Mention(first, after, None, pronoun=True))
        return sorted(
            (mention for mention in found if not _within(reading.starts[mention.first], quotes)),
            key=lambda m: (m.first, -m.after),
        )

    def _at(  # noqa: PLR0911 - one grammar, in reading order
        self, reading: Reading, token: int, inside: list[_Mention], last: int | None, bounds: tuple[int, int]
    ) -> tuple[_Mention | None, int, str, str, str, float] | None:
        if reading.at("speech-stop", token):
            return None
        grown = reading.at("speech-pronoun", token)
        if grown:
            opening = [
                m for m in inside if m.first <= bounds[0] + _OPENING and m.after <= token and m.person is not None
            ]
            if opening:
                return opening[0], grown[0], reading.low[token], grown[1], "speech-pronoun", 0.75
            return None, grown[0], reading.low[token], grown[1], "speech-pronoun", 0.75 if last is not None else 0.0
        by = reading.at("according-to", token)
        if by:
            mention = self._starting(reading, inside, by[0]) or self._starting(reading, inside, by[0] + 1)
            if mention and (mention.person is not None or mention.pronoun):
                return mention, by[0], reading.slice(token, by[0]).lower(), by[1], "according-to", 0.85
        hit = reading.at("speech-verb", token)
        if hit is None:
            return None
        after, act = hit
        verb = reading.low[token]
        following = self._starting(reading, inside, after)
        closed = reading.is_(token - 1, ",", '"', "”", "'", "’", ".")
        if following and closed and (following.person is not None or following.pronoun):
            return following, after, verb, act, "verb-speaker", 0.9
        subject = self._subject(reading, token, inside, bounds[0], strict=not self._goes_on(reading, after, act))
        if subject:
            sure = 0.85 if not subject.pronoun else 0.75
            return subject, after, verb, act, "speaker-verb", sure
        return None

    def _starting(self, reading: Reading, mentions: list[_Mention], token: int) -> _Mention | None:
        """Return who is named from a token on, honorifics passed over."""
        while not any(mention.first == token for mention in mentions) and (hit := reading.at("honorific", token)):
            token = hit[0] + 1 if reading.is_(hit[0], ".") else hit[0]
        return next((mention for mention in mentions if mention.first == token), None)

    def _goes_on(self, reading: Reading, after: int, act: str) -> bool:
        """Tell whether what follows a verb is what is said: "that", a colon, a quotation mark."""
        return act == "say" and (reading.at("that", after) is not None or reading.is_(after, ":", ",", '"', "“"))

    def _subject(
        self, reading: Reading, verb: int, inside: list[_Mention], first: int, *, strict: bool
    ) -> _Mention | None:
        before = [m for m in inside if m.after <= verb and (m.person is not None or m.pronoun or m.role)]
        if not before:
            return None
        opening = before[0]
        if reading.at("relative", opening.after) or reading.at("relative", opening.after + 1):
            return opening if opening.person is not None else None
        free = [m for m in before if not self._object(reading, m.first)]
        if not free:
            return None
        near = free[-1]
        if self._bridge(reading, near.after) >= verb or (reading.is_(near.after, ",") and near.after + 1 >= verb):
            return near if near.person is not None or near.pronoun else None
        between = reading.low[near.after : verb]
        aside = reading.is_(near.after, ",") and reading.is_(verb - 1, ",")
        other_verb = any(reading.at("speech-verb", token) for token in range(near.after, verb))
        joined = other_verb and any(self._lexicon.has("and", word) for word in between) and len(between) <= _FAR
        if aside or joined or (not strict and len(between) <= _FAR):
            chosen = free[0] if free[0].first <= first + _UNOPENED else near
            return chosen if chosen.person is not None or chosen.pronoun else None
        return None

    def _object(self, reading: Reading, first: int) -> bool:
        return reading.before("object-before", first) is not None

    def _speech(  # noqa: PLR0913, PLR0917 - one grammar, in reading order
        self,
        reading: Reading,
        token: int,
        verb: str,
        act: str,
        speaker: str,
        quotes: list[tuple[int, int]],
        sentence: int,
        rule: str,
        score: float,
    ) -> Speech:
        first, after = reading.bounds[sentence]
        start, end = reading.starts[first], reading.ends[after - 1]
        place = reading.starts[token]
        near = [
            span
            for span in quotes
            if (span[1] <= place and place - span[1] <= _BESIDE) or (span[0] >= place and span[1] <= end + 2)
        ]
        unopened = reading.is_(token - 1, '"', "”") or (
            reading.is_(token - 1, ",") and reading.is_(token - 2, '"', "”")
        )
        if near:
            span = near[0]
            return Speech(min(span[0], start), max(span[1], end), verb, act, "direct", speaker, score, rule, token)
        return Speech(start, end, verb, act, "direct" if unopened else "indirect", speaker, score, rule, token)


def _within(place: int, spans: list[tuple[int, int]]) -> bool:
    return any(start < place < end for start, end in spans)


def _owner(role: Role, people: list[Person], groups: Groups) -> int | None:
    """Return who holds a role that is named without its holder, if the text has just one who does."""
    group = groups.of(role.body)
    holders = [
        number
        for number, person in enumerate(people)
        if person.role
        and person.role.key == role.key
        and (group is None or groups.of(person.body) is group)
        and (not role.country or person.role.country == role.country)
    ]
    return holders[0] if len(holders) == 1 else None


def _distinct(found: list[Speech]) -> list[Speech]:
    """Keep one of several verbs that say the same words of the same speaker."""
    kept: list[Speech] = []
    for each in found:
        if kept and kept[-1].speaker == each.speaker and kept[-1].start == each.start and kept[-1].end == each.end:
            continue
        kept.append(each)
    return kept
