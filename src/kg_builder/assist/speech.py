"""Who says what: verbs of speech, their speakers, and whether the words are quoted or reported."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
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
_NEAR = 5
_TITLED = 8


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

    @property
    def known(self) -> bool:
        """Tell whether it means somebody."""
        return self.person is not None or self.pronoun


@dataclass(frozen=True, slots=True)
class _Said:
    """A verb of speech from ``token`` to before ``end``; without a mention it is the last speaker's."""

    token: int
    end: int
    mention: _Mention | None
    verb: str
    act: str
    rule: str
    score: float


class Speeches:
    """Finds speech with the words of a lexicon."""

    def __init__(self, lexicon: Lexicon, people: People) -> None:
        """Take the words and the reader of people, which knows what may stand between a name and its verb."""
        self._lexicon = lexicon
        self._bridge: Callable[[Reading, int], int] = people.bridge

    def find(self, reading: Reading, people: list[Person], roles: list[Role], groups: Groups) -> list[Speech]:
        """Return the speech of a text, in order."""
        quotes = [match.span() for match in _QUOTE.finditer(reading.text)]
        mentions = self._mentions(reading, people, roles, groups, quotes)
        found: list[Speech] = []
        last: int | None = None
        for number, (first, after) in enumerate(reading.bounds):
            inside = [m for m in mentions if first <= m.first < after]
            saying = [
                (said, speaker)
                for said in self._said(reading, inside, number, quotes, known=last is not None)
                if (speaker := last if said.mention is None or said.mention.pronoun else said.mention.person)
                is not None
            ]
            found += [self._speech(reading, said, people[speaker].name, quotes) for said, speaker in saying]
            last = saying[-1][1] if saying else self._acting(reading, inside, first, last)
        return _distinct(found)

    def _said(
        self, reading: Reading, inside: list[_Mention], sentence: int, quotes: list[tuple[int, int]], *, known: bool
    ) -> Iterator[_Said]:
        """Yield each verb of speech of a sentence outside quotations; ``known`` tells that "he" means somebody."""
        first, after = reading.bounds[sentence]
        spoken = {
            token
            for name in ("speech-pronoun", "according-to", "speech-verb")
            for token, _, _ in reading.inside(name, first, after)
        }
        end, silent = 0, True
        for token in sorted(spoken):
            if token < end or _within(reading.starts[token], quotes) or reading.at("speech-stop", token):
                continue
            said = (
                self._by_pronoun(reading, token, inside, first)
                or self._according(reading, token, inside)
                or self._by_verb(reading, token, inside, first)
            )
            if said and (said.mention or known):
                end, silent = said.end, False
                yield said
        if silent:
            yield from self._beside_quotes(reading, inside, (first, after), quotes)

    def _beside_quotes(
        self, reading: Reading, inside: list[_Mention], bounds: tuple[int, int], quotes: list[tuple[int, int]]
    ) -> Iterator[_Said]:
        """Yield whoever stands right after a quotation, or opens the sentence before one, with a verb of any kind."""
        first, after = bounds
        for start, end in quotes:
            closing, opening = reading.token(end - 1), reading.token(start)
            if first <= closing < after and closing + 1 < after:
                place = closing + (2 if reading.is_(closing + 1, ",") else 1)
                verb = 1 if reading.word(place) and not reading.capital(place) else 0
                following = self._starting(reading, inside, place + verb)
                if following and following.known:
                    said = reading.low[place] if verb else ""
                    yield _Said(following.first, following.after, following, said, "say", "quote-speaker", 0.7)
                    return
            if first < opening < after and reading.is_(opening - 1, ",", ":"):
                leads = [m for m in inside if m.first <= first + 1 and opening - m.after <= _NEAR and m.known]
                if leads:
                    yield _Said(opening, opening, leads[0], "", "say", "speaker-quote", 0.65)
                    return

    def _acting(self, reading: Reading, inside: list[_Mention], first: int, last: int | None) -> int | None:
        """Return whom "he" means after a sentence without speech: who begins it, or whom alone it names."""
        named = [m for m in inside if m.person is not None and not m.pronoun]
        opening = [m for m in inside if m.first <= first + _OPENING]
        if opening and opening[0].person is not None:
            return opening[0].person
        alone = len({m.person for m in named}) == 1 and not any(m.pronoun for m in inside)
        free = alone and not any(self._object(reading, m.first) for m in named)
        return named[0].person if free or (alone and last is None) else last

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
                reach = _TITLED if role.first in covered else _OPENING
                near = next((by_after[p] for p in range(role.after, role.after + reach) if p in by_after), None)
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

    def _by_pronoun(self, reading: Reading, token: int, inside: list[_Mention], first: int) -> _Said | None:
        """Read a verb with "he" or "she" grown on: whoever begins the sentence, or the speaker before."""
        hit = reading.at("speech-pronoun", token)
        if hit is None:
            return None
        opening = [m for m in inside if m.first <= first + _OPENING and m.after <= token and m.person is not None]
        return _Said(token, hit[0], opening[0] if opening else None, reading.low[token], hit[1], "speech-pronoun", 0.75)

    def _according(self, reading: Reading, token: int, inside: list[_Mention]) -> _Said | None:
        by = reading.at("according-to", token)
        if by is None:
            return None
        mention = self._starting(reading, inside, by[0]) or self._starting(reading, inside, by[0] + 1)
        if mention is None or not mention.known:
            return None
        return _Said(token, by[0], mention, reading.slice(token, by[0]).lower(), by[1], "according-to", 0.85)

    def _by_verb(self, reading: Reading, token: int, inside: list[_Mention], first: int) -> _Said | None:
        hit = reading.at("speech-verb", token)
        if hit is None:
            return None
        after, act = hit
        following = self._starting(reading, inside, after)
        closed = reading.is_(token - 1, ",", '"', "”", "'", "’", ".")
        if following and closed and following.known:
            return _Said(token, after, following, reading.low[token], act, "verb-speaker", 0.9)
        subject = self._subject(reading, token, inside, first, strict=not self._goes_on(reading, after, act))
        if subject is None:
            return None
        return _Said(token, after, subject, reading.low[token], act, "speaker-verb", 0.75 if subject.pronoun else 0.85)

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

    def _speech(self, reading: Reading, said: _Said, speaker: str, quotes: list[tuple[int, int]]) -> Speech:
        token = said.token
        first, after = reading.bounds[reading.sentence[token]]
        start, end = reading.starts[first], reading.ends[after - 1]
        place = reading.starts[token]
        near = [
            span
            for span in quotes
            if (span[1] <= place and (place - span[1] <= _BESIDE or span[1] > start))
            or (span[0] >= place and span[1] <= end + 2)
        ]
        if near:
            start, end = min(near[0][0], start), max(near[0][1], end)
        unopened = reading.is_(token - 1, '"', "”") or (
            reading.is_(token - 1, ",") and reading.is_(token - 2, '"', "”")
        )
        manner = "direct" if near or unopened else "indirect"
        return Speech(start, end, said.verb, said.act, manner, speaker, said.score, said.rule, token)


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
