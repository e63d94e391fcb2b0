"""Which names of organisations mean the same one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from kg_builder.assist.body import Body, shortens
from kg_builder.assist.reading import Reading

_LEAST = 3


@dataclass(slots=True)
class Group:
    """One organisation of a text: all its names there, the first mention first."""

    number: int
    names: list[str]
    keys: set[str]
    folded: set[str] = field(default_factory=set)
    bodies: list[Body] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The longest name of the text."""
        return max(self.names, key=len)


class Groups:
    """The organisations of a text, told apart."""

    def __init__(self, bodies: Iterable[Body]) -> None:
        """Group the names: same words, same key, or one an abbreviation of the other."""
        self.all: list[Group] = []
        self._of: dict[int, Group] = {}
        for body in bodies:
            names = [name for name in (body.name, body.short, *body.others) if name]
            group = next((each for each in self.all if self._same(each, body, names)), None)
            if group is None:
                group = Group(len(self.all), [], set())
                self.all.append(group)
            group.names.extend(name for name in names if name not in group.names)
            group.folded.update(name.casefold() for name in names)
            if body.key:
                group.keys.add(body.key)
            group.bodies.append(body)
            self._of[body.first] = group

    def of(self, body: Body | None) -> Group | None:
        """Return the organisation that a name means."""
        return self._of.get(body.first) if body else None

    def _same(self, group: Group, body: Body, names: list[str]) -> bool:
        if body.key and body.key in group.keys and body.rule == "gazetteer":
            return body.name.casefold() in group.folded or not _with_place(body, group)
        if body.key and group.keys and body.rule == "gazetteer":
            return False
        if any(name.casefold() in group.folded for name in names) or body.name in {each.base for each in group.bodies}:
            return True
        listed = bool(group.keys) != bool(body.key)  # a list that knows one of the two does not know them as one
        return not listed and any(_abbreviated(name, other) for name in names for other in group.names)


def _abbreviated(name: str, other: str) -> bool:
    """Tell whether one of two names abbreviates the other, or its words after a first one that both have."""
    shared = name.partition(" ")[0] == other.partition(" ")[0]
    short, long = sorted(_without_shared(name, other), key=len)
    enough = len(short) >= _LEAST or (shared and short.isupper())
    return enough and " " not in short and " " in long and shortens(short, long)


def _without_shared(one: str, other: str) -> tuple[str, str]:
    """Return two names without the first word that both have, if something is left of each."""
    first, _, rest = one.partition(" ")
    second, _, more = other.partition(" ")
    return (rest, more) if first == second and rest and more else (one, other)


def _with_place(body: Body, group: Group) -> bool:
    """Tell whether two names differ by a place after a known name, as two embassies do."""
    first = group.bodies[0].name.split()
    words = body.name.split()
    both = first[1:] and words[1:]  # without a place it is the one that was named with it
    return bool(first[0] == words[0] and first[0].isupper() and both and first[1:] != words[1:])


def within(reading: Reading, bodies: Iterable[Body], sentence: int) -> list[Body]:
    """Return the names that stand in one sentence."""
    return [body for body in bodies if reading.sentence[body.first] == sentence]
