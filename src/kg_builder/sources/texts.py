"""The articles' texts, where they are present on this machine: found by name, known by hash."""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from kg_builder.errors import SourceError, not_utf8


def sha256(content: bytes) -> str:
    """Return the SHA-256 of a text's bytes in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def fingerprint(text: str) -> str:
    r"""Return a hash by which a text saved anew is still recognised.

    It ignores white space, characters that only format (soft hyphens, marks of direction, zero-width ones), and in
    which of Unicode's normalisation forms (UAX 15) the text is.

    >>> fingerprint("two words\n") == fingerprint(" two  words")
    True
    >>> fingerprint("caf\u00e9") == fingerprint("cafe\u0301"), fingerprint("one") == fingerprint("two")
    (True, False)
    """
    letters = "".join(unicodedata.normalize("NFKD", text).split())
    # A text has far fewer different letters than letters.
    unseen = {letter for letter in set(letters) if unicodedata.category(letter) == "Cf"}
    visible = letters.translate(dict.fromkeys(map(ord, unseen))) if unseen else letters
    return hashlib.sha256(unicodedata.normalize("NFKC", visible).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Text:
    """An article's text as it lies on disk: decoded as UTF-8, with no newline or Unicode normalisation."""

    text: str
    sha256: str

    @property
    def length(self) -> int:
        """The number of Unicode code points."""
        return len(self.text)


def decode(content: bytes) -> Text:
    """Return the text of a file's bytes.

    Raises:
        UnicodeDecodeError: the bytes are not UTF-8.
    """
    return Text(content.decode("utf-8"), sha256(content))


def find_text(folder: Path, article: str) -> Text | None:
    """Return the local text of an article, or None where it is not on this machine.

    Raises:
        SourceError: the file is not UTF-8.
    """
    path = folder / f"{article}.txt"
    if not path.is_file():
        return None
    try:
        return decode(path.read_bytes())
    except UnicodeDecodeError as error:
        raise SourceError([not_utf8(f"data/texts/{path.name}", error)]) from error


def first_difference(one: str, other: str) -> int:
    """Return the first position (code points) at which two texts differ; their common length where none does.

    >>> first_difference("abc", "abd")
    2
    """
    for place, (left, right) in enumerate(zip(one, other, strict=False)):
        if left != right:
            return place
    return min(len(one), len(other))
