"""Figures: a number with its bound and what it counts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kg_builder.assist.lexicon import Lexicon
from kg_builder.assist.numbers import Found, Number, Numbers, plain
from kg_builder.assist.reading import Reading

_DASHES = "-–—"
_CLOSING = (".", ",", ";", ")", '"', "”")
_SMALL = 1
_YEAR_DIGITS = 4
_YEARS = range(1500, 2100)


@dataclass(frozen=True, slots=True)
class Figure:
    """A number as read: value (or least and most), bound, unit as a key and as printed."""

    start: int
    end: int
    score: float
    rule: str
    value: Number | None = None
    least: Number | None = None
    most: Number | None = None
    bound: str = ""
    unit: str = ""
    printed: str = ""


@dataclass(frozen=True, slots=True)
class _Unit:
    after: int
    key: str
    printed: str
    known: bool = True


_Counted = tuple[_Unit, int, str, float]
"""What is counted, the token after the figure, the rule, the score."""


@dataclass(frozen=True, slots=True)
class _Place:
    """A number: ``first`` is its bound's token, ``after`` the token after it, ``previous`` the figure before."""

    number: Found
    first: int
    after: int
    money: str
    previous: Figure | None


class Figures:
    """Reads figures with the words of a lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        """Take the words."""
        self._lexicon = lexicon
        self._numbers = Numbers(lexicon)
        self._holders = next(iter(lexicon.spelled.get("unit-of-roles", {})), "")

    def find(self, reading: Reading, taken: list[bool]) -> list[Figure]:
        """Return the figures of a text; ``taken`` marks the tokens of dates and names."""
        found: list[Figure] = []
        token, count = 0, len(reading.words)
        while token < count:
            word = reading.words[token]
            read = None
            if not taken[token]:
                if word[0].isdigit() or reading.low[token] in self._numbers.words:
                    read = self._number(reading, token, found)
                elif reading.at("vague", token):
                    read = self._vague(reading, token)
            if read:
                after, figure = read
                if figure:
                    found.append(figure)
                token = after
            else:
                token += 1
        return found

    def _vague(self, reading: Reading, token: int) -> tuple[int, Figure | None]:
        hit = reading.at("vague", token)
        after, key = hit or (token + 1, "")
        unit = self._unit(reading, after, needs_known=False)
        if unit is None:
            return after, None
        end = reading.ends[unit.after - 1]
        return unit.after, Figure(
            reading.starts[token], end, 0.85, "vague", bound=f"about-{key}s", unit=unit.key, printed=unit.printed
        )

    def _number(self, reading: Reading, token: int, found: list[Figure]) -> tuple[int, Figure | None] | None:
        number = self._numbers.at(reading, token)
        if number is None:
            return None
        ordinal = self._ordinal(reading, number)
        if ordinal:
            return ordinal
        if self._label(reading, number):
            return number.after, None
        after = self._repeated(reading, number)
        second = self._range(reading, after, reading.words[number.after - 1])
        if second:
            after = second.after
        bound, first = self._bound_before(reading, token)
        money = reading.before("currency", token)
        if money and first == token:
            bound, first = self._bound_before(reading, money[0])
        elif money is None and reading.before("currency", token):
            money = reading.before("currency", token)
        after, later = self._bound_after(reading, after)
        place = _Place(number, first, after, money[1] if money else "", found[-1] if found else None)
        counted = self._counted(reading, place)
        if counted is None:
            return (number.after, None)
        unit, after, rule, score = counted
        after, bound = self._after_unit(reading, after, bound or later)
        verb = reading.before("quantity-verb", first)
        if verb and rule == "number-subject":
            first = verb[0]
        value = plain(number.value)
        both = {"least": value, "most": plain(second.value)} if second else {"value": value}
        return after, Figure(
            reading.starts[first],
            reading.ends[after - 1],
            score,
            rule,
            bound=bound,
            unit=unit.key,
            printed=unit.printed,
            **both,
        )

    def _ordinal(self, reading: Reading, number: Found) -> tuple[int, Figure | None] | None:
        token, after = number.first, number.after
        value = plain(number.value)
        lead = reading.before("ordinal-before", token - 1) if reading.is_(token - 1, "-") else None
        if lead and not number.spelled:
            if reading.before("century", lead[0]):
                return after, None
            return after, Figure(
                reading.starts[lead[0]],
                reading.ends[after - 1],
                0.75,
                "ordinal",
                value=value,
                unit="ordinal",
                printed="",
            )
        if reading.glued(after) and reading.at("ordinal-after", after):
            return after + 1, Figure(
                reading.starts[token], reading.ends[after], 0.85, "ordinal", value=value, unit="ordinal", printed=""
            )
        return None

    def _label(self, reading: Reading, number: Found) -> bool:
        token, word = number.first, reading.words[number.first]
        if word[0] == "0" and len(word) > 1 and not word.startswith(("0,", "0.")):
            return True
        before = token - 1 if reading.is_(token - 1, ".", ":") else token
        label = reading.before("label-before", before)
        if label and not (reading.before("bound-before", token) or reading.before("quantity-verb", token)):
            return True
        if reading.at("label-after", number.after):
            return True
        if reading.is_(token - 1, "-", "–", "/") and reading.glued(token) and reading.glued(token - 1):
            return reading.word(token - 2) or reading.words[token - 2][0].isdigit()
        if reading.is_(number.after, "/", ":") and reading.glued(number.after):
            return True
        listed = token == reading.first_of(reading.sentence[token]) and reading.is_(number.after, ".", ")")
        return listed or (number.spelled and reading.capital(token) and reading.capital(token + 1))

    def _repeated(self, reading: Reading, number: Found) -> int:
        """Return the token after a number and its repetition in brackets: ``5 (lima)``, ``lima (5)``."""
        after = number.after
        if not reading.is_(after, "(") or after + 1 >= len(reading.words):
            return after
        again = self._numbers.at(reading, after + 1)
        if again and again.value == number.value and reading.is_(again.after, ")"):
            return again.after + 1
        return after

    def _range(self, reading: Reading, after: int, first: str) -> Found | None:
        if reading.is_(after, *_DASHES):
            following = after + 1
        else:
            hit = reading.at("range-word", after)
            if hit is None:
                return None
            following = hit[0]
        if following >= len(reading.words):
            return None
        word = reading.words[following]
        if not (word[0].isdigit() or word.lower() in self._numbers.words) or self._year(word) != self._year(first):
            return None
        return self._numbers.at(reading, following)

    def _year(self, word: str) -> bool:
        """Tell whether a number is printed as years are."""
        return len(word) == _YEAR_DIGITS and word.isdigit() and int(word) in _YEARS

    def _bound_before(self, reading: Reading, token: int) -> tuple[str, int]:
        first, bound = token, ""
        while True:
            verb = reading.before("quantity-verb", first)
            hit = reading.before("bound-before", first)
            if hit:
                first, bound = hit[0], bound or hit[1]
            elif verb and reading.before("bound-before", verb[0]):
                first = verb[0]
            else:
                return bound, first

    def _bound_after(self, reading: Reading, after: int) -> tuple[int, str]:
        if reading.is_(after, "-") and reading.glued(after):
            hit = reading.at("bound-suffix", after + 1)
            return hit or (after, "")
        hit = reading.at("bound-after", after)
        return hit if hit and not reading.glued(after) else (after, "")

    def _after_unit(self, reading: Reading, after: int, bound: str) -> tuple[int, str]:
        hit = reading.at("bound-after", after)
        following = reading.at("bound-before", after)
        compared = hit and reading.word(hit[0]) and not self._lexicon.has("function-word", reading.low[hit[0]])
        if hit and not following and not compared:
            return hit[0], bound or hit[1]
        later = reading.at("time-after", after)
        return (later[0] if later else after), bound

    def _counted(self, reading: Reading, place: _Place) -> _Counted | None:
        """Return what a number counts: by a sign, by what follows, by its verb's subject, or as the figure before."""
        return (
            self._signed(reading, place)
            or self._named(reading, place)
            or self._part(reading, place)
            or self._by_verb(reading, place)
            or self._as_before(reading, place)
        )

    def _signed(self, reading: Reading, place: _Place) -> _Counted | None:
        after = place.after
        percent, paid = reading.at("percent", after), reading.at("currency-after", after)
        if percent:
            return _Unit(percent[0], "percent", reading.slice(after, percent[0])), percent[0], "percent", 0.95
        if place.money:
            return _Unit(after, place.money, place.money), after, "money", 0.9
        if paid:
            return _Unit(paid[0], paid[1], reading.slice(after, paid[0])), paid[0], "money", 0.9
        return None

    def _named(self, reading: Reading, place: _Place) -> _Counted | None:
        number = place.number
        unit = self._unit(reading, place.after, needs_known=number.spelled and number.value <= _SMALL)
        if unit is None or self._one_of(reading, number):
            return None
        return unit, unit.after, "number-unit" if unit.known else "number-noun", 0.9 if unit.known else 0.6

    def _one_of(self, reading: Reading, number: Found) -> bool:
        """Tell whether "one" is part of "one of them", which counts nothing."""
        before = reading.low[number.first - 1]
        return number.spelled and number.value <= 1 and self._lexicon.has("not-one", before)

    def _part(self, reading: Reading, place: _Place) -> _Counted | None:
        """Take the unit of the whole for a part of it: "76 of 89 houses"."""
        of = reading.at("part-of", place.after)
        whole = self._numbers.at(reading, of[0]) if of and of[0] < len(reading.words) else None
        unit = self._unit(reading, whole.after, needs_known=False) if whole else None
        if unit is None:
            return None
        return _Unit(place.after, unit.key, unit.printed), place.after, "number-of-whole", 0.8

    def _by_verb(self, reading: Reading, place: _Place) -> _Counted | None:
        verb = reading.before("quantity-verb", place.first)
        subject = self._subject(reading, verb[0]) if verb and not self._one_of(reading, place.number) else None
        return (subject, place.after, "number-subject", 0.75) if subject else None

    def _as_before(self, reading: Reading, place: _Place) -> _Counted | None:
        """Take the unit of the figure before, where no noun follows: "892 in one script, 525 in the other"."""
        number, after, previous = place.number, place.after, place.previous
        if previous is None or previous.unit in {"", "percent", "ordinal"}:
            return None
        if number.spelled and (
            number.value <= _SMALL or not (reading.at("of-them", after) or reading.at("relative", after))
        ):
            return None
        if reading.before("quantity-verb", place.first) or after >= len(reading.words):
            return None
        year = self._year(reading.words[number.first])
        reach = 1 if reading.at("of-them", after) else 0
        far = reading.sentence[number.first] - self._sentence_of(reading, previous) > reach
        closed = reading.is_(after, *_CLOSING) and not far
        if year or far or not (closed or self._lexicon.has("no-unit", reading.low[after])):
            return None
        return _Unit(after, previous.unit, previous.printed), after, "number-same-unit", 0.6

    def _sentence_of(self, reading: Reading, figure: Figure) -> int:
        low, high = 0, len(reading.starts)
        while low < high:
            middle = (low + high) // 2
            if reading.starts[middle] < figure.start:
                low = middle + 1
            else:
                high = middle
        return reading.sentence[low]

    def _unit(self, reading: Reading, after: int, *, needs_known: bool) -> _Unit | None:
        hit = reading.at("unit", after)
        if hit:
            end, key = hit
            named = reading.capital(after) and not reading.words[after].isupper() and reading.capital(end)
            return None if named else _Unit(end, key, reading.slice(after, end))
        if needs_known or not self._countable(reading, after):
            return None
        role = reading.at("role", after)
        if role:
            return _Unit(role[0], self._holders, reading.slice(after, role[0]))
        for clitic in self._lexicon.terms("clitic"):
            bare = reading.low[after].removesuffix(clitic)
            if self._lexicon.has("unit", bare):
                return _Unit(after + 1, self._lexicon.terms("unit")[bare], reading.words[after])
        return _Unit(after + 1, reading.low[after], reading.words[after], known=False)

    def _countable(self, reading: Reading, token: int) -> bool:
        """Tell whether a word that the lexicon does not know may be what a number counts."""
        if not reading.word(token) or reading.capital(token) or reading.glued(token):
            return False
        return not any(self._lexicon.has(name, reading.low[token]) for name in ("no-unit", "function-word"))

    def _subject(self, reading: Reading, verb: int) -> _Unit | None:
        start = reading.first_of(reading.sentence[verb]) if verb else 0
        for token in self._backwards(verb, start):
            hit = reading.at("unit", token)
            if hit and hit[0] <= verb and hit[1] not in {"years", "days"}:
                return _Unit(hit[0], hit[1], reading.slice(token, hit[0]))
        return None

    def _backwards(self, token: int, start: int) -> Iterator[int]:
        yield from range(token - 1, start - 1, -1)
