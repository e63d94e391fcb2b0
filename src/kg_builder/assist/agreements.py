"""Agreements: their kind, who makes them with whom, who signs, when, where and how far they are."""

from __future__ import annotations

from dataclasses import dataclass, replace

from kg_builder.assist.groups import within
from kg_builder.assist.lexicon import Lexicon
from kg_builder.assist.parties import PARTIES, Parties
from kg_builder.assist.reading import Reading
from kg_builder.assist.scene import Scene, numbers
from kg_builder.assist.years import Span

_NEAR = 14
_STATUS = ("signed", "renewed", "planned", "started")
_DAY = 10
_BESIDE = 2
_DATELINE = 40
_DERIVED = "derived"


@dataclass(frozen=True, slots=True)
class Agreement:
    """An agreement as read; parties by the numbers of their groups, signatories by the numbers of people."""

    start: int
    end: int
    sentence: int
    type: str
    status: str
    parties: tuple[int, ...]
    signatories: tuple[int, ...] = ()
    date: str = ""
    validity: str = ""
    remote: bool = False
    renewed: bool = False
    score: float = 0.7
    rule: str = ""
    sentences: tuple[int, ...] = ()
    countries: tuple[str, ...] = ()


class Agreements:
    """Finds agreements with the words of a lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        """Take the words."""
        self._lexicon = lexicon
        self._makers_of = Parties(lexicon)
        self._general = [*lexicon.spelled.get("agreement", {"": ()})][-1]

    def find(self, scene: Scene) -> list[Agreement]:
        """Return the agreements of a text, mentions of one joined."""
        reading = scene.reading
        found: list[Agreement] = []
        for number, bounds in enumerate(reading.bounds):
            read = self._sentence(scene, number, bounds)
            if read:
                for each in self._apart(scene, read):
                    self._add(found, each)
            elif self._signs(reading, bounds) and found:
                found[-1] = self._signed_by(scene, found[-1], number)
        finished = [self._dated(scene, self._signed_by(scene, each, each.sentence)) for each in found]
        finished = [self._followed(scene, each) for each in finished]
        return [
            each
            for each in finished
            if len(each.parties) + len(each.countries) >= PARTIES or len(each.signatories) >= PARTIES
        ]

    def _apart(self, scene: Scene, read: Agreement) -> list[Agreement]:
        """Return the agreements that one sentence tells of: "one between A and B, another between C and D"."""
        reading = scene.reading
        first, after = reading.bounds[read.sentence]
        starts = [start for start, _, key in reading.inside("party-link", first, after) if key == "between"]
        if len(starts) < PARTIES:
            return [read]
        bodies = within(reading, scene.bodies, read.sentence)
        pairs = [
            numbers(scene.groups, [body for body in bodies if start < body.first < end])
            for start, end in zip(starts, [*starts[1:], after], strict=True)
        ]
        apart = all(len(pair) == PARTIES for pair in pairs)
        return [replace(read, parties=tuple(pair)) for pair in pairs] if apart else [read]

    def _followed(self, scene: Scene, agreement: Agreement) -> Agreement:
        """Take a missing party from the next sentence, where that names a known one and just one other."""
        after = agreement.sentence + 1
        if len(agreement.parties) >= PARTIES or agreement.countries or after >= len(scene.reading.bounds):
            return agreement
        named = [b for b in within(scene.reading, scene.bodies, after) if not self._makers_of.beside(scene.reading, b)]
        both = numbers(scene.groups, named)
        fits = len(both) == PARTIES and set(agreement.parties) <= set(both)
        return replace(agreement, parties=tuple(both)) if fits else agreement

    def _signs(self, reading: Reading, bounds: tuple[int, int]) -> bool:
        return bool(reading.inside("sign-verb", *bounds) or reading.inside("represents", *bounds))

    def _sentence(self, scene: Scene, number: int, bounds: tuple[int, int]) -> Agreement | None:
        reading = scene.reading
        first, after = bounds
        nouns = reading.inside("agreement", first, after)
        loose = reading.inside("cooperation", first, after)
        if not nouns and not loose:
            return None
        verbs = [verb for verb in reading.inside("agreement-verb", first, after) if not self._agrees_to(reading, verb)]
        options = [
            (abs(noun[0] - verb[0]) + _STATUS.index(verb[2]) * 2, noun, verb)
            for noun in nouns
            for verb in verbs
            if verb[2] != "started" and abs(noun[0] - verb[0]) <= _NEAR
        ] or [
            (abs(noun[0] - verb[0]), noun, verb)
            for noun in loose
            for verb in verbs
            if verb[2] != "planned" and noun[0] >= verb[0] and noun[0] - verb[1] <= 2  # noqa: PLR2004 - the verb's object
        ]
        options = [option for option in options if not self._denied(reading, option[1], option[2])]
        if not options:
            return self._told_beside(scene, number, nouns)
        _, noun, verb = min(options, key=lambda option: (option[0], option[1]))
        planned = self._planned(reading, verb[0], first)
        status = "planned" if planned and verb[2] != "started" else verb[2]
        if planned and verb[2] == "started":
            return None
        left, right = min(noun[0], verb[0]), max(noun[1], verb[1])
        parties, countries = self._makers_of.find(scene, number, (left, right))
        kinds = [n for n in nouns if n[2] != self._general] or [noun]
        best = min(kinds, key=lambda n: abs(n[0] - verb[0]))
        return Agreement(
            reading.starts[left], reading.ends[right - 1], number, best[2], status, parties,
            validity=self._validity(reading, bounds),
            remote=bool(reading.inside("virtual", first, after)),
            renewed=any(v[2] == "renewed" for v in verbs),
            score=0.8 if nouns else 0.55,
            rule="agreement-verb" if nouns else "cooperation-verb",
            sentences=(number,),
            countries=countries,
        )  # fmt: skip

    def _agrees_to(self, reading: Reading, verb: tuple[int, int, str]) -> bool:
        """Tell whether a verb says that another one is agreed to: "agreed to draw up"."""
        next_verb = reading.at("agreement-verb", verb[1])
        return reading.at("agree-to", verb[0]) is not None and next_verb is not None and next_verb[1] == "planned"

    def _told_beside(self, scene: Scene, number: int, nouns: list[tuple[int, int, str]]) -> Agreement | None:
        """Read an agreement whose parties one sentence names and whose signing the next or the last one tells."""
        reading = scene.reading
        first, after = reading.bounds[number]
        special = [noun for noun in nouns if noun[2] != self._general]
        beside = [place for place in (number + 1, number - 1) if 0 <= place < len(reading.bounds)]
        signed = next((place for place in beside if self._opens_signing(reading, place, after=place > number)), None)
        if not special or signed is None or reading.before("agreement-stop", special[0][0]):
            return None
        noun = special[0]
        verb = reading.inside("sign-verb", *reading.bounds[signed])[0]
        opening = reading.bounds[signed][0]
        linked = bool(reading.inside("party-link", noun[0], after)) or (
            signed > number and (verb[0] - opening <= _BESIDE or reading.at("ceremony", opening) is not None)
        )
        parties, _ = self._makers_of.find(scene, number, (noun[0], noun[1]))
        inside = numbers(scene.groups, within(reading, scene.bodies, number))
        if len(inside) < PARTIES and signed > number and reading.at("ceremony", opening):
            signing = [b for b in within(reading, scene.bodies, signed) if not self._makers_of.beside(reading, b)]
            inside = numbers(scene.groups, signing)
            parties = tuple(inside) if len(inside) == PARTIES else ()
        if len(set(parties) & set(inside)) < PARTIES or not (linked or len(inside) > PARTIES):
            return None
        status = "planned" if self._planned(reading, verb[0], opening) else "signed"
        together = tuple(sorted((number, signed))) if signed > number else (number,)
        return Agreement(
            reading.starts[noun[0]], reading.ends[noun[1] - 1], number, noun[2], status, parties,
            validity=self._validity(reading, (first, after)),
            score=0.6, rule="agreement-beside", sentences=together,
        )  # fmt: skip

    def _opens_signing(self, reading: Reading, sentence: int, *, after: bool) -> bool:
        """Tell whether a sentence tells of a signing and names no other agreement."""
        bounds = reading.bounds[sentence]
        verbs = reading.inside("sign-verb", *bounds)
        other = reading.inside("agreement", *bounds)
        return bool(verbs) and not other and not (after and self._denied_verb(reading, verbs[0][0]))

    def _denied_verb(self, reading: Reading, verb: int) -> bool:
        return reading.before("agreement-stop", verb) is not None

    def _denied(self, reading: Reading, noun: tuple[int, int, str], verb: tuple[int, int, str]) -> bool:
        near = [
            stop
            for token in (noun[0], verb[0])
            if (stop := reading.before("agreement-stop", token)) and not noun[0] <= stop[0] < noun[1]
        ]
        made = reading.at("relative", noun[1]) is not None and verb[0] > noun[1]
        near = [stop for stop in near if not (made and stop[1] == _DERIVED)]
        several = noun[0] > 0 and reading.words[noun[0] - 1].isdigit()
        return several or any(near) or reading.at("agreement-stop", noun[1]) is not None

    def _planned(self, reading: Reading, verb: int, first: int) -> bool:
        reach = 6
        if reading.at("planned", first) and reading.is_(first + 1, ","):
            return True
        for token in range(max(first, verb - reach), verb):
            if verb - token <= _BESIDE and reading.at("agree-to", token):
                return True
            if reading.at("planned", token) and not any(reading.is_(place, ",", ";") for place in range(token, verb)):
                return True
        _, after = reading.bounds[reading.sentence[verb]]
        return any(later - verb <= 2 * reach for later, _, _ in reading.inside("planned-after", verb, after))

    def _validity(self, reading: Reading, bounds: tuple[int, int]) -> str:
        for token, end, key in reading.inside("unit", *bounds):
            if key in {"years", "months"} and token > bounds[0]:
                first = token - 1
                word = reading.low[first]
                number = int(word) if word.isdigit() else self._lexicon.terms("digit").get(word)
                lead = reading.before("validity", first) or reading.at("time-after", end)
                if number is not None and lead and len(str(number)) < 3:  # noqa: PLR2004 - no year
                    return f"P{number}{'Y' if key == 'years' else 'M'}"
        return ""

    def _add(self, found: list[Agreement], read: Agreement) -> None:
        for place, other in enumerate(found):
            few, many = sorted((set(other.parties), set(read.parties)), key=len)
            same = few <= many or (not read.parties and not other.countries)
            if not same or (other.status == "planned") != (read.status == "planned"):
                continue
            if self._specific(other.type) and self._specific(read.type) and other.type != read.type:
                continue
            parties = other.parties if len(other.parties) >= len(read.parties) else read.parties
            first = min(other, read, key=lambda a: (a.rule != "agreement-verb", _STATUS.index(a.status), a.sentence))
            kind = other.type if self._specific(other.type) else read.type if self._specific(read.type) else first.type
            found[place] = replace(
                first, parties=parties, type=kind,
                status=min(other.status, read.status, key=_STATUS.index),
                validity=other.validity or read.validity,
                remote=other.remote or read.remote,
                renewed=other.renewed or read.renewed,
                sentences=(*other.sentences, *read.sentences),
                countries=() if parties else first.countries,
            )  # fmt: skip
            return
        found.append(read)

    def _specific(self, kind: str) -> bool:
        return kind != self._general and kind not in self._lexicon.spelled.get("cooperation", {})

    def _signed_by(self, scene: Scene, agreement: Agreement, sentence: int) -> Agreement:
        reading = scene.reading
        signers = list(agreement.signatories)
        for number in dict.fromkeys((*agreement.sentences, sentence)):
            first, after = reading.bounds[number]
            if not self._signs(reading, (first, after)):
                continue
            verbs = [t for name in ("sign-verb", "represents") for t, _, _ in reading.inside(name, first, after)]
            first, after = self._makers_of.makers(reading, number, min(verbs))
            for place, person in enumerate(scene.people):
                inside = [m for m in person.mentions if first <= m[0] < after]
                group = scene.groups.of(person.body)
                fits = group is None or not agreement.parties or group.number in agreement.parties
                if (
                    inside
                    and (place, number) not in scene.speakers
                    and place not in signers
                    and (fits or len(agreement.parties) < PARTIES)
                ):
                    if group is None and person.role is None and not self._by(reading, inside[0][0]):
                        continue
                    if reading.before("no-signer", person.role.first if person.role else inside[0][0]):
                        continue
                    signers.append(place)
        parties = list(agreement.parties)
        for place in signers:
            group = scene.groups.of(scene.people[place].body)
            if group and group.number not in parties and len(parties) < PARTIES:
                parties.append(group.number)
        return replace(
            agreement,
            signatories=tuple(signers),
            parties=tuple(parties),
            sentences=tuple(dict.fromkeys((*agreement.sentences, sentence))),
        )

    def _by(self, reading: Reading, token: int) -> bool:
        return any(reading.before(name, token) for name in ("person-before", "and", "sign-verb"))

    def _dated(self, scene: Scene, agreement: Agreement) -> Agreement:
        """Give an agreement its date: of its own sentence, else of one that belongs to it, else of the occasion."""
        reading = scene.reading
        days = [span for span in scene.dates if not self._ends(reading, span)]
        told = sorted(agreement.sentences, key=lambda n: (n != agreement.sentence, n))
        after = agreement.sentence + 1
        if after < len(reading.bounds) and reading.at("ceremony", reading.bounds[after][0]):
            told.append(after)
        for exact in (True, False):
            for number in told:
                first, after = reading.bounds[number]
                start, end = reading.starts[first], reading.ends[after - 1]
                inside = [span for span in days if start <= span.start < end and _is_day(span) == exact]
                if number != told[-1] and self._days(scene, told, exact=exact) > 1:
                    inside = [span for span in inside if span.end >= _DATELINE]
                near = number == agreement.sentence or (
                    number == agreement.sentence + 1 and self._signs(reading, (first, after))
                )
                if inside and (exact or near):
                    nearest = min(inside, key=lambda span: abs(span.start - agreement.start))
                    return replace(agreement, date=nearest.iso)
        begin, _ = reading.bounds[agreement.sentence]
        if day := self._day_before(scene, agreement, days):
            return replace(agreement, date=day)
        if reading.at("same-occasion", begin):
            earlier = [span for span in days if _is_day(span) and span.start < reading.starts[begin]]
            return replace(agreement, date=earlier[-1].iso) if earlier else agreement
        opening = [span for span in days if _is_day(span) and span.end < _DATELINE]
        signed = opening and agreement.status != "planned" and "XXXX" not in opening[0].iso
        return replace(agreement, date=opening[0].iso) if signed else agreement

    def _days(self, scene: Scene, told: list[int], *, exact: bool) -> int:
        sentences = {
            scene.reading.sentence[scene.reading.token(span.start)] for span in scene.dates if _is_day(span) == exact
        }
        return len(sentences & set(told))

    def _day_before(self, scene: Scene, agreement: Agreement, days: list[Span]) -> str:
        """Return the only day of the sentence before, where that names a party and nothing is planned."""
        reading, before = scene.reading, agreement.sentence - 1
        if agreement.status == "planned" or before < 0:
            return ""
        named = numbers(scene.groups, within(reading, scene.bodies, before))
        first, after = reading.bounds[before]
        start, end = reading.starts[first], reading.ends[after - 1]
        told = [span.iso for span in days if start <= span.start < end and _is_day(span)]
        return told[0] if len(told) == 1 and set(named) & set(agreement.parties) else ""

    def _ends(self, reading: Reading, span: Span) -> bool:
        """Tell whether something ends on a date or goes on since it, so that no agreement is of that date."""
        if span.since or span.ahead or span.rule == "year-before":
            return True
        return reading.before("date-end", reading.token(span.start)) is not None


def _is_day(span: Span) -> bool:
    return len(span.iso.split("/")[0]) == _DAY
