"""When a proposal agrees with gold: names, titles, units, bounds and dates are brought to one form first.

The lexicon is the glossary: its keys are English, its terms what texts print, so "kurator utama" and "lead curator"
come to the same words. docs/suggest.md states the rules.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable, Mapping
from typing import Any

from kg_builder.assist.lexicon import Lexicon
from kg_builder.assist.people import same
from kg_builder.assist.reading import TOKEN

_EQUAL = 1e-9
_PART = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_DECADE = re.compile(r"(\d{3})[Xx]|(\d{3})0s")
_GLOSSES = ("role", "role-modifier", "capacity", "leads", "country", "region", "role-body", "former", "state-body")
_BOUNDS = (
    ("at-least", ("at least", "at-least", "minimum", "min", ">=", "≥", "no fewer")),
    ("at-most", ("at most", "at-most", "maximum", "max", "up to", "<=", "≤")),
    ("more-than", ("more than", "more-than", "over", ">", "exceed", "above")),
    ("less-than", ("less than", "less-than", "under", "fewer", "<", "below")),
    ("almost", ("almost", "nearly")),
    (
        "about",
        (
            "about",
            "approx",
            "around",
            "circa",
            "~",
            "roughly",
            "thousands",
            "hundreds",
            "dozens",
            "tens",
            "millions",
            "true",
        ),
    ),
)
_ALIKE = ({"almost", "about"}, {"almost", "less-than"})
_STATUSES = (
    ("planned", ("plan", "propos", "intend", "prospect", "future", "discuss", "explor")),
    ("signed", ("sign", "conclud", "agreed")),
    ("renewed", ("renew", "exten", "prolong")),
    ("started", ("ongoing", "start", "active", "establish", "in force")),
)


def interval(iso: str) -> tuple[str, str] | None:
    """Return the first and last day of a date in ISO or EDTF form.

    >>> interval("2018/2021"), interval("2024-06"), interval("196X")
    (('2018-01-01', '2021-12-31'), ('2024-06-01', '2024-06-30'), ('1960-01-01', '1969-12-31'))
    """
    ends = [part.strip(" ~?%") for part in str(iso).split("/")]
    first, last = _span(ends[0]), _span(ends[-1])
    return (first[0], last[1]) if first and last else None


def _span(part: str) -> tuple[str, str] | None:
    decade = _DECADE.fullmatch(part)
    if decade:
        start = decade[1] or decade[2]
        return f"{start}0-01-01", f"{start}9-12-31"
    match = _PART.fullmatch(part)
    if not match:
        return None
    year, month, day = match.groups()
    if day:
        return part, part
    if month:
        return f"{year}-{month}-01", f"{year}-{month}-{monthrange(int(year), int(month))[1]:02}"
    return f"{year}-01-01", f"{year}-12-31"


class Matcher:
    """Compares with the help of a lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        """Take the glossary."""
        self._lexicon = lexicon
        self._drop = frozenset(lexicon.terms("honorific")) | frozenset(lexicon.terms("degree"))
        self._titles = {tuple(TOKEN.findall(term)) for term in self._drop}
        self._gloss: dict[str, str] = {}
        for name in _GLOSSES:
            for key, terms in lexicon.spelled.get(name, {}).items():
                for term in (*terms, key):
                    self._gloss.setdefault(term.lower(), key.lower().replace(" {}", ""))

    def dates(self, one: str, other: str) -> bool:
        """Tell whether two dates cover the same days; a century may begin with its year 0 or 1."""
        first, second = interval(one), interval(other)
        if first == second:
            return first is not None or one == other
        if not (first and second):
            return False
        years = [int(end[:4]) for pair in (first, second) for end in pair]
        return years[1] - years[0] == years[3] - years[2] == 99 and abs(years[0] - years[2]) <= 1  # noqa: PLR2004

    def name(self, name: str) -> list[str]:
        """Return the words of a person's name without honorifics and degrees."""
        words = TOKEN.findall(name.lower().replace("’", "'"))
        for title in sorted(self._titles, key=len, reverse=True):
            size = len(title)
            while tuple(words[:size]) == title and len(words) > size:
                words = words[size:]
            while tuple(words[-size:]) == title and len(words) > size:
                words = words[:-size]
        return [word for word in words if word[0].isalnum()]

    def people(self, one: str, other: str) -> bool:
        """Tell whether two names are one person's."""
        first, second = self.name(one), self.name(other)
        return bool(first and second) and (first == second or same(first, second))

    def words(self, text: str) -> set[str]:
        """Return the words of a title or name in the glossary's English, without the small ones."""
        low = " ".join(TOKEN.findall(text.lower()))
        found: set[str] = set()
        tokens = low.split()
        place = 0
        while place < len(tokens):
            for size in range(min(6, len(tokens) - place), 0, -1):
                key = self._gloss.get(" ".join(tokens[place : place + size]))
                if key is not None:
                    found.add(key)
                    place += size
                    break
            else:
                if tokens[place][0].isalnum() and not self._lexicon.has("small-word", tokens[place]):
                    found.add(tokens[place])
                place += 1
        return found

    def roles(self, text: str) -> set[str]:
        """Return the role keys that a title holds."""
        keys = {key.lower() for key in self._lexicon.spelled.get("role", {})}
        return {word for word in self.words(text) if word in keys}

    def titles(self, gold: Mapping[str, Any], value: Mapping[str, Any]) -> bool:
        """Tell whether a person's title agrees: the same role, and neither has further words the other contradicts."""
        wanted, given = gold.get("title"), value.get("title")
        if not wanted:
            return not given
        if not given:
            return False
        acting = bool(gold.get("acting")) or bool(self.words(str(wanted)) & {"acting", "interim"})
        if acting != (value.get("capacity") in {"acting", "interim"}):
            return False
        body = self.words(str(gold.get("organisation") or "")) | self.words(str(value.get("organisation") or ""))
        drop = body | {"acting", "interim"} | set(self._lexicon.terms("state-word"))
        left, right = self.words(str(wanted)) - drop, self.words(str(given)) - drop
        role = self.roles(str(wanted)) == self.roles(str(given))
        return (left <= right or right <= left) and (role or left == right)

    def bodies(self, gold: Iterable[str], given: Iterable[str]) -> bool:
        """Tell whether one of the gold's names is one of the given names, in any case or in the glossary's English."""
        wanted = [self.words(name) for name in gold if name]
        found = [self.words(name) for name in given if name]
        states = set(self._lexicon.terms("state-word"))
        return any(
            one == other or (one - states == other - states and bool(one - states)) for one in wanted for other in found
        )

    def units(self, gold: Mapping[str, Any], value: Mapping[str, Any]) -> bool:
        """Tell whether a unit agrees: by the lexicon, else by standing in the gold's phrase."""
        wanted = str(gold.get("unit") or "").lower()
        if wanted in {"", "none", "null"}:
            return True
        given = str(value.get("unit") or "").lower()
        key = self._unit(wanted)
        if key and given:
            return key == given or key == self._unit(given)
        printed = str(value.get("counted") or "").lower()
        return bool(printed) and (printed in wanted or printed in str(gold.get("phrase", "")).lower())

    def _unit(self, text: str) -> str:
        terms = self._lexicon.terms("unit")
        spelled = self._lexicon.spelled.get("unit", {})
        fixed = {
            term: key.lower()
            for name in ("percent", "currency", "currency-after")
            for term, key in self._lexicon.terms(name).items()
        }
        for form in (text, text.removesuffix("s"), text.split(" (", maxsplit=1)[0]):
            if form in spelled:
                return form
            if form in terms:
                return terms[form]
            if form in fixed or form in {"percent", "ordinal", "idr", "usd", "eur"}:
                return fixed.get(form, form)
        return ""

    def bounds(self, gold: Mapping[str, Any], value: Mapping[str, Any]) -> bool:
        """Tell whether a bound agrees: none with none; "almost" also with "about" and "less than"."""
        wanted = _bound(gold)
        given = str(value.get("bound") or "")
        given = "about" if given.startswith("about") else given
        return wanted == given or {wanted, given} in _ALIKE

    def values(self, gold: Mapping[str, Any], value: Mapping[str, Any]) -> bool:
        """Tell whether a number agrees, or both leave it open, or both ends of a range do."""
        wanted = gold.get("value")
        if isinstance(wanted, list) and len(wanted) == 2:  # noqa: PLR2004 - a range
            return wanted == [value.get("least"), value.get("most")]
        if gold.get("min") is not None and gold.get("max") is not None:
            return [gold["min"], gold["max"]] == [value.get("least"), value.get("most")]
        if wanted is None:
            return value.get("value") is None
        return (
            isinstance(wanted, (int, float))
            and value.get("value") is not None
            and abs(float(value["value"]) - float(wanted)) < _EQUAL
        )

    def status(self, gold: str, value: Mapping[str, Any]) -> bool:
        """Tell whether an agreement's status agrees; a signed renewal is both signed and renewed."""
        wanted = _first(gold, _STATUSES) or gold
        given = {str(value.get("status"))}
        if value.get("renewal") and "planned" not in given:
            given.add("renewed")
        return wanted in given

    def kinds(self, gold: str, given: str) -> bool:
        """Tell whether two types of agreement are one."""
        return self._kind(gold) == self._kind(given)

    def _kind(self, text: str) -> str:
        low = text.lower()
        terms = {
            **self._lexicon.terms("agreement"),
            **{key.lower(): key for key in self._lexicon.spelled.get("agreement", {})},
        }
        if low in terms:
            return terms[low]
        held = [term for term in terms if re.search(rf"(?<!\w){re.escape(term)}(?!\w)", low)]
        return terms[max(held, key=len)] if held else low


def _bound(gold: Mapping[str, Any]) -> str:
    for key in ("bound", "approx", "approximate", "qualifier", "modifier", "precision"):
        given = gold.get(key)
        if given:
            return (
                "" if str(given).lower() in {"exact", "exactly"} else _first(str(given).lower(), _BOUNDS) or str(given)
            )
    return ""


def _first(text: str, groups: Iterable[tuple[str, tuple[str, ...]]]) -> str:
    low = text.lower()
    return next((name for name, signs in groups if any(sign in low for sign in signs)), "")
