"""Bodies that no list knows and no word of their name tells: the words around them do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from kg_builder.assist.body import Body
from kg_builder.assist.lexicon import Lexicon
from kg_builder.assist.places import Places
from kg_builder.assist.reading import Reading

_SHORTEST, _LONGEST = 3, 16
_WORDS = 6
_ALONE = 5
"""The fewest letters of a word that stands for a name of several."""
_NEAR = 10


class Unlisted:
    """Finds such bodies with the words of a lexicon."""

    def __init__(self, lexicon: Lexicon, places: Places) -> None:
        """Take the words and the finder of places."""
        self._lexicon = lexicon
        self._places = places

    def find(self, reading: Reading, bodies: list[Body], taken: list[bool]) -> Iterator[Body]:
        """Yield abbreviations after roles ("head of XYZ"), and the names of those who agree.

        They stand after "teams up with" or before it, beside a body in a sentence that speaks of an agreement, and
        after "between" or "with" behind the agreement's noun. What is named so is found wherever the text has it.
        """
        for token in reading.back.get("role", {}):
            if token < len(reading.words) and not taken[token] and self._abbreviation(reading, token):
                yield Body(token, token + 1, reading.words[token], "acronym", 0.65, end=token + 1)
        named: dict[int, Body] = {}
        for first, after in (*self._partners(reading, bodies, taken), *self._linked(reading, bodies, taken)):
            named.setdefault(first, self._body(reading, first, after, bodies))
        found = list(self._everywhere(reading, list(named.values()), taken)) if named else []
        last = list(self._subjects(reading, [*bodies, *found], taken))
        for first, after in last:
            named.setdefault(first, self._body(reading, first, after, bodies))
        yield from self._everywhere(reading, list(named.values()), taken) if last else found

    def _body(self, reading: Reading, first: int, after: int, bodies: list[Body]) -> Body:
        """Return the body of a name; where that begins the name of another one, it is the same."""
        name = reading.slice(first, after)
        full = next((body.name for body in bodies if body.name.startswith(f"{name} ")), "")
        return Body(first, after, name, "partner", 0.6, others=(full,) if full else (), end=after)

    def _partners(self, reading: Reading, bodies: list[Body], taken: list[bool]) -> Iterator[tuple[int, int]]:
        """Yield names on both sides of "teams up with", and those that "and" joins to a body."""
        joined = [place for body in bodies if (place := self._beside(reading, body))]
        for token in sorted({*reading.back.get("partner-verb", {}), *joined}):
            after = self._run(reading, token, taken)
            listed = reading.is_(token - 2, ",") or reading.at("agreement-verb", after) is not None
            alone = token in joined and not listed
            if after > token + alone and not self._known(reading, token):
                yield token, after
        for body in bodies:
            before = reading.before("and", body.first)
            if before and self._told(reading, body.first):
                yield from self._ending(reading, before[0], taken)
        for token in reading.hits.get("partner-verb", {}):
            yield from self._ending(reading, token, taken)
        for token, (_, key) in reading.back.get("role", {}).items():
            after = self._run(reading, token, taken) if token < len(reading.words) else token
            if after > token and reading.is_(after, ",") and self._headed(reading, token, after, key, taken):
                yield token, after

    def _subjects(self, reading: Reading, bodies: list[Body], taken: list[bool]) -> Iterator[tuple[int, int]]:
        """Yield the last of several who agree, right before the verb: "and" stands before it, and earlier a body."""
        named: dict[int, int] = {}
        for body in bodies:
            sentence = reading.sentence[body.first]
            named[sentence] = min(named.get(sentence, body.first), body.first)
        for token in reading.hits.get("agreement-verb", {}):
            first = token
            while first > reading.first_of(reading.sentence[token]) and reading.capital(first - 1):
                first -= 1
            joined = first < token and not any(taken[first:token]) and reading.before("and", first)
            told = joined and named.get(reading.sentence[token], token) < first and self._told(reading, token)
            if told and not self._known(reading, first) and not self._spot(reading, first, token):
                yield first, token

    def _headed(self, reading: Reading, token: int, after: int, role: str, taken: list[bool]) -> bool:
        """Tell whether a name after a role is not its holder, who follows after a comma, but a body spoken of again."""
        if self._known(reading, token) or role in self._lexicon.terms("governs"):
            return False
        honorific = reading.at("honorific", after + 1)
        begin = honorific[0] if honorific else after + 1
        begin += bool(honorific) and reading.is_(begin, ".")
        holder = self._run(reading, begin, taken) - begin > 1 and not reading.at("role", begin)
        word = reading.words[token]
        return holder and any(
            other == word and not token <= place < after and not reading.before("role", place)
            for place, other in enumerate(reading.words)
        )

    def _linked(self, reading: Reading, bodies: list[Body], taken: list[bool]) -> Iterator[tuple[int, int]]:
        """Yield the names after "between", and after "with" behind an agreement's noun, with those joined to them."""
        ends = {body.first: body.end for body in bodies}
        for token, (start, key) in self._links(reading):
            if token >= len(reading.words):
                continue
            first, after = reading.bounds[reading.sentence[start]]
            near = first if key == "between" else max(first, start - _NEAR)
            told = self._told(reading, start) if key == "namely" else reading.inside("agreement", near, start)
            if not told:
                continue
            before = self._ending(reading, start, taken)
            yield from ((left, end) for left, end in before if reading.before("agreement", left))
            place = token
            while place < after:
                end = ends.get(place) or self._run(reading, place, taken)
                if end == place or (place not in ends and self._no_name(reading, place, end)):
                    break
                if place not in ends:
                    yield place, end
                place = self._joined(reading, end, between=key == "between")

    def _no_name(self, reading: Reading, first: int, after: int) -> bool:
        """Tell whether a run of capitals is nobody that agrees; a name may begin with a place."""
        spot = self._places.place(reading, first)
        longer = spot is not None and spot[0] < after and not self._lexicon.has("given", reading.low[first])
        return (self._known(reading, first) and not longer) or self._spot(reading, first, after)

    def _spot(self, reading: Reading, first: int, after: int) -> bool:
        """Tell whether a name of one word is a place's: somewhere "in" or "mayor of" stands before it."""
        if after - first > 1:
            return False
        same = [token for token, word in enumerate(reading.words) if word == reading.words[first] and token]
        territory = self._lexicon.terms("role-territory")
        return any(
            reading.before("place-before", token) or ((role := reading.before("role", token)) and role[1] in territory)
            for token in same
        )

    def _links(self, reading: Reading) -> Iterator[tuple[int, tuple[int, str]]]:
        for name in ("party-link", "namely"):
            yield from reading.back.get(name, {}).items()

    def _joined(self, reading: Reading, end: int, *, between: bool) -> int:
        """Return where the next of several names may begin; the end of all where none does."""
        comma = end + 1 if reading.is_(end, ",") else end  # "A, B, and C"
        hit = reading.at("and", comma) or (reading.at("party-link", comma) if between else None)
        place = hit[0] if hit else comma
        return place if place > end and reading.capital(place) else len(reading.words)

    def _ending(self, reading: Reading, after: int, taken: list[bool]) -> Iterator[tuple[int, int]]:
        """Yield the run of capitals that ends before a token, if it is a name of several words."""
        opening = reading.first_of(reading.sentence[after])
        first = after
        while first > opening and after - first < _WORDS and reading.capital(first - 1) and not taken[first - 1]:
            first -= 1
        if first == opening and self._lexicon.has("function-word", reading.low[first]):
            first += 1
        if after - first > 1 and not self._known(reading, first) and not self._titled(reading, first):
            yield first, after

    def _titled(self, reading: Reading, token: int) -> bool:
        return any(reading.before(name, token) for name in ("role", "honorific", "capacity"))

    def _everywhere(self, reading: Reading, named: list[Body], taken: list[bool]) -> Iterator[Body]:
        """Yield bodies, and each further place of their names: all of the name, or a word that stands for it."""
        places: dict[str, list[int]] = {}
        for token, word in enumerate(reading.words):
            if reading.capitals[token] and not taken[token]:
                places.setdefault(word, []).append(token)
        used = set[int]()
        for body in named:
            used.update(range(body.first, body.end))
        more: list[Body] = []
        for body in sorted(named, key=lambda each: each.first - each.end):
            words = reading.words[body.first : body.end]
            for size in dict.fromkeys((len(words), 1)):
                for word in dict.fromkeys((words[0], words[-1] if size == 1 else words[0])):
                    at = words.index(word)
                    for token in places.get(word, ()):
                        end = token + size
                        same = reading.words[token:end] == words[at : at + size]
                        short = size < len(words)
                        if same and token not in used and self._stands(reading, token, end, short=short):
                            more.append(replace(body, first=token, after=end, end=end, name=reading.slice(token, end)))
                            used.update(range(token, end))
        short_of = {each.name: {other.name for other in more if other.name in each.name} for each in named}
        for each in named:
            yield replace(each, others=(*each.others, *sorted(short_of[each.name] - {each.name})))
        yield from more

    def _stands(self, reading: Reading, first: int, after: int, *, short: bool) -> bool:
        """Tell whether a name stands for itself at a place: no longer run of capitals, unless a role is before it."""
        if short and (len(reading.words[first]) < _ALONE or self._known(reading, first)):
            return False
        alone = not (reading.capital(first - 1) and reading.has_space(first)) and not reading.capital(after)
        return alone or reading.before("role", first) is not None

    def _beside(self, reading: Reading, body: Body) -> int | None:
        comma = body.end + 1 if reading.is_(body.end, ",") else body.end
        joined = reading.at("and", comma)
        if joined is None or joined[0] >= len(reading.words) or not reading.capital(joined[0]):
            return None
        return joined[0] if self._told(reading, body.first) and not reading.at("org-head", joined[0]) else None

    def _told(self, reading: Reading, token: int) -> bool:
        """Tell whether a sentence, or the one after it, speaks of an agreement."""
        sentence = reading.sentence[token]
        return any(
            reading.inside(name, *bounds)
            for bounds in reading.bounds[sentence : sentence + 2]
            for name in ("agreement", "cooperation")
        )

    def _abbreviation(self, reading: Reading, token: int) -> bool:
        word = reading.words[token]
        if not (_SHORTEST <= len(word) <= _LONGEST and word.isalpha() and word.isupper()):
            return False
        beside = reading.words[token - 1 : token + 2 : 2]
        return not any(len(other) > 1 and other.isupper() for other in beside) and not self._known(reading, token)

    def _known(self, reading: Reading, token: int) -> bool:
        kinds = ("organisation", "known-organisation", "honorific", "role", "degree", "agreement", "capacity", "event")
        given = self._lexicon.has("given", reading.low[token])
        return given or self._places.place(reading, token) is not None or any(reading.at(kind, token) for kind in kinds)

    def _run(self, reading: Reading, token: int, taken: list[bool]) -> int:
        """Return the token after a run of capitals, with the small words inside foreign names."""
        end = token
        while end < min(token + _WORDS, len(reading.words)) and not taken[end]:
            join = reading.at("org-join", end) or reading.at("name-particle", end)
            hyphen = reading.is_(end, "-") and reading.glued(end) and reading.glued(end + 1) and reading.word(end + 1)
            if reading.capital(end) or (hyphen and end > token):
                end += 1 + (hyphen and not reading.capital(end))
            elif join and end > token and reading.is_(join[0], "-") and reading.capital(join[0] + 1):
                end = join[0] + 2
            elif join and end > token and reading.capital(join[0]) and not reading.at("and", end):
                end = join[0]
            else:
                break
        return end
