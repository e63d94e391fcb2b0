"""Who makes an agreement with whom."""

from __future__ import annotations

from kg_builder.assist.body import Body
from kg_builder.assist.groups import within
from kg_builder.assist.lexicon import Lexicon
from kg_builder.assist.reading import Reading
from kg_builder.assist.scene import Scene, numbers

PARTIES = 2
_GAP = 3


class Parties:
    """Finds parties with the words of a lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        """Take the words."""
        self._lexicon = lexicon

    def find(self, scene: Scene, number: int, core: tuple[int, int]) -> tuple[tuple[int, ...], tuple[str, ...]]:
        """Return the parties of a sentence's agreement as numbers of groups, or else the countries that make it.

        ``core`` are the tokens from the agreement's noun to its verb. Parties that the sentence leaves out are those
        that "both" means, or the sentence before names, or the only two of the text so far.
        """
        reading = scene.reading
        first, after = self.makers(reading, number, core[0])
        named = [
            b for b in within(reading, scene.bodies, number) if first <= b.first < after and not self.beside(reading, b)
        ]
        chosen = numbers(scene.groups, named)
        if len(chosen) < PARTIES:
            chosen = self._both(scene, number) or self._with_earlier(scene, number, chosen)
        if len(chosen) < PARTIES:
            every = self._before(scene, number)
            chosen = every if len(every) == PARTIES and set(chosen) <= set(every) else chosen
        elif len(chosen) > PARTIES:
            chosen = self._linked(scene, named, core) or chosen
        return tuple(chosen), () if chosen else self._countries(scene, number)

    def _with_earlier(self, scene: Scene, number: int, chosen: list[int]) -> list[int]:
        """Add parties from the sentence before."""
        if not number:
            return chosen
        earlier = [b for b in within(scene.reading, scene.bodies, number - 1) if not self.beside(scene.reading, b)]
        more = [group for group in numbers(scene.groups, earlier) if group not in chosen]
        if not chosen and len(more) > PARTIES:
            end = scene.reading.bounds[number][0]
            return self._linked(scene, earlier, (end, end)) or more[:PARTIES]
        return [*chosen, *more][:PARTIES]

    def _countries(self, scene: Scene, number: int) -> tuple[str, ...]:
        reading = scene.reading
        inside = [
            place.name
            for place in scene.places
            if reading.sentence[place.first] == number
            and place.head == "country"
            and not reading.before("place-before", place.first)
        ]
        return tuple(dict.fromkeys(inside))[:PARTIES]

    def _before(self, scene: Scene, number: int) -> list[int]:
        """Return the bodies that were named up to the end of a sentence and may make agreements."""
        _, after = scene.reading.bounds[number]
        return numbers(scene.groups, [b for b in scene.bodies if b.first < after and not self.beside(scene.reading, b)])

    def _both(self, scene: Scene, number: int) -> list[int]:
        """Return the two that "both institutions" means: of that kind, or those that the text names most."""
        reading = scene.reading
        for _, token, _ in reading.inside("both", *reading.bounds[number]):
            head = reading.at("org-head", token)
            if reading.capital(token) or not (head or reading.at("party-noun", token)):
                continue
            before = self._before(scene, number)
            groups = scene.groups.all
            kind = reading.low[token]
            alike = [n for n in before if any(reading.low[body.first] == kind for body in groups[n].bodies)]
            for some in (alike, before):
                often = sorted(some, key=lambda n: -len(groups[n].bodies))
                third = len(groups[often[PARTIES]].bodies) if len(often) > PARTIES else 0
                if len(often) >= PARTIES and len(groups[often[PARTIES - 1]].bodies) > third:
                    return sorted(often[:PARTIES])
        return []

    def beside(self, reading: Reading, body: Body) -> bool:
        """Tell whether a body is only the place of what happens, a part of another body, or an embassy."""
        before = reading.before("place-before", body.first)
        spot = reading.before("place-head", body.first)
        at = before is not None and reading.low[before[0]] in self._lexicon.terms("at-place")
        return (
            at
            or spot is not None
            or self._lexicon.has("unit-of", reading.low[body.first])
            or reading.at("embassy", body.first) is not None
        )

    def _linked(self, scene: Scene, named: list[Body], core: tuple[int, int]) -> list[int]:
        """Of more than two bodies, return those that "and", "with" and commas join, nearest to the agreement."""
        reading = scene.reading
        chains: list[list[Body]] = []
        for body in named:
            gap = reading.low[chains[-1][-1].end : body.first] if chains else []
            joined = len(gap) <= _GAP and any(
                self._lexicon.has("and", w) or reading.at("party-link", chains[-1][-1].end) or w == "," for w in gap
            )
            if chains and joined:
                chains[-1].append(body)
            else:
                chains.append([body])
        with_link = [b for b in named if reading.before("party-link", b.first)]
        subject = [b for b in named if b.end <= core[0]][:1]
        both = numbers(scene.groups, [*subject, *with_link])
        if len(both) >= PARTIES:
            return both
        long = [chain for chain in chains if len(numbers(scene.groups, chain)) >= PARTIES]
        return numbers(scene.groups, long[0]) if long else []

    def makers(self, reading: Reading, sentence: int, core: int) -> tuple[int, int]:
        """Return where in a sentence those stand who agree: not those who witness it, before or after the verb."""
        first, after = reading.bounds[sentence]
        for token, _, _ in reading.inside("witness", first, after):
            if token > core:
                return first, token
            first = max(first, token)
        return first, after
