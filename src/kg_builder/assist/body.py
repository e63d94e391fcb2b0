"""The name of an organisation or place in a text, and how short names come from long ones."""

from __future__ import annotations

from dataclasses import dataclass

_LONGEST = 16


@dataclass(frozen=True, slots=True)
class Body:
    """The name of an organisation or place in a text: tokens ``first`` to before ``after``, the name without brackets.

    ``key`` is the lexicon's or the authority file's key where the name is known; ``head`` the kind of its first word;
    ``base`` the name without the city that ends it.
    """

    first: int
    after: int
    name: str
    rule: str
    score: float
    key: str = ""
    head: str = ""
    short: str = ""
    others: tuple[str, ...] = ()
    base: str = ""
    end: int = 0


def abbreviates(text: str) -> bool:
    """Tell whether a text in brackets is the short form of the name before it.

    >>> abbreviates("NLK"), abbreviates("in short"), abbreviates("2018")
    (True, False, False)
    """
    capitals = sum(char.isupper() for char in text)
    words = text.split()
    return (
        0 < len(words) <= 2  # noqa: PLR2004 - "a name and its city"
        and len(text) <= _LONGEST
        and text[0].isalpha()
        and (capitals > 1 or (len(words) == 1 and capitals == 1 and text[0].isupper()))
        and all(char.isalnum() or char in " -&./" for char in text)
    )


def shortens(short: str, name: str) -> bool:
    """Tell whether a short form is made of beginnings of a longer name's words, in order.

    >>> shortens("Natgal", "National Gallery"), shortens("NG", "National Gallery"), shortens("Nab", "National Gallery")
    (True, True, False)
    """
    words = [word.lower() for word in name.split() if word[0].isupper()]
    return bool(words) and _made_of(short.lower().replace(" ", ""), words)


def _made_of(rest: str, words: list[str]) -> bool:
    if not rest or not words:
        return not rest and not words
    first, others = words[0], words[1:]
    for size in range(min(len(first), len(rest)), 0, -1):
        if first[:size] == rest[:size] and _made_of(rest[size:], others):
            return True
    return False
