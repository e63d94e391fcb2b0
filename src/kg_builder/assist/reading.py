"""A text as the rules see it: tokens, sentences, and every term of the lexicon and the gazetteer that stands in it."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import ahocorasick

from kg_builder.assist.languages import detect_language
from kg_builder.assist.lexicon import Lexicon

# Two or three letters before digits are a currency ("Rp5"), one or many belong to the number ("G20").
TOKEN = re.compile(r"[^\W\d_]{2,3}(?=\d)|[^\W\d_]\w*(?:['’](?=\w)\w+)*|\d+(?:[.,]\d+)*|\S")
_CLOSING = "\"'”’)»"
WORDS_ONLY = frozenset(
    ("function-word", "given", "no-unit", "digit", "number-word", "teen", "group", "magnitude", "org-tail", "org-word",
     "unit-of", "org-head-bare", "org-head-wide",
     "org-head-honoured", "governs", "role-territory", "latest", "not-one", "abbreviation", "at-place")
)  # fmt: skip
"""Classes of single words that rules look up and that need not be searched for."""

GROWN = frozenset(("agreement", "agreement-verb", "sign-verb"))
"""Classes whose terms may end in a clitic ("its signing")."""

_INITIAL = 1
_UNKNOWN = 0

Match = tuple[int, str]
"""Where a term ends (or begins), as a token's number, and its key."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A text cut into tokens. All lists have one entry for each token; ``hits`` and ``back`` go by class.

    ``language`` is the tag of the text's language; empty where its words do not show it.
    """

    text: str
    words: list[str]
    low: list[str]
    starts: list[int]
    ends: list[int]
    sentence: list[int]
    bounds: list[tuple[int, int]]
    capitals: list[bool]
    hits: dict[str, dict[int, Match]] = field(default_factory=dict)
    back: dict[str, dict[int, Match]] = field(default_factory=dict)
    order: dict[str, list[int]] = field(default_factory=dict)
    language: str = ""

    def at(self, name: str, token: int) -> Match | None:
        """Return the longest term of a class that begins at a token: the token after it, and its key."""
        found = self.hits.get(name)
        return found.get(token) if found else None

    def inside(self, name: str, first: int, after: int) -> list[tuple[int, int, str]]:
        """Return a class's terms that begin within a range of tokens, in order: first token, the token after, key."""
        found = self.hits.get(name)
        if not found:
            return []
        if after - first < len(found):
            return [(token, *found[token]) for token in range(first, after) if token in found]
        starts = self.order.get(name)
        if starts is None:
            starts = self.order[name] = sorted(found)
        return [(start, *found[start]) for start in starts[bisect_left(starts, first) : bisect_left(starts, after)]]

    def before(self, name: str, token: int) -> Match | None:
        """Return the longest term of a class that ends before a token: its first token, and its key."""
        found = self.back.get(name)
        return found.get(token) if found else None

    def all(self, name: str) -> Iterator[tuple[int, int, str]]:
        """Yield every place of a class's terms, in order: first token, the token after, key."""
        for start, (end, key) in sorted(self.hits.get(name, {}).items()):
            yield start, end, key

    def capital(self, token: int) -> bool:
        """Tell whether a token begins with a capital letter."""
        return 0 <= token < len(self.capitals) and self.capitals[token]

    def word(self, token: int) -> bool:
        """Tell whether a token is a word."""
        return 0 <= token < len(self.words) and self.words[token][0].isalpha()

    def is_(self, token: int, *texts: str) -> bool:
        """Tell whether a token is one of some texts."""
        return 0 <= token < len(self.words) and self.words[token] in texts

    def slice(self, first: int, after: int) -> str:
        """Return the text from one token to before another."""
        return self.text[self.starts[first] : self.ends[after - 1]] if after > first else ""

    def glued(self, token: int) -> bool:
        """Tell whether a token follows the one before it without a space."""
        return 0 < token < len(self.words) and self.starts[token] == self.ends[token - 1]

    def has_space(self, token: int) -> bool:
        """Tell whether a token follows the one before it after a space."""
        return 0 < token < len(self.words) and self.starts[token] > self.ends[token - 1]

    def token(self, place: int) -> int:
        """Return the number of the token at or after a place of the text."""
        return min(bisect_left(self.starts, place), max(len(self.starts) - 1, 0))

    def first_of(self, sentence: int) -> int:
        """Return the first token of a sentence."""
        return self.bounds[sentence][0]


class Finder:
    """Finds terms in token sequences, with one Aho-Corasick automaton over the numbers of words."""

    def __init__(self, lexicon: Lexicon, names: Iterable[tuple[str, str, str]] = ()) -> None:
        """Take the lexicon and further terms: class, key, term."""
        self._numbers: dict[str, int] = {}
        self._abbreviations = frozenset(
            term.removesuffix(".")
            for name in ("honorific", "capacity", "abbreviation")
            for term in lexicon.terms(name)
            if term.endswith(".")
        )
        self._starters = frozenset(lexicon.terms("function-word"))
        gathered: dict[tuple[int, ...], list[tuple[int, str, str]]] = {}
        for name, terms in lexicon.classes.items():
            if name in WORDS_ONLY:
                continue
            for term, key in terms.items():
                self._take(gathered, name, key, term)
                if name in GROWN and term[-1].isalpha():
                    self._take(gathered, name, key, f"{term}{next(iter(lexicon.terms('clitic')), '')}")
                if name == "role" and term.isalpha():
                    for clitic in lexicon.terms("clitic"):
                        self._take(gathered, name, key, term + clitic)
                        self._take(gathered, "role-grown", key, term + clitic)
        for name, key, term in names:
            self._take(gathered, name, key, term.lower())
        self._automaton = ahocorasick.Automaton(ahocorasick.STORE_ANY, ahocorasick.KEY_SEQUENCE)
        for sequence, found in gathered.items():
            self._automaton.add_word(sequence, tuple(found))
        self._automaton.make_automaton()

    def _take(
        self, gathered: dict[tuple[int, ...], list[tuple[int, str, str]]], name: str, key: str, term: str
    ) -> None:
        numbers = self._numbers
        sequence = tuple(numbers.setdefault(word, len(numbers) + 1) for word in TOKEN.findall(term))
        if sequence and all(entry[1] != name for entry in gathered.get(sequence, ())):
            gathered.setdefault(sequence, []).append((len(sequence), name, key))

    def read(self, text: str) -> Reading:
        """Return a text's tokens, sentences and terms."""
        words: list[str] = []
        starts: list[int] = []
        ends: list[int] = []
        for match in TOKEN.finditer(text):
            words.append(match.group())
            start, end = match.span()
            starts.append(start)
            ends.append(end)
        low = [word.lower() for word in words]
        numbers = self._numbers
        hits: dict[str, dict[int, Match]] = {}
        back: dict[str, dict[int, Match]] = {}
        if words and numbers:
            for last, found in self._automaton.iter(tuple(numbers.get(word, _UNKNOWN) for word in low)):
                after = last + 1
                for length, name, key in found:
                    first = after - length
                    # The longest term wins: ends come in ascending order, starts do not.
                    hits.setdefault(name, {})[first] = (after, key)
                    ending = back.setdefault(name, {})
                    if after not in ending or first < ending[after][0]:
                        ending[after] = (first, key)
        sentence, bounds = self._sentences(text, words, low, starts, ends)
        capitals = [word[0].isupper() for word in words]
        language = detect_language(text)
        return Reading(text, words, low, starts, ends, sentence, bounds, capitals, hits, back, language=language)

    def _sentences(
        self, text: str, words: list[str], low: list[str], starts: list[int], ends: list[int]
    ) -> tuple[list[int], list[tuple[int, int]]]:
        number, count = 0, len(words)
        sentence: list[int] = []
        bounds: list[tuple[int, int]] = []
        begun = 0
        for token in range(count):
            sentence.append(number)
            following = token + 1
            if following == count:
                break
            gap = text[ends[token] : starts[following]]
            broken = "\n" in gap
            if not broken and (words[token] in ".!?…" or words[token] in _CLOSING):
                broken = self._breaks(words, low, gap, token)
            if broken:
                bounds.append((begun, following))
                begun = following
                number += 1
        if count:
            bounds.append((begun, count))
        return sentence, bounds

    def _breaks(self, words: list[str], low: list[str], gap: str, token: int) -> bool:
        """Tell whether a sentence ends with a mark, by what stands around it."""
        following = words[token + 1]
        if words[token] == ")" or (following in _CLOSING and not gap and words[token] not in _CLOSING):
            return False
        opened = following[0].isupper() or following[0] in "\"“'\u2018(" or following[0].isdigit()
        if words[token] in _CLOSING:
            # A closing mark ends the sentence whose full stop stands before it.
            return bool(gap) and token > 0 and words[token - 1] in ".!?…" and opened
        if words[token] == "." and token:
            initial = len(words[token - 1]) == _INITIAL and words[token - 1].isupper()
            if initial or low[token - 1] in self._abbreviations:
                return False
            if not gap:
                return following[0].isupper() and low[token + 1] in self._starters
        return opened


def either(terms: Iterable[str]) -> str:
    """Return a pattern for one of some terms, the longest first; one that never matches where there are none.

    >>> either(["a", "ab"])
    '(?:ab|a)'
    """
    ordered = sorted(set(terms), key=lambda term: (-len(term), term))
    return f"(?:{'|'.join(re.escape(term) for term in ordered)})" if ordered else r"(?!)"
