"""What a text holds, as the rules for agreements need it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from kg_builder.assist.body import Body
from kg_builder.assist.groups import Group, Groups
from kg_builder.assist.people import Person
from kg_builder.assist.reading import Reading
from kg_builder.assist.years import Span


@dataclass(frozen=True, slots=True)
class Scene:
    """What a text holds beside agreements."""

    reading: Reading
    bodies: list[Body]
    groups: Groups
    people: list[Person]
    dates: list[Span]
    speakers: frozenset[tuple[int, int]]
    places: list[Body] = field(default_factory=list)


def numbers(groups: Groups, bodies: Iterable[Body]) -> list[int]:
    """Return the numbers of the organisations that some names mean, each once, in order."""
    found: list[int] = []
    for body in bodies:
        group: Group | None = groups.of(body)
        if group and group.number not in found:
            found.append(group.number)
    return found
