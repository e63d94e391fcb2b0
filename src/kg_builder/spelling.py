"""Spellings made alike: without marks, in Latin letters, as a word sounds; how alike two names are (decision 0024)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from anyascii import anyascii
from rapidfuzz.distance import OSA

SAME, SOUNDS_SAME = 1.0, 0.95
# Whatever is alike, two different texts are not the same one.
ALMOST = 0.9
_TELLING = 0.6
_MOST_WORDS = 12
# A word that is begun may have a letter too many or too few.
_SLACK = 1
# Apostrophes and soft signs stand inside words: Qur'an, Gogol'.
_INSIDE = re.compile(r"['\"`]+")
_BETWEEN = re.compile(r"[^a-z0-9]+")
# A short u closes a syllable as v does: Галоўчанка, Haloŭčanka.
_SHORT_U = str.maketrans("ўЎŭŬ", "vvvv")
# Digraphs of the romanisations of Cyrillic (English, German, French, ISO 9, GOST 7.79, BGN/PCGN) and of Indonesian, old
# and new, longest first; each becomes the letter of its class.
_SOUNDS = (
    ("shch|stsch|schtsch", "s"),
    ("ck", "k"),
    ("tsch|tch|tsj|tsh|tj|ts|tz|cz|cs", "č"),
    ("dzh|dj", "i"),
    ("sch|sh|sj|sz", "s"),
    ("ch|c", "č"),
    ("zh", "z"),
    ("dz", "d"),
    ("ks|kh|gh|x|g", "h"),
    ("ph|f|w", "v"),
    ("th", "t"),
    ("q", "k"),
    # Indonesian sy, as in Syarif, but not the end of Dostoevsky.
    ("sy(?=[aou])", "s"),
    ("oe|ou|u", "o"),
    ("y|j", "i"),
)
_RULES = tuple((re.compile(pattern), letter) for pattern, letter in _SOUNDS)
_DOUBLE = re.compile(r"(.)\1+")
# The i of ya, ye, yo, ij is written or not: Yelena and Elena, Nikolai and Nikola(j).
_GLIDE = re.compile(r"i(?=[aeo])|(?<=[aeo])i")
_VOWELS = re.compile(r"[aeio]+")


def fold(text: str) -> str:
    """Return a text in small Latin letters and digits, one space between words; folding it again changes nothing.

    >>> fold("Пушкин, Александр"), fold("Dvořák’s Qur’an — 1ère")
    ('pushkin aleksandr', 'dvoraks quran 1ere')
    """
    if not text.isascii():
        text = unicodedata.normalize("NFC", text).translate(_SHORT_U)
        text = anyascii(
            "".join(each for each in unicodedata.normalize("NFKD", text) if not unicodedata.combining(each))
        )
    return _BETWEEN.sub(" ", _INSIDE.sub("", text.lower())).strip()


def sound(word: str) -> str:
    """Return what a folded word is written like whoever romanised it; never empty for a word that is not.

    >>> {sound(fold(each)) for each in ("Dostoevsky", "Dostoyevskiy", "Dostojewskij", "Достоевский")}
    {'dostovski'}
    >>> sound("gigin") == sound("hihin"), sound("soekarno") == sound("sukarno")
    (True, True)
    """
    former = ""
    while word != former:
        former = word
        for pattern, letter in _RULES:
            word = pattern.sub(letter, word)
        word = _DOUBLE.sub(r"\1", word)
        word = _GLIDE.sub("", word) or word
    return word


def skeleton(sounding: str) -> str:
    """Return a sounding word with all vowels alike: what stays when somebody hears another vowel.

    >>> skeleton(sound("muhammad")) == skeleton(sound("mohamed"))
    True
    """
    return _VOWELS.sub("a", sounding)


def resemblance(word: str, other: str, *, begun: bool = False) -> float:
    """Return how alike two sounding words are, from 0 to 1; a wrong vowel counts for less than a wrong consonant.

    Args:
        word: looked for.
        other: there.
        begun: whether `word` may be the beginning of `other`.

    >>> resemblance("hihin", "hihin"), resemblance("hih", "hihin", begun=True)
    (1.0, 1.0)
    >>> resemblance("mohamed", "mohamad") > resemblance("mohamed", "mohaned") > 0.65 > resemblance("duda", "maria")
    True
    """
    if begun and len(other) > len(word):
        lengths = range(max(1, len(word) - _SLACK), min(len(other), len(word) + _SLACK) + 1)
        return max(_alike(word, other[:length]) for length in lengths)
    return _alike(word, other)


def _alike(word: str, other: str) -> float:
    letters = OSA.normalized_similarity(word, other)
    return (2 * letters + OSA.normalized_similarity(skeleton(word), skeleton(other))) / 3


@dataclass(frozen=True, slots=True)
class Spelt:
    """A text made comparable, once for all comparisons: folded, and how its words sound."""

    folded: str
    sounds: tuple[str, ...]

    @classmethod
    def read(cls, text: str) -> Spelt:
        """Fold a text; words beyond the first twelve are left out."""
        folded = fold(text[:300])
        return cls(folded, tuple(sound(each) for each in folded.split()[:_MOST_WORDS]))


def likeness(text: Spelt, other: Spelt) -> float:
    """Return how alike two names are, from 0 to 1: the same spelling, the same sound or other order, or in part.

    >>> likeness(Spelt.read("Vadim Gigin"), Spelt.read("Gigin, Vadim")) == SOUNDS_SAME
    True
    >>> likeness(Spelt.read("House of Nations"), Spelt.read("House of Nations in the North")) < 0.8
    True
    """
    if not text.folded or not other.folded:
        return 0.0
    if text.folded == other.folded:
        return SAME
    if sorted(text.sounds) == sorted(other.sounds):
        return SOUNDS_SAME
    there, back = _covered(text.sounds, other.sounds), _covered(other.sounds, text.sounds)
    return ALMOST * 2 * there * back / (there + back) if there + back else 0.0


def _covered(words: Sequence[str], others: Sequence[str]) -> float:
    """Return which part of the words, by letters, the others have."""
    best = [(len(word), max(resemblance(word, other) for other in others)) for word in words]
    return sum(length * found for length, found in best if found >= _TELLING) / sum(length for length, _ in best)
