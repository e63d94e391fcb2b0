"""Spellings made alike: without marks, in Latin letters, and as a word sounds (decision 0022)."""

from __future__ import annotations

import re
import unicodedata

from anyascii import anyascii

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
