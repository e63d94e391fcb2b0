"""The phrase of a record: the article's words and where they stand.

It has one of four forms:

    "@409 exact words"                          eight words at most, or a proper name
    "@409-520:0123456789abcdef first … last"    a longer span: its ends, its SHA-256, its outer words
    "exact words"                               not anchored yet: `rujukan anchor` finds the place
    "@? exact words"                            lost its place when the text changed
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

MOST_WORDS = 8
"""How many words of an article a record may repeat in one phrase, proper names excepted."""

DIGITS = 16
"""How many hexadecimal digits of a long span's SHA-256 a record keeps."""

ELLIPSIS = " … "

_POSITION = re.compile(r"@(?:(\?)|(\d+)(?:-(\d+):([0-9a-f]{16}))?) ", re.ASCII)


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase as written: its words, and its place where it has one (code points, end exclusive)."""

    words: str
    start: int | None = None
    end: int | None = None
    digest: str = ""
    lost: bool = False

    @property
    def long(self) -> bool:
        """Whether only the outer words are written."""
        return ELLIPSIS in self.words

    @property
    def outer(self) -> tuple[str, str]:
        """The first and the last words of a long phrase."""
        first, _, last = self.words.partition(ELLIPSIS)
        return first, last

    def __str__(self) -> str:
        """Return the phrase as a record writes it."""
        if self.lost:
            return f"@? {self.words}"
        if self.start is None:
            return self.words
        if self.long and self.end is not None:
            return f"@{self.start}-{self.end}:{self.digest} {self.words}"
        return f"@{self.start} {self.words}"


def parse_phrase(text: str) -> Phrase:
    """Parse a phrase as written between double quotes.

    Raises:
        ValueError: it is empty or its position is malformed; the message is for people.

    >>> parse_phrase("@12 two words")
    Phrase(words='two words', start=12, end=21, digest='', lost=False)
    >>> str(parse_phrase("@12 two words"))
    '@12 two words'
    """
    match = _POSITION.match(text)
    if not match and text.startswith("@"):
        message = f"«{text[:24]}» is not a position: write «@409 words», or leave it out and run `rujukan anchor`"
        raise ValueError(message)
    words = text[match.end() :] if match else text
    if not words.strip():
        message = "an empty phrase: quote the article's words"
        raise ValueError(message)
    if words.count(ELLIPSIS) > 1:
        message = "a phrase may leave words out («…») once only"
        raise ValueError(message)
    if ELLIPSIS in words and not all(part.strip() for part in words.split(ELLIPSIS)):
        message = "«…» stands between the first and the last words of a phrase: write both"
        raise ValueError(message)
    if not match:
        return Phrase(words)
    lost, start, end, code = match.groups()
    if lost:
        return Phrase(words, lost=True)
    if end and ELLIPSIS not in words:
        message = "only a phrase with « … » has both ends and a hash («@409-520:…»): write one number, or none"
        raise ValueError(message)
    first = int(start)
    if ELLIPSIS in words:
        # One number before a long phrase is the curator's choice of a place; `rujukan anchor` writes the rest.
        return Phrase(words, first, int(end) if end else None, code or "")
    return Phrase(words, first, first + len(words))


def text_digest(words: str) -> str:
    """Return the digits by which a long span is known.

    >>> len(text_digest("some words"))
    16
    """
    return hashlib.sha256(words.encode()).hexdigest()[:DIGITS]


def places(phrase: Phrase, text: str) -> list[tuple[int, int]]:
    """Return every place of the text where the phrase stands, as start and end.

    A long phrase stands wherever its first words are followed by its last ones; the nearest last ones end it, unless
    its hash is known, which then decides.

    >>> places(Phrase("ab"), "ab ab")
    [(0, 2), (3, 5)]
    """
    if not phrase.long:
        return [(m.start(), m.start() + len(phrase.words)) for m in re.finditer(f"(?={re.escape(phrase.words)})", text)]
    first, last = phrase.outer
    found = []
    for match in re.finditer(f"(?={re.escape(first)})", text):
        stop = text.find(last, match.start() + len(first))
        while phrase.digest and stop >= 0 and text_digest(text[match.start() : stop + len(last)]) != phrase.digest:
            stop = text.find(last, stop + 1)
        if stop >= 0:
            found.append((match.start(), stop + len(last)))
    return found


def mismatch(phrase: Phrase, text: str) -> str:
    """Say what is wrong with an anchored phrase against its text; nothing where it is exact.

    >>> mismatch(Phrase("ab", 0, 2), "ab cd")
    ''
    >>> mismatch(Phrase("cd", 0, 2), "ab cd")
    'does not stand at @0; it stands at @3'
    """
    if phrase.start is None or phrase.end is None:
        return _unplaced(phrase, text)
    found = text[phrase.start : phrase.end]
    if phrase.long:
        first, last = phrase.outer
        if found.startswith(first) and found.endswith(last) and text_digest(found) == phrase.digest:
            return ""
    elif found == phrase.words:
        return ""
    elsewhere = [f"@{start}" for start, _ in places(phrase, text)]
    if elsewhere:
        return f"does not stand at @{phrase.start}; it stands at {', '.join(elsewhere[:6])}"
    return "is not in the text; copy the words from it letter for letter"


def _unplaced(phrase: Phrase, text: str) -> str:
    found = places(phrase, text)
    if not found:
        dots = "; words that are left out are written « … »" if "..." in phrase.words else ""
        return f"is not in the text; copy the words from it letter for letter{dots}"
    if len(found) == 1:
        return "has no position; run `rujukan anchor`"
    shown = ", ".join(f"@{start}" for start, _ in found[:6])
    return f"stands {len(found)} times in the text; write which one before it ({shown}): `rujukan anchor` shows them"
