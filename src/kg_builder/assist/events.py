"""Visits, conferences and exhibitions; and bodies that a text only describes ("this house")."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kg_builder.assist.groups import Groups
from kg_builder.assist.lexicon import Lexicon
from kg_builder.assist.proposals import Proposal
from kg_builder.assist.reading import Reading


@dataclass(frozen=True, slots=True)
class Event:
    """An event: where it is named, its type, and its name where it has one."""

    start: int
    end: int
    type: str
    name: str
    score: float
    rule: str


class Events:
    """Finds events with the words of a lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        """Take the words."""
        self._lexicon = lexicon

    def find(self, reading: Reading, titles: list[tuple[int, int]]) -> list[Event]:
        """Return the events of a text: names in capitals or quotation marks, and verbs of visiting."""
        found: list[Event] = []
        ended = 0
        for token, after, key in reading.all("event"):
            if reading.starts[token] < ended:
                continue
            quoted = next((span for span in titles if 0 <= span[0] - reading.ends[after - 1] <= 12), None)  # noqa: PLR2004
            end = after
            while end < len(reading.words) and (
                reading.capital(end) or (reading.at("org-join", end) and reading.capital(end + 1))
            ):
                end += 1
            if quoted:
                found.append(Event(*quoted, key, reading.text[slice(*quoted)], 0.8, "titled"))
                ended = quoted[1]
            elif reading.capital(token) and end > after:
                found.append(
                    Event(reading.starts[token], reading.ends[end - 1], key, reading.slice(token, end), 0.7, "named")
                )
                ended = reading.ends[end - 1]
        for token, after, key in reading.all("visit-verb"):
            found.append(Event(reading.starts[token], reading.ends[after - 1], key, "", 0.5, "verb"))
        return found


class References:
    """Finds bodies that are described and not named, and whom they mean where that is safe."""

    def __init__(self, lexicon: Lexicon) -> None:
        """Take the words."""
        self._lexicon = lexicon

    def find(self, reading: Reading, groups: Groups) -> Iterator[Proposal]:
        """Yield each description: of one body if the last sentence that names any of its kind names just one."""
        for token, after, _ in reading.all("org-head"):
            if token + 1 < after and not reading.word(token):
                continue
            if not reading.at("described", after) or reading.capital(after):
                continue
            named: dict[int, set[int]] = {}
            for group in groups.all:
                for body in group.bodies:
                    if body.first < token and self._of_kind(reading, body.name, token, body.head):
                        named.setdefault(reading.sentence[body.first], set()).add(group.number)
            last = named[max(named)] if named else set()
            near = bool(named) and reading.sentence[token] - max(named) <= 2  # noqa: PLR2004 - two sentences back
            sure = len(last) == 1 and near
            end = reading.at("described", after)
            stop = end[0] if end else after
            yield Proposal(
                "reference", reading.starts[token], reading.ends[stop - 1], reading.slice(token, stop),
                0.7 if sure else 0.3, "described" if sure else "described-open",
                {"organisation": groups.all[next(iter(last))].name if sure else None},
            )  # fmt: skip

    def _of_kind(self, reading: Reading, name: str, token: int, head: str) -> bool:
        kinds = self._lexicon.terms("org-head")
        wanted = kinds.get(reading.low[token], "")
        first = name.split(maxsplit=1)[0].lower()
        last = name.rsplit(maxsplit=1)[-1].lower()
        kind = head or kinds.get(first) or self._lexicon.terms("org-tail").get(last, "")
        return first == reading.low[token] or bool(kind and kind == wanted)
