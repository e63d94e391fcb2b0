"""Numbers in digits and words, as a text prints them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from kg_builder.assist.lexicon import Lexicon
from kg_builder.assist.reading import Reading

_GROUPED = re.compile(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?")
_DECIMAL = re.compile(r"\d+(?:[.,]\d+)?")
_ENGLISH = re.compile(r"\d{1,3}(?:,\d{3}){2,}")
_IN_ENGLISH = re.compile(r"(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?")
_TEN, _HUNDRED = 10, 100
_LONGEST = 24
"""What has more digits is no quantity: a number of a card, or noise."""

Number = int | float


def digits(text: str, language: str = "") -> Decimal | None:
    """Return the value of a number in digits: points group thousands, a comma begins decimals.

    A single point before three digits groups; before any other count it begins decimals. None where neither fits.
    In English (`language` is "en") commas group and a point begins decimals.

    >>> digits("4,5"), digits("2.600"), digits("1.234.567,8"), digits("2.5"), digits("1.23.4")
    (Decimal('4.5'), Decimal('2600'), Decimal('1234567.8'), Decimal('2.5'), None)
    >>> digits("12,000", "en"), digits("1,234.5", "en"), digits("2.600", "en")
    (Decimal('12000'), Decimal('1234.5'), Decimal('2.600'))
    """
    if len(text) > _LONGEST:
        return None
    if text.isascii() and text.isdigit():
        return Decimal(text)
    if (_IN_ENGLISH if language == "en" else _ENGLISH).fullmatch(text):
        return Decimal(text.replace(",", ""))
    if _GROUPED.fullmatch(text) and not text.startswith("0"):
        return Decimal(text.replace(".", "").replace(",", "."))
    if _DECIMAL.fullmatch(text):
        return Decimal(text.replace(",", "."))
    return None


def plain(value: Decimal) -> Number:
    """Return a decimal as the simplest number of JSON.

    >>> plain(Decimal("2600")), plain(Decimal("4.50"))
    (2600, 4.5)
    """
    return int(value) if value == value.to_integral_value() else float(value)


@dataclass(frozen=True, slots=True)
class Found:
    """A number in a text: its tokens (the one after is exclusive), its value, and whether words spell it."""

    first: int
    after: int
    value: Decimal
    spelled: bool


@dataclass(slots=True)
class _Sum:
    """A number in words while it is read: finished magnitudes, the group below a thousand, its last digit."""

    total: int = 0
    group: int = 0
    last: int = 0
    ceiling: float = float("inf")
    begun: bool = False

    def digit(self, value: int) -> bool:
        """Take a digit: it goes on from tens or hundreds, not from another digit or a teen."""
        if self.last or self.group % _TEN or _TEN <= self.group % _HUNDRED < 2 * _TEN or (self.begun and not value):
            return False
        self.last, self.begun = value, True
        return True

    def whole(self, value: int) -> bool:
        """Take a number in one word, such as ten or a hundred."""
        taken = self.group % _HUNDRED if value < _HUNDRED else self.group
        if self.last or taken or value >= self.ceiling:
            return False
        self.begun = True
        if value > _HUNDRED:
            self.total, self.ceiling = self.total + value, value
        else:
            self.group += value
        return True

    def magnitude(self, value: int) -> bool:
        """Multiply what was read since the last magnitude."""
        if not (self.group or self.last) or value >= self.ceiling:
            return False
        self.total, self.ceiling = self.total + (self.group + self.last) * value, value
        self.group = self.last = 0
        return True


class Numbers:
    """Reads numbers with the words of a lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        """Take the words."""
        self._digit = {term: int(key) for term, key in lexicon.terms("digit").items()}
        self._whole = {term: int(key) for term, key in lexicon.terms("number-word").items()}
        self._teen = frozenset(lexicon.terms("teen"))
        self._group = {term: int(key) for term, key in lexicon.terms("group").items()}
        self._magnitude = {term: int(key) for term, key in lexicon.terms("magnitude").items()}
        self.words = frozenset({*self._digit, *self._whole})

    def at(self, reading: Reading, token: int) -> Found | None:
        """Return the number that begins at a token, with the magnitude after it (``4,5 juta``)."""
        word = reading.words[token]
        if word[0].isdigit():
            value = digits(word, reading.language)
            after = token + 1
            if value is None:
                return None
            while after < len(reading.words) and reading.low[after] in self._magnitude:
                value *= self._magnitude[reading.low[after]]
                after += 1
            return Found(token, after, value, spelled=False)
        if reading.low[token] in self.words:
            return self._spelled(reading.low, token)
        return None

    def spelled(self, words: list[str]) -> int | None:
        """Return the value of a number in words, or None where the words are not one number."""
        if not words or words[0] not in self.words:
            return None
        found = self._spelled(words, 0)
        return int(found.value) if found.after == len(words) else None

    def _spelled(self, words: list[str], first: int) -> Found:
        sum_ = _Sum()
        token = first
        while token < len(words) and self._adds(sum_, words[token]):
            token += 1
        return Found(first, token, Decimal(sum_.total + sum_.group + sum_.last), spelled=True)

    def _adds(self, sum_: _Sum, word: str) -> bool:
        """Add a word to a number; False where it does not go on from what was read."""
        if word in self._digit:
            return sum_.digit(self._digit[word])
        if word in self._whole:
            return sum_.whole(self._whole[word])
        if word in self._teen and sum_.last:
            sum_.group, sum_.last = sum_.group + _TEN + sum_.last, 0
        elif word in self._group and sum_.last:
            sum_.group, sum_.last = sum_.group + sum_.last * self._group[word], 0
        elif word in self._magnitude:
            return sum_.magnitude(self._magnitude[word])
        else:
            return False
        return True
