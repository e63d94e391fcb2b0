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
_TEN, _HUNDRED = 10, 100

Number = int | float


def digits(text: str) -> Decimal | None:
    """Return the value of a number in digits: points group thousands, a comma begins decimals.

    A single point before three digits groups; before any other count it begins decimals. None where neither fits.

    >>> digits("4,5"), digits("2.600"), digits("1.234.567,8"), digits("2.5"), digits("1.23.4")
    (Decimal('4.5'), Decimal('2600'), Decimal('1234567.8'), Decimal('2.5'), None)
    """
    if text.isascii() and text.isdigit():
        return Decimal(text)
    if _GROUPED.fullmatch(text) and not text.startswith("0"):
        return Decimal(text.replace(".", "").replace(",", "."))
    if _ENGLISH.fullmatch(text):
        return Decimal(text.replace(",", ""))
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
            value = digits(word)
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

    def _spelled(self, words: list[str], first: int) -> Found:  # noqa: C901 - one grammar, in reading order
        total, group, last = 0, 0, 0
        ceiling: float = float("inf")
        token = first
        while token < len(words):
            word = words[token]
            if word in self._digit:
                # A digit goes on from tens or hundreds, not from another digit or a teen.
                if last or group % _TEN or _TEN <= group % _HUNDRED < 2 * _TEN:
                    break
                last = self._digit[word]
                if not last and (group or total or token > first):
                    break
            elif word in self._whole:
                value = self._whole[word]
                room = _HUNDRED if value < _HUNDRED else None
                if last or (group % room if room else group) or value >= ceiling:
                    break
                if value > _HUNDRED:
                    total, ceiling = total + value, value
                else:
                    group += value
            elif word in self._teen and last:
                group, last = group + _TEN + last, 0
            elif word in self._group and last:
                group, last = group + last * self._group[word], 0
            elif word in self._magnitude and (group or last) and self._magnitude[word] < ceiling:
                ceiling = self._magnitude[word]
                total, group, last = total + (group + last) * self._magnitude[word], 0, 0
            else:
                break
            token += 1
        return Found(first, token, Decimal(total + group + last), spelled=True)
