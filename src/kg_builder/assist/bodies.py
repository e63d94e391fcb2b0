"""Organisations: where their names begin and end."""

from __future__ import annotations

from collections.abc import Container, Mapping

from kg_builder.assist.abbreviations import Abbreviations
from kg_builder.assist.body import Body
from kg_builder.assist.lexicon import Lexicon
from kg_builder.assist.places import PLACES, Places
from kg_builder.assist.reading import Reading
from kg_builder.assist.rest import Rest
from kg_builder.assist.unlisted import Unlisted

_SHORT = 3


class Bodies:
    """Finds organisations and places with the words of a lexicon."""

    def __init__(self, lexicon: Lexicon, places: Places) -> None:
        """Take the words and the finder of places."""
        self._lexicon = lexicon
        self._places = places
        self._rest = Rest(lexicon, places)
        self._abbreviations = Abbreviations(lexicon, places)
        self._unlisted = Unlisted(lexicon, places)

    def organisations(self, reading: Reading, taken: list[bool]) -> list[Body]:
        """Return the organisations of a text, in order, none within another."""
        found: list[Body] = []
        token, count = 0, len(reading.words)
        termed = {
            start for name in ("known-organisation", "organisation", "org-head") for start in reading.hits.get(name, ())
        }
        tails = self._lexicon.terms("org-tail")
        ending = {
            reading.sentence[place] for place, low in enumerate(reading.low) if low in tails and reading.capitals[place]
        }
        short = self._abbreviations
        spelled = short.spelled(reading, taken)
        termed |= set(spelled)
        while token < count:
            if token not in termed and reading.sentence[token] not in ending:
                token += 1
                continue
            title = reading.before("honorific", token + 1)
            if title and title[0] < token:
                token += 1
                continue
            body = self._begun(reading, token, spelled) if not taken[token] else None
            if body and body.rule in {"head", "tail"} and self._goes_on(reading, token):
                token = self._known_within(reading, token, body.after)
            elif body:
                body = self._abbreviations.with_short(reading, body)
                found.append(body)
                token = body.end
            else:
                token += 1
        found = [*short.in_full(reading, found), *short.again(reading, found, taken)]
        inside = list(taken)
        for body in found:
            inside[body.first : body.end] = [True] * (body.end - body.first)
        return sorted([*found, *self._unlisted.find(reading, found, inside)], key=lambda each: each.first)

    def _begun(self, reading: Reading, token: int, spelled: Mapping[int, Body]) -> Body | None:
        """Return the body that begins at a token; amid a run of capitals a listed name goes before a longer one."""
        if not reading.capital(token):
            return self._lower_camel(reading, token)
        body = spelled.get(token) or self._at(reading, token)
        if body and body.rule == "head" and self._goes_on(reading, token):
            return self._known(reading, token, "organisation") or body
        return body

    def _known_within(self, reading: Reading, token: int, after: int) -> int:
        """Return where a known name begins inside a run of capitals that is none, or the run's end."""
        known = (place for place in range(token + 1, after) if self._known(reading, place, "organisation"))
        return next(known, after)

    def unit(self, reading: Reading, body: Body, starts: Container[int]) -> bool:
        """Tell whether a body is a part of another that a role names: the bureau of its head.

        ``starts`` are the first tokens of all bodies.
        """
        if not self._lexicon.has("unit-of", reading.low[body.first]) or not self._after_role(reading, body.first):
            return False
        return body.end in starts or not any(
            self._places.place(reading, token) for token in range(body.first, body.after)
        )

    def _goes_on(self, reading: Reading, token: int) -> bool:
        """Tell whether the word before is part of the same name, so that this is no beginning."""
        before = token - 1
        if before < 0 or not reading.capital(before) or reading.sentence[before] != reading.sentence[token]:
            return False
        opens = before == reading.first_of(reading.sentence[before]) or not reading.word(before - 1)
        if opens and self._lexicon.has("function-word", reading.low[before]):
            return False
        return not any(
            reading.before(name, token)
            for name in (
                "role",
                "role-modifier",
                "capacity",
                "honorific",
                "place-head",
                "weekday",
                "month",
                "organisation",
                "known-organisation",
                *PLACES,
            )
        )

    def _lower_camel(self, reading: Reading, token: int) -> Body | None:
        hit = reading.at("known-organisation", token)
        if hit and reading.words[token] != reading.low[token]:
            return Body(token, hit[0], reading.slice(token, hit[0]), "gazetteer", 0.95, key=hit[1], end=hit[0])
        return None

    def _at(self, reading: Reading, token: int) -> Body | None:
        options = [
            body
            for body in (
                self._known(reading, token, "known-organisation"),
                self._known(reading, token, "organisation"),
                self._headed(reading, token),
                self._tailed(reading, token),
            )
            if body
        ]
        if not options:
            return None
        longest = max(body.after for body in options)
        return next(body for body in options if body.after == longest)

    def _known(self, reading: Reading, token: int, name: str) -> Body | None:
        hit = reading.at(name, token)
        if hit is None:
            return None
        after, key = hit
        words = reading.words[token:after]
        if after == token + 1 and not self._written_as_name(words[0], key):
            return None
        if after > token + 1 and sum(word[0].islower() for word in words) > len(words) // 2:
            return None
        place = self._places.place(reading, after)
        if place and words[0].isupper() and reading.has_space(after):
            after = place[0]  # an embassy is named with its city
        head = reading.at("org-head", token)
        kind = head[1] if head else ""
        return Body(token, after, reading.slice(token, after), "gazetteer", 0.95, key=key, head=kind, end=after)

    def _written_as_name(self, word: str, key: str) -> bool:
        return (
            word.isupper()
            or word == key
            or (
                word[0].isupper()
                and (any(c.isupper() for c in word[1:]) or word == key.capitalize() or len(word) > _SHORT + 1)
            )
        )

    def _headed(self, reading: Reading, token: int) -> Body | None:
        hit = reading.at("org-head", token)
        if hit is None:
            return None
        after, kind = hit
        role = self._after_role(reading, token)
        end, complete = self._rest.end(reading, after, kind, role=role)
        if end == after and not (reading.words[token].isupper() and len(reading.words[token]) > _SHORT):
            return None
        weak = reading.at("org-head-weak", token) == (after, "weak") and not complete
        where = reading.before("place-before", token) if reading.at("place-head", token) else None
        if weak or (where and self._lexicon.has("at-place", reading.low[where[0]])):
            return None
        spot = self._places.place(reading, token)
        if (kind == "english" and end == after) or (spot and spot[0] >= end):
            return None
        seat = reading.before("city", end)
        base = reading.slice(token, seat[0]) if seat and seat[0] > after else ""
        name = reading.slice(token, end)
        score = 0.9 if complete else 0.75
        others = self._without_state(reading, token, end)
        if reading.words[token].isupper() and after > token and end > after + 1:
            others = (*others, reading.slice(after, end))  # a company without its form
        return Body(token, end, name, "head", score, head=kind, others=others, end=end, base=base)

    def _without_state(self, reading: Reading, token: int, end: int) -> tuple[str, ...]:
        """Return a name without "Republic of" and the like before its country, which texts leave out."""
        for first, after, _ in reading.inside("country-prefix", token + 1, end):
            place = self._places.place(reading, first)
            if place and place[0] == end and after < end:
                return (f"{reading.slice(token, first)} {reading.slice(after, end)}",)
        return ()

    def _after_role(self, reading: Reading, token: int) -> bool:
        first = token
        for _ in range(2):
            modified = reading.before("role-modifier", first)
            if modified:
                first = modified[0]
        interim = reading.before("capacity", first)
        if interim:
            first = interim[0]
        return reading.before("role", first) is not None

    def _tailed(self, reading: Reading, token: int) -> Body | None:
        """Return an English name that ends in its kind: one run of capitals up to the last such word."""
        if self._no_beginning(reading, token):
            return None
        end, tail = token, 0
        sentence, count = reading.sentence[token], len(reading.words)
        while end < count and reading.sentence[end] == sentence:
            if reading.capital(end):
                if reading.at("month", end) or reading.at("weekday", end):
                    break
                if self._lexicon.has("org-tail", reading.low[end]) and end > token:
                    tail = end + 1
                end += 1
            elif (hit := reading.at("org-join", end)) and hit[1] == "english" and reading.capital(hit[0]):
                end = hit[0]
            elif reading.is_(end, "-") and reading.glued(end) and reading.capital(end + 1):
                end += 1
            else:
                break
        if not tail or (reading.at("not-a-person", token) and not self._lexicon.has("org-word", reading.low[token])):
            return None
        joined = reading.at("org-join", tail)
        if joined and joined[1] == "english" and reading.capital(joined[0]):
            tail, _ = self._rest.end(reading, joined[0], "english", role=False)
        return self._seated(reading, token, tail)

    def _no_beginning(self, reading: Reading, token: int) -> bool:
        """Tell whether an English name cannot begin with a word, or begins with the second of two places."""
        spot = self._places.place(reading, token)
        within = any((hit := reading.at("role", token - back)) and hit[0] > token for back in range(3))
        return bool(
            self._lexicon.has("function-word", reading.low[token])
            or within
            or reading.at("honorific", token)
            or (spot and self._places.place(reading, spot[0]))
        )

    def _seated(self, reading: Reading, token: int, tail: int) -> Body:
        """Return the body of an English name, with the country that follows it; it is known without that too."""
        seat = self._places.place(reading, tail)
        end = seat[0] if seat and seat[2] == "country" else tail
        others = (reading.slice(token, tail),) if end > tail else ()
        inner = next((place for place in range(token, tail) if self._rest.inner(reading, place)), token)
        if inner - token > 1 and not reading.at("org-join", inner - 1):
            others = (*others, reading.slice(token, inner))  # the words before its kind
        head = self._lexicon.terms("org-tail").get(reading.low[tail - 1], "")
        return Body(token, end, reading.slice(token, end), "tail", 0.85, head=head, others=others, end=end)
