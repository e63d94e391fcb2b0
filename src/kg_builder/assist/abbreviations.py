"""Short names and second names of bodies: in brackets after a name, and wherever the text uses them again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from kg_builder.assist.body import Body, abbreviates, shortens
from kg_builder.assist.lexicon import Lexicon
from kg_builder.assist.places import Places
from kg_builder.assist.reading import TOKEN, Reading, either

_LONGEST = 16
_SURE = 0.97
_SHORTEST = 3


class Abbreviations:
    """Reads what stands in brackets after a name, and finds it again further on."""

    def __init__(self, lexicon: Lexicon, places: Places) -> None:
        """Take the words and the finder of places."""
        self._lexicon = lexicon
        self._places = places
        self._between = re.compile(rf"\s*(?:[/,;]|\b{either(lexicon.terms('or'))}\b)\s*")

    def with_short(self, reading: Reading, body: Body) -> Body:
        """Take an abbreviation, or further names, in brackets with the name that they follow."""
        after = body.after
        if not reading.is_(after, "("):
            return body
        ends = range(after + 1, min(after + _LONGEST, len(reading.words)))
        close = next((token for token in ends if reading.words[token] == ")"), None)
        if close is None or close == after + 1:
            return body
        names = self._between.split(reading.slice(after + 1, close))
        if not all(abbreviates(name) or self._name(name) for name in names):
            return body
        short = next((name for name in names if abbreviates(name)), "")
        others = [name for name in names if name != short]
        spot = self._places.place(reading, close + 1) if reading.has_space(close + 1) else None
        if spot and spot[2] in {"city", "country"}:
            place = reading.slice(close + 1, spot[0])
            others += [
                f"{body.name} {place}",
                reading.slice(body.first, spot[0]),
                *([f"{short} {place}"] if short else []),
            ]
        score = min(_SURE, body.score + 0.05)
        return replace(body, score=score, short=short, others=tuple(others), end=close + 1)

    def spelled(self, reading: Reading, taken: list[bool]) -> dict[int, Body]:
        """Return by first token the names that a capital abbreviation in brackets after them is made of."""
        found = {}
        for opening, word in enumerate(reading.words):
            if word != "(" or not reading.is_(opening + 2, ")"):
                continue
            short = reading.words[opening + 1]
            first = self._begins(reading, opening, short) if sum(map(str.isupper, short)) > 1 else None
            if first is not None and not any(taken[first:opening]):
                head = reading.at("org-head", first)
                name = reading.slice(first, opening)
                found[first] = Body(first, opening, name, "abbreviated", 0.8, head=head[1] if head else "", end=opening)
        return found

    def _begins(self, reading: Reading, opening: int, short: str) -> int | None:
        """Return the nearest token from which a run of capitals up to a bracket makes up an abbreviation."""
        begin, _ = reading.bounds[reading.sentence[opening]]
        for first in range(opening - 1, max(begin, opening - _LONGEST) - 1, -1):
            joins = reading.at("org-join", first) or reading.at("and", first) or reading.is_(first, ",", "-")
            if not reading.capital(first):
                if joins:
                    continue
                return None
            if first < opening - 1 and self._makes(reading, first, opening, short):
                return first if self._may_be_body(reading, first, opening) else None
        return None

    def _makes(self, reading: Reading, first: int, opening: int, short: str) -> bool:
        """Tell whether words make up an abbreviation, which after a head may leave out one of them."""
        name = reading.slice(first, opening)
        if shortens(short, name):
            return True
        words = name.split()
        spare = range(1, len(words)) if len(words) > _SHORTEST and reading.at("org-head", first) else ()
        return any(shortens(short, " ".join((*words[:out], *words[out + 1 :]))) for out in spare)

    def in_full(self, reading: Reading, bodies: list[Body]) -> Iterator[Body]:
        """Yield names as long as the text has them elsewhere: before a person's name they may have ended too early."""
        for body in bodies:
            longer = [other.name for other in bodies if other.name.startswith(f"{body.name} ")]
            full = next(
                (name for name in sorted(longer, key=len, reverse=True) if self._stands(reading, body, name)), ""
            )
            after = body.first + len(TOKEN.findall(full)) if full else body.after
            yield replace(body, name=full, after=after, end=max(after, body.end)) if full else body

    def _stands(self, reading: Reading, body: Body, name: str) -> bool:
        words = TOKEN.findall(name)
        return reading.words[body.first : body.first + len(words)] == words

    def _may_be_body(self, reading: Reading, first: int, after: int) -> bool:
        """Tell whether a run is no person, place, event, agreement or thing."""
        place = self._places.place(reading, first)
        others = ("not-a-body", "agreement", "event", "unit", "honorific", "role")
        given = self._lexicon.has("given", reading.low[first]) and not reading.at("org-head", first)
        return not (
            (place and place[0] == after)
            or given
            or any(reading.at(name, first) for name in others)
            or reading.before("honorific", first)
        )

    def _meant(self, word: str, bodies: list[Body]) -> Body | None:
        """Return the body whose words an abbreviation is made of."""
        if len(word) < _SHORTEST or not word.isalpha():
            return None
        return next((body for body in bodies if " " in body.name and shortens(word, body.name)), None)

    def _name(self, text: str) -> bool:
        """Tell whether a text in brackets is a name: capitals, and small words that join them."""
        words = TOKEN.findall(text)
        joins = self._lexicon.terms("org-join")
        named = [word for word in words if word[0].isupper()]
        return len(named) > 1 and words[0][0].isupper() and all(w[0].isupper() or w in joins or w == "-" for w in words)

    def again(self, reading: Reading, bodies: list[Body], taken: list[bool]) -> Iterator[Body]:
        """Yield the places outside other names where a text uses names that it gave in brackets, or shortens one."""
        forms: dict[str, list[tuple[list[str], Body]]] = {}
        inside = list(taken)
        for body in bodies:
            inside[body.first : body.end] = [True] * (body.end - body.first)
            for name in (body.short, *body.others):
                if words := TOKEN.findall(name):
                    forms.setdefault(words[0], []).append((words, body))
        roles = reading.back.get("role", {})
        for token, capital in enumerate(reading.capitals):
            if not capital or inside[token]:
                continue
            word = reading.words[token]
            short = word.isupper() or (token in roles and reading.capital(token + 1))
            if short and word not in forms and (meant := self._meant(word, bodies)):
                forms.setdefault(word, []).append(([word], meant))
            for words, body in sorted(forms.get(word, ()), key=lambda form: -len(form[0])):
                after = token + len(words)
                if reading.words[token:after] == words and not any(inside[token:after]):
                    inside[token:after] = [True] * len(words)
                    yield Body(token, after, reading.slice(token, after), "short", 0.9, body.key, body.head, end=after)
