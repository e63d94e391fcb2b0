"""Which language a text is in, told by its small words; nothing is said of a text that does not show it.

A trained model would know more languages and still take Malay for Indonesian or the reverse; lists that one can read
and mend know few and abstain (decision 0027).
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import yaml

WORDS = Path(__file__).parent / "function-words.yaml"
LEAST_HITS, LEAST_SHARE, MARGIN = 4, 0.07, 1.6
"""How many small words there must be, which share of all words, and how many times those of the next language."""

_MOST = 20_000
_WORD = re.compile(r"[^\W\d_]+")


@cache
def function_words() -> dict[str, frozenset[str]]:
    """Return the small words of each language that is known, by its tag."""
    lists: dict[str, list[str]] = yaml.load(WORDS.read_text("utf-8"), Loader=yaml.CBaseLoader)  # noqa: S506 - no tags
    return {language: frozenset(words) for language, words in lists.items()}


def detect_language(text: str) -> str:
    """Return the tag of the language of a text, or nothing where it is not clear.

    >>> detect_language("Ia datang ke kota itu pada hari Senin dan berkata bahwa ini untuk para tamu.")
    'id'
    >>> detect_language("12.30, 14.45")
    ''
    """
    words = [word.lower() for word in _WORD.findall(text[:_MOST])]
    if not words:
        return ""
    hits = sorted(((sum(word in known for word in words), language) for language, known in function_words().items()))
    (next_best, _), (most, language) = hits[-2:]
    clear = most >= LEAST_HITS and most >= LEAST_SHARE * len(words) and most >= MARGIN * next_best
    return language if clear else ""
